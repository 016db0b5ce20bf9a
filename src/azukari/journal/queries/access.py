"""The log-ins of one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from azukari.journal.models import Entry, EntryText
from azukari.journal.queries.narrowing import own
from azukari.journal.rules import Kind, Result
from azukari.kernel.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRow:
    """One line of a person's own log-in history."""

    at: datetime
    label: str
    detail: str
    address: str
    failed: bool


def list_own_access(actor: Actor, *, size: int = 20) -> list[AccessRow]:
    """List a person's own log-ins and what belongs to them, newest first."""
    found = Entry.objects.filter(own(actor), kind=Kind.ACCESS).order_by("-seq")
    columns = list(found.values("id", "at", "label", "result")[:size])
    texts = dict(EntryText.objects.filter(id__in=[row["id"] for row in columns]).values_list("id", "texts"))
    return [
        AccessRow(
            at=row["at"],
            label=row["label"],
            detail=texts.get(row["id"], {}).get("detail", ""),
            address=texts.get(row["id"], {}).get("address", ""),
            failed=row["result"] == Result.FAILURE,
        )
        for row in columns
    ]
