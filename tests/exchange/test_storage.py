"""Uploads against a storage that fails: the sender hears it, the offset stays, and it goes on after the recovery.

And the whole story once on a real S3 server.
"""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from azukari.exchange.actions import deliveries, examination, filekeys, retention, uploads
from azukari.exchange.actions.contents import Contents
from azukari.exchange.errors.deliveries import ExpiredError
from azukari.exchange.errors.files import FileDamagedError, OffsetConflictError, UploadNotFoundError
from azukari.exchange.models import Delivery, FileKey, FilePart, StoredFile
from azukari.exchange.rules.states import DeliveryState, FileState
from azukari.journal.rules import TakenOut
from azukari.store.blobs import (
    Blobs,
    Folder,
    StorageFailedError,
    StorageFullError,
    StorageSuspectError,
    StorageUnavailableError,
    build,
)
from azukari.tenancy.actions import looks
from tests.cast import NOW, PASSWORD, Office
from tests.exchange.hands import TEXT, begin, hand_in, put, send, user
from tests.store import blob_servers
from tests.store.blob_servers import BUCKET, KEY, SECRET, CannotStartError
from tests.whole.storage_calls import watched

DAY = timedelta(days=1)
HALF = 30_000
DATA = ("一行の文です。\n" * 3_000).encode()[: 2 * HALF]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Blobs], Blobs]:
    """Puts a store in force."""

    def put_in_force(store: Blobs) -> Blobs:
        monkeypatch.setattr("azukari.store.blobs._in_force", [store])
        return store

    return put_in_force


@pytest.fixture
def folder(tmp_path: Path, use: Callable[[Blobs], Blobs]) -> Folder:
    made = Folder(tmp_path / "files", reserve=0)
    use(made)
    return made


def half_way(minato: Office) -> UUID:
    """An upload whose first half is acknowledged."""
    file_id = begin(user(minato), minato.clients["aoba"], len(DATA), stamp="")
    assert put(user(minato), file_id, DATA[:HALF]) == HALF
    return file_id


def go_on(minato: Office, file_id: UUID) -> int:
    return put(user(minato), file_id, DATA[HALF:], offset=HALF)


def whole(file_id: UUID) -> bytes:
    return b"".join(Contents(file_id, filekeys.server_key(file_id)).stream())


def check_nothing_moved(minato: Office, file_id: UUID) -> None:
    """What was acknowledged is there, and not more."""
    row = StoredFile.objects.get(id=file_id)
    assert (row.received, row.parts, row.state) == (HALF, 1, FileState.RECEIVING)
    assert uploads.get(actor=user(minato), file_id=file_id).received == HALF
    assert whole(file_id) == DATA[:HALF]
    assert not Delivery.objects.filter(file_id=file_id).exists()


def check_comes_to_its_end(minato: Office, file_id: UUID, store: Blobs) -> None:
    """It goes on, ends, and what the fault left is collected."""
    if uploads.get(actor=user(minato), file_id=file_id).received == HALF:
        assert go_on(minato, file_id) == len(DATA)
    assert whole(file_id) == DATA
    retention.sweep_orphans(due=looks.confirm(now=NOW), now=NOW)
    retention.sweep_orphans(due=looks.confirm(now=NOW + DAY), now=NOW + DAY)
    assert list(retention.check_files()) == []
    held = set(FilePart.objects.filter(file_id=file_id).values_list("blob", flat=True))
    assert {facts.key for facts in store.list() if file_id.hex in facts.key} == held
    assert len(held) == 2
    assert Delivery.objects.get(file_id=file_id).state == DeliveryState.EXAMINING


# -------------------------------------------------------------------------------- every call to the system, two errors


