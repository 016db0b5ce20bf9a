"""What the address of the record's list asks for: the filter, in words too, and who is in charge of whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.http import HttpRequest, QueryDict

from azukari.entrance.requests import actor_of
from azukari.journal import queries as journal
from azukari.journal.rules import Kind, Result
from azukari.kernel.clock import JST
from azukari.office.forms.record import RecordFilterForm
from azukari.roster import queries as roster
from azukari.tenancy import queries as tenancy

MOST_PEOPLE = 500
# What of an address is kept with a name: the filter and how it is shown, not the place in the list.
_SHOWN = ("group", "size")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter of a request. `wanted` is None where the form has errors. `conditions` are its words."""

    form: RecordFilterForm
    wanted: journal.Filter | None
    conditions: tuple[str, ...]
    too_many_people: bool = False

    def in_words(self) -> str:
        """Say the conditions in one line, for the record."""
        return "・".join(self.conditions) or "すべての記録"


def read(request: HttpRequest) -> Asked:
    """Read the filter of a request from its address."""
    actor = actor_of(request)
    form = RecordFilterForm(
        request.GET,
        staff=[(str(pk), name) for pk, name in tenancy.list_staff_choices()],
        clients=[(str(pk), name) for pk, name in tenancy.list_client_choices(actor)],
        screens=journal.list_screens(),
    )
    if not form.is_valid():
        return Asked(form, None, ())
    data = form.cleaned_data
    person, charge = str(data["person"]).strip(), data["charge"]
    people = roster.find_person_ids(actor, person, limit=MOST_PEOPLE) if person else None
    served = tenancy.get_staff_for(actor, UUID(str(charge))).clients if charge else ()
    operation, line = form.place()
    wanted = journal.Filter(
        since=_midnight(data["since"]),
        until=_midnight(data["until"], days=1),
        staff_id=UUID(str(data["staff"])) if data["staff"] else None,
        client_id=UUID(str(data["client"])) if data["client"] else None,
        client_ids=frozenset(served) if charge else None,
        person_ids=people,
        kind=Kind(str(data["kind"])) if data["kind"] else None,
        result=Result(str(data["result"])) if data["result"] else None,
        screen=str(data["screen"]),
        taken_out_only=bool(data["taken_out"]),
        operation=operation,
        line=line,
    )
    return Asked(form, wanted, tuple(form.in_words()), people is not None and len(people) >= MOST_PEOPLE)


def query_of(request: HttpRequest) -> str:
    """Give the part of an address that a named filter keeps."""
    kept = QueryDict(mutable=True)
    for name in (*RecordFilterForm.base_fields, *_SHOWN):
        if value := request.GET.get(name, ""):
            kept[name] = value
    return kept.urlencode()


def in_charge(rows: Sequence[journal.EntryRow]) -> dict[UUID, list[str]]:
    """Give the names of those in charge of the client companies of some lines, as they are today."""
    return tenancy.list_staff_in_charge([pk for pk in {row.client_id for row in rows} if pk is not None])


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    return datetime.combine(day + timedelta(days=days), time(), JST) if day else None
