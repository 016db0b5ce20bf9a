"""Reads of what was taken out: the list 持ち出しの記録, what is still out, and whether rows and entries agree."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from azukari.journal import errors, rules
from azukari.journal.models import Entry, EntryText, TakeOut
from azukari.journal.rules import events
from azukari.journal.rules.takeouts import AT_ONCE, LEAVING, OUTCOME_LABELS, TAKEN_OUT_LABELS, Outcome, TakenOut
from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst_day
from azukari.store.models import OfficeQuerySet

_WALK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOutRow:
    """One take-out as people read it. `words` is all that was asked; `ending` all that was said at its end."""

    id: UUID
    seq: int
    number: str
    at: datetime
    staff: str
    staff_id: UUID | None
    client: str
    client_id: UUID | None
    person: str
    person_id: UUID | None
    record_id: UUID | None
    what: str
    kind: str
    words: str
    submitted_to: str
    due_on: date
    state: str
    is_open: bool
    ending: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""
    closed_number: str = ""
    closed_seq: int | None = None

    def days_over(self, today: date) -> int:
        """Days past the day by which it should have ended; 0 or less while there is time."""
        return (today - self.due_on).days


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOutFilter:
    """What the list is narrowed to. The span is that of the taking out, half-open; `state`: open, late or an Outcome."""

    since: datetime | None = None
    until: datetime | None = None
    client_id: UUID | None = None
    staff_id: UUID | None = None
    kind: TakenOut | None = None
    state: str = ""


OPEN, LATE = "OPEN", "LATE"


def visible_to(actor: Actor) -> OfficeQuerySet[TakeOut]:
    """Start from the take-outs an actor may see: of the actor's clients, and those of no client the actor made."""
    found: OfficeQuerySet[TakeOut] = TakeOut.objects.get_queryset()
    if actor.client_ids is None:
        return found
    return found.filter(Q(client_id__in=actor.client_ids) | Q(client_id=None, staff_id=actor.staff_id))


def list_take_outs(
    actor: Actor, wanted: TakeOutFilter, *, today: date, page: int = 1, size: int = 50
) -> tuple[list[TakeOutRow], int]:
    """List take-outs: the open ones first, the longest overdue on top; then the closed ones, newest first. And a count."""
    pairs = {
        "at__gte": wanted.since,
        "at__lt": wanted.until,
        "client_id": wanted.client_id,
        "staff_id": wanted.staff_id,
        "kind": wanted.kind.value if wanted.kind else None,
    }
    found = visible_to(actor).filter(**{name: value for name, value in pairs.items() if value is not None})
    if wanted.state in {OPEN, LATE}:
        found = found.filter(outcome="")
        if wanted.state == LATE:
            found = found.filter(due_on__lt=today)
    elif wanted.state:
        found = found.filter(outcome=wanted.state)
    still_out, ended = found.filter(outcome="").order_by("due_on", "-seq"), found.exclude(outcome="").order_by("-seq")
    opened, start = still_out.count(), (page - 1) * size
    rows = list(still_out[start : start + size])
    if len(rows) < size:
        first = max(0, start - opened)
        rows += ended[first : first + size - len(rows)]
    return _rows(rows), opened + ended.count()


def list_open(
    actor: Actor,
    *,
    person_ids: Collection[UUID] | None = None,
    client_id: UUID | None = None,
    record_ids: Collection[UUID] | None = None,
    until: date | None = None,
    own: bool = False,
    size: int = 200,
) -> list[TakeOutRow]:
    """List what is still out, by the day it should end: of people, of a client, of number records, or the actor's own."""
    found = visible_to(actor).filter(outcome="")
    if person_ids is not None:
        found = found.filter(person_id__in=person_ids)
    if client_id is not None:
        found = found.filter(client_id=client_id)
    if record_ids is not None:
        found = found.filter(record_id__in=record_ids)
    if until is not None:
        found = found.filter(due_on__lte=until)
    if own:
        found = found.filter(staff_id=actor.staff_id)
    return _rows(list(found.order_by("due_on", "seq")[:size]))


def count_late(actor: Actor, *, today: date) -> int:
    """Count what should have come to its end before today, for the menu."""
    return visible_to(actor).filter(outcome="", due_on__lt=today).count()


def get_take_out_for(actor: Actor, take_out_id: UUID) -> TakeOutRow:
    """Get one take-out this actor may see. Raises: TakeOutNotFoundError."""
    row = visible_to(actor).filter(id=take_out_id).first()
    if row is None:
        raise errors.TakeOutNotFoundError
    return _rows([row])[0]


def find_take_out(actor: Actor, entry_id: UUID) -> TakeOutRow | None:
    """Find the take-out that belongs to an entry of the record, None where nothing left by it."""
    row = visible_to(actor).filter(id=entry_id).first()
    return _rows([row])[0] if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """What is late, for the mails of the chase: no names."""

    id: UUID
    number: str
    staff_id: UUID | None
    due_on: date
    reminded_on: date | None
    escalated_on: date | None


