"""鍵の控え: its state, printing one, confirming it, and getting one's own right back from it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.confirm import prove
from azukari.entrance.requests import actor_of, now_of, signed_in_of
from azukari.kernel.errors import InvalidError
from azukari.office.access import office_secret, page
from azukari.office.forms.recovery import RecoveryForm, RecoveryUseForm
from azukari.press.documents import recovery_sheet as sheet_document
from azukari.seal.errors import OpeningError
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import recovery as actions
from azukari.tenancy.errors import RecoverySheetNotFoundError

_OTHER_SHEET = "控え番号と文字が合いません。控えを見ながら、番号と文字を確かめてください。"


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
    return _show(request, form, RecoveryUseForm(auto_id="use_%s"))


def _show(request: HttpRequest, form: RecoveryForm | None, use: RecoveryUseForm) -> HttpResponse:
    wrong = bool(use.errors or (form and form.errors))
    context = {
        "form": form,
        "use": use,
        "has_errors": wrong,
        "recovery": tenancy.find_recovery_sheet(),
        "key_holders": tenancy.count_key_holders(),
        "may_use": not actor_of(request).may_handle,
        "may_print": actor_of(request).may_handle,
    }
    return render(request, "office/settings/recovery.html", context, status=422 if wrong else 200)


@page("tenancy:recovery:issue", "POST")
def recovery_sheet(request: HttpRequest) -> HttpResponse:
    """Make a new 鍵の控え and hand its PDF out once: the code exists nowhere else."""
    office, secret = signed_in_of(request).office, office_secret(request)
    prove(request, "鍵の控えの発行")
    issued = actions.issue_sheet(actor=actor_of(request), office_secret=secret, now=now_of(request))
    document = sheet_document.RecoverySheet(
        office_name=office.name, office_code=office.code, number=issued.number, groups=tuple(issued.code.groups())
    )
    issued_at = now_of(request).replace(microsecond=0)  # a PDF's date has whole seconds
    response = HttpResponse(sheet_document.render(document, issued_at), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="recovery-sheet-{issued.number}.pdf"'
    return response


@page("tenancy:recovery:issue", "POST")
def recovery_use(request: HttpRequest) -> HttpResponse:
    """Give oneself the right to numbers back; for a 責任者 whose grant a new password made void."""
    sheet = tenancy.find_recovery_sheet()
    waiting = RecoveryForm(asked=sheet.asked) if sheet is not None and sheet.confirmed_at is None else None
    form = RecoveryUseForm(request.POST, auto_id="use_%s")
    if actor_of(request).may_handle:
        messages.info(request, "個人番号を取り扱う権限は、すでに付いています。控えを使う必要はありません。")
        return redirect("office:recovery")
    if not form.is_valid():
        return _show(request, waiting, form)
    prove(request, "鍵の控えからの権限の復旧")
    try:
        actions.restore_grant(
            actor=actor_of(request),
            number=form.cleaned_data["number"],
            code=form.cleaned_data["code"],
            now=now_of(request),
        )
    except (OpeningError, RecoverySheetNotFoundError):
        form.add_error("code", _OTHER_SHEET)
        return _show(request, waiting, form)
    messages.success(request, "個人番号を取り扱う権限を戻しました。従業員利用認証をすると、番号を開けます。")
    return redirect("office:recovery")
