"""The record on paper and in files: what is asked first, then the record of it, then the lines."""

from __future__ import annotations

import calendar
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import IO
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header

from azukari.entrance.requests import actor_of, now_of, signed_in_of
from azukari.journal import queries as journal
from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst, jst_day
from azukari.office import narrowing
from azukari.office.access import behind_record_password, page
from azukari.office.forms.record import EXCEL, FORM_LABELS, ExportForm
from azukari.office.views.record import note_reading
from azukari.press.documents import handling_record
from azukari.press.documents.handling_record import Encoding, RecordHead, RecordLine
from azukari.press.documents.handling_record.page import MOST_LINES
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import record as actions
from azukari.vault.rules.purposes import USES_BY_CODE

# A book of so many lines is written in half a minute; more of them Excel itself opens with difficulty.
MOST_IN_EXCEL = 200_000
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CHARSET = {Encoding.UTF8: "utf-8", Encoding.CP932: "Shift_JIS"}
_BATCH = 2_000
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a list that is too long for one print: its name, and the days it is narrowed to."""

    label: str
    since: str
    until: str


@page("journal:record:see")
@behind_record_password
def output(request: HttpRequest) -> HttpResponse:
    asked = narrowing.read(request)
    note_reading(request, asked.in_words())
    return _page(request, asked, ExportForm())


@page("journal:record:see", "POST")
@behind_record_password
def print_record(request: HttpRequest) -> HttpResponse:
    asked, actor, now = narrowing.read(request), actor_of(request), now_of(request)
    if asked.wanted is None or asked.too_many_people:
        return _page(request, asked, ExportForm())
    wanted = _until_now(asked.wanted, now)
    count = journal.count_entries(actor, wanted, most=MOST_LINES)
    if count > MOST_LINES:
        return _page(request, asked, ExportForm(), pieces=_pieces(request, wanted), too_long=True)
    actions.note_printing(asked.in_words(), lines=count, actor=actor, now=now)
    pdf = handling_record.render(_head(request, asked), list(lines_of(actor, wanted)))
    return _download(HttpResponse(pdf, content_type="application/pdf"), now, "pdf")


@page("journal:record:see", "POST")
@behind_record_password
def export(request: HttpRequest) -> HttpResponseBase:
    asked, actor, now = narrowing.read(request), actor_of(request), now_of(request)
    form = ExportForm(request.POST)
    if asked.wanted is None or asked.too_many_people or not form.is_valid():
        return _page(request, asked, form)
    wanted, kind = _until_now(asked.wanted, now), str(form.cleaned_data["form"])
    if kind == EXCEL and journal.count_entries(actor, wanted, most=MOST_IN_EXCEL) > MOST_IN_EXCEL:
        form.add_error(
            "form", f"Excelブックにできるのは{MOST_IN_EXCEL:,}件までです。期間を短くするか、CSVにしてください。"
        )
        return _page(request, asked, form)
    note = form.cleaned_data["note"]
    actions.note_export(asked.in_words(), form=FORM_LABELS[kind], note=note, actor=actor, now=now)
    lines = lines_of(actor, wanted)
    if kind == EXCEL:
        book = tempfile.TemporaryFile()  # noqa: SIM115 — closed when it has been sent
        handling_record.write_book(_head(request, asked), lines, book)
        return _download(StreamingHttpResponse(_read(book), content_type=_BOOK_TYPE), now, "xlsx")
    encoding = Encoding(kind)
    pieces = handling_record.write_plain(lines, encoding)
    told = f"text/csv; charset={_CHARSET[encoding]}"
    return _download(StreamingHttpResponse(_in_scope(actor.office_id, pieces), content_type=told), now, "csv")


def _page(
    request: HttpRequest,
    asked: narrowing.Asked,
    form: ExportForm,
    *,
    pieces: list[Piece] | None = None,
    too_long: bool = False,
) -> HttpResponse:
    context = {
        "asked": asked,
        "filter_form": asked.form,
        "form": form,
        "conditions": asked.conditions,
        "query": narrowing.query_of(request),
        "too_many_people": asked.too_many_people,
        "most_people": narrowing.MOST_PEOPLE,
        "most_lines": MOST_LINES,
        "most_in_excel": MOST_IN_EXCEL,
        "too_long": too_long,
        "pieces": pieces or [],
    }
    wrong = too_long or asked.wanted is None or asked.too_many_people or bool(form.errors)
    return render(request, "office/log/output.html", context, status=422 if wrong else 200)


def _until_now(wanted: journal.Filter, now: datetime) -> journal.Filter:
    """What comes after this moment, the record of this very act too, is not of it: the end is fixed."""
    return replace(wanted, until=min(wanted.until or now, now))


def _pieces(request: HttpRequest, wanted: journal.Filter) -> list[Piece]:
    """Cut a long list into months; what is of one month, into days."""
    span = journal.find_span(actor_of(request), wanted)
    if span is None:
        return []
    first, last = jst_day(span[0]), jst_day(span[1])
    if (first.year, first.month) == (last.year, last.month):
        days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
        return [Piece(f"{day.month}月{day.day}日", f"{day:%Y/%m/%d}", f"{day:%Y/%m/%d}") for day in days]
    found = []
    month = first.replace(day=1)
    while month <= last:
        end = month.replace(day=calendar.monthrange(month.year, month.month)[1])
        since, until = max(month, first), min(end, last)
        found.append(Piece(f"{month.year}年{month.month}月", f"{since:%Y/%m/%d}", f"{until:%Y/%m/%d}"))
        month = end + timedelta(days=1)
    return found


def _head(request: HttpRequest, asked: narrowing.Asked) -> RecordHead:
    signed_in = signed_in_of(request)
    return RecordHead(
        office_name=signed_in.office.name,
        conditions=asked.conditions,
        made_by=signed_in.actor.name,
        made_at=now_of(request),
    )


def lines_of(actor: Actor, wanted: journal.Filter) -> Iterator[RecordLine]:
    """Give the lines oldest first, each with those in charge of its client company today."""
    charge: dict[UUID, str] = {}
    for rows in batched(journal.walk_all(actor, wanted), _BATCH):
        unknown = {row.client_id for row in rows if row.client_id is not None} - charge.keys()
        names = tenancy.list_staff_in_charge(list(unknown)) if unknown else {}
        charge |= {client_id: "・".join(names.get(client_id, [])) for client_id in unknown}
        for row in rows:
            use = USES_BY_CODE.get(row.purpose)
            yield RecordLine(
                number=row.number,
                at=row.at,
                charge=charge[row.client_id] if row.client_id else "",
                staff=row.staff,
                client=row.client,
                person=row.person,
                screen=row.screen,
                label=row.label,
                taken_out=row.taken_out,
                kind=row.kind,
                result=row.result,
                use=use.label if use else "",
                detail=row.detail,
            )


def _in_scope(office_id: UUID, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Make each piece inside the office's scope: the request's own has ended when the answer is sent."""
    waiting = iter(pieces)
    while True:
        with office_scope(office_id):
            piece = next(waiting, None)
        if piece is None:
            return
        yield piece


def _read(book: IO[bytes]) -> Iterator[bytes]:
    with book:
        book.seek(0)
        while piece := book.read(_PIECE):
            yield piece


def _download[Answer: HttpResponseBase](response: Answer, now: datetime, ending: str) -> Answer:
    name = f"事務処理一覧_{jst(now):%Y%m%d_%H%M}.{ending}"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
