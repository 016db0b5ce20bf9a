"""ログインと端末: one's own password, second factors, backup codes, sessions and devices."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.access import shared
from azukari.entrance.confirm import prove
from azukari.entrance.forms import ChangePasswordForm, NoticesForm
from azukari.entrance.requests import device_token, door_at, holder_of, now_of, trace_of
from azukari.entrance.views import activate
from azukari.kernel.errors import InvalidError
from azukari.tenancy import queries
from azukari.tenancy.actions import factors, holders, passwords
from azukari.tenancy.actions.sessions import digest_of
from azukari.tenancy.errors import FactorNotFoundError
from azukari.tenancy.rules.passwords import FULL_WIDTH, is_full_width

_OWN = "tenancy:own:manage"


@shared(_OWN)
def own(request: HttpRequest) -> HttpResponse:
    """How one gets in: factors, codes, running logins, known devices, the last logins."""
    holder = holder_of(request)
    context = {
        "door": door_at(request),
        "layout": door_at(request).layout,
        "factors": queries.list_factors(holder),
        "needs_factor": holders.needs_factor(holder),
        "codes_left": queries.count_backup_codes(holder),
        "sessions": queries.list_sessions(holder.pk, now=now_of(request)),
        "this_session": request.session.get("id", ""),
        "devices": queries.list_devices(holder),
        "this_device": digest_of(device_token(request)) if device_token(request) else "",
        "history": holders.list_history(holder),
        "notices": NoticesForm(initial={"notices": getattr(holder, "notices", "")})
        if door_at(request).asks_office
        else None,
        "email": holder.email,
    }
    return render(request, "entrance/own.html", context)


@shared(_OWN, "GET", "HEAD", "POST")
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions end."""
    holder = holder_of(request)
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.change(
                holder,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["password"],
                trace=trace_of(request),
                now=now_of(request),
            )
        except InvalidError as error:
            form.add_error("password" if error.code == "tenancy.password_weak" else "old", error.short)
        else:
            request.session.cycle_key()
            messages.success(request, "パスワードを変更しました。ほかの端末はログアウトしました。")
            if is_full_width(form.cleaned_data["password"]):
                messages.warning(request, FULL_WIDTH)
            return redirect(f"{door_at(request).name}:own")
    context = {
        "door": door_at(request),
        "layout": door_at(request).layout,
        "form": form,
        "least": holders.least_password(holder),
    }
    return render(request, "entrance/password.html", context, status=422 if form.errors else 200)


@shared(_OWN, "GET", "HEAD", "POST")
def totp(request: HttpRequest) -> HttpResponse:
    """Add an app for codes."""
    return activate.totp_page(request, back="own", what="確認コードのアプリの追加")


@shared(_OWN, "GET", "HEAD", "POST")
def passkey(request: HttpRequest) -> HttpResponse:
    """Add a passkey."""
    return activate.passkey_page(request, back="own", what="パスキーの追加")


@shared(_OWN, "POST")
def remove_factor(request: HttpRequest, factor_id: UUID) -> HttpResponse:
    holder = holder_of(request)
    row = next((row for row in queries.list_factors(holder) if row.id == factor_id), None)
    if row is None:
        raise FactorNotFoundError
    prove(request, f"第2要素の削除（{row.label}）")
    factors.remove_factor(holder, factor_id, trace=trace_of(request), now=now_of(request))
    messages.success(request, "削除しました。ほかの端末はログアウトしました。")
    return redirect(f"{door_at(request).name}:own")


@shared(_OWN, "POST")
def codes(request: HttpRequest) -> HttpResponse:
    """Make the backup codes anew."""
    prove(request, "予備コードの作り直し")
    return activate.show_codes(request, holder_of(request))


@shared(_OWN, "POST")
def end_session(request: HttpRequest) -> HttpResponse:
    """End one other login, or all others."""
    public_id = request.POST.get("session", "")[:20]
    factors.end_session(holder_of(request), public_id, trace=trace_of(request), now=now_of(request))
    messages.success(request, "ログアウトさせました。")
    return redirect(f"{door_at(request).name}:own")


@shared(_OWN, "POST")
def forget_device(request: HttpRequest, device_id: UUID) -> HttpResponse:
    factors.forget_device(holder_of(request), device_id, trace=trace_of(request), now=now_of(request))
    messages.success(request, "端末の登録を取り消しました。次にその端末からログインすると、メールでお知らせします。")
    return redirect(f"{door_at(request).name}:own")
