"""Why numbers are held: the office's rules, the days recorded for people, lengthenings, and what follows from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import batched
from uuid import UUID

from django.db.models import Q

from azukari.kernel.clock import jst_day
from azukari.roster import queries as roster
from azukari.roster.queries import PersonRow
from azukari.vault.models import RetentionDay, RetentionExtension, RetentionSetting
from azukari.vault.queries import NumberFacts
from azukari.vault.rules.brake import Brake
from azukari.vault.rules.documents import CHOSEN, DEFAULT_COMPLETIONS, Completion, EventKind
from azukari.vault.rules.numbers import RecordState
from azukari.vault.rules.reasons import Whose, why_held
from azukari.vault.rules.retention import Days, Extension, Holding, hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """保存期間の設定 of the office in force. `version` 0: nothing was ever set."""

    completion: Mapping[str, Completion] = field(default_factory=dict)
    brake: Brake = field(default_factory=Brake)
    version: int = 0
    looked_at: datetime | None = None


def get_setting() -> Setting:
    """Get the office's rules, the defaults where it has set none."""
    row = RetentionSetting.objects.get_queryset().order_by().first()
    if row is None:
        return Setting(completion=DEFAULT_COMPLETIONS)
    return Setting(
        completion={
            document.code: Completion(row.completion.get(document.code) or DEFAULT_COMPLETIONS[document.code])
            for document in CHOSEN
        },
        brake=Brake(count=row.brake_count, share=row.brake_share),
        version=row.version,
        looked_at=row.looked_at,
    )


def find_days(people: Collection[UUID] | None) -> dict[UUID, dict[tuple[str, EventKind], date]]:
    """Give the days recorded for some people, or for everybody (None)."""
    found: dict[UUID, dict[tuple[str, EventKind], date]] = {}
    for part in _parts(people):
        rows = RetentionDay.objects.filter(part).values_list("person_id", "document", "kind", "on")
        for person_id, document, kind, on in rows:
            found.setdefault(person_id, {})[(document, EventKind(kind))] = on
    return found


def find_extensions(people: Collection[UUID] | None) -> dict[UUID, Extension]:
    """Give the lengthenings in force of some people, or of everybody (None)."""
    found = {}
    for part in _parts(people):
        for row in RetentionExtension.objects.filter(part, ended_at=None):
            found[row.person_id] = Extension(until=row.until, reason=row.reason, by=row.set_by_name)
    return found


def _parts(people: Collection[UUID] | None) -> Iterable[Q]:
    return [Q()] if people is None else (Q(person_id__in=part) for part in batched(people, 500))


def holdings_of(numbers: Iterable[NumberFacts], people: Mapping[UUID, PersonRow]) -> dict[UUID, Holding]:
    """Work out why some numbers are held, by number. `people` are their people."""
    rules = get_setting().completion
    days, extensions = find_days(list(people)), find_extensions(list(people))
    return {
        number.id: hold(
            number.purposes,
            Days(left_on=people[number.person_id].completed_on, recorded=days.get(number.person_id, {})),
            rules=rules,
            extension=extensions.get(number.person_id),
        )
        for number in numbers
    }


def sentences_of(
    numbers: Iterable[NumberFacts],
    people: Mapping[UUID, PersonRow],
    holdings: Mapping[UUID, Holding],
    *,
    ended: Mapping[UUID, date | None],
    today: date,
) -> dict[UUID, str]:
    """Say of each number why it is held. `ended`: when the contract with the client ended, by client."""
    found = list(numbers)
    heads = roster.find_people([head for number in found if (head := people[number.person_id].head_id) is not None])
    return {
        number.id: why_held(
            holdings[number.id],
            Whose(
                is_employee=people[number.person_id].is_employee,
                head=_name(heads, people[number.person_id].head_id),
                replaced_on=_replaced_on(number),
                contract_ended_on=ended.get(number.client_id),
            ),
            today=today,
        )
        for number in found
    }


def _name(heads: Mapping[UUID, PersonRow], head_id: UUID | None) -> str:
    found = heads.get(head_id) if head_id else None
    return found.name if found else ""


def _replaced_on(number: NumberFacts) -> date | None:
    if number.state is not RecordState.REPLACED or number.replaced_at is None:
        return None
    return jst_day(number.replaced_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRow:
    """A lengthening, in force or taken back."""

    until: date
    reason: str
    set_by_name: str
    set_at: datetime
    ended_by_name: str
    ended_at: datetime | None


def list_extensions(person_id: UUID) -> list[ExtensionRow]:
    """List the lengthenings of one person, newest first. Callers have passed the person's gate."""
    return [
        ExtensionRow(
            until=row.until,
            reason=row.reason,
            set_by_name=row.set_by_name,
            set_at=row.set_at,
            ended_by_name=row.ended_by_name,
            ended_at=row.ended_at,
        )
        for row in RetentionExtension.objects.filter(person_id=person_id).order_by("-set_at", "-id")
    ]
