"""Sessions in the database: the engine behind `SESSION_ENGINE`, and ending them.

The key is stored as its hash, with the account beside it, so that stopping an account ends its sessions in the same
transaction and a stolen table logs nobody in.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.utils import timezone

from azukari.tenancy.models import BrowserSession


def digest_of(value: str) -> str:
    """Hash a session key or a device token (both have at least 128 random bits, so a plain hash is enough)."""
    return hashlib.sha256(f"azukari/browser/1\n{value}".encode()).hexdigest()


class SessionStore(DatabaseStore):
    """Django's database store over hashed keys."""

    @classmethod
    def get_model_class(cls) -> Any:
        return BrowserSession

    def _get_session_from_db(self) -> Any:
        row = BrowserSession.objects.filter(
            session_key=digest_of(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return BrowserSession.objects.filter(session_key=digest_of(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        account = data.get("account")
        key = self._get_or_create_session_key()  # type: ignore[attr-defined]  # Django's own, not in the stubs
        return BrowserSession(
            session_key=digest_of(key),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            public_id=data.get("id", ""),
            account_id=UUID(account) if account else None,
            door=data.get("door", ""),
            device=data.get("device", ""),
            address=data.get("address", ""),
            signed_in_at=_moment(data.get("signed_in_at")),
            last_seen_at=_moment(data.get("last_seen_at")),
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            BrowserSession.objects.filter(session_key=digest_of(key)).delete()


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def end_sessions(account_id: UUID, *, but: str = "") -> int:
    """End the sessions of an account, all or all but the one with this public id. Gives how many."""
    found = BrowserSession.objects.filter(account_id=account_id)
    if but:
        found = found.exclude(public_id=but)
    return found.delete()[0]


def end_sessions_of(account_ids: QuerySet[Any, Any]) -> int:
    """End every session of many accounts at once, given as a query of their ids. Gives how many."""
    return BrowserSession.objects.filter(account_id__in=account_ids).delete()[0]


def sweep_expired(*, now: datetime) -> int:
    """Delete sessions that are over."""
    return BrowserSession.objects.filter(expire_date__lt=now).delete()[0]
