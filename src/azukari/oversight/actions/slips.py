"""お預かり控え: a paper with a number of 120 bits, and the page it opens to whoever holds it, without an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Event, Line, Operation
from azukari.kernel.actor import Actor
from azukari.oversight import errors, queries
from azukari.oversight.models import HoldingSlip
from azukari.oversight.queries import Holding
from azukari.oversight.rules import events, slips
from azukari.roster import queries as roster
from azukari.roster.queries import PersonRow
from azukari.seal.access_codes import ActivationCode, new_activation_code
from azukari.seal.errors import SealError
from azukari.store.scope import office_scope
from azukari.tenancy import policy
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import holders, tries
from azukari.tenancy.actions.holders import Trace
from azukari.vault import queries as vault

SCREEN = "お預かり控え"


@dataclass(frozen=True, slots=True)
class IssuedSlip:
    """A fresh slip: its number exists here and on the paper, nowhere else."""

    code: ActivationCode
    person: PersonRow
    company: str


@transaction.atomic
def issue(*, actor: Actor, person_id: UUID, now: datetime) -> IssuedSlip:
    """Issue a slip for a person whose number is or was kept; an older one ends.

    Raises: PermissionNotAllowed, PersonNotFoundError, NoNumberError.
    """
    policy.check_may(actor, "oversight:slip:issue")
    person = roster.get_person_for(actor, person_id, lock=True)
    if not vault.list_numbers(person.id):
        raise errors.NoNumberError
    client = tenancy.get_client_for(actor, person.client_id)
    code = new_activation_code()
    HoldingSlip.objects.filter(person_id=person.id, ended_at__isnull=True).update(ended_at=now)
    HoldingSlip.objects.create(
        person_id=person.id,
        client_id=client.id,
        code_digest=code.digest().hex(),
        issued_by=actor.name,
        issued_at=now,
    )
    _record(actor, events.SLIP_ISSUED, person, client.name, now)
    return IssuedSlip(code, person, client.name)


@transaction.atomic
def end(*, actor: Actor, person_id: UUID, now: datetime) -> None:
    """End a person's slip: lost, or seen by somebody else. Raises: PermissionNotAllowed, PersonNotFoundError."""
    policy.check_may(actor, "oversight:slip:issue")
    person = roster.get_person_for(actor, person_id, lock=True)
    if HoldingSlip.objects.filter(person_id=person.id, ended_at__isnull=True).update(ended_at=now):
        _record(actor, events.SLIP_ENDED, person, tenancy.get_client_for(actor, person.client_id).name, now)


def open_page(*, office_code: str, typed: str, trace: Trace, now: datetime) -> Holding:
    """Open a person's own page with the number on the slip. The opening is recorded, then the page is read.

    Raises: SlipNotFoundError for everything that does not fit, TooManyAttemptsError.
    """
    tries.take((slips.SOURCE_LIMITS, trace.address), now=now)
    office_id = tenancy.find_office(office_code)
    try:
        digest = ActivationCode.parse(typed).digest().hex()
    except SealError:
        digest = ""
    if office_id is None or not digest:
        raise errors.SlipNotFoundError
    with office_scope(office_id):
        slip = HoldingSlip.objects.filter(code_digest=digest, ended_at__isnull=True).first()
        if slip is None or tenancy.office_is_closed(office_id):
            raise errors.SlipNotFoundError
        tries.give_back(slips.SOURCE_LIMITS, trace.address)
        tries.take((slips.OPEN_LIMITS, slip.code_digest), now=now)
        person = roster.find_people([slip.person_id])[slip.person_id]
        (client,) = tenancy.list_clients_by_id([slip.client_id])
        with transaction.atomic():
            _record(holders.system_actor(trace, name="本人"), events.SLIP_OPENED, person, client.name, now)
        return queries.holding_of(person.id, office=tenancy.get_office())


def _record(actor: Actor, event: Event, person: PersonRow, company: str, now: datetime) -> None:
    line = Line(client_id=person.client_id, client_name=company, person_id=person.id, person_name=person.name)
    journal.append(actor=actor, operation=Operation(event=event, screen=SCREEN, lines=(line,)), now=now)
