"""The end of files: reminded of, expired, shredded; the collector of orphans; and what fsck says of the storage."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from azukari.exchange import queries
from azukari.exchange.actions import (
    deliveries,
    examination,
    filekeys,
    protection,
    quarantine,
    receipts,
    retention,
    uploads,
)
from azukari.exchange.actions.contents import Contents
from azukari.exchange.errors.content import ContentRefusedError
from azukari.exchange.errors.deliveries import ExpiredError
from azukari.exchange.errors.files import (
    FileKeyMissingError,
    OffsetConflictError,
    OwnKeyNotAllowed,
    UploadNotFoundError,
)
from azukari.exchange.models import (
    Delivery,
    FileGrant,
    FileKey,
    FilePart,
    Notice,
    StoredFile,
    VolumeSweep,
)
from azukari.exchange.rules.states import DRAFT_DAYS, REMIND_BEFORE, UPLOAD_DAYS, DeliveryState, FileState
from azukari.exchange.rules.wishes import Wishes
from azukari.journal.models import Entry
from azukari.kernel.ids import new_id
from azukari.seal import files
from azukari.store import blobs
from azukari.store.blobs import Folder, StorageFailedError
from azukari.store.blobs import interface as blob_interface
from azukari.store.scope import office_scope
from azukari.tenancy.actions import looks
from tests.cast import NOW, PASSWORD, Cast, Office
from tests.exchange.hands import TEXT, begin, hand_in, put, send, user

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A folder of its own for the files of a test."""
    made = Folder(tmp_path / "files", reserve=0)
    monkeypatch.setattr("azukari.store.blobs._in_force", [made])
    return made


def keys_of(store: Folder) -> list[str]:
    return sorted(facts.key for facts in store.list())


def orphan(office: Office, name: str = "000000-dead") -> str:
    """Write a blob that belongs to no file, as a kill between the blob and its row leaves one."""
    key = f"files/{office.id.hex}/{new_id().hex}/{name}"
    with blobs.blobs().create(key) as blob:
        blob.write(b"sealed")
        blob.commit()
    return key


def is_destroyed(file_id: UUID) -> bool:
    """Tell whether nothing is left of a file; half a destruction is a failure."""
    left = [
        FileKey.objects.filter(id=file_id).exists(),
        FilePart.objects.filter(file_id=file_id).exists(),
        any(file_id.hex in key for key in keys_of(blobs.blobs())),  # type: ignore[arg-type]
    ]
    assert all(left) or not any(left), left
    row = StoredFile.objects.get(id=file_id)
    assert (row.shredded_at is None) == all(left)
    assert all(left) or row.sealed_facts is None
    assert all(left) or not FileGrant.objects.filter(file_id=file_id).exists()
    return not any(left)


def ends(line: Delivery) -> datetime:
    return Delivery.objects.values_list("expires_at", flat=True).get(id=line.id)


# --------------------------------------------------------------------------------------------------------------- expiry


def test_at_its_end_a_file_is_destroyed_and_its_line_stays(minato: Office) -> None:
    line = hand_in(minato)
    end = ends(line)
    assert retention.sweep_expired(due=end - MINUTE, now=end - MINUTE) == 0
    assert not is_destroyed(line.file_id)
    assert retention.sweep_expired(due=end, now=end) == 1
    assert is_destroyed(line.file_id)
    (row,) = queries.list_ledger(minato.actor("aoki"), queries.Filter(), now=end).rows
    assert (row.id, row.state, row.name) == (line.id, DeliveryState.EXPIRED, line.name)
    assert StoredFile.objects.get(id=line.file_id).state == FileState.SHREDDED
    assert Entry.objects.filter(event="exchange.file.shredded").count() == 1
    with pytest.raises(ExpiredError):
        deliveries.open_ordinary(actor=minato.actor("aoki"), delivery_id=line.id, now=end)
    assert receipts.facts_of(actor=user(minato), delivery_id=line.id).size == len(TEXT)
    assert retention.sweep_expired(due=end + DAY, now=end + DAY) == 0
    assert Entry.objects.filter(event="exchange.file.shredded").count() == 1


