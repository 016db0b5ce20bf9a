"""送受信ファイル一覧: pages by key, so that a million lines are as quick as a thousand.

Every page walks one index in its order and stops when it is full. Where a filter has no index of its own the walk
ends after `WINDOW` lines, and the page says from where it can be gone on: never a count of everything, never an offset.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q, Value
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import (
    Tuple,
    TupleGreaterThan,
    TupleGreaterThanOrEqual,
    TupleLessThan,
    TupleLessThanOrEqual,
)
from django.db.models.functions import Concat

from azukari.exchange.models import Delivery
from azukari.exchange.queries.lines import LedgerRow, hidden_from_client, to_rows, visible
from azukari.exchange.rules.names import search_key
from azukari.exchange.rules.states import (
    DeliveryState,
    Direction,
)
from azukari.kernel.actor import Actor
from azukari.store.models import OfficeQuerySet
from azukari.tenancy import queries as tenancy

PAGE = 50
WINDOW = 20_000
# Up to so many companies all their lines are sorted by reading; for more, the index of readings is walked.
FEW_CLIENTS = 5


class Order(StrEnum):
    """In what order the ledger is shown."""

    NEWEST = "new"
    OLDEST = "old"
    CLIENT = "client"
    NAME = "name"


_FIELDS = {
    Order.NEWEST: ("-sent_at", "-id"),
    Order.OLDEST: ("sent_at", "id"),
    Order.CLIENT: ("client_kana", "sent_at", "id"),
    Order.NAME: ("search_key", "id"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is looked for. Everything empty: the whole ledger, newest first. `since` and `until` as moments."""

    client_id: UUID | None = None
    q: str = ""
    direction: Direction | None = None
    unread_only: bool = False
    protected: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage:
    """One page. `following` and `preceding` are keys of the next pages. `unfinished`: the walk ended before the page
    was full; in the orders of time everything up to `searched_until` was looked at."""

    rows: list[LedgerRow]
    following: str = ""
    preceding: str = ""
    unfinished: bool = False
    searched_until: datetime | None = None


def list_ledger(actor: Actor, wanted: Filter, *, key: str = "", now: datetime, size: int = PAGE) -> LedgerPage:
    """Give one page of the ledger. `key` comes from a page before; a broken one is the first page."""
    if wanted.client_id is not None and wanted.order is Order.CLIENT:
        wanted = replace(wanted, order=Order.OLDEST)  # the same for one company, and served by its own index
    if actor.staff_id is None:
        shown_since = now - timedelta(days=tenancy.get_office().portal_days)
        wanted = replace(wanted, since=max(shown_since, wanted.since or shown_since))
    place, backwards = _read_key(key, wanted.order)
    order = _FIELDS[wanted.order]
    if backwards:
        order = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)
    walked = _base(actor, wanted, now).order_by(
        *_ordering(order, few_clients=actor.client_ids is not None and len(actor.client_ids) <= FEW_CLIENTS)
    )
    if place:
        walked = walked.filter(_behind(order, place))
    rare = _rare(wanted)
    edge: dict[str, Any] | None = None
    if rare:
        if not wanted.unread_only:  # what is unread is few
            edge = _edge(actor, wanted, order, place)
        if edge:
            walked = walked.filter(_up_to(order, edge))
        walked = walked.filter(rare)
    found = list(walked[: size + 1])
    if edge and len(found) <= size:
        # The walk ended before the page was full: it can be gone on with behind the last line that was looked at.
        return LedgerPage(
            rows=to_rows(actor, found[::-1] if backwards else found, now=now),
            following=_write_key(edge, order=wanted.order, backwards=backwards),
            unfinished=True,
            searched_until=edge.get("sent_at"),
        )
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    key_of = partial(_write_key, order=wanted.order)
    return LedgerPage(
        rows=to_rows(actor, found, now=now),
        following=key_of(_place(found[-1], order), backwards=False) if found and (more or backwards) else "",
        preceding=key_of(_place(found[0], order), backwards=True)
        if found and place and (more or not backwards)
        else "",
    )


