"""Whether the record still continues what was signed last. Where it does not, nothing more is written to it.

Three looks, none of which writes or asks the database on an ordinary append: a process remembers the end it wrote
last; once a minute for each office it reads the signer's state; every signature is given against it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from azukari.journal import errors, queries
from azukari.journal.models import Head
from azukari.seal.checkpoint import Checkpoint
from azukari.seal.errors import SignerMissingError
from azukari.seal.signer import Log, Signer

_LOOK_SECONDS = 60.0


@dataclass
class _Configured:
    signer: Signer | None = None


@dataclass
class _Seen:
    """What this process knows of one office's record: the end it saw committed, the signed head it found inside."""

    size: int = 0
    frontier: bytes = b""
    signed: Checkpoint | None = None
    looked_at: float = float("-inf")


_configured = _Configured()
_seen: dict[tuple[UUID, int], _Seen] = {}


def use_signer(signer: Signer) -> None:
    """Tell who signs. The app's start calls this."""
    _configured.signer = signer
    forget()


def forget() -> None:
    """Forget what this process has seen: the next append looks anew."""
    _seen.clear()


def signer() -> Signer:
    """Give the signer. Raises: SignerMissingError."""
    if _configured.signer is None:
        raise SignerMissingError
    return _configured.signer


def log_of(head: Head, sealed_key: bytes = b"") -> Log:
    """Give the record as the signer knows it."""
    return Log(head.office_id, sealed_key, head.origin_number)


def locked_head() -> Head:
    """Lock the end of the record in force, and see that it continues what was signed.

    Raises: RecordRolledBackError, SignerMissingError.
    """
    head = Head.objects.lock().get()
    seen = _seen.setdefault((head.office_id, head.origin_number), _Seen())
    if head.size < seen.size or (head.size == seen.size and seen.frontier not in {b"", bytes(head.frontier)}):
        raise errors.RecordRolledBackError
    if time.monotonic() - seen.looked_at >= _LOOK_SECONDS:
        check_signed(head, signer().last(log_of(head)))
    return head


def check_signed(head: Head, signed: Checkpoint | None) -> None:
    """Check that the head continues the head signed last. Raises: RecordRolledBackError."""
    if signed is None or head.size < signed.size:
        raise errors.RecordRolledBackError
    seen = _seen.setdefault((head.office_id, head.origin_number), _Seen())
    if signed != seen.signed:
        try:
            same = queries.root_at(signed.size) == signed.root
        except IndexError:  # rows that the proof needs are gone
            same = False
        if not same:
            raise errors.RecordRolledBackError
    seen.signed, seen.looked_at = signed, time.monotonic()


def remember_at_commit(head: Head) -> None:
    """Remember the end of the record once the transaction that wrote it is committed."""
    key, size, frontier = (head.office_id, head.origin_number), head.size, bytes(head.frontier)

    def remember() -> None:
        seen = _seen.setdefault(key, _Seen())
        if size > seen.size:
            seen.size, seen.frontier = size, frontier

    transaction.on_commit(remember)
