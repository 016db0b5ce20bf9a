"""保護: the key of a file is sealed to those who may open it, and the server's copy is destroyed.

Order: grants committed → server's copy destroyed. A crash in between leaves a copy, which the sweeper destroys:
`server_copy` says that there may be one, from before it is made until it is surely gone.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.exchange.actions import filekeys, ledger
from azukari.exchange.actions.records import record
from azukari.exchange.errors.deliveries import NoReaderError, QuarantineStateError
from azukari.exchange.models import FileGrant, StoredFile
from azukari.exchange.rules import events
from azukari.exchange.rules.states import Direction, FileState, Proposal
from azukari.kernel.actor import Actor
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import VaultKey
from azukari.tenancy import queries as tenancy


def seal(row: StoredFile, key: Secret, *, now: datetime) -> None:
    """Seal a file's key to the office, and to the people of the client company it goes to. In a transaction.

    The caller destroys the server's copy after its commit (`destroy_copy`).
    Raises: NoIntakeKeyError.
    """
    filekeys.grant_to_office(row.id, key, now=now)
    if row.direction == Direction.SENT and row.client_id is not None:
        filekeys.grant_to_people(row.id, key, tenancy.list_reader_keys(row.client_id), now=now)
    row.protected = row.server_copy = True
    if row.proposal == Proposal.OPEN:
        row.proposal = Proposal.ACCEPTED
    row.save(update_fields=["protected", "proposal", "server_copy"])
    ledger.follow_file(row)


def accept_proposal(*, actor: Actor, delivery_id: UUID, now: datetime) -> None:
    """Make a file 保護 that is not: its sender or the office says so. Raises: DeliveryNotFoundError, QuarantineStateError."""
    with transaction.atomic():
        delivery, row = ledger.lock(actor, delivery_id, "exchange:file:send")
        if row.protected or row.state not in {FileState.READY, FileState.UNSCANNABLE}:
            raise QuarantineStateError
        record(actor, events.PROTECTED, [delivery], now=now)
        seal(row, filekeys.server_key(row.id), now=now)
    destroy_copy(row.id, now=now)


@transaction.atomic
def decline_proposal(*, actor: Actor, delivery_id: UUID, reason: str, now: datetime) -> None:
    """Say that what looked like My Numbers is none. Only somebody with the right to numbers judges that.

    Raises: DeliveryNotFoundError, PermissionNotAllowed, QuarantineStateError.
    """
    delivery, row = ledger.lock(actor, delivery_id, "exchange:protected:open")
    if row.proposal != Proposal.OPEN:
        raise QuarantineStateError
    record(actor, events.PROPOSAL_DECLINED, [delivery], detail=reason, now=now)
    row.proposal = Proposal.DECLINED
    row.save(update_fields=["proposal"])
    ledger.follow_file(row)


def unprotect(*, actor: Actor, vault_key: VaultKey, delivery_id: UUID, reason: str, now: datetime) -> None:
    """Take 保護 back from a file that holds no numbers after all. The record is committed before the key is opened.

    Raises: DeliveryNotFoundError, PermissionNotAllowed, QuarantineStateError.
    """
    with transaction.atomic(durable=True):
        delivery, row = ledger.lock(actor, delivery_id, "exchange:protected:open")
        if not row.protected or row.state != FileState.READY:
            raise QuarantineStateError
        record(actor, events.UNPROTECTED, [delivery], detail=reason, now=now)
        row.server_copy = True
        row.save(update_fields=["server_copy"])
    key = filekeys.office_key(row.id, vault_key)
    with transaction.atomic():
        _, row = ledger.lock(actor, delivery_id, "exchange:protected:open")
        if not row.protected or not row.server_copy:
            raise QuarantineStateError  # somebody else was quicker
        filekeys.restore_key(row.id, key, now=now)
        row.protected, row.proposal, row.server_copy = False, Proposal.DECLINED, False
        row.save(update_fields=["protected", "proposal", "server_copy"])
        FileGrant.objects.filter(file_id=row.id).delete()
        ledger.follow_file(row)


def add_readers(*, actor: Actor, vault_key: VaultKey, delivery_id: UUID, now: datetime) -> int:
    """Seal a protected file that was sent anew to everybody of the company who has a key now. Gives how many.

    Raises: DeliveryNotFoundError, PermissionNotAllowed, QuarantineStateError, NoReaderError.
    """
    with transaction.atomic(durable=True):
        delivery, row = ledger.lock(actor, delivery_id, "exchange:protected:open")
        if not row.protected or row.direction != Direction.SENT or row.state != FileState.READY:
            raise QuarantineStateError
        record(actor, events.READER_ADDED, [delivery], now=now)
    readers = tenancy.list_reader_keys(delivery.client_id)
    if not readers:
        raise NoReaderError(company=tenancy.get_client_for(actor, delivery.client_id).name)
    key = filekeys.office_key(row.id, vault_key)
    with transaction.atomic():
        return filekeys.grant_to_people(row.id, key, readers, now=now)


def destroy_copy(file_id: UUID, *, now: datetime) -> None:
    """Destroy the server's copy of a key that is sealed now; of a file that is no longer 保護 it is the only one.

    Not while a backup is taken: the main database goes first, and where it knows no seal yet, the copy of the key
    store that follows must still hold the key. The sweeper comes back.
    """
    if tenancy.is_backup_running(now=now):
        return
    with transaction.atomic():
        if not StoredFile.objects.lock().filter(id=file_id, protected=True, server_copy=True).exists():
            return
        filekeys.delete_server_keys([file_id])
    if filekeys.press_out_server_keys():
        StoredFile.objects.filter(id=file_id, protected=True).update(server_copy=False)


def sweep_copies(*, now: datetime) -> int:
    """Destroy server copies that a crash left beside sealed keys. Gives how many."""
    left = list(StoredFile.objects.filter(server_copy=True).values_list("id", flat=True)[:500])
    for file_id in left:
        destroy_copy(file_id, now=now)
    return len(left)
