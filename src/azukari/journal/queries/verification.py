"""The check of a whole record: bodies against hashes, columns and texts against bodies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from azukari.journal import errors, rules
from azukari.journal.models import Entry, EntryText, Head
from azukari.seal import chain, commitment

_WALK = 1_000


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
