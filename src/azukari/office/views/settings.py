"""設定: what the office decides for itself, and 鍵の控え."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.requests import actor_of, now_of, signed_in_of
from azukari.kernel.errors import ConflictError, InvalidError
from azukari.office.access import page
from azukari.office.forms.settings import RecoveryForm, SettingsForm
from azukari.office.requests import unlock_of
from azukari.press.documents import recovery_sheet as sheet_document
from azukari.seal import checkpoint
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import keys, offices, unlocks
from azukari.tenancy.actions import recovery as actions


@page("tenancy:settings:change", "GET", "HEAD", "POST")
def office_settings(request: HttpRequest) -> HttpResponse:
    office = signed_in_of(request).office
    two_persons = {None: "auto", True: "always", False: "never"}[office.two_person_disposal]
    form = SettingsForm(
        request.POST or None,
        initial={
            "reveal_seconds": office.reveal_seconds,
            "unlock_minutes": office.unlock_minutes,
            "two_person_disposal": two_persons,
            "version": office.settings_version,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            offices.change_settings(
                actor=actor_of(request),
                settings=form.settings(),
                version=form.cleaned_data["version"],
                now=now_of(request),
            )
        except ConflictError as error:
            form.add_error(None, error.short)
        else:
            messages.success(request, "保存しました。")
            return redirect("office:settings")
    context = {
        "form": form,
        "office": office,
        "staff": tenancy.list_staff(),
        "fingerprint": checkpoint.fingerprint(keys.verifier_key()),
        "recovery": tenancy.find_recovery_sheet(),
    }
    return render(request, "office/settings/office.html", context, status=422 if form.errors else 200)


@page("tenancy:recovery:issue", "GET", "HEAD", "POST")
def recovery(request: HttpRequest) -> HttpResponse:
    """State of the 鍵の控え, and confirming a printed one by typing three groups back."""
    sheet = tenancy.find_recovery_sheet()
    form = None
    if sheet is not None and sheet.confirmed_at is None:
        form = RecoveryForm(request.POST or None, asked=sheet.asked)
        if request.method == "POST" and form.is_valid():
            try:
                actions.confirm_sheet(
                    actor=actor_of(request), number=sheet.number, groups=form.groups(), now=now_of(request)
                )
            except InvalidError as error:
                form.add_error(None, error.short)
            else:
                messages.success(request, f"鍵の控え {sheet.number} を確認しました。前の控えは使えなくなりました。")
                return redirect("office:recovery")
    context = {
        "form": form,
        "recovery": sheet,
        "confirmed": tenancy.recovery_is_confirmed(),
        "key_holders": tenancy.count_key_holders(),
    }
    return render(request, "office/settings/recovery.html", context, status=422 if form and form.errors else 200)


@page("tenancy:recovery:issue", "POST")
def recovery_sheet(request: HttpRequest) -> HttpResponse:
    """Make a new 鍵の控え and hand its PDF out once: the code exists nowhere else."""
    actor, office = actor_of(request), signed_in_of(request).office
    unlock_id, browser_secret = unlock_of(request)
    secret = unlocks.session_secret(
        actor=actor, unlock_id=unlock_id, browser_secret=browser_secret, now=now_of(request)
    )
    issued = actions.issue_sheet(actor=actor, office_secret=secret, now=now_of(request))
    document = sheet_document.RecoverySheet(
        office_name=office.name, office_code=office.code, number=issued.number, groups=tuple(issued.code.groups())
    )
    issued_at = now_of(request).replace(microsecond=0)  # a PDF's date has whole seconds
    response = HttpResponse(sheet_document.render(document, issued_at), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="recovery-sheet-{issued.number}.pdf"'
    return response
