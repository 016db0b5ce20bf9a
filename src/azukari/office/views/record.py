"""個人番号関係事務処理一覧: the list, flat or grouped by day or operation, and one entry with what proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from azukari.entrance.requests import actor_of, now_of
from azukari.journal import queries as journal
from azukari.journal.queries import takeouts
from azukari.kernel.clock import jst_day
from azukari.office import events as event_table
from azukari.office import narrowing
from azukari.office.access import behind_record_password, page
from azukari.office.forms.record import ViewNameForm
from azukari.tenancy import policy
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import record as actions
from azukari.vault.rules.purposes import USES_BY_CODE

_SIZES = (50, 100, 200)
_GROUPS = {"": "1件ずつ", "day": "日ごと", "operation": "操作ごと"}
_MOST_OPENED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One line of the table. `charge` is given where somebody else is in charge of the client company.

    Of an operation with more lines than one: how many, of how many people and companies, how many failed, and the lines when they
    are opened in place. `turned`: in the record it stands before the line below it, by the clock after it.
    """

    row: journal.EntryRow
    charge: str
    lines: int = 1
    people: int = 1
    clients: int = 1
    failed: int = 0
    opened: list[Shown] = field(default_factory=list)
    turned: bool = False


@page("journal:record:see")
@behind_record_password
def record_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    asked = narrowing.read(request)
    if asked.wanted is None and "HX-Request" in request.headers:
        response = HttpResponse()  # the whole page says what to correct, above its heading
        response.headers["HX-Redirect"] = request.get_full_path()
        return response
    note_reading(request, asked.in_words())
    wanted = asked.wanted or journal.Filter()
    size = int(request.GET.get("size", "0")) if request.GET.get("size", "").isdecimal() else _SIZES[0]
    size = size if size in _SIZES else _SIZES[0]
    group = request.GET.get("group", "") if request.GET.get("group", "") in _GROUPS else ""
    before, after = _place(request, "before"), _place(request, "after")
    found: journal.Page | journal.OperationPage
    if group == "operation":
        found = journal.list_operations(actor, wanted, before=before, after=after, size=size)
        shown = _operations(request, wanted, found)
    else:
        found = journal.list_entries(actor, wanted, before=before, after=after, size=size)
        shown = _lines(found.rows)
    today = jst_day(now_of(request))
    context = {
        "form": asked.form,
        "page": found,
        "count": found.count if isinstance(found, journal.Page) else None,
        "days": _days(shown) if group == "day" else [(None, shown)],
        "shown": sum(line.lines for line in shown),
        "rows": len(shown),
        "turned": any(line.turned for line in shown),
        "group": group,
        "groups": list(_GROUPS.items()),
        "size": size,
        "sizes": _SIZES,
        "filtered": asked.wanted is not None and bool(asked.conditions),
        "too_many_people": asked.too_many_people,
        "most_people": narrowing.MOST_PEOPLE,
        "ranges": _ranges(today),
        "views": tenancy.list_record_views(actor),
        "query": narrowing.query_of(request),
        "name_form": ViewNameForm(auto_id="view_%s"),
        "record_size": journal.tree_size(),
        "printed_at": now_of(request),
        "conditions": asked.conditions,
        "partial": "HX-Request" in request.headers,
    }
    template = "office/log/_rows.html" if context["partial"] else "office/log/list.html"
    return render(request, template, context, status=200 if asked.wanted is not None else 422)


def note_reading(request: HttpRequest, what: str) -> None:
    """Record that the record is read, once for each time it was opened with its password."""
    opened_at = request.session["record_opened_at"]
    if request.session.get("record_read") != opened_at:
        actions.note_reading(what, actor=actor_of(request), now=now_of(request))
        request.session["record_read"] = opened_at


def _lines(rows: Sequence[journal.EntryRow]) -> list[Shown]:
    charge = narrowing.in_charge(rows)
    below = [row.seq for row in rows[1:]]
    return [
        Shown(
            row=row,
            charge=_charge(row, charge.get(row.client_id) if row.client_id else None),
            turned=place < len(below) and below[place] > row.seq,
        )
        for place, row in enumerate(rows)
    ]


def _charge(row: journal.EntryRow, names: list[str] | None) -> str:
    """Name those in charge where none of them did it."""
    return "" if not names or row.staff in names else "・".join(names)


def _operations(request: HttpRequest, wanted: journal.Filter, found: journal.OperationPage) -> list[Shown]:
    """Fold the operations of a page; the one the address opens shows its lines."""
    opened = _place(request, "open")
    shown = _lines([row.first for row in found.rows])
    return [
        Shown(
            row=line.row,
            charge=line.charge,
            turned=line.turned,
            lines=row.lines,
            people=row.people,
            clients=row.clients,
            failed=row.failed,
            opened=_opened(request, wanted, row.number) if row.number == opened and row.lines > 1 else [],
        )
        for line, row in zip(shown, found.rows, strict=True)
    ]


def _opened(request: HttpRequest, wanted: journal.Filter, operation: int) -> list[Shown]:
    one = journal.within_operation(wanted, operation)
    rows = journal.list_entries(actor_of(request), one, size=_MOST_OPENED, counted=False).rows
    return _lines(rows)


def _days(shown: Sequence[Shown]) -> list[tuple[date | None, list[Shown]]]:
    return [(day, list(lines)) for day, lines in groupby(shown, key=lambda line: jst_day(line.row.at))]


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
def events(request: HttpRequest) -> HttpResponse:
    """Everything that can stand in the record. For 責任者 and 監査, who judge whether it is enough."""
    groups = event_table.table()
    context = {"groups": groups, "count": sum(len(rows) for _, rows in groups)}
    return render(request, "office/log/events.html", context)


@page("journal:record:see")
@behind_record_password
def entry(request: HttpRequest, seq: int) -> HttpResponse:
    actor = actor_of(request)
    row = journal.get_entry_for(actor, seq)
    note_reading(request, f"NO {row.number}")
    use = USES_BY_CODE.get(row.purpose)
    context = {
        "row": row,
        "charge": "・".join(narrowing.in_charge([row]).get(row.client_id, [])) if row.client_id else "",
        "use": use,
        "lines": journal.list_entries(
            actor, journal.Filter(operation=row.operation), size=_MOST_OPENED, counted=False
        ).rows,
        "take_out": takeouts.find_take_out(actor, row.id),
        "proof": journal.prove(row.seq),
        "origin": journal.origin(),
        "sees_clients": policy.may(actor, "tenancy:client:see"),
    }
    return render(request, "office/log/detail.html", context)
