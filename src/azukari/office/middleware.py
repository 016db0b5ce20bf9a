"""The frame of a request: the office scope of the session, its time limits, and errors as pages.

Session and rights are read once a request. A refusal is recorded in a transaction of its own, since the
refused act's own transaction is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from azukari.kernel.clock import utc_now
from azukari.kernel.errors import AzukariError, NotAllowedError, NotFoundError
from azukari.kernel.text import mask_long_digits
from azukari.office import access
from azukari.store.scope import office_scope
from azukari.tenancy import queries
from azukari.tenancy.actions import login
from azukari.tenancy.errors import StaffNotFoundError, UnlockNeededError
from azukari.tenancy.rules import session_is_over
from azukari.ui import error_pages

View = Callable[[HttpRequest], HttpResponse]
_log = logging.getLogger("azukari.office")
# The time of last use is written at most once a minute: a page costs no commit otherwise.
_TOUCH = timedelta(minutes=1)


def staff_session(get_response: View) -> View:
    """Put the signed-in person on the request and run the rest inside the office's scope."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.now = utc_now()  # type: ignore[attr-defined]
        request.signed_in = None  # type: ignore[attr-defined]
        office = request.session.get("office")
        if not office:
            return get_response(request)
        with office_scope(UUID(office)):
            if _session_holds(request):
                _sign_in(request)
            return get_response(request)

    return middleware


def _session_holds(request: HttpRequest) -> bool:
    now: datetime = request.now  # type: ignore[attr-defined]
    signed_in_at = datetime.fromisoformat(request.session["signed_in_at"])
    last_seen_at = datetime.fromisoformat(request.session["last_seen_at"])
    if session_is_over(signed_in_at=signed_in_at, last_seen_at=last_seen_at, now=now):
        request.session.flush()
        request.session_expired = True  # type: ignore[attr-defined]
        return False
    if now - last_seen_at >= _TOUCH:
        request.session["last_seen_at"] = now.isoformat()
    return True


def _sign_in(request: HttpRequest) -> None:
    try:
        request.signed_in = queries.get_signed_in(  # type: ignore[attr-defined]
            UUID(request.session["account"]), session=request.session["id"], address=address_of(request)
        )
    except StaffNotFoundError:  # stopped meanwhile
        request.session.flush()


def address_of(request: HttpRequest) -> str:
    """Tell the client's address: the peer's, or counted from the right by the proxies the operator named."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.AZUKARI_PROXIES:
        return peer
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return hops[-settings.AZUKARI_PROXIES] if len(hops) >= settings.AZUKARI_PROXIES else peer


class ErrorsMiddleware:
    """Turns errors with sentences into pages and records refusals; the rest is Django's 500 page."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, UnlockNeededError):
            return access.ask_unlock(request)
        if isinstance(exception, AzukariError):
            if isinstance(exception, NotAllowedError | NotFoundError):
                self._record(request, exception)
            return error_pages.render_error(request, exception)
        if isinstance(exception, OperationalError):
            _log.error("database unavailable: %s", type(exception).__name__)
            return error_pages.unavailable(request)
        return None

    def _record(self, request: HttpRequest, error: AzukariError) -> None:
        signed_in = getattr(request, "signed_in", None)
        if signed_in is None:
            return
        permission = getattr(getattr(request.resolver_match, "func", None), "permission", "") or ""
        login.record_refusal(
            actor=signed_in.actor,
            permission=permission,
            detail=mask_long_digits(f"{request.method} {request.path}")[:200],
            now=request.now,  # type: ignore[attr-defined]
        )
