"""廃棄: for which reasons, by whom, and when a number may be destroyed. Pure.

Law: 番号法20条 (no keeping beyond need), ガイドライン第4-3-(3), 別添1 2E d. Two persons stand behind a disposal as soon as the
office has two; a single person waits 24 hours instead.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from azukari.vault import errors
from azukari.vault.rules.retention import Holding

SCREEN = "廃棄"
WAIT_ALONE = timedelta(hours=24)


class Reason(StrEnum):
    """廃棄の理由."""

    PERIOD_ENDED = "PERIOD_ENDED"
    CONTRACT_ENDED = "CONTRACT_ENDED"
    NUMBER_CHANGED = "NUMBER_CHANGED"
    REGISTERED_BY_MISTAKE = "REGISTERED_BY_MISTAKE"


REASON_LABELS = {
    Reason.PERIOD_ENDED: "保存期間の満了",
    Reason.CONTRACT_ENDED: "顧問契約の終了",
    Reason.NUMBER_CHANGED: "個人番号の変更（変更前の番号）",
    Reason.REGISTERED_BY_MISTAKE: "登録の誤り",
}


class State(StrEnum):
    """How far a disposal is. EXECUTED: the numbers no longer open, keys are being destroyed."""

    REQUESTED = "REQUESTED"
    EXECUTED = "EXECUTED"
    CERTIFIED = "CERTIFIED"
    CANCELLED = "CANCELLED"


STATE_LABELS = {
    State.REQUESTED: "承認待ち",
    State.EXECUTED: "証明書を発行中",
    State.CERTIFIED: "廃棄済み",
    State.CANCELLED: "取り消し",
}


def check_reason(
    reason: Reason, *, holding: Holding, contract_ended_on: date | None, replaced_only: bool, today: date
) -> None:
    """Refuse a disposal whose reason does not hold. A lengthening stands in the way of all but a mistake.

    Raises: RetentionRunsError, PeriodNotStartedError, DayMissingError, ExtensionRunsError, ContractRunsError,
    ReasonNotAllowedError.
    """
    if reason is Reason.PERIOD_ENDED:
        _check_periods(holding, today)
    if reason is Reason.CONTRACT_ENDED and (contract_ended_on is None or today < contract_ended_on):
        raise errors.ContractRunsError
    if reason is Reason.NUMBER_CHANGED and not replaced_only:
        raise errors.ReasonNotAllowedError
    extension = holding.extension
    if reason is not Reason.REGISTERED_BY_MISTAKE and extension is not None and today <= extension.until:
        raise errors.ExtensionRunsError(last_on=extension.until, why=extension.reason)


def _check_periods(holding: Holding, today: date) -> None:
    for asked in holding.asks:
        raise errors.DayMissingError(paper=asked.document_label, day=asked.missing_label)
    if holding.waiting or not holding.periods:
        raise errors.PeriodNotStartedError
    for period in holding.periods:
        if today < period.disposable_from:
            raise errors.RetentionRunsError(affair=period.label, last_on=period.last_on)


def is_early(reason: Reason, holding: Holding, *, former: bool, today: date) -> bool:
    """Tell whether a number goes before its last period has ended. A former number needs no period of its own."""
    return reason is not Reason.PERIOD_ENDED and not former and holding.runs_on(today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One number of a disposal as the person who asks, and the one who approves, see it."""

    record_id: UUID
    person_id: UUID
    person_code: str
    person_name: str
    relationship: str
    former: bool
    periods: Sequence[Mapping[str, str]]


def digest_of(client_id: UUID, reason: Reason, items: Iterable[Item]) -> str:
    """Give a digest of exactly these numbers with what is shown of them, in whatever order (security.md 4.5).

    It ties an approval to the page the approver saw; it holds names and days and no number.
    """
    shown = sorted(
        (
            str(item.record_id),
            str(item.person_id),
            item.person_code,
            item.person_name,
            item.relationship,
            item.former,
            [sorted(period.items()) for period in item.periods],
        )
        for item in items
    )
    told = json.dumps([str(client_id), reason.value, shown], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def changes_of(asked: Sequence[Item], present: Sequence[Item]) -> list[str]:
    """Say what has changed of the numbers of a request since it was made, one sentence each."""
    now = {item.record_id: item for item in present}
    said = []
    for item in asked:
        found = now.get(item.record_id)
        if found is None:
            said.append(f"{item.person_name}さんの個人番号は、もうありません。")
        elif found != item:
            said.append(f"{item.person_name}さん：{'・'.join(_changed(item, found))}が変わりました。")
    return said


def _changed(asked: Item, found: Item) -> list[str]:
    words = {
        "person_id": "対象者",
        "person_code": "社員番号",
        "person_name": "氏名",
        "relationship": "続柄",
        "former": "個人番号（番号の変更）",
        "periods": "保存期間（退職日などの日付か、完結の日の決め方）",
    }
    return [label for name, label in words.items() if getattr(asked, name) != getattr(found, name)]


def check_executable(*, two_persons: bool, requested_at: datetime, now: datetime) -> None:
    """Refuse a single person's disposal before 24 hours have passed. Raises: WaitNotOverError."""
    if not two_persons and now < requested_at + WAIT_ALONE:
        raise errors.WaitNotOverError(until=requested_at + WAIT_ALONE)
