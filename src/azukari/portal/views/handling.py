"""個人番号の取扱い: what the office did with the numbers of this company's people, live, and the 委託先監督資料."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from azukari.entrance.downloads import send_made
from azukari.entrance.requests import actor_of, now_of, signed_in_of
from azukari.journal.rules import Kind
from azukari.kernel.clock import JST, jst_day
from azukari.oversight import queries
from azukari.oversight.actions import pack, reading
from azukari.portal.access import page
from azukari.portal.forms import HandlingFilterForm, PackForm
from azukari.tenancy import policy

_SEE = "oversight:handling:see"
# Turning pages, filters and details are one reading; after this time it is another one (as the record's password).
_READING = timedelta(minutes=15)


@page(_SEE)
def handlings(request: HttpRequest) -> HttpResponse:
    actor, company = actor_of(request), _company(request)
    queries.check_sees(actor)
    form = HandlingFilterForm(request.GET)
    valid = form.is_valid()
    data = form.cleaned_data if valid else {}
    _note(request, company)
    since, until = data.get("since"), data.get("until")
    found = queries.list_handlings(
        actor,
        company,
        since=_start(since) if since else None,
        until=_start(until + timedelta(days=1)) if until else None,
        person=data.get("person", "").strip(),
        kind=Kind(data["kind"]) if data.get("kind") else None,
        before=_place(request, "before"),
        after=_place(request, "after"),
    )
    context = {
        "form": form,
        "page": found,
        "filtered": valid and any(request.GET.get(name) for name in form.fields),
        "conditions": form.in_words() if valid else [],
        "printed_at": now_of(request),
        "pack": PackForm(initial=_last_year(request)) if policy.may(actor, "oversight:pack:take") else None,
    }
    return render(request, "portal/handling/list.html", context, status=200 if valid else 422)


@page(_SEE)
def handling(request: HttpRequest, seq: int) -> HttpResponse:
    actor, company = actor_of(request), _company(request)
    queries.check_sees(actor)
    row = queries.get_handling(actor, company, seq)
    _note(request, company)
    return render(request, "portal/handling/line.html", {"row": row})


@page(_SEE, "POST")
def proof(request: HttpRequest, seq: int) -> HttpResponse:
    """Hand a line out with what proves it. A POST, since it writes the record."""
    name, data = reading.take_proof(actor=actor_of(request), client_id=_company(request), seq=seq, now=now_of(request))
    response = HttpResponse(data, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@page("oversight:pack:take", "POST")
def take_pack(request: HttpRequest) -> HttpResponseBase:
    form = PackForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/handling/pack.html", {"form": form}, status=422)
    made = pack.make_pack(
        actor=actor_of(request),
        client_id=_company(request),
        since=form.cleaned_data["since"],
        until=form.cleaned_data["until"],
        now=now_of(request),
    )
    return send_made(made.name, made.files, made.made_at)


def _company(request: HttpRequest) -> UUID:
    company = signed_in_of(request).company
    assert company is not None
    return company.id


def _note(request: HttpRequest, company: UUID) -> None:
    """Record the reading, once for a while of turning pages."""
    now, read = now_of(request), request.session.get("handlings_read", {})
    last = read.get(str(company))
    if last and now < datetime.fromisoformat(last) + _READING:
        return
    reading.note_reading(actor=actor_of(request), client_id=company, now=now)
    request.session["handlings_read"] = {**read, str(company): now.isoformat()}


def _last_year(request: HttpRequest) -> dict[str, str]:
    until = jst_day(now_of(request))
    since = (until.replace(day=1) - timedelta(days=330)).replace(day=1)
    return {"since": f"{since:%Y/%m/%d}", "until": f"{until:%Y/%m/%d}"}


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), JST)


def _place(request: HttpRequest, name: str) -> int | None:
    raw = request.GET.get(name, "")
    return int(raw) if raw.isdecimal() and len(raw) < 16 else None
