"""Days and moments as our documents print them: 令和8年（2026年）10月20日, on the Japanese wall clock."""

from __future__ import annotations

from datetime import date, datetime

from azukari.kernel.clock import jst
from azukari.kernel.wareki import format_wareki


def long_day(day: date) -> str:
    """Write a day for a legal paper, both calendars: 令和8年（2026年）10月20日.

    Raises: ValueError before 明治6年.
    """
    year, rest = format_wareki(day).split("年")
    return f"{year}年（{day.year}年）{rest}"


def long_moment(moment: datetime) -> str:
    """Write a moment to the second, both calendars. Raises: ValueError on a moment without a zone."""
    local = jst(moment)
    return f"{long_day(local.date())} {local.hour}時{local.minute:02}分{local.second:02}秒"
