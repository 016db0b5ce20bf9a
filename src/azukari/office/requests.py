"""What a request of this door carries beyond Django's: who is signed in, and the browser's part of an unlock."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from azukari.kernel.actor import Actor
from azukari.tenancy.queries import SignedIn

UNLOCK_COOKIE = "__Host-azukari-unlock"


def actor_of(request: HttpRequest) -> Actor:
    """Give the person who acts. Raises: RuntimeError on a page without a login (a programming fault)."""
    return signed_in_of(request).actor


def signed_in_of(request: HttpRequest) -> SignedIn:
    """Give who is signed in. Raises: RuntimeError on a page without a login (a programming fault)."""
    signed_in: SignedIn | None = getattr(request, "signed_in", None)
    if signed_in is None:
        raise RuntimeError("this page needs a login")
    return signed_in


def now_of(request: HttpRequest) -> datetime:
    """Give the moment of this request: one for everything it does."""
    moment: datetime = request.now  # type: ignore[attr-defined]
    return moment


def unlock_of(request: HttpRequest) -> tuple[UUID | None, bytes | None]:
    """Give the id of this session's unlock and the browser's part of its key."""
    unlock_id = request.session.get("unlock")
    cookie = request.COOKIES.get(UNLOCK_COOKIE, "")
    try:
        secret = bytes.fromhex(cookie)
    except ValueError:
        secret = b""
    return (UUID(unlock_id) if unlock_id else None), (secret if len(secret) == 32 else None)
