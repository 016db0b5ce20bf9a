"""Presses destroyed keys out of the key store: a deleted row is not gone from table and write-ahead log by itself."""

from __future__ import annotations

import time

from django.db import connections, models
from django.db.backends.utils import CursorWrapper

from azukari.store.router import KEY_STORE

_TRIES = 10
_BUSY_MILLISECONDS = 100


def press_out(model: type[models.Model]) -> bool:
    """Empty the freed space of a key table. Repeating it does no harm.

    Gives False when a reader of the key store kept the log from being emptied: the keys are gone from the table,
    and whoever says so on paper has to wait and repeat.

    SQLite: secure_delete overwrites, a truncating checkpoint empties the -wal file. PostgreSQL: VACUUM frees the
    heap; its WAL keeps the bytes until segments are recycled, which a certificate's second date covers.
    """
    connection = connections[KEY_STORE]
    if connection.in_atomic_block:
        return True  # neither works inside a transaction; only tests are inside one here
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Somebody may be waiting for the page: a reader that stays is left to the sweeper, not waited for.
            patience = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
            cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
            try:
                return any(_empty_log(cursor) for _ in range(_TRIES))
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {patience}")
        cursor.execute(f"VACUUM {connection.ops.quote_name(model._meta.db_table)}")
        return True


def _empty_log(cursor: CursorWrapper) -> bool:
    if cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        time.sleep(0.05)
        return False
    return True
