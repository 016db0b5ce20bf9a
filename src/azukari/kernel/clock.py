"""The clock's two faces: a moment (UTC) and a Japanese calendar day.

Use cases take `now` as an argument; only a door or a command asks the clock. Statutory periods count in
Japanese days (民法140条 ff.), so a moment becomes a day only through `jst_day`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")


def utc_now() -> datetime:
    """Ask the machine's clock. Doors and commands call this; rooms are told the time."""
    return datetime.now(UTC)


def jst(moment: datetime) -> datetime:
    """Show a moment on a Japanese wall clock. Raises: ValueError on a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(JST)


def jst_day(moment: datetime) -> date:
    """Tell the Japanese calendar day of a moment. Raises: ValueError on a moment without a zone."""
    return jst(moment).date()


def jst_minute(moment: datetime) -> str:
    """Write a moment for people, to the minute: 2026/10/21 09:31 (ux.md 7.3)."""
    return jst(moment).strftime("%Y/%m/%d %H:%M")
