"""本人の確認: an act of weight asks for the password or a passkey each time, and keeps what was typed.

A view calls `prove` after its form is right and before it acts. Without a proof in the request the person gets one page
with the same fields hidden in it and one question; the answer goes to the same address. No state, no JavaScript.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from azukari.entrance import party
from azukari.entrance.access import safe_next
from azukari.entrance.requests import door_at, holder_of, now_of, trace_of
from azukari.kernel.errors import InvalidError
from azukari.seal import passkeys
from azukari.tenancy import queries
from azukari.tenancy.actions import factors, passwords, tries
from azukari.tenancy.errors import TooManyAttemptsError
from azukari.tenancy.rules.login import TICKET_LIMIT

_PASSWORD, _CREDENTIAL = "confirm_password", "confirm_credential"
_TICKET = "confirm_ticket"
_NOT_CARRIED = ("csrfmiddlewaretoken", _PASSWORD, _CREDENTIAL, _TICKET)
_USED = "この確認は、もう使いました。同じ操作をもう一度行うときは、前の画面からやり直してください。"


class ConfirmWanted(Exception):
    """Not a refusal but a question; the middleware asks it. `fault` says what was wrong with the last answer."""

    def __init__(self, what: str, fault: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fault = fault


def prove(request: HttpRequest, what: str) -> None:
    """Make sure the person is there, for this one act. `what` names it: 「従業員アカウントの追加」.

    Raises: ConfirmWanted.
    """
    holder, credential = holder_of(request), request.POST.get(_CREDENTIAL)
    try:
        if credential:
            state = request.session.pop("confirm_ceremony", None)
            factors.confirm_by_passkey(
                holder,
                party.of(request),
                state=state or {},
                response=parsed(credential),
                what=what,
                trace=trace_of(request),
                now=now_of(request),
            )
        elif _PASSWORD in request.POST:
            passwords.prove(holder, request.POST[_PASSWORD], trace=trace_of(request), what=what, now=now_of(request))
        else:
            raise ConfirmWanted(what)
    except InvalidError as error:
        raise ConfirmWanted(what, error.short) from error
    _use_ticket(request, what)


def _use_ticket(request: HttpRequest, what: str) -> None:
    """A page of this question is good once: the page stays open after a download, and people press twice."""
    ticket = request.POST.get(_TICKET)
    if ticket:
        try:
            tries.take(((TICKET_LIMIT,), ticket[:64]), now=now_of(request))
        except TooManyAttemptsError as error:
            raise ConfirmWanted(what, _USED) from error


def render_confirm(request: HttpRequest, wanted: ConfirmWanted) -> HttpResponse:
    """Ask, carrying the fields of the form along. Fields with a password in their name are not carried."""
    holder = holder_of(request)
    options: dict[str, Any] | None = None
    if queries.has_passkey(holder):
        ceremony = passkeys.begin_login(party.of(request), allowed=queries.list_credential_ids(holder))
        request.session["confirm_ceremony"] = ceremony.state
        options = ceremony.options
    context = {
        "what": wanted.what,
        "ticket": secrets.token_urlsafe(16),
        "fault": wanted.fault,
        "carried": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in _NOT_CARRIED and "password" not in name
            for value in values
        ],
        "back": safe_next(request, request.POST.get("back") or request.path, default=door_at(request).prefix),
        "options": options,
        "layout": door_at(request).layout,
        "door": door_at(request),
    }
    return render(request, "entrance/confirm.html", context, status=422 if wanted.fault else 200)


def parsed(credential: str) -> Mapping[str, Any]:
    """Read the browser's answer; anything but an object is an empty one, which no ceremony takes."""
    try:
        found = json.loads(credential)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
