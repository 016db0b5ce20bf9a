"""States of a file and of its line in the ledger, and what may still be done in each."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from azukari.tenancy.rules.settings import HOLD_MINUTES

# A part of an upload: what arrived before a line broke is kept from this many bytes on, so that nobody can
# make millions of rows of one byte each.
PART_BYTES = 8 * 1024 * 1024
LEAST_PART_BYTES = 256 * 1024
MOST_PARTS = 20_000
# An upload nobody goes on with.
UPLOAD_DAYS = 7
# A draft whose files were uploaded but never sent.
DRAFT_DAYS = 2
MOST_OPEN_UPLOADS = 50
MOST_MEMO = 400
# Reminders: once before a file that nobody opened expires.
REMIND_BEFORE = timedelta(days=7)
NEW_DAYS = 14


class Direction(StrEnum):
    """送受区分, as the office sees it."""

    RECEIVED = "RECEIVED"
    SENT = "SENT"


OFFICE_LABELS = {Direction.RECEIVED: "受信", Direction.SENT: "送信"}
CLIENT_LABELS = {Direction.RECEIVED: "送信", Direction.SENT: "受信"}


class FileState(StrEnum):
    """Where a file stands on its way in."""

    RECEIVING = "RECEIVING"
    EXAMINING = "EXAMINING"
    READY = "READY"
    QUARANTINED = "QUARANTINED"
    UNSCANNABLE = "UNSCANNABLE"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"
    SHREDDED = "SHREDDED"


# States in which the contents are there to be read by somebody.
WHOLE = (FileState.EXAMINING, FileState.READY, FileState.QUARANTINED, FileState.UNSCANNABLE)


# States from which nothing comes back: keys and parts are destroyed.
ENDED = (FileState.CANCELLED, FileState.REFUSED, FileState.SHREDDED)


class DeliveryState(StrEnum):
    """Where a line of the ledger stands: the file's state, or the end of the line itself."""

    EXAMINING = "EXAMINING"
    READY = "READY"
    QUARANTINED = "QUARANTINED"
    UNSCANNABLE = "UNSCANNABLE"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


# States in which a line has not ended.
LIVING = (
    DeliveryState.EXAMINING,
    DeliveryState.READY,
    DeliveryState.QUARANTINED,
    DeliveryState.UNSCANNABLE,
)


STATE_LABELS = {
    DeliveryState.EXAMINING: "検査中",
    DeliveryState.READY: "",
    DeliveryState.QUARANTINED: "隔離中",
    DeliveryState.UNSCANNABLE: "検査できません",
    DeliveryState.REFUSED: "受け取れません",
    DeliveryState.WITHDRAWN: "取り消し済み",
    DeliveryState.EXPIRED: "保管期限切れ",
}


class Scan(StrEnum):
    """What the virus scan said. 未検査 is shown where no scanner is configured."""

    NOT_SCANNED = "NOT_SCANNED"
    CLEAN = "CLEAN"
    INFECTED = "INFECTED"
    UNSCANNABLE = "UNSCANNABLE"
    RELEASED = "RELEASED"


SCAN_LABELS = {
    Scan.NOT_SCANNED: "未検査",
    Scan.CLEAN: "検査済み",
    Scan.INFECTED: "ウイルス検出",
    Scan.UNSCANNABLE: "検査できず",
    Scan.RELEASED: "責任者が解除",
}


class Proposal(StrEnum):
    """保護 proposed because the file seems to hold numbers, and what became of it."""

    NONE = ""
    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"


def release_moment(sent_at: datetime, *, holds: bool) -> datetime | None:
    """Tell when a file on its way out becomes visible to the client, None for at once."""
    return sent_at + timedelta(minutes=HOLD_MINUTES) if holds else None


def is_visible(state: DeliveryState, release_at: datetime | None, now: datetime) -> bool:
    """Tell whether the receiving side sees a line at all."""
    return state is not DeliveryState.WITHDRAWN and (release_at is None or release_at <= now)


def may_withdraw(state: DeliveryState, opened_at: datetime | None) -> bool:
    """Tell whether a sender may still take a file back: as long as nobody on the other side has opened it."""
    return opened_at is None and state not in {DeliveryState.WITHDRAWN, DeliveryState.EXPIRED}
