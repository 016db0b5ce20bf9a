"""What a request carries beyond Django's: the door, the moment, who is signed in or on the way in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from azukari.entrance.devices import device_label
from azukari.entrance.doors import Door
from azukari.kernel.actor import Actor
from azukari.tenancy import queries
from azukari.tenancy.actions.holders import Trace
from azukari.tenancy.queries import Holder, OperatorSignedIn, SignedIn

DEVICE_COOKIE = "__Host-azukari-device"
_DEVICE_DAYS = 400  # the most browsers keep a cookie


@dataclass(frozen=True, slots=True)
class Pending:
    """A login that is not complete: `stage` is factor, enrol or codes."""

    stage: str
    account_id: UUID
    office_id: UUID | None


def door_at(request: HttpRequest) -> Door:
    """Give the door this request knocks at."""
    door: Door = request.door  # type: ignore[attr-defined]
    return door


def actor_of(request: HttpRequest) -> Actor:
    """Give the person who acts. Raises: RuntimeError on a page without a login (a programming fault)."""
    return signed_in_of(request).actor


def signed_in_of(request: HttpRequest) -> SignedIn:
    """Give who is signed in. Raises: RuntimeError on a page without a login (a programming fault)."""
    signed_in: SignedIn | None = getattr(request, "signed_in", None)
    if signed_in is None:
        raise RuntimeError("this page needs a login")
    return signed_in


def operator_of(request: HttpRequest) -> OperatorSignedIn:
    """Give the operator who is signed in. Raises: RuntimeError on a page without a login (a programming fault)."""
    signed_in: OperatorSignedIn | None = getattr(request, "signed_in", None)
    if signed_in is None:
        raise RuntimeError("this page needs a login")
    return signed_in


def pending_of(request: HttpRequest) -> Pending | None:
    """Give the login on its way, None where there is none or it is complete."""
    return getattr(request, "pending", None)


def holder_of(request: HttpRequest) -> Holder:
    """Give the account behind the request, signed in or on the way in. Raises: StaffNotFoundError when stopped."""
    known = getattr(request, "signed_in", None) or pending_of(request)
    if known is None:
        raise RuntimeError("this page needs a login")
    if door_at(request).asks_office:
        return queries.get_account(known.account_id)
    return queries.get_operator(known.account_id)


def now_of(request: HttpRequest) -> datetime:
    """Give the moment of this request: one for everything it does."""
    moment: datetime = request.now  # type: ignore[attr-defined]
    return moment


def address_of(request: HttpRequest) -> str:
    """Tell the client's address: the peer's, or counted from the right by the proxies the operator named."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.AZUKARI_PROXIES:
        return peer
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return hops[-settings.AZUKARI_PROXIES] if len(hops) >= settings.AZUKARI_PROXIES else peer


def trace_of(request: HttpRequest) -> Trace:
    """Tell from where a request comes."""
    return Trace(
        session=request.session.get("id", ""),
        address=address_of(request),
        device=device_label(request.headers.get("User-Agent", "")),
    )


def device_token(request: HttpRequest) -> str:
    """Give the token of this browser's device cookie, empty where it has none."""
    token: str = request.COOKIES.get(DEVICE_COOKIE, "")
    return token if 20 <= len(token) <= 64 else ""


def new_device_token() -> str:
    """Make a token for a browser that has none."""
    return secrets.token_urlsafe(32)


def keep_device(response: HttpResponse, token: str) -> None:
    """Give the browser its device cookie."""
    response.set_cookie(
        DEVICE_COOKIE,
        token,
        max_age=_DEVICE_DAYS * 24 * 60 * 60,
        path="/",
        secure=True,
        httponly=True,
        samesite="Strict",
    )


def public_address(request: HttpRequest) -> str:
    """Give the address people open, without a slash at the end: the one set up, or the request's own."""
    return settings.AZUKARI_ADDRESS or f"{request.scheme}://{request.get_host()}"
