"""Signed heads: what others keep as witnesses. And the way on after a record that was rolled back."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from azukari.journal import actions, errors, queries, rules
from azukari.journal.actions import standing
from azukari.journal.models import Checkpoint, Head
from azukari.journal.rules import events as rule_events
from azukari.kernel.actor import Actor
from azukari.seal import chain, time_stamps
from azukari.seal import checkpoint as notes
from azukari.seal.errors import ProofError, SignerRefusedError, TimeStampError
from azukari.store import time_authority

_log = logging.getLogger("azukari.record")

# Each try lost is another process's signature: as many as may sign at once, and more.
_TRIES = 100
# security.md 3.5: after a change within ten minutes, otherwise once a day.
CHANGED_EVERY, OTHERWISE_EVERY = timedelta(minutes=10), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A signed note and the size of the tree it speaks of."""

    note: str
    size: int


def sign_head(*, sealed_key: bytes, now: datetime) -> SignedHead:
    """Sign the present head and keep the note; a head that is signed already gives the same note.

    Must not run inside a transaction: an entry that may still be rolled back must never be signed.
    Raises: RecordRolledBackError; SignerMissingError.
    """
    for tried in range(_TRIES):
        signed = standing.signer().last(standing.log_of(Head.objects.get()))
        with transaction.atomic(durable=True):
            head = Head.objects.get()  # after the signer was asked: what it signed is committed
            standing.check_signed(head, signed)
            assert signed is not None  # check_signed
            try:
                proof = queries.consistency_proof(signed.size, head.size)
            except IndexError as error:  # rows that the proof needs are gone
                raise errors.RecordRolledBackError from error
        root = chain.Frontier.from_bytes(bytes(head.frontier)).root()
        try:
            note = standing.signer().sign(standing.log_of(head, sealed_key), head.size, root, proof)
        except SignerRefusedError as error:
            if standing.signer().last(standing.log_of(head)) == signed:
                raise errors.RecordRolledBackError from error
            if tried == _TRIES - 1:
                raise
            continue  # another process signed a longer record meanwhile: once more from there
        kept = Checkpoint(origin_number=head.origin_number, size=head.size, note=note, signed_at=now)
        Checkpoint.objects.bulk_create(
            [kept],
            update_conflicts=True,
            unique_fields=["office_id", "origin_number", "size"],
            update_fields=["signed_at"],
        )
        return SignedHead(note, head.size)
    raise AssertionError


def sign_due(*, sealed_key: bytes, now: datetime) -> int:
    """Sign the head of the office in force if it is time: ten minutes after a change, otherwise daily. Gives 0 or 1."""
    head = Head.objects.get()
    newest = queries.newest_checkpoint()
    if head.size == 0:
        return 0
    if newest is not None:
        every = CHANGED_EVERY if newest.size < head.size else OTHERWISE_EVERY
        if now - newest.signed_at < every:
            return 0
    sign_head(sealed_key=sealed_key, now=now)
    return 1


def stamp_due(*, now: datetime) -> int:
    """Have the time-stamping authority stamp the newest note, once a day (security.md 3.5). Gives 0 or 1.

    Nothing without an authority; one that is away is asked again at the next call. Must not run inside a transaction.
    """
    if not time_authority.is_set_up():
        return 0
    last = Checkpoint.objects.filter(stamped_at__isnull=False).order_by("-stamped_at").first()
    if last is not None and last.stamped_at is not None and abs(now - last.stamped_at) < OTHERWISE_EVERY:
        return 0
    number = Head.objects.values_list("origin_number", flat=True).get()
    newest = Checkpoint.objects.filter(origin_number=number).order_by("-size").first()
    if newest is None or newest.stamped_at is not None:
        return 0
    note = newest.note.encode()
    try:
        roots = time_stamps.read_roots(time_authority.trusted_roots())
        token = time_stamps.token_of(time_authority.send(time_stamps.ask(note)), note, roots)
    except (time_authority.TimeAuthorityAwayError, TimeStampError) as error:
        _log.warning("no time stamp for the record: %s", error)
        return 0
    return Checkpoint.objects.filter(id=newest.id, stamped_at=None).update(stamp=token, stamped_at=now)


