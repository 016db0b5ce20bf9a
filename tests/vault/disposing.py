"""Asking for disposals and approving them, as somebody does who looks at what the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from azukari.vault import queries
from azukari.vault.actions import disposal, requests
from azukari.vault.queries import approvals
from azukari.vault.rules.disposal import Reason
from tests.cast import NOW, Office


def ask(
    office: Office, people: Sequence[str] | str, reason: Reason, *, login: str = "saeki", now: datetime = NOW
) -> UUID:
    """Ask for everything held of some people of あおば."""
    keys = [people] if isinstance(people, str) else people
    records = [found.id for found in queries.live_numbers([office.people[key] for key in keys])]
    (disposal_id,) = requests.request_disposal(
        actor=office.actor(login), client_id=office.clients["aoba"], record_ids=records, reason=reason, now=now
    )
    return disposal_id


def carry_out(office: Office, disposal_id: UUID, *, login: str = "aoki", now: datetime = NOW) -> None:
    """Look at a request and approve it, with the count typed."""
    actor = office.actor(login)
    state = approvals.prepare(actor, disposal_id, now=now)
    disposal.carry_out(actor=actor, disposal_id=disposal_id, seen=state.seen, typed_count=state.count, now=now)
