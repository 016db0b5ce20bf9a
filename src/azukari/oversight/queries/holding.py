"""お預かりの内容: what one person may know of the own number, which is not in it, and neither is its length."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from azukari.journal import queries as journal
from azukari.kernel.clock import jst_day
from azukari.oversight.models import HoldingSlip
from azukari.oversight.rules.handling import PERSONAL_EVENTS, partial_name, use_of
from azukari.roster import queries as roster
from azukari.tenancy import queries as tenancy
from azukari.vault import queries as vault
from azukari.vault.queries.holding import holdings_of

_MOST_USES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """One thing that was done with the number: what, for which 事務, handed in where."""

    at: datetime
    label: str
    use: str
    submitted_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The number that is kept now: for what, since when, until when and by which law."""

    since: datetime
    purposes: tuple[str, ...]
    until: date | None
    law: str
    still_there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Everything on the person's page. `disposed`: moment and number of the certificate ("" while it is made)."""

    name: str
    office: str
    telephone: str
    company: str
    held: Held | None
    used: list[Used]
    more_used: bool
    disposed: list[tuple[datetime, str]]


def holding_of(person_id: UUID, *, office: tenancy.OfficeFacts) -> Holding:
    """Collect what a person's page shows. Callers have passed the slip."""
    person = roster.find_people([person_id])[person_id]
    (client,) = tenancy.list_clients_by_id([person.client_id])
    number = vault.find_number(person_id)
    rows = journal.list_of_person(person_id, PERSONAL_EVENTS, size=_MOST_USES + 1)
    return Holding(
        name=partial_name(person.name),
        office=office.name,
        telephone=office.telephone,
        company=client.name,
        held=_held(person, number) if number else None,
        used=[_used(row) for row in rows[:_MOST_USES]],
        more_used=len(rows) > _MOST_USES,
        disposed=vault.list_disposals_of(person_id),
    )


def _held(person: roster.PersonRow, number: vault.NumberFacts) -> Held:
    holding = holdings_of([number], {person.id: person})[number.id]
    longest = max(holding.periods, key=lambda period: period.last_on, default=None)
    return Held(
        since=number.registered_at,
        purposes=number.purpose_labels,
        until=holding.due_on,
        law=longest.law if longest else "",
        still_there=person.completed_on is None,
    )


def _used(row: journal.EntryRow) -> Used:
    use, submitted_to = use_of(row.purpose)
    return Used(at=row.at, label=row.label, use=use, submitted_to=submitted_to)


def slip_of(person_id: UUID) -> date | None:
    """Tell the day the slip that opens a person's page was issued, None where there is none. Callers have passed the gate."""
    row = HoldingSlip.objects.filter(person_id=person_id, ended_at__isnull=True).first()
    return jst_day(row.issued_at) if row else None
