"""`azukari fsck` finds what must never be (security.md 6.3), and nothing where work merely goes on."""

from __future__ import annotations

from contextvars import Context
from datetime import timedelta
from pathlib import Path

import pytest

from azukari.exchange.actions import filekeys, protection, retention
from azukari.exchange.models import Delivery, FileGrant, FileKey, StoredFile
from azukari.journal.models import Entry
from azukari.kernel.clock import utc_now
from azukari.kernel.ids import new_id
from azukari.ops import files
from azukari.ops.backups import rotation, take
from azukari.store import disposals
from azukari.store.blobs import Folder
from azukari.store.disposals import Disposed, Kind
from azukari.vault.actions import keystore, numbers, parcels
from azukari.vault.models import NumberRecord, RecordKey
from azukari.vault.rules.disposal import Reason
from azukari.vault.rules.numbers import Identity, Verification
from azukari.vault.rules.purposes import Purpose
from tests.cast import NOW, Office, number_of
from tests.exchange.hands import begin, hand_in, put, user
from tests.vault.disposing import ask, carry_out

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    made = Folder(tmp_path / "files", reserve=0)
    monkeypatch.setattr("azukari.store.blobs._in_force", [made])
    return made


@pytest.fixture
def number(minato: Office) -> NumberRecord:
    """One number, and one that was disposed of."""
    for key, seed in (("takahashi", 900), ("misato", 901)):
        numbers.register_number(
            actor=minato.actor("saeki"),
            vault_key=minato.vault_key("saeki"),
            person_id=minato.people[key],
            digits=number_of(seed),
            purposes=[Purpose.TAX],
            identity=Identity(way=Verification.CARD),
            now=NOW,
        )
    carry_out(minato, ask(minato, "misato", Reason.REGISTERED_BY_MISTAKE))
    return NumberRecord.objects.get(person_id=minato.people["takahashi"])


def said(capsys: pytest.CaptureFixture[str], *, code: int) -> str:
    capsys.readouterr()
    assert Context().run(files.check_all) == code  # as the command does, without an office in force
    return capsys.readouterr().out


def test_where_all_fits_nothing_is_said(minato: Office, number: NumberRecord, capsys) -> None:
    hand_in(minato)
    hand_in(minato, protected=True)
    assert "問題はありません" in said(capsys, code=0)


def test_work_that_goes_on_is_no_fault(minato: Office, number: NumberRecord, capsys, monkeypatch) -> None:
    """An upload on its way, a key before its record, a protection half done, a disposal whose keys still go."""
    now = utc_now()
    put(user(minato), begin(user(minato), minato.clients["aoba"], 600_000, now=now), b"a" * 300_000, now=now)
    keystore.put_keys([(new_id(), b"young")], now=now)
    filekeys.make_key(new_id(), now=now)
    parcels.put_parcel(vault_key=minato.vault_key(), client_id=minato.clients["aoba"], data=b"sheet", now=now)
    line = hand_in(minato, now=now)
    monkeypatch.setattr(protection, "destroy_copy", lambda _, **__: None)
    protection.accept_proposal(actor=minato.actor("aoki"), delivery_id=line.id, now=now)
    monkeypatch.setattr(keystore, "destroy_keys", lambda _: False)
    carry_out(minato, ask(minato, "takahashi", Reason.REGISTERED_BY_MISTAKE, now=now), now=utc_now())
    assert "問題はありません" in said(capsys, code=0)


def test_a_key_that_came_back_is_found(minato: Office, number: NumberRecord, capsys) -> None:
    gone = NumberRecord.objects.get(state="DISPOSED")
    keystore.put_keys([(gone.id, b"back")], now=NOW)
    text = said(capsys, code=1)
    assert f"記録{gone.registered_no}の番号：廃棄したのに、鍵が残っています。" in text and "azukari restore" in text
    assert "石原" not in text  # whoever runs the service learns no names


def test_a_number_without_its_key_is_found(minato: Office, number: NumberRecord, capsys) -> None:
    RecordKey.objects.filter(id=number.id).delete()
    assert "番号を開く鍵がありません。" in said(capsys, code=1)


def test_an_orphan_key_is_found_once_the_collector_should_have_come(
    minato: Office, number: NumberRecord, capsys
) -> None:
    keystore.put_keys([(new_id(), b"old")], now=utc_now() - 8 * DAY)
    FileKey.objects.create(id=new_id(), wrapped=b"old", made_at=utc_now() - 8 * DAY)
    assert said(capsys, code=1).count("ものでもない鍵です。") == 2


