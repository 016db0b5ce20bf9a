"""Use cases of the 台帳. The handling record of a sheet's people is written by the room that calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from azukari.kernel import text
from azukari.roster.models import Person
from azukari.roster.rules import NumberState, PersonFacts
from azukari.store.bulk import insert_rows
from azukari.store.scope import current_office

_COLUMNS = (
    "id", "office_id", "client", "head", "employee_code", "name", "kana", "name_key", "kana_key", "birth_date",
    "sex", "relationship", "is_employee", "dependant_kind", "joined_on", "left_on", "note", "number_state",
    "created_at", "updated_at",
)  # fmt: skip


def add_people(
    *, client_id: UUID, people: Iterable[tuple[UUID, PersonFacts]], now: datetime, state: NumberState
) -> None:
    """Add people with ids the caller chose, heads before their dependants or in the same call."""
    office = current_office()
    insert_rows(
        Person,
        _COLUMNS,
        (
            (
                person_id, office, client_id, facts.head_id, facts.employee_code, facts.name, facts.kana,
                text.fold_name(facts.name), text.kana_key(facts.kana), facts.birth_date, facts.sex.value,
                facts.relationship, facts.is_employee, facts.dependant_kind, facts.joined_on, facts.left_on,
                facts.note, state.value, now, now,
            )
            for person_id, facts in people
        ),
    )  # fmt: skip


def change_people(people: Iterable[tuple[UUID, PersonFacts]], *, now: datetime) -> None:
    """Bring people up to what a sheet says. Empty values of the sheet never erase what the 台帳 holds."""
    for person_id, facts in people:
        row = Person.objects.lock().get(id=person_id)
        row.name, row.name_key = facts.name, text.fold_name(facts.name)
        if facts.kana:
            row.kana, row.kana_key = facts.kana, text.kana_key(facts.kana)
        row.employee_code = facts.employee_code or row.employee_code
        row.birth_date = facts.birth_date or row.birth_date
        row.sex = facts.sex.value or row.sex
        row.relationship = facts.relationship or row.relationship
        row.dependant_kind = facts.dependant_kind or row.dependant_kind
        row.joined_on = facts.joined_on or row.joined_on
        row.left_on = facts.left_on or row.left_on
        row.note = facts.note or row.note
        row.updated_at = now
        row.save()


def change_leaving(person_id: UUID, left_on: date | None, *, now: datetime) -> None:
    """Set or take away 退職日, of a dependant the end of 扶養. The caller has locked the person and writes the record."""
    Person.objects.filter(id=person_id).update(left_on=left_on, updated_at=now)


def mark_numbers(person_ids: Sequence[UUID], state: NumberState, *, now: datetime) -> None:
    """Say how far the numbers of some people are. Called by the vault in the transaction of the act."""
    for start in range(0, len(person_ids), 500):
        Person.objects.filter(id__in=person_ids[start : start + 500]).update(number_state=state, updated_at=now)
