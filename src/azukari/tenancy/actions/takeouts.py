"""The chase of take-outs by mail: to whoever took something out once it is late, a week later to the 責任者.

A mail holds counts and the NO of the record, no names of people and no names of companies. It is queued in the same
transaction that notes it as told, so a kill between the two sends none twice and loses none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from azukari.journal.actions import takeouts
from azukari.journal.queries.takeouts import Overdue, list_overdue
from azukari.kernel.actor import Role
from azukari.kernel.clock import jst, jst_day
from azukari.tenancy import queries
from azukari.tenancy.actions import outbox
from azukari.tenancy.rules import mails

# Nobody reads it at midnight, when the day turns.
_FIRST_HOUR = 8
_AGAIN, _TO_MANAGERS = timedelta(days=7), timedelta(days=7)


def chase(*, now: datetime) -> int:
    """Queue the mails of the office in force that are due. Gives how many; none where mail is not set up."""
    if not outbox.is_set_up() or jst(now).hour < _FIRST_HOUR:
        return 0
    today = jst_day(now)
    late = list_overdue(today=today)
    return _tell_takers(late, today=today, now=now) + _tell_managers(late, today=today, now=now) if late else 0


def _tell_takers(late: Sequence[Overdue], *, today: date, now: datetime) -> int:
    """Once when it is late, and again every week."""
    staff = {row.id: row for row in queries.list_staff(active=True)}
    by_staff: dict[UUID, list[Overdue]] = {}
    for row in late:
        if row.staff_id is not None and (row.reminded_on is None or row.reminded_on + _AGAIN <= today):
            by_staff.setdefault(row.staff_id, []).append(row)
    count = 0
    for staff_id, rows in by_staff.items():
        person = staff.get(staff_id)  # type: ignore[call-overload]  # a StaffId is a UUID
        if person is not None and person.email:
            count += _send([person.email], person.name, rows, escalated=False, today=today, now=now)
    return count


def _tell_managers(late: Sequence[Overdue], *, today: date, now: datetime) -> int:
    """Once, for what is late by a week."""
    rows = [row for row in late if row.escalated_on is None and row.due_on + _TO_MANAGERS <= today]
    addresses = [row.email for row in queries.list_staff(active=True) if row.role is Role.MANAGER and row.email]
    return _send(addresses, "責任者", rows, escalated=True, today=today, now=now) if rows and addresses else 0


def _send(
    addresses: Sequence[str], name: str, rows: Sequence[Overdue], *, escalated: bool, today: date, now: datetime
) -> int:
    office = queries.get_office()
    mail = mails.take_outs_late(
        name=name, office_name=office.name, numbers=[row.number for row in rows], escalated=escalated
    )
    with transaction.atomic():
        takeouts.mark_reminded([row.id for row in rows], on=today, escalated=escalated)
        for address in addresses:
            outbox.queue(mail, address, office_id=office.id, now=now)
    return len(addresses)
