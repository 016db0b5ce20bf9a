"""News that was mailed, for the page of a line: the delivery of the mail itself is the outbox's to tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from azukari.exchange.models import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One notice to one person."""

    account_id: UUID
    made_at: datetime
    due_at: datetime
    mailed_at: datetime | None
    outbox_id: UUID | None
    dropped: str


def list_notices(delivery_id: UUID) -> list[NoticeRow]:
    """List the notices of a line, oldest first. The caller has checked who may see the line."""
    return [
        NoticeRow(
            account_id=row.account_id,
            made_at=row.made_at,
            due_at=row.due_at,
            mailed_at=row.mailed_at,
            outbox_id=row.outbox_id,
            dropped=row.dropped,
        )
        for row in Notice.objects.filter(delivery_id=delivery_id).order_by("made_at", "id")
    ]
