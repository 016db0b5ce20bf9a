"""Background work on sheets: in a thread of the process that took the request.

The vault key of the browser's unlock lives only in memory, so it cannot wait in a queue for another process
(docs/adr/0008). If this process dies, the import's row stays in a working state and the sweeper ends it.
"""

from __future__ import annotations

import logging
import secrets
import threading
import traceback
from collections.abc import Callable
from uuid import UUID

from django.db import connections

from azukari.intake import errors
from azukari.intake.actions import registration, sheets
from azukari.kernel.actor import Actor
from azukari.kernel.clock import utc_now
from azukari.kernel.errors import AzukariError
from azukari.seal.vaultkey import VaultKey
from azukari.store.scope import office_scope

_log = logging.getLogger("azukari.intake")
# Small sheets are done before the answer is sent; only long work shows the progress page.
_PATIENCE_SECONDS = 2.5


def read_in_background(*, actor: Actor, import_id: UUID, vault_key: VaultKey, data: bytes, file_name: str) -> None:
    """Read and check a sheet; comes back when it is done or after a moment of patience."""
    _start(
        actor,
        import_id,
        lambda: sheets.read_sheet(
            actor=actor, import_id=import_id, vault_key=vault_key, data=data, file_name=file_name, now=utc_now()
        ),
    )


def register_in_background(*, actor: Actor, import_id: UUID, vault_key: VaultKey) -> None:
    """Register the ticked people; comes back when it is done or after a moment of patience."""
    _start(
        actor,
        import_id,
        lambda: registration.register_sheet(actor=actor, import_id=import_id, vault_key=vault_key, now=utc_now()),
    )


def _start(actor: Actor, import_id: UUID, work: Callable[[], None]) -> None:
    thread = threading.Thread(target=_run, args=(actor, import_id, work), name=f"import-{import_id}", daemon=True)
    thread.start()
    thread.join(_PATIENCE_SECONDS)


def _run(actor: Actor, import_id: UUID, work: Callable[[], None]) -> None:
    try:
        with office_scope(actor.office_id):
            try:
                work()
            except errors.LedgerChangedError:
                pass  # the import is CHECKED again, with a fresh comparison and a note on its page
            except AzukariError as error:
                sheets.fail_import(import_id, error, now=utc_now())
            except Exception as error:
                incident = secrets.token_hex(4)
                # Where, not what: a message could carry a cell of the sheet.
                frames = "".join(traceback.format_tb(error.__traceback__))
                _log.error("import failed, incident %s: %s\n%s", incident, type(error).__name__, frames)
                sheets.fail_import(import_id, errors.UnforeseenError(incident=incident), now=utc_now())
    finally:
        connections.close_all()
