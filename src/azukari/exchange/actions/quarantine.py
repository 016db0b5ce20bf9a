"""Files the checks stopped: released by a 責任者, taken as they are, or thrown away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.exchange.actions import ledger, uploads
from azukari.exchange.actions.records import record
from azukari.exchange.errors.deliveries import QuarantineStateError
from azukari.exchange.models import Delivery, StoredFile
from azukari.exchange.rules import events
from azukari.exchange.rules.states import FileState, Scan
from azukari.exchange.rules.wishes import Wishes
from azukari.kernel.actor import Actor
from azukari.tenancy import queries as tenancy


@transaction.atomic
def release(*, actor: Actor, delivery_id: UUID, reason: str, now: datetime) -> None:
    """Release a quarantined file: a 責任者 takes it for a false alarm, with a reason.

    Raises: DeliveryNotFoundError, PermissionNotAllowed, QuarantineStateError.
    """
    delivery, row = ledger.lock(actor, delivery_id, "exchange:quarantine:release")
    if row.state != FileState.QUARANTINED:
        raise QuarantineStateError
    row.scan = Scan.RELEASED
    _make_ready(row, delivery)
    record(actor, events.RELEASED, [delivery], detail=f"{row.scan_note}：{reason}", now=now)


@transaction.atomic
def accept_unscannable(*, actor: Actor, delivery_id: UUID, now: datetime) -> None:
    """Take a file that cannot be looked into, knowing that; only where the office's settings allow it at all.

    Raises: DeliveryNotFoundError, PermissionNotAllowed, QuarantineStateError.
    """
    delivery, row = ledger.lock(actor, delivery_id, "exchange:file:send")
    if row.state != FileState.UNSCANNABLE or actor.staff_id is None or not tenancy.get_office().takes_encrypted:
        raise QuarantineStateError
    _make_ready(row, delivery)
    record(actor, events.ACCEPTED, [delivery], detail="検査できないことを承知して受け取り", now=now)


def throw_away(*, actor: Actor, delivery_id: UUID, now: datetime) -> None:
    """Destroy a file the checks stopped. Its line stays, with why. Raises: as `release`."""
    with transaction.atomic():
        delivery, row = ledger.lock(actor, delivery_id, "exchange:quarantine:release")
        if row.state not in {FileState.QUARANTINED, FileState.UNSCANNABLE}:
            raise QuarantineStateError
        why = (
            "ウイルスが見つかったため"
            if row.state == FileState.QUARANTINED
            else "パスワードがかかっていて検査できないため"
        )
        row.state, row.refusal = FileState.REFUSED, f"{why}、事務所が廃棄しました。"
        row.save(update_fields=["state", "refusal"])
        ledger.follow_file(row)
        record(actor, events.SHREDDED, [delivery], detail=row.scan_note or "検査できないファイル", now=now)
    uploads.shred([row.id], now=now)


def _make_ready(row: StoredFile, delivery: Delivery) -> None:
    row.state = FileState.READY
    row.save(update_fields=["state", "scan"])
    ledger.follow_file(row)
    ledger.settle(delivery, Wishes.from_json(row.wishes))
