"""Proofs: that an entry is in the tree, that a later tree continues an earlier one, and what both are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from azukari.journal.models import TILE_WIDTH, Checkpoint, Entry, Head, Tile
from azukari.journal.queries.lines import entry_body
from azukari.seal import chain
from azukari.seal.signer import Log


def tree_size() -> int:
    """Tell how many entries the record of the office in force has."""
    return Head.objects.values_list("size", flat=True).get()


def hashes_between(level: int, start: int, end: int) -> list[bytes]:
    """Read the subtree hashes [start, end) of one tile level; level 0 are the leaves themselves."""
    if level == 0:
        leaves = Entry.objects.filter(seq__gte=start, seq__lt=end).order_by("seq")
        return [bytes(leaf) for leaf in leaves.values_list("leaf_hash", flat=True)]
    tiles = Tile.objects.filter(level=level, index__gte=start, index__lt=end).order_by("index")
    return [bytes(tile) for tile in tiles.values_list("hash", flat=True)]


def inclusion_proof(index: int, size: int) -> list[bytes]:
    """Build the proof that entry `index` is in the tree of `size` entries (RFC 6962 section 2.1.1)."""
    return chain.inclusion_proof(index, size, _Subtrees())


def consistency_proof(old: int, new: int) -> list[bytes]:
    """Build the proof that the tree of `new` entries continues that of `old` (RFC 6962 section 2.1.2)."""
    return chain.consistency_proof(old, new, _Subtrees())


class _Subtrees:
    """Serves complete subtrees from stored tiles: one row of at most 256 hashes a step, read once."""

    def __init__(self) -> None:
        self._read: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        tile_level, rest = divmod(level, 8)
        width = 1 << rest
        tile, offset = divmod(index * width, TILE_WIDTH)
        key = (tile_level, tile)
        if key not in self._read:
            self._read[key] = hashes_between(tile_level, tile * TILE_WIDTH, (tile + 1) * TILE_WIDTH)
        row = self._read[key][offset : offset + width]
        while len(row) > 1:
            row = [chain.node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
        return row[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A signed head of the record as it was kept: how many entries it covers, when it was signed, the note itself."""

    size: int
    signed_at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What proves one entry: its place, its own hash, the size and root of the tree, and the hashes between them.

    `signed` is the first signed head that covers the entry, None while there is none.
    """

    index: int
    size: int
    root: str
    leaf: str
    hashes: tuple[str, ...]
    signed: SignedHead | None


def prove(seq: int) -> Proved:
    """Check one entry against the present head by its inclusion proof. Raises: ProofError, EntryNotFoundError."""
    head = Head.objects.get()
    root = chain.Frontier.from_bytes(bytes(head.frontier)).root()
    leaf = chain.leaf_hash(entry_body(seq))
    path = inclusion_proof(seq, head.size)
    chain.verify_inclusion(leaf, seq, head.size, path, root)
    kept = Checkpoint.objects.filter(size__gt=seq).order_by("size").first()
    return Proved(
        index=seq,
        size=head.size,
        root=root.hex(),
        leaf=leaf.hex(),
        hashes=tuple(step.hex() for step in path),
        signed=SignedHead(size=kept.size, signed_at=kept.signed_at, note=kept.note) if kept else None,
    )


# For the backup, which asks a snapshot of its own and not the ORM: office, size, frontier of every record.
HEADS = "SELECT office_id, size, frontier FROM journal_head ORDER BY office_id"


def root_of(frontier: bytes) -> bytes:
    """Give the root of a tree from its stored frontier."""
    return chain.Frontier.from_bytes(frontier).root()


def origin() -> str:
    """Give the name of the office's record in checkpoints (C2SP tlog-checkpoint origin)."""
    head = Head.objects.get()
    return Log(head.office_id, number=head.origin_number).origin


def root_at(size: int) -> bytes:
    """Compute the root the record had at `size` entries. Raises: IndexError when rows for it are missing."""
    return chain.root_of(size, _Subtrees())


@dataclass(frozen=True, slots=True)
class SignedNote:
    """The newest note signed under the origin in force."""

    size: int
    note: str
    signed_at: datetime


def newest_checkpoint() -> SignedNote | None:
    """Give the newest signed note of the office in force, None before the first."""
    number = Head.objects.values_list("origin_number", flat=True).get()
    row = Checkpoint.objects.filter(origin_number=number).order_by("-size").first()
    return SignedNote(row.size, row.note, row.signed_at) if row else None


@dataclass(frozen=True, slots=True)
class StampedNote:
    """A signed note with its time stamp: size, note, RFC 3161 token (DER), when it was asked for."""

    size: int
    note: str
    token: bytes
    at: datetime


def newest_stamped() -> StampedNote | None:
    """Give the newest note that a time-stamping authority stamped, None where none is."""
    number = Head.objects.values_list("origin_number", flat=True).get()
    found = _stamped(number).order_by("-size").first()
    return _read_stamped(found) if found else None


def stamped_until(size: int) -> Iterator[StampedNote]:
    """Give the stamped notes under the origin in force up to a size, the oldest first."""
    number = Head.objects.values_list("origin_number", flat=True).get()
    return map(_read_stamped, _stamped(number).filter(size__lte=size).order_by("size").iterator())


def _stamped(number: int) -> QuerySet[Checkpoint]:
    return Checkpoint.objects.filter(origin_number=number, stamped_at__isnull=False)


def _read_stamped(row: Checkpoint) -> StampedNote:
    assert row.stamped_at is not None
    return StampedNote(row.size, row.note, bytes(row.stamp), row.stamped_at)


def notes_until(size: int) -> Iterator[str]:
    """Give the notes signed under the origin in force up to a size, the oldest first."""
    number = Head.objects.values_list("origin_number", flat=True).get()
    found = Checkpoint.objects.filter(origin_number=number, size__lte=size).order_by("size")
    return iter(found.values_list("note", flat=True).iterator())
