"""After a restore: what was disposed of since the backup is disposed of again, before anybody can log in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import batched
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation
from azukari.roster import queries as roster
from azukari.store.bulk import walk
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import holders
from azukari.vault.actions import disposal, keystore
from azukari.vault.models import Disposal, DisposalItem, NumberRecord, RecordKey, SealedParcel
from azukari.vault.rules import events
from azukari.vault.rules.disposal import SCREEN, State
from azukari.vault.rules.numbers import RecordState

# Lines of one operation of the record.
_BATCH = 200


def dispose_again(record_ids: Sequence[UUID], parcel_ids: Sequence[UUID], *, now: datetime) -> int:
    """Dispose of records and parcels by the list outside the database. Gives how many records were there again.

    Their certificates were issued when they were disposed of first and stay what they are. Repeating does no harm.
    """
    count = 0
    for part in batched(record_ids, _BATCH):
        with transaction.atomic(durable=True):
            count += _dispose(part, now=now)
        keystore.destroy_keys(part)
        NumberRecord.objects.filter(id__in=part, key_destroyed_at=None).update(key_destroyed_at=now)
    for part in batched(parcel_ids, _BATCH):
        keystore.destroy_keys(part)
        SealedParcel.objects.filter(id__in=part).delete()
    _drop_dead_parcels()
    return count


def _drop_dead_parcels() -> None:
    """Remove parcels whose key the key store, copied later, does not have any more: no list is needed to know."""
    kept = list(SealedParcel.objects.values_list("id", flat=True))
    for part in batched(kept, _BATCH):
        living = set(RecordKey.objects.filter(id__in=part).values_list("id", flat=True))
        SealedParcel.objects.filter(id__in=set(part) - living).delete()


def drop_strangers() -> int:
    """Destroy keys that no record and no parcel of this database has: theirs are lost with the newer one."""
    count = 0
    for part in walk(RecordKey.objects.all()):
        left = {key_id for (key_id,) in part}
        left -= set(NumberRecord.objects.filter(id__in=left).values_list("id", flat=True))
        left -= set(SealedParcel.objects.filter(id__in=left).values_list("id", flat=True))
        keystore.destroy_keys(sorted(left))
        count += len(left)
    return count


def count_without_key() -> int:
    """Count living records whose key is not there: theirs was taken out of the key store before it was copied."""
    count = 0
    for part in walk(NumberRecord.objects.exclude(state=RecordState.DISPOSED)):
        ids = [record_id for (record_id,) in part]
        count += len(set(ids) - set(keystore.find_keys(ids)))
    return count


def _dispose(record_ids: Sequence[UUID], *, now: datetime) -> int:
    journal.lock()
    found = NumberRecord.objects.lock().filter(id__in=record_ids).exclude(state=RecordState.DISPOSED)
    records = list(found.order_by("person_id", "version"))
    if not records:
        return 0
    actor = holders.system_actor(name="システム")
    people = roster.find_people([record.person_id for record in records])
    clients = tenancy.find_clients(actor, list({record.client_id for record in records}))
    journal.append(
        actor=actor,
        operation=Operation(
            event=events.DISPOSED_AGAIN,
            screen=SCREEN,
            lines=[
                Line(
                    client_id=record.client_id,
                    client_name=clients[record.client_id].name,
                    person_id=record.person_id,
                    person_name=people[record.person_id].name,
                    record_id=record.id,
                    detail="控えより後に廃棄済みのため",
                )
                for record in records
            ],
        ),
        now=now,
    )
    disposal.empty_records([record.id for record in records], now=now)
    disposal.mark_people({record.person_id for record in records}, now=now)
    asked = DisposalItem.objects.filter(record_id__in=record_ids, open=True).values("disposal_id")
    # Its request came back too; there is nothing left to approve.
    Disposal.objects.filter(id__in=asked, state=State.REQUESTED).update(state=State.CANCELLED, cancelled_at=now)
    DisposalItem.objects.filter(disposal__state=State.CANCELLED, open=True).update(open=False)
    return len(records)


def count_openable(record_ids: Sequence[UUID], parcel_ids: Sequence[UUID]) -> int:
    """Count what of a list could still be opened by somebody with both halves: a key is there, or sealed bytes."""
    count = 0
    for part in batched([*record_ids, *parcel_ids], _BATCH):
        left = set(RecordKey.objects.filter(id__in=part).values_list("id", flat=True))
        left |= set(NumberRecord.objects.filter(id__in=part, sealed__isnull=False).values_list("id", flat=True))
        left |= set(SealedParcel.objects.filter(id__in=part).values_list("id", flat=True))
        count += len(left)
    return count
