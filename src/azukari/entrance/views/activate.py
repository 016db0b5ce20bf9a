"""From the letter to a working account: code, password, second factor, backup codes."""

from __future__ import annotations

from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString

from azukari.entrance import party, sessions
from azukari.entrance.access import PENDING, PUBLIC, shared
from azukari.entrance.confirm import parsed, prove
from azukari.entrance.doors import OFFICE
from azukari.entrance.forms import ActivateForm, NewPasswordForm, PasskeyForm, TotpForm
from azukari.entrance.requests import door_at, holder_of, now_of, trace_of
from azukari.entrance.views.login import is_at, move_on
from azukari.kernel.errors import AzukariError, ConflictError, InvalidError
from azukari.seal.errors import SealError
from azukari.store.scope import scope_of
from azukari.tenancy import queries
from azukari.tenancy.actions import activation, factors, holders
from azukari.tenancy.actions.activation import Found
from azukari.tenancy.queries import Holder
from azukari.tenancy.rules.passwords import FULL_WIDTH, is_full_width


@shared(PUBLIC, "GET", "HEAD", "POST")
def code(request: HttpRequest) -> HttpResponse:
    """The letter's code. A link or QR code brings it behind `#`, which no server and no log sees; a script types it in."""
    door = door_at(request)
    form = ActivateForm(request.POST or None, door=door)
    if request.method == "POST" and form.is_valid():
        try:
            found = activation.find(
                door.name,
                **form.names(),
                typed=form.cleaned_data["code"],
                trace=trace_of(request),
                now=now_of(request),
            )
        except InvalidError as error:
            form.add_error(None, error.short)
        else:
            request.session.flush()
            request.session["activation"] = [
                str(found.activation_id), str(found.account_id), str(found.office_id or "")
            ]  # fmt: skip
            return redirect(f"{door.name}:activate-password")
    return render(request, "entrance/activate.html", {"door": door, "form": form}, status=422 if form.errors else 200)


@shared(PUBLIC, "GET", "HEAD", "POST")
def password(request: HttpRequest) -> HttpResponse:
    """A password of one's own uses the code up."""
    door, found = door_at(request), _found(request)
    if found is None:
        return redirect(f"{door.name}:activate")
    form = NewPasswordForm(request.POST or None)
    with scope_of(found.office_id):
        try:
            holder = queries.get_holder(found.account_id, found.office_id)
            if request.method == "POST" and form.is_valid():
                holder = activation.redeem(
                    found, form.cleaned_data["password"], trace=trace_of(request), now=now_of(request)
                )
                response = sessions.begin(request, holder, found.office_id)
                if is_full_width(form.cleaned_data["password"]):
                    messages.warning(request, FULL_WIDTH)
                return response
        except AzukariError as error:
            form.add_error("password" if isinstance(error, InvalidError) else None, error.short)
        context = {
            "door": door,
            "form": form,
            "name": holders.name_of(holder),
            "login_id": holder.login_id,
            "least": holders.least_password(holder),
        }
        return render(request, "entrance/activate_password.html", context, status=422 if form.errors else 200)


def _found(request: HttpRequest) -> Found | None:
    stored = request.session.get("activation")
    if not stored:
        return None
    activation_id, account_id, office_id = stored
    return Found(UUID(activation_id), UUID(account_id), UUID(office_id) if office_id else None)


@shared(PENDING)
def enrol(request: HttpRequest) -> HttpResponse:
    """Choose the second factor."""
    if not is_at(request, "enrol"):
        return move_on(request)
    return render(request, "entrance/enrol.html", {"door": door_at(request)})


@shared(PENDING, "GET", "HEAD", "POST")
def enrol_totp(request: HttpRequest) -> HttpResponse:
    """An app for codes, on the way in."""
    if not is_at(request, "enrol"):
        return move_on(request)
    return totp_page(request, back="enrol")


@shared(PENDING, "GET", "HEAD", "POST")
def enrol_passkey(request: HttpRequest) -> HttpResponse:
    """A passkey, on the way in."""
    if not is_at(request, "enrol"):
        return move_on(request)
    return passkey_page(request, back="enrol")


