"""The one door to the record: `append`. What is signed of it, and when: `signing`.

`append` runs inside the caller's transaction. For a registration or a disposal that is the transaction of
the act; for showing a number the caller commits first and opens afterwards: no record, no access.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from azukari.journal import queries, rules
from azukari.journal.actions import standing
from azukari.journal.models import TILE_WIDTH, Entry, EntryText, Head, Tile
from azukari.journal.rules import events
from azukari.kernel.actor import Actor
from azukari.kernel.ids import new_id
from azukari.seal import chain, commitment
from azukari.store.bulk import insert_rows

# The order of the record is its index, never its clock; a clock that goes back further than this is told.
CLOCK_SLACK = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an operation stands in the record: its NO and the place of its first line in the tree."""

    number: int
    first_seq: int
    lines: int

    def label(self, line: int = 1) -> str:
        """Give the NO as people read it, e.g. 300-2."""
        return f"{self.number}-{line}"


def open_journal() -> None:
    """Start the record of the office in force, with nothing in it."""
    Head.objects.create(frontier=chain.Frontier().to_bytes())


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next operation will stand: its NO, the index of its first line, the origin of the tree."""

    number: int
    index: int
    origin: str


def lock() -> Place:
    """Lock the end of the record until the transaction ends: nothing else of this office is written meanwhile.

    A certificate names its own place in the record before it is appended.
    Raises: RecordRolledBackError when the record does not continue what was signed.
    """
    head = standing.locked_head()
    return Place(number=head.operation + 1, index=head.size, origin=standing.log_of(head).origin)


def append(*, actor: Actor, operation: rules.Operation, now: datetime) -> Appended:
    """Append one operation with its lines. Must run inside a transaction: at its commit the entries are in the tree.

    Raises: TransactionManagementError outside a transaction; RecordRolledBackError when the record does not continue
    what was signed.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("the record is appended inside the transaction of the act")
    head = standing.locked_head()
    appended = _write(head, actor=actor, operation=operation, now=now)
    if head.last_at is not None and head.last_at - now > CLOCK_SLACK:
        back = int((head.last_at - now).total_seconds())
        told = rules.Operation(
            event=events.CLOCK_SET_BACK, screen="時計", lines=[rules.Line(detail=f"{back}秒前に戻った時刻")]
        )
        head.set_back_no = _write(head, actor=actor, operation=told, now=now).number
    head.last_at = now
    head.save(update_fields=["size", "operation", "frontier", "last_at", "set_back_no"])
    standing.remember_at_commit(head)
    return appended


def _write(head: Head, *, actor: Actor, operation: rules.Operation, now: datetime) -> Appended:
    """Write one operation behind the locked head, and move the head on in memory."""
    number = head.operation + 1
    entries: list[tuple[object, ...]] = []
    texts: list[tuple[object, ...]] = []
    leaves: list[bytes] = []
    kept: dict[str, object] = {
        "at": now,
        "staff_id": actor.staff_id,
        "user_id": actor.user_id,
        "event": operation.event.code,
        "label": operation.event.label,
        "kind": operation.event.kind.value,
        "screen": operation.screen,
        "purpose": operation.purpose,
        "taken_out": operation.taken_out.value,
    }
    for offset, line in enumerate(operation.lines):
        salt = commitment.new_salt()
        words = rules.texts_of(actor, operation, line)
        body = rules.build_entry(
            actor=actor,
            operation=operation,
            line=line,
            seq=head.size + offset,
            number=number,
            line_number=offset + 1,
            at=now,
            commitments={name: commitment.commit(salt, name, value).hex() for name, value in words.items()},
        )
        leaf = chain.leaf_hash(body)
        leaves.append(leaf)
        entry_id = new_id()
        entries.append(
            (
                entry_id,
                actor.office_id,
                head.size + offset,
                number,
                offset + 1,
                line.client_id,
                line.person_id,
                line.result.value,
                body,
                leaf,
                *kept.values(),
            )
        )
        texts.append((entry_id, actor.office_id, salt, words))
    insert_rows(
        Entry,
        ["id", "office_id", "seq", "operation", "line", "client_id", "person_id", "result", "body", "leaf_hash", *kept],
        entries,
    )
    insert_rows(EntryText, ["id", "office_id", "salt", "texts"], texts)
    _write_tiles(head.size, leaves)
    first = head.size
    head.frontier = chain.Frontier.from_bytes(bytes(head.frontier)).append_many(leaves).to_bytes()
    head.size += len(leaves)
    head.operation = number
    return Appended(number=number, first_seq=first, lines=len(leaves))


def _write_tiles(first: int, leaves: list[bytes]) -> None:
    """Store the hash of every subtree of 256, 65,536, … leaves that the new leaves complete."""
    hashes, start, level = leaves, first, 1
    while (start + len(hashes)) // TILE_WIDTH > start // TILE_WIDTH:
        begin = start - start % TILE_WIDTH
        before = queries.hashes_between(level - 1, begin, start)
        row = before + hashes
        tiles = [
            chain.tile_hash(row[place : place + TILE_WIDTH])
            for place in range(0, len(row) - TILE_WIDTH + 1, TILE_WIDTH)
        ]
        first_tile = begin // TILE_WIDTH
        Tile.objects.bulk_create(
            Tile(level=level, index=first_tile + place, hash=value) for place, value in enumerate(tiles)
        )
        hashes, start, level = tiles, first_tile, level + 1
