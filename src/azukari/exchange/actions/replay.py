"""After a restore: files that were destroyed since the backup are destroyed again, before anybody can log in."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from itertools import batched
from uuid import UUID

from django.db import transaction

from azukari.exchange.actions import filekeys, uploads
from azukari.exchange.actions.records import record
from azukari.exchange.errors.files import FileKeyMissingError
from azukari.exchange.models import Delivery, FileGrant, FileKey, StoredFile
from azukari.exchange.rules import events
from azukari.exchange.rules.states import ENDED, LIVING, DeliveryState, FileState
from azukari.store.bulk import walk
from azukari.tenancy.actions import holders

_BATCH = 200


def shred_again(file_ids: Sequence[UUID], *, now: datetime) -> int:
    """Destroy files by the list outside the database. Gives how many were there again. Repeating does no harm."""
    count = 0
    for part in batched(file_ids, _BATCH):
        with transaction.atomic(durable=True):
            count += _end(part, now=now)
        uploads.shred(list(part), now=now)
    return count


def drop_strangers() -> int:
    """Destroy keys that no file of this database has: theirs are lost with the newer one. Gives how many."""
    count = 0
    for part in walk(FileKey.objects.all()):
        left = {key_id for (key_id,) in part}
        left -= set(StoredFile.objects.filter(id__in=left).values_list("id", flat=True))
        filekeys.delete_server_keys(sorted(left))
        count += len(left)
    filekeys.press_out_server_keys()
    return count


def _end(file_ids: Sequence[UUID], *, now: datetime) -> int:
    found = StoredFile.objects.lock().filter(id__in=file_ids).exclude(state__in=ENDED)
    files = list(found.order_by("id").values_list("id", flat=True))
    lines = list(Delivery.objects.lock().filter(file_id__in=files, state__in=LIVING).order_by("id"))
    StoredFile.objects.filter(id__in=files).update(state=FileState.SHREDDED, touched_at=now, writer=None)
    Delivery.objects.filter(id__in=[line.id for line in lines]).update(state=DeliveryState.EXPIRED)
    if lines:
        word = "控えより後に廃棄済みのため"
        record(holders.system_actor(name="システム"), events.SHREDDED, lines, detail=word, now=now)
    return len(files)


def count_openable(file_ids: Sequence[UUID]) -> int:
    """Count files of a list whose key still unwraps, or is sealed to somebody."""
    count = 0
    for part in batched(file_ids, _BATCH):
        left = set(FileGrant.objects.filter(file_id__in=part).values_list("file_id", flat=True))
        for file_id in part:
            with suppress(FileKeyMissingError):
                filekeys.server_key(file_id)
                left.add(file_id)
        count += len(left)
    return count
