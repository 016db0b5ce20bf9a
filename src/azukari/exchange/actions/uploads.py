"""Uploads that can be gone on with: every acknowledged byte is durable, and one writer at a time.

Order of a part: bytes into a new blob → blob durable → row (part, how much arrived) committed → acknowledged. A crash
leaves at most a blob without a row, which the collector removes. The place to go on from comes from the row only.
Source: tus 1.0; security: a part sent again is a message of its own, so no nonce meets other bytes.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from azukari.exchange import policy, queries
from azukari.exchange.actions import filekeys, ledger
from azukari.exchange.errors.content import ContentRefusedError, EmptyContentError
from azukari.exchange.errors.deliveries import DeliveryNotFoundError
from azukari.exchange.errors.files import (
    ChecksumMismatchError,
    ChecksumTooLongError,
    FileTooLargeError,
    OffsetConflictError,
    TooManyPartsError,
    TooManyUploadsError,
    UploadNotFoundError,
)
from azukari.exchange.models import FileGrant, FilePart, StoredFile
from azukari.exchange.rules import names
from azukari.exchange.rules.kinds import HEAD_BYTES, check_extension, check_head
from azukari.exchange.rules.states import (
    ENDED,
    LEAST_PART_BYTES,
    MOST_OPEN_UPLOADS,
    MOST_PARTS,
    PART_BYTES,
    UPLOAD_DAYS,
    Direction,
    FileState,
)
from azukari.exchange.rules.wishes import Wishes
from azukari.kernel.actor import Actor
from azukari.kernel.errors import InvalidError
from azukari.kernel.ids import new_id
from azukari.kernel.text import mask_long_digits, readable_size
from azukari.seal import files
from azukari.seal.secretbytes import Secret
from azukari.store import blobs, disposals
from azukari.store.scope import current_office
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions.looks import Confirmed
from azukari.tenancy.policy import check_may

Read = Callable[[int], bytes]
_BLOCK = 256 * 1024

# Slower than this over half a minute, and the thread that waits is given to somebody else; the sender goes on later.
_PATIENCE_SECONDS = 30.0
_LEAST_BYTES_PER_SECOND = 4 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An upload as its sender sees it."""

    id: UUID
    name: str
    size: int
    received: int
    made_at: datetime

    @property
    def whole(self) -> bool:
        """Tell whether everything arrived."""
        return self.received == self.size


def begin(
    *,
    actor: Actor,
    client_id: UUID | None,
    typed_name: str,
    size: int,
    stamp: str,
    protected: bool,
    wishes: Wishes,
    now: datetime,
) -> Upload:
    """Begin an upload, or find the one of the same file that was broken off. Nothing is visible to anybody yet.

    `stamp` is what the browser knows of the file beside name and size (its day of change). A client user's file goes
    to the office; staff prepare files for a client company, or for many (`client_id` None).
    Raises: PermissionNotAllowed, DeliveryNotFoundError, UnusableNameError, ProgramFileError, UnknownKindError,
    EmptyFileError, FileTooLargeError, TooManyUploadsError, StorageFullError.
    """
    direction = Direction.SENT if actor.staff_id is not None else Direction.RECEIVED
    if client_id is not None:
        policy.check_can(actor, "exchange:file:send", client_id)
        if client_id not in tenancy.find_clients(actor, [client_id]):
            raise DeliveryNotFoundError
    else:
        check_may(actor, "exchange:file:send")
    wishes = replace(wishes, memo=mask_long_digits(wishes.memo.strip()))
    name = names.clean_file_name(typed_name)
    check_extension(name)
    if size == 0:
        raise EmptyContentError(name=name.shown)
    limit = tenancy.get_office().file_limit_mb
    if size > limit * 1024 * 1024:
        raise FileTooLargeError(limit=f"{limit}MB", size=readable_size(size))
    own = queries.own_uploads(actor)
    same = own.filter(
        client_id=client_id, name=name.shown, size=size, stamp=stamp, wishes=wishes.to_json(), protected=protected
    )
    found = same.order_by("-made_at").first() if stamp else None
    if found is not None:
        return _upload(found)
    if own.count() >= MOST_OPEN_UPLOADS:
        raise TooManyUploadsError(count=MOST_OPEN_UPLOADS)
    ledger.check_wishes(actor, client_id, wishes)
    blobs.blobs().check_room(size + queries.promised_bytes())
    file_id = new_id()
    filekeys.make_key(file_id, now=now)
    row = StoredFile.objects.create(
        id=file_id,
        client_id=client_id,
        direction=direction,
        state=FileState.RECEIVING,
        name=name.shown,
        name_warnings=[warning.value for warning in name.warnings],
        size=size,
        stamp=stamp,
        protected=protected,
        wishes=wishes.to_json(),
        batch=wishes.batch,
        staff_id=actor.staff_id,
        user_id=actor.user_id,
        uploader=actor.name,
        uploader_role=actor.role.value,
        made_at=now,
        touched_at=now,
    )
    return _upload(row)


