"""お願い as both sides see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from azukari.exchange.models import Delivery, FileRequest, RequestItem
from azukari.exchange.rules.requests import ITEM_LABELS, OPEN_STATES, REQUEST_LABELS, ItemState, RequestState
from azukari.exchange.rules.states import DeliveryState
from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst_day
from azukari.kernel.ids import ClientId
from azukari.store.models import OfficeQuerySet
from azukari.tenancy import queries as tenancy


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A file handed in for an item."""

    id: UUID
    name: str
    sent_at: datetime
    state: DeliveryState
    protected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One asked-for thing, with what was handed in for it."""

    id: UUID
    name: str
    state: ItemState
    label: str
    comment: str
    decided_by: str
    files: tuple[Handed, ...]

    @property
    def open(self) -> bool:
        """Tell whether the client still has something to do."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One request with its items."""

    id: UUID
    client_id: ClientId
    client: str
    title: str
    note: str
    due_on: date
    state: RequestState
    label: str
    asked_by: str
    asked_at: datetime
    reminded_on: date | None
    items: tuple[ItemRow, ...]

    @property
    def done(self) -> int:
        """Count the accepted items."""
        return sum(item.state is ItemState.ACCEPTED for item in self.items)

    @property
    def to_check(self) -> int:
        """Count the items that wait for the office."""
        return sum(item.state is ItemState.HANDED_IN for item in self.items)

    @property
    def left(self) -> int:
        """Count the items the client still owes."""
        return sum(item.open for item in self.items)


def requests_seen(actor: Actor) -> OfficeQuerySet[FileRequest]:
    """Query the requests an actor may see."""
    rows = FileRequest.objects.get_queryset()
    if actor.client_ids is not None:
        rows = rows.filter(client_id__in=actor.client_ids)
    return rows


def list_requests(
    actor: Actor, *, client_id: UUID | None = None, open_only: bool = True, page: int = 1, size: int = 50
) -> list[RequestRow]:
    """List a page of requests and one more, the next due first; of all, the newest first."""
    rows = requests_seen(actor)
    if client_id is not None:
        rows = rows.filter(client_id=client_id)
    rows = (
        rows.filter(state=RequestState.OPEN).order_by("due_on", "id")
        if open_only
        else rows.order_by("-asked_at", "-id")
    )
    return _rows(list(rows[(page - 1) * size : page * size + 1]))


def get_request(actor: Actor, request_id: UUID) -> RequestRow | None:
    """Get a request an actor may see, None where there is none."""
    row = requests_seen(actor).filter(id=request_id).first()
    return _rows([row])[0] if row else None


def get_item(actor: Actor, item_id: UUID) -> tuple[RequestRow, ItemRow] | None:
    """Get an item with its request, None where the actor sees none."""
    request_id = RequestItem.objects.filter(id=item_id).values_list("request_id", flat=True).first()
    request = get_request(actor, request_id) if request_id else None
    item = next((item for item in request.items if item.id == item_id), None) if request else None
    return (request, item) if request and item else None


def count_waiting_items(actor: Actor) -> int:
    """Count the items handed in that wait for the office."""
    waiting = RequestItem.objects.filter(state=ItemState.HANDED_IN, request__in=requests_seen(actor))
    return waiting.filter(request__state=RequestState.OPEN).count()


def _rows(rows: Sequence[FileRequest]) -> list[RequestRow]:
    names = {client.id: client.name for client in tenancy.list_clients_by_id({row.client_id for row in rows})}
    items: dict[UUID, list[RequestItem]] = {}
    found = RequestItem.objects.filter(request_id__in=[row.id for row in rows]).order_by("position")
    for item in found:
        items.setdefault(item.request_id, []).append(item)
    files: dict[UUID | None, list[Handed]] = {}
    gone = [DeliveryState.WITHDRAWN, DeliveryState.REFUSED]
    handed = Delivery.objects.filter(item_id__in=[item.id for item in found]).exclude(state__in=gone)
    for line in handed.order_by("sent_at"):
        files.setdefault(line.item_id, []).append(
            Handed(
                id=line.id,
                name=line.name,
                sent_at=line.sent_at,
                state=DeliveryState(line.state),
                protected=line.protected,
            )
        )
    return [
        RequestRow(
            id=row.id,
            client_id=ClientId(row.client_id),
            client=names[ClientId(row.client_id)],
            title=row.title,
            note=row.note,
            due_on=row.due_on,
            state=RequestState(row.state),
            label=REQUEST_LABELS[RequestState(row.state)],
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            reminded_on=row.reminded_on if row.reminded_on != jst_day(row.asked_at) else None,
            items=tuple(
                ItemRow(
                    id=item.id,
                    name=item.name,
                    state=ItemState(item.state),
                    label=ITEM_LABELS[ItemState(item.state)],
                    comment=item.comment,
                    decided_by=item.decided_by,
                    files=tuple(files.get(item.id, ())),
                )
                for item in items.get(row.id, ())
            ),
        )
        for row in rows
    ]
