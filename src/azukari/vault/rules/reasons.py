"""なぜ保管しているか: one sentence that says why a number is still held and until when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from azukari.vault.rules.retention import FORMER_DAYS, Holding, Missing, Period, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose number it is: of a dependant, `head` names the employee; a former number says when it was replaced."""

    is_employee: bool = True
    head: str = ""
    replaced_on: date | None = None
    contract_ended_on: date | None = None


def why_held(holding: Holding, whose: Whose, *, today: date) -> str:
    """Say in one or two sentences why the number is held and until when, or that it has to go."""
    extended = _extended(holding, today)
    if whose.replaced_on is not None:
        until = whose.replaced_on + timedelta(days=FORMER_DAYS)
        return f"変更前の番号です。変更の届出のほかには要らないため、{_day(until)}までに廃棄します。{extended}"
    if whose.contract_ended_on is not None and whose.contract_ended_on <= today:
        return f"顧問契約が{_day(whose.contract_ended_on)}に終わったため、廃棄の対象です。{extended}"
    if holding.asks:
        return _asks(holding.asks) + extended
    if holding.waiting:
        return _relation(holding.waiting, whose) + extended
    return _periods(holding.periods, today) + extended


def _asks(asks: Sequence[Waiting]) -> str:
    rows = "、".join(f"{row.document_label}の「{row.missing_label}」" for row in asks)
    return f"{rows}が記録されていないため、保管を続けています。記録すると、保存期間が決まります。"


def _relation(waiting: Sequence[Waiting], whose: Whose) -> str:
    affairs = "、".join(dict.fromkeys(row.label for row in waiting if row.missing is Missing.RELATION))
    if whose.is_employee:
        return f"在職中のため、保管しています（{affairs}）。退職すると、それぞれの保存期間が始まります。"
    head = f"{whose.head}さん" if whose.head else "従業員"
    return f"扶養に入っているため、保管しています（{affairs}）。扶養から外れた日か、{head}の退職の日から保存期間が始まります。"


def _periods(periods: Sequence[Period], today: date) -> str:
    if not periods:
        return "保存期間のある利用目的がありません。"
    ends = _by_affair(periods)
    last = max(day for _, day in ends)
    longest = "、".join(text for text, day in ends if day == last)
    if last < today:
        return f"{longest}の保存期間が{_day(last)}に終わりました。できるだけ速やかに廃棄します。"
    return f"{longest}のため、{_day(last)}まで保管します。{_rest(ends, last, today)}"


def _rest(ends: Sequence[tuple[str, date]], last: date, today: date) -> str:
    running = [(text, day) for text, day in ends if today <= day < last]
    return "".join(f"{text}は{_day(day)}に終わります。" for text, day in running)


def _by_affair(periods: Sequence[Period]) -> list[tuple[str, date]]:
    """Put papers of one affair that end on one day together: 健保 and 厚年."""
    groups: dict[tuple[str, int, date], list[str]] = {}
    for period in periods:
        groups.setdefault((period.label, period.years, period.last_on), []).append(period.law)
    return [
        (f"{label}（{'・'.join(dict.fromkeys(laws))}、{years}年）", day) for (label, years, day), laws in groups.items()
    ]


def _extended(holding: Holding, today: date) -> str:
    found = holding.extension
    if found is None or found.until < today:
        return ""
    last_on = holding.last_on
    if last_on is not None and found.until <= last_on:
        # It adds nothing to the law, but holds the number should the contract end or the number change.
        return f"「{found.reason}」のため、{_day(found.until)}までは契約が終わっても廃棄しません（{found.by}）。"
    return f"「{found.reason}」のため、{_day(found.until)}まで延長しています（{found.by}）。"


def _day(day: date) -> str:
    return f"{day:%Y/%m/%d}"