def shown_name(typed: str) -> str:
    """Give a name as it may be shown beside a refusal, also one that is refused itself."""
    try:
        return names.clean_file_name(typed).shown
    except ContentRefusedError:
        return mask_long_digits(" ".join(typed.split()))[:80]


def get(*, actor: Actor, file_id: UUID) -> Upload:
    """Get one's own upload, to go on with it or to hear that it is whole. Raises: UploadNotFoundError."""
    row = queries.own_files(actor).filter(id=file_id).exclude(state__in=[FileState.CANCELLED]).first()
    if row is None:
        raise UploadNotFoundError
    return _upload(row)


def list_broken_off(*, actor: Actor) -> list[Upload]:
    """List one's own uploads that can be gone on with, newest first."""
    return [_upload(row) for row in queries.own_uploads(actor).order_by("-made_at")[:MOST_OPEN_UPLOADS]]


def receive(
    *,
    actor: Actor,
    file_id: UUID,
    offset: int,
    length: int,
    read: Read,
    clock: Callable[[], datetime],
    sha256: bytes | None = None,
) -> Upload:
    """Take `length` bytes from `offset` on; what it gives back is durable. A broken line keeps what had arrived.

    Raises: UploadNotFoundError, OffsetConflictError (also when a newer request took over), ChecksumMismatchError,
    ChecksumTooLongError, FileTooLargeError, StorageUnavailableError.
    """
    if sha256 is not None and length > PART_BYTES:
        raise ChecksumTooLongError
    row, writer = _claim(actor, file_id, offset, length)
    key = filekeys.server_key(file_id) if row.received < row.size else None
    while key is not None and row.received < min(offset + length, row.size):
        part = _Part(row, key, writer)
        want = min(PART_BYTES, offset + length - row.received)
        got = part.take(read, want, sha256)
        if row.parts == 0 and got >= min(LEAST_PART_BYTES, row.size):
            part.check_beginning(now=clock())
        if got < want and got < min(LEAST_PART_BYTES, row.size - row.received):
            part.drop()
            break
        part.keep(now=clock())
        if got < want:
            break
    return _upload(row)


def _claim(actor: Actor, file_id: UUID, offset: int, length: int) -> tuple[StoredFile, UUID]:
    """Become the one who writes; an older request that is still writing finds out at its next commit."""
    writer = new_id()
    with transaction.atomic():
        row = queries.own_uploads(actor).lock().filter(id=file_id).first()
        if row is None:
            raise UploadNotFoundError
        if row.parts >= MOST_PARTS:
            raise TooManyPartsError
        if row.received != offset:
            raise OffsetConflictError
        if offset + length > row.size:
            raise FileTooLargeError(limit=readable_size(row.size), size=readable_size(offset + length))
        row.writer = writer
        row.save(update_fields=["writer"])
    return row, writer


class _Part:
    """One part on its way into a blob."""

    def __init__(self, row: StoredFile, key: Secret, writer: UUID) -> None:
        self._row, self._writer = row, writer
        self._sealer = files.PartSealer(key, files.part_context(current_office(), row.id, row.parts))
        self._name = f"files/{current_office().hex}/{row.id.hex}/{row.parts:06d}-{secrets.token_hex(4)}"
        self._length = 0
        self.head = b""
        self._blob = blobs.blobs().create(self._name)
        self._blob.__enter__()

    def take(self, read: Read, want: int, sha256: bytes | None) -> int:
        """Read up to `want` bytes and seal them. Gives how many came before the line broke."""
        digest = hashlib.sha256() if sha256 is not None else None
        began = time.monotonic()
        try:
            while self._length < want:
                piece = _read(read, min(_BLOCK, want - self._length))
                if not piece:
                    break
                if digest:
                    digest.update(piece)
                if len(self.head) < HEAD_BYTES:
                    self.head += piece
                self._blob.write(self._sealer.update(piece))
                self._length += len(piece)
                waited = time.monotonic() - began
                if waited > _PATIENCE_SECONDS and self._length < waited * _LEAST_BYTES_PER_SECOND:
                    break
            if digest and (self._length < want or digest.digest() != sha256):
                raise ChecksumMismatchError
        except BaseException:
            self.drop()
            raise
        return self._length

    def keep(self, *, now: datetime) -> None:
        """Make the part durable, then count it. Raises: OffsetConflictError when another request took over."""
        try:
            self._blob.write(self._sealer.finish())
            self._blob.commit()
        except BaseException:
            self.drop()
            raise
        self._blob.__exit__(None, None, None)
        row = self._row
        received = row.received + self._length
        with transaction.atomic(durable=True):
            if not self._own().update(received=received, parts=row.parts + 1, touched_at=now):
                blobs.blobs().delete(self._name)  # another request took over: nobody will ever count this
                raise OffsetConflictError
            FilePart.objects.create(file_id=row.id, number=row.parts, length=self._length, blob=self._name)
            row.received, row.parts = received, row.parts + 1
            if row.received == row.size:
                _mark_whole(row, now=now)

    def check_beginning(self, *, now: datetime) -> None:
        """Refuse a file by its first bytes already: nobody waits for a gigabyte that cannot be taken.

        Raises: ContentRefusedError; OffsetConflictError when another request took over, whose bytes count.
        """
        try:
            check_head(self.head, names.clean_file_name(self._row.name))
        except InvalidError as error:
            self.drop()
            if not self._own().update(state=FileState.REFUSED, refusal=error.short[:300], touched_at=now):
                raise OffsetConflictError from error
            raise

    def drop(self) -> None:
        """Forget what came."""
        self._blob.__exit__(None, None, None)

    def _own(self) -> QuerySet[StoredFile]:
        """The row, as long as this request is the one that writes."""
        return StoredFile.objects.filter(
            id=self._row.id, state=FileState.RECEIVING, received=self._row.received, writer=self._writer
        )


