"""顧問先の追加・変更と契約の終了, the list of 事業所アカウント, and the Excel of many companies in and out."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from azukari.entrance.attempts import attempt
from azukari.entrance.confirm import prove
from azukari.entrance.requests import actor_of, now_of, signed_in_of
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import ConflictError, InvalidError
from azukari.office.access import page
from azukari.office.forms.clients import ClientForm, ClientSheetForm, EndForm, initial_of
from azukari.office.paging import counted_page, page_number
from azukari.office.standing import state_of
from azukari.office.views.clients import KANA_ROWS
from azukari.press.documents import client_list as book
from azukari.tenancy import queries
from azukari.tenancy.actions import client_sheets
from azukari.tenancy.actions import clients as actions
from azukari.tenancy.errors import CodeTakenError
from azukari.tenancy.queries import ClientRow, UserRow
from azukari.tenancy.rules.client_sheet import COLUMNS, VERDICT_LABELS, CheckedRow, Verdict
from azukari.vault import queries as vault

_MANAGE = "tenancy:client:manage"
_PAGE_ROWS = 50
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(_MANAGE)
def accounts(request: HttpRequest) -> HttpResponse:
    actor, number = actor_of(request), page_number(request)
    q, kana_row = request.GET.get("q", "").strip(), request.GET.get("kana", "")
    found = queries.list_clients(actor, q=q, kana_row=kana_row, page=number)
    users = queries.list_users(actor, [row.id for row in found.rows])
    context = {
        "q": q,
        "kana": kana_row,
        "kana_rows": [(row, row in found.kana_rows) for row in KANA_ROWS],
        "filtered": bool(q or kana_row),
        "page": counted_page([_account_row(request, row, users) for row in found.rows], found.total, number),
        **_usage(),
    }
    return render(request, "office/client_accounts/list.html", context)


def _account_row(request: HttpRequest, client: ClientRow, users: list[UserRow]) -> dict[str, Any]:
    own = [row for row in users if row.role_in(client.id) and row.standing.active]
    logins = [row.standing.last_login for row in own if row.standing.last_login]
    return {
        "client": client,
        "users": len(own),
        "uninvited": sum(state_of(row.standing, now_of(request)) in {"uninvited", "expired"} for row in own),
        "waiting": sum(state_of(row.standing, now_of(request)) == "waiting" for row in own),
        "last_login": max(logins, default=None),
    }


def _usage() -> dict[str, Any]:
    """Running contracts against the limit of the office's own contract."""
    contract, usage = queries.get_contract(), queries.count_running_clients()
    limit = contract.client_limit if contract else None
    return {"usage": usage, "limit": limit, "full": limit is not None and usage >= limit}


@page(_MANAGE, "GET", "HEAD", "POST")
def new(request: HttpRequest) -> HttpResponse:
    form = ClientForm(request.POST or None, initial={"contract_from": f"{jst_day(now_of(request)):%Y/%m/%d}"})
    if request.method == "POST" and form.is_valid():
        try:
            client_id = actions.add_client(form.facts(), actor=actor_of(request), now=now_of(request))
        except CodeTakenError as error:
            form.add_error("code", error.short)
        except ConflictError as error:
            form.add_error(None, error.short)
        else:
            messages.success(request, f"{form.facts().name}を追加しました。次に、ログインする人を追加してください。")
            return redirect("office:client-users", client_id=client_id)
    context = {"form": form, **_usage()}
    return render(request, "office/client_accounts/new.html", context, status=422 if form.errors else 200)


@page(_MANAGE, "GET", "HEAD", "POST")
def edit(request: HttpRequest, client_id: UUID) -> HttpResponse:
    client = queries.get_client_for(actor_of(request), client_id)
    form = ClientForm(request.POST if request.method == "POST" else None, initial=initial_of(client))
    if request.method == "POST" and form.is_valid():
        facts = form.facts()
        if facts.contract_ended_on != client.contract_ended_on:
            prove(request, f"契約終了日の変更（{client.name}）")
        try:
            actions.change_client(
                client.id,
                facts,
                version=form.cleaned_data["version"] or 0,
                actor=actor_of(request),
                now=now_of(request),
            )
        except CodeTakenError as error:
            form.add_error("code", error.short)
        except ConflictError as error:
            form.add_error(None, error.short)
        else:
            messages.success(request, "保存しました。")
            return redirect("office:client-edit", client_id=client.id)
    return _edit_page(request, client, form=form)


def _edit_page(
    request: HttpRequest, client: ClientRow, *, form: ClientForm | None = None, end: EndForm | None = None
) -> HttpResponse:
    today = jst_day(now_of(request))
    form = form or ClientForm(initial=initial_of(client))
    end = end or EndForm(auto_id="end_%s", initial={"ended_on": f"{today:%Y/%m/%d}"})
    users = [row for row in queries.list_users(actor_of(request), [client.id]) if row.standing.active]
    ended = {pk for pk, _ in queries.list_client_choices(actor_of(request), ended=True)} | {client.id}
    leaving = [row for row in users if all(pk in ended for pk, _, _ in row.memberships)]
    wrong = bool(form.errors or end.errors)
    context = {
        "client": client,
        "form": form,
        "end": end,
        "has_errors": wrong,
        "live": vault.count_live_numbers([client.id]).get(client.id, 0),
        "leaving": leaving,
        "staying": [row for row in users if row not in leaving],
        "users_count": len(users),
    }
    return render(request, "office/client_accounts/edit.html", context, status=422 if wrong else 200)


