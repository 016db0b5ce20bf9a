"""How an account stands, in one word for lists and pages (office/_standing.html)."""

from __future__ import annotations

from datetime import datetime

from azukari.tenancy.queries import Standing


def state_of(standing: Standing, now: datetime) -> str:
    """Give the state that asks for a hand first: stopped, asked, uninvited, expired, waiting or running."""
    if not standing.active:
        return "stopped"
    if standing.reset_asked_at is not None:
        return "asked"
    if standing.activated:
        return "running"
    if standing.is_waiting(now):
        return "waiting"
    return "uninvited" if standing.invitation_ends_at is None else "expired"
