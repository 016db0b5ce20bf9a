"""The end of a file: reminders before it, destruction of its key and parts, and the collector of orphans."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from azukari.exchange import queries
from azukari.exchange.actions import notices, uploads
from azukari.exchange.actions.records import record
from azukari.exchange.models import Broadcast, Delivery, FilePart, StoredFile, VolumeSweep
from azukari.exchange.rules import events
from azukari.exchange.rules.states import DRAFT_DAYS, LIVING, REMIND_BEFORE, DeliveryState, Direction, FileState
from azukari.kernel.actor import Actor
from azukari.seal import files
from azukari.store import blobs
from azukari.store.blobs.errors import BlobMissingError
from azukari.store.scope import current_office
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import holders
from azukari.tenancy.actions.looks import Confirmed
from azukari.tenancy.policy import check_may

_log = logging.getLogger("azukari.exchange")
_BATCH = 200
# Two looks a day apart (tenancy.actions.looks), then a week in the trash: neither a wrong clock nor a slow upload
# loses anything.
_TRASH = timedelta(days=7)


def sweep_expired(*, due: Confirmed, now: datetime) -> int:
    """End lines whose time was over at `due` and destroy files nobody can open any more. Gives how many lines."""
    over = Delivery.objects.filter(expires_at__lte=due, state__in=LIVING).order_by("expires_at", "id")
    ended = _end(list(over[:_BATCH].values_list("id", "file_id")), due=due, now=now)
    drafts = StoredFile.objects.filter(
        direction=Direction.SENT,
        sent_at__isnull=True,
        state=FileState.READY,
        touched_at__lt=due - timedelta(days=DRAFT_DAYS),
    )
    drafts.update(state=FileState.SHREDDED)
    uploads.sweep_ended(now=now)
    return ended


@transaction.atomic
def _end(chosen: list[tuple[UUID, UUID]], *, due: datetime, now: datetime) -> int:
    """End lines (id, file) that are still due once their files are locked. Gives how many."""
    files_of = sorted({file_id for _, file_id in chosen})
    list(StoredFile.objects.lock().filter(id__in=files_of).order_by("id").values_list("id"))
    locked = Delivery.objects.lock().filter(id__in=[line for line, _ in chosen])
    lines = list(locked.filter(expires_at__lte=due, state__in=LIVING).order_by("id"))
    if lines:
        Delivery.objects.filter(id__in=[line.id for line in lines]).update(state=DeliveryState.EXPIRED)
        living = Delivery.objects.filter(file_id__in=files_of, state__in=LIVING)
        over = StoredFile.objects.filter(id__in=files_of).exclude(id__in=living.values("file_id"))
        over.update(state=FileState.SHREDDED, touched_at=now)
        record(holders.system_actor(name="システム"), events.SHREDDED, lines, detail="保管期限", now=now)
    return len(lines)


def sweep_unopened(*, now: datetime) -> int:
    """Remind once of files that nobody has opened and that are about to expire. Gives how many."""
    due = Delivery.objects.filter(
        state=DeliveryState.READY,
        opened_at__isnull=True,
        reminded_at__isnull=True,
        expires_at__lte=now + REMIND_BEFORE,
        expires_at__gt=now,
    )
    lines = list(due.order_by("expires_at")[:_BATCH])
    for line in lines:
        with transaction.atomic():
            taken = Delivery.objects.filter(id=line.id, reminded_at__isnull=True).update(reminded_at=now)
            if taken:
                _remind_of(line, now=now)
    return len(lines)


def _remind_of(line: Delivery, *, now: datetime) -> None:
    (client,) = tenancy.list_clients_by_id([line.client_id])
    notices.tell(
        client,
        to_staff=line.direction == Direction.RECEIVED,
        kind="expiring",
        line=f"まだ開いていないファイルがあります（{line.expires_at:%Y/%m/%d}に廃棄されます）。",
        delivery_id=line.id,
        now=now,
    )


@transaction.atomic
def remind_rest(*, actor: Actor, broadcast_id: UUID, now: datetime) -> int:
    """Remind the companies an actor sees that have not opened a broadcast. Gives how many. Raises: PermissionNotAllowed."""
    check_may(actor, "exchange:file:send")
    lines = queries.visible(actor).filter(broadcast_id=broadcast_id)
    rest = lines.filter(state=DeliveryState.READY, opened_at__isnull=True)
    by_client = {line.client_id: line for line in rest}
    for client in tenancy.list_clients_by_id(list(by_client)):
        line = by_client[client.id]
        word = "まだ開いていないファイルがあります。"
        notices.tell(client, to_staff=False, kind="reminded", line=word, delivery_id=line.id, now=now)
    Broadcast.objects.filter(id=broadcast_id).update(reminded_at=now)
    return len(by_client)


def sweep_orphans(*, due: Confirmed | None, now: datetime) -> int:
    """Put blobs without a row into the trash: those seen at `due` already. Gives how many."""
    store, prefix = blobs.blobs(), f"files/{current_office().hex}/"
    known = dict(VolumeSweep.objects.values_list("blob", "seen_at"))
    moved, still = 0, set()
    for facts in store.list(prefix):
        if FilePart.objects.filter(blob=facts.key).exists():
            continue
        still.add(facts.key)
        seen_at = known.get(facts.key)
        if seen_at is None:
            VolumeSweep.objects.get_or_create(blob=facts.key, defaults={"seen_at": now})
        elif due is not None and seen_at <= due:
            with suppress(BlobMissingError):  # another process was quicker
                store.move_to_trash(facts.key)
            VolumeSweep.objects.filter(blob=facts.key).delete()
            moved += 1
    VolumeSweep.objects.exclude(blob__in=still).delete()
    return moved


def empty_trash(*, due: Confirmed) -> int:
    """Delete what had lain in the trash for a week at `due`, and temporary files a kill left. Belongs to no office."""
    store = blobs.blobs()
    return store.empty_trash(due - _TRASH) + store.sweep_temporary(due - timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """Something `azukari fsck` found: of which file, what, and what to do."""

    file_id: UUID | None
    name: str
    what: str
    advice: str


def check_files() -> Iterator[Mismatch]:
    """Compare rows and blobs of the office in force: every part there, of the right size; none too many."""
    store = blobs.blobs()
    there = {facts.key: facts.size for facts in store.list(f"files/{current_office().hex}/")}
    kept = StoredFile.objects.filter(shredded_at__isnull=True)
    for row in kept.order_by("id").iterator():
        yield from _check_file(row, there)
    for key in there:
        if not FilePart.objects.filter(blob=key).exists():
            yield Mismatch(
                file_id=None,
                name=key,
                what="どのファイルのものでもない保存データです。",
                advice="いま送信中のものか、途中で止まった跡です。止まった跡は、1日おいて自動的に片付けます。",
            )


def _size_now(part: FilePart) -> int | None:
    """Give the size of a blob that was not in the list: it may have come since."""
    with suppress(BlobMissingError):
        return blobs.blobs().size(part.blob)
    return None


def _check_file(row: StoredFile, there: dict[str, int]) -> Iterator[Mismatch]:
    parts = list(FilePart.objects.filter(file_id=row.id).order_by("number"))
    total = sum(part.length for part in parts)
    if [part.number for part in parts] != list(range(row.parts)) or total != row.received:
        yield Mismatch(
            file_id=row.id,
            name=row.name,
            what=f"受け取りの記録が合いません（{total} / {row.received}バイト）。",
            advice="データベースの控えを確認してください。",
        )
    for part in parts:
        size = there.get(part.blob) or _size_now(part)
        if size is None:
            yield Mismatch(
                file_id=row.id,
                name=row.name,
                what=f"保存データ（{part.number + 1}番目）が見つかりません。",
                advice="ファイルの置き場所の控えから戻してください。戻せないときは、送った方にもう一度送ってもらってください。",
            )
        elif size != files.sealed_size(part.length):
            yield Mismatch(
                file_id=row.id,
                name=row.name,
                what=f"保存データ（{part.number + 1}番目）の大きさが違います（{size}バイト）。",
                advice="ファイルの置き場所の控えから戻してください。",
            )
