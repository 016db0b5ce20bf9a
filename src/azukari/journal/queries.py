"""Reads of the record: pages of the list, one entry, proofs, and the check of the whole tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from azukari.journal import errors, rules
from azukari.journal.models import TILE_WIDTH, Checkpoint, Entry, EntryText, Head, Tile
from azukari.journal.rules import KIND_LABELS, RESULT_LABELS, TAKEN_OUT_LABELS, Kind, Result, TakenOut
from azukari.kernel.actor import Actor
from azukari.seal import chain, commitment
from azukari.seal.signer import Log

COUNT_CAP = 10_000
_WALK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One line of 個人番号関係事務処理一覧, with the ten columns as people read them."""

    id: UUID
    seq: int
    number: str
    at: datetime
    staff: str
    client: str
    person: str
    screen: str
    label: str
    taken_out: str
    kind: str
    result: str
    failed: bool
    detail: str
    purpose: str
    client_id: UUID | None
    person_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the list is narrowed to. Moments are half-open: from ≤ at < until."""

    since: datetime | None = None
    until: datetime | None = None
    staff_id: UUID | None = None
    client_id: UUID | None = None
    person_ids: Sequence[UUID] | None = None
    kind: Kind | None = None
    result: Result | None = None
    screen: str = ""
    taken_out_only: bool = False
    operation: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page by keyset: `older` and `newer` are the places to continue from, None at an end."""

    rows: list[EntryRow]
    count: int
    capped: bool
    older: int | None
    newer: int | None


def list_entries(
    actor: Actor,
    wanted: Filter,
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = 50,
    counted: bool = True,
) -> Page:
    """List entries newest first: those an actor may see, narrowed, one page from a place in the tree.

    Not `counted`: the page's own rows are all that is asked for, and its count is theirs.
    """
    found = Entry.objects.filter(_condition(actor, wanted))
    page = found
    if before is not None:
        page = page.filter(seq__lt=before)
    if after is not None:
        page = page.filter(seq__gt=after).order_by("seq")
    else:
        page = page.order_by("-seq")
    columns = list(page.values(*_COLUMNS)[: size + 1])
    more = len(columns) > size
    columns = columns[:size]
    if after is not None:
        columns.reverse()
    count = found.values("id")[: COUNT_CAP + 1].count() if counted else len(columns)
    newest, oldest = (columns[0]["seq"], columns[-1]["seq"]) if columns else (None, None)
    came_back = after is not None
    return Page(
        rows=_rows(columns),
        count=min(count, COUNT_CAP),
        capped=count > COUNT_CAP,
        older=oldest if (more or came_back) and columns else None,
        newer=newest if (before is not None or (came_back and more)) and columns else None,
    )


_COLUMNS = (
    "id", "seq", "operation", "line", "at", "client_id", "person_id", "label", "kind", "result", "screen",
    "purpose", "taken_out",
)  # fmt: skip


def _condition(actor: Actor, wanted: Filter) -> Q:
    condition = Q()
    if actor.client_ids is not None:
        # Lines about no client (log-ins, settings) are seen by whoever made them.
        condition &= Q(client_id__in=actor.client_ids) | Q(client_id=None) & _own(actor)
    pairs: dict[str, Any] = {
        "at__gte": wanted.since,
        "at__lt": wanted.until,
        "staff_id": wanted.staff_id,
        "client_id": wanted.client_id,
        "person_id__in": wanted.person_ids,
        "kind": wanted.kind,
        "result": wanted.result,
        "screen": wanted.screen or None,
        "operation": wanted.operation,
    }
    condition &= Q(**{name: value for name, value in pairs.items() if value is not None})
    if wanted.taken_out_only:
        condition &= ~Q(taken_out__in=["", TakenOut.SCREEN])
    return condition


def _own(actor: Actor) -> Q:
    """What a person did: staff by staff ID, people of client companies by user ID. The system owns nothing."""
    if actor.user_id is not None:
        return Q(user_id=actor.user_id)
    return Q(staff_id=actor.staff_id) if actor.staff_id is not None else Q(pk__in=[])


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRow:
    """One line of a person's own log-in history."""

    at: datetime
    label: str
    detail: str
    address: str
    failed: bool


def list_own_access(actor: Actor, *, size: int = 20) -> list[AccessRow]:
    """List a person's own log-ins and what belongs to them, newest first."""
    found = Entry.objects.filter(_own(actor), kind=Kind.ACCESS).order_by("-seq")
    columns = list(found.values("id", "at", "label", "result")[:size])
    texts = dict(EntryText.objects.filter(id__in=[row["id"] for row in columns]).values_list("id", "texts"))
    return [
        AccessRow(
            at=row["at"],
            label=row["label"],
            detail=texts.get(row["id"], {}).get("detail", ""),
            address=texts.get(row["id"], {}).get("address", ""),
            failed=row["result"] == Result.FAILURE,
        )
        for row in columns
    ]


def _rows(columns: Sequence[dict[str, Any]]) -> list[EntryRow]:
    texts = dict(EntryText.objects.filter(id__in=[row["id"] for row in columns]).values_list("id", "texts"))
    return [_row(row, texts.get(row["id"], {})) for row in columns]


def _row(row: dict[str, Any], words: dict[str, str]) -> EntryRow:
    taken_out = TAKEN_OUT_LABELS[TakenOut(row["taken_out"])]
    if words.get("taken_out"):
        taken_out = f"{taken_out}：{words['taken_out']}" if taken_out else words["taken_out"]
    return EntryRow(
        id=row["id"],
        seq=row["seq"],
        number=f"{row['operation']}-{row['line']}",
        at=row["at"],
        staff=words.get("staff", ""),
        client=words.get("client", ""),
        person=words.get("person", ""),
        screen=row["screen"],
        label=row["label"],
        taken_out=taken_out,
        kind=KIND_LABELS[Kind(row["kind"])],
        result=RESULT_LABELS[Result(row["result"])],
        failed=row["result"] == Result.FAILURE,
        detail=words.get("detail", ""),
        purpose=row["purpose"],
        client_id=row["client_id"],
        person_id=row["person_id"],
    )


