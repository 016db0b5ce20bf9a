"""個人番号の取扱い: the lines of the record about one client company's own people, and about nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from azukari.journal import queries as journal
from azukari.journal.rules import Kind
from azukari.kernel.actor import ROLE_LABELS, Actor, Role
from azukari.oversight import errors
from azukari.oversight.queries.settings import get_settings
from azukari.oversight.rules.handling import HANDLING_EVENTS, use_of
from azukari.roster import queries as roster


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingRow:
    """One handling as a client company reads it: who of the office, of whom, what, for what, where to."""

    seq: int
    number: str
    at: datetime
    staff: str
    role: str
    person: str
    label: str
    use: str
    submitted_to: str
    taken_out: str
    kind: str
    result: str
    failed: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingPage:
    """A page by keyset: `older` and `newer` are the places to go on from, None at an end."""

    rows: list[HandlingRow]
    older: int | None
    newer: int | None


def sees_handlings(actor: Actor) -> bool:
    """Tell whether somebody of a client company may see its handlings: 窓口責任者, and 担当者 where the office allows it."""
    if actor.role is Role.CLIENT_LEAD:
        return True
    return actor.role is Role.CLIENT_MEMBER and get_settings()[0].members_see


def check_sees(actor: Actor) -> None:
    """Refuse who may not see the handlings. Raises: HandlingsNotShown."""
    if not sees_handlings(actor):
        raise errors.HandlingsNotShown


def list_handlings(
    actor: Actor,
    client_id: UUID,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    person: str = "",
    kind: Kind | None = None,
    before: int | None = None,
    after: int | None = None,
    size: int = 50,
) -> HandlingPage:
    """List the handlings of a client's people, newest first. `person` is a part of a name or reading.

    Raises: HandlingNotFoundError for a client that is not the actor's.
    """
    _check_client(actor, client_id)
    people = roster.find_person_ids(actor, person) if person else None
    span = journal.Span(since=since, until=until, person_ids=people, kind=kind)
    found = journal.list_of_client(client_id, HANDLING_EVENTS, span, before=before, after=after, size=size)
    return HandlingPage(rows=_rows(found.rows), older=found.older, newer=found.newer)


def get_handling(actor: Actor, client_id: UUID, seq: int) -> HandlingRow:
    """Get one handling of a client's people. Raises: HandlingNotFoundError."""
    _check_client(actor, client_id)
    row = journal.get_of_client(client_id, HANDLING_EVENTS, seq)
    if row is None:
        raise errors.HandlingNotFoundError
    return _rows([row])[0]


def _check_client(actor: Actor, client_id: UUID) -> None:
    if actor.client_ids is not None and client_id not in actor.client_ids:
        raise errors.HandlingNotFoundError


def _rows(rows: Sequence[journal.EntryRow]) -> list[HandlingRow]:
    roles = journal.roles_at([row.seq for row in rows])
    return [_row(row, roles[row.seq]) for row in rows]


def _row(row: journal.EntryRow, role: Role) -> HandlingRow:
    use, submitted_to = use_of(row.purpose)
    return HandlingRow(
        seq=row.seq,
        number=row.number,
        at=row.at,
        staff=row.staff,
        role="" if role is Role.SYSTEM else ROLE_LABELS[role],
        person=row.person,
        label=row.label,
        use=use,
        submitted_to=submitted_to,
        taken_out=row.taken_out,
        kind=row.kind,
        result=row.result,
        failed=row.failed,
        detail=row.detail,
    )
