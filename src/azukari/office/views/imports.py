"""登録シートの取り込み: hand in, map the columns, check, register. No number is ever on these pages."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from azukari.entrance.requests import actor_of, now_of
from azukari.intake import queries, tasks
from azukari.intake.actions import registration, sheets
from azukari.intake.errors import LedgerChangedError, NothingChosenError
from azukari.intake.rules.columns import Mapping, SheetMapping
from azukari.intake.rules.fields import FIELD_LABELS, Field
from azukari.intake.rules.progress import VERDICT_LABELS, WAITING, WORKING, State, Verdict
from azukari.kernel.errors import InvalidError
from azukari.kernel.text import mask_long_digits
from azukari.office.access import page, safe_next, vault_key
from azukari.office.forms.imports import UploadForm
from azukari.office.paging import PAGE_SIZE, counted_page, page_number
from azukari.press.workbook import Workbook
from azukari.tenancy import queries as tenancy
from azukari.vault.rules.purposes import PURPOSE_LABELS, Purpose

_SAMPLES = 3


@page("intake:sheet:import")
def import_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    clients = tenancy.list_client_choices(actor)
    wanted = request.GET.get("client", "")
    if wanted in {str(pk) for pk, _ in clients}:  # the form that starts an import works without a script
        return redirect("office:import-new", client_id=wanted)
    rows = queries.list_imports(actor)
    names = tenancy.find_clients(actor, [row.client_id for row in rows])
    context = {"rows": [{"sheet": row, "client": names[row.client_id]} for row in rows], "clients": clients}
    return render(request, "office/imports/list.html", context)


@page("intake:sheet:import", "GET", "HEAD", "POST")
def upload(request: HttpRequest, client_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    client = tenancy.get_client_for(actor, client_id)
    key = vault_key(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        data = file.read()
        try:
            import_id = sheets.receive_sheet(
                actor=actor,
                client_id=client.id,
                data=data,
                file_name=file.name,
                purposes=[Purpose(code) for code in form.cleaned_data["purposes"]],
                now=now_of(request),
            )
        except InvalidError as error:
            form.add_error("file", error.short)
        else:
            tasks.read_in_background(actor=actor, import_id=import_id, vault_key=key, data=data, file_name=file.name)
            return redirect("office:import", import_id=import_id)
    context = {"form": form, "client": client, "ended": client.ended}
    return render(request, "office/imports/upload.html", context, status=422 if form.errors else 200)


@page("intake:sheet:import", "GET", "HEAD", "POST")
def show(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """One address for an import in every state: the page is what there is to do now."""
    actor = actor_of(request)
    sheet = queries.get_import_for(actor, import_id)
    context: dict[str, Any] = {
        "sheet": sheet,
        "client": tenancy.get_client_for(actor, sheet.client_id),
        "purposes": [PURPOSE_LABELS[Purpose(code)] for code in sheet.purposes],
    }
    if request.method == "POST":
        return _keep_ticks(request, sheet)
    if sheet.state in WORKING:
        template = (
            "office/imports/_progress.html" if "HX-Request" in request.headers else "office/imports/progress.html"
        )
        return render(request, template, context)
    if "HX-Request" in request.headers:  # the polled work has ended: load the page that says how
        response = HttpResponse()
        response.headers["HX-Redirect"] = reverse("office:import", args=[sheet.id])
        return response
    if sheet.state is State.MAPPING:
        return redirect("office:import-columns", import_id=sheet.id)
    if sheet.state is State.CHECKED:
        return _check_page(request, context, sheet)
    if sheet.state is State.DONE:
        context |= {
            "registered": queries.count_chosen(sheet.id),
            "rejected": len(queries.list_rejected(sheet.id)),
        }
        return render(request, "office/imports/done.html", context)
    return render(request, "office/imports/failed.html", context)


def _check_page(
    request: HttpRequest, context: dict[str, Any], sheet: queries.ImportRow, *, error: InvalidError | None = None
) -> HttpResponse:
    show_only, number = request.GET.get("show", ""), page_number(request)
    verdicts = [Verdict(show_only)] if show_only in Verdict else []
    found = queries.list_rows(sheet.id, verdicts=verdicts, page=number)
    wrong = queries.list_wrong(sheet.id)
    context |= {
        "page": counted_page([_shown(row) for row in found.rows], found.total, number),
        "show": show_only,
        "filters": [
            (code.value, VERDICT_LABELS[code], sheet.counts.get(code, 0)) for code in Verdict if sheet.counts.get(code)
        ],
        "wrong": [
            {
                "place": row.place,
                "text": f"{row.facts['place']} {row.facts['name'] or '（氏名なし）'}：{row.facts['sentences'][0]}",
                "page": queries.place_on_page(sheet.id, row.place, size=PAGE_SIZE),
            }
            for row in wrong
        ],
        "wrong_count": sheet.counts.get(Verdict.WRONG, 0),
        "counts": {verdict.value.lower(): sheet.counts.get(verdict, 0) for verdict in Verdict},
        "chosen": queries.count_chosen(sheet.id),
        "error": error,
        "has_errors": error is not None,
    }
    return render(request, "office/imports/check.html", context, status=422 if error else 200)


def _shown(row: queries.CheckRow) -> dict[str, Any]:
    born = row.facts["birth_date"]
    return {"row": row, "birth_date": date.fromisoformat(born) if born else None}


def _keep_ticks(request: HttpRequest, sheet: queries.ImportRow) -> HttpResponse:
    """Ticks go with every button of the page: another page, another filter, or the registration."""
    shown = [int(place) for place in request.POST.getlist("shown") if place.isdecimal()]
    chosen = [int(place) for place in request.POST.getlist("chosen") if place.isdecimal()]
    sheets.choose_rows(actor=actor_of(request), import_id=sheet.id, shown=shown, chosen=chosen)
    if request.POST.get("act") == "register":
        return redirect("office:import-register", import_id=sheet.id)
    query = {"show": request.POST.get("show", ""), "page": request.POST.get("go", "1")}
    return redirect(f"{reverse('office:import', args=[sheet.id])}?{urlencode({k: v for k, v in query.items() if v})}")


@page("intake:sheet:import", "GET", "HEAD", "POST")
def register(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """The last look before everything ticked goes into the 台帳."""
    actor = actor_of(request)
    sheet = queries.get_import_for(actor, import_id)
    if sheet.state not in WAITING:
        return redirect("office:import", import_id=sheet.id)
    context = {
        "sheet": sheet,
        "client": tenancy.get_client_for(actor, sheet.client_id),
        "purposes": [PURPOSE_LABELS[Purpose(code)] for code in sheet.purposes],
    }
    if request.method != "POST":
        vault_key(request)  # asks for 利用認証 before the last look, not after the button
        chosen = queries.count_chosen(sheet.id)
        return render(request, "office/imports/confirm.html", {**context, "chosen": chosen})
    key = vault_key(request)
    try:
        registration.start_registration(actor=actor, import_id=sheet.id, now=now_of(request))
    except NothingChosenError as error:
        return _check_page(request, context, sheet, error=error)
    tasks.register_in_background(actor=actor, import_id=sheet.id, vault_key=key)
    if queries.get_import_for(actor, sheet.id).state is State.CHECKED:  # compared anew: the 台帳 had moved on
        messages.warning(request, f"{LedgerChangedError().event}{LedgerChangedError().short}")
    return redirect("office:import", import_id=sheet.id)


@page("intake:sheet:import", "GET", "HEAD", "POST")
def columns(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """列の対応: what each column of the sheet was taken for, with masked samples, to be changed one by one."""
    actor = actor_of(request)
    sheet = queries.get_import_for(actor, import_id)
    mapping = queries.get_mapping(sheet.id)
    if sheet.state not in WAITING or mapping is None:
        return redirect("office:import", import_id=sheet.id)
    key = vault_key(request)
    workbook = sheets.open_workbook(sheet.id, key)
    error: InvalidError | None = None
    if request.method == "POST":
        mapping = _typed_mapping(request, mapping)
        try:
            sheets.change_mapping(actor=actor, import_id=sheet.id, vault_key=key, mapping=mapping, now=now_of(request))
        except InvalidError as caught:
            error = caught
        else:
            messages.success(request, "列の対応を変えて、照合し直しました。")
            return redirect("office:import", import_id=sheet.id)
    context = {
        "sheet": sheet,
        "client": tenancy.get_client_for(actor, sheet.client_id),
        "tables": [_table(found, workbook) for found in mapping.sheets],
        "skipped": mapping.skipped,
        "error": error,
        "has_errors": error is not None,
    }
    return render(request, "office/imports/mapping.html", context, status=422 if error else 200)


def _typed_mapping(request: HttpRequest, mapping: Mapping) -> Mapping:
    for table in mapping.sheets:
        mapping = mapping.with_sheet(table.sheet, used=f"used-{table.sheet}" in request.POST)
        for column in table.columns:
            typed = request.POST.get(f"column-{table.sheet}-{column.index}", "")
            field, _, person = typed.partition("|")
            if field in Field:
                mapping = mapping.with_column(table.sheet, column.index, Field(field), mask_long_digits(person)[:20])
    return mapping


def _table(table: SheetMapping, workbook: Workbook) -> dict[str, Any]:
    """One sheet for the page: its columns with choices and samples. A sample of a number is never shown."""
    rows = [row for row in workbook.sheets[table.sheet].rows if row.number > table.bottom][:_SAMPLES]
    people = table.people
    return {
        "number": table.sheet,
        "label": table.label,
        "used": table.used,
        "top": table.top,
        "bottom": table.bottom,
        "columns": [
            {
                "name": f"column-{table.sheet}-{column.index}",
                "letter": column.letter,
                "heading": mask_long_digits(column.heading) or "（見出しなし）",
                "person": column.person,
                "value": f"{column.field.value}|{column.person}",
                "choices": _choices(people, column.person),
                "samples": [*(_sample(row.texts, column.index) for row in rows), *[""] * (_SAMPLES - len(rows))],
            }
            for column in table.columns
        ],
    }


def _choices(people: tuple[str, ...], own: str) -> list[tuple[str, str]]:
    """Fields of the person the column is about first, then of everybody else in the sheet."""
    ordered = [own, *(person for person in people if person != own)]
    choices = [(f"{Field.IGNORE.value}|", FIELD_LABELS[Field.IGNORE])]
    for person in ordered:
        prefix = f"{person}の" if person else ""
        choices += [
            (f"{field.value}|{person}", f"{prefix}{FIELD_LABELS[field]}")
            for field in Field
            if field is not Field.IGNORE
        ]
    return choices


def _sample(texts: tuple[str, ...], index: int) -> str:
    """A cell as a sample: what could be a number, whole or damaged, becomes a mask with its count of digits."""
    text = texts[index] if index < len(texts) else ""
    digits = sum(character.isdigit() for character in text)
    if digits >= 9:
        return f"●●●●（{digits}桁）"
    return mask_long_digits(text)[:24]


@page("intake:sheet:import", "POST")
def cancel(request: HttpRequest, import_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.get_import_for(actor, import_id)
    sheets.cancel_import(actor=actor, import_id=sheet.id, now=now_of(request))
    messages.success(request, "取り込みをやめました。受け取った内容は廃棄しました。台帳は変わっていません。")
    return redirect(
        safe_next(request, request.POST.get("next", ""), default=reverse("office:client", args=[sheet.client_id]))
    )


@page("intake:sheet:import", "POST")
def rejected(request: HttpRequest, import_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.get_import_for(actor, import_id)
    client = tenancy.get_client_for(actor, sheet.client_id)
    book = registration.return_rejected(actor=actor, import_id=sheet.id, now=now_of(request))
    response = HttpResponse(book, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response.headers["Content-Disposition"] = f'attachment; filename="sashimodoshi_{client.code}.xlsx"'
    return response