def get_entry_for(actor: Actor, seq: int) -> EntryRow:
    """Get one entry this actor may see. Raises: EntryNotFoundError."""
    row = Entry.objects.filter(_condition(actor, Filter()), seq=seq).values(*_COLUMNS).first()
    if row is None:
        raise errors.EntryNotFoundError
    return _rows([row])[0]


def entry_body(seq: int) -> bytes:
    """Give the canonical bytes of one entry. Raises: EntryNotFoundError."""
    body = Entry.objects.filter(seq=seq).values_list("body", flat=True).first()
    if body is None:
        raise errors.EntryNotFoundError
    return bytes(body)


def list_screens() -> list[str]:
    """List the 処理画面 that occur in this office's record, for the filter."""
    return sorted(set(Entry.objects.order_by("screen").values_list("screen", flat=True).distinct()))


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


def notes_until(size: int) -> Iterator[str]:
    """Give the notes signed under the origin in force up to a size, the oldest first."""
    number = Head.objects.values_list("origin_number", flat=True).get()
    found = Checkpoint.objects.filter(origin_number=number, size__lte=size).order_by("size")
    return iter(found.values_list("note", flat=True).iterator())


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


@dataclass(frozen=True, slots=True)
class Verified:
    """The outcome of checking a whole record: how many entries, and the root they give."""

    size: int
    root: bytes


def verify_record() -> Verified:
    """Check the whole record of the office in force: bodies against hashes, columns and texts against bodies.

    Raises: JournalDamagedError naming the first NO that does not hold.
    """
    head = Head.objects.get()
    frontier = chain.Frontier()
    leaves: list[bytes] = []
    expected = 0
    # Only up to the head read above: the office may go on working while its record is checked.
    for entry, text in entries_with_texts(head.size):
        number = f"{entry.operation}-{entry.line}"
        if entry.seq != expected:
            raise errors.JournalDamagedError(number=number, why="記録の順番が抜けています。")
        body = bytes(entry.body)
        if chain.leaf_hash(body) != bytes(entry.leaf_hash):
            raise errors.JournalDamagedError(number=number, why="内容が書き換えられています。")
        told = rules.parse_body(body)
        _check_columns(entry, told, number)
        _check_texts(text, told, number)
        leaves.append(bytes(entry.leaf_hash))
        expected += 1
        if len(leaves) == _WALK:
            frontier, leaves = frontier.append_many(leaves), []
    frontier = frontier.append_many(leaves)
    if expected != head.size or frontier.to_bytes() != bytes(head.frontier):
        raise errors.JournalDamagedError(number=str(head.operation), why="記録の末尾が一致しません。")
    return Verified(size=expected, root=frontier.root())


def entries_with_texts(size: int) -> Iterator[tuple[Entry, EntryText | None]]:
    """Walk the record in order, a thousand entries at a time."""
    start = 0
    while True:
        entries = list(Entry.objects.filter(seq__gte=start, seq__lt=size).order_by("seq")[:_WALK])
        if not entries:
            return
        texts = EntryText.objects.in_bulk([entry.id for entry in entries])
        for entry in entries:
            yield entry, texts.get(entry.id)
        start = entries[-1].seq + 1


def _check_columns(entry: Entry, told: dict[str, Any], number: str) -> None:
    """The search columns repeat the body; a column changed alone would hide an entry from a filter."""
    same = (
        told["seq"] == entry.seq
        and told["office"] == str(entry.office_id)
        and (told["operation"], told["line"]) == (entry.operation, entry.line)
        and told["at"] == entry.at.isoformat(timespec="microseconds")
        and told["actor"]["staff"] == (str(entry.staff_id) if entry.staff_id else None)
        and told.get("user") == (str(entry.user_id) if entry.user_id else None)
        and told["client"] == (str(entry.client_id) if entry.client_id else None)
        and told["person"] == (str(entry.person_id) if entry.person_id else None)
        and (told["event"], told["label"], told["kind"]) == (entry.event, entry.label, entry.kind)
        and (told["result"], told["screen"]) == (entry.result, entry.screen)
        and (told["purpose"], told["taken_out"]) == (entry.purpose, entry.taken_out)
    )
    if not same:
        raise errors.JournalDamagedError(number=number, why="検索用の項目が書き換えられています。")


def _check_texts(text: EntryText | None, told: dict[str, Any], number: str) -> None:
    """Texts must open their commitments; an erased text row is allowed, a changed one is not."""
    if text is None:
        return
    shown = {name: commitment.commit(bytes(text.salt), name, value).hex() for name, value in text.texts.items()}
    if shown != told["commitments"]:
        raise errors.JournalDamagedError(number=number, why="氏名や内容の文字が書き換えられています。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What proves one entry: the present size of the tree, its root, and the hash of the entry itself."""

    size: int
    root: str
    leaf: str


def prove(seq: int) -> Proved:
    """Check one entry against the present head by its inclusion proof. Raises: ProofError, EntryNotFoundError."""
    head = Head.objects.get()
    root = chain.Frontier.from_bytes(bytes(head.frontier)).root()
    leaf = chain.leaf_hash(entry_body(seq))
    chain.verify_inclusion(leaf, seq, head.size, inclusion_proof(seq, head.size), root)
    return Proved(size=head.size, root=root.hex(), leaf=leaf.hex())
