"""A record changed with the rights of the database's owner: which of the looks finds it (security.md 3.1 b, 3.4).

Looks: `rows` the check of the whole record by itself; `append` the next append; `sign` the signer; `holder` whoever
kept a signed note from before; `export` the verification of an exported folder.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import rfc8785
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from azukari.journal import actions, errors, queries
from azukari.journal.actions import signing, standing
from azukari.journal.models import Entry, EntryText, Head, Tile
from azukari.journal.rules import Operation, Result, parse_body
from azukari.ops import records
from azukari.seal import chain
from azukari.seal.errors import ProofError, SealError
from azukari.seal.signer import FileSigner, Log, make_state
from azukari.tenancy.actions import keys
from tests.cast import NOW, Office
from tests.journal import owner
from tests.journal.test_record import SEEN, append

Change = Callable[[list[bytes]], list[bytes]]
REWRITTEN = {
    "edited": owner.edit(5),
    "dropped": owner.drop(5),
    "inserted": owner.insert(5),
    "reordered": owner.swap(5),
    "first edited": owner.edit(0),
    "cut, one": owner.cut(1),
    "cut, half": owner.cut(20),
}


def looks(note: str) -> set[str]:
    """Tell which looks find something."""
    found = set()
    try:
        queries.verify_record()
    except (errors.JournalDamagedError, SealError):
        found.add("rows")
    standing.forget()
    try:
        with transaction.atomic():
            standing.locked_head()
    except errors.RecordRolledBackError:
        found.add("append")
    standing.forget()
    try:
        keys.sign_record(now=NOW)
    except errors.RecordRolledBackError:
        found.add("sign")
    try:
        signing.check_against_note(note, keys.verifier_key())
    except ProofError:
        found.add("holder")
    return found


def signed(office: Office, entries: int = 40) -> str:
    append(office, entries)
    return keys.sign_record(now=NOW).note


def test_an_untouched_record_troubles_nobody(minato: Office) -> None:
    note = signed(minato)
    append(minato)
    assert looks(note) == set()


@pytest.mark.parametrize("name", REWRITTEN)
def test_a_record_rewritten_so_that_all_fits_is_found_by_signer_and_holders(minato: Office, name: str) -> None:
    note = signed(minato)
    owner.rewrite(REWRITTEN[name])
    # By itself it holds: only what was signed before tells.
    assert looks(note) == {"append", "sign", "holder"}


def test_rewritten_and_then_longer_than_before_is_found_all_the_same(minato: Office) -> None:
    note = signed(minato)
    owner.rewrite(owner.edit(3))
    owner.rewrite(lambda bodies: [*bodies, *(numbered(body, 20_000 + place) for place, body in enumerate(bodies[-9:]))])
    assert looks(note) >= {"append", "sign", "holder"}


def numbered(body: bytes, number: int) -> bytes:
    return rfc8785.dumps({**parse_body(body), "operation": number, "line": 1})


CLUMSY = {
    "edited": (lambda: Entry.objects.filter(seq=5).update(body=b'{"seq":5}'), {"rows"}),
    "hidden by a column": (lambda: Entry.objects.filter(seq=5).update(result=Result.FAILURE.value), {"rows"}),
    "dropped": (lambda: Entry.objects.filter(seq=5).delete(), {"rows"}),
    "tail dropped": (lambda: Entry.objects.filter(seq__gte=270).delete(), {"rows", "append"}),
    "leaf hash of the open tile": (
        lambda: Entry.objects.filter(seq=270).update(leaf_hash=b"\1" * 32),
        {"rows", "append"},
    ),
    "tile": (lambda: Tile.objects.update(hash=b"\1" * 32), {"append", "sign"}),
    "head": (lambda: Head.objects.update(size=3), {"rows", "append", "sign", "holder"}),
}


@pytest.mark.parametrize("name", CLUMSY)
def test_rows_changed_by_hand_are_found(minato: Office, name: str) -> None:
    change, expected = CLUMSY[name]
    note = signed(minato, 280)
    with owner.without_triggers():
        change()
    assert looks(note) >= expected


def test_an_older_copy_of_the_database_is_found(minato: Office) -> None:
    append(minato, 20)
    keep = {"size": Head.objects.get().size, "row": Head.objects.values().get(), "tiles": list(Tile.objects.all())}
    note = signed(minato)
    with owner.without_triggers():
        gone = Entry.objects.filter(seq__gte=keep["size"])
        EntryText.objects.filter(id__in=list(gone.values_list("id", flat=True))).delete()
        gone.delete()
        Tile.objects.all().delete()
        Tile.objects.bulk_create(keep["tiles"])
        Head.objects.update(**{name: value for name, value in keep["row"].items() if name not in {"id", "office_id"}})
    assert looks(note) == {"append", "sign", "holder"}
    with pytest.raises(errors.RecordRolledBackError):
        append(minato)
    assert queries.verify_record().size == keep["size"]  # what only reads goes on


def test_two_copies_that_went_on_apart_are_found_by_two_holders_of_notes(minato: Office, tmp_path: Path) -> None:
    signed(minato)
    append(minato, 7)
    first = keys.sign_record(now=NOW).note  # the first holder's
    here = [bytes(body) for body in Entry.objects.order_by("seq").values_list("body", flat=True)]
    apart = [*here[:-7], *(numbered(body, 30_000 + place) for place, body in enumerate(here[-9:]))]
    owner.rewrite(lambda _: apart)
    standing.forget()
    with pytest.raises(errors.RecordRolledBackError):  # the signer gives the second copy nothing
        keys.sign_record(now=NOW)
    # Whoever has the signer's key file too can sign a second history, with a state of his own.
    make_state(tmp_path / "state")
    stolen = FileSigner(settings.AZUKARI_SIGNER_KEY_FILE, tmp_path / "state")
    log = Log(minato.id, keys.sealed_log_key())
    stolen._begin(log.origin, 0, chain.EMPTY_ROOT)
    second = stolen.sign(log, len(apart), queries.root_at(len(apart)), [])  # the second holder's
    assert signing.check_against_note(second, keys.verifier_key()) == len(apart)
    with pytest.raises(ProofError):  # the first holder is shown the second copy
        signing.check_against_note(first, keys.verifier_key())
    owner.rewrite(lambda _: here)
    assert signing.check_against_note(first, keys.verifier_key()) == len(here)
    with pytest.raises(ProofError):  # the second holder is shown the first copy
        signing.check_against_note(second, keys.verifier_key())


def test_the_process_that_wrote_it_finds_a_shorter_record_without_asking_anybody(minato: Office) -> None:
    append(minato, 20)
    head = Head.objects.get()
    seen = standing._seen[minato.id, 1]
    seen.size, seen.frontier, seen.looked_at = head.size + 1, b"", float("inf")
    with pytest.raises(errors.RecordRolledBackError):
        append(minato)
    seen.size, seen.frontier = head.size, b"other"
    with pytest.raises(errors.RecordRolledBackError):
        append(minato)
    seen.frontier = bytes(head.frontier)
    append(minato)


def test_an_append_asks_the_database_nothing_more(minato: Office) -> None:
    append(minato)
    with CaptureQueriesContext(connection) as asked:
        append(minato)
    told = [query["sql"] for query in asked.captured_queries if "journal_" in query["sql"]]
    # Head read, entries, texts, head written; on PostgreSQL the two in the middle are COPY, past the log of statements.
    assert len(told) == (2 if connection.vendor == "postgresql" else 4), told


def test_after_the_restart_the_record_goes_on_and_says_so(minato: Office, capsys, tmp_path: Path) -> None:
    note = signed(minato)
    owner.rewrite(owner.cut(30))
    standing.forget()
    left = queries.tree_size()
    new = signing.restart(
        actor=minato.actor("aoki"), sealed_key=keys.sealed_log_key(), reason="ディスクの故障", now=NOW
    )
    assert new.note.startswith(f"azukari/office/{minato.id}/2\n{left + 1}\n")
    row = queries.list_entries(minato.actor("aoki"), queries.Filter()).rows[0]
    assert row.seq == left and "理由：ディスクの故障" in row.detail and note.split("\n")[1] in row.detail
    append(minato)
    assert keys.sign_record(now=NOW).size == left + 2
    with pytest.raises(ProofError):  # the old note is not proved by the new record
        signing.check_against_note(note, keys.verifier_key())
    with pytest.raises(errors.RecordNotRolledBackError):
        signing.restart(actor=minato.actor("aoki"), sealed_key=keys.sealed_log_key(), reason="もう一度", now=NOW)
    assert records.export_record(minato.code, str(tmp_path / "out"), with_names=True) == 0


@pytest.mark.parametrize("back", [5.0, 6.0, 3600.0, 3650 * 86400.0])
def test_a_clock_set_back_leaves_the_order_and_is_told(minato: Office, back: float) -> None:
    append(minato)
    actor = minato.actor("aoki")
    with transaction.atomic():
        Head.objects.update(last_at=NOW)
        before = queries.tree_size()
        appended = actions.append(
            actor=actor, operation=Operation(event=SEEN, screen="試験"), now=NOW - timedelta(seconds=back)
        )
    flagged = back > 5
    assert appended.first_seq == before
    assert queries.tree_size() == before + 1 + flagged
    rows = queries.list_entries(actor, queries.Filter(screen="時計")).rows
    assert bool(rows) == flagged
    assert Head.objects.get().set_back_no == (appended.number + 1 if flagged else None)
    append(minato)  # forward again, as far as it likes
    assert queries.verify_record().size == before + 2 + flagged
