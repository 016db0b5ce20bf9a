"""What the list is narrowed to, and which index walks it.

A filter is taken apart into what one index answers in the list's own order, the lead, and the rest, for which the
walk looks at each entry and ends after `WINDOW` of them. Nothing is ever sorted or counted whole.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from azukari.journal.rules import Kind, Result, TakenOut
from azukari.kernel.actor import Actor

# Up to so many client companies their own indexes are merged; of more the list of all is walked.
FEW_CLIENTS = 60
# What leaves: neither nothing nor 画面で見るだけ. In the words of the index's own condition.
TAKEN_OUT = Q(taken_out__gt=TakenOut.NONE.value) & ~Q(taken_out=TakenOut.SCREEN.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the list is narrowed to. Moments are half-open: from ≤ at < until.

    `client_ids` are those a person is in charge of (担当者); `staff_id` is who did it (処理者).
    """

    since: datetime | None = None
    until: datetime | None = None
    staff_id: UUID | None = None
    client_id: UUID | None = None
    client_ids: Collection[UUID] | None = None
    person_ids: Sequence[UUID] | None = None
    kind: Kind | None = None
    result: Result | None = None
    screen: str = ""
    taken_out_only: bool = False
    operation: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """One way through the record. `terms` are walked side by side, each along its index; `rest` is looked at entry by
    entry, and only then is the walk bounded (`few`: so few entries that it need not be). `sums` are the terms again as
    they are counted: in fewer pieces."""

    terms: tuple[Q, ...]
    rest: Q = field(default_factory=Q)
    few: bool = False
    sums: tuple[Q, ...] = ()

    @property
    def bounded(self) -> bool:
        """Tell whether the walk may have to end before a page is full."""
        return bool(self.rest) and not self.few


def condition(actor: Actor, wanted: Filter) -> Q:
    """Give everything at once: who sees what, and what is wanted."""
    return _scope(actor) & _span(wanted) & _all_of(_parts(wanted))


def lead_of(actor: Actor, wanted: Filter) -> Lead:
    """Choose the index that walks a filter: of several the one that leaves least."""
    parts, span = _parts(wanted), _span(wanted)
    for name in ("operation", "person", "client", "staff", "taken_out", "failure", "screen", "kind"):
        if name not in parts:
            continue
        lead = parts.pop(name)
        rest = _all_of(parts)
        if name != "client" or not (actor.client_ids is None or wanted.client_id in actor.client_ids):
            rest &= _scope(actor)
        return Lead((lead & span,), rest, few=name in {"operation", "person"})
    chosen = _chosen_clients(actor, wanted)
    if chosen is not None and len(chosen) <= FEW_CLIENTS:
        parts.pop("charge", None)
        terms = [Q(client_id=client_id) & span for client_id in sorted(chosen)]
        sums = [Q(client_id__in=chosen) & span]
        if wanted.client_ids is None:
            mine = Q(client_id=None) & own(actor) & span
            terms.append(mine)
            sums.append(mine)
        return Lead(tuple(terms), _all_of(parts), sums=tuple(sums))
    return Lead((span,), _all_of(parts) & _scope(actor))


def _parts(wanted: Filter) -> dict[str, Q]:
    """Take the filter apart, by what the index is of. Of 成功 nearly every entry is: no index has it."""
    told: dict[str, dict[str, Any]] = {
        "operation": {"operation": wanted.operation, "line": wanted.line},
        "person": {"person_id__in": wanted.person_ids},
        "client": {"client_id": wanted.client_id},
        "charge": {"client_id__in": wanted.client_ids},
        "staff": {"staff_id": wanted.staff_id},
        "failure": {"result": Result.FAILURE.value if wanted.result is Result.FAILURE else None},
        "success": {"result": Result.SUCCESS.value if wanted.result is Result.SUCCESS else None},
        "screen": {"screen": wanted.screen or None},
        "kind": {"kind": wanted.kind.value if wanted.kind else None},
    }
    parts = {name: _given(columns) for name, columns in told.items()}
    parts["taken_out"] = TAKEN_OUT if wanted.taken_out_only else Q()
    return {name: part for name, part in parts.items() if part}


def _given(columns: dict[str, Any]) -> Q:
    return Q(**{name: value for name, value in columns.items() if value is not None})


def _all_of(parts: dict[str, Q]) -> Q:
    together = Q()
    for part in parts.values():
        together &= part
    return together


def _span(wanted: Filter) -> Q:
    return _given({"at__gte": wanted.since, "at__lt": wanted.until})


def _chosen_clients(actor: Actor, wanted: Filter) -> set[UUID] | None:
    """Give the client companies the list is of, None for all of them."""
    if wanted.client_ids is None:
        return None if actor.client_ids is None else set(actor.client_ids)
    return {client_id for client_id in wanted.client_ids if actor.client_ids is None or client_id in actor.client_ids}


def _scope(actor: Actor) -> Q:
    if actor.client_ids is None:
        return Q()
    # Lines about no client (log-ins, settings) are seen by whoever made them.
    return Q(client_id__in=actor.client_ids) | Q(client_id=None) & own(actor)


def own(actor: Actor) -> Q:
    """What a person did: staff by staff ID, people of client companies by user ID. The system owns nothing."""
    if actor.user_id is not None:
        return Q(user_id=actor.user_id)
    return Q(staff_id=actor.staff_id) if actor.staff_id is not None else Q(pk__in=[])
