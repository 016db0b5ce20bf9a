"""The sweeper: once a minute it completes what a crash left behind, in whatever process happens to run it.

State lies in the rows (architecture.md 9), so a sweep may be killed at any moment and repeated by anybody.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import Counter
from datetime import datetime, timedelta

from django.db import close_old_connections

from azukari.exchange.actions import examination, filekeys, notices, protection, requests, retention, uploads
from azukari.intake.actions import sheets
from azukari.kernel.clock import utc_now
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import client_sheets, outbox, records, sessions, tries
from azukari.vault.actions import disposal, keystore, parcels

_PERIOD_SECONDS = 60
# The collector walks every blob: a few times a day is enough for what waits a day anyway.
_COLLECT_EVERY = 6 * 60
_SHEETS_KEPT = timedelta(days=1)
_log = logging.getLogger("azukari.sweeper")


def start() -> None:
    """Start the sweeper thread of a serving process."""
    threading.Thread(target=_run, name="azukari-sweeper", daemon=True).start()


def _run() -> None:
    pause = threading.Event()
    for turn in itertools.count():
        close_old_connections()
        try:
            sweep(now=utc_now(), collect=turn % _COLLECT_EVERY == 0)
        except Exception:  # the thread must outlive a database that is away for a moment
            _log.exception("sweep failed")
        close_old_connections()
        pause.wait(_PERIOD_SECONDS)


def sweep(*, now: datetime, collect: bool = True) -> dict[str, int]:
    """Sweep every office once. Gives what was done, by kind. One office's trouble does not stop the others.

    `collect` also looks for stored data and keys that belong to no file.
    """
    done: Counter[str] = Counter()
    for office_id, code, _ in tenancy.list_offices():
        with office_scope(office_id):
            try:
                done.update(sweep_office(now=now))
                if collect:
                    done["orphans"] += retention.sweep_orphans(now=now) + filekeys.sweep_orphans(now=now)
            except Exception:
                _log.exception("sweep of office %s failed", code)
    done.update(sweep_common(now=now))
    if collect:
        done["trash"] += retention.empty_trash(now=now)
    return dict(done)


def sweep_common(*, now: datetime) -> dict[str, int]:
    """Sweep what belongs to no office: mail that is due, sessions and counts that are over."""
    return {
        "mails": outbox.send_due(now=now),
        "sessions": sessions.sweep_expired(now=now),
        "tries": tries.sweep_old(now=now),
    }


def sweep_office(*, now: datetime) -> dict[str, int]:
    """Sweep the office in force: what waits, what is over, what a crash left behind."""
    return {
        "imports": sheets.sweep_stale(now=now),
        "disposals": disposal.sweep_unfinished(now=now),
        "parcels": parcels.sweep_expired(now=now),
        "client_sheets": client_sheets.sweep_old(before=now - _SHEETS_KEPT),
        "keys": keystore.sweep_orphans(now=now),
        "examinations": examination.sweep_waiting(now=now),
        "uploads": uploads.sweep_abandoned(now=now),
        "file_keys": protection.sweep_copies(),
        "expired_files": retention.sweep_expired(now=now),
        "unopened_files": retention.sweep_unopened(now=now),
        "request_reminders": requests.sweep_reminders(now=now),
        "notices": notices.send_due(now=now),
        "record_mails": records.send_monthly(now=now),
        "clock_words": records.tell_clock(now=now),
        "checkpoints": records.sign_due(now=now),
    }
