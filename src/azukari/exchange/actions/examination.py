"""What happens to a file once it is whole: hashed, scanned, looked into, and only then visible to the other side.

State lies in the row (EXAMINING), so this may be killed at any moment and begun again by anybody.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.exchange import queries
from azukari.exchange.actions import filekeys, ledger, notices, protection, receipts, uploads
from azukari.exchange.actions.contents import Contents
from azukari.exchange.errors.files import FileDamagedError, FileKeyMissingError
from azukari.exchange.models import Delivery, StoredFile
from azukari.exchange.rules import names
from azukari.exchange.rules.flags import Flag
from azukari.exchange.rules.inspection import Findings, inspect
from azukari.exchange.rules.kinds import Kind
from azukari.exchange.rules.numbers import look_for_numbers
from azukari.exchange.rules.states import Direction, FileState, Proposal, Scan
from azukari.exchange.rules.wishes import Wishes
from azukari.kernel.actor import Actor, Role
from azukari.kernel.clock import jst_minute
from azukari.kernel.errors import InvalidError
from azukari.kernel.ids import ClientId, OfficeId, StaffId
from azukari.kernel.text import readable_size
from azukari.press import extract
from azukari.seal.secretbytes import Secret
from azukari.store import scanner
from azukari.store.scope import current_office
from azukari.tenancy import queries as tenancy

_log = logging.getLogger("azukari.exchange")
# Larger files are not read for text: the page says so.
MOST_TEXT_BYTES = 64 * 1024 * 1024
_READ_FOR_TEXT = frozenset({Kind.XLSX, Kind.DOCX, Kind.PPTX, Kind.CSV, Kind.TXT, Kind.PDF})
_LOCKED = "パスワードがかかっているため、検査できません。パスワードを外して送ってください（この画面の送受信は暗号化されています）。"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """What the checks said."""

    sha256: str
    state: FileState
    scan: Scan
    scan_note: str = ""
    refusal: str = ""
    kind: str = ""
    flags: tuple[str, ...] = ()
    has_numbers: bool = False


def examine(file_id: UUID, *, now: datetime) -> bool:
    """Examine one file. Gives False when it was not its turn, or the scanner is away: then it waits.

    Raises: FileDamagedError, StorageUnavailableError.
    """
    row = StoredFile.objects.filter(id=file_id, state=FileState.EXAMINING).first()
    if row is None:
        return False
    try:
        key = filekeys.server_key(file_id)
        result = _check(row, key)
    except (FileKeyMissingError, FileDamagedError):
        if StoredFile.objects.filter(id=file_id, state=FileState.EXAMINING).exists():
            raise
        return False  # another process has just ended it
    except scanner.ScannerAwayError:
        _log.warning("virus scanner away, a file waits")
        return False
    with transaction.atomic():
        locked = StoredFile.objects.lock().filter(id=file_id, state=FileState.EXAMINING).first()
        if locked is None:
            return False
        _settle(locked, result, key, now=now)
    if locked.state == FileState.REFUSED:
        uploads.shred([file_id], now=now)
    elif locked.protected:
        protection.destroy_copy(file_id, now=now)
    return True


def sweep_waiting(*, now: datetime, limit: int = 20) -> int:
    """Examine what waits, oldest first: after a crash, or when the scanner is back. Gives how many were done."""
    waiting = StoredFile.objects.filter(state=FileState.EXAMINING).order_by("touched_at")
    done = 0
    for file_id in list(waiting.values_list("id", flat=True)[:limit]):
        try:
            done += examine(file_id, now=now)
        except Exception:
            # One damaged file must not keep the others waiting: it goes to the end of the queue. `azukari fsck` explains.
            _log.exception("file %s cannot be examined", file_id)
            StoredFile.objects.filter(id=file_id, state=FileState.EXAMINING).update(touched_at=now)
    return done


def _check(row: StoredFile, key: Secret) -> _Result:
    contents = Contents(row.id, key)
    digest = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for piece in contents.stream():
            digest.update(piece)
            yield piece

    scan, note = Scan.NOT_SCANNED, ""
    pieces = hashed()
    if scanner.is_set_up():
        said = scanner.scan(pieces)
        scan, note = Scan(said.verdict.value), said.detail
    for _ in pieces:  # what the scanner did not take, or everything without one
        pass
    sha256 = digest.hexdigest()
    if scan is Scan.INFECTED:
        return _Result(sha256=sha256, state=FileState.QUARANTINED, scan=scan, scan_note=note)
    try:
        with contents.seekable() as file:
            findings = inspect(file, size=row.size, name=names.clean_file_name(row.name))
    except InvalidError as error:
        return _Result(sha256=sha256, state=FileState.REFUSED, scan=scan, refusal=error.short[:300])
    flags = tuple(sorted(flag.value for flag in findings.flags))
    if Flag.ENCRYPTED in findings.flags or scan is Scan.UNSCANNABLE:
        return _Result(
            sha256=sha256,
            state=FileState.UNSCANNABLE,
            scan=Scan.UNSCANNABLE,
            scan_note=note,
            kind=findings.kind.value,
            flags=flags,
        )
    return _Result(
        sha256=sha256,
        state=FileState.READY,
        scan=scan,
        kind=findings.kind.value,
        flags=flags,
        has_numbers=not row.protected and _has_numbers(contents, findings),
    )


def _has_numbers(contents: Contents, findings: Findings) -> bool:
    if findings.kind not in _READ_FOR_TEXT or contents.size > MOST_TEXT_BYTES:
        return False
    read = extract.extract_text(b"".join(contents.stream()), findings.kind.value)
    return look_for_numbers(read.text).likely


def _settle(row: StoredFile, result: _Result, key: Secret, *, now: datetime) -> None:
    row.state, row.scan, row.scan_note = result.state, result.scan, result.scan_note
    row.kind, row.flags, row.refusal, row.examined_at = result.kind, list(result.flags), result.refusal, now
    if row.direction == Direction.SENT and result.state in {FileState.QUARANTINED, FileState.UNSCANNABLE}:
        # Nobody has been sent it yet, so there is nothing to keep for a decision.
        row.state = FileState.REFUSED
        row.refusal = _LOCKED if result.state is FileState.UNSCANNABLE else "ウイルスが見つかりました。"
    if result.has_numbers and row.proposal != Proposal.DECLINED:
        row.proposal = Proposal.OPEN
    if row.state != FileState.REFUSED:
        row.sealed_facts = receipts.sealed_hash(row, result.sha256)
    row.save()
    if row.protected and row.state != FileState.REFUSED:
        protection.seal(row, key, now=now)
    else:
        ledger.follow_file(row)
    delivery = Delivery.objects.filter(file_id=row.id, direction=Direction.RECEIVED).first()
    if delivery is not None:
        _settle_received(delivery, row, result, now=now)


def _settle_received(delivery: Delivery, row: StoredFile, result: _Result, *, now: datetime) -> None:
    (client,) = tenancy.list_clients_by_id([delivery.client_id])
    if row.state == FileState.REFUSED:
        return
    sender = Actor(
        office_id=OfficeId(current_office()),
        staff_id=StaffId(row.staff_id) if row.staff_id else None,
        user_id=row.user_id,
        name=row.uploader,
        role=Role(row.uploader_role),
        may_handle=False,
        client_ids=frozenset({ClientId(client.id)}),
    )
    if row.state == FileState.READY:
        ledger.settle(delivery, Wishes.from_json(row.wishes))
    receipt = receipts.issue(delivery, row, sha256=result.sha256, sender=sender, client=client, now=now)
    lines = {
        FileState.READY: "保護ファイルが届きました。" if row.protected else "ファイルが届きました。",
        FileState.QUARANTINED: "届いたファイルからウイルスが見つかり、隔離しました。",
        FileState.UNSCANNABLE: "届いたファイルを検査できません（パスワード付き）。",
    }
    notices.tell(
        client, to_staff=True, kind="received", line=lines[FileState(row.state)], delivery_id=delivery.id, now=now
    )
    number = queries.receipt_number(receipt.year, receipt.serial)
    line = f"受領書 {number}：{jst_minute(delivery.sent_at)} に受け取りました（{readable_size(row.size)}）。"
    if not row.protected:
        # Of a file with numbers not even the hash leaves by mail.
        line += f"SHA-256 {result.sha256}"
    notices.tell(client, to_staff=False, kind="receipt", line=line, delivery_id=delivery.id, now=now)
