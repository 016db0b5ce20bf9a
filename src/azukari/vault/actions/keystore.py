"""The key store: wrapped record keys by id, in a database of their own.

Keys are committed before the records that need them, and destroyed after the records that stop needing them:
a crash in between leaves a key without a record, which `sweep` removes, never a record without a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from azukari.store import disposals
from azukari.store.bulk import insert_rows
from azukari.store.erasure import press_out
from azukari.store.router import KEY_STORE
from azukari.store.scope import current_office
from azukari.tenancy.actions.looks import Confirmed
from azukari.vault.models import NumberRecord, RecordKey, SealedParcel
from azukari.vault.rules.numbers import RecordState

# Longer than any registration runs: a younger key may belong to a transaction that has not committed yet.
ORPHAN_AGE = timedelta(hours=1)
# What is looked back upon: longer than an office's machine is off over any holiday, with the day between two looks.
ORPHAN_WINDOW = timedelta(days=40)


def put_keys(keys: Iterable[tuple[UUID, bytes]], *, now: datetime) -> None:
    """Store wrapped keys, durably, before their records are written."""
    office = current_office()
    with transaction.atomic(using=KEY_STORE):
        insert_rows(
            RecordKey,
            ["id", "office_id", "wrapped", "made_at"],
            ((key_id, office, wrapped, now) for key_id, wrapped in keys),
        )


def find_key(key_id: UUID) -> bytes | None:
    """Find the wrapped key of a record; None when it was destroyed."""
    row = RecordKey.objects.filter(id=key_id).values_list("wrapped", flat=True).first()
    return bytes(row) if row is not None else None


def find_keys(key_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Find the wrapped keys of many records."""
    found: dict[UUID, bytes] = {}
    for start in range(0, len(key_ids), 500):
        rows = RecordKey.objects.filter(id__in=key_ids[start : start + 500])
        found.update((key_id, bytes(wrapped)) for key_id, wrapped in rows.values_list("id", "wrapped"))
    return found


def destroy_keys(key_ids: Sequence[UUID]) -> bool:
    """Destroy keys, and press the bytes out of table and write-ahead log. Repeating it does no harm.

    Gives False when the log could not be emptied yet (store.erasure).
    """
    with transaction.atomic(using=KEY_STORE):
        for start in range(0, len(key_ids), 500):
            RecordKey.objects.filter(id__in=key_ids[start : start + 500]).delete()
    return press_out(RecordKey)


def sweep_orphans(*, due: Confirmed, now: datetime) -> int:
    """Destroy keys of records that were never committed, or of parcels that are gone. Gives how many.

    Only keys that were an hour old at `due`: a registration that is running has younger ones, whatever the clock says.
    """
    old = list(
        RecordKey.objects.filter(made_at__gt=due - ORPHAN_WINDOW, made_at__lt=due - ORPHAN_AGE).values_list(
            "id", flat=True
        )
    )
    orphans: list[UUID] = []
    for start in range(0, len(old), 500):
        part = set(old[start : start + 500])
        part -= set(
            NumberRecord.objects.filter(id__in=part).exclude(state=RecordState.DISPOSED).values_list("id", flat=True)
        )
        part -= set(SealedParcel.objects.filter(id__in=part).values_list("id", flat=True))
        orphans.extend(part)
    if orphans:
        # A parcel that was dropped in the moment before a crash has no line yet.
        disposals.note(disposals.Kind.PARCEL, orphans, now=now)
        destroy_keys(orphans)
    return len(orphans)
