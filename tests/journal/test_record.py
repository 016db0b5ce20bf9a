"""The handling record: order, lines, proofs from stored tiles, and what a change in the tables gives away."""

from __future__ import annotations

import pytest
from django.db import transaction

from azukari.journal import actions, errors, queries
from azukari.journal.models import Entry, EntryText, Head
from azukari.journal.rules import ABOUT_RECORDS, Event, Kind, Line, Operation, Result, parse_body
from azukari.seal import chain
from azukari.tenancy.actions import keys
from tests.cast import NOW, Office

SEEN = Event("test.thing.seen", "個人情報閲覧（一覧）", Kind.VIEW, ABOUT_RECORDS)


def append(office: Office, lines: int = 1, **changes) -> actions.Appended:
    operation = Operation(
        event=SEEN,
        screen="試験",
        lines=[
            Line(client_id=office.clients["aoba"], client_name="あおば", person_name=f"対象{n}", **changes)
            for n in range(lines)
        ],
    )
    with transaction.atomic():
        return actions.append(actor=office.actor("aoki"), operation=operation, now=NOW)


def test_one_operation_has_one_number_and_a_line_for_each_person(minato: Office) -> None:
    appended = append(minato, 3)
    rows = queries.list_entries(minato.actor("aoki"), queries.Filter(operation=appended.number)).rows
    assert [row.number for row in reversed(rows)] == [f"{appended.number}-{line}" for line in (1, 2, 3)]
    assert appended.label(2) == f"{appended.number}-2"


def test_names_stand_in_the_tree_as_commitments_only(minato: Office) -> None:
    appended = append(minato)
    body = queries.entry_body(appended.first_seq)
    assert "対象0".encode() not in body
    assert set(parse_body(body)["commitments"]) == {"staff", "address", "client", "person"}


@pytest.mark.parametrize("size", [1, 200, 255, 256, 257, 600])
def test_proofs_read_from_tiles_hold(minato: Office, size: int) -> None:
    start = queries.tree_size()
    append(minato, max(1, size - start))
    size = queries.tree_size()
    root = chain.Frontier.from_bytes(bytes(Head.objects.get().frontier)).root()
    for index in {0, 1, size // 2, size - 1}:
        leaf = chain.leaf_hash(queries.entry_body(index))
        chain.verify_inclusion(leaf, index, size, queries.inclusion_proof(index, size), root)


def test_a_later_head_continues_an_earlier_one(minato: Office) -> None:
    append(minato, 250)
    old = Head.objects.get()
    append(minato, 300)
    new = Head.objects.get()
    roots = [chain.Frontier.from_bytes(bytes(head.frontier)).root() for head in (old, new)]
    chain.verify_consistency(old.size, new.size, *roots, queries.consistency_proof(old.size, new.size))


def test_tiles_and_entries_grown_in_small_steps_equal_those_of_one_step(minato: Office) -> None:
    for _ in range(40):
        append(minato, 17)
    hashes = queries.hashes_between(0, 0, queries.tree_size())
    assert queries.hashes_between(1, 0, 9) == [
        chain.tile_hash(hashes[place : place + 256]) for place in range(0, len(hashes) - 255, 256)
    ]


def _change(office: Office, **changes: object) -> None:
    seq = append(office).first_seq
    append(office)
    Entry.objects.filter(seq=seq).update(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"body": b"{}"},
        {"leaf_hash": b"\0" * 32},
        {"result": Result.FAILURE.value},
        {"label": "マイナンバー登録"},
        {"staff_id": None},
        {"screen": "別の画面"},
        {"kind": Kind.OUTPUT.value},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_changed_entry_is_found(minato: Office, changes: dict[str, object]) -> None:
    _change(minato, **changes)
    with pytest.raises(errors.JournalDamagedError):
        queries.verify_record()


def test_a_changed_name_is_found_and_an_erased_one_is_not(minato: Office) -> None:
    entry = Entry.objects.get(seq=append(minato).first_seq)
    EntryText.objects.filter(id=entry.id).delete()
    queries.verify_record()
    other = Entry.objects.get(seq=append(minato).first_seq)
    EntryText.objects.filter(id=other.id).update(texts={"person": "別の人"})
    with pytest.raises(errors.JournalDamagedError):
        queries.verify_record()


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_removed_entry_is_found(minato: Office, place: str) -> None:
    append(minato, 5)
    seq = {"first": 0, "middle": queries.tree_size() // 2, "last": queries.tree_size() - 1}[place]
    Entry.objects.filter(seq=seq).delete()
    with pytest.raises(errors.JournalDamagedError):
        queries.verify_record()


def test_the_list_is_filtered_and_paged_by_place(minato: Office) -> None:
    append(minato, 7)
    failed = append(minato, result=Result.FAILURE)
    actor = minato.actor("aoki")
    first = queries.list_entries(actor, queries.Filter(screen="試験"), size=3)
    second = queries.list_entries(actor, queries.Filter(screen="試験"), before=first.older, size=3)
    back = queries.list_entries(actor, queries.Filter(screen="試験"), after=second.newer, size=3)
    assert first.rows[0].number == failed.label()
    assert [row.seq for row in back.rows] == [row.seq for row in first.rows]
    assert {row.seq for row in first.rows}.isdisjoint(row.seq for row in second.rows)
    assert first.count == 8
    only_failed = queries.list_entries(actor, queries.Filter(result=Result.FAILURE)).rows
    assert [row.number for row in only_failed] == [failed.label()]


def test_staff_of_one_client_see_its_lines_and_their_own(minato: Office) -> None:
    append(minato)
    ono = minato.actor("ono")
    rows = queries.list_entries(ono, queries.Filter()).rows
    assert rows
    own = [row for row in rows if row.client_id is None]
    assert all(row.client_id == minato.clients["aoba"] for row in rows if row not in own)
    assert own and {row.staff for row in own} == {"大野 健一"}


def test_the_head_is_signed_once(minato: Office) -> None:
    append(minato)
    first = keys.sign_record(now=NOW).note
    assert keys.sign_record(now=NOW).note == first
    append(minato)
    assert keys.sign_record(now=NOW).note != first
