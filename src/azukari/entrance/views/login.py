"""Login: name and password, then the second factor; or a passkey alone. Logout, and a forgotten password."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance import party, sessions
from azukari.entrance.access import PENDING, PUBLIC, ask_login, shared
from azukari.entrance.confirm import parsed
from azukari.entrance.forms import BackupForm, CodeForm, ForgottenForm, LoginForm
from azukari.entrance.requests import device_token, door_at, holder_of, now_of, pending_of, trace_of
from azukari.kernel.errors import InvalidError, NotAllowedError
from azukari.seal import passkeys
from azukari.seal.errors import SealError
from azukari.store.scope import scope_of
from azukari.tenancy import queries
from azukari.tenancy.actions import activation, factors, login, tries
from azukari.tenancy.errors import PasskeyNotAcceptedError, StaffNotFoundError
from azukari.tenancy.queries import Holder
from azukari.tenancy.rules.login import SOURCE_LIMITS

UNLOCK_COOKIE = "__Host-azukari-unlock"


@shared(PUBLIC, "GET", "HEAD", "POST")
def log_in(request: HttpRequest) -> HttpResponse:
    door, wanted = door_at(request), request.POST.get("next") or request.GET.get("next", "")
    form = LoginForm(request.POST or None, door=door)
    if request.method == "POST" and form.is_valid():
        try:
            entered = login.check_login(
                door.name,
                **form.names(),
                password=form.cleaned_data["password"],
                device=device_token(request),
                trace=trace_of(request),
                now=now_of(request),
            )
        except (InvalidError, NotAllowedError) as error:
            form.add_error(None, error.short)
        else:
            with scope_of(entered.office_id):
                holder = queries.get_holder(entered.account_id, entered.office_id)
                return sessions.begin(request, holder, entered.office_id, wanted=wanted)
    context = {
        "door": door,
        "form": form,
        "next": wanted,
        "expired": "expired" in request.GET,
        "demo_logins": _demo_logins(door.name),
    }
    return render(request, "entrance/login.html", context, status=422 if form.errors else 200)


def _demo_logins(door: str) -> list[dict[str, str]]:
    """In trial mode the login page shows the invented people one can try as."""
    if not settings.AZUKARI_TRIAL:
        return []
    try:
        logins: list[dict[str, str]] = json.loads((settings.DATA / "demo-logins.json").read_text("utf-8"))
    except OSError:
        return []
    return [found for found in logins if found["door"] == door]


@shared(PENDING, "GET", "HEAD", "POST")
def code(request: HttpRequest) -> HttpResponse:
    """The second step: a code of the app."""
    if not is_at(request, "factor"):
        return move_on(request)
    holder = holder_of(request)
    if not queries.has_totp(holder):
        return redirect(f"{door_at(request).name}:login-passkey")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            factors.prove_totp(holder, form.cleaned_data["code"], trace=trace_of(request), now=now_of(request))
        except InvalidError as error:
            form.add_error("code", error.short)
        else:
            return sessions.finish(request, holder, factor="確認コード")
    context = {
        "door": door_at(request),
        "form": form,
        "has_passkey": queries.has_passkey(holder),
        "trial_code": _trial_code(request, holder),
    }
    return render(request, "entrance/code.html", context, status=422 if form.errors else 200)


def _trial_code(request: HttpRequest, holder: Holder) -> str:
    """In trial mode the page shows the code an app would show, for the invented people alone."""
    if not any(found["login_id"] == holder.login_id for found in _demo_logins(door_at(request).name)):
        return ""
    return factors.trial_code(holder, now=now_of(request))


@shared(PENDING, "GET", "HEAD", "POST")
def backup(request: HttpRequest) -> HttpResponse:
    """The second step for somebody without the phone: a code on paper."""
    if not is_at(request, "factor"):
        return move_on(request)
    holder = holder_of(request)
    form = BackupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            left = factors.prove_backup_code(
                holder, form.cleaned_data["code"], trace=trace_of(request), now=now_of(request)
            )
        except InvalidError as error:
            form.add_error("code", error.short)
        else:
            response = sessions.finish(request, holder, factor="予備コード")
            messages.warning(
                request,
                f"予備コードでログインしました。残りは{left}個です。少なくなったら、［ログインと端末］で作り直してください。",
            )
            return response
    context = {"door": door_at(request), "form": form, "has_totp": queries.has_totp(holder)}
    return render(request, "entrance/backup.html", context, status=422 if form.errors else 200)


@shared(PUBLIC, "GET", "HEAD", "POST")
def passkey(request: HttpRequest) -> HttpResponse:
    """A passkey: as the second step after the password, or alone, since it is both factors (user verification)."""
    pending = pending_of(request)
    fault = ""
    if request.method == "POST":
        state: dict[str, Any] = request.session.pop("ceremony", None) or {}
        response = parsed(request.POST.get("credential", ""))
        try:
            if pending is not None and pending.stage == "factor":
                holder = holder_of(request)
                _prove(request, holder, state, response)
                return sessions.finish(request, holder, factor="パスキー")
            return _log_in_by_passkey(request, state, response)
        except (InvalidError, NotAllowedError) as error:
            fault = error.short
    allowed = queries.list_credential_ids(holder_of(request)) if pending and pending.stage == "factor" else []
    ceremony = passkeys.begin_login(party.of(request), allowed=allowed)
    request.session["ceremony"] = ceremony.state
    context = {
        "door": door_at(request),
        "fault": fault,
        "options": ceremony.options,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "second_step": bool(allowed),
        "has_totp": bool(allowed) and queries.has_totp(holder_of(request)),
    }
    return render(request, "entrance/passkey.html", context, status=422 if fault else 200)


def _prove(request: HttpRequest, holder: Holder, state: dict[str, Any], response: Any) -> None:
    factors.prove_passkey(
        holder, party.of(request), state=state, response=response, trace=trace_of(request), now=now_of(request)
    )


def _log_in_by_passkey(request: HttpRequest, state: dict[str, Any], response: Any) -> HttpResponse:
    """Find the account the passkey names, then check it. A name that is not there is refused in the same words."""
    trace, now = trace_of(request), now_of(request)
    tries.take((SOURCE_LIMITS, trace.address), now=now)
    try:
        _, handle = passkeys.named_by(response)
    except SealError as error:
        raise PasskeyNotAcceptedError from error
    owner = factors.find_owner(handle)
    door = door_at(request)
    if owner is None or (owner[0].int == 0) == door.asks_office:
        raise PasskeyNotAcceptedError
    office_id = owner[0] if door.asks_office else None
    if office_id is not None and queries.office_is_closed(office_id):
        raise PasskeyNotAcceptedError
    with scope_of(office_id):
        try:
            holder = queries.get_holder(owner[1], office_id)
        except StaffNotFoundError as error:
            raise PasskeyNotAcceptedError from error
        login.check_entry(holder, door.name, trace=trace, now=now)
        _prove(request, holder, state, response)
        tries.give_back(SOURCE_LIMITS, trace.address)
        sessions.begin(request, holder, office_id, wanted=request.POST.get("next", ""))
        return sessions.finish(request, holder, factor="パスキー")


@shared("tenancy:own:manage", "POST")
def log_out(request: HttpRequest) -> HttpResponse:
    login.log_out(holder_of(request), trace=trace_of(request), now=now_of(request))
    return leave(request)


def leave(request: HttpRequest) -> HttpResponse:
    """End the session in this browser and clean up behind it."""
    request.session.flush()
    response = redirect(f"{door_at(request).name}:login")
    response.delete_cookie(UNLOCK_COOKIE, path="/", samesite="Strict")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@shared(PENDING, "POST")
def cancel(request: HttpRequest) -> HttpResponse:
    """Give a login on its way up."""
    return leave(request)


@shared(PUBLIC, "GET", "HEAD", "POST")
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a new code. The answer is the same whoever asks for whatever login."""
    door = door_at(request)
    form = ForgottenForm(request.POST or None, door=door)
    done = False
    if request.method == "POST" and form.is_valid():
        try:
            if door.asks_office:
                activation.ask_reset(door.name, **form.names(), trace=trace_of(request), now=now_of(request))
        except InvalidError as error:
            form.add_error(None, error.short)
        else:
            done = True
    context = {"door": door, "form": form, "done": done}
    return render(request, "entrance/forgotten.html", context, status=422 if form.errors else 200)


def is_at(request: HttpRequest, stage: str) -> bool:
    """Tell whether the login on its way stands at a step."""
    pending = pending_of(request)
    return pending is not None and pending.stage == stage


def move_on(request: HttpRequest) -> HttpResponse:
    """Somebody came back to a step that is done: go on where the login stands."""
    if getattr(request, "signed_in", None) is not None:
        return redirect(f"{door_at(request).name}:home")
    return ask_login(request)
