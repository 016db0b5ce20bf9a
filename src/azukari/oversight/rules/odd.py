"""いつもと違う利用: rules with a number each, applied to what one person did on one Japanese day. Pure.

No weights and no learning: whoever reads a find can count it after. A find says that something is unusual, not that it is
wrong. Law: ガイドライン別添1 2C b・d (記録の分析, 取扱状況の把握), 2F b (不正なアクセスの把握).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from azukari.kernel.clock import jst, jst_day

_HOUR = timedelta(hours=1)
_WEEKDAYS = "月火水木金土日"
# Only in the hours before a use; a day's walk begins this much earlier.
LOOK_BACK = timedelta(hours=24)


class Rule(StrEnum):
    """A rule of odd use. Stored codes."""

    NIGHT = "NIGHT"
    MANY_HOUR = "MANY_HOUR"
    MANY_DAY = "MANY_DAY"
    RETIRED = "RETIRED"
    UNASSIGNED = "UNASSIGNED"
    FAILED_UNLOCKS = "FAILED_UNLOCKS"
    FAILED_LOGINS = "FAILED_LOGINS"
    NEW_DEVICE = "NEW_DEVICE"


@dataclass(frozen=True, slots=True)
class Threshold:
    """Whether a rule is on, and its number (0 where it has none)."""

    on: bool
    number: int = 0


@dataclass(frozen=True, slots=True)
class RuleText:
    """How a rule reads on screen: `{n}` in `says` is its number, in `unit`, between `least` and `most`."""

    label: str
    says: str
    default: Threshold
    unit: str = ""
    least: int = 0
    most: int = 0

    def in_words(self, number: int) -> str:
        """Say the rule with its number."""
        return self.says.format(n=number)


RULES: Mapping[Rule, RuleText] = MappingProxyType(
    {
        Rule.NIGHT: RuleText("夜間・休日", "夜間か休日に番号を使った", Threshold(True)),
        Rule.MANY_HOUR: RuleText(
            "短い時間に多く", "1時間に{n}件以上の番号を使った", Threshold(True, 30), "件", 2, 10_000
        ),
        Rule.MANY_DAY: RuleText("1日に多く", "1日に{n}件以上の番号を使った", Threshold(True, 100), "件", 2, 100_000),
        Rule.RETIRED: RuleText(
            "退職した人", "退職・資格喪失から{n}日を過ぎた人の番号を使った", Threshold(True, 60), "日", 0, 3660
        ),
        Rule.UNASSIGNED: RuleText("担当でない顧問先", "ほかの人が担当している顧問先の番号を使った", Threshold(True)),
        Rule.FAILED_UNLOCKS: RuleText(
            "利用認証の失敗", "1日に{n}回以上、利用認証や本人の再確認に失敗した", Threshold(True, 5), "回", 1, 1000
        ),
        Rule.FAILED_LOGINS: RuleText(
            "ログインの失敗", "1日に{n}回以上、ログインか確認コードに失敗した", Threshold(True, 5), "回", 1, 1000
        ),
        Rule.NEW_DEVICE: RuleText(
            "新しい端末", "新しい端末でログインしてから{n}分以内に番号を使った", Threshold(True, 60), "分", 1, 1440
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The rules as an office set them. Night runs from `night_from` to `night_until` o'clock, over midnight."""

    rules: Mapping[Rule, Threshold] = field(
        default_factory=lambda: {rule: text.default for rule, text in RULES.items()}
    )
    night_from: int = 22
    night_until: int = 6
    weekends: bool = True
    closed_days: frozenset[date] = frozenset()

    def of(self, rule: Rule) -> Threshold:
        """Give the threshold of a rule."""
        return self.rules[rule]

    def is_closed(self, moment: datetime) -> bool:
        """Tell whether a moment lies in the night or on a day the office is closed, on the Japanese wall clock."""
        local = jst(moment)
        if self.night_from <= self.night_until:
            night = self.night_from <= local.hour < self.night_until
        else:
            night = local.hour >= self.night_from or local.hour < self.night_until
        return night or (self.weekends and local.weekday() >= 5) or local.date() in self.closed_days


