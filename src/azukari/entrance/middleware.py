"""The frame of a request: the door and its session, the office's scope, time limits, and errors as pages.

Session and rights are read once a request. A refusal is recorded in a transaction of its own, since the refused act's
own transaction is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from azukari.entrance import confirm
from azukari.entrance.access import safe_next
from azukari.entrance.doors import OPERATOR, door_of
from azukari.entrance.refusals import record_refusal
from azukari.entrance.requests import Pending, address_of, door_at, now_of, trace_of
from azukari.kernel.clock import utc_now
from azukari.kernel.errors import AzukariError
from azukari.store.scope import scope_of
from azukari.tenancy import queries
from azukari.tenancy.actions import login
from azukari.tenancy.errors import AddressNotAllowedError, StaffNotFoundError, UnlockNeededError
from azukari.tenancy.rules.login import (
    OPERATOR_IDLE_MINUTES,
    OPERATOR_LIMIT,
    PENDING_LIMIT,
    SESSION_LIMIT,
    session_is_over,
)
from azukari.ui import error_pages

View = Callable[[HttpRequest], HttpResponse]
_log = logging.getLogger("azukari.entrance")
# The time of last use is written at most once a minute: a page costs no commit otherwise.
_TOUCH = timedelta(minutes=1)


class DoorSessionMiddleware(SessionMiddleware):
    """Django's sessions under a cookie of each door: an operator and a client user in one browser do not meet."""

    def process_request(self, request: HttpRequest) -> None:
        request.door = door_of(request.path)  # type: ignore[attr-defined]
        own = request.COOKIES.get(door_at(request).cookie)
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        if own:
            request.COOKIES[settings.SESSION_COOKIE_NAME] = own
        super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        name = door_at(request).cookie
        if name != settings.SESSION_COOKIE_NAME and settings.SESSION_COOKIE_NAME in response.cookies:
            morsel = response.cookies.pop(settings.SESSION_COOKIE_NAME)
            morsel.set(name, morsel.value, morsel.coded_value)
            response.cookies[name] = morsel
        return response


def session_frame(get_response: View) -> View:
    """Put the signed-in person, or the login on its way, on the request and run the rest inside the office's scope."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.now = utc_now()  # type: ignore[attr-defined]
        request.signed_in = None  # type: ignore[attr-defined]
        request.pending = None  # type: ignore[attr-defined]
        if not request.session.get("account") or request.session.get("door") != door_at(request).name:
            return get_response(request)
        office = request.session.get("office")
        with scope_of(UUID(office) if office else None):
            try:
                _recognise(request)
            except AddressNotAllowedError as error:
                return error_pages.render_error(request, error)
            return get_response(request)

    return middleware


def _recognise(request: HttpRequest) -> None:
    now, session = now_of(request), request.session
    account_id = UUID(session["account"])
    if session["stage"] != "full":
        if now >= datetime.fromisoformat(session["started_at"]) + PENDING_LIMIT:
            session.flush()
            request.session_expired = True  # type: ignore[attr-defined]
            return
        office = session.get("office")
        request.pending = Pending(session["stage"], account_id, UUID(office) if office else None)  # type: ignore[attr-defined]
        return
    try:
        _sign_in(request, account_id, now)
    except StaffNotFoundError:  # stopped meanwhile
        session.flush()


def _sign_in(request: HttpRequest, account_id: UUID, now: datetime) -> None:
    session, address = request.session, address_of(request)
    if door_at(request) is OPERATOR:
        if not _is_over(request, now, timedelta(minutes=OPERATOR_IDLE_MINUTES), OPERATOR_LIMIT):
            request.signed_in = queries.get_operator_signed_in(  # type: ignore[attr-defined]
                account_id, session=session["id"], address=address
            )
        return
    company = session.get("company")
    signed_in = queries.get_signed_in(
        account_id, session=session["id"], address=address, company=UUID(company) if company else None
    )
    if _is_over(request, now, timedelta(minutes=signed_in.office.session_minutes), SESSION_LIMIT):
        return
    if signed_in.office.allowed_networks:
        login.check_address(queries.get_account(account_id), trace_of(request), now=now)
    request.signed_in = signed_in  # type: ignore[attr-defined]


def _is_over(request: HttpRequest, now: datetime, idle: timedelta, limit: timedelta) -> bool:
    """End a session whose time is over; otherwise note that it is in use."""
    signed_in_at = datetime.fromisoformat(request.session["signed_in_at"])
    last_seen_at = datetime.fromisoformat(request.session["last_seen_at"])
    if session_is_over(signed_in_at=signed_in_at, last_seen_at=last_seen_at, now=now, idle=idle, limit=limit):
        request.session.flush()
        request.session_expired = True  # type: ignore[attr-defined]
        return True
    if now - last_seen_at >= _TOUCH:
        request.session["last_seen_at"] = now.isoformat()
    return False


class ErrorsMiddleware:
    """Turns errors with sentences into pages and records refusals; the rest is Django's 500 page."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, confirm.ConfirmWanted):
            return confirm.render_confirm(request, exception)
        if isinstance(exception, UnlockNeededError):
            return ask_unlock(request)
        if isinstance(exception, AzukariError):
            record_refusal(request, exception)
            return error_pages.render_error(request, exception)
        if isinstance(exception, OperationalError):
            _log.error("database unavailable: %s", type(exception).__name__)
            return error_pages.unavailable(request)
        return None


def ask_unlock(request: HttpRequest) -> HttpResponse:
    """Lead to 従業員利用認証, and back to this page afterwards; for a POST, to the page it came from."""
    back = request.get_full_path() if request.method == "GET" else request.POST.get("back") or request.path
    query = {"next": safe_next(request, back, default="/"), "needed": "1"}
    return redirect(f"{reverse('office:unlock')}?{urlencode(query)}")
