"""Walks for oversight: the lines of one client or one person, and what is new at the end.

`beginnings` are those of the events' codes. Each is a walk along one index with a bound.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from azukari.journal import errors, rules
from azukari.journal.models import Entry, EntryText
from azukari.journal.queries.lines import COLUMNS, EntryRow, to_rows
from azukari.journal.queries.proofs import tree_size
from azukari.journal.rules import Kind, Result, TakenOut
from azukari.kernel.actor import Role
from azukari.store.models import OfficeQuerySet

_WALK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What one client's lines are narrowed to. Moments are half-open."""

    since: datetime | None = None
    until: datetime | None = None
    person_ids: Sequence[UUID] | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePage:
    """A page of one client's lines by keyset, newest first."""

    rows: list[EntryRow]
    older: int | None
    newer: int | None


def list_of_client(
    client_id: UUID,
    beginnings: Sequence[str],
    span: Span,
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = 50,
) -> LinePage:
    """List the lines about one client, newest first, one page. Callers have passed the client's gate."""
    found = _of_client(client_id, beginnings, span)
    if before is not None:
        found = found.filter(seq__lt=before)
    if after is not None:
        found = found.filter(seq__gt=after)
    columns = list(found.order_by("seq" if after is not None else "-seq").values(*COLUMNS)[: size + 1])
    more, columns = len(columns) > size, columns[:size]
    if after is not None:
        columns.reverse()
    if not columns:
        return LinePage(rows=[], older=None, newer=None)
    return LinePage(
        rows=to_rows(columns),
        older=columns[-1]["seq"] if more or after is not None else None,
        newer=columns[0]["seq"] if before is not None or (after is not None and more) else None,
    )


def get_of_client(client_id: UUID, beginnings: Sequence[str], seq: int) -> EntryRow | None:
    """Get one line about a client, None where it is not one of its. Callers have passed the client's gate."""
    columns = list(_of_client(client_id, beginnings, Span()).filter(seq=seq).values(*COLUMNS))
    return to_rows(columns)[0] if columns else None


def list_of_person(person_id: UUID, beginnings: Sequence[str], *, size: int) -> list[EntryRow]:
    """List what was done with one person's number, newest first, refusals left out."""
    found = Entry.objects.filter(_begins(beginnings), person_id=person_id, result=Result.SUCCESS)
    return to_rows(list(found.order_by("-seq").values(*COLUMNS)[:size]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallied:
    """A line as a summary counts it."""

    at: datetime
    event: str
    kind: Kind
    failed: bool
    taken_out: bool


def walk_of_client(client_id: UUID, beginnings: Sequence[str], span: Span) -> Iterator[Tallied]:
    """Walk one client's lines of a span, for a summary: five columns a line, no names."""
    found = _of_client(client_id, beginnings, span).order_by("seq")
    columns = found.values_list("at", "event", "kind", "result", "taken_out")
    for at, event, kind, result, taken_out in columns.iterator(chunk_size=_WALK):
        yield Tallied(
            at=at,
            event=event,
            kind=Kind(kind),
            failed=result == Result.FAILURE,
            taken_out=taken_out not in {"", TakenOut.SCREEN},
        )


def _of_client(client_id: UUID, beginnings: Sequence[str], span: Span) -> OfficeQuerySet[Entry]:
    pairs: dict[str, Any] = {
        "at__gte": span.since,
        "at__lt": span.until,
        "person_id__in": span.person_ids,
        "kind": span.kind,
    }
    narrowed = {name: value for name, value in pairs.items() if value is not None}
    return Entry.objects.get_queryset().filter(_begins(beginnings), client_id=client_id, **narrowed)


def _begins(beginnings: Sequence[str]) -> Q:
    condition = Q()
    for beginning in beginnings:
        condition |= Q(event__startswith=beginning)
    return condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """A line as the rules of odd use read it. `who` is a staff member or a person of a client company."""

    seq: int
    at: datetime
    who: UUID | None
    event: str
    failed: bool
    client_id: UUID | None
    person_id: UUID | None


_WALKED = ("seq", "at", "staff_id", "user_id", "event", "result", "client_id", "person_id")


def walk_new(start: int, *, size: int) -> list[Walked]:
    """Walk the record on from a place, in order."""
    return _walked(Entry.objects.get_queryset().filter(seq__gte=start).order_by("seq"), size)


def walk_of_one(who: UUID, events: Collection[str], *, since: datetime, until: datetime, size: int) -> list[Walked]:
    """Walk the newest `size` lines of some events that one person made in a span, in order. Moments are half-open."""
    # Places beside the moments: the index of a person is in order of places. A day to spare, for a clock that was wrong.
    first, last = first_since(since), first_since(until + timedelta(days=1))
    of_span = Entry.objects.get_queryset().filter(at__gte=since, at__lt=until, event__in=events)
    of_span = of_span.filter(seq__gte=first, seq__lt=last).order_by("-seq")
    of_staff = _walked(of_span.filter(staff_id=who), size)
    return (of_staff or _walked(of_span.filter(user_id=who), size))[::-1]


def first_since(moment: datetime) -> int:
    """Give the place of the first entry from a moment on; the end of the record where there is none."""
    found = Entry.objects.filter(at__gte=moment).order_by("at", "seq").values_list("seq", flat=True).first()
    return tree_size() if found is None else found


def list_at(seqs: Sequence[int]) -> list[EntryRow]:
    """List the entries at some places, in order."""
    return to_rows(list(Entry.objects.filter(seq__in=seqs).order_by("seq").values(*COLUMNS)))


def _walked(found: OfficeQuerySet[Entry], size: int) -> list[Walked]:
    return [
        Walked(
            seq=seq,
            at=at,
            who=staff_id or user_id,
            event=event,
            failed=result == Result.FAILURE,
            client_id=client_id,
            person_id=person_id,
        )
        for seq, at, staff_id, user_id, event, result, client_id, person_id in found.values_list(*_WALKED)[:size]
    ]


def open_texts(seq: int) -> tuple[bytes, dict[str, str]]:
    """Give the salt and the texts of one entry, empty where they were erased. Raises: EntryNotFoundError."""
    row = Entry.objects.filter(seq=seq).values_list("id", flat=True).first()
    if row is None:
        raise errors.EntryNotFoundError
    text = EntryText.objects.filter(id=row).first()
    return (bytes(text.salt), dict(text.texts)) if text else (b"", {})


def roles_at(seqs: Sequence[int]) -> dict[int, Role]:
    """Give the role in which each of some entries was made, as the entry itself says."""
    found = Entry.objects.filter(seq__in=seqs).values_list("seq", "body")
    return {seq: Role(rules.parse_body(bytes(body))["actor"]["role"]) for seq, body in found}