def test_a_line_over_its_time_does_not_open_before_the_sweeper_comes(minato: Office) -> None:
    line = send(minato, protected=True)
    retention.sweep_expired(due=ends(line), now=ends(line))
    assert is_destroyed_protected(line.file_id)
    with pytest.raises(ExpiredError):
        deliveries.open_as_receiver(actor=user(minato), password=PASSWORD, delivery_id=line.id, now=ends(line))


def is_destroyed_protected(file_id: UUID) -> bool:
    return not (
        FileGrant.objects.filter(file_id=file_id).exists()
        or FilePart.objects.filter(file_id=file_id).exists()
        or FileKey.objects.filter(id=file_id).exists()
    )


def test_keys_go_before_parts(minato: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [hand_in(minato), hand_in(minato, protected=True)]
    ids = [line.file_id for line in lines]
    plain = Folder.delete

    def delete(self: Folder, key: str) -> None:
        assert not FileKey.objects.filter(id__in=ids).exists()
        assert not FileGrant.objects.filter(file_id__in=ids).exists()
        seen.append(key)
        plain(self, key)

    seen: list[str] = []
    monkeypatch.setattr(Folder, "delete", delete)
    retention.sweep_expired(due=max(map(ends, lines)), now=max(map(ends, lines)))
    assert len(seen) == 2


def test_a_disk_that_fails_meanwhile_leaves_no_key_and_is_come_back_to(
    minato: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = hand_in(minato)
    end = ends(line)

    def fail(self: Folder, key: str) -> None:
        raise StorageFailedError

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "delete", fail)
        with pytest.raises(StorageFailedError):
            retention.sweep_expired(due=end, now=end)
    assert not FileKey.objects.filter(id=line.file_id).exists()
    assert StoredFile.objects.get(id=line.file_id).shredded_at is None
    assert retention.sweep_expired(due=end, now=end) == 0
    assert is_destroyed(line.file_id)
    assert Entry.objects.filter(event="exchange.file.shredded").count() == 1


def test_keys_that_could_not_be_pressed_out_are_tried_again(minato: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    line = hand_in(minato)
    with monkeypatch.context() as patch:
        patch.setattr(filekeys, "press_out", lambda _: False)
        retention.sweep_expired(due=ends(line), now=ends(line))
    assert StoredFile.objects.get(id=line.file_id).shredded_at is None
    assert FilePart.objects.filter(file_id=line.file_id).exists()
    retention.sweep_expired(due=ends(line), now=ends(line))
    assert is_destroyed(line.file_id)


def test_a_file_for_many_lives_until_its_last_line_ends(minato: Office) -> None:
    actor, batch = minato.actor("aoki"), new_id()
    file_id = begin(actor, None, len(TEXT), wishes=Wishes(batch=batch))
    put(actor, file_id, TEXT)
    examination.examine(file_id, now=NOW)
    both = [minato.clients["aoba"], minato.clients["mizuho"]]
    first, second = deliveries.send(actor=actor, client_ids=both, batch=batch, memo="", target="2社", now=NOW)
    end = Delivery.objects.get(id=first).expires_at
    Delivery.objects.filter(id=second).update(expires_at=end + DAY)
    assert retention.sweep_expired(due=end, now=end) == 1
    assert not is_destroyed(file_id)
    assert retention.sweep_expired(due=end + DAY, now=end + DAY) == 1
    assert is_destroyed(file_id)


def test_one_line_withdrawn_and_the_other_over_is_the_end(minato: Office) -> None:
    actor, batch = minato.actor("aoki"), new_id()
    file_id = begin(actor, None, len(TEXT), wishes=Wishes(batch=batch))
    put(actor, file_id, TEXT)
    examination.examine(file_id, now=NOW)
    both = [minato.clients["aoba"], minato.clients["mizuho"]]
    first, second = deliveries.send(actor=actor, client_ids=both, batch=batch, memo="", target="2社", now=NOW)
    deliveries.withdraw(actor=actor, delivery_id=first, now=NOW)
    retention.sweep_expired(due=NOW, now=NOW)
    assert not is_destroyed(file_id)
    retention.sweep_expired(
        due=Delivery.objects.get(id=second).expires_at, now=Delivery.objects.get(id=second).expires_at
    )
    assert is_destroyed(file_id)
    assert Delivery.objects.get(id=first).state == DeliveryState.WITHDRAWN


def test_one_line_over_and_the_other_withdrawn_is_the_end(minato: Office) -> None:
    actor, batch = minato.actor("aoki"), new_id()
    file_id = begin(actor, None, len(TEXT), wishes=Wishes(batch=batch))
    put(actor, file_id, TEXT)
    examination.examine(file_id, now=NOW)
    both = [minato.clients["aoba"], minato.clients["mizuho"]]
    first, second = deliveries.send(actor=actor, client_ids=both, batch=batch, memo="", target="2社", now=NOW)
    Delivery.objects.filter(id=first).update(expires_at=NOW + DAY)
    retention.sweep_expired(due=NOW + DAY, now=NOW + DAY)
    assert not is_destroyed(file_id)
    deliveries.withdraw(actor=actor, delivery_id=second, now=NOW + DAY)
    retention.sweep_expired(due=NOW + 4000 * DAY, now=NOW + 4000 * DAY)
    assert is_destroyed(file_id)


def test_a_stopped_file_expires_too(minato: Office) -> None:
    line = hand_in(minato)
    StoredFile.objects.filter(id=line.file_id).update(state=FileState.QUARANTINED)
    Delivery.objects.filter(id=line.id).update(state=DeliveryState.QUARANTINED)
    retention.sweep_expired(due=ends(line), now=ends(line))
    assert is_destroyed(line.file_id)


def test_a_file_thrown_away_is_recorded_once_and_does_not_expire_again(minato: Office) -> None:
    line = hand_in(minato)
    StoredFile.objects.filter(id=line.file_id).update(state=FileState.QUARANTINED)
    quarantine.throw_away(actor=minato.actor("aoki"), delivery_id=line.id, now=NOW)
    assert is_destroyed(line.file_id)
    assert retention.sweep_expired(due=ends(line), now=ends(line)) == 0
    assert Entry.objects.filter(event="exchange.file.shredded").count() == 1


@pytest.mark.parametrize("protected", [False, True])
def test_what_was_shredded_does_not_open_with_a_copy_of_the_folder(
    minato: Office, tmp_path: Path, *, protected: bool
) -> None:
    line = send(minato, protected=protected)
    parts = list(FilePart.objects.filter(file_id=line.file_id))
    shutil.copytree(tmp_path / "files", tmp_path / "copy")
    retention.sweep_expired(due=ends(line), now=ends(line))
    shutil.rmtree(tmp_path / "files")
    shutil.copytree(tmp_path / "copy", tmp_path / "files")
    for part in parts:
        part.save(force_insert=True)
    StoredFile.objects.filter(id=line.file_id).update(state=FileState.READY, shredded_at=None)
    Delivery.objects.filter(id=line.id).update(state=DeliveryState.READY)
    assert list(retention.check_files()) == []
    with pytest.raises(FileKeyMissingError):
        filekeys.server_key(line.file_id)
    with pytest.raises(FileKeyMissingError):
        filekeys.office_key(line.file_id, minato.vault_key())
    opening = deliveries.open_as_receiver if protected else deliveries.open_ordinary
    secret = {"password": PASSWORD} if protected else {}
    with pytest.raises((FileKeyMissingError, OwnKeyNotAllowed)):
        opening(actor=user(minato), delivery_id=line.id, now=NOW, **secret)


# ------------------------------------------------------------------------------------------------------------ reminders


@pytest.mark.parametrize("sent", [True, False])
def test_nobody_opened_it_a_reminder_comes_once(minato: Office, *, sent: bool) -> None:
    line = send(minato) if sent else hand_in(minato)
    told = Notice.objects.filter(kind="expiring", delivery_id=line.id)
    soon = ends(line) - REMIND_BEFORE
    assert retention.sweep_unopened(now=soon - MINUTE) == 0
    assert retention.sweep_unopened(now=soon) == 1
    readers = set(told.values_list("account_id", flat=True))
    assert readers
    doors = {account.door for account in _accounts(readers)}
    assert doors == {"portal" if sent else "office"}
    assert retention.sweep_unopened(now=soon + DAY) == 0
    assert told.count() == len(readers)


def _accounts(ids: set[UUID]) -> Iterator:
    from azukari.tenancy.models import Account

    return Account.objects.filter(id__in=ids).iterator()


def test_no_reminder_of_what_was_opened_or_is_over(minato: Office) -> None:
    opened, over = send(minato), send(minato)
    deliveries.open_ordinary(actor=user(minato), delivery_id=opened.id, now=NOW)
    assert retention.sweep_unopened(now=ends(over)) == 0
    assert retention.sweep_unopened(now=ends(over) - MINUTE) == 1
    assert set(Notice.objects.filter(kind="expiring").values_list("delivery_id", flat=True)) == {over.id}


# --------------------------------------------------------------------------------------------- uploads and drafts left


def draft(minato: Office, now: datetime = NOW) -> tuple[UUID, UUID]:
    actor, batch = minato.actor("aoki"), new_id()
    file_id = begin(actor, minato.clients["aoba"], len(TEXT), wishes=Wishes(batch=batch), stamp="", now=now)
    put(actor, file_id, TEXT, now=now)
    examination.examine(file_id, now=now)
    return file_id, batch


def test_drafts_that_were_never_sent_go_after_two_days(minato: Office) -> None:
    left, _ = draft(minato)
    sent = send(minato)
    handed_in = hand_in(minato)
    retention.sweep_expired(due=NOW + timedelta(days=DRAFT_DAYS), now=NOW + timedelta(days=DRAFT_DAYS))
    assert not is_destroyed(left)
    retention.sweep_expired(
        due=NOW + timedelta(days=DRAFT_DAYS) + MINUTE, now=NOW + timedelta(days=DRAFT_DAYS) + MINUTE
    )
    assert is_destroyed(left)
    assert StoredFile.objects.get(id=left).state == FileState.SHREDDED
    assert not is_destroyed(sent.file_id) and not is_destroyed(handed_in.file_id)


def test_uploads_nobody_goes_on_with_go_after_a_week(minato: Office) -> None:
    actor = user(minato)
    file_id = begin(actor, minato.clients["aoba"], 600_000)
    put(actor, file_id, b"a" * 300_000, now=NOW + DAY)
    week = NOW + DAY + timedelta(days=UPLOAD_DAYS)
    assert uploads.sweep_abandoned(due=week, now=week) == 0
    assert uploads.get(actor=actor, file_id=file_id).received == 300_000
    assert uploads.sweep_abandoned(due=week + MINUTE, now=week + MINUTE) == 1
    assert is_destroyed(file_id)
    with pytest.raises(UploadNotFoundError):
        put(actor, file_id, b"a" * 300_000, offset=300_000)
    assert uploads.sweep_abandoned(due=week + DAY, now=week + DAY) == 0


# -------------------------------------------------------------------------------------------------------- the collector


def test_an_orphan_goes_after_two_looks_a_day_apart_and_a_week_in_the_trash(
    minato: Office, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, key = hand_in(minato), orphan(minato)
    monkeypatch.setattr(blob_interface, "utc_now", lambda: NOW + DAY)
    assert retention.sweep_orphans(due=looks.confirm(now=NOW), now=NOW) == 0
    assert retention.sweep_orphans(due=looks.confirm(now=NOW + DAY - MINUTE), now=NOW + DAY - MINUTE) == 0
    assert key in keys_of(folder)
    assert retention.sweep_orphans(due=looks.confirm(now=NOW + DAY), now=NOW + DAY) == 1
    assert keys_of(folder) == list(FilePart.objects.values_list("blob", flat=True))
    trash = [*(folder._root / ".trash").iterdir()]
    assert [path.read_bytes() for path in trash] == [b"sealed"]
    assert retention.empty_trash(due=NOW + 8 * DAY) == 0
    assert retention.empty_trash(due=NOW + 8 * DAY + MINUTE) == 1
    assert not is_destroyed(line.file_id)
    assert not VolumeSweep.objects.exists()


def test_a_clock_that_jumps_deletes_nothing(minato: Office, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten years ahead and back: an orphan is moved at the most, and stays in the trash for its week of either clock."""
    line, key = hand_in(minato), orphan(minato)
    retention.sweep_orphans(due=looks.confirm(now=NOW), now=NOW)
    far = NOW + 3650 * DAY
    monkeypatch.setattr(blob_interface, "utc_now", lambda: far)
    retention.sweep_orphans(due=looks.confirm(now=far), now=far)
    assert retention.empty_trash(due=far) == 0
    monkeypatch.setattr(blob_interface, "utc_now", lambda: NOW)
    retention.sweep_orphans(due=looks.confirm(now=NOW + MINUTE), now=NOW + MINUTE)
    assert retention.empty_trash(due=NOW + MINUTE) == 0
    trash = folder._root / ".trash"
    assert key in keys_of(folder) or [path.read_bytes() for path in trash.iterdir()] == [b"sealed"]
    assert not is_destroyed(line.file_id)


def test_a_clock_that_goes_back_moves_nothing_early(minato: Office, folder: Folder) -> None:
    key = orphan(minato)
    retention.sweep_orphans(due=looks.confirm(now=NOW), now=NOW)
    assert retention.sweep_orphans(due=looks.confirm(now=NOW - 3650 * DAY), now=NOW - 3650 * DAY) == 0
    assert key in keys_of(folder)
    assert retention.sweep_orphans(due=looks.confirm(now=NOW + DAY), now=NOW + DAY) == 0
    assert retention.sweep_orphans(due=looks.confirm(now=NOW + 2 * DAY), now=NOW + 2 * DAY) == 1


def test_the_blob_of_a_running_upload_is_never_taken(minato: Office, folder: Folder) -> None:
    actor = user(minato)
    data = b"ab" * 300_000
    file_id = begin(actor, minato.clients["aoba"], len(data))
    put(actor, file_id, data[:300_000])
    for days in range(7):
        assert retention.sweep_orphans(due=looks.confirm(now=NOW + days * DAY), now=NOW + days * DAY) == 0
    put(actor, file_id, data[300_000:], offset=300_000)
    assert b"".join(Contents(file_id, filekeys.server_key(file_id)).stream()) == data
    assert len(keys_of(folder)) == 2


def test_a_blob_seen_between_its_commit_and_its_row_is_forgotten_again(
    minato: Office, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The collector looks at the very moment when a part is durable and not yet counted; a day later it looks again."""
    actor = user(minato)
    file_id = begin(actor, minato.clients["aoba"], len(TEXT))
    plain = FilePart.objects.create

    def create(**facts: object) -> FilePart:
        assert retention.sweep_orphans(due=looks.confirm(now=NOW), now=NOW) == 0
        assert VolumeSweep.objects.count() == 1
        return plain(**facts)

    with monkeypatch.context() as patch:
        patch.setattr(FilePart.objects, "create", create)
        put(actor, file_id, TEXT)
    assert retention.sweep_orphans(due=looks.confirm(now=NOW + 2 * DAY), now=NOW + 2 * DAY) == 0
    assert not VolumeSweep.objects.exists()
    assert len(keys_of(folder)) == 1


def test_the_collector_keeps_to_its_office(cast: Cast, folder: Folder) -> None:
    key = orphan(cast.minato)
    with office_scope(cast.kamome.id):
        own = orphan(cast.kamome)
        retention.sweep_orphans(due=looks.confirm(now=NOW), now=NOW)
        assert retention.sweep_orphans(due=looks.confirm(now=NOW + DAY), now=NOW + DAY) == 1
        assert [found.name for found in retention.check_files()] == []
    assert keys_of(folder) == [key]
    assert own not in keys_of(folder)


# ----------------------------------------------------------------------------------------------------------------- fsck


def test_of_whole_files_fsck_says_nothing(minato: Office) -> None:
    lines = [hand_in(minato), send(minato, protected=True)]
    begin(user(minato), minato.clients["aoba"], 1_000)
    assert list(retention.check_files()) == []
    retention.sweep_expired(due=max(map(ends, lines)), now=max(map(ends, lines)))
    assert list(retention.check_files()) == []


def test_fsck_explains_what_is_wrong(minato: Office, folder: Folder) -> None:
    missing, short, row = (hand_in(minato, name=f"{name}.txt") for name in ("なし", "短い", "行"))
    blob_of = dict(FilePart.objects.values_list("file_id", "blob"))
    folder.delete(blob_of[missing.file_id])
    path = folder._root / blob_of[short.file_id]
    path.write_bytes(path.read_bytes()[:-1])
    FilePart.objects.filter(file_id=row.file_id).update(number=1)
    foreign = orphan(minato)
    found = {mismatch.name: mismatch for mismatch in retention.check_files()}
    assert found.keys() == {"なし.txt", "短い.txt", "行.txt", foreign}
    assert (found["なし.txt"].file_id, found["短い.txt"].file_id) == (missing.file_id, short.file_id)
    assert "1番目" in found["なし.txt"].what and "見つかりません" in found["なし.txt"].what
    assert f"{files.sealed_size(len(TEXT)) - 1}バイト" in found["短い.txt"].what
    assert "記録が合いません" in found["行.txt"].what
    assert found[foreign].file_id is None
    assert all(mismatch.advice for mismatch in found.values())


def test_fsck_counts_what_the_row_says(minato: Office) -> None:
    line = hand_in(minato)
    FilePart.objects.filter(file_id=line.file_id).update(length=len(TEXT) - 1)
    whats = [mismatch.what for mismatch in retention.check_files()]
    assert len(whats) == 2
    assert f"{len(TEXT) - 1} / {len(TEXT)}バイト" in whats[0]


def test_fsck_sees_a_lost_part_of_a_running_upload(minato: Office, folder: Folder) -> None:
    file_id = begin(user(minato), minato.clients["aoba"], 600_000)
    put(user(minato), file_id, b"a" * 300_000)
    folder.delete(FilePart.objects.get().blob)
    (mismatch,) = retention.check_files()
    assert mismatch.file_id == file_id


# -------------------------------------------------------------------------------------- faults found, not repaired yet


def test_one_damaged_file_does_not_keep_the_others_waiting(minato: Office, folder: Folder) -> None:
    actor, ids = user(minato), []
    for place in range(2):
        ids.append(begin(actor, minato.clients["aoba"], len(TEXT), name=f"{place}.txt", now=NOW + place * MINUTE))
        put(actor, ids[-1], TEXT, now=NOW + place * MINUTE)
    folder.delete(FilePart.objects.get(file_id=ids[0]).blob)
    examination.sweep_waiting(now=NOW + DAY)
    assert StoredFile.objects.get(id=ids[1]).state == FileState.READY


def test_protection_taken_back_before_the_sweeper_came_keeps_the_file(
    minato: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill right after the examination's commit, then 保護の解除, then the sweeper: the file must still open."""
    with monkeypatch.context() as patch:
        patch.setattr(protection, "destroy_copy", lambda _, **__: None)
        line = hand_in(minato, protected=True)
    protection.unprotect(
        actor=minato.actor("saeki"),
        vault_key=minato.vault_key("saeki"),
        delivery_id=line.id,
        reason="番号なし",
        now=NOW,
    )
    protection.sweep_copies(now=NOW)
    opened = deliveries.open_ordinary(actor=minato.actor("aoki"), delivery_id=line.id, now=NOW)
    assert b"".join(opened.contents.stream()) == TEXT


def test_a_request_that_was_overtaken_cannot_undo_a_whole_file(minato: Office) -> None:
    """A first request hangs, a second hands the file in and has its receipt, then the first sends a program's head."""
    actor = user(minato)
    file_id = begin(actor, minato.clients["aoba"], len(TEXT))

    def read(size: int) -> bytes:
        if uploads.get(actor=actor, file_id=file_id).received == 0:
            put(actor, file_id, TEXT)
            examination.examine(file_id, now=NOW)
        return (b"MZ" + b"\0" * len(TEXT))[:size]

    with pytest.raises((ContentRefusedError, OffsetConflictError)):
        uploads.receive(actor=actor, file_id=file_id, offset=0, length=len(TEXT), read=read, clock=lambda: NOW)
    uploads.sweep_abandoned(due=NOW, now=NOW)
    line = Delivery.objects.get(file_id=file_id)
    opened = deliveries.open_ordinary(actor=minato.actor("aoki"), delivery_id=line.id, now=NOW)
    assert b"".join(opened.contents.stream()) == TEXT
