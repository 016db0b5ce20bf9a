"""What the checks do to a file on its way, with a real clamd: held, quarantined, released, waiting while it is away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from azukari.exchange.actions import deliveries, examination, quarantine
from azukari.exchange.errors.content import ContentRefusedError
from azukari.exchange.errors.deliveries import DeliveryNotFoundError, DraftRefusedError, NotReadyError
from azukari.exchange.models import Delivery, FilePart, Receipt, StoredFile
from azukari.exchange.rules.states import DeliveryState, FileState, Scan
from azukari.journal.models import Entry
from azukari.store import scanner
from azukari.tenancy.errors import PermissionNotAllowed
from azukari.tenancy.models import Office as OfficeRow
from tests.cast import NOW, Office
from tests.exchange.hands import TEXT, begin, hand_in, put, send, user
from tests.store import clamd
from tests.store.test_scanner import encrypted_zip

VIRUS = b"text\n" + clamd.MARKER + b"\n"


@pytest.fixture(scope="module")
def daemon() -> Iterator[clamd.Clamd]:
    if clamd.find_program() is None:
        pytest.skip("no clamd on this machine")
    with tempfile.TemporaryDirectory() as folder, clamd.running(Path(folder)) as running:
        yield running


@pytest.fixture
def scanned(daemon: clamd.Clamd) -> Iterator[None]:
    """The scanner is set up."""
    scanner.configure(daemon.address)
    yield
    scanner.configure("")


def test_without_a_scanner_it_says_so(minato: Office) -> None:
    assert StoredFile.objects.get(id=hand_in(minato).file_id).scan == Scan.NOT_SCANNED


@pytest.mark.usefixtures("scanned")
def test_a_clean_file_is_scanned(minato: Office) -> None:
    assert StoredFile.objects.get(id=hand_in(minato).file_id).scan == Scan.CLEAN


@pytest.mark.usefixtures("scanned")
def test_a_virus_is_quarantined_and_released_by_a_manager_alone(minato: Office) -> None:
    line = hand_in(minato, VIRUS)
    assert line.state == DeliveryState.QUARANTINED and Receipt.objects.filter(delivery=line).exists()
    with pytest.raises(NotReadyError):
        deliveries.open_ordinary(actor=minato.actor("aoki"), delivery_id=line.id, now=NOW)
    with pytest.raises(PermissionNotAllowed):
        quarantine.release(actor=minato.actor("saeki"), delivery_id=line.id, reason="誤検知", now=NOW)
    quarantine.release(actor=minato.actor("aoki"), delivery_id=line.id, reason="誤検知", now=NOW)
    opened = deliveries.open_ordinary(actor=minato.actor("miyake"), delivery_id=line.id, now=NOW)
    assert b"".join(opened.contents.stream()) == VIRUS
    assert Entry.objects.filter(event="exchange.quarantine.released").count() == 1


@pytest.mark.usefixtures("scanned")
def test_a_virus_thrown_away_leaves_its_line(minato: Office) -> None:
    line = hand_in(minato, VIRUS)
    quarantine.throw_away(actor=minato.actor("aoki"), delivery_id=line.id, now=NOW)
    line.refresh_from_db()
    assert line.state == DeliveryState.REFUSED and not FilePart.objects.filter(file_id=line.file_id).exists()


@pytest.mark.usefixtures("scanned")
def test_a_virus_is_never_sent_to_a_client(minato: Office) -> None:
    with pytest.raises(DraftRefusedError):
        send(minato, VIRUS)
    row = StoredFile.objects.get(name="お知らせ.txt")
    assert row.state == FileState.REFUSED and row.shredded_at


def test_while_the_scanner_is_away_files_wait_unseen(minato: Office, tmp_path: Path, daemon: clamd.Clamd) -> None:
    scanner.configure(f"unix:{tmp_path}/nobody.ctl")
    try:
        line = hand_in(minato)
        assert line.state == DeliveryState.EXAMINING
        with pytest.raises(NotReadyError):
            deliveries.open_ordinary(actor=minato.actor("aoki"), delivery_id=line.id, now=NOW)
        scanner.configure(daemon.address)
        assert examination.sweep_waiting(now=NOW) == 1
    finally:
        scanner.configure("")
    line.refresh_from_db()
    assert line.state == DeliveryState.READY


def test_an_encrypted_file_is_held_with_an_explanation(minato: Office) -> None:
    line = hand_in(minato, encrypted_zip(), name="給与.zip")
    assert line.state == DeliveryState.UNSCANNABLE
    with pytest.raises(NotReadyError):
        deliveries.open_ordinary(actor=minato.actor("aoki"), delivery_id=line.id, now=NOW)
    OfficeRow.objects.filter(id=minato.id).update(takes_encrypted=True)
    quarantine.accept_unscannable(actor=minato.actor("miyake"), delivery_id=line.id, now=NOW)
    assert deliveries.open_ordinary(actor=minato.actor("miyake"), delivery_id=line.id, now=NOW)
    assert Entry.objects.filter(event="exchange.unscannable.accepted").count() == 1


def test_a_client_accepts_nothing_for_the_office(minato: Office) -> None:
    line = hand_in(minato, encrypted_zip(), name="給与.zip")
    OfficeRow.objects.filter(id=minato.id).update(takes_encrypted=True)
    with pytest.raises(Exception, match="quarantine_state"):
        quarantine.accept_unscannable(actor=user(minato), delivery_id=line.id, now=NOW)


def test_a_program_is_refused_at_its_first_bytes(minato: Office) -> None:
    actor = user(minato)
    file_id = begin(actor, minato.clients["aoba"], 3_000_000, name="表.xlsx")
    with pytest.raises(ContentRefusedError):
        put(actor, file_id, b"MZ" + b"\0" * 2_999_998)
    row = StoredFile.objects.get(id=file_id)
    assert (row.state, row.received) == (FileState.REFUSED, 0) and "プログラム" in row.refusal
    assert not Delivery.objects.filter(file_id=file_id).exists()


def test_the_other_side_sees_nothing_before_the_checks_are_done(minato: Office) -> None:
    actor = user(minato)
    file_id = begin(actor, minato.clients["aoba"], len(TEXT))
    put(actor, file_id, TEXT)
    line = Delivery.objects.get(file_id=file_id)
    for reader in (minato.actor("aoki"), actor):
        with pytest.raises((NotReadyError, DeliveryNotFoundError)):
            deliveries.open_ordinary(actor=reader, delivery_id=line.id, now=NOW)
