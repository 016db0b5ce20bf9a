"""Looking the record through for odd use, as it grows; reviewing what was found; telling 責任者 once a day.

A sweep walks what is new since the last one and looks again at the whole day of each person it meets, so that a find grows
with the day and a sweep that died is simply repeated.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal import queries as record
from azukari.journal.rules import Line, Operation
from azukari.kernel.actor import Actor, Role
from azukari.kernel.clock import JST, jst, jst_day
from azukari.kernel.text import mask_long_digits
from azukari.oversight import errors, queries
from azukari.oversight.models import OddUse, Watch
from azukari.oversight.rules import events
from azukari.oversight.rules.odd import LOOK_BACK, USE_EVENTS, WATCHED_EVENTS, Act, Find, Thresholds, find
from azukari.roster import queries as roster
from azukari.store.scope import current_office
from azukari.tenancy import policy
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import outbox
from azukari.tenancy.rules import mails

SCREEN = "いつもと違う利用"
# An office that starts being watched is looked at a month back, not from its first day.
_FIRST_LOOK = timedelta(days=31)
_BATCH = 2_000
_BATCHES = 5
# More lines of one person on one day tell nothing more; a find keeps the newest for the screen.
_MOST_OF_DAY = 5_000
_MOST_KEPT = 200
_MAIL_HOUR = 8


def sweep(*, now: datetime) -> int:
    """Look through what is new in the record of the office in force. Gives how many finds are new or have grown."""
    found = 0
    for _ in range(_BATCHES):
        changed, more = _sweep_batch(now)
        found += changed
        if not more:
            break
    return found


@transaction.atomic
def _sweep_batch(now: datetime) -> tuple[int, bool]:
    watch = Watch.objects.lock().first()
    if watch is None:
        watch = Watch.objects.create(looked=record.first_since(now - _FIRST_LOOK))
    lines = record.walk_new(watch.looked, size=_BATCH)
    if not lines:
        return 0, False
    days = {(line.who, jst_day(line.at)) for line in lines if line.who and line.event in WATCHED_EVENTS}
    thresholds = queries.get_settings()[0].thresholds if days else Thresholds()
    cared_for = _cared_for() if days else {}
    changed = 0
    for who, day in sorted(days, key=str):
        assert who is not None
        acts = _acts_of(who, day, cared_for)
        changed += sum(_keep(who, met, now) for met in find(acts, day, thresholds))
    watch.looked = lines[-1].seq + 1
    watch.save(update_fields=["looked"])
    return changed, len(lines) == _BATCH


def _cared_for() -> dict[UUID, set[UUID]]:
    """Who is assigned to each client company that anybody is assigned to."""
    found: dict[UUID, set[UUID]] = {}
    for member in tenancy.list_staff(active=True):
        for client_id in member.clients:
            found.setdefault(client_id, set()).add(member.id)
    return found


def _acts_of(who: UUID, day: date, cared_for: dict[UUID, set[UUID]]) -> list[Act]:
    start = datetime.combine(day, time(), JST)
    lines = record.walk_of_one(
        who, WATCHED_EVENTS, since=start - LOOK_BACK, until=start + timedelta(days=1), size=_MOST_OF_DAY
    )
    used = {line.person_id for line in lines if line.event in USE_EVENTS and line.person_id}
    people = roster.find_people([person_id for person_id in used if person_id])
    return [
        Act(
            seq=line.seq,
            at=line.at,
            event=line.event,
            failed=line.failed,
            completed_on=people[line.person_id].completed_on if line.person_id in people else None,
            others_client=line.client_id in cared_for and who not in cared_for[line.client_id],
        )
        for line in lines
    ]


def _keep(who: UUID, met: Find, now: datetime) -> bool:
    """Keep a find. Gives whether it is new or has more lines than before; then it waits for a look (again)."""
    row = OddUse.objects.lock().filter(rule=met.rule, who=who, day=met.day).first()
    if row is not None and row.count >= len(met.seqs):
        return False
    row = row or OddUse(rule=met.rule, who=who, day=met.day)
    row.seqs, row.count, row.number = list(met.seqs[-_MOST_KEPT:]), len(met.seqs), met.number
    row.first_at, row.last_at, row.found_at = met.first_at, met.last_at, now
    row.reviewed_at, row.reviewed_by, row.word = None, "", ""
    row.save()
    return True


@transaction.atomic
def review(*, actor: Actor, odd_id: UUID, word: str, now: datetime) -> None:
    """Note that a find was looked into, with a word. The record keeps it, also when the find grows later.

    Raises: PermissionNotAllowed, OddUseNotFoundError.
    """
    policy.check_may(actor, "oversight:odd_use:review")
    row = OddUse.objects.lock().filter(id=odd_id).first()
    if row is None:
        raise errors.OddUseNotFoundError
    if row.reviewed_at is not None:
        return
    # Typed by hand: a number does not belong in it.
    row.reviewed_at, row.reviewed_by, row.word = now, actor.name, mask_long_digits(word)[:200]
    row.save(update_fields=["reviewed_at", "reviewed_by", "word"])
    journal.append(
        actor=actor,
        operation=Operation(
            event=events.ODD_REVIEWED,
            screen=SCREEN,
            lines=(Line(detail=f"{queries.get_odd(row.id).says}：{row.word}"),),
        ),
        now=now,
    )


@transaction.atomic
def send_daily(*, now: datetime) -> int:
    """Tell each 責任者 by mail how many finds wait, once a day from eight in the morning, and only when there are any."""
    today = jst_day(now)
    if jst(now).hour < _MAIL_HOUR or not outbox.is_set_up():
        return 0
    watch = Watch.objects.lock().first()
    if watch is None or watch.mailed_on == today:
        return 0
    waiting = queries.count_waiting()
    watch.mailed_on = today
    watch.save(update_fields=["mailed_on"])
    if not waiting:
        return 0
    return _tell(tenancy.list_staff(active=True), waiting, now)


def _tell(staff: Collection[tenancy.StaffRow], waiting: int, now: datetime) -> int:
    office = tenancy.get_office()
    told = 0
    for member in staff:
        if member.role is Role.MANAGER and member.email:
            mail = mails.odd_uses(name=member.name, office_name=office.name, count=waiting)
            told += outbox.queue(mail, member.email, office_id=current_office(), now=now) is not None
    return told
