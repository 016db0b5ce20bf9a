"""Browsers in which somebody is logged in at a door, at a stage of a login."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.test import Client

from azukari.entrance.doors import Door
from azukari.tenancy.actions.sessions import SessionStore


def enter(door: Door, account_id: UUID, office_id: UUID | None, *, now: datetime, stage: str = "full") -> Client:
    """Make the session by hand and give its cookie to a browser."""
    session = SessionStore()
    session.update(
        {
            "door": door.name,
            "stage": stage,
            "office": str(office_id) if office_id else "",
            "account": str(account_id),
            "id": "test",
            "started_at": now.isoformat(),
            "signed_in_at": now.isoformat(),
            "last_seen_at": now.isoformat(),
        }
    )
    session.save()
    client = Client()
    client.cookies[door.cookie] = session.session_key
    return client
