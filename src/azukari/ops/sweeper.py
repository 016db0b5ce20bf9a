"""The sweeper: once a minute it completes what a crash left behind, in whatever process happens to run it.

State lies in the rows (architecture.md 9), so a sweep may be killed at any moment and repeated by anybody.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db import close_old_connections

from azukari.exchange.actions import examination, filekeys, notices, protection, requests, retention, uploads
from azukari.intake.actions import sheets
from azukari.journal.actions import signing
from azukari.kernel.clock import utc_now
from azukari.oversight.actions import odd
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import client_sheets, looks, outbox, records, sessions, takeouts, tries
from azukari.tenancy.actions.looks import Confirmed
from azukari.vault.actions import certificates, disposal, keystore, parcels
from azukari.vault.actions import retention as vault_retention

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
    confirmed: list[Confirmed] = []
    for office_id, code, _ in tenancy.list_offices():
        with office_scope(office_id):
            try:
                due = looks.confirm(now=now)
                done.update(sweep_office(now=now))
                if due is not None:
                    confirmed.append(due)
                    done.update(destroy_over(due=due, now=now))
                if collect:
                    done["orphans"] += collect_orphans(due=due, now=now)
            except Exception:
                _log.exception("sweep of office %s failed", code)
    done.update(sweep_common(now=now))
    if collect and confirmed:
        done["trash"] += retention.empty_trash(due=min(confirmed))
    if collect:
        warn_of_backups(now=now)
    return dict(done)


def warn_of_backups(*, now: datetime) -> None:
    """Say in the log that no backup was taken for longer than allowed. A trial has none."""
    allowed = timedelta(days=settings.AZUKARI_BACKUP_ALARM_DAYS)
    if not settings.AZUKARI_TRIAL and tenancy.get_backup_state(allowed=allowed, now=now).late:
        _log.warning("no backup for more than %d days: azukari backup", allowed.days)


def sweep_common(*, now: datetime) -> dict[str, int]:
    """Sweep what belongs to no office: mail that is due, sessions and counts that are over."""
    return {
        "mails": outbox.send_due(now=now),
        "sessions": sessions.sweep_expired(now=now),
        "tries": tries.sweep_old(now=now),
    }


def sweep_office(*, now: datetime) -> dict[str, int]:
    """Sweep the office in force: what waits and what a crash left behind. Ends nothing by the clock but imports."""
    return {
        "imports": sheets.sweep_stale(now=now),
        "disposals": disposal.sweep_unfinished(now=now),
        "certificates": certificates.sweep_unsigned(now=now),
        "time_stamps": certificates.stamp_waiting(),
        "overdue": vault_retention.tell_overdue(now=now),
        "examinations": examination.sweep_waiting(now=now),
        "shredded_files": uploads.sweep_ended(now=now),
        "file_keys": protection.sweep_copies(now=now),
        "unopened_files": retention.sweep_unopened(now=now),
        "request_reminders": requests.sweep_reminders(now=now),
        "notices": notices.send_due(now=now),
        "odd_uses": odd.sweep(now=now),
        "odd_use_mails": odd.send_daily(now=now),
        "take_outs": takeouts.chase(now=now),
        "record_mails": records.send_monthly(now=now),
        "clock_words": records.tell_clock(now=now),
        "checkpoints": records.sign_due(now=now),
        "record_stamps": signing.stamp_due(now=now),
    }


def destroy_over(*, due: Confirmed, now: datetime) -> dict[str, int]:
    """Destroy what of the office in force was over at a moment that two looks at the clock have confirmed."""
    return {
        "expired_imports": sheets.sweep_expired(due=due, now=now),
        "parcels": parcels.sweep_expired(due=due, now=now),
        "client_sheets": client_sheets.sweep_old(before=due - _SHEETS_KEPT),
        "uploads": uploads.sweep_abandoned(due=due, now=now),
        "expired_files": retention.sweep_expired(due=due, now=now),
        "unrecoverable": certificates.confirm_unrecoverable(due=due, now=now),
    }


def collect_orphans(*, due: Confirmed | None, now: datetime) -> int:
    """Collect stored data and keys of the office in force that belong to nothing."""
    found = retention.sweep_orphans(due=due, now=now)
    if due is not None:
        found += filekeys.sweep_orphans(due=due) + keystore.sweep_orphans(due=due, now=now)
    return found
