"""Which backups go: those of keys by the calendar, those of the main database by count (security.md 2.6.1)."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

from azukari.ops.backups import manifest, places
from azukari.ops.backups.places import KEYS, MAIN, moment_of
from azukari.store import disposals
from azukari.store.disposals import Kind
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import backups

_log = logging.getLogger("azukari.backups")
# A backup goes at the last daily run before its limit, not at the first after it.
_RUNS_EVERY = timedelta(days=1)


def drop_old_keys(place: Path, *, days: int, now: datetime) -> list[str]:
    """Remove backups of keys that would pass their limit before the next run; the newest stays. Gives their names.

    One whose name lies in the future was named by a wrong clock and would stay for years: it goes too.
    """
    stamps = [stamp for _, stamp in manifest.list_backups(place / KEYS)]
    oldest, latest = now - timedelta(days=days) + _RUNS_EVERY, now + _RUNS_EVERY
    going = [stamp for stamp in stamps[:-1] if not oldest < moment_of(stamp) <= latest]
    following = dict(pairwise(stamps))
    for stamp in going:
        places.remove(place / KEYS / stamp)
        _log.info("backup of the key store of %s removed", stamp)
        _record_removed(moment_of(stamp), moment_of(following[stamp]), now=now)
    return going


def _record_removed(taken_at: datetime, next_at: datetime, *, now: datetime) -> None:
    """Tell each office whose destroyed keys were in this backup and in none that is left."""
    first: dict[tuple[UUID, Kind, UUID], datetime] = {}
    for line in disposals.read(disposals.path()):
        thing = (line.office_id, line.kind, line.id)
        first[thing] = min(line.at, first.get(thing, line.at))
    counts = Counter((office, kind) for (office, kind, _), at in first.items() if taken_at < at <= next_at)
    for office_id, _, _ in tenancy.list_offices():
        numbers, files = counts[office_id, Kind.NUMBER], counts[office_id, Kind.FILE]
        if numbers or files:
            with office_scope(office_id):
                backups.record_removed(taken_at, numbers=numbers, files=files, now=now)


def drop_old_main(place: Path, *, kept: int) -> list[str]:
    """Remove the oldest backups of the main database beyond a count. Gives their names."""
    stamps = [stamp for _, stamp in manifest.list_backups(place / MAIN)]
    going = stamps[: max(0, len(stamps) - max(kept, 1))]
    for stamp in going:
        places.remove(place / MAIN / stamp)
        _log.info("backup of the main database of %s removed", stamp)
    return going
