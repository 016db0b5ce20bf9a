"""従業員利用認証, and the password before the record's screens."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from azukari.entrance.requests import actor_of, holder_of, now_of, signed_in_of, trace_of
from azukari.kernel.errors import InvalidError
from azukari.office.access import page, safe_next
from azukari.office.forms.account import RecordOpenForm, UnlockForm
from azukari.office.requests import UNLOCK_COOKIE, unlock_of
from azukari.tenancy import queries
from azukari.tenancy.actions import passwords, unlocks


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


def remember_unlock[R: HttpResponseBase](request: HttpRequest, response: R, opened: unlocks.Opened) -> R:
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


@page("journal:record:see", "GET", "HEAD", "POST")
def open_record(request: HttpRequest) -> HttpResponse:
    """The password of the record's screens, asked on entry. Whoever has none yet is led to set one."""
    actor = actor_of(request)
    wanted = safe_next(
        request, request.POST.get("next") or request.GET.get("next", ""), default=reverse("office:record")
    )
    if not passwords.has_record_password(actor):
        messages.info(request, "記録の画面を開くには、先に専用のパスワードを決めてください。")
        return redirect("office:record-password")
    form = RecordOpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.prove_record_password(
                actor,
                queries.get_account(holder_of(request).pk),
                form.cleaned_data["password"],
                trace=trace_of(request),
                now=now_of(request),
            )
        except InvalidError as error:
            form.add_error("password", error.short)
        else:
            request.session["record_opened_at"] = now_of(request).isoformat()
            return redirect(wanted)
    context = {"form": form, "next": wanted}
    return render(request, "office/log/open.html", context, status=422 if form.errors else 200)