class Fault:
    """Lets one call of the folder fail, before it was made or after."""

    def __init__(self, at: int, number: int, *, made: bool) -> None:
        self.at, self.number, self.made = at, number, made
        self.calls: list[str] = []

    def step(self, name: str, call: Callable[[], Any]) -> Any:
        self.calls.append(name)
        if len(self.calls) != self.at:
            return call()
        if self.made:
            call()
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize(
    ("made", "stride"),
    [
        (False, 3),
        pytest.param(False, 1, marks=pytest.mark.nightly),
        pytest.param(True, 1, marks=pytest.mark.nightly),
    ],
    ids=["some not made", "not made", "made and called failed"],
)
@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
def test_a_fault_in_any_call_of_a_part_loses_nothing(
    minato: Office, tmp_path: Path, use: Callable[[Blobs], Blobs], number: int, stride: int, *, made: bool
) -> None:
    undisturbed = suffer(minato, tmp_path / "0", use, Fault(0, number, made=made))[0].calls
    assert {"open", "write", "fsync", "close", "link", "unlink"} <= set(undisturbed)
    refusals = []
    for at in range(1 + date.today().toordinal() % stride, len(undisturbed) + 1, stride):  # noqa: DTZ011
        fault, refusal = suffer(minato, tmp_path / str(at), use, Fault(at, number, made=made))
        assert fault.calls[: at - 1] == undisturbed[: at - 1]
        refusals += [refusal] if refusal else []
    # Only what comes after the name is durable may fail without the sender hearing of it.
    assert len(refusals) >= undisturbed.index("link") // stride
    assert {type(error) is StorageFullError for error in refusals} == {number == errno.ENOSPC}


def suffer(
    minato: Office, place: Path, use: Callable[[Blobs], Blobs], fault: Fault
) -> tuple[Fault, StorageUnavailableError | None]:
    """The second half of an upload with a fault, then what must hold, then the recovery. Gives what was answered."""
    folder, refusal = Folder(place, reserve=0), None
    use(folder)
    file_id = half_way(minato)
    use(Folder(place, reserve=0))  # as another process, which has made no folder durable yet
    with watched(fault.step):
        try:
            assert go_on(minato, file_id) == len(DATA)
        except StorageUnavailableError as error:
            refusal = error
    if refusal:
        check_nothing_moved(minato, file_id)
    if (place / ".suspect").exists():
        with pytest.raises((StorageSuspectError, OffsetConflictError, UploadNotFoundError)):
            go_on(minato, file_id)
    use(folder)
    folder.clear_suspect()
    check_comes_to_its_end(minato, file_id, folder)
    for table in (Delivery, FilePart):
        table.objects.filter(file_id=file_id).delete()
    StoredFile.objects.filter(id=file_id).delete()
    return fault, refusal


# ------------------------------------------------------------------------------------------ any store, its own errors


class Failing:
    """A store whose writer fails at one step."""

    def __init__(self, store: Blobs, step: str, error: type[Exception], *, made: bool = False) -> None:
        self._store, self.step, self.error, self.made = store, step, error, made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def create(self, key: str) -> Any:
        if self.step == "create":
            raise self.error
        return _FailingWriter(self, self._store.create(key))


class _FailingWriter:
    def __init__(self, store: Failing, writer: Any) -> None:
        self._store, self._writer = store, writer

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None:
        self._writer.__exit__(None, None, None)

    def write(self, data: bytes) -> None:
        if self._store.step == "write":
            raise self._store.error
        self._writer.write(data)

    def commit(self) -> None:
        if self._store.made:
            self._writer.commit()
        if self._store.step == "commit":
            raise self._store.error
        self._writer.commit()


@pytest.mark.parametrize("error", [StorageFullError, StorageFailedError, RuntimeError])
@pytest.mark.parametrize("step", ["create", "write", "commit", "commit after it was made"])
def test_a_store_that_fails_leaves_the_offset_where_it_was(
    minato: Office, folder: Folder, use: Callable[[Blobs], Blobs], step: str, error: type[Exception]
) -> None:
    file_id = half_way(minato)
    use(Failing(folder, step.split(maxsplit=1)[0], error, made="made" in step))  # type: ignore[arg-type]
    with pytest.raises(error):
        go_on(minato, file_id)
    use(folder)
    check_nothing_moved(minato, file_id)
    check_comes_to_its_end(minato, file_id, folder)


