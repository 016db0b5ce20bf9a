"""Offices as the operator sees them: contract, counts, letters. Never what is inside."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance import letters
from azukari.entrance.confirm import prove
from azukari.entrance.doors import OFFICE
from azukari.entrance.requests import now_of, trace_of
from azukari.kernel.clock import jst_day
from azukari.operator.access import USE, acting, note, page
from azukari.operator.forms import ContractForm, OfficeForm, StopForm
from azukari.operator.usage import total_of, usage_of
from azukari.press.documents.account_letter import LetterKind
from azukari.store.scope import office_scope
from azukari.tenancy import queries
from azukari.tenancy.actions import offices, outbox, tries
from azukari.tenancy.errors import CodeTakenError
from azukari.tenancy.rules.login import ALARM_LIMIT, tidy_word

_PAGE = 50
_DAY = "%Y/%m/%d"


@page(USE)
def office_list(request: HttpRequest) -> HttpResponse:
    """Every office with its contract and what it uses; counted for one page at a time."""
    q = request.GET.get("q", "").strip()
    found = [row for row in queries.list_offices() if not q or tidy_word(q) in row[1] or q in row[2]]
    pages = Paginator(found, _PAGE)
    number = request.GET.get("page", "1")
    shown = pages.get_page(number if number.isdecimal() and len(number) < 6 else "1")
    today = jst_day(now_of(request))
    rows = [usage_of(queries.get_office_by_id(office_id), today=today) for office_id, _, _ in shown.object_list]
    context = {
        "q": q,
        "page": shown,
        "rows": rows,
        "totals": total_of(rows),
        "waiting": queries.count_waiting_offices(),
        "printed_at": now_of(request),
        "total": len(found),
        "outbox": queries.get_outbox_state(),
        "mail": outbox.is_set_up(),
        "alarm": tries.is_reached(ALARM_LIMIT, "", now=now_of(request)),
        "alarm_times": ALARM_LIMIT.times,
        "backup": queries.get_backup_state(
            allowed=timedelta(days=settings.AZUKARI_BACKUP_ALARM_DAYS), now=now_of(request)
        ),
        "backup_days": settings.AZUKARI_BACKUP_ALARM_DAYS,
    }
    return render(request, "operator/offices.html", context)


@page(USE, "GET", "HEAD", "POST")
def office_new(request: HttpRequest) -> HttpResponse:
    today = jst_day(now_of(request))
    form = OfficeForm(request.POST or None, initial={"plan": "標準", "starts_on": today.strftime(_DAY)})
    if request.method == "POST" and form.is_valid() and queries.find_office(form.cleaned_data["code"]):
        form.add_error("code", CodeTakenError(value=form.cleaned_data["code"]).short)
    if request.method == "POST" and form.is_valid():
        prove(request, "事務所の登録")
        new = offices.NewOffice(**form.facts())
        try:
            with transaction.atomic():
                office_id = offices.open_office(new, terms=form.terms(), trace=trace_of(request), now=now_of(request))
                note(request, "事務所の登録", office_code=queries.get_office_by_id(office_id).code)
        except CodeTakenError as error:  # by another operator, since the question
            form.add_error("code", error.short)
        else:
            messages.success(request, f"「{new.name}」を登録しました。次に、案内の書面を印刷してください。")
            return redirect("operator:office", office_id)
    return render(request, "operator/office_new.html", {"form": form}, status=422 if form.errors else 200)


@page(USE)
def office(request: HttpRequest, office_id: UUID) -> HttpResponse:
    return _show(request, office_id, StopForm())


def _show(request: HttpRequest, office_id: UUID, stop_form: StopForm) -> HttpResponse:
    found = queries.get_office_by_id(office_id)
    today = jst_day(now_of(request))
    with office_scope(found.id):
        context = {
            "usage": usage_of(found, today=today),
            "office": found,
            "contracts": queries.list_contracts(),
            "founder": offices.founder_login(),
            "founder_active": offices.founder_is_active(),
            "founder_has_factor": offices.founder_has_factor(),
            "codes": queries.list_founder_codes(),
            "support": queries.find_support(now_of(request)),
        }
    context |= {
        "now": now_of(request),
        "events": queries.list_operator_events(office_code=found.code, limit=20),
        "stop_form": stop_form,
        "form": stop_form,
    }
    return render(request, "operator/office.html", context, status=422 if stop_form.errors else 200)


@page(USE, "POST")
def letter(request: HttpRequest, office_id: UUID) -> HttpResponse:
    """Print the letter for the first 責任者. An earlier one dies; an account in use is reset."""
    found = queries.get_office_by_id(office_id)
    prove(request, f"案内の書面の発行（{found.name}）")
    with office_scope(found.id), transaction.atomic():
        issued = offices.issue_letter(
            trace=trace_of(request), with_factors=bool(request.POST.get("with_factors")), now=now_of(request)
        )
        note(request, "案内の書面の発行", office_code=found.code)
        login_id = offices.founder_login()
    made = letters.letter(
        request,
        kind=LetterKind.OFFICE,
        door=OFFICE,
        office=found,
        sender=letters.Sender(
            name=settings.AZUKARI_OPERATOR_NAME,
            address=settings.AZUKARI_OPERATOR_ADDRESS,
            telephone=settings.AZUKARI_OPERATOR_TELEPHONE,
        ),
        recipient=letters.Recipient(
            person=found.contact_person,
            login_id=login_id,
            organisation=found.name,
            postal_code=found.postal_code,
            address=found.address,
        ),
        issued=issued,
    )
    return letters.respond([made], file_name=f"letter-{found.code}-{issued.number}", now=now_of(request))


@page(USE, "POST")
def stop(request: HttpRequest, office_id: UUID) -> HttpResponse:
    found = queries.get_office_by_id(office_id)
    form = StopForm(request.POST)
    if not form.is_valid():
        return _show(request, office_id, form)
    if found.stopped_at:
        messages.info(request, f"「{found.name}」の利用は、すでに停止しています。")
        return redirect("operator:office", office_id)
    prove(request, f"利用の停止（{found.name}）")
    with office_scope(found.id), transaction.atomic():
        offices.stop_office(form.cleaned_data["reason"], trace=trace_of(request), now=now_of(request))
        note(request, "利用の停止", office_code=found.code)
    messages.success(request, f"「{found.name}」の利用を停止しました。全員がログアウトしました。")
    return redirect("operator:office", office_id)


@page(USE, "POST")
def reopen(request: HttpRequest, office_id: UUID) -> HttpResponse:
    found = queries.get_office_by_id(office_id)
    if found.stopped_at is None:
        messages.info(request, f"「{found.name}」の利用は、停止していません。")
        return redirect("operator:office", office_id)
    prove(request, f"利用の再開（{found.name}）")
    with office_scope(found.id), transaction.atomic():
        offices.reopen_office(trace=trace_of(request), now=now_of(request))
        note(request, "利用の再開", office_code=found.code)
    messages.success(request, f"「{found.name}」の利用を再開しました。")
    return redirect("operator:office", office_id)


@page(USE, "GET", "HEAD", "POST")
def contract(request: HttpRequest, office_id: UUID) -> HttpResponse:
    """Write a new state of the contract; the earlier ones stay as its history."""
    found = queries.get_office_by_id(office_id)
    with office_scope(found.id):
        present = queries.get_contract()
    initial = {name: getattr(present, name) for name in ContractForm.base_fields} if present else {}
    for name in ("starts_on", "ends_on"):
        if initial.get(name):
            initial[name] = initial[name].strftime(_DAY)
    form = ContractForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        prove(request, f"保守契約の変更（{found.name}）")
        with office_scope(found.id), transaction.atomic():
            offices.change_contract(form.terms(), trace=trace_of(request), now=now_of(request))
            note(request, "保守契約の変更", office_code=found.code)
        messages.success(request, "契約を保存しました。前の内容は、履歴に残ります。")
        return redirect("operator:office", office_id)
    context = {"form": form, "office": found}
    return render(request, "operator/contract.html", context, status=422 if form.errors else 200)


@page(USE, "POST")
def networks(request: HttpRequest, office_id: UUID) -> HttpResponse:
    """Lift the restriction of networks of an office that locked itself out."""
    found = queries.get_office_by_id(office_id)
    prove(request, f"接続元の制限の解除（{found.name}）")
    with office_scope(found.id), transaction.atomic():
        offices.clear_networks(trace=trace_of(request), now=now_of(request))
        note(request, "接続元の制限の解除", office_code=found.code)
    messages.success(request, "接続元の制限を解除しました。")
    return redirect("operator:office", office_id)


@page(USE)
def support(request: HttpRequest, office_id: UUID) -> HttpResponse:
    """Settings and account states, within the office's own grant; recorded in its record before they are shown."""
    found = queries.get_office_by_id(office_id)
    with office_scope(found.id):
        with transaction.atomic():
            offices.use_support(trace=trace_of(request), operator_name=acting(request).name, now=now_of(request))
            note(request, "サポートの閲覧", office_code=found.code)
        context = {
            "office": found,
            "support": queries.find_support(now_of(request)),
            "states": queries.list_account_states(),
        }
    return render(request, "operator/support.html", context)