@page(_MANAGE, "POST")
def end_contract(request: HttpRequest, client_id: UUID) -> HttpResponse:
    client = queries.get_client_for(actor_of(request), client_id)
    form = EndForm(request.POST, auto_id="end_%s")
    if not form.is_valid():
        return _edit_page(request, client, end=form)
    ended_on = form.cleaned_data["ended_on"]
    if ended_on < client.contract_from:
        form.add_error(
            "ended_on", f"契約の開始日（{client.contract_from:%Y/%m/%d}）より前です。日付を確認してください。"
        )
        return _edit_page(request, client, end=form)
    prove(request, f"契約の終了（{client.name}）")
    actions.end_contract(client.id, ended_on=ended_on, actor=actor_of(request), now=now_of(request))
    messages.success(request, f"{client.name}との契約を終了にしました。預かっている個人番号は、廃棄するまで残ります。")
    return redirect("office:client-edit", client_id=client.id)


@page(_MANAGE, "POST")
def resume_contract(request: HttpRequest, client_id: UUID) -> HttpResponse:
    client = queries.get_client_for(actor_of(request), client_id)
    prove(request, f"契約の再開（{client.name}）")
    act = partial(actions.resume_contract, client.id, actor=actor_of(request), now=now_of(request))
    attempt(request, act, f"{client.name}との契約を再開しました。")
    return redirect("office:client-edit", client_id=client.id)


@page(_MANAGE, "POST")
def export(request: HttpRequest) -> HttpResponse:
    """Every company the person sees as Excel; with `template`, the same columns without a row and without a record."""
    office, blank = signed_in_of(request).office, request.POST.get("template") == "1"
    rows: list[ClientRow] = []
    if not blank:
        prove(request, "顧問先の一覧の書き出し")
        actor = actor_of(request)
        rows = list(queries.find_clients(actor, [pk for pk, _ in queries.list_client_choices(actor)]).values())
        rows.sort(key=lambda row: row.code)
        actions.record_export(actor=actor, count=len(rows), now=now_of(request))
    made = book.ClientList(
        office_name=office.name,
        made_at=now_of(request),
        rows=tuple(book.ClientListRow(**{name: getattr(row, name) for name in COLUMNS.values()}) for row in rows),
    )
    response = HttpResponse(book.render(made), content_type=_BOOK_TYPE)
    name = "komonsaki_blank" if blank else f"komonsaki_{jst_day(now_of(request)):%Y%m%d}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@page(_MANAGE, "GET", "HEAD", "POST")
def upload(request: HttpRequest) -> HttpResponse:
    form = ClientSheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            read = client_sheets.read_sheet(file.read(), file.name, actor=actor_of(request), now=now_of(request))
        except InvalidError as error:
            form.add_error("file", error.short)
        else:
            return redirect("office:clients-import-check", import_id=read.import_id)
    context = {"form": form, "columns": list(COLUMNS)}
    return render(request, "office/client_accounts/import.html", context, status=422 if form.errors else 200)


@page(_MANAGE, "GET", "HEAD", "POST")
def check(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """What the sheet would do, row by row; registered as a whole."""
    read = client_sheets.get_import(import_id, actor=actor_of(request))
    fault = ""
    if request.method == "POST":
        counts = _counts(read.rows)
        if not counts["todo"]:
            fault = "追加や変更のある行がありません。ファイルを直して、もう一度選んでください。"
        else:
            prove(request, f"顧問先の取り込み（{counts['todo']}社）")
            try:
                added, changed = client_sheets.register_sheet(import_id, actor=actor_of(request), now=now_of(request))
            except ConflictError as error:
                fault = f"1社も取り込んでいません。{error.short}"
            else:
                messages.success(request, f"顧問先を取り込みました（追加 {added:,}社・変更 {changed:,}社）。")
                return redirect("office:client-accounts")
    return _check_page(request, read, fault=fault)


def _counts(rows: tuple[CheckedRow, ...]) -> dict[str, int]:
    counts = {verdict.value.lower(): sum(row.verdict is verdict for row in rows) for verdict in Verdict}
    return {**counts, "all": len(rows), "todo": counts["new"] + counts["changed"]}


def _check_page(request: HttpRequest, read: client_sheets.Read, *, fault: str) -> HttpResponse:
    show, number = request.GET.get("show", ""), page_number(request)
    rows = [row for row in read.rows if row.verdict == show] if show in Verdict else list(read.rows)
    start = (number - 1) * _PAGE_ROWS
    shown = [
        {"row": row, "label": VERDICT_LABELS[row.verdict], "facts": row.facts or row.typed}
        for row in rows[start : start + _PAGE_ROWS]
    ]
    counts = _counts(read.rows)
    context = {
        "sheet": read,
        "show": show if show in Verdict else "",
        "filters": [
            (verdict.value, VERDICT_LABELS[verdict], counts[verdict.value.lower()])
            for verdict in Verdict
            if counts[verdict.value.lower()]
        ],
        "page": counted_page(shown, len(rows), number, _PAGE_ROWS),
        "counts": counts,
        "fault": fault,
        "has_errors": bool(fault),
        **_usage(),
    }
    return render(request, "office/client_accounts/check.html", context, status=422 if fault else 200)


def back_to_list(request: HttpRequest) -> HttpResponse:
    """Lead back to the list, with the filter the ticks were made under."""
    query = {name: request.POST[name] for name in ("q", "kana", "page") if request.POST.get(name)}
    return redirect(f"{reverse('office:client-accounts')}{'?' if query else ''}{urlencode(query)}")
