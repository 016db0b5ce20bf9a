"""保存期間: until when the document that carries a number has to be kept, and from when it may go.

Counting: the first day is left out and calendars decide (民法140条・141条・143条); where the last month lacks the day, the
period ends with the month (143条2項ただし書). The client's duty sets the period; the office keeps as its contractor.
Law: 所得税法施行規則76条の3, 雇用保険法施行規則143条, 健康保険法施行規則34条, 厚生年金保険法施行規則28条, 労災保険法施行規則51条.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from azukari.vault.rules.purposes import PURPOSE_LABELS, Purpose


class Start(StrEnum):
    """How the first day of a period follows from its event."""

    COMPLETION = "COMPLETION"  # the day after 完結の日
    TAX_YEAR = "TAX_YEAR"  # January 11 of the year after that of the filing deadline


@dataclass(frozen=True, slots=True)
class Retention:
    """One statutory period: years, how it starts, and the article."""

    years: int
    start: Start
    law: str


RETENTIONS = {
    Purpose.EMPLOYMENT_INSURANCE: Retention(4, Start.COMPLETION, "雇用保険法施行規則143条"),
    Purpose.HEALTH_PENSION: Retention(2, Start.COMPLETION, "健康保険法施行規則34条・厚生年金保険法施行規則28条"),
    Purpose.TAX: Retention(7, Start.TAX_YEAR, "所得税法施行規則76条の3"),
    # No article of its own was found (law.md 4.2): it goes with the 健保・厚年 papers it is handed in with.
    Purpose.CATEGORY3: Retention(2, Start.COMPLETION, "健康保険法施行規則34条に準じる"),
    Purpose.WORKERS_COMPENSATION: Retention(3, Start.COMPLETION, "労働者災害補償保険法施行規則51条"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A running or ended period of one purpose."""

    purpose: Purpose
    label: str
    starts_on: date
    last_on: date
    years: int
    law: str

    @property
    def disposable_from(self) -> date:
        """The first day on which this period no longer stands in the way."""
        return self.last_on + timedelta(days=1)


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


def build_periods(purposes: Iterable[Purpose], completed_on: date | None) -> list[Period]:
    """Build the periods of a number: none while the person is still there (no 完結の日).

    「完結の日」 is not defined in the ordinances; the office takes the day the person's relation ended (退職・資格喪失). The last
    filing deadline for 扶養控除等申告書 lies in the year of that day.
    """
    if completed_on is None:
        return []
    periods = []
    for purpose in sorted(set(purposes)):
        rule = RETENTIONS[purpose]
        starts_on = first_day(rule.start, completed_on)
        periods.append(
            Period(
                purpose=purpose,
                label=PURPOSE_LABELS[purpose],
                starts_on=starts_on,
                last_on=last_day(starts_on, rule.years),
                years=rule.years,
                law=rule.law,
            )
        )
    return periods


def due_on(periods: Iterable[Period]) -> date | None:
    """Give the last day of the longest period: the number is due for disposal after it. None while none runs."""
    return max((period.last_on for period in periods), default=None)
