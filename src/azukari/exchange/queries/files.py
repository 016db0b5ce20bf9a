"""Files on their way: a person's own uploads and drafts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, Sum

from azukari.exchange.models import Delivery, FilePart, Receipt, StoredFile
from azukari.exchange.rules.flags import Flag
from azukari.exchange.rules.names import NameWarning
from azukari.exchange.rules.states import Direction, FileState, Proposal
from azukari.exchange.rules.wishes import Wishes
from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst
from azukari.store.models import OfficeQuerySet


def own_files(actor: Actor) -> OfficeQuerySet[StoredFile]:
    """Query the files a person uploaded."""
    own = Q(staff_id=actor.staff_id) if actor.staff_id is not None else Q(user_id=actor.user_id)
    clients = Q() if actor.client_ids is None else Q(client_id__in=actor.client_ids) | Q(client_id=None)
    return StoredFile.objects.get_queryset().filter(own, clients)


def own_uploads(actor: Actor) -> OfficeQuerySet[StoredFile]:
    """Query a person's uploads that are not whole yet."""
    return own_files(actor).filter(state=FileState.RECEIVING)


def drafts(actor: Actor, batch: UUID) -> OfficeQuerySet[StoredFile]:
    """Query the files a staff member has prepared for one act of sending, in the order they came."""
    gone = [FileState.CANCELLED, FileState.SHREDDED, FileState.RECEIVING]
    found = own_files(actor).filter(batch=batch, direction=Direction.SENT, sent_at=None)
    return found.exclude(state__in=gone).order_by("made_at", "id")


def get_own_file(actor: Actor, file_id: UUID) -> OwnFile | None:
    """Get a file one has uploaded, with its line where it has one; None where there is none."""
    row = own_files(actor).filter(id=file_id).exclude(state=FileState.CANCELLED).first()
    if row is None:
        return None
    return _own(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """A file somebody has just uploaded, as its row on the page shows it."""

    id: UUID
    name: str
    size: int
    received: int
    state: FileState
    protected: bool
    proposed: bool
    refusal: str
    flags: tuple[Flag, ...]
    warnings: tuple[NameWarning, ...]
    sent_at: datetime | None
    delivery_id: UUID | None
    batch: UUID | None
    client_id: UUID | None
    answers: UUID | None
    replaces: UUID | None
    receipt: str


def _own(row: StoredFile) -> OwnFile:
    wishes = Wishes.from_json(row.wishes)
    line = None
    if row.direction == Direction.RECEIVED:
        line = Delivery.objects.filter(file_id=row.id, direction=Direction.RECEIVED).first()
    receipt = Receipt.objects.filter(delivery=line).values_list("year", "serial").first() if line else None
    return OwnFile(
        id=row.id,
        name=row.name,
        size=row.size,
        received=row.received,
        state=FileState(row.state),
        protected=row.protected,
        proposed=row.proposal == Proposal.OPEN,
        refusal=row.refusal,
        flags=tuple(Flag(flag) for flag in row.flags),
        warnings=tuple(NameWarning(warning) for warning in row.name_warnings),
        sent_at=line.sent_at if line else None,
        delivery_id=line.id if line else None,
        batch=row.batch,
        client_id=row.client_id,
        answers=wishes.reply_to,
        replaces=wishes.replaces,
        receipt=receipt_number(*receipt) if receipt else "",
    )


def list_drafts(actor: Actor, batch: UUID) -> list[OwnFile]:
    """List the prepared files of one act of sending."""
    return [_own(row) for row in drafts(actor, batch)]


def promised_bytes() -> int:
    """Sum up what running uploads of this office have still to bring."""
    left = StoredFile.objects.filter(state=FileState.RECEIVING).aggregate(left=Sum(F("size") - F("received")))["left"]
    return int(left or 0)


def count_stored_bytes() -> int:
    """Sum up the bytes of the files the office in force keeps."""
    return int(StoredFile.objects.filter(shredded_at__isnull=True).aggregate(kept=Sum("received"))["kept"] or 0)


def list_blobs() -> Iterator[str]:
    """List where the parts of the files lie that are not destroyed."""
    found = FilePart.objects.filter(file__shredded_at__isnull=True).order_by("file_id", "number")
    return found.values_list("blob", flat=True).iterator()


def list_shredded() -> list[tuple[UUID, datetime]]:
    """List the files that were destroyed, with when: what the list of disposals must know."""
    found = StoredFile.objects.filter(shredded_at__isnull=False)
    return [(file_id, at) for file_id, at in found.values_list("id", "shredded_at") if at is not None]


def receipt_number(year: int, serial: int) -> str:
    """Write the number of a receipt as people read it."""
    return f"受-{year}-{serial:06d}"


def hour_of(now: datetime) -> int:
    """Tell the hour on a Japanese wall clock."""
    return jst(now).hour