def test_a_store_that_cannot_be_read_fails_the_reading_and_nothing_else(
    minato: Office, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = hand_in(minato)
    path = folder._root / FilePart.objects.get(file_id=line.file_id).blob
    aside = path.rename(path.with_suffix(".aside"))
    with pytest.raises(FileDamagedError):
        whole(line.file_id)
    aside.rename(path)
    assert whole(line.file_id) == TEXT


# ---------------------------------------------------------------------------------------------------------- a full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("満杯のディスクの試験：tmpfs を作るには root の権限が必要です。")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("満杯のディスクの試験：この環境では tmpfs を作れません。")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_fills_in_the_middle_stops_the_upload_and_nothing_else(
    minato: Office, small_disk: Path, use: Callable[[Blobs], Blobs]
) -> None:
    store = use(Folder(small_disk / "files", reserve=0))
    older = hand_in(minato)
    piece = 300_000
    data = ("満杯になる文です。\n" * 80_000).encode()[: 7 * piece]
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    file_id = begin(user(minato), minato.clients["aoba"], len(data), stamp="")
    subprocess.run(["mount", "-o", "remount,size=2m", str(small_disk)], check=True)
    told = 0
    with pytest.raises(StorageFullError):  # noqa: PT012 - the last one of several
        while told < len(data):
            told = put(user(minato), file_id, data[told : told + piece], offset=told)
    assert told in {5 * piece, 6 * piece}
    for _ in range(2):
        with pytest.raises(StorageFullError):
            put(user(minato), file_id, data[told : told + piece], offset=told)
    assert uploads.get(actor=user(minato), file_id=file_id).received == told
    assert whole(file_id) == data[:told]
    with pytest.raises(StorageFullError):
        begin(user(minato), minato.clients["aoba"], 400_000, name="もう一つ.txt")
    opened = deliveries.open_ordinary(actor=minato.actor("aoki"), delivery_id=older.id, now=NOW)
    assert b"".join(opened.contents.stream()) == TEXT
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    while told < len(data):
        told = put(user(minato), file_id, data[told : told + piece], offset=told)
    assert whole(file_id) == data
    retention.sweep_orphans(due=looks.confirm(now=NOW), now=NOW)
    retention.sweep_orphans(due=looks.confirm(now=NOW + DAY), now=NOW + DAY)
    assert list(retention.check_files()) == []
    assert not list((small_disk / "files" / ".incoming").iterdir())
    assert len(list(store.list())) == 8


def test_a_full_disk_does_not_hinder_the_end_of_files(
    minato: Office, small_disk: Path, use: Callable[[Blobs], Blobs]
) -> None:
    store = use(Folder(small_disk / "files", reserve=0))
    line = hand_in(minato)
    with suppress(OSError), (small_disk / "filler").open("wb") as filler:
        while True:
            filler.write(b"\0" * 4096)
            filler.flush()
    retention.sweep_expired(
        due=Delivery.objects.get(id=line.id).expires_at, now=Delivery.objects.get(id=line.id).expires_at
    )
    assert not FileKey.objects.filter(id=line.file_id).exists()
    assert StoredFile.objects.get(id=line.file_id).shredded_at is not None
    assert list(store.list()) == []


# ---------------------------------------------------------------------------------------------- the whole story on S3


@pytest.fixture(scope="module")
def seaweed() -> Iterator[str]:
    try:
        with blob_servers.seaweed() as endpoint:
            yield endpoint
    except CannotStartError as error:
        pytest.skip(f"本物の S3 サーバー（SeaweedFS）の試験：{error}")


