"""How a login moves on: begun by a password, a code or a passkey, complete after the second factor."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from azukari.entrance.access import STEPS, safe_next
from azukari.entrance.requests import (
    device_token,
    door_at,
    keep_device,
    new_device_token,
    now_of,
    trace_of,
)
from azukari.tenancy import queries
from azukari.tenancy.actions import holders, login
from azukari.tenancy.queries import Holder


def begin(request: HttpRequest, holder: Holder, office_id: UUID | None, *, wanted: str = "") -> HttpResponse:
    """Begin a session after the password, in the office's scope, and lead to the next step."""
    trace = trace_of(request)
    request.session.flush()
    request.session.update(
        {
            "door": door_at(request).name,
            "office": str(office_id) if office_id else "",
            "account": str(holder.pk),
            "id": f"s{secrets.token_hex(6)}",  # never twelve digits alone
            "address": trace.address,
            "device": trace.device,
            "started_at": now_of(request).isoformat(),
            "next": safe_next(request, wanted, default=""),
        }
    )
    if queries.has_factor(holder):
        return _go(request, "factor")
    if holders.needs_factor(holder):
        return _go(request, "enrol")
    return finish(request, holder, factor="パスワードだけ")


def _go(request: HttpRequest, stage: str) -> HttpResponse:
    request.session["stage"] = stage
    return redirect(f"{door_at(request).name}:{STEPS[stage]}")


def go_to_codes(request: HttpRequest) -> None:
    """Note that only the backup codes are left to be written down."""
    request.session["stage"] = "codes"


def finish(request: HttpRequest, holder: Holder, *, factor: str, then: str = "home") -> HttpResponse:
    """Complete a login: a new session key, the device remembered, and on to the page that was wanted, or `then`."""
    door, now = door_at(request), now_of(request)
    token = device_token(request) or new_device_token()
    login.complete(holder, factor=factor, device=token, trace=trace_of(request), now=now)
    wanted = request.session.pop("next", "")
    request.session.cycle_key()
    request.session.update({"stage": "full", "signed_in_at": now.isoformat(), "last_seen_at": now.isoformat()})
    response = redirect(wanted or f"{door.name}:{then}")
    keep_device(response, token)
    return response
