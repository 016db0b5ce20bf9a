"""The browser's part of an unlock, beside what every door's request carries (entrance.requests)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

UNLOCK_COOKIE = "__Host-azukari-unlock"


def unlock_of(request: HttpRequest) -> tuple[UUID | None, bytes | None]:
    """Give the id of this session's unlock and the browser's part of its key."""
    unlock_id = request.session.get("unlock")
    cookie = request.COOKIES.get(UNLOCK_COOKIE, "")
    try:
        secret = bytes.fromhex(cookie)
    except ValueError:
        secret = b""
    return (UUID(unlock_id) if unlock_id else None), (secret if len(secret) == 32 else None)