def totp_page(request: HttpRequest, *, back: str, what: str = "") -> HttpResponse:
    """Show a secret as QR code and text, and take the first code of it. Used on the way in, and later (`what` names the act)."""
    holder = holder_of(request)
    form = TotpForm(request.POST or None)
    sealed = request.session.get("totp_draft")
    try:
        draft = factors.show_totp(holder, sealed) if sealed else factors.begin_totp(holder)
    except (SealError, ValueError):
        draft = factors.begin_totp(holder)
    request.session["totp_draft"] = draft.sealed
    if request.method == "POST" and form.is_valid():
        try:
            factors.check_draft(holder, draft.sealed, form.cleaned_data["code"], now=now_of(request))
            if what:
                prove(request, what)
            factors.add_totp(
                holder,
                sealed=draft.sealed,
                typed=form.cleaned_data["code"],
                label=form.cleaned_data["label"].strip(),
                trace=trace_of(request),
                now=now_of(request),
            )
        except InvalidError as error:
            form.add_error("code", error.short)
        else:
            del request.session["totp_draft"]
            return _added(request, holder)
    context = {
        "door": door_at(request),
        "layout": _layout(request),
        "form": form,
        "qr": SafeString(segno.make(draft.uri, error="m").svg_inline(scale=4, border=4, omitsize=True)),
        "groups": draft.groups,
        "back": back,
    }
    return render(request, "entrance/totp.html", context, status=422 if form.errors else 200)


def passkey_page(request: HttpRequest, *, back: str, what: str = "") -> HttpResponse:
    """Ask the browser for a new passkey. Used on the way in and later. Needs a script."""
    holder = holder_of(request)
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if what:
            prove(request, what)
        try:
            factors.add_passkey(
                holder,
                party.of(request),
                state=request.session.pop("ceremony", None) or {},
                response=parsed(form.cleaned_data["credential"]),
                label=form.cleaned_data["label"].strip(),
                trace=trace_of(request),
                now=now_of(request),
            )
        except (InvalidError, ConflictError) as error:
            form.add_error(None, error.short)
        except SealError as error:
            form.add_error(None, error.reason)
        else:
            return _added(request, holder)
    ceremony = factors.begin_passkey(holder, party.of(request))
    request.session["ceremony"] = ceremony.state
    context = {
        "door": door_at(request),
        "layout": _layout(request),
        "form": form,
        "options": ceremony.options,
        "back": back,
    }
    return render(request, "entrance/passkey_new.html", context, status=422 if form.errors else 200)


def _layout(request: HttpRequest) -> str:
    """The frame behind the login, or the narrow one on the way in."""
    return door_at(request).layout if getattr(request, "signed_in", None) else "entrance/gate.html"


def _added(request: HttpRequest, holder: Holder) -> HttpResponse:
    """After the first factor come the backup codes; later, the page of factors."""
    if is_at(request, "enrol"):
        sessions.go_to_codes(request)
        return show_codes(request, holder)
    return redirect(f"{door_at(request).name}:own")


def show_codes(request: HttpRequest, holder: Holder) -> HttpResponse:
    """Make backup codes and show them, once."""
    codes = factors.make_backup_codes(holder, trace=trace_of(request), now=now_of(request))
    context = {
        "door": door_at(request),
        "layout": _layout(request),
        "codes": codes.shown(),
        "login_id": holder.login_id,
        "made_at": now_of(request),
    }
    return render(request, "entrance/codes.html", context)


@shared(PENDING, "GET", "HEAD", "POST")
def enrol_codes(request: HttpRequest) -> HttpResponse:
    """Confirm that the codes are written down, or make them anew where the page was lost."""
    if not is_at(request, "codes"):
        return move_on(request)
    holder = holder_of(request)
    if request.method == "POST" and request.POST.get("action") == "again":
        return show_codes(request, holder)
    if request.method == "POST" and request.POST.get("kept"):
        # The first 責任者 holds the office's only key: the paper copy of it is the last step of the set-up.
        then = "recovery" if door_at(request) is OFFICE and queries.is_only_key_holder(holder) else "home"
        return sessions.finish(request, holder, factor="第2要素の登録", then=then)
    context = {
        "door": door_at(request),
        "layout": "entrance/gate.html",
        "codes": (),
        "fault": "控えたことを確認してください。" if request.method == "POST" else "",
    }
    return render(request, "entrance/codes.html", context, status=422 if context["fault"] else 200)
