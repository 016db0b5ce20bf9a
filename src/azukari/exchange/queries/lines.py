"""Lines of the ledger, one or a few: what both sides see of them, who opened them, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from azukari.exchange.models import Delivery, Opening, Receipt, StoredFile
from azukari.exchange.queries.files import receipt_number
from azukari.exchange.rules.flags import Flag
from azukari.exchange.rules.states import (
    CLIENT_LABELS,
    OFFICE_LABELS,
    SCAN_LABELS,
    STATE_LABELS,
    DeliveryState,
    Direction,
    Proposal,
    Scan,
    is_visible,
    may_withdraw,
)
from azukari.kernel.actor import Actor
from azukari.kernel.ids import ClientId
from azukari.store.models import OfficeQuerySet
from azukari.tenancy import queries as tenancy

# Without the contents nothing is left to see of these on the receiving side.
_GONE_FOR_RECEIVER = (DeliveryState.WITHDRAWN, DeliveryState.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One line as both sides show it. `unread`: the receiving side, whichever that is, has not opened it."""

    id: UUID
    client_id: ClientId
    client: str
    name: str
    size: int
    direction: Direction
    direction_label: str
    state: DeliveryState
    state_label: str
    unread: bool
    is_mine_to_read: bool
    protected: bool
    proposed: bool
    memo: str
    sender: str
    sent_at: datetime
    release_at: datetime | None
    expires_at: datetime
    opened_at: datetime | None
    opened_by: str
    answered_at: datetime | None
    withdrawn_at: datetime | None
    replaced: bool
    broadcast: bool
    may_withdraw: bool
    batch: UUID
    thread: UUID
    item: UUID | None


def visible(actor: Actor) -> OfficeQuerySet[Delivery]:
    """Query the lines an actor may see: the office all of its clients' it serves, a client user the company's own."""
    lines = Delivery.objects.get_queryset()
    if actor.client_ids is not None:
        lines = lines.filter(client_id__in=actor.client_ids)
    return lines


def hidden_from_client(now: datetime) -> Q:
    """Tell what the receiving side of a client company does not see: held back, taken back, refused."""
    return Q(direction=Direction.SENT) & (Q(release_at__gt=now) | Q(state__in=_GONE_FOR_RECEIVER))


def to_rows(actor: Actor, lines: Sequence[Delivery], *, now: datetime) -> list[LedgerRow]:
    """Give lines as the actor's side shows them, with one question for all names."""
    names = {client.id: client.name for client in tenancy.list_clients_by_id({line.client_id for line in lines})}
    return [_row(actor, line, names, now=now) for line in lines]


