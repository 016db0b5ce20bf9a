"""Who of the office can see the numbers of a client company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from azukari.kernel.actor import ROLE_LABELS, Role
from azukari.tenancy.models import Assignment, Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberReader:
    """A staff member who can see the numbers of a client company, and since when the right was given."""

    name: str
    role_label: str
    since: datetime
    assigned: bool


def list_number_readers(client_id: UUID) -> list[NumberReader]:
    """List the active staff with the right to numbers who see a client company, in order of their login."""
    assigned = set(Assignment.objects.filter(client_id=client_id).values_list("staff_id", flat=True))
    found = Grant.objects.select_related("staff").filter(staff__account__is_active=True).order_by("staff__login_id")
    return [
        NumberReader(
            name=row.staff.name,
            role_label=ROLE_LABELS[Role(row.staff.role)],
            since=row.granted_at,
            assigned=row.staff_id in assigned,
        )
        for row in found
        if row.staff.sees_all_clients or row.staff_id in assigned
    ]