def list_overdue(*, today: date) -> list[Overdue]:
    """List everything of the office that is late, oldest first. For the sweeper."""
    columns = ("id", "number", "staff_id", "due_on", "reminded_on", "escalated_on")
    found = TakeOut.objects.filter(outcome="", due_on__lt=today).order_by("due_on", "seq")
    return [Overdue(**row) for row in found.values(*columns)]


def _rows(rows: list[TakeOut]) -> list[TakeOutRow]:
    endings = {
        seq: (entry_id, f"{operation}-{line}")
        for seq, entry_id, operation, line in Entry.objects.filter(
            seq__in=[row.closed_seq for row in rows if row.closed_seq is not None]
        ).values_list("seq", "id", "operation", "line")
    }
    wanted = [row.id for row in rows] + [entry_id for entry_id, _ in endings.values()]
    texts = dict(EntryText.objects.filter(id__in=wanted).values_list("id", "texts"))
    return [_row(row, texts, endings.get(row.closed_seq) if row.closed_seq is not None else None) for row in rows]


def _row(row: TakeOut, texts: dict[UUID, dict[str, str]], ending: tuple[UUID, str] | None) -> TakeOutRow:
    words = texts.get(row.id, {})
    closing = texts.get(ending[0], {}) if ending else {}
    return TakeOutRow(
        id=row.id,
        seq=row.seq,
        number=row.number,
        at=row.at,
        staff=words.get("staff", ""),
        staff_id=row.staff_id,
        client=words.get("client", ""),
        client_id=row.client_id,
        person=words.get("person", ""),
        person_id=row.person_id,
        record_id=row.record_id,
        what=words.get("detail", ""),
        kind=TAKEN_OUT_LABELS[TakenOut(row.kind)],
        words=words.get("taken_out", ""),
        submitted_to=words.get("submitted_to", ""),
        due_on=row.due_on,
        state=OUTCOME_LABELS[Outcome(row.outcome)] if row.outcome else "持ち出し中",
        is_open=not row.outcome,
        ending=closing.get("detail", "").partition("：")[2],
        closed_at=row.closed_at,
        closed_by=closing.get("staff", ""),
        closed_number=ending[1] if ending else "",
        closed_seq=row.closed_seq,
    )


def verify_take_outs() -> int:
    """Check that take-outs and the record say the same, in the office in force. Gives how many there are.

    Every entry by which something left has its take-out, every take-out its entry, every closed one the entry that
    closed it. Raises: JournalDamagedError naming the first NO that does not hold.
    """
    rows = {row.seq: row for row in TakeOut.objects.all()}
    left = set()
    start = -1
    leaving = Entry.objects.filter(taken_out__in=[kind.value for kind in LEAVING]).order_by("seq")
    while found := list(leaving.filter(seq__gt=start)[:_WALK]):
        texts = dict(EntryText.objects.filter(id__in=[entry.id for entry in found]).values_list("id", "texts"))
        for entry in found:
            told = rules.parse_body(bytes(entry.body))
            if rules.UNTIL in told["commitments"]:
                left.add(entry.seq)
                _check_bound(entry, rows.get(entry.seq), texts.get(entry.id, {}))
        start = found[-1].seq
    for row in rows.values():
        if row.seq not in left:
            raise errors.JournalDamagedError(number=row.number, why="持ち出しの記録に、もとの記録がありません。")
    closed = {row.closed_seq: row for row in rows.values() if row.closed_seq is not None}
    seqs = list(closed)
    for place in range(0, len(seqs), 500):
        for entry in Entry.objects.filter(seq__in=seqs[place : place + 500]):
            row = closed.pop(entry.seq)
            told = rules.parse_body(bytes(entry.body))
            event = events.ENDINGS[Outcome(row.outcome)]
            if (told["event"], told.get("record")) != (event.code, str(row.id)):
                raise errors.JournalDamagedError(number=row.number, why="持ち出しの終わりが、記録と一致しません。")
    for row in closed.values():
        raise errors.JournalDamagedError(number=row.number, why="持ち出しの終わりの記録がありません。")
    return len(rows)


def _check_bound(entry: Entry, row: TakeOut | None, words: dict[str, str]) -> None:
    number = f"{entry.operation}-{entry.line}"
    if row is None:
        raise errors.JournalDamagedError(number=number, why="この記録の持ち出しがありません。")
    due = AT_ONCE if row.due_on == jst_day(row.at) else f"{row.due_on:%Y/%m/%d} まで"
    same = (row.id, row.number, row.at, row.kind) == (entry.id, number, entry.at, entry.taken_out)
    same &= (row.staff_id, row.client_id, row.person_id) == (entry.staff_id, entry.client_id, entry.person_id)
    # An erased text says nothing; one that is there opens its commitment (verify_record).
    same &= words.get(rules.UNTIL) in {None, due, f"{row.due_on:%Y/%m/%d} まで"}
    if not same:
        raise errors.JournalDamagedError(number=number, why="持ち出しの記録が書き換えられています。")
