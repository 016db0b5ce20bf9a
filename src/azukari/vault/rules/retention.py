"""保存期間: until when the papers that carry a number have to be kept, and why it is still held.

Counting: the first day is left out and calendars decide (民法140条・141条・143条); where the last month lacks the day, the
period ends with the month (143条2項ただし書). The client's duty sets the period; the office keeps as its contractor.
A number is held until the last of its periods ends; while a day is missing it is held.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from azukari.vault.rules.documents import (
    COMPLETION_LABELS,
    DEFAULT_COMPLETIONS,
    DOCUMENTS,
    EVENT_LABELS,
    Completion,
    Document,
    EventKind,
    Start,
    in_force,
)
from azukari.vault.rules.purposes import PURPOSE_LABELS, Purpose

# A former number is needed for 個人番号登録・変更届 alone; our own day for having filed it, no article sets one.
FORMER_DAYS = 30
# No period is shorter: whoever left later than this before a day cannot be due on it.
SHORTEST_YEARS = min(document.years for document in DOCUMENTS)
EXTEND_YEARS = 3


class Missing(StrEnum):
    """The relation has not ended: nobody is asked for a day, time will bring it."""

    RELATION = "RELATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days known of one person: 退職日 (of a dependant: the end of 扶養, or the employee's), and what was recorded."""

    left_on: date | None
    recorded: Mapping[tuple[str, EventKind], date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A running or ended period of one paper. `rule` says in words which day completed it."""

    purpose: Purpose
    label: str
    document: str
    document_label: str
    starts_on: date
    last_on: date
    years: int
    law: str
    rule: str

    @property
    def disposable_from(self) -> date:
        """The first day on which this period no longer stands in the way."""
        return self.last_on + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A paper whose period has not begun, and which day it waits for."""

    purpose: Purpose
    label: str
    document: str
    document_label: str
    missing: Missing | EventKind
    years: int
    law: str

    @property
    def missing_label(self) -> str:
        """Name the day that is asked for."""
        return "退職日" if self.missing is Missing.RELATION else EVENT_LABELS[EventKind(self.missing)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """保存期間の延長: held on until a day, for a reason, by a 責任者. It only ever adds to the law."""

    until: date
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Why a number is held: the periods, what they wait for, and a lengthening."""

    periods: tuple[Period, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    extension: Extension | None = None

    @property
    def last_on(self) -> date | None:
        """Give the last day the law orders it to be kept; None while a period has not begun."""
        return None if self.waiting else max((period.last_on for period in self.periods), default=None)

    @property
    def due_on(self) -> date | None:
        """Give the last day on which it may be kept: it is due for disposal after it."""
        last_on = self.last_on
        if last_on is None or self.extension is None:
            return last_on
        return max(last_on, self.extension.until)

    @property
    def asks(self) -> tuple[Waiting, ...]:
        """Give what waits for a day that somebody must record."""
        return tuple(row for row in self.waiting if row.missing is not Missing.RELATION)

    def runs_on(self, today: date) -> bool:
        """Tell whether some period still runs or has not begun."""
        last_on = self.last_on
        return last_on is None or today <= last_on


def first_day(start: Start, event: date) -> date:
    """Give the first day of a period from its event (完結の日, or the filing deadline)."""
    if start is Start.TAX_YEAR:
        return date(event.year + 1, 1, 11)
    return event + timedelta(days=1)


def last_day(first: date, years: int) -> date:
    """Give the last day of a period of whole years that begins on `first`. Law: 民法143条2項."""
    year = first.year + years
    if first.day > calendar.monthrange(year, first.month)[1]:
        return date(year, first.month, calendar.monthrange(year, first.month)[1])
    return date(year, first.month, first.day) - timedelta(days=1)


def loss_day(document: str, days: Days) -> date | None:
    """Give 資格喪失日: as recorded, or the day after 退職日. Law: 健康保険法36条2号, 厚生年金保険法14条2号."""
    recorded = days.recorded.get((document, EventKind.LOST))
    if recorded is not None:
        return recorded
    return None if days.left_on is None else days.left_on + timedelta(days=1)


def completed_on(document: str, rule: Completion, days: Days) -> date | Missing | EventKind:
    """Give 完結の日 of one paper under the office's rule, or what is missing.

    The relation must have ended under every rule: papers of a running relation are not complete.
    """
    lost = loss_day(document, days)
    if lost is None:
        return Missing.RELATION
    notice = days.recorded.get((document, EventKind.NOTICE))
    match rule:
        case Completion.LATER:
            return max(lost, notice) if notice else lost
        case Completion.LOSS:
            return lost
        case Completion.LEFT:
            return days.left_on or lost
        case Completion.LEFT_OR_NOTICE:
            left_on = days.left_on or lost
            return max(left_on, notice) if notice else left_on
        case Completion.NOTICE:
            return notice or EventKind.NOTICE
        case Completion.FILED:
            return days.recorded.get((document, EventKind.FILED)) or EventKind.FILED


def last_deadline(document: str, days: Days) -> date | Missing:
    """Give the filing deadline of the last 扶養控除等申告書: in the year of leaving, unless another day is recorded.

    A first pay-day on January 1 puts the deadline into December of the year before: the year of the deadline counts and
    not the 「○年分」 on the form (所得税法施行規則76条の3). More than that one year earlier is not believed.
    """
    if days.left_on is None:
        return Missing.RELATION
    recorded = days.recorded.get((document, EventKind.DEADLINE))
    if recorded is None:
        return days.left_on
    return max(recorded, earliest_deadline(days.left_on))


def earliest_deadline(left_on: date) -> date:
    """Give the earliest day that can have been the last filing deadline of somebody who left on a day."""
    return date(left_on.year - 1, 12, 1)


def hold(
    purposes: Collection[Purpose],
    days: Days,
    *,
    rules: Mapping[str, Completion] | None = None,
    extension: Extension | None = None,
    documents: Collection[Document] = DOCUMENTS,
) -> Holding:
    """Work out why and until when a number is held. `rules`: 完結の日 as the office defines it, by paper."""
    periods, waiting = [], []
    chosen = rules or {}
    for code in dict.fromkeys(document.code for document in documents):
        rows = [document for document in documents if document.code == code]
        if rows[0].purpose not in purposes:
            continue
        event, rule = _event_of(rows[0], chosen.get(code) or DEFAULT_COMPLETIONS.get(code), days)
        if isinstance(event, date):
            periods.append(_period(in_force(rows, event)[code], event, rule))
        elif rows[0].always:
            newest = in_force(rows, date.max)[code]
            waiting.append(
                Waiting(
                    purpose=newest.purpose,
                    label=PURPOSE_LABELS[newest.purpose],
                    document=code,
                    document_label=newest.label,
                    missing=event,
                    years=newest.years,
                    law=newest.law,
                )
            )
    return Holding(periods=tuple(periods), waiting=tuple(waiting), extension=extension)


def _event_of(document: Document, rule: Completion | None, days: Days) -> tuple[date | Missing | EventKind, str]:
    if not document.always:
        assert document.event is not None
        return days.recorded.get((document.code, document.event), Missing.RELATION), EVENT_LABELS[document.event]
    if document.start is Start.TAX_YEAR:
        return last_deadline(document.code, days), "最後の提出期限の年"
    assert rule is not None
    return completed_on(document.code, rule, days), COMPLETION_LABELS[rule]


def _period(document: Document, event: date, rule: str) -> Period:
    starts_on = first_day(document.start, event)
    return Period(
        purpose=document.purpose,
        label=PURPOSE_LABELS[document.purpose],
        document=document.code,
        document_label=document.label,
        starts_on=starts_on,
        last_on=last_day(starts_on, document.years),
        years=document.years,
        law=document.law,
        rule=rule,
    )