def test_a_disposal_left_half_done_is_found(minato: Office, number: NumberRecord, capsys) -> None:
    NumberRecord.objects.filter(state="DISPOSED").update(key_destroyed_at=None)
    assert "後始末（鍵の消去）が終わっていません。" in said(capsys, code=1)


def test_a_registration_or_a_disposal_without_its_entry_is_found(minato: Office, number: NumberRecord, capsys) -> None:
    Entry.objects.filter(event="vault.number.disposed").update(event="vault.number.revealed")
    text = said(capsys, code=1)
    assert "番号の廃棄：取扱記録の件数（0）と、番号の件数（1）が合いません。" in text
    assert "取扱記録：" in text  # and the record itself does not hold


def test_a_protected_file_whose_key_the_server_holds_is_found(minato: Office, capsys) -> None:
    line = hand_in(minato, protected=True)
    FileKey.objects.create(id=line.file_id, wrapped=b"left", made_at=NOW)
    assert "保護ファイルなのに、サーバーに鍵が残っています。" in said(capsys, code=1)


def test_files_without_a_key_are_found(minato: Office, capsys) -> None:
    open_one, protected = hand_in(minato), hand_in(minato, protected=True)
    FileKey.objects.filter(id=open_one.file_id).delete()
    FileGrant.objects.filter(file_id=protected.file_id).delete()
    text = said(capsys, code=1)
    assert "ファイルを開く鍵がありません。" in text and "保護ファイルを開く鍵がありません。" in text


def test_a_destroyed_file_with_a_key_and_an_infected_one_that_opens_are_found(minato: Office, capsys) -> None:
    gone, infected = hand_in(minato), hand_in(minato)
    StoredFile.objects.filter(id=gone.file_id).update(state="SHREDDED", shredded_at=NOW)
    StoredFile.objects.filter(id=infected.file_id).update(scan="INFECTED")
    text = said(capsys, code=1)
    assert "廃棄したのに、鍵が残っています。" in text and "検査に合格していないのに" in text


# ---------------------------------------------------------------------------------- the last backup of destroyed keys


def test_when_the_last_backup_of_destroyed_keys_goes_the_office_reads_it(
    minato: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """復元不能日 (security.md 2.6.3): recorded where something became unrecoverable, and nowhere else."""
    before = disposals.path()
    disposals.configure(tmp_path / "list")
    try:
        at = NOW + 3 * DAY
        disposals.write([Disposed(at, minato.id, Kind.NUMBER, new_id()), Disposed(at, minato.id, Kind.FILE, new_id())])
        entries = Entry.objects.filter(event="tenancy.key_backup.removed")
        rotation._record_removed(NOW, NOW + DAY, now=NOW + 40 * DAY)
        assert not entries.exists()
        rotation._record_removed(NOW + 2 * DAY, NOW + 4 * DAY, now=NOW + 40 * DAY)
        assert entries.get().at == NOW + 40 * DAY
        rotation._record_removed(NOW + 4 * DAY, NOW + 5 * DAY, now=NOW + 40 * DAY)
        assert entries.count() == 1
    finally:
        disposals.configure(before)


def test_a_lost_list_is_made_anew_out_of_the_database(minato: Office, number: NumberRecord, tmp_path: Path) -> None:
    line = hand_in(minato)
    Delivery.objects.filter(id=line.id).update(expires_at=NOW)
    retention.sweep_expired(due=NOW, now=NOW)
    gone = NumberRecord.objects.get(state="DISPOSED")
    before = disposals.path()
    disposals.configure(tmp_path / "list")
    try:
        assert Context().run(take.catch_up) == 2
        assert Context().run(take.catch_up) == 0
        assert {(found.kind, found.id) for found in disposals.read(tmp_path / "list")} == {
            (Kind.NUMBER, gone.id),
            (Kind.FILE, line.file_id),
        }
    finally:
        disposals.configure(before)


def test_lines_are_kept_when_a_backup_is_running(minato: Office) -> None:
    """The server's copy of a protected file's key waits: the key store is copied after the main database."""
    from azukari.tenancy.actions import backups

    now = utc_now()
    run_id = backups.begin(now=now)
    line = hand_in(minato, protected=True, now=now)
    assert FileKey.objects.filter(id=line.file_id).exists()
    assert StoredFile.objects.get(id=line.file_id).server_copy
    backups.finish(run_id, size=1, now=now)
    protection.sweep_copies(now=now)
    assert not FileKey.objects.filter(id=line.file_id).exists()
    assert Delivery.objects.get(id=line.id).protected
