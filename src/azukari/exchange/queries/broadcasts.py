"""一斉送信 with who has opened it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from azukari.exchange.models import Broadcast, Delivery
from azukari.exchange.queries.lines import visible
from azukari.exchange.rules.states import DeliveryState
from azukari.kernel.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastRow:
    """One broadcast: of how many lines how many were opened."""

    id: UUID
    target: str
    memo: str
    count: int
    sender: str
    sent_at: datetime
    reminded_at: datetime | None
    lines: int
    opened: int
    left: int
    batch: UUID


def list_broadcasts(actor: Actor, *, size: int = 200) -> list[BroadcastRow]:
    """List the broadcasts an actor may see some line of, newest first."""
    rows = Broadcast.objects.order_by("-sent_at", "-id")
    if actor.client_ids is not None:
        rows = rows.filter(id__in=visible(actor).filter(broadcast__isnull=False).values("broadcast_id"))
    return _rows(actor, list(rows[:size]))


def get_broadcast(actor: Actor, broadcast_id: UUID) -> BroadcastRow | None:
    """Get one broadcast, None where the actor sees no line of it."""
    rows = _rows(actor, list(Broadcast.objects.filter(id=broadcast_id)))
    return rows[0] if rows else None


def _rows(actor: Actor, rows: Sequence[Broadcast]) -> list[BroadcastRow]:
    lines = visible(actor).filter(broadcast_id__in=[row.id for row in rows])
    counted = {
        found["broadcast_id"]: found
        for found in lines.order_by()
        .values("broadcast_id")
        .annotate(
            lines=Count("id"),
            opened=Count("id", filter=Q(opened_at__isnull=False)),
            left=Count("id", filter=Q(opened_at__isnull=True, state=DeliveryState.READY)),
        )
    }
    batches = dict(Delivery.objects.filter(broadcast_id__in=list(counted)).values_list("broadcast_id", "batch"))
    return [
        BroadcastRow(
            id=row.id,
            target=row.target,
            memo=row.memo,
            count=row.count,
            sender=row.sender,
            sent_at=row.sent_at,
            reminded_at=row.reminded_at,
            lines=counted[row.id]["lines"],
            opened=counted[row.id]["opened"],
            left=counted[row.id]["left"],
            batch=batches[row.id],
        )
        for row in rows
        if row.id in counted
    ]
