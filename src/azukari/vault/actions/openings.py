"""Opening sealed numbers, for those actions that have recorded it (no record, no number)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from azukari.seal import opening
from azukari.seal.context import Context
from azukari.seal.errors import SealError
from azukari.seal.opening import OpenedNumber
from azukari.seal.vaultkey import VaultKey
from azukari.store.scope import current_office
from azukari.vault import errors, queries
from azukari.vault.actions import keystore
from azukari.vault.models import NumberRecord
from azukari.vault.rules.numbers import RecordState
from azukari.vault.rules.purposes import Purpose


def open_number(vault_key: VaultKey, found: queries.NumberFacts) -> OpenedNumber:
    """Read key and sealed number of a record now and open.

    Raises: NumberNotFoundError (disposed meanwhile), NumberDamagedError.
    """
    wrapped = keystore.find_key(found.id)
    row = NumberRecord.objects.filter(id=found.id).exclude(state=RecordState.DISPOSED).values_list("sealed", flat=True)
    sealed = row.first()
    if wrapped is None or sealed is None:
        raise errors.NumberNotFoundError
    try:
        return opening.open_number(
            vault_key,
            wrapped,
            bytes(sealed),
            context_of(found.id, found.client_id, found.person_id, found.purposes, found.version),
        )
    except SealError as error:
        raise errors.NumberDamagedError from error


def open_numbers(vault_key: VaultKey, needed: dict[UUID, queries.NumberFacts]) -> dict[UUID, OpenedNumber]:
    """Open many, by record; those without key or sealed number are left out. Raises: NumberDamagedError."""
    opened: dict[UUID, OpenedNumber] = {}
    ids = list(needed)
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        wrapped = keystore.find_keys(part)
        rows = NumberRecord.objects.filter(id__in=part).exclude(state=RecordState.DISPOSED)
        for record_id, sealed in rows.values_list("id", "sealed"):
            facts = needed[record_id]
            context = context_of(record_id, facts.client_id, facts.person_id, facts.purposes, facts.version)
            if record_id in wrapped and sealed is not None:
                try:
                    opened[record_id] = opening.open_number(vault_key, wrapped[record_id], bytes(sealed), context)
                except SealError as error:
                    raise errors.NumberDamagedError from error
    return opened


def context_of(record_id: UUID, client_id: UUID, person_id: UUID, purposes: Sequence[Purpose], version: int) -> Context:
    """Give what a sealed number is bound to (docs/seal-format.md)."""
    return Context(
        label="number",
        office=current_office(),
        client=client_id,
        person=person_id,
        record=record_id,
        field="number",
        purposes=tuple(purpose.value for purpose in purposes),
        version=version,
    )
