"""個人番号関係事務処理一覧, page by page: newest first by 日時, and of the same moment by NO.

A page walks one index in its order, or a few side by side, and stops when it is full. Where a filter has no index of
its own it stops after `WINDOW` entries and says from where it can be gone on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.fields.tuple_lookups import (
    Tuple,
    TupleGreaterThan,
    TupleGreaterThanOrEqual,
    TupleLessThan,
    TupleLessThanOrEqual,
)

from azukari.journal import errors
from azukari.journal.models import Entry
from azukari.journal.queries.lines import COLUMNS, EntryRow, to_rows
from azukari.journal.queries.narrowing import Filter, Lead, condition, lead_of
from azukari.journal.rules import Result
from azukari.kernel.actor import Actor

# As many as one print takes; SQLite looks at each row of a filter it counts, 7 µs a row.
COUNT_CAP = 3_000
WINDOW = 10_000
_EXPORTED = 2_000

# Where an entry stands in the list: its moment, and its place in the tree among those of the same moment.
type Spot = tuple[datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page by keyset: `older` and `newer` are the places to continue from, None at an end.

    `count` is None where only a walk of everything could tell it. `unfinished`: the walk ended before the page was
    full; everything back to `searched_until` was looked at.
    """

    rows: list[EntryRow]
    count: int | None
    capped: bool
    older: int | None
    newer: int | None
    unfinished: bool = False
    searched_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk found, and its last spot when it ended before it was full."""

    columns: list[dict[str, Any]]
    edge: Spot | None


def list_entries(
    actor: Actor,
    wanted: Filter,
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = 50,
    counted: bool = True,
) -> Page:
    """List entries newest first: those an actor may see, narrowed, one page from a place in the tree.

    Not `counted`: the page's own rows are all that is asked for, and its count is theirs.
    """
    back = after is not None
    lead = lead_of(actor, wanted)
    start = spot_of(after if after is not None else before)
    walked = walk(lead, start, back=back, limit=size + 1)
    more = len(walked.columns) > size
    columns = walked.columns[:size]
    if back:
        columns.reverse()
    newest, oldest = (columns[0]["seq"], columns[-1]["seq"]) if columns else (None, None)
    ended = walked.edge is None
    older = oldest if (more or back) else None
    newer = newest if (start and not back) or (back and more) else None
    if not ended and not more:
        assert walked.edge is not None
        older, newer = (older, walked.edge[1]) if back else (walked.edge[1], newer)
    count = len(columns) if not counted else None if lead.bounded else _count(lead, COUNT_CAP)
    return Page(
        rows=to_rows(columns),
        count=None if count is None else min(count, COUNT_CAP),
        capped=count is not None and count > COUNT_CAP,
        older=older,
        newer=newer,
        unfinished=not ended and not more,
        searched_until=walked.edge[0] if walked.edge is not None and not more else None,
    )


def spot_of(seq: int | None) -> Spot | None:
    """Give the spot of a place in the tree; nothing for a place that is not there."""
    at = None if seq is None else Entry.objects.filter(seq=seq).values_list("at", flat=True).first()
    return None if at is None or seq is None else (at, seq)


def walk(lead: Lead, start: Spot | None, *, back: bool, limit: int) -> Walked:
    """Walk the record from a spot, newer ones when `back`. Ends after `limit` entries, or at the window's edge."""
    order = ("at", "seq") if back else ("-at", "-seq")
    terms = [_from(Entry.objects.filter(term), start, back=back) for term in lead.terms]
    edge: Spot | None = None
    if lead.bounded:
        edge = _edge(terms, order, back=back)
        if edge is not None:
            terms = [_up_to(term, edge, back=back) for term in terms]
    found = [term.filter(lead.rest).order_by(*order) for term in terms]
    if len(found) == 1:
        columns = list(found[0].values(*COLUMNS)[:limit])
    else:
        spots = _merged(found, limit, back=back)
        rows = Entry.objects.filter(seq__in=[seq for _, seq in spots]).values(*COLUMNS)
        columns = sorted(rows, key=lambda row: (row["at"], row["seq"]), reverse=not back)
    return Walked(columns, edge if len(columns) < limit else None)


def walk_all(actor: Actor, wanted: Filter) -> Iterator[EntryRow]:
    """Walk everything a filter gives, oldest first as a binder is kept, a few thousand lines in memory at a time."""
    lead, spot = lead_of(actor, wanted), None
    while True:
        walked = walk(lead, spot, back=True, limit=_EXPORTED)
        yield from to_rows(walked.columns)
        if walked.edge is not None:
            spot = walked.edge
        elif len(walked.columns) < _EXPORTED:
            return
        else:
            spot = (walked.columns[-1]["at"], walked.columns[-1]["seq"])


