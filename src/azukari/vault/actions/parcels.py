"""Sealed parcels: bytes that hold numbers and wait for a decision, e.g. a sheet being checked.

A parcel is sealed like a number, under a key of its own in the key store; emptying it destroys that key.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from azukari.kernel.ids import new_id
from azukari.seal import opening, sealing
from azukari.seal.context import Context
from azukari.seal.vaultkey import VaultKey
from azukari.store import disposals
from azukari.store.scope import current_office
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions.looks import Confirmed
from azukari.vault import errors
from azukari.vault.actions import keystore
from azukari.vault.models import SealedParcel


def put_parcel(*, vault_key: VaultKey, client_id: UUID, data: bytes, now: datetime) -> UUID:
    """Seal bytes and keep them for the days the office has set. Gives the parcel's id. The caller writes the record."""
    parcel_id = new_id()
    wrapped, sealed = sealing.seal_parcel_record(vault_key, data, _context(parcel_id, client_id))
    keystore.put_keys([(parcel_id, wrapped)], now=now)
    SealedParcel.objects.create(
        id=parcel_id, client_id=client_id, sealed=sealed, made_at=now, expires_at=now + kept_for()
    )
    return parcel_id


def kept_for() -> timedelta:
    """Tell how long the office in force keeps what it was handed and has not decided about."""
    return timedelta(days=tenancy.get_office().file_days)


def open_parcel(*, vault_key: VaultKey, parcel_id: UUID) -> bytes:
    """Open a parcel. The caller has checked rights and written the record. Raises: ParcelGoneError."""
    row = SealedParcel.objects.filter(id=parcel_id).first()
    wrapped = keystore.find_key(parcel_id)
    if row is None or wrapped is None:
        raise errors.ParcelGoneError
    return opening.open_parcel(vault_key, wrapped, bytes(row.sealed), _context(parcel_id, row.client_id))


def drop_parcel(parcel_id: UUID, *, now: datetime) -> None:
    """Take a parcel out of the way; its key is destroyed when the caller's transaction has committed."""
    SealedParcel.objects.filter(id=parcel_id).delete()
    transaction.on_commit(lambda: _destroy([parcel_id], now=now))


def _destroy(parcel_ids: Sequence[UUID], *, now: datetime) -> None:
    """Write the list, then destroy the keys."""
    disposals.note(disposals.Kind.PARCEL, parcel_ids, now=now)
    keystore.destroy_keys(parcel_ids)


def sweep_expired(*, due: Confirmed, now: datetime) -> int:
    """Destroy parcels whose days were over at `due`. Gives how many."""
    expired = list(SealedParcel.objects.filter(expires_at__lte=due).values_list("id", flat=True))
    if expired:
        _destroy(expired, now=now)
        SealedParcel.objects.filter(id__in=expired).delete()
    return len(expired)


def _context(parcel_id: UUID, client_id: UUID) -> Context:
    return Context(label="parcel", office=current_office(), client=client_id, record=parcel_id)
