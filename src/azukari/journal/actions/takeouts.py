"""Taking something out, and saying that it came to its end: each with its entry in the same transaction.

The entry and its take-out are written together or not at all, so neither can promise the other in vain. Nothing is
edited: what was wrong is closed as 記録の誤り, with the reason in an entry of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from azukari.journal import errors
from azukari.journal.actions import Appended, append
from azukari.journal.models import Entry, EntryText, TakeOut
from azukari.journal.queries.takeouts import visible_to
from azukari.journal.rules import Line, Operation, events
from azukari.journal.rules.takeouts import Ending, TakeOutFacts, check, check_ending, tidied, tidied_ending
from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst_day
from azukari.store.bulk import insert_rows
from azukari.store.scope import current_office

SCREEN = "持ち出しの記録"


def take_out(*, actor: Actor, operation: Operation, facts: TakeOutFacts, now: datetime) -> Appended:
    """Append an operation by which something leaves, and open a take-out for each of its lines.

    Must run inside a transaction that commits before anything leaves. Law: ガイドライン別添1 2C b, 2E c.
    Raises: those of `rules.takeouts.check`.
    """
    today = jst_day(now)
    check(facts, today=today)
    facts = tidied(facts)
    told = replace(operation, taken_out=facts.kind, taken_out_note=facts.in_words(), take_out=facts)
    appended = append(actor=actor, operation=told, now=now)
    seqs = range(appended.first_seq, appended.first_seq + appended.lines)
    ids = dict(Entry.objects.filter(seq__gte=seqs.start, seq__lt=seqs.stop).values_list("seq", "id"))
    due_on = facts.last_day(today)
    insert_rows(
        TakeOut,
        _COLUMNS,
        (
            (
                ids[seq], current_office(), seq, appended.label(place), now, actor.staff_id, line.client_id,
                line.person_id, line.record_id, facts.kind.value, due_on, "",
            )
            for place, (seq, line) in enumerate(zip(seqs, told.lines, strict=True), start=1)
        ),
    )  # fmt: skip
    return appended


_COLUMNS = (
    "id", "office_id", "seq", "number", "at", "staff_id", "client_id", "person_id", "record_id", "kind", "due_on",
    "outcome",
)  # fmt: skip


def close(*, actor: Actor, ids: Collection[UUID], ending: Ending, now: datetime) -> Appended:
    """Record the end of take-outs, several as one operation with a line for each. Who confirmed it is the actor.

    The caller has checked the permission. One that is closed already refuses all.
    Raises: NothingChosenError, TakeOutNotFoundError, TakeOutClosedError, EndingReasonMissingError, EndingDayError.
    """
    if not ids:
        raise errors.NothingChosenError
    ending = tidied_ending(ending)
    with transaction.atomic():
        rows = list(visible_to(actor).lock().filter(id__in=set(ids)).order_by("seq"))
        if len(rows) != len(set(ids)):
            raise errors.TakeOutNotFoundError
        for row in rows:
            if row.outcome:
                raise errors.TakeOutClosedError(number=row.number)
            check_ending(ending, taken_on=jst_day(row.at), today=jst_day(now))
        appended = append(
            actor=actor,
            operation=Operation(event=events.ENDINGS[ending.outcome], screen=SCREEN, lines=_lines(rows, ending)),
            now=now,
        )
        for place, row in enumerate(rows):
            row.outcome, row.closed_on, row.closed_at = ending.outcome, ending.on, now
            row.closed_seq = appended.first_seq + place
        TakeOut.objects.bulk_update(rows, ["outcome", "closed_on", "closed_at", "closed_seq"])
    return appended


def _lines(rows: Sequence[TakeOut], ending: Ending) -> list[Line]:
    """A line for each, with the names as they were when it was taken out."""
    texts = dict(EntryText.objects.filter(id__in=[row.id for row in rows]).values_list("id", "texts"))
    return [
        Line(
            client_id=row.client_id,
            client_name=texts.get(row.id, {}).get("client", ""),
            person_id=row.person_id,
            person_name=texts.get(row.id, {}).get("person", ""),
            record_id=row.id,
            detail=f"NO {row.number} の持ち出し：{ending.in_words()}",
        )
        for row in rows
    ]


def mark_reminded(ids: Collection[UUID], *, on: date, escalated: bool = False) -> None:
    """Note that those who must know of overdue take-outs were told. Inside the transaction that queues the mail."""
    TakeOut.objects.filter(id__in=ids, outcome="").update(**{"escalated_on" if escalated else "reminded_on": on})