def restart(*, actor: Actor, sealed_key: bytes, reason: str, now: datetime) -> SignedHead:
    """Close the origin in force and go on under the next one, with an entry that states the break.

    The entries that are left stay where they are; the new origin holds them too. Gives the first note of the new origin.
    Raises: RecordNotRolledBackError when nothing is wrong with the record.
    """
    head = Head.objects.get()
    signed = standing.signer().last(standing.log_of(head))
    try:
        standing.check_signed(head, signed)
    except errors.RecordRolledBackError:
        pass
    else:
        raise errors.RecordNotRolledBackError
    told = _last_signed(head)
    number = standing.signer().restart(standing.log_of(head))
    with transaction.atomic(durable=True):
        head = Head.objects.lock().get()
        head.origin_number = number
        head.save(update_fields=["origin_number"])
        operation = rules.Operation(
            event=rule_events.RESTARTED,
            screen="コマンド",
            lines=[
                rules.Line(
                    detail=f"{told}。残っていた記録は{head.size}件。理由：{reason}",
                    document_sha256=hashlib.sha256(told.encode()).hexdigest(),
                )
            ],
        )
        actions.append(actor=actor, operation=operation, now=now)
    return sign_head(sealed_key=sealed_key, now=now)


def _last_signed(head: Head) -> str:
    """Tell in words the last head signed under the origin in force."""
    log = standing.log_of(head)
    signed = standing.signer().last(log)
    if signed is None:
        newest = queries.newest_checkpoint()
        if newest is None:
            return f"前の記録 {log.origin} の署名の状態は失われ、控えもない"
        signed = notes.read_unverified(newest.note)
    return f"前の記録 {log.origin} は{signed.size}件まで署名済み（ルート {signed.root.hex()}）"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the record stands against the signer: its origin, its size, and how many entries were signed last."""

    origin: str
    size: int
    signed: int | None


def tell_standing() -> Standing:
    """Tell how the record of the office in force stands against the signer. Raises: SignerMissingError."""
    head = Head.objects.get()
    log = standing.log_of(head)
    signed = standing.signer().last(log)
    return Standing(log.origin, head.size, signed.size if signed else None)


def check_against_signer() -> int:
    """Check that the record continues what was signed last. Gives the size signed.

    Raises: RecordRolledBackError, SignerMissingError.
    """
    standing.forget()
    signed = standing.signer().last(standing.log_of(Head.objects.get()))
    standing.check_signed(Head.objects.get(), signed)
    return signed.size if signed else 0


def check_against_note(note: str, verifier_key: str) -> int:
    """Check that the record continues a note somebody kept. Gives the note's size. Raises: ProofError."""
    head = Head.objects.get()
    kept = notes.verify_checkpoint(note, verifier_key)
    if kept.origin != standing.log_of(head).origin:
        raise ProofError("この控えは、区切る前の記録のものです。断絶を述べた記録の行を確かめてください。")
    if kept.size > head.size:
        raise ProofError(f"控えは{kept.size}件ですが、今の記録は{head.size}件しかありません。")
    root = chain.Frontier.from_bytes(bytes(head.frontier)).root()
    try:
        proof = queries.consistency_proof(kept.size, head.size)
    except IndexError:
        raise ProofError("証明に要る記録が抜けています。") from None
    chain.verify_consistency(kept.size, head.size, kept.root, root, proof)
    return kept.size


def take_set_back() -> int | None:
    """Take the NO of a flagged entry about the clock nobody was told of yet. Inside the caller's transaction."""
    found = Head.objects.filter(set_back_no__isnull=False).values_list("set_back_no", flat=True).first()
    if found is not None:
        Head.objects.filter(set_back_no=found).update(set_back_no=None)
    return found
