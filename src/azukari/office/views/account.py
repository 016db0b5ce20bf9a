"""Login, logout and 従業員利用認証."""

from __future__ import annotations

import json
import secrets

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from azukari.kernel.errors import InvalidError
from azukari.office.access import PUBLIC, page, safe_next
from azukari.office.forms.account import LoginForm, UnlockForm
from azukari.office.middleware import address_of
from azukari.office.requests import UNLOCK_COOKIE, actor_of, now_of, signed_in_of, unlock_of
from azukari.tenancy.actions import login, unlocks


@page(PUBLIC, "GET", "HEAD", "POST")
def log_in(request: HttpRequest) -> HttpResponse:
    wanted = safe_next(request, request.POST.get("next") or request.GET.get("next", ""), default=reverse("office:home"))
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        session_id = f"s{secrets.token_hex(6)}"  # never twelve digits alone
        try:
            signed_in = login.log_in(
                office_code=form.cleaned_data["office_code"],
                login_id=form.cleaned_data["login_id"],
                password=form.cleaned_data["password"],
                address=address_of(request),
                session=session_id,
                now=now_of(request),
            )
        except InvalidError as error:
            form.add_error(None, error.short)
        else:
            request.session.flush()
            request.session.update(
                {
                    "office": str(signed_in.office.id),
                    "account": str(signed_in.account_id),
                    "id": session_id,
                    "signed_in_at": now_of(request).isoformat(),
                    "last_seen_at": now_of(request).isoformat(),
                }
            )
            return redirect(wanted)
    context = {
        "form": form,
        "next": wanted,
        "expired": "expired" in request.GET,
        "demo_logins": _demo_logins(),
    }
    return render(request, "office/login.html", context, status=422 if form.errors else 200)


def _demo_logins() -> list[dict[str, str]]:
    """In trial mode the login page shows the invented people one can try as."""
    if not settings.AZUKARI_TRIAL:
        return []
    try:
        logins: list[dict[str, str]] = json.loads((settings.DATA / "demo-logins.json").read_text("utf-8"))
    except OSError:
        return []
    return logins


@page("tenancy:own:manage", "POST")
def log_out(request: HttpRequest) -> HttpResponse:
    unlock_id, _ = unlock_of(request)
    if unlock_id:
        unlocks.end_unlock(actor=actor_of(request), unlock_id=unlock_id, now=now_of(request))
    login.log_out(actor=actor_of(request), now=now_of(request))
    request.session.flush()
    response = redirect("office:login")
    response.delete_cookie(UNLOCK_COOKIE, path="/", samesite="Strict")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@page("tenancy:vault:unlock", "GET", "HEAD", "POST")
def unlock(request: HttpRequest) -> HttpResponse:
    wanted = safe_next(request, request.POST.get("next") or request.GET.get("next", ""), default=reverse("office:home"))
    form = UnlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            opened = unlocks.open_unlock(
                actor=actor_of(request),
                password=form.cleaned_data["password"],
                purpose=form.cleaned_data["purpose"],
                now=now_of(request),
            )
        except InvalidError as error:
            form.add_error("password", error.short)
        else:
            return remember_unlock(request, redirect(wanted), opened)
    context = {
        "form": form,
        "next": wanted,
        "needed": "needed" in request.GET,
        "login_id": signed_in_of(request).login_id,
        "minutes": signed_in_of(request).office.unlock_minutes,
    }
    return render(request, "office/unlock.html", context, status=422 if form.errors else 200)


def remember_unlock(request: HttpRequest, response: HttpResponse, opened: unlocks.Opened) -> HttpResponse:
    """Give the browser its part of the key; the session only knows which unlock it belongs to."""
    request.session["unlock"] = str(opened.unlock_id)
    response.set_cookie(
        UNLOCK_COOKIE, opened.browser_secret.hex(), path="/", secure=True, httponly=True, samesite="Strict"
    )
    return response


@page("tenancy:own:manage", "POST")
def end_unlock(request: HttpRequest) -> HttpResponse:
    unlock_id, _ = unlock_of(request)
    if unlock_id:
        unlocks.end_unlock(actor=actor_of(request), unlock_id=unlock_id, now=now_of(request))
        request.session.pop("unlock", None)
    messages.success(request, "利用認証を終えました。")
    response = redirect(safe_next(request, request.POST.get("next", ""), default=reverse("office:home")))
    response.delete_cookie(UNLOCK_COOKIE, path="/", samesite="Strict")
    return response
