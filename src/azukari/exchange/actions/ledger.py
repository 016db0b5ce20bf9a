"""Lines of the ledger: written when a file is whole, settled when it has passed the checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from azukari.exchange import policy, queries
from azukari.exchange.errors.deliveries import DeliveryNotFoundError, RequestNotFoundError, RequestStateError
from azukari.exchange.models import Broadcast, Delivery, RequestItem, StoredFile
from azukari.exchange.rules import names
from azukari.exchange.rules.requests import OPEN_STATES, ItemState, RequestState
from azukari.exchange.rules.states import DeliveryState, Direction, FileState, Proposal, release_moment
from azukari.exchange.rules.wishes import Wishes
from azukari.kernel.actor import Actor
from azukari.kernel.ids import new_id
from azukari.tenancy import queries as tenancy


def check_wishes(actor: Actor, client_id: UUID | None, wishes: Wishes) -> None:
    """Check that what a file answers, replaces or fulfils is this client's and still open.

    Raises: DeliveryNotFoundError, RequestNotFoundError, RequestStateError.
    """
    for delivery_id in (wishes.reply_to, wishes.replaces):
        if delivery_id and not queries.visible(actor).filter(id=delivery_id, client_id=client_id).exists():
            raise DeliveryNotFoundError
    if wishes.replaces:
        direction = Direction.SENT if actor.staff_id is not None else Direction.RECEIVED
        if not Delivery.objects.filter(id=wishes.replaces, direction=direction, replaced_by_id__isnull=True).exists():
            raise DeliveryNotFoundError
    if wishes.item and actor.staff_id is not None:
        raise RequestNotFoundError  # only a client company hands in what it was asked for
    if wishes.item:
        item = RequestItem.objects.select_related("request").filter(id=wishes.item).first()
        if item is None or item.request.client_id != client_id:
            raise RequestNotFoundError
        if item.request.state != RequestState.OPEN or item.state == ItemState.ACCEPTED:
            raise RequestStateError


def add_received(row: StoredFile, *, now: datetime) -> None:
    """Write the line of a file a client company has handed in. Inside the transaction that counts its last byte."""
    assert row.client_id is not None
    wishes = Wishes.from_json(row.wishes)
    (client,) = tenancy.list_clients_by_id([row.client_id])
    _add(row, client, wishes, now=now, release_at=None)


def add_sent(
    row: StoredFile,
    clients: Sequence[tenancy.ClientRow],
    *,
    wishes: Wishes,
    holds: bool,
    broadcast: Broadcast | None,
    now: datetime,
) -> list[Delivery]:
    """Write the lines of a file the office sends, one per client company. Inside the caller's transaction."""
    release_at = release_moment(now, holds=holds)
    return [
        _add(row, client, wishes, now=now, release_at=release_at, broadcast=broadcast, state=DeliveryState.READY)
        for client in clients
    ]


def _add(
    row: StoredFile,
    client: tenancy.ClientRow,
    wishes: Wishes,
    *,
    now: datetime,
    release_at: datetime | None,
    broadcast: Broadcast | None = None,
    state: DeliveryState = DeliveryState.EXAMINING,
) -> Delivery:
    delivery_id = new_id()
    thread = delivery_id
    if wishes.reply_to:
        thread = Delivery.objects.values_list("thread_id", flat=True).get(id=wishes.reply_to)
    elif wishes.replaces:
        thread = Delivery.objects.values_list("thread_id", flat=True).get(id=wishes.replaces)
    return Delivery.objects.create(
        id=delivery_id,
        client_id=client.id,
        client_kana=client.kana_key,
        file_id=row.id,
        direction=row.direction,
        state=state,
        name=row.name,
        search_key=names.search_key(row.name)[:400],
        size=row.size,
        protected=row.protected,
        memo=wishes.memo,
        batch=wishes.batch or delivery_id,
        broadcast=broadcast,
        thread_id=thread,
        item_id=wishes.item,
        staff_id=row.staff_id,
        user_id=row.user_id,
        sender=row.uploader,
        sent_at=now,
        release_at=release_at,
        expires_at=now + timedelta(days=tenancy.get_office().kept_days),
    )


def fitting(wishes: Wishes, clients: Sequence[tenancy.ClientRow]) -> Wishes:
    """Drop what a file answers or replaces where it goes to others than the company of that line."""
    named = wishes.reply_to or wishes.replaces
    if named is None:
        return wishes
    of = Delivery.objects.values_list("client_id", flat=True).get(id=named)
    return wishes if [client.id for client in clients] == [of] else replace(wishes, reply_to=None, replaces=None)


def settle(delivery: Delivery, wishes: Wishes) -> None:
    """Let a line that has passed the checks take effect: what it answers, replaces and fulfils."""
    if wishes.reply_to:
        Delivery.objects.filter(id=wishes.reply_to, answered_at__isnull=True).update(answered_at=delivery.sent_at)
    if wishes.replaces:
        Delivery.objects.filter(id=wishes.replaces, replaced_by_id__isnull=True).update(replaced_by_id=delivery.id)
    if wishes.item:
        RequestItem.objects.filter(id=wishes.item, state__in=OPEN_STATES).update(
            state=ItemState.HANDED_IN, comment="", decided_at=None, decided_by=""
        )


def unsettle(delivery: Delivery) -> None:
    """Take back what a withdrawn line had done."""
    Delivery.objects.filter(replaced_by_id=delivery.id).update(replaced_by_id=None)
    if delivery.item_id:
        left = Delivery.objects.filter(item_id=delivery.item_id, state=DeliveryState.READY).exclude(id=delivery.id)
        if not left.exists():
            handed_in = RequestItem.objects.filter(id=delivery.item_id, state=ItemState.HANDED_IN)
            handed_in.update(state=ItemState.WAITING)
    answered = Delivery.objects.filter(thread_id=delivery.thread_id, answered_at=delivery.sent_at)
    answered.exclude(direction=delivery.direction).update(answered_at=None)


_OF_FILE = {
    FileState.EXAMINING: DeliveryState.EXAMINING,
    FileState.READY: DeliveryState.READY,
    FileState.QUARANTINED: DeliveryState.QUARANTINED,
    FileState.UNSCANNABLE: DeliveryState.UNSCANNABLE,
    FileState.REFUSED: DeliveryState.REFUSED,
}


def follow_file(row: StoredFile) -> None:
    """Repeat a file's state and 保護 in its lines. Inside the transaction that changed the file."""
    lines = Delivery.objects.filter(file_id=row.id).exclude(state__in=[DeliveryState.WITHDRAWN, DeliveryState.EXPIRED])
    lines.update(
        state=_OF_FILE[FileState(row.state)],
        protected=row.protected,
        proposed=row.proposal == Proposal.OPEN,
    )


def lock(actor: Actor, delivery_id: UUID, permission: str) -> tuple[Delivery, StoredFile]:
    """Lock a line and its file for a change. Raises: DeliveryNotFoundError, PermissionNotAllowed.

    Everywhere the file is locked first, then its lines, the record last: two acts at once wait and never block.
    """
    seen = queries.visible(actor).filter(id=delivery_id).values("client_id", "file_id").first()
    if seen is None:
        raise DeliveryNotFoundError
    policy.check_can(actor, permission, seen["client_id"])
    file = StoredFile.objects.lock().get(id=seen["file_id"])
    return Delivery.objects.lock().get(id=delivery_id), file
