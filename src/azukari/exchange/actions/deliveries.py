"""Sending to client companies, opening, withdrawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.exchange import policy, queries
from azukari.exchange.actions import filekeys, ledger, notices, protection
from azukari.exchange.actions.contents import Contents
from azukari.exchange.actions.records import record
from azukari.exchange.errors.deliveries import (
    AlreadyOpenedError,
    CannotWithdrawError,
    ContractEndedError,
    DeliveryNotFoundError,
    DraftRefusedError,
    ExpiredError,
    NoFilesError,
    NoReaderError,
    NoReceiversError,
    NotReadyError,
    NumbersInOpenFileError,
    ProtectedBroadcastError,
    StillExaminingError,
)
from azukari.exchange.models import Broadcast, Delivery, Opening, StoredFile
from azukari.exchange.rules import events
from azukari.exchange.rules.states import (
    LIVING,
    STATE_LABELS,
    DeliveryState,
    Direction,
    FileState,
    Proposal,
    is_visible,
    may_withdraw,
)
from azukari.exchange.rules.wishes import Wishes
from azukari.journal.rules import TakenOut
from azukari.journal.rules.takeouts import TakeOutFacts
from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst_minute
from azukari.kernel.ids import new_id
from azukari.seal.vaultkey import VaultKey
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import members


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """A file that may be given out now: its opening stands in the tables already."""

    id: UUID
    name: str
    sent_at: datetime
    contents: Contents


def send(
    *,
    actor: Actor,
    client_ids: Sequence[UUID],
    batch: UUID,
    memo: str,
    target: str = "",
    protected: bool = False,
    numbers_denied: bool = False,
    now: datetime,
) -> list[UUID]:
    """Send the prepared files of one `batch` to client companies. With `target` it is a broadcast. Gives the lines.

    `protected` seals every file to the company's people first. `numbers_denied`: the sender says that what looks
    like My Numbers is none. Raises: PermissionNotAllowed, DeliveryNotFoundError, NoReceiversError, NoFilesError,
    StillExaminingError, DraftRefusedError, NumbersInOpenFileError, ProtectedBroadcastError, NoReaderError,
    ContractEndedError.
    """
    with transaction.atomic():
        rows = list(queries.drafts(actor, batch).lock())
        clients = _receivers(actor, client_ids)
        protected = protected or any(row.protected for row in rows)
        _check(rows, clients, protected=protected, numbers_denied=numbers_denied, broadcast=bool(target))
        broadcast = None
        if target:
            assert actor.staff_id is not None
            broadcast = Broadcast.objects.create(
                target=target[:200],
                memo=memo,
                count=len(clients),
                staff_id=actor.staff_id,
                sender=actor.name,
                sent_at=now,
            )
        lines: list[Delivery] = []
        for row in rows:
            lines += _send_one(row, clients, memo=memo, protected=protected, broadcast=broadcast, now=now)
        record(actor, events.BROADCAST if broadcast else events.SENT, lines, now=now)
        _tell(lines, clients, now=now)
    for row in rows:
        if row.server_copy:
            protection.destroy_copy(row.id, now=now)
    return [line.id for line in lines]


def _send_one(
    row: StoredFile,
    clients: Sequence[tenancy.ClientRow],
    *,
    memo: str,
    protected: bool,
    broadcast: Broadcast | None,
    now: datetime,
) -> list[Delivery]:
    if protected and not row.protected:
        row.client_id = clients[0].id
        protection.seal(row, filekeys.server_key(row.id), now=now)
    if row.proposal == Proposal.OPEN:
        row.proposal = Proposal.DECLINED
    if broadcast is None:
        row.client_id = clients[0].id
    row.sent_at = now
    row.save(update_fields=["client_id", "sent_at", "proposal"])
    wishes = ledger.fitting(replace(Wishes.from_json(row.wishes), memo=memo), clients)
    holds = tenancy.get_office().holds_outgoing
    lines = ledger.add_sent(row, clients, wishes=wishes, holds=holds, broadcast=broadcast, now=now)
    for line in lines:
        ledger.settle(line, wishes)
    return lines


def _receivers(actor: Actor, client_ids: Sequence[UUID]) -> list[tenancy.ClientRow]:
    if not client_ids:
        raise NoReceiversError
    found = tenancy.find_clients(actor, list(client_ids))
    for client_id in client_ids:
        policy.check_can(actor, "exchange:file:send", client_id)
        if client_id not in found:
            raise DeliveryNotFoundError
    clients = sorted(found.values(), key=lambda client: (client.kana_key, client.id))
    for client in clients:
        if client.ended:
            raise ContractEndedError(company=client.name)
    return clients


def _check(
    rows: Sequence[StoredFile],
    clients: Sequence[tenancy.ClientRow],
    *,
    protected: bool,
    numbers_denied: bool,
    broadcast: bool,
) -> None:
    if not rows:
        raise NoFilesError
    for row in rows:
        if row.state == FileState.EXAMINING:
            raise StillExaminingError(name=row.name)
        if row.state != FileState.READY:
            raise DraftRefusedError(name=row.name)
        if row.proposal == Proposal.OPEN and not protected and not numbers_denied:
            raise NumbersInOpenFileError(name=row.name)
    if protected and (broadcast or len(clients) != 1):
        raise ProtectedBroadcastError
    if protected and not tenancy.list_reader_keys(clients[0].id):
        raise NoReaderError(company=clients[0].name)


def _tell(lines: Sequence[Delivery], clients: Sequence[tenancy.ClientRow], *, now: datetime) -> None:
    by_client = {client.id: client for client in clients}
    for line in lines:
        word = "保護ファイルを受け取れます。" if line.protected else "受け取るファイルがあります。"
        notices.tell(
            by_client[line.client_id],  # type: ignore[index]  # a ClientId is a UUID
            to_staff=False,
            kind="sent",
            line=word,
            delivery_id=line.id,
            not_before=line.release_at,
            now=now,
        )


def withdraw(*, actor: Actor, delivery_id: UUID, now: datetime) -> UUID:
    """Take a file back that the other side has not opened; the record says so. Gives the client company.

    The opening and the withdrawal lock the same row: one of them wins. Raises: DeliveryNotFoundError,
    AlreadyOpenedError, CannotWithdrawError.
    """
    with transaction.atomic():
        delivery, row = ledger.lock(actor, delivery_id, "exchange:file:send")
        if policy.is_receiver(actor, Direction(delivery.direction)):
            raise DeliveryNotFoundError
        if delivery.opened_at is not None:
            raise AlreadyOpenedError(at=jst_minute(delivery.opened_at), who=delivery.opened_by)
        if not may_withdraw(DeliveryState(delivery.state), delivery.opened_at):
            raise CannotWithdrawError
        delivery.state, delivery.withdrawn_at, delivery.withdrawn_by = DeliveryState.WITHDRAWN, now, actor.name
        delivery.save(update_fields=["state", "withdrawn_at", "withdrawn_by"])
        notices.take_back([delivery_id])
        ledger.unsettle(delivery)
        if not Delivery.objects.filter(file_id=row.id, state__in=LIVING).exists():
            row.state = FileState.CANCELLED
            row.save(update_fields=["state"])
        record(actor, events.WITHDRAWN, [delivery], detail="相手は開いていません", now=now)
    return delivery.client_id


def open_ordinary(*, actor: Actor, delivery_id: UUID, now: datetime) -> Readable:
    """Open a file that is not 保護. Who and when is committed before the first byte goes out.

    Raises: DeliveryNotFoundError, NotReadyError, ExpiredError, ProtectedNotAllowed, ProposalOpenNotAllowed.
    """
    with transaction.atomic(durable=True):
        delivery, row = _to_open(actor, delivery_id, now=now)
        if row.protected:
            raise DeliveryNotFoundError
        _note_opening(actor, delivery, now=now)
    return Readable(
        id=delivery.id,
        name=delivery.name,
        sent_at=delivery.sent_at,
        contents=Contents(row.id, filekeys.server_key(row.id)),
    )


def open_protected(
    *,
    actor: Actor,
    vault_key: VaultKey,
    delivery_id: UUID,
    purpose: str,
    leaves: TakeOutFacts,
    now: datetime,
) -> Readable:
    """Open a 保護 file with the office's unlock: a download always leaves. Record and take-out are committed first.

    Must not run inside a transaction. Law: ガイドライン別添1 2C b, 2E c.
    Raises: DeliveryNotFoundError, PermissionNotAllowed, NotReadyError, ExpiredError, those of `takeouts.take_out`.
    """
    with transaction.atomic(durable=True):
        delivery, row = _to_open(actor, delivery_id, now=now)
        policy.check_can(actor, "exchange:protected:open", delivery.client_id)
        if not row.protected:
            raise DeliveryNotFoundError
        record(actor, events.OPENED, [delivery], purpose=purpose, leaves=leaves, now=now)
        _note_opening(actor, delivery, now=now)
    return Readable(
        id=delivery.id,
        name=delivery.name,
        sent_at=delivery.sent_at,
        contents=Contents(row.id, filekeys.office_key(row.id, vault_key)),
    )


def open_as_receiver(*, actor: Actor, password: str, delivery_id: UUID, now: datetime) -> Readable:
    """Open a 保護 file from the office as a person of the client company, with the password that guards the own key.

    The caller has proved the password and counted the try. Must not run inside a transaction.
    Raises: DeliveryNotFoundError, NotReadyError, ExpiredError, ProtectedNotAllowed, KeyPairMissingError,
    UnlockRefusedError, OwnKeyNotAllowed.
    """
    assert actor.user_id is not None
    with transaction.atomic(durable=True):
        delivery, row = _to_open(actor, delivery_id, now=now)
        if not row.protected:
            raise DeliveryNotFoundError
        filekeys.check_own_key(row.id, actor.user_id)
        record(actor, events.OPENED, [delivery], taken_out=TakenOut.FILE, note="受け取り", now=now)
    key = filekeys.own_key(row.id, actor.user_id, members.open_user_key(actor.user_id, password))
    with transaction.atomic(durable=True):
        delivery, row = _to_open(actor, delivery_id, now=now)
        _note_opening(actor, delivery, now=now)
    return Readable(id=delivery.id, name=delivery.name, sent_at=delivery.sent_at, contents=Contents(row.id, key))


def _to_open(actor: Actor, delivery_id: UUID, *, now: datetime) -> tuple[Delivery, StoredFile]:
    delivery, row = ledger.lock(actor, delivery_id, "exchange:file:see")
    state, direction = DeliveryState(delivery.state), Direction(delivery.direction)
    receives = policy.is_receiver(actor, direction)
    if receives and not is_visible(state, delivery.release_at, now):
        raise DeliveryNotFoundError
    if state is DeliveryState.EXPIRED:
        raise ExpiredError(day=f"{delivery.expires_at:%Y/%m/%d}")
    if state is not DeliveryState.READY:
        raise NotReadyError(state=STATE_LABELS[state])
    policy.check_may_open(actor, direction=direction, protected=row.protected, proposed=row.proposal == Proposal.OPEN)
    return delivery, row


def _note_opening(actor: Actor, delivery: Delivery, *, now: datetime) -> None:
    Opening.objects.create(
        id=new_id(),
        delivery_id=delivery.id,
        at=now,
        staff_id=actor.staff_id,
        user_id=actor.user_id,
        name=actor.name,
        address=actor.address,
    )
    if delivery.opened_at is None and policy.is_receiver(actor, Direction(delivery.direction)):
        delivery.opened_at, delivery.opened_by = now, actor.name
        delivery.save(update_fields=["opened_at", "opened_by"])
