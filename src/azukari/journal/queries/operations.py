"""The list folded by operation: one act over many people is one line with its count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q

from azukari.journal.models import Entry
from azukari.journal.queries.lines import COLUMNS, EntryRow, to_rows
from azukari.journal.queries.narrowing import Filter, condition, lead_of
from azukari.journal.queries.pages import Spot, Walked, spot_of, walk
from azukari.journal.rules import Result
from azukari.kernel.actor import Actor

# A page is gathered in so many steps at most; it may then be shorter than asked for.
_STEPS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRow:
    """One operation: its first line that fits, how many fit, how many of them failed, of how many people and client
    companies they are."""

    number: int
    first: EntryRow
    lines: int
    failed: int
    people: int
    clients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationPage:
    """A page of operations, newest first; the fields as in `Page`."""

    rows: list[OperationRow]
    older: int | None
    newer: int | None
    unfinished: bool = False
    searched_until: datetime | None = None


def list_operations(
    actor: Actor, wanted: Filter, *, before: int | None = None, after: int | None = None, size: int = 50
) -> OperationPage:
    """List operations newest first, one page from a place in the tree.

    The lines of an operation have one moment and stand beside each other, so a walk can leap over the rest of it.
    """
    back = after is not None
    lead = lead_of(actor, wanted)
    start = spot = spot_of(after if after is not None else before)
    found: list[int] = []
    more, edge = False, None
    for _ in range(_STEPS):
        walked = walk(lead, spot, back=back, limit=size + 1)
        for row in walked.columns:
            if row["operation"] not in found:
                more = len(found) == size
                if more:
                    break
                found.append(row["operation"])
        edge = walked.edge
        spot = _next_spot(walked, back=back)
        if more or spot is None:
            break
    continues = more or spot is not None
    if back:
        found.reverse()
    rows = _rows(actor, wanted, found)
    ends = _ends(found)
    oldest = ends[found[-1]][0] if found else None
    newest = ends[found[0]][1] if found else None
    if edge is not None and not more:
        oldest, newest = (oldest, edge[1]) if back else (edge[1], newest)
    return OperationPage(
        rows=rows,
        older=oldest if (continues or back) else None,
        newer=newest if (start and not back) or (back and continues) else None,
        unfinished=edge is not None and not more,
        searched_until=edge[0] if edge is not None and not more else None,
    )


def within_operation(wanted: Filter, operation: int) -> Filter:
    """Narrow a filter to the lines of one operation."""
    return replace(wanted, operation=operation)


def _next_spot(walked: Walked, *, back: bool) -> Spot | None:
    """Give where to go on: behind the last operation that was met. None at the end of the record or of the window."""
    if walked.edge is not None or not walked.columns:
        return None
    last = walked.columns[-1]
    first, end = _ends([last["operation"]])[last["operation"]]
    return (last["at"], end if back else first)


def _ends(operations: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Give the places of the first and the last line of some operations."""
    rows = Entry.objects.filter(operation__in=operations).values("operation").order_by()
    return {row["operation"]: (row["first"], row["last"]) for row in rows.annotate(first=Min("seq"), last=Max("seq"))}


def _rows(actor: Actor, wanted: Filter, operations: Sequence[int]) -> list[OperationRow]:
    fitting = Entry.objects.filter(condition(actor, wanted), operation__in=operations).order_by()
    told: dict[int, Any] = {
        row["operation"]: row
        for row in fitting.values("operation").annotate(
            first=Min("seq"),
            lines=Count("id"),
            failed=Count("id", filter=Q(result=Result.FAILURE.value)),
            people=Count("person_id", distinct=True),
            clients=Count("client_id", distinct=True),
        )
    }
    firsts = Entry.objects.filter(seq__in=[row["first"] for row in told.values()]).values(*COLUMNS)
    shown = {row.operation: row for row in to_rows(list(firsts))}
    return [
        OperationRow(
            number=number,
            first=shown[number],
            lines=told[number]["lines"],
            failed=told[number]["failed"],
            people=told[number]["people"],
            clients=told[number]["clients"],
        )
        for number in operations
    ]
