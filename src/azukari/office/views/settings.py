"""設定情報の確認・編集: name and address of the office, and what it decides for itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.confirm import prove
from azukari.entrance.requests import actor_of, now_of, signed_in_of
from azukari.kernel.errors import ConflictError
from azukari.office.access import page
from azukari.office.forms.settings import AddressForm, SettingsForm, settings_as_typed
from azukari.tenancy.actions import offices
from azukari.tenancy.errors import LockedOutError

_ADDRESS = [name for name in AddressForm.base_fields if name != "version"]


@page("tenancy:settings:change", "GET", "HEAD", "POST")
def office_settings(request: HttpRequest) -> HttpResponse:
    """Two forms; the hidden `part` tells which one was sent."""
    office = signed_in_of(request).office
    version, part = office.settings_version, request.POST.get("part", "settings")
    sent = {part: request.POST} if request.method == "POST" else {}
    address = AddressForm(
        sent.get("address"),
        auto_id="office_%s",
        initial={name: getattr(office, name) for name in _ADDRESS} | {"version": version},
    )
    form = SettingsForm(sent.get("settings"), initial={**settings_as_typed(office), "version": version})
    if address.is_valid() and _save_address(request, address):
        return redirect("office:settings-office")
    if form.is_valid() and _save_settings(request, form):
        return redirect("office:settings-office")
    context = {
        "address": address,
        "form": form,
        "office": office,
        "own_address": actor_of(request).address,
        "has_errors": bool(address.errors or form.errors),
    }
    return render(request, "office/settings/office.html", context, status=422 if context["has_errors"] else 200)


def _save_address(request: HttpRequest, form: AddressForm) -> bool:
    prove(request, "事務所の情報の変更")
    try:
        offices.change_address(
            form.facts(), actor=actor_of(request), version=form.cleaned_data["version"], now=now_of(request)
        )
    except ConflictError as error:
        form.add_error(None, error.short)
        return False
    messages.success(request, "事務所の情報を保存しました。")
    return True


def _save_settings(request: HttpRequest, form: SettingsForm) -> bool:
    prove(request, "設定の変更")
    try:
        offices.change_settings(
            actor=actor_of(request),
            settings=form.settings(),
            version=form.cleaned_data["version"],
            now=now_of(request),
        )
    except LockedOutError as error:
        form.add_error("allowed_networks", error.short)
        return False
    except ConflictError as error:
        form.add_error(None, error.short)
        return False
    messages.success(request, "設定を保存しました。")
    return True
