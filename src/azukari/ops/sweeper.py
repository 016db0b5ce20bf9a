"""The sweeper: once a minute it completes what a crash left behind, in whatever process happens to run it.

State lies in the rows (architecture.md 9), so a sweep may be killed at any moment and repeated by anybody.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from django.db import close_old_connections

from azukari.intake.actions import sheets
from azukari.kernel.clock import utc_now
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy
from azukari.vault.actions import disposal, keystore, parcels

_PERIOD_SECONDS = 60
_log = logging.getLogger("azukari.sweeper")


def start() -> None:
    """Start the sweeper thread of a serving process."""
    threading.Thread(target=_run, name="azukari-sweeper", daemon=True).start()


def _run() -> None:
    pause = threading.Event()
    while True:
        close_old_connections()
        try:
            sweep(now=utc_now())
        except Exception:  # the thread must outlive a database that is away for a moment
            _log.exception("sweep failed")
        close_old_connections()
        pause.wait(_PERIOD_SECONDS)


def sweep(*, now: datetime) -> dict[str, int]:
    """Sweep every office once. Gives what was done, by kind."""
    done = {"disposals": 0, "parcels": 0, "keys": 0, "imports": 0}
    for office_id, _, _ in tenancy.list_offices():
        with office_scope(office_id):
            done["imports"] += sheets.sweep_stale(now=now)
            done["disposals"] += disposal.sweep_unfinished(now=now)
            done["parcels"] += parcels.sweep_expired(now=now)
            done["keys"] += keystore.sweep_orphans(now=now)
    return done
