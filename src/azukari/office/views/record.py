"""個人番号関係事務処理一覧: the list with its ten columns, and one entry with what proves it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from azukari.entrance.requests import actor_of, now_of
from azukari.journal import queries as journal
from azukari.journal.rules import Kind, Result
from azukari.kernel.clock import JST, jst_day
from azukari.office.access import behind_record_password, page
from azukari.office.forms.record import RecordFilterForm
from azukari.roster import queries as roster
from azukari.tenancy import queries as tenancy
from azukari.vault.rules.purposes import USES_BY_CODE

_SIZES = (50, 100, 200)


@page("journal:record:see")
@behind_record_password
def record_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = RecordFilterForm(
        request.GET,
        staff=[(str(row.id), row.name) for row in tenancy.list_staff()],
        clients=[(str(pk), name) for pk, name in tenancy.list_client_choices(actor)],
        screens=journal.list_screens(),
    )
    valid = form.is_valid()
    if not valid and "HX-Request" in request.headers:  # the whole page says what to correct, above its heading
        response = HttpResponse()
        response.headers["HX-Redirect"] = request.get_full_path()
        return response
    wanted = _filter(request, form.cleaned_data) if valid else journal.Filter()
    size = int(request.GET.get("size", "0")) if request.GET.get("size", "").isdecimal() else _SIZES[0]
    size = size if size in _SIZES else _SIZES[0]
    found = journal.list_entries(
        actor, wanted, before=_place(request, "before"), after=_place(request, "after"), size=size
    )
    today = jst_day(now_of(request))
    context = {
        "form": form,
        "page": found,
        "size": size,
        "sizes": _SIZES,
        "filtered": valid and any(request.GET.get(name) for name in form.fields),
        "ranges": _ranges(today),
        "record_size": journal.tree_size(),
        "printed_at": now_of(request),
        "conditions": form.in_words() if valid else [],
        "partial": "HX-Request" in request.headers,
    }
    template = "office/log/_rows.html" if context["partial"] else "office/log/list.html"
    return render(request, template, context, status=200 if valid else 422)


def _filter(request: HttpRequest, data: dict[str, Any]) -> journal.Filter:
    person = str(data["person"]).strip()
    since: date | None = data["since"]
    until: date | None = data["until"]
    return journal.Filter(
        since=datetime.combine(since, time(), JST) if since else None,
        until=datetime.combine(until + timedelta(days=1), time(), JST) if until else None,
        staff_id=UUID(str(data["staff"])) if data["staff"] else None,
        client_id=UUID(str(data["client"])) if data["client"] else None,
        person_ids=roster.find_person_ids(actor_of(request), person) if person else None,
        kind=Kind(str(data["kind"])) if data["kind"] else None,
        result=Result(str(data["result"])) if data["result"] else None,
        screen=str(data["screen"]),
        taken_out_only=bool(data["taken_out"]),
    )


def _place(request: HttpRequest, name: str) -> int | None:
    raw = request.GET.get(name, "")
    return int(raw) if raw.isdecimal() and len(raw) < 16 else None


def _ranges(today: date) -> list[tuple[str, str, str]]:
    """今日・今月・先月 as links: (label, since, until)."""
    first = today.replace(day=1)
    last_of_before = first - timedelta(days=1)
    pairs = (("今日", today, today), ("今月", first, today), ("先月", last_of_before.replace(day=1), last_of_before))
    return [(label, f"{since:%Y/%m/%d}", f"{until:%Y/%m/%d}") for label, since, until in pairs]


@page("journal:record:see")
@behind_record_password
def entry(request: HttpRequest, seq: int) -> HttpResponse:
    actor = actor_of(request)
    row = journal.get_entry_for(actor, seq)
    use = USES_BY_CODE.get(row.purpose)
    operation = int(row.number.split("-")[0])
    context = {
        "row": row,
        "use_label": use.label if use else "",
        "lines": journal.list_entries(actor, journal.Filter(operation=operation), size=200).rows,
        "proof": journal.prove(row.seq),
        "origin": journal.origin(),
    }
    return render(request, "office/log/detail.html", context)
