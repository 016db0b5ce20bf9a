"""Wakes the examination of a file that has just become whole, in a thread of this process.

State lies in the rows (EXAMINING): what a dying process leaves is found by the sweeper within a minute.
"""

from __future__ import annotations

import logging
import queue
import threading
from uuid import UUID

from django.db import connections

from azukari.exchange.actions import examination, notices
from azukari.kernel.clock import utc_now
from azukari.store.scope import office_scope

_log = logging.getLogger("azukari.exchange")
_waiting: queue.SimpleQueue[tuple[UUID, UUID]] = queue.SimpleQueue()
# Two: a file of gigabytes does not hold the small ones up, and memory stays that of two readers.
_workers = threading.BoundedSemaphore(2)


def examine_soon(office_id: UUID, file_id: UUID) -> None:
    """Ask for a file to be examined now rather than at the next sweep."""
    _waiting.put((office_id, file_id))
    if _workers.acquire(blocking=False):
        threading.Thread(target=_run, name="azukari-examination", daemon=True).start()


def _run() -> None:
    while True:
        office_id, file_id = _waiting.get()
        try:
            with office_scope(office_id):
                examination.examine(file_id, now=utc_now())
                notices.send_due(now=utc_now())
        except Exception as error:
            # Where, not what: a message could carry something of the file.
            _log.warning("examination put off: %s", type(error).__name__)
        finally:
            connections.close_all()