# What counts as use of a number: it was shown or went out. Registering a sheet of 300 is no sign of anything.
USE_EVENTS = frozenset({"vault.number.revealed", "exchange.protected.opened"})
UNLOCK_EVENTS = frozenset({"tenancy.vault.unlocked", "tenancy.account.confirmed", "tenancy.record.opened"})
LOGIN_EVENTS = frozenset({"tenancy.staff.logged_in", "tenancy.factor.failed"})
DEVICE_EVENTS = frozenset({"tenancy.device.added"})
WATCHED_EVENTS = USE_EVENTS | UNLOCK_EVENTS | LOGIN_EVENTS | DEVICE_EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One line of the record, as far as the rules look at it, with what the ledger says of its person.

    `completed_on`: the day the person's relation ended. `others_client`: the company is in the care of others.
    """

    seq: int
    at: datetime
    event: str
    failed: bool = False
    completed_on: date | None = None
    others_client: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """A rule met on a day: which lines, how many, from when to when."""

    rule: Rule
    day: date
    seqs: tuple[int, ...]
    first_at: datetime
    last_at: datetime
    number: int


def find(acts: Sequence[Act], day: date, thresholds: Thresholds) -> list[Find]:
    """Apply every rule to the acts of one person, in order of time, of `day` and the 24 hours before it."""
    of_day = [act for act in acts if jst_day(act.at) == day]
    uses = [act for act in of_day if act.event in USE_EVENTS and not act.failed]
    unlocks = [act for act in of_day if act.event in UNLOCK_EVENTS and act.failed]
    logins = [act for act in of_day if act.event in LOGIN_EVENTS and act.failed]
    devices = [act for act in acts if act.event in DEVICE_EVENTS]
    limit = {rule: thresholds.of(rule).number for rule in Rule}
    met: dict[Rule, list[Act]] = {
        Rule.NIGHT: [act for act in uses if thresholds.is_closed(act.at)],
        Rule.MANY_HOUR: _at_least(limit[Rule.MANY_HOUR], _densest_hour(uses)),
        Rule.MANY_DAY: _at_least(limit[Rule.MANY_DAY], uses),
        Rule.RETIRED: [act for act in uses if act.completed_on and (day - act.completed_on).days > limit[Rule.RETIRED]],
        Rule.UNASSIGNED: [act for act in uses if act.others_client],
        Rule.FAILED_UNLOCKS: _at_least(limit[Rule.FAILED_UNLOCKS], unlocks),
        Rule.FAILED_LOGINS: _at_least(limit[Rule.FAILED_LOGINS], logins),
        Rule.NEW_DEVICE: _after_device(devices, uses, timedelta(minutes=limit[Rule.NEW_DEVICE])),
    }
    return [
        Find(
            rule=rule,
            day=day,
            seqs=tuple(act.seq for act in found),
            first_at=found[0].at,
            last_at=found[-1].at,
            number=limit[rule],
        )
        for rule, found in met.items()
        if found and thresholds.of(rule).on
    ]


def _at_least(number: int, acts: list[Act]) -> list[Act]:
    return acts if len(acts) >= number else []


def _densest_hour(uses: Sequence[Act]) -> list[Act]:
    """The most uses within any sixty minutes."""
    best: Sequence[Act] = []
    start = 0
    for end in range(len(uses)):
        while uses[end].at - uses[start].at >= _HOUR:
            start += 1
        if end + 1 - start > len(best):
            best = uses[start : end + 1]
    return list(best)


def _after_device(devices: Iterable[Act], uses: Iterable[Act], within: timedelta) -> list[Act]:
    moments = [device.at for device in devices]
    return [use for use in uses if any(timedelta() <= use.at - at <= within for at in moments)]


def sentence(*, rule: Rule, day: date, count: int, first_at: datetime, last_at: datetime, number: int, who: str) -> str:
    """Say a find in one sentence. The words are those of the rule, with who, when and how many."""
    when = f"{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）{_span(first_at, last_at)}"
    what = {
        Rule.NIGHT: f"夜間か休日に、番号を{count:,}件使いました",
        Rule.MANY_HOUR: f"1時間に、番号を{count:,}件使いました（{number:,}件以上で知らせます）",
        Rule.MANY_DAY: f"1日に、番号を{count:,}件使いました（{number:,}件以上で知らせます）",
        Rule.RETIRED: f"退職・資格喪失から{number:,}日を過ぎた人の番号を、{count:,}件使いました",
        Rule.UNASSIGNED: f"ほかの人が担当している顧問先の番号を、{count:,}件使いました",
        Rule.FAILED_UNLOCKS: f"利用認証や本人の再確認に、{count:,}回失敗しました（{number:,}回以上で知らせます）",
        Rule.FAILED_LOGINS: f"ログインか確認コードに、{count:,}回失敗しました（{number:,}回以上で知らせます）",
        Rule.NEW_DEVICE: f"新しい端末でログインしてから{number:,}分以内に、番号を{count:,}件使いました",
    }
    return f"{who}さんが、{when}に、{what[rule]}。"


def _span(first: datetime, last: datetime) -> str:
    start, end = jst(first).strftime("%H:%M"), jst(last).strftime("%H:%M")
    return start if start == end else f"{start}〜{end}"
