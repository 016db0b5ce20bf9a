"""Named filters of the record's list, each person's own."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from azukari.kernel.actor import Actor
from azukari.tenancy import errors
from azukari.tenancy.models import RecordView


@dataclass(frozen=True, slots=True)
class RecordViewRow:
    """One named filter."""

    id: UUID
    name: str
    query: str


def list_record_views(actor: Actor) -> list[RecordViewRow]:
    """List the actor's own named filters, by name."""
    rows = RecordView.objects.filter(staff_id=actor.staff_id).order_by("name")
    return [RecordViewRow(*row) for row in rows.values_list("id", "name", "query")]


def get_record_view_for(actor: Actor, view_id: UUID) -> RecordViewRow:
    """Get one of the actor's own named filters. Raises: ViewNotFoundError."""
    row = next((row for row in list_record_views(actor) if row.id == view_id), None)
    if row is None:
        raise errors.ViewNotFoundError
    return row