def _row(actor: Actor, line: Delivery, names: dict[ClientId, str], *, now: datetime) -> LedgerRow:
    staff = actor.staff_id is not None
    direction, state = Direction(line.direction), DeliveryState(line.state)
    receives = staff == (direction is Direction.RECEIVED)
    return LedgerRow(
        id=line.id,
        client_id=ClientId(line.client_id),
        client=names[ClientId(line.client_id)],
        name=line.name,
        size=line.size,
        direction=direction,
        direction_label=(OFFICE_LABELS if staff else CLIENT_LABELS)[direction],
        state=state,
        state_label=STATE_LABELS[state],
        unread=line.opened_at is None and state is DeliveryState.READY,
        is_mine_to_read=receives and line.opened_at is None and state is DeliveryState.READY,
        protected=line.protected,
        proposed=line.proposed,
        memo=line.memo,
        sender=line.sender,
        sent_at=line.sent_at,
        release_at=line.release_at if line.release_at and line.release_at > now else None,
        expires_at=line.expires_at,
        opened_at=line.opened_at,
        opened_by=line.opened_by,
        answered_at=line.answered_at,
        withdrawn_at=line.withdrawn_at,
        replaced=line.replaced_by_id is not None,
        broadcast=line.broadcast_id is not None,
        may_withdraw=not receives and may_withdraw(state, line.opened_at),
        batch=line.batch,
        thread=line.thread_id,
        item=line.item_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDetail(LedgerRow):
    """One line with everything the detail page shows."""

    kind: str = ""
    scan: Scan = Scan.NOT_SCANNED
    scan_label: str = ""
    scan_note: str = ""
    refusal: str = ""
    proposal: Proposal = Proposal.NONE
    flags: tuple[Flag, ...] = ()
    receipt: str = ""
    file_id: UUID = field(kw_only=True)


def get_line(actor: Actor, delivery_id: UUID, *, now: datetime) -> LineDetail | None:
    """Get a line this actor may see, None where there is none (also one that is held back, or taken back)."""
    row = visible(actor).filter(id=delivery_id).first()
    if row is None:
        return None
    staff = actor.staff_id is not None
    receives = staff == (row.direction == Direction.RECEIVED)
    state = DeliveryState(row.state)
    if receives and not staff and (not is_visible(state, row.release_at, now) or state in _GONE_FOR_RECEIVER):
        return None
    names = {client.id: client.name for client in tenancy.list_clients_by_id([row.client_id])}
    shown = _row(actor, row, names, now=now)
    file = StoredFile.objects.get(id=row.file_id)
    receipt = Receipt.objects.filter(delivery_id=row.id).values_list("year", "serial").first()
    return LineDetail(
        **{name: getattr(shown, name) for name in LedgerRow.__dataclass_fields__},
        kind=file.kind,
        scan=Scan(file.scan),
        scan_label=SCAN_LABELS[Scan(file.scan)],
        scan_note=file.scan_note,
        refusal=file.refusal,
        proposal=Proposal(file.proposal),
        flags=tuple(Flag(flag) for flag in file.flags),
        receipt=receipt_number(*receipt) if receipt else "",
        file_id=file.id,
    )


def list_thread(actor: Actor, line: LedgerRow, *, now: datetime) -> list[LedgerRow]:
    """List the lines of one conversation, oldest first."""
    lines = visible(actor).filter(thread_id=line.thread)
    if actor.staff_id is None:
        lines = lines.exclude(hidden_from_client(now))
    return to_rows(actor, list(lines.order_by("sent_at", "id")[:200]), now=now)


def list_batch(actor: Actor, batch: UUID, *, now: datetime) -> list[LedgerRow]:
    """List the lines of one act of sending, by company."""
    return to_rows(actor, list(visible(actor).filter(batch=batch).order_by("client_kana", "id")[:5000]), now=now)


def list_waiting(actor: Actor, *, now: datetime, size: int = 50) -> list[LedgerRow]:
    """List what the actor's side has not opened yet, oldest first: 未読 on the home page, 受け取るファイル in the portal."""
    side = Direction.RECEIVED if actor.staff_id is not None else Direction.SENT
    lines = visible(actor).filter(direction=side, opened_at__isnull=True, state=DeliveryState.READY)
    if actor.staff_id is None:
        lines = lines.exclude(hidden_from_client(now))
    return to_rows(actor, list(lines.order_by("sent_at", "id")[:size]), now=now)


def count_unread(actor: Actor, *, most: int = 1000) -> int:
    """Count what the office has not opened yet, at most `most`."""
    side = Direction.RECEIVED if actor.staff_id is not None else Direction.SENT
    lines = visible(actor).filter(direction=side, opened_at__isnull=True, state=DeliveryState.READY)
    return len(lines.values_list("id", flat=True)[:most])


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningRow:
    """One opening of a file."""

    at: datetime
    name: str
    side: str


def list_openings(line: LedgerRow) -> list[OpeningRow]:
    """List who opened a line when, oldest first."""
    rows = Opening.objects.filter(delivery_id=line.id).order_by("at", "id")[:500]
    return [
        OpeningRow(at=row.at, name=row.name, side="事務所" if row.staff_id is not None else line.client) for row in rows
    ]