def _read(read: Read, size: int) -> bytes:
    try:
        return read(size)
    except OSError:
        return b""  # the line broke: what came before stays


def _mark_whole(row: StoredFile, *, now: datetime) -> None:
    """Everything is durable: the file goes on to the checks, and a client user's stands in the ledger from here on."""
    received = row.direction == Direction.RECEIVED
    row.state, row.whole_at, row.writer, row.sent_at = FileState.EXAMINING, now, None, now if received else None
    row.save(update_fields=["state", "whole_at", "writer", "sent_at"])
    if received:
        ledger.add_received(row, now=now)


def take_at_once(
    *,
    actor: Actor,
    client_id: UUID | None,
    typed_name: str,
    data: Read,
    size: int,
    protected: bool,
    wishes: Wishes,
    clock: Callable[[], datetime],
) -> Upload:
    """Take a whole file from a plain form, without JavaScript. Raises: as `begin` and `receive`."""
    begun = begin(
        actor=actor,
        client_id=client_id,
        typed_name=typed_name,
        size=size,
        stamp="",
        protected=protected,
        wishes=wishes,
        now=clock(),
    )
    return receive(actor=actor, file_id=begun.id, offset=0, length=size, read=data, clock=clock)


def cancel(*, actor: Actor, file_id: UUID, now: datetime) -> None:
    """Break an upload off for good. What had come is destroyed. Raises: UploadNotFoundError."""
    cancelled = queries.own_uploads(actor).filter(id=file_id).update(state=FileState.CANCELLED, touched_at=now)
    if not cancelled:
        raise UploadNotFoundError
    shred([file_id], now=now)


def drop_draft(*, actor: Actor, batch: UUID, file_id: UUID, now: datetime) -> None:
    """Take a file off what is prepared; it is destroyed. Raises: UploadNotFoundError."""
    if not queries.drafts(actor, batch).filter(id=file_id).update(state=FileState.CANCELLED, touched_at=now):
        raise UploadNotFoundError
    shred([file_id], now=now)


def sweep_abandoned(*, due: Confirmed, now: datetime) -> int:
    """Destroy uploads that at `due` nobody had gone on with for days, and what a crash left of cancelled ones.

    Gives how many.
    """
    stale = StoredFile.objects.filter(state=FileState.RECEIVING, touched_at__lt=due - timedelta(days=UPLOAD_DAYS))
    stale.update(state=FileState.CANCELLED)
    return sweep_ended(now=now)


def sweep_ended(*, now: datetime) -> int:
    """Destroy what has ended and is not destroyed yet: cancelled, refused, expired. Gives how many."""
    left = StoredFile.objects.filter(state__in=ENDED, shredded_at__isnull=True)
    found = list(left.values_list("id", flat=True)[:500])
    shred(found, now=now)
    return len(found)


def shred(file_ids: list[UUID], *, now: datetime) -> bool:
    """Destroy every key and every part of files whose state already says so. Repeating it does no harm.

    The list first (store.disposals), then keys: from then on nobody opens a part that a crash leaves lying.
    Gives False when it must be repeated.
    """
    if not file_ids:
        return True
    disposals.note(disposals.Kind.FILE, file_ids, now=now)
    FileGrant.objects.filter(file_id__in=file_ids).delete()
    filekeys.delete_server_keys(file_ids)
    if not filekeys.press_out_server_keys():
        return False
    parts = FilePart.objects.filter(file_id__in=file_ids)
    for blob in list(parts.values_list("blob", flat=True)):
        blobs.blobs().delete(blob)
    with transaction.atomic():
        parts.delete()
        StoredFile.objects.filter(id__in=file_ids).update(shredded_at=now, sealed_facts=None)
    return True


def _upload(row: StoredFile) -> Upload:
    return Upload(id=row.id, name=row.name, size=row.size, received=row.received, made_at=row.made_at)
