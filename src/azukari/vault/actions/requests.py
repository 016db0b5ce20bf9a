"""廃棄の申請: asking for the disposal of some numbers, of one client or of many in one act, and taking it back.

Each client gets requests of its own, as each gets certificates of its own. A request holds what was shown of every
number; the approval is bound to it (queries.approvals).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation
from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst_day
from azukari.kernel.ids import new_id
from azukari.press.documents.disposal_certificate import facts as press
from azukari.roster import queries as roster
from azukari.tenancy import queries as tenancy
from azukari.tenancy.rules.settings import needs_two_persons
from azukari.vault import errors, policy, queries
from azukari.vault.models import Disposal, DisposalItem, NumberRecord
from azukari.vault.queries import approvals, holding
from azukari.vault.rules import disposal as rules
from azukari.vault.rules import events
from azukari.vault.rules.disposal import REASON_LABELS, SCREEN, Item, Reason, State
from azukari.vault.rules.numbers import RecordState


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of one client: which numbers, for which reason, and the digest of what the page showed of them."""

    client_id: UUID
    reason: Reason
    record_ids: Sequence[UUID]
    seen: str = ""


def request_disposal(
    *, actor: Actor, client_id: UUID, record_ids: Sequence[UUID], reason: Reason, now: datetime, seen: str = ""
) -> list[UUID]:
    """Ask for the disposal of some numbers of one client. Gives the ids: one disposal for each certificate's worth.

    Raises: as request_batch.
    """
    asked = Asked(client_id=client_id, reason=reason, record_ids=record_ids, seen=seen)
    return request_batch(actor=actor, asked=[asked], now=now)


@transaction.atomic
def request_batch(*, actor: Actor, asked: Iterable[Asked], now: datetime) -> list[UUID]:
    """Ask for disposals of many clients in one act: all of them are asked for, or none.

    Raises: PersonNotFoundError, PermissionNotAllowed, NothingToDisposeError, DisposalPendingError, ChangedSinceSeenError
    when `seen` is given and no longer true, RetentionRunsError, PeriodNotStartedError, DayMissingError,
    ExtensionRunsError, ContractRunsError, ReasonNotAllowedError.
    """
    parts = list(asked)
    for part in parts:
        policy.check_can(actor, "vault:number:dispose", part.client_id)
    journal.lock()  # one order of locks everywhere: the record's head first
    batch = new_id()
    return [made for part in parts for made in _request(actor, part, batch, now=now)]


def _request(actor: Actor, asked: Asked, batch: UUID, *, now: datetime) -> list[UUID]:
    client = tenancy.get_client_for(actor, asked.client_id)
    _lock_records(asked.client_id, asked.record_ids)
    numbers = queries.numbers_by_id(asked.record_ids)
    if not numbers or len(numbers) != len(set(asked.record_ids)):
        raise errors.NothingToDisposeError
    people = roster.find_people([number.person_id for number in numbers.values()])
    held = holding.holdings_of(numbers.values(), people)
    ordered = sorted(numbers.values(), key=lambda number: (number.person_id, number.version))
    items = [approvals.item_of(number, people[number.person_id], held[number.id]) for number in ordered]
    if asked.seen and asked.seen != rules.digest_of(asked.client_id, asked.reason, items):
        raise errors.ChangedSinceSeenError
    for number in ordered:
        rules.check_reason(
            asked.reason,
            holding=held[number.id],
            contract_ended_on=client.contract_ended_on,
            replaced_only=number.state is RecordState.REPLACED,
            today=jst_day(now),
        )
    looks = approvals.looks(asked.client_id, asked.reason, ordered, held, now=now)
    two_persons = needs_two_persons(tenancy.get_office().two_person_disposal, tenancy.count_key_holders()) or (
        # Where there are two 責任者, the brake asks the other one, whatever the office has set.
        bool(looks) and tenancy.count_approvers(actor.staff_id) > 0
    )
    ids = [
        _insert(actor, asked, batch, list(part), two_persons=two_persons, now=now)
        for part in batched(items, press.MOST_ROWS)
    ]
    alone = items[0] if len(items) == 1 else None
    journal.append(
        actor=actor,
        operation=Operation(
            event=events.DISPOSAL_REQUESTED,
            screen=SCREEN,
            lines=(
                Line(
                    client_id=client.id,
                    client_name=client.name,
                    person_id=alone.person_id if alone else None,
                    person_name=people[alone.person_id].name if alone else f"（{len(items)}件）",
                    detail=f"理由：{REASON_LABELS[asked.reason]}{'（歯止めの対象）' if looks else ''}",
                ),
            ),
        ),
        now=now,
    )
    return ids


def _insert(
    actor: Actor, asked: Asked, batch: UUID, items: Sequence[Item], *, two_persons: bool, now: datetime
) -> UUID:
    disposal = Disposal.objects.create(
        client_id=asked.client_id,
        batch=batch,
        state=State.REQUESTED,
        reason=asked.reason,
        two_persons=two_persons,
        requested_by=actor.staff_id,
        requested_by_name=actor.name,
        requested_by_role=actor.role.value,
        requested_at=now,
    )
    DisposalItem.objects.bulk_create(
        DisposalItem(
            disposal=disposal,
            record_id=item.record_id,
            person_id=item.person_id,
            person_code=item.person_code,
            person_name=item.person_name,
            relationship=item.relationship,
            former=item.former,
            periods=[dict(period) for period in item.periods],
        )
        for item in items
    )
    return disposal.id


def _lock_records(client_id: UUID, record_ids: Sequence[UUID]) -> None:
    """Lock the records of a request. Raises: DisposalPendingError, NothingToDisposeError for those of another client."""
    locked = 0
    for start in range(0, len(record_ids), 500):
        part = record_ids[start : start + 500]
        if DisposalItem.objects.filter(record_id__in=part, open=True).exists():
            raise errors.DisposalPendingError
        found = NumberRecord.objects.lock().filter(client_id=client_id, id__in=part)
        locked += len(found.values_list("id", flat=True))
    if locked != len(set(record_ids)):
        raise errors.NothingToDisposeError


def cancel_disposal(*, actor: Actor, disposal_id: UUID, now: datetime) -> None:
    """Take a request back before it was carried out. Raises: DisposalNotFoundError, DisposalStateError."""
    seen = queries.get_disposal_for(actor, disposal_id)
    policy.check_can(actor, "vault:number:dispose", seen.client_id)
    client = tenancy.get_client_for(actor, seen.client_id)
    with transaction.atomic():
        journal.lock()
        disposal = Disposal.objects.lock().get(id=disposal_id)
        if disposal.state != State.REQUESTED:
            raise errors.DisposalStateError
        disposal.state, disposal.cancelled_at = State.CANCELLED, now
        disposal.save()
        disposal.items.update(open=False)
        journal.append(
            actor=actor,
            operation=Operation(
                event=events.DISPOSAL_CANCELLED,
                screen=SCREEN,
                lines=(Line(client_id=client.id, client_name=client.name, person_name=f"（{seen.count}件）"),),
            ),
            now=now,
        )