def _edge(actor: Actor, wanted: Filter, order: Sequence[str], place: dict[str, Any]) -> dict[str, Any] | None:
    """Find the last line of the window: `WINDOW` lines of the ledger on, whether they match the other filters or not.

    Asked of the order's index alone: with another column or filter SQLite takes any index and sorts everything.
    """
    lines = visible(actor)
    if wanted.client_id is not None:
        lines = lines.filter(client_id=wanted.client_id)
    if "sent_at" in _plain(order):
        if wanted.since is not None:
            lines = lines.filter(sent_at__gte=wanted.since)
        if wanted.until is not None:
            lines = lines.filter(sent_at__lt=wanted.until)
    if place:
        lines = lines.filter(_behind(order, place))
    edge: dict[str, Any] | None = lines.order_by(*order).values(*_plain(order))[WINDOW - 1 : WINDOW].first()
    return edge


def _ordering(order: Sequence[str], *, few_clients: bool) -> list[str | OrderBy]:
    """Give the order for the database.

    For whoever sees few companies the index of readings is hidden behind an expression: PostgreSQL would walk it past
    everybody else's lines, where sorting the lines of those few is quick.
    """
    told: list[str | OrderBy] = list(order)
    if few_clients and _plain(order)[0] == "client_kana":
        told[0] = OrderBy(Concat("client_kana", Value("")), descending=order[0].startswith("-"))
    return told


def _base(actor: Actor, wanted: Filter, now: datetime) -> OfficeQuerySet[Delivery]:
    """What an index answers: the client, the side, unread, 保護, the time."""
    lines = visible(actor)
    if actor.staff_id is None:
        lines = lines.exclude(hidden_from_client(now))
    if wanted.client_id is not None:
        lines = lines.filter(client_id=wanted.client_id)
    if wanted.direction is not None:
        lines = lines.filter(direction=wanted.direction)
    if wanted.unread_only:
        lines = lines.filter(opened_at__isnull=True, state=DeliveryState.READY)
    if wanted.protected:
        lines = lines.filter(protected=True)
    if wanted.since is not None:
        lines = lines.filter(sent_at__gte=wanted.since)
    if wanted.until is not None:
        lines = lines.filter(sent_at__lt=wanted.until)
    return lines


def _rare(wanted: Filter) -> Q:
    """What no index answers: words of the name, and 通常."""
    rare = Q()
    for word in wanted.q.split():
        rare &= Q(search_key__contains=search_key(word))
    if wanted.protected is False:
        rare &= Q(protected=False)
    return rare


def _plain(order: Sequence[str]) -> list[str]:
    return [name.lstrip("-") for name in order]


def _behind(order: Sequence[str], place: dict[str, Any]) -> TupleGreaterThan | TupleLessThan:
    """Everything behind a place in an order, as one comparison of rows: (a, b) > (x, y) is one range of the index."""
    names = _plain(order)
    lookup = TupleLessThan if order[0].startswith("-") else TupleGreaterThan
    return lookup(Tuple(*names), tuple(place[name] for name in names))


def _up_to(order: Sequence[str], place: dict[str, Any]) -> TupleGreaterThanOrEqual | TupleLessThanOrEqual:
    """Everything up to a place, the place with it. Not `_behind` negated: no index is entered by a negation."""
    names = _plain(order)
    lookup = TupleGreaterThanOrEqual if order[0].startswith("-") else TupleLessThanOrEqual
    return lookup(Tuple(*names), tuple(place[name] for name in names))


def _place(line: Delivery, order: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(line, name) for name in _plain(order)}


def _write_key(place: dict[str, Any], *, order: Order, backwards: bool) -> str:
    values = {
        name: place[name].isoformat() if name == "sent_at" else str(place[name]) for name in _plain(_FIELDS[order])
    }
    told = json.dumps([order, backwards, values], ensure_ascii=False)
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def _read_key(key: str, order: Order) -> tuple[dict[str, Any], bool]:
    if not key:
        return {}, False
    try:
        told = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        written, backwards, values = told
        if written != order or set(values) != set(_plain(_FIELDS[order])):
            return {}, False
        place: dict[str, Any] = {name: str(value) for name, value in values.items()}
        place["id"] = UUID(place["id"])
        if "sent_at" in place:
            sent_at = datetime.fromisoformat(place["sent_at"])
            if sent_at.tzinfo is None:
                return {}, False
            place["sent_at"] = sent_at.astimezone(UTC)
        if any("\0" in value for value in place.values() if isinstance(value, str)):
            return {}, False
        return place, bool(backwards)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return {}, False
