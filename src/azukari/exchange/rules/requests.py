"""お願い: named items a client company is asked for, with a day. What counts as done, and when to remind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

MOST_ITEMS = 30


class ItemState(StrEnum):
    """Where one asked-for thing stands."""

    WAITING = "WAITING"
    HANDED_IN = "HANDED_IN"
    RETURNED = "RETURNED"
    ACCEPTED = "ACCEPTED"


ITEM_LABELS = {
    ItemState.WAITING: "未提出",
    ItemState.HANDED_IN: "確認待ち",
    ItemState.RETURNED: "差し戻し",
    ItemState.ACCEPTED: "受け取り済み",
}
# What the client still has to do.
OPEN_STATES = (ItemState.WAITING, ItemState.RETURNED)


class RequestState(StrEnum):
    """Where a whole request stands."""

    OPEN = "OPEN"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


REQUEST_LABELS = {RequestState.OPEN: "依頼中", RequestState.DONE: "完了", RequestState.CANCELLED: "取り消し済み"}


def is_done(states: Iterable[ItemState]) -> bool:
    """Tell whether every item of a request is accepted."""
    return all(state is ItemState.ACCEPTED for state in states)


def reminder_is_due(due_on: date, last: date | None, today: date) -> bool:
    """Tell whether to remind today: a week before, the day before, on the day, then every seventh day.

    Not twice on one day. After an outage the newest missed reminder is made up for, not each of them.
    """
    if last == today:
        return False
    days = [due_on - timedelta(days=7), due_on - timedelta(days=1), due_on]
    late = (today - due_on).days
    if late >= 7:
        days.append(due_on + timedelta(days=late - late % 7))
    passed = [day for day in days if day <= today]
    return bool(passed) and (last is None or last < passed[-1]) and (today - passed[-1]).days < 7
