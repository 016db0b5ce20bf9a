"""Reads of the 台帳: gates, a client's people, families, counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Max, Q

from azukari.kernel import text
from azukari.kernel.actor import Actor
from azukari.kernel.ids import ClientId, PersonId
from azukari.roster import errors
from azukari.roster.models import Person
from azukari.roster.rules import NUMBER_STATE_LABELS, SEX_LABELS, NumberState, Sex
from azukari.store.models import OfficeQuerySet


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person as screens show it."""

    id: PersonId
    client_id: ClientId
    head_id: PersonId | None
    employee_code: str
    name: str
    kana: str
    birth_date: date | None
    sex: Sex
    sex_label: str
    relationship: str
    is_employee: bool
    dependant_kind: str
    joined_on: date | None
    left_on: date | None
    completed_on: date | None
    note: str
    number_state: NumberState
    number_state_label: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """One page of people and how many there are in all."""

    rows: list[PersonRow]
    total: int


def get_person_for(actor: Actor, person_id: UUID, *, lock: bool = False) -> PersonRow:
    """Get a person of a client this actor sees. Raises: PersonNotFoundError."""
    if lock:
        Person.objects.lock().filter(id=person_id).values_list("id").first()
    row = _people().filter(_visible(actor), id=person_id).first()
    if row is None:
        raise errors.PersonNotFoundError
    return _person(row)


def list_people(
    actor: Actor, client_id: UUID, *, q: str = "", state: NumberState | None = None, page: int = 1, size: int = 50
) -> PeoplePage:
    """List a client's people by employee code, each employee followed by the dependants."""
    found = _people().filter(_visible(actor), client_id=client_id)
    for word in q.split():
        key = text.fold_name(word)
        found = found.filter(
            Q(name_key__contains=key) | Q(kana_key__contains=text.kana_key(word)) | Q(employee_code=word)
        )
    if state is not None:
        found = found.filter(number_state=state)
    start = (page - 1) * size
    rows = found.order_by("employee_code", "-is_employee", "id")[start : start + size]
    return PeoplePage(rows=[_person(row) for row in rows], total=found.count())


def search_people(actor: Actor, q: str, *, limit: int = 20) -> list[PersonRow]:
    """Find people of every client this actor sees, by name or reading."""
    key = text.fold_name(q)
    if not key:
        return []
    found = _people().filter(_visible(actor), Q(name_key__startswith=key) | Q(kana_key__startswith=text.kana_key(q)))
    return [_person(row) for row in found.order_by("kana_key", "id")[:limit]]


def find_person_ids(actor: Actor, name: str, *, limit: int = 500) -> list[UUID]:
    """Give the ids of people whose name or reading holds some text: for the filter of the record."""
    key = text.fold_name(name)
    found = Person.objects.filter(
        _visible(actor), Q(name_key__contains=key) | Q(kana_key__contains=text.kana_key(name))
    )
    return list(found.values_list("id", flat=True)[:limit])


def list_family(actor: Actor, head_id: UUID) -> list[PersonRow]:
    """List the dependants of an employee."""
    return [_person(row) for row in _people().filter(_visible(actor), head_id=head_id).order_by("id")]


def neighbours(actor: Actor, person: PersonRow) -> tuple[UUID | None, UUID | None]:
    """Give the person before and after in the order of the client's list."""
    same = Person.objects.filter(_visible(actor), client_id=person.client_id)
    order = ("employee_code", "-is_employee", "id")
    place = Q(employee_code=person.employee_code, is_employee=person.is_employee)
    later = (
        Q(employee_code__gt=person.employee_code)
        | (place & Q(id__gt=person.id))
        | Q(employee_code=person.employee_code, is_employee__lt=person.is_employee)
    )
    earlier = (
        Q(employee_code__lt=person.employee_code)
        | (place & Q(id__lt=person.id))
        | Q(employee_code=person.employee_code, is_employee__gt=person.is_employee)
    )
    following = same.filter(later).order_by(*order).values_list("id", flat=True).first()
    preceding = same.filter(earlier).order_by("-employee_code", "is_employee", "-id").values_list("id", flat=True)
    return preceding.first(), following


def all_of_client(client_id: UUID) -> list[PersonRow]:
    """List every person of a client: for the comparison with a sheet. Callers have passed the client's gate."""
    return [_person(row) for row in _people().filter(client_id=client_id)]


def mark_of_client(client_id: UUID) -> str:
    """Give a mark that changes whenever a client's people change."""
    found = Person.objects.filter(client_id=client_id).aggregate(n=Count("id"), last=Max("updated_at"))
    return f"{found['n']}:{found['last']}"


def find_people(ids: Sequence[UUID]) -> dict[UUID, PersonRow]:
    """Give some people by id. Callers have passed the gate of what led here."""
    return {
        row.id: _person(row)
        for start in range(0, len(ids), 500)
        for row in _people().filter(id__in=ids[start : start + 500])
    }


def count_by_state(client_ids: Sequence[UUID]) -> dict[UUID, dict[NumberState, int]]:
    """Count the people of some clients by the state of their number."""
    counts: dict[UUID, dict[NumberState, int]] = {}
    rows = (
        Person.objects.filter(client_id__in=client_ids)
        .order_by()
        .values("client_id", "number_state")
        .annotate(n=Count("id"))
    )
    for row in rows:
        counts.setdefault(row["client_id"], {})[NumberState(row["number_state"])] = row["n"]
    return counts


def count_missing(actor: Actor) -> int:
    """Count the people without a number, over the clients this actor sees."""
    found = Person.objects.filter(_visible(actor), number_state=NumberState.MISSING, left_on=None)
    return found.count()


def _people() -> OfficeQuerySet[Person]:
    return Person.objects.get_queryset().select_related("head")


def _visible(actor: Actor) -> Q:
    return Q() if actor.client_ids is None else Q(client_id__in=actor.client_ids)


def _person(row: Person) -> PersonRow:
    state, sex = NumberState(row.number_state), Sex(row.sex)
    return PersonRow(
        id=PersonId(row.id),
        client_id=ClientId(row.client_id),
        head_id=PersonId(row.head_id) if row.head_id else None,
        employee_code=row.employee_code,
        name=row.name,
        kana=row.kana,
        birth_date=row.birth_date,
        sex=sex,
        sex_label=SEX_LABELS[sex],
        relationship=row.relationship,
        is_employee=row.is_employee,
        dependant_kind=row.dependant_kind,
        joined_on=row.joined_on,
        left_on=row.left_on,
        # A sheet gives the day of leaving for the employee only; the family's affairs end with it.
        completed_on=row.left_on or (row.head.left_on if row.head else None),
        note=row.note,
        number_state=state,
        number_state_label=NUMBER_STATE_LABELS[state],
        updated_at=row.updated_at,
    )
