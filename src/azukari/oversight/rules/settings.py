"""What an office sets for oversight: thresholds of odd use, closed days, 再委託先, who of a client may look. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from azukari.oversight.rules.odd import RULES, Rule, Threshold, Thresholds

MOST_CLOSED_DAYS = 200
MOST_SUB_PROCESSORS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SubProcessor:
    """再委託先: to whom the office passes a part of the work on, for what, since when."""

    name: str
    work: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightSettings:
    """The settings of one office. `members_see`: 窓口担当者 see the handlings too, not only 窓口責任者."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    sub_processors: tuple[SubProcessor, ...] = ()
    members_see: bool = False


def to_json(settings: OversightSettings) -> dict[str, Any]:
    """Write settings as the values of a JSON column."""
    limits = settings.thresholds
    return {
        "rules": {rule.value: [limits.of(rule).on, limits.of(rule).number] for rule in Rule},
        "night": [limits.night_from, limits.night_until],
        "weekends": limits.weekends,
        "closed_days": [day.isoformat() for day in sorted(limits.closed_days)],
        "sub_processors": [[row.name, row.work, row.since] for row in settings.sub_processors],
        "members_see": settings.members_see,
    }


def from_json(told: Mapping[str, Any]) -> OversightSettings:
    """Read settings back; what an older version did not know has its default."""
    default = Thresholds()
    rules = told.get("rules", {})
    night_from, night_until = told.get("night", (default.night_from, default.night_until))
    return OversightSettings(
        thresholds=Thresholds(
            rules={
                rule: Threshold(*rules[rule.value]) if rule.value in rules else RULES[rule].default for rule in Rule
            },
            night_from=night_from,
            night_until=night_until,
            weekends=told.get("weekends", default.weekends),
            closed_days=frozenset(date.fromisoformat(day) for day in told.get("closed_days", ())),
        ),
        sub_processors=tuple(
            SubProcessor(name=name, work=work, since=since) for name, work, since in told.get("sub_processors", ())
        ),
        members_see=told.get("members_see", False),
    )
