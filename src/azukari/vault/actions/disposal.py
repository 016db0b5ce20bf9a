"""廃棄: approval, destruction of keys, certificate. What is asked for stands in `requests`.

Approval and disposal are one transaction: record, emptied rows, states. After its commit the numbers open no
more; then the list outside the databases is written (store.disposals), then the keys are destroyed in the key
store, then the certificate is issued with its proof. Every later step can be repeated, so `finish_disposal`
completes what a crash left behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation
from azukari.kernel.actor import Actor
from azukari.roster import actions as roster_actions
from azukari.roster.rules import NumberState
from azukari.store import disposals
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import holders
from azukari.vault import errors, policy, queries
from azukari.vault.actions import certificates, keystore
from azukari.vault.models import Disposal, DisposalItem, DuplicateTag, NumberRecord
from azukari.vault.queries import approvals
from azukari.vault.rules import disposal as rules
from azukari.vault.rules import events
from azukari.vault.rules.disposal import REASON_LABELS, SCREEN, Reason, State
from azukari.vault.rules.numbers import RecordState

# A refusal names this many changes and counts the rest.
_SAID = 3


def carry_out(*, actor: Actor, disposal_id: UUID, seen: str, typed_count: int | None = None, now: datetime) -> None:
    """Approve a disposal as the second person, or carry out one's own after 24 hours, and destroy the numbers.

    `seen` is the digest of what the approver's page showed (queries.approvals); `typed_count` is asked for by the brake.
    At the end of this call the certificate is issued; a crash in between is completed by `finish_disposal`.
    Must not run inside a transaction.
    Raises: DisposalNotFoundError, SamePersonNotAllowed, PermissionNotAllowed, DisposalStateError, WaitNotOverError,
    ChangedSinceSeenError, ChangedSinceAskedError, SecondLookNeededError.
    """
    shown = queries.get_disposal_for(actor, disposal_id)
    policy.check_can(actor, "vault:number:dispose", shown.client_id)
    if shown.two_persons:
        _check_other(actor, shown.requested_by)
    client = tenancy.get_client_for(actor, shown.client_id)
    with transaction.atomic(durable=True):
        journal.lock()
        disposal = _lock(disposal_id, State.REQUESTED)
        rules.check_executable(two_persons=disposal.two_persons, requested_at=disposal.requested_at, now=now)
        braked = _check_still(actor, disposal, seen=seen, typed_count=typed_count, now=now)
        items = list(disposal.items.order_by("id"))
        why = f"理由：{REASON_LABELS[Reason(disposal.reason)]}{'（歯止め：件数を確認）' if braked else ''}"
        appended = journal.append(
            actor=actor,
            operation=Operation(
                event=events.DISPOSED,
                screen=SCREEN,
                lines=[
                    Line(
                        client_id=client.id,
                        client_name=client.name,
                        person_id=item.person_id,
                        person_name=item.person_name,
                        record_id=item.record_id,
                        detail=why,
                    )
                    for item in items
                ],
            ),
            now=now,
        )
        for line, item in enumerate(items, start=1):
            item.line, item.open = line, False
        DisposalItem.objects.bulk_update(items, ["line", "open"], batch_size=500)
        empty_records([item.record_id for item in items], now=now)
        mark_people({item.person_id for item in items}, now=now)
        disposal.state, disposal.operation = State.EXECUTED, appended.number
        disposal.executed_by, disposal.executed_by_name = actor.staff_id, actor.name
        disposal.executed_by_role, disposal.executed_at = actor.role.value, now
        disposal.unrecoverable_on = certificates.unrecoverable_on(now)
        disposal.save()
    finish_disposal(disposal_id, actor=actor, now=now)


def _check_other(actor: Actor, requested_by: UUID | None) -> None:
    policy.check_can_approve(actor, requested_by=requested_by, other_managers=tenancy.count_approvers(requested_by))


def _check_still(actor: Actor, disposal: Disposal, *, seen: str, typed_count: int | None, now: datetime) -> bool:
    """Refuse what is no longer what was asked for or seen. Tells whether the brake asked for a second look."""
    asked = approvals.items_asked(disposal.id)
    state = approvals.state_of(disposal.client_id, Reason(disposal.reason), asked, now=now)
    if state.changes:
        more = f"ほか{len(state.changes) - _SAID}件。" if len(state.changes) > _SAID else ""
        raise errors.ChangedSinceAskedError(what="".join(state.changes[:_SAID]) + more)
    if seen != state.seen:
        raise errors.ChangedSinceSeenError
    if not state.looks:
        return False
    if not disposal.two_persons and tenancy.count_approvers(disposal.requested_by) > 0:
        _check_other(actor, disposal.requested_by)
    if typed_count != state.count:
        raise errors.SecondLookNeededError
    return True


def empty_records(record_ids: Sequence[UUID], *, now: datetime) -> None:
    """Take the sealed bytes and the tags of records away: from the commit on nothing is left for a key to open."""
    for start in range(0, len(record_ids), 500):
        part = record_ids[start : start + 500]
        NumberRecord.objects.filter(id__in=part).update(state=RecordState.DISPOSED, sealed=None, disposed_at=now)
        DuplicateTag.objects.filter(record_id__in=part).delete()


def mark_people(person_ids: set[UUID], *, now: datetime) -> None:
    """A person is 廃棄済み when no number is left; one whose former number went stays 登録済み."""
    still: set[UUID] = set()
    ids = list(person_ids)
    for start in range(0, len(ids), 500):
        found = NumberRecord.objects.filter(person_id__in=ids[start : start + 500], state=RecordState.ACTIVE)
        still |= set(found.values_list("person_id", flat=True))
    roster_actions.mark_numbers(sorted(person_ids - still), NumberState.DISPOSED, now=now)


def finish_disposal(disposal_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Destroy the keys of an executed disposal and issue its certificate. Repeating it does no harm."""
    record_ids = list(DisposalItem.objects.filter(disposal_id=disposal_id).values_list("record_id", flat=True))
    disposals.note(disposals.Kind.NUMBER, record_ids, now=now)
    if not keystore.destroy_keys(record_ids):
        return  # the key store is being read; the sweeper comes back, the certificate waits
    for start in range(0, len(record_ids), 500):
        NumberRecord.objects.filter(id__in=record_ids[start : start + 500], key_destroyed_at=None).update(
            key_destroyed_at=now
        )
    with transaction.atomic(durable=True):
        journal.lock()
        disposal = Disposal.objects.lock().get(id=disposal_id)
        if disposal.state != State.EXECUTED:
            return
        certificate = disposal.certificates.filter(person_id=None).first() or certificates.record(
            actor, disposal, now=now
        )
    certificates.sign(certificate, now=now)


def sweep_unfinished(*, now: datetime) -> int:
    """Complete the disposals of the office in force that a crash left between act and certificate."""
    system = holders.system_actor(name="システム")
    waiting = list(Disposal.objects.filter(state=State.EXECUTED).values_list("id", flat=True))
    for disposal_id in waiting:
        finish_disposal(disposal_id, actor=system, now=now)
    return len(waiting)


def _lock(disposal_id: UUID, state: State) -> Disposal:
    disposal = Disposal.objects.lock().get(id=disposal_id)
    if disposal.state != state:
        raise errors.DisposalStateError
    return disposal