def count_entries(actor: Actor, wanted: Filter, *, most: int) -> int:
    """Count what a filter gives, up to one more than `most`. Walks as far as it must: for an act, not for a page."""
    return _count(lead_of(actor, wanted), most)


def find_span(actor: Actor, wanted: Filter) -> tuple[datetime, datetime] | None:
    """Tell from when to when the entries of a filter are, by what its index gives; None without any."""
    lead = lead_of(actor, wanted)
    ends = [walk(Lead(lead.terms), None, back=back, limit=1).columns for back in (True, False)]
    return (ends[0][0]["at"], ends[1][0]["at"]) if ends[0] and ends[1] else None


def get_entry_for(actor: Actor, seq: int) -> EntryRow:
    """Get one entry this actor may see. Raises: EntryNotFoundError."""
    row = Entry.objects.filter(condition(actor, Filter()), seq=seq).values(*COLUMNS).first()
    if row is None:
        raise errors.EntryNotFoundError
    return to_rows([row])[0]


def list_screens() -> list[str]:
    """List the 処理画面 that occur in this office's record, for the filter. Leaps from one to the next in the index."""
    found: list[str] = []
    while True:
        ahead = Entry.objects.filter(screen__gt=found[-1]) if found else Entry.objects.all()
        screen = ahead.order_by("screen").values_list("screen", flat=True)[:1]
        if not screen:
            return found
        found.append(screen[0])


def _from(entries: QuerySet[Entry], start: Spot | None, *, back: bool) -> QuerySet[Entry]:
    """Everything behind a spot, as one comparison of rows: one range of the index."""
    if start is None:
        return entries
    lookup = TupleGreaterThan if back else TupleLessThan
    return entries.filter(lookup(Tuple("at", "seq"), start))


def _up_to(entries: QuerySet[Entry], edge: Spot, *, back: bool) -> QuerySet[Entry]:
    lookup = TupleLessThanOrEqual if back else TupleGreaterThanOrEqual
    return entries.filter(lookup(Tuple("at", "seq"), edge))


def _edge(terms: list[QuerySet[Entry]], order: tuple[str, str], *, back: bool) -> Spot | None:
    """Find the last entry of the window, whether it fits the rest or not; None when fewer are left."""
    if len(terms) == 1:
        return terms[0].order_by(*order).values_list("at", "seq")[WINDOW - 1 : WINDOW].first()
    # Each index gives its share of the window; the window ends where the first of them does.
    share = max(1, WINDOW // len(terms))
    ends = [term.order_by(*order).values_list("at", "seq")[share - 1 : share].first() for term in terms]
    found = [end for end in ends if end is not None]
    return (min(found) if back else max(found)) if found else None


def _merged(terms: list[QuerySet[Entry]], limit: int, *, back: bool) -> list[tuple[Any, int]]:
    """Give the first spots of several walks together. Django cannot limit the parts of a union on SQLite."""
    told, values = _side_by_side([term.values("at", "seq")[:limit] for term in terms])
    if not told:
        return []
    way = "" if back else " DESC"
    with connection.cursor() as cursor:
        cursor.execute(f"{told} ORDER BY 1{way}, 2{way} LIMIT {limit}", values)
        return [(at, seq) for at, seq in cursor.fetchall()]


def _count(lead: Lead, most: int) -> int:
    """Count up to one more than `most`, each term along its index."""
    counted = [Entry.objects.filter(term & lead.rest).order_by() for term in lead.sums or lead.terms]
    told, values = _side_by_side([term.values("seq")[: most + 1] for term in counted])
    if not told:
        return 0
    with connection.cursor() as cursor:
        # Our own words and whole numbers only; every value is bound.
        cursor.execute(f"SELECT COUNT(*) FROM (SELECT * FROM ({told}) parts LIMIT {most + 1}) few", values)
        count: int = cursor.fetchone()[0]
        return count


def _side_by_side(limited: Sequence[QuerySet[Entry, Any]]) -> tuple[str, list[Any]]:
    """Write limited queries as one; empty when none of them can give anything."""
    parts, values = [], list[Any]()
    for place, part in enumerate(limited):
        try:
            sql, params = part.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT * FROM ({sql}) part{place}")
        values += params
    return " UNION ALL ".join(parts), values


def count_done(codes: Sequence[str]) -> int:
    """Count the entries of some events that went well."""
    return Entry.objects.filter(event__in=codes, result=Result.SUCCESS).count()
