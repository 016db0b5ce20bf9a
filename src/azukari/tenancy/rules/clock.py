"""When the clock may be believed enough to destroy something (security.md 6.12). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# An office's machine may be off at night and over a holiday: the two looks are that far apart at least, not at most.
APART = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Looks:
    """Two looks at the clock. What was over at the older one has been over for a day of the newer one's clock."""

    older: datetime | None
    newer: datetime


def look(looks: Looks | None, now: datetime) -> Looks:
    """Look again.

    A clock that jumped forward makes its last honest look the older one: nothing that ended later is destroyed until
    the wrong clock has stood for a day. A clock that went back takes back whatever was seen of the future.
    """
    if looks is None:
        return Looks(None, now)
    if now < looks.newer:
        return Looks(min(looks.older, now) if looks.older else None, now)
    if now - looks.newer >= APART:
        return Looks(looks.newer, now)
    return looks