def test_the_whole_story_on_a_bucket(minato: Office, seaweed: str, use: Callable[[Blobs], Blobs]) -> None:
    prefix = uuid4().hex
    store = use(build(f"s3://{BUCKET}/{prefix}", endpoint=seaweed, key=KEY, secret=SECRET, region="us-east-1"))
    marker = b"MARKER-OF-THIS-STORY"
    data = (marker + "：バケットの文です。\n".encode()) * 14_000
    piece = 300_000
    file_id = begin(user(minato), minato.clients["aoba"], len(data), stamp="")
    put(user(minato), file_id, data[:piece])
    # A broken line, long after the least part: what came stays.
    told = put(user(minato), file_id, data[piece : piece + 270_000], offset=piece, length=len(data) - piece)
    assert told == piece + 270_000
    put(user(minato), file_id, data[told:], offset=told)
    examination.examine(file_id, now=NOW)
    line = Delivery.objects.get(file_id=file_id)
    opened = deliveries.open_ordinary(actor=minato.actor("aoki"), delivery_id=line.id, now=NOW)
    assert b"".join(opened.contents.stream()) == data
    assert b"".join(opened.contents.stream(299_990, 570_010)) == data[299_990:570_011]

    handed_in = hand_in(minato, data[:5_000] + b"\n", name="保護.txt", protected=True)
    unlocked = deliveries.open_protected(
        actor=minato.actor("saeki"),
        vault_key=minato.vault_key("saeki"),
        delivery_id=handed_in.id,
        purpose="SOCIAL_INSURANCE",
        taken_out=TakenOut.SCREEN,
        note="",
        now=NOW,
    )
    assert b"".join(unlocked.contents.stream()) == data[:5_000] + b"\n"
    sent = send(minato, TEXT, protected=True)
    received = deliveries.open_as_receiver(actor=user(minato), password=PASSWORD, delivery_id=sent.id, now=NOW)
    assert b"".join(received.contents.stream()) == TEXT

    client = blob_servers.client(seaweed)
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]
    bodies = [client.get_object(Bucket=BUCKET, Key=found["Key"])["Body"].read() for found in listed]
    assert len(bodies) == 5
    assert not any(marker in body or TEXT[:30] in body for body in bodies)

    with store.create(f"files/{minato.id.hex}/{file_id.hex}/000009-dead") as blob:
        blob.write(b"orphan")
        blob.commit()
    assert [found.file_id for found in retention.check_files()] == [None]
    assert (
        retention.sweep_orphans(due=looks.confirm(now=NOW), now=NOW),
        retention.sweep_orphans(due=looks.confirm(now=NOW + DAY), now=NOW + DAY),
    ) == (0, 1)
    assert list(retention.check_files()) == []

    lines = [line, handed_in, sent]
    retention.sweep_expired(
        due=max(Delivery.objects.get(id=one.id).expires_at for one in lines),
        now=max(Delivery.objects.get(id=one.id).expires_at for one in lines),
    )
    assert [facts.key for facts in store.list("files/")] == []
    assert set(StoredFile.objects.filter(shredded_at__isnull=True)) == set()
    with pytest.raises(ExpiredError):
        deliveries.open_ordinary(actor=minato.actor("aoki"), delivery_id=line.id, now=NOW)
    client.close()


def test_a_bucket_that_is_away_leaves_the_offset_where_it_was(
    minato: Office, seaweed: str, use: Callable[[Blobs], Blobs]
) -> None:
    address = f"s3://{BUCKET}/{uuid4().hex}"
    store = use(build(address, endpoint=seaweed, key=KEY, secret=SECRET, region="us-east-1"))
    file_id = half_way(minato)
    use(build(address, endpoint=seaweed, key=KEY, secret="wrong", region="us-east-1"))
    with pytest.raises(StorageUnavailableError):
        go_on(minato, file_id)
    use(store)
    check_nothing_moved(minato, file_id)
    check_comes_to_its_end(minato, file_id, store)
