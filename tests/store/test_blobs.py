"""Where files lie: one suite over every kind of place, then what only a disk and only a server can do wrong.

What is promised: a committed blob survives anything, a blob is whole or not there, a taken key stays as it was.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from azukari.kernel.clock import utc_now
from azukari.kernel.errors import AzukariError
from azukari.store import blobs as package
from azukari.store.blobs import (
    BlobExistsError,
    BlobMissingError,
    Blobs,
    Bucket,
    Folder,
    StorageFailedError,
    StorageFullError,
    StorageSuspectError,
    StorageUnavailableError,
    StorageUnreadableError,
    build,
    check_key,
    configure,
)
from tests.store import blob_servers
from tests.store.blob_servers import BUCKET, KEY, SECRET, Answer, CannotStartError, Line, Request, refusal

pytestmark = pytest.mark.no_database

OFFICE, FILE = "0192c1e4aaaa7bbb8cccddddeeee0001", "0192c1e4aaaa7bbb8cccddddeeee0002"
BLOB = f"files/{OFFICE}/{FILE}/part-1"
DAY = timedelta(days=1)
ROOT = Path(__file__).parents[2]


def bytes_of(seed: str, size: int) -> bytes:
    """Bytes without a pattern a disk could make up, the same in every run."""
    return hashlib.shake_128(seed.encode()).digest(size)


def put(store: Blobs, key: str, data: bytes = b"contents", piece: int = 1 << 20) -> None:
    with store.create(key) as blob:
        for start in range(0, len(data), piece):
            blob.write(data[start : start + piece])
        blob.commit()


def get(store: Blobs, key: str) -> bytes:
    with store.open(key) as blob:
        return blob.read()


def find(store: Blobs, key: str) -> bytes | None:
    try:
        return get(store, key)
    except BlobMissingError:
        return None


def keys(store: Blobs, prefix: str = "") -> list[str]:
    return sorted(facts.key for facts in store.list(prefix))


# ---------------------------------------------------------------------------------------------- one suite, three places


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    with blob_servers.moto() as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def seaweed() -> Iterator[str]:
    try:
        with blob_servers.seaweed() as endpoint:
            yield endpoint
    except CannotStartError as error:
        pytest.skip(f"本物の S3 サーバー（SeaweedFS）の試験：{error}")


def bucket(endpoint: str, *, secret: str = SECRET, name: str = BUCKET, prefix: str = "") -> Bucket:
    made = build(f"s3://{name}/{prefix or uuid4().hex}", endpoint=endpoint, key=KEY, secret=secret, region="us-east-1")
    assert isinstance(made, Bucket)
    return made


type Opener = Callable[[], Blobs]


@pytest.fixture(params=["folder", "seaweed", "moto"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens one and the same place, each time as another process would."""
    if request.param == "folder":
        return lambda: build(tmp_path / "files", reserve=0)
    endpoint = request.getfixturevalue(request.param)
    prefix = f"{uuid4().hex}/deep"
    return lambda: bucket(endpoint, prefix=prefix)


@pytest.fixture
def store(opener: Opener) -> Blobs:
    return opener()


@pytest.mark.parametrize("size", [0, 1, 65_537, 17 * 1024**2 + 33])
def test_what_was_written_is_read_by_another_process(opener: Opener, size: int) -> None:
    data = bytes_of("whole", size)
    put(opener(), BLOB, data)
    assert get(opener(), BLOB) == data
    assert opener().size(BLOB) == size


def test_any_kind_of_bytes_is_taken(store: Blobs) -> None:
    with store.create(BLOB) as blob:
        blob.write(b"a")
        blob.write(bytearray(b"bc"))
        blob.write(memoryview(b"xdefx")[1:4])
        blob.write(memoryview(bytes(range(12))).cast("I"))
        blob.write(b"")
        blob.commit()
    assert get(store, BLOB) == b"abcdef" + bytes(range(12))


def test_reading_gives_as_many_bytes_as_were_asked_for(store: Blobs) -> None:
    data = bytes_of("pieces", 300_000)
    put(store, BLOB, data)
    with store.open(BLOB) as blob:
        pieces = [
            blob.read(100_000),
            blob.read(0),
            blob.read(150_000),
            blob.read(100_000),
            blob.read(100_000),
            blob.read(),
        ]
    assert [len(piece) for piece in pieces] == [100_000, 0, 150_000, 50_000, 0, 0]
    assert b"".join(pieces) == data


def test_a_reader_may_stop_early_and_close_twice(store: Blobs) -> None:
    put(store, BLOB, bytes_of("early", 200_000))
    blob = store.open(BLOB)
    assert len(blob.read(10)) == 10
    blob.close()
    blob.close()


def test_a_blob_is_seen_after_its_commit_only(opener: Opener) -> None:
    store, other = opener(), opener()
    with store.create(BLOB) as blob:
        blob.write(b"half")
        assert find(other, BLOB) is None
        assert keys(other) == []
        blob.commit()
        assert find(other, BLOB) == b"half"


def test_leaving_without_commit_leaves_nothing(store: Blobs, tmp_path: Path) -> None:
    with store.create(BLOB) as blob:
        blob.write(b"not wanted")
    with suppress(ZeroDivisionError), store.create(BLOB) as blob:
        blob.write(b"broken off")
        raise ZeroDivisionError
    assert find(store, BLOB) is None
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    put(store, BLOB)


def test_a_taken_key_is_refused_and_stays_as_it_was(opener: Opener) -> None:
    put(opener(), BLOB, b"first")
    with pytest.raises(BlobExistsError):
        put(opener(), BLOB, b"second, longer")
    assert get(opener(), BLOB) == b"first"


def test_a_key_taken_meanwhile_is_refused(opener: Opener) -> None:
    store = opener()
    with store.create(BLOB) as slow:
        slow.write(b"slow")
        put(opener(), BLOB, b"quick")
        with pytest.raises(BlobExistsError):
            slow.commit()
    assert get(store, BLOB) == b"quick"


def test_a_spent_writer_takes_nothing(store: Blobs) -> None:
    with store.create(BLOB) as blob:
        blob.write(b"all")
        blob.commit()
        for act in (blob.commit, lambda: blob.write(b"more")):
            with pytest.raises(ValueError, match="committed or dropped"):
                act()
    assert get(store, BLOB) == b"all"


def test_of_many_writers_at_once_exactly_one_wins(opener: Opener) -> None:
    stores = [opener() for _ in range(4)]
    for turn in range(3):
        key = f"files/{OFFICE}/{turn}/{FILE}"
        start = threading.Barrier(len(stores))

        def race(place: int, key: str = key, start: threading.Barrier = start) -> bytes | None:
            data = bytes_of(f"racer {place}", 50_000 + place)
            try:
                with stores[place].create(key) as blob:
                    blob.write(data)
                    start.wait()
                    blob.commit()
            except BlobExistsError:
                return None
            return data

        with ThreadPoolExecutor(len(stores)) as pool:
            winners = [data for data in pool.map(race, range(len(stores))) if data is not None]
        assert len(winners) == 1
        assert get(stores[0], key) == winners[0]


def test_what_is_missing_is_named_as_missing(store: Blobs) -> None:
    put(store, f"{BLOB}/inner")
    for key in (BLOB, f"files/{OFFICE}", f"{BLOB}/other", "nothing"):
        for ask in (store.open, store.size, store.move_to_trash):
            with pytest.raises(BlobMissingError):
                ask(key)


def test_deleting_is_for_good_and_may_be_repeated(opener: Opener) -> None:
    store = opener()
    put(store, BLOB)
    put(store, f"{BLOB}0")
    for _ in range(2):
        store.delete(BLOB)
    store.delete("never/there")
    assert find(opener(), BLOB) is None
    assert keys(opener()) == [f"{BLOB}0"]
    put(store, BLOB, b"again")
    assert get(opener(), BLOB) == b"again"


def test_a_list_is_whole_and_keeps_to_its_prefix(store: Blobs) -> None:
    wanted = ["a", "b-c/x", "b/1-2", "b/1/z", "b/10", "b0", "c/d/e/f"]
    before = utc_now() - timedelta(minutes=1)
    for place, key in enumerate(wanted):
        put(store, key, b"x" * place)
    store.move_to_trash("a")
    found = list(store.list())
    assert len(found) == len(wanted) - 1
    assert {facts.key: facts.size for facts in found} == {key: place for place, key in enumerate(wanted) if place}
    assert all(before < facts.modified_at < before + timedelta(minutes=10) for facts in found)
    assert all(facts.modified_at.utcoffset() == timedelta(0) for facts in found)
    for prefix in ("b", "b/", "b/1", "b/1/", "b-", "c/d/e/f", "c/d/e/f/", "a", "x"):
        assert (keys(store, prefix)) == [key for key in wanted[1:] if key.startswith(prefix)], prefix


def test_an_orphan_lies_in_the_trash_for_days(opener: Opener) -> None:
    store = opener()
    put(store, BLOB, b"orphan")
    store.move_to_trash(BLOB)
    assert find(store, BLOB) is None
    assert keys(store) == []
    assert opener().empty_trash(utc_now() - 7 * DAY) == 0
    put(store, BLOB, b"another of the same name")
    store.move_to_trash(BLOB)
    assert opener().empty_trash(utc_now() + DAY) == 2
    assert opener().empty_trash(utc_now() + DAY) == 0


def test_sweeping_takes_no_blob(store: Blobs) -> None:
    assert store.empty_trash(utc_now() + DAY) == 0
    assert store.sweep_temporary(utc_now() + DAY) == 0
    put(store, BLOB)
    assert store.sweep_temporary(utc_now() + DAY) == 0
    assert get(store, BLOB) == b"contents"


@pytest.mark.parametrize(
    "key",
    ["", "/", "/a", "a/", "a//b", "A", "a.b", "..", "a/../b", "a b", "a\n", "あ", "a_b", "a" * 201, ".trash/x", "ａ"],
)
def test_what_is_no_key_is_refused_without_being_repeated(store: Blobs, key: str) -> None:
    for ask in (store.create, store.open, store.size, store.delete, store.move_to_trash):
        with pytest.raises(ValueError, match=r"^not a key of a blob$"):
            ask(key)
    if key:
        with pytest.raises(ValueError, match="key"):
            list(store.list(f"{key}//"))


def test_the_longest_key_works_everywhere(store: Blobs) -> None:
    for key in ("k" * 200, "/".join(["k"] * 100), f"{'f' * 60}/{'k' * 139}"):
        put(store, key, b"long")
        assert get(store, key) == b"long"
        store.move_to_trash(key)
        assert store.empty_trash(utc_now() + DAY) == 1


def test_there_is_room_for_little(store: Blobs) -> None:
    store.check_room(0)
    store.check_room(1000)


def test_a_place_has_a_name_for_people(store: Blobs) -> None:
    assert store.name in {"フォルダー", "S3"}


# --------------------------------------------------------------------------------------------------------- the address


def test_the_address_chooses_the_place(tmp_path: Path) -> None:
    assert isinstance(build(tmp_path), Folder)
    assert isinstance(build(str(tmp_path)), Folder)
    assert isinstance(build("s3://azukari"), Bucket)
    for wrong in ("https://example.jp/x", "s3://", "s3:///prefix"):
        with pytest.raises(ValueError, match="ファイルの置き場所"):
            build(wrong)
    with pytest.raises(ValueError, match="https://"):
        build("s3://azukari", endpoint="s3.example.jp")
    assert list(tmp_path.iterdir()) == []


def test_the_place_in_force_is_the_last_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "_in_force", [])
    with pytest.raises(RuntimeError):
        package.blobs()
    configure(tmp_path / "one")
    second = configure(tmp_path / "two")
    assert package.blobs() is second


def test_without_the_extra_the_operator_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r"azukari\[s3\]"):
        build("s3://azukari")


def test_the_secret_is_in_no_text() -> None:
    made = bucket("http://127.0.0.1:1", secret="very-secret-word")
    assert "very-secret-word" not in repr(vars(made)) + str(made)


def test_errors_are_of_the_kinds_doors_know() -> None:
    for kind in (StorageFullError, StorageFailedError, StorageSuspectError, StorageUnreadableError):
        assert issubclass(kind, StorageUnavailableError)
    assert not issubclass(BlobMissingError, StorageUnavailableError)


# ----------------------------------------------------------------------------------------------------------- the folder


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return tmp_path / "above" / "files"


@pytest.fixture
def folder(files: Path) -> Folder:
    return Folder(files, reserve=0)


def test_files_and_folders_are_for_our_eyes_only(folder: Folder, files: Path) -> None:
    old = os.umask(0)
    try:
        put(folder, BLOB)
        folder.move_to_trash(BLOB)
        put(folder, BLOB)
    finally:
        os.umask(old)
    modes = {stat.S_IMODE(path.lstat().st_mode) for path in [files, *files.rglob("*")] if path.is_dir()}
    assert modes == {0o700}
    assert {stat.S_IMODE(path.lstat().st_mode) for path in files.rglob("*") if path.is_file()} == {0o600}


def test_the_folder_of_the_last_blob_goes_with_it(folder: Folder, files: Path) -> None:
    for part in (1, 2):
        put(folder, f"files/{OFFICE}/{FILE}/part-{part}")
    folder.delete(f"files/{OFFICE}/{FILE}/part-1")
    assert (files / "files" / OFFICE / FILE).is_dir()
    folder.move_to_trash(f"files/{OFFICE}/{FILE}/part-2")
    assert not (files / "files" / OFFICE / FILE).exists()
    assert (files / "files" / OFFICE).is_dir()


def test_writers_and_deleters_of_neighbours_do_not_hurt_one_another(files: Path) -> None:
    """A folder may go between the moment it was made and the moment the blob is linked into it."""

    def work(place: int) -> None:
        mine = Folder(files, reserve=0)
        for turn in range(60):
            key = f"files/{OFFICE}/{FILE}/{place}-{turn}"
            put(mine, key, key.encode())
            assert get(mine, key) == key.encode()
            mine.delete(key)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert keys(Folder(files)) == []


def test_a_blob_cannot_lie_where_a_folder_is_and_the_other_way(folder: Folder) -> None:
    put(folder, "a/b", b"blob")
    for key in ("a", "a/b/c"):
        with pytest.raises(BlobExistsError):
            put(folder, key)
    assert keys(folder) == ["a/b"]
    folder.delete("a")
    folder.delete("a/b/c")
    assert get(folder, "a/b") == b"blob"


def test_links_pipes_and_strange_files_are_no_blobs(folder: Folder, files: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("elsewhere")
    put(folder, "a/real")
    (files / "a" / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(files / "a" / "pipe")
    assert keys(folder) == ["a/real"]
    with pytest.raises((BlobMissingError, StorageUnreadableError)):
        get(folder, "a/link")
    for key in ("a/link", "a/pipe"):
        with pytest.raises(BlobMissingError):
            folder.size(key)
        with pytest.raises(BlobExistsError):
            put(folder, key)
    with pytest.raises(BlobMissingError):
        folder.open("a/pipe")
    assert (tmp_path / "secret").read_text() == "elsewhere"


def test_stale_temporary_files_are_swept_and_young_ones_stay(folder: Folder, files: Path) -> None:
    put(folder, BLOB)
    stale, young = files / ".incoming" / "stale", files / ".incoming" / "young"
    for path in (stale, young):
        path.write_bytes(b"half")
    old = (utc_now() - 2 * DAY).timestamp()
    os.utime(stale, (old, old))
    assert folder.sweep_temporary(utc_now() - DAY) == 1
    assert not stale.exists()
    assert young.exists()


def test_the_trash_tells_when_and_what_and_keeps_strangers(folder: Folder, files: Path) -> None:
    put(folder, BLOB)
    folder.move_to_trash(BLOB)
    (found,) = (files / ".trash").iterdir()
    assert re.fullmatch(r"\d{8}T\d{6}\.[0-9a-f]{32}\." + re.escape(BLOB.replace("/", ".")), found.name)
    strange = files / ".trash" / "put here by hand"
    strange.touch()
    old = found.with_name(f"20200101T000000.{'0' * 32}.files.x")
    old.touch()
    assert folder.empty_trash(datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert folder.empty_trash(datetime(2020, 1, 1, 0, 0, 1, tzinfo=UTC)) == 1
    assert sorted((files / ".trash").iterdir()) == sorted([found, strange])


def test_room_is_kept_free_beyond_what_is_wanted(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = os.statvfs("/")

    def disk(total: int, free: int) -> None:
        fields = list(facts)
        fields[1], fields[2], fields[4] = 4096, total // 4096, free // 4096
        monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result(fields))

    gib = 1024**3
    disk(total=100 * gib, free=6 * gib)
    Folder(files).check_room(900 * 1024**2)
    with pytest.raises(StorageFullError):
        Folder(files).check_room(1 * gib)  # with its tenth under 5 %
    disk(total=10 * gib, free=2 * gib + 1024**2)
    Folder(files).check_room(900 * 1024)
    with pytest.raises(StorageFullError):
        Folder(files).check_room(1024**2)
    with pytest.raises(StorageFullError):
        Folder(files, reserve=3 * gib).check_room(0)
    Folder(files, reserve=0).check_room(gib)
    disk(total=10 * gib, free=gib // 4)
    with pytest.raises(StorageFullError):
        Folder(files, reserve=0).check_room(0)


# ----------------------------------------------------------------------------------------- a disk that fails, in process


@contextmanager
def failing(
    monkeypatch: pytest.MonkeyPatch, call: str, number: int, when: Callable[[object], bool]
) -> Iterator[list[int]]:
    """Make one call of the system fail the first time its first argument fits; give how often it was called for it."""
    plain = getattr(os, call)
    calls: list[int] = []

    def fail(handle: object, *rest: object, **named: object) -> object:
        if not calls and when(handle):
            calls.append(1)
            raise OSError(number, os.strerror(number), f"/somewhere/{BLOB}")
        return plain(handle, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        yield calls


def is_file(handle: object) -> bool:
    assert isinstance(handle, int)
    return stat.S_ISREG(os.fstat(handle).st_mode)


def is_folder(handle: object) -> bool:
    return not is_file(handle)


def is_the_named_folder(handle: object) -> bool:
    """The one the name was just written into; before its fsync the blob can be seen already."""
    return Path(f"/proc/self/fd/{handle}").readlink().name == FILE


@pytest.mark.parametrize(
    ("call", "number", "when"),
    [
        ("fsync", errno.EIO, is_file),
        ("fsync", errno.EREMOTEIO, is_file),
        ("close", errno.EIO, is_file),
        ("close", errno.ETIMEDOUT, is_file),
        ("fsync", errno.EIO, is_folder),
        ("fsync", errno.EIO, is_the_named_folder),
        ("write", errno.EIO, is_file),
    ],
)
def test_after_a_failed_fsync_the_disk_is_suspect_until_the_operator_says_otherwise(
    folder: Folder, files: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, when: Callable[[object], bool]
) -> None:
    put(folder, "older", b"older")
    with failing(monkeypatch, call, number, when) as calls, pytest.raises(StorageFailedError) as caught:
        put(folder, BLOB)
    assert calls == [1]
    assert type(caught.value) is StorageFailedError
    assert list((files / ".incoming").iterdir()) == []
    other = Folder(files, reserve=0)
    assert find(other, BLOB) is None
    assert get(other, "older") == b"older"
    for ask in (lambda: other.create(BLOB), lambda: other.check_room(0), lambda: folder.create(BLOB)):
        with pytest.raises(StorageSuspectError, match="新しい保存を止めています"):
            ask()
    mark = (files / ".suspect").read_text("utf-8")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:+]+ [a-z ]+ " + errno.errorcode[number] + r"\n", mark)
    other.delete("older")
    (files / ".suspect").unlink()
    put(folder, BLOB)
    assert get(other, BLOB) == b"contents"


def test_what_was_begun_before_the_disk_became_suspect_is_not_kept(folder: Folder, files: Path) -> None:
    with folder.create(BLOB) as blob:
        blob.write(b"begun")
        (files / ".suspect").touch()
        with pytest.raises(StorageSuspectError):
            blob.commit()
    assert find(folder, BLOB) is None
    assert list((files / ".incoming").iterdir()) == []


def test_fsync_is_never_tried_again_on_the_same_file(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: Counter[int] = Counter()
    plain = os.fsync

    def fail(handle: int) -> None:
        if is_file(handle) and Path(f"/proc/self/fd/{handle}").readlink().name != ".suspect":
            tried[os.fstat(handle).st_ino] += 1
            raise OSError(errno.EIO, "no")
        plain(handle)

    monkeypatch.setattr(os, "fsync", fail)
    with folder.create(BLOB) as blob:
        blob.write(b"x")
        with pytest.raises(StorageFailedError):
            blob.commit()
        with pytest.raises(ValueError, match="committed or dropped"):
            blob.commit()
    assert list(tried.values()) == [1]


def test_where_the_mark_cannot_be_written_the_process_remembers(
    folder: Folder, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.EIO, "no")

    put(folder, "older")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StorageFailedError):
            put(folder, "a")
    (files / ".suspect").unlink()
    with pytest.raises(StorageSuspectError):
        put(folder, "a")
    folder.clear_suspect()
    put(folder, "a")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_full_disk_is_not_a_suspect_one(
    folder: Folder, files: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    with failing(monkeypatch, call, number, is_file), pytest.raises(StorageFullError):
        put(folder, BLOB)
    assert [path for path in files.rglob("*") if path.is_file()] == []
    put(folder, BLOB)


def test_a_blob_whose_write_failed_can_no_longer_be_committed(
    folder: Folder, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever overlooks the refusal would keep a blob with a hole."""
    with folder.create(BLOB) as blob:
        blob.write(b"begin")
        with failing(monkeypatch, "write", errno.ENOSPC, is_file), pytest.raises(StorageFullError):
            blob.write(b"middle")
        assert list((files / ".incoming").iterdir()) == []
        for act in (lambda: blob.write(b"end"), blob.commit):
            with pytest.raises(ValueError, match="committed or dropped"):
                act()
    assert find(folder, BLOB) is None


def test_a_link_whose_answer_was_lost_is_ours(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on NFS, where a call may be carried out twice."""
    plain = os.link

    def twice(*arguments: object, **named: object) -> None:
        plain(*arguments, **named)
        plain(*arguments, **named)

    monkeypatch.setattr(os, "link", twice)
    put(folder, BLOB, b"mine")
    assert get(folder, BLOB) == b"mine"
    with pytest.raises(BlobExistsError):
        put(folder, BLOB, b"other")


def test_a_failing_disk_does_not_open_files_silently(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder, BLOB)

    def fail(*arguments: object, **named: object) -> int:
        raise OSError(errno.EIO, "no", BLOB)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", fail)
        with pytest.raises(StorageUnreadableError):
            folder.open(BLOB)
    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", fail)
        with pytest.raises(StorageUnreadableError):
            keys(folder)


def test_no_key_reaches_a_log_or_a_traceback(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with failing(monkeypatch, "fsync", errno.EIO, is_file), pytest.raises(StorageFailedError) as caught:
        put(folder, BLOB)
    told = "".join(traceback.format_exception(caught.value)) + caplog.text + str(caught.value)
    assert "EIO" in told
    assert OFFICE not in told
    assert FILE not in told


# -------------------------------------------------------------------------------------------------------- a full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("満杯のディスクの試験：tmpfs を作るには root の権限が必要です。")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("満杯のディスクの試験：この環境では tmpfs を作れません。")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_on_a_full_disk_nothing_half_is_kept_and_all_works_again_with_room(small_disk: Path) -> None:
    store = Folder(small_disk / "files", reserve=0)
    put(store, "older", bytes_of("older", 1 << 20))
    before = os.statvfs(small_disk).f_bavail
    with pytest.raises(StorageFullError):
        store.check_room(8 << 20)
    for _ in range(3):
        with pytest.raises(StorageFullError):
            put(store, BLOB, bytes_of("too much", 8 << 20), piece=300_000)
    assert find(store, BLOB) is None
    assert os.statvfs(small_disk).f_bavail >= before - 8  # the folders that were made may stay
    assert get(store, "older") == bytes_of("older", 1 << 20)
    store.delete("older")
    put(store, BLOB, bytes_of("fits", 3 << 20))
    assert get(store, BLOB) == bytes_of("fits", 3 << 20)


def test_filling_a_disk_to_the_last_byte_never_gives_half_a_blob(small_disk: Path) -> None:
    store = Folder(small_disk / "files", reserve=0)
    written = 0
    with suppress(StorageFullError):
        for place in range(100):
            put(store, f"files/{place}", bytes_of(str(place), 100_001))
            written += 1
    assert 30 < written < 45
    assert (keys(store)) == sorted(f"files/{place}" for place in range(written))
    assert all(get(store, f"files/{place}") == bytes_of(str(place), 100_001) for place in range(written))
    store.delete("files/0")
    put(store, "files/new", bytes_of("new", 100_001))


def test_folders_that_do_not_fit_are_a_full_disk_too(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,nr_inodes=12", str(small_disk)], check=True)
    store = Folder(small_disk / "files", reserve=0)
    with suppress(StorageFullError):
        for place in range(12):
            put(store, f"files/{OFFICE}/{place}/part")
    whole = keys(store)
    assert 0 < len(whole) < 12
    assert all(get(store, key) == b"contents" for key in whole)
    store.delete(whole[0])
    put(store, whole[0], b"again")


def test_a_disk_that_became_read_only_refuses_and_still_reads(small_disk: Path) -> None:
    store = Folder(small_disk / "files", reserve=0)
    put(store, BLOB)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StorageFailedError):
        put(store, f"{BLOB}0")
    assert get(store, BLOB) == b"contents"


# ------------------------------------------------------------------------- every system call of a commit, from outside

PROGRAM = """
import hashlib, os, sys
from pathlib import Path
from azukari.kernel.errors import AzukariError
from azukari.store.blobs.folder import Folder
root, act, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
store = Folder(Path(root), reserve=0)
if act == "write carelessly":
    os.fsync, act = lambda handle: None, "write"
os.write(1, b"READY\\n")
os.read(0, 1)
for place in range(first, first + count):
    key = f"files/office/{place}/part-1"
    data = hashlib.shake_128(key.encode()).digest(200_000)
    try:
        if act != "write":
            getattr(store, act)(key)
            os.write(1, f"ACK {place}\\n".encode())
            continue
        with store.create(key) as blob:
            for start in range(0, len(data), 70_000):
                blob.write(data[start:start + 70_000])
            blob.commit()
    except AzukariError as error:
        os.write(1, f"REFUSED {type(error).__name__}\\n".encode())
    else:
        os.write(1, f"ACK {place}\\n".encode())
"""
WATCHED = (
    "openat",
    "write",
    "fsync",
    "close",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
)
WATCHED += ("mkdir", "mkdirat")
FAULTS = ("error=EIO", "error=ENOSPC", "signal=KILL")

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="システムコールの故障の試験：strace がありません。"
)


@dataclass
class Ran:
    out: str
    trace: list[str]

    @property
    def acknowledged(self) -> list[int]:
        return [int(place) for place in re.findall(r"^ACK (\d+)$", self.out, re.MULTILINE)]

    @property
    def refused(self) -> list[str]:
        return re.findall(r"^REFUSED (\w+)$", self.out, re.MULTILINE)


def start(root: Path, *, act: str = "write", first: int = 0, count: int = 1) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(root), act, str(first), str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert child.stdout
    assert child.stdout.readline() == b"READY\n"
    return child


def run(root: Path, log: Path | None = None, inject: str = "", act: str = "write") -> Ran:
    """Run the program; with a log, under strace from the moment it begins to act."""
    with start(root, act=act) as child:
        tracer = None
        if log is not None:
            command = ["strace", "-f", "-q", "-y", "-s", "16", "-o", str(log), "-e", f"trace={','.join(WATCHED)}"]
            command += ["-e", f"inject={inject}"] * bool(inject)
            tracer = subprocess.Popen([*command, "-p", str(child.pid)], stderr=subprocess.PIPE)
            status = Path(f"/proc/{child.pid}/status")
            while re.search(r"TracerPid:\t0\n", status.read_text()) and tracer.poll() is None:
                pass
            if tracer.poll() is not None:
                child.kill()
                assert tracer.stderr
                pytest.skip(
                    f"システムコールの故障の試験：strace を使えません（{tracer.stderr.read().decode()[:80]}）。"
                )
        out, _ = child.communicate(b"\n")
        if tracer is not None:
            tracer.communicate()
    return Ran(out.decode(), log.read_text("utf-8", "replace").splitlines() if log else [])


def check_after(root: Path, place: int, *, acknowledged: bool) -> None:
    """What holds after any fault, seen by another process."""
    store = Folder(root, reserve=0)
    key = f"files/office/{place}/part-1"
    found = find(store, key)
    whole = hashlib.shake_128(key.encode()).digest(200_000)
    assert found in ({whole} if acknowledged else {None, whole}), "lost or half"
    listed = [facts.size for facts in store.list() if facts.key == key]
    assert listed == ([200_000] if found else [])


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The system calls of one commit without a fault."""
    folder = tmp_path_factory.mktemp("recorded")
    ran = run(folder / "files", folder / "trace")
    assert ran.acknowledged == [0]
    return ran.trace


def occurrences(trace: list[str]) -> Counter[str]:
    return Counter(name for line in trace if (name := re.sub(r"^\d+ +(\w+)\(.*", r"\1", line)) in WATCHED)


def suffer(tmp_path: Path, call: str, number: int, fault: str) -> Ran:
    """One fault, then what must hold, then a second run that completes."""
    root = tmp_path / f"{call}-{number}-{fault.rpartition('=')[2]}" / "files"
    root.parent.mkdir()
    ran = run(root, root.parent / "trace", f"{call}:{fault}:when={number}")
    check_after(root, 0, acknowledged=bool(ran.acknowledged))
    assert any("INJECTED" in line for line in ran.trace) or fault == "signal=KILL"
    if fault == "error=ENOSPC":
        assert not (root / ".suspect").exists()
        assert set(ran.refused) <= {"StorageFullError"}
    if fault == "error=EIO" and call == "fsync":
        assert (root / ".suspect").exists()
        assert ran.refused == ["StorageFailedError"]
        assert run(root).refused == ["StorageSuspectError"]
    Folder(root).clear_suspect() if root.exists() else None
    second = run(root)
    assert second.acknowledged == [0] or second.refused == ["BlobExistsError"]
    check_after(root, 0, acknowledged=True)
    Folder(root).sweep_temporary(utc_now() + DAY)
    assert [path.lstat().st_nlink for path in root.rglob("*") if path.is_file()] == [1]
    return ran


@needs_strace
@pytest.mark.nightly
def test_a_fault_in_any_call_of_a_commit_loses_nothing(recorded: list[str], tmp_path: Path) -> None:
    counts = occurrences(recorded)
    assert {"openat", "write", "fsync", "close", "linkat", "mkdir"} <= counts.keys()
    for call, count in counts.items():
        for number in range(1, count + 1):
            for fault in FAULTS:
                suffer(tmp_path, call, number, fault)


@needs_strace
@pytest.mark.nightly
@pytest.mark.parametrize("act", ["delete", "move_to_trash"])
def test_a_fault_in_any_call_of_a_removal_keeps_the_blob_or_removes_it(tmp_path: Path, act: str) -> None:
    key = "files/office/0/part-1"
    whole = hashlib.shake_128(key.encode()).digest(200_000)

    def remove(name: str, inject: str) -> tuple[Path, Ran]:
        root = tmp_path / name / "files"
        put(Folder(root, reserve=0), key, whole)
        return root, run(root, root.parent / "trace", inject, act)

    def trashed(root: Path) -> list[bytes]:
        return [path.read_bytes() for path in root.glob(".trash/*")]

    counts = occurrences(remove("recorded", "")[1].trace)
    assert {"unlinkat" if act == "delete" else "rename", "fsync"} <= counts.keys()
    for call, number, fault in [(c, n, f) for c, count in counts.items() for n in range(1, count + 1) for f in FAULTS]:
        root, ran = remove(f"{call}-{number}-{fault.rpartition('=')[2]}", f"{call}:{fault}:when={number}")
        found = find(Folder(root), key)
        assert found in ({None} if ran.acknowledged else {None, whole})
        if act == "move_to_trash":
            assert trashed(root) == ([] if found else [whole]), "neither here nor there"
        second = run(root, act=act)
        assert second.acknowledged == [0] or (act == "move_to_trash" and second.refused == ["BlobMissingError"])
        assert find(Folder(root), key) is None


SAMPLE = [
    ("openat", 1, "error=ENOSPC"),
    ("write", 2, "error=EIO"),
    ("write", 3, "error=ENOSPC"),
    ("write", 0, "signal=KILL"),
    ("fsync", 1, "error=EIO"),
    ("fsync", 0, "error=EIO"),
    ("fsync", 0, "signal=KILL"),
    ("close", 1, "error=EIO"),
    ("linkat", 0, "signal=KILL"),
    ("linkat", 0, "error=ENOSPC"),
    ("unlink", 0, "signal=KILL"),
    ("mkdir", 0, "error=ENOSPC"),
]


@needs_strace
@pytest.mark.parametrize(("call", "number", "fault"), SAMPLE)
def test_a_fault_in_a_call_of_a_commit_loses_nothing(
    recorded: list[str], tmp_path: Path, call: str, number: int, fault: str
) -> None:
    """A sample of the sweep above; 0 is the last occurrence."""
    suffer(tmp_path, call, number or occurrences(recorded)[call], fault)


@needs_strace
def test_a_power_loss_after_the_answer_finds_everything_on_the_disk(recorded: list[str]) -> None:
    """The order of calls is the proof: what is on the disk at the answer is what was fsynced before it."""

    def places(pattern: str) -> list[int]:
        return [place for place, line in enumerate(recorded) if re.search(pattern, line)]

    def first_after(place: int, pattern: str) -> int:
        return next(found for found in places(pattern) if found > place)

    (answer,) = places(r"write\(1<.*\"ACK")
    (link,) = places(r"linkat\(.* = 0$")
    writes = places(r"write\(\d+<\S*/files/\.incoming/")
    (fsync,) = places(r"fsync\(\d+<\S*/files/\.incoming/\w+>\) = 0")
    (close,) = places(r"close\(\d+<\S*/files/\.incoming/\w+>\) = 0")
    assert len(writes) == 3
    assert max(writes) < fsync < close < link
    # The handle was open before the link, so that an error in between is reported to it.
    handle = re.search(r"linkat\(.*, (\d+)<(\S*)>, \"part-1\"", recorded[link])
    assert handle
    number, place = handle.groups()
    assert place.endswith("/files/office/0")
    named = first_after(link, rf"fsync\({number}<{re.escape(place)}>\) = 0")
    assert max(places(rf"openat\(.*{re.escape(place)}\".* = {number}<")) < link < named < answer
    made = [(found, re.findall(r'"([^"]+)"', recorded[found])[0]) for found in places(r"mkdir\(.* = 0$")]
    above = {path: found for found, path in made if ".incoming" not in path}
    assert len(above) == 4
    for path, found in above.items():
        assert first_after(found, rf"fsync\(\d+<{re.escape(str(Path(path).parent))}>\) = 0") < answer


@needs_strace
@pytest.mark.parametrize(
    ("act", "call", "synced"),
    [
        ("delete", r"unlinkat\(.*\"part-1\"", ["files/office/0"]),
        ("move_to_trash", r"rename\(", [".trash", "", "files/office/0"]),
    ],
)
def test_a_removal_is_on_the_disk_before_its_answer(tmp_path: Path, act: str, call: str, synced: list[str]) -> None:
    root = tmp_path / "files"
    put(Folder(root, reserve=0), "files/office/0/part-1")
    trace = run(root, tmp_path / "trace", act=act).trace
    marks = [call, *[rf"fsync\(\d+<{re.escape(str(root / folder))}>\) = 0" for folder in synced], r"write\(1<.*\"ACK"]
    places = [next(place for place, line in enumerate(trace) if re.search(mark, line)) for mark in marks]
    assert places == sorted(places)


def test_a_kill_at_any_time_loses_no_answered_blob(tmp_path: Path) -> None:
    root = tmp_path / "files"
    first = 0
    for answers in (1, 2, 3, 5, 8, 13):
        with start(root, first=first, count=1000) as child:
            assert child.stdin
            assert child.stdout
            child.stdin.write(b"\n")
            child.stdin.flush()
            lines = [child.stdout.readline() for _ in range(answers)]
            child.send_signal(signal.SIGKILL)
            out = b"".join([*lines, child.stdout.read()]).decode()
        acknowledged = Ran(out, []).acknowledged
        assert len(acknowledged) >= answers
        for place in range(first, max(acknowledged) + 2):
            check_after(root, place, acknowledged=place in acknowledged)
        first = max(acknowledged) + 2
    assert len(list((root / ".incoming").iterdir())) <= 6
    Folder(root).sweep_temporary(utc_now() + DAY)
    assert list((root / ".incoming").iterdir()) == []


@pytest.fixture
def pulled_plug(tmp_path: Path) -> Iterator[Callable[[str], list[tuple[Path, list[int]]]]]:
    """Runs the program on a disk of its own (ext4) and pulls the plug after several answers.

    What the file of a loop device holds at that moment is what a machine would find that lost its power: what the
    file system has in memory only is not in it. Gives the disks as found after that, each with what was answered for.
    """
    if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        pytest.skip("停電の試験：root の権限と mkfs.ext4 が必要です。")
    with ExitStack() as stack:

        def mount(image: Path, *options: str) -> Path:
            place = image.with_suffix(".mounted")
            place.mkdir()
            command = ["mount", "-o", ",".join(["loop", *options]), str(image), str(place)]
            made = subprocess.run(command, capture_output=True, check=False)
            if made.returncode:
                pytest.skip("停電の試験：この環境ではループデバイスを使えません。")
            stack.callback(subprocess.run, ["umount", str(place)], check=True)
            return place

        def pull(act: str) -> list[tuple[Path, list[int]]]:
            image = tmp_path / f"{act}.image"
            with image.open("wb") as made:
                made.truncate(24 << 20)
            subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
            # commit: without it ext4 writes everything by itself every 5 s and a slow machine would see less.
            disk = mount(image, "commit=600")
            found, lines = [], []
            with start(disk / "files", act=act, count=40) as child:
                assert child.stdin
                assert child.stdout
                child.stdin.write(b"\n")
                child.stdin.flush()
                for more in (1, 1, 2, 5, 11):
                    lines += [child.stdout.readline() for _ in range(more)]
                    child.send_signal(signal.SIGSTOP)
                    # Not in the middle of a call: a copy is not made in one instant as a power cut is.
                    while Path(f"/proc/{child.pid}/stat").read_text().split()[2] != "T":
                        pass
                    copy = tmp_path / f"{act}.{len(lines)}.image"
                    shutil.copyfile(image, copy)
                    child.send_signal(signal.SIGCONT)
                    found.append((copy, Ran(b"".join(lines).decode(), []).acknowledged))
                child.kill()
            return [(mount(copy) / "files", answered) for copy, answered in found]

        yield pull


def test_a_pulled_plug_loses_no_answered_blob(pulled_plug: Callable[[str], list[tuple[Path, list[int]]]]) -> None:
    for root, answered in pulled_plug("write"):
        assert answered
        for place in range(max(answered) + 3):
            check_after(root, place, acknowledged=place in answered)


def test_without_fsync_a_pulled_plug_would_lose_them(
    pulled_plug: Callable[[str], list[tuple[Path, list[int]]]],
) -> None:
    """So that the test above is known to see what it is for."""
    for root, answered in pulled_plug("write carelessly"):
        assert answered
        assert keys(Folder(root)) == []


def test_of_many_processes_exactly_one_wins(tmp_path: Path) -> None:
    children = [start(tmp_path / "files", count=10) for _ in range(4)]
    for child in children:
        assert child.stdin
        child.stdin.write(b"\n")
        child.stdin.flush()
    ran = [Ran(child.communicate()[0].decode(), []) for child in children]
    assert sorted(place for one in ran for place in one.acknowledged) == list(range(10))
    assert {name for one in ran for name in one.refused} == {"BlobExistsError"}
    for place in range(10):
        check_after(tmp_path / "files", place, acknowledged=True)


# ------------------------------------------------------------------------------------------------- against a plain model


class AgainstDictionaries(RuleBasedStateMachine):
    """Any order of acts, by two processes, against two dictionaries and a count."""

    some_key = st.sampled_from(
        [f"{top}/{place}/{name}" for top in ("a", "b-1") for place in "12" for name in ("x", "x-y")]
    )

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="azukari-model-"))
        self.stores = [Folder(self.place / "files", reserve=0) for _ in range(2)]
        self.model: dict[str, bytes] = {}
        self.trashed = 0

    def teardown(self) -> None:
        shutil.rmtree(self.place)

    @rule(which=st.booleans(), key=some_key, data=st.binary(max_size=50), commit=st.booleans())
    def write(self, which: bool, key: str, data: bytes, commit: bool) -> None:
        try:
            with self.stores[which].create(key) as blob:
                blob.write(data)
                if commit:
                    blob.commit()
        except BlobExistsError:
            assert key in self.model
        else:
            assert key not in self.model
            if commit:
                self.model[key] = data

    @rule(which=st.booleans(), key=some_key)
    def delete(self, which: bool, key: str) -> None:
        self.stores[which].delete(key)
        self.model.pop(key, None)

    @rule(which=st.booleans(), key=some_key)
    def move_to_trash(self, which: bool, key: str) -> None:
        try:
            self.stores[which].move_to_trash(key)
        except BlobMissingError:
            assert key not in self.model
        else:
            del self.model[key]
            self.trashed += 1

    @rule(which=st.booleans())
    def empty_trash(self, which: bool) -> None:
        assert self.stores[which].empty_trash(utc_now() + DAY) == self.trashed
        self.trashed = 0

    @rule(which=st.booleans(), prefix=st.sampled_from(["", "a", "a/", "a/1", "a/1/x", "b-", "b-1/2/", "c"]))
    def list(self, which: bool, prefix: str) -> None:
        found = {facts.key: facts.size for facts in self.stores[which].list(prefix)}
        assert found == {key: len(data) for key, data in self.model.items() if key.startswith(prefix)}

    @invariant()
    def whole(self) -> None:
        for key, data in self.model.items():
            assert get(self.stores[0], key) == data


AgainstDictionaries.TestCase.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, derandomize=True
)
TestAgainstDictionaries = AgainstDictionaries.TestCase


# ----------------------------------------------------------------------------------------------- a server that is odd


@pytest.fixture
def line(moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    with blob_servers.line_to(moto) as made:
        yield made


type Ask = Callable[[], Answer]


def hang_up(request: Request, ask: Ask) -> Answer | None:
    return None


def always(answer: Answer) -> Callable[[Request, Ask], Answer | None]:
    """Answer so to everything about blobs, let the probe through."""
    return lambda request, ask: answer if request.for_blob else ask()


def test_a_server_that_ignores_the_condition_is_found_out(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    def ignore(request: Request, ask: Ask) -> Answer:
        request.headers = {name: value for name, value in request.headers.items() if name.lower() != "if-none-match"}
        return ask()

    line.fault = ignore
    store = bucket(line.endpoint)
    put(store, BLOB, b"first")
    assert "does not know If-None-Match" in caplog.text
    with pytest.raises(BlobExistsError):
        put(store, BLOB, b"second")
    assert get(store, BLOB) == b"first"


@pytest.mark.parametrize(("status", "code"), [(501, "NotImplemented"), (400, "InvalidArgument")])
def test_a_server_that_refuses_the_condition_gets_none(line: Line, status: int, code: str) -> None:
    def refuse(request: Request, ask: Ask) -> Answer:
        asked = request.method == "PUT" and "if-none-match" in {name.lower() for name in request.headers}
        return refusal(status, code) if asked else ask()

    line.fault = refuse
    store = bucket(line.endpoint)
    put(store, BLOB, b"first")
    with pytest.raises(BlobExistsError):
        put(store, BLOB, b"second")
    assert get(store, BLOB) == b"first"


def test_the_condition_is_tried_once_a_process(line: Line) -> None:
    store = bucket(line.endpoint)
    for place in range(3):
        put(store, f"files/{place}")
    assert sum("/.probe/" in request.path for request in line.seen) == 3
    assert line.times("HEAD") == 0
    assert keys(store) == [f"files/{place}" for place in range(3)]


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (500, "InternalError", StorageFailedError),
        (503, "SlowDown", StorageFailedError),
        (403, "AccessDenied", StorageFailedError),
        (409, "ConditionalRequestConflict", StorageFailedError),
        (507, "InsufficientStorage", StorageFullError),
        (507, "507", StorageFullError),
        (403, "QuotaExceeded", StorageFullError),
        (507, "XMinioStorageFull", StorageFullError),
    ],
)
def test_a_refused_write_is_told_in_our_words(line: Line, status: int, code: str, expected: type[AzukariError]) -> None:
    line.fault = always(refusal(status, code))
    with pytest.raises(expected) as caught:
        put(bucket(line.endpoint), BLOB)
    assert type(caught.value) is expected
    assert sum(request.for_blob for request in line.seen) <= 3


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_refused_read_is_no_missing_blob(line: Line, status: int) -> None:
    line.fault = always(refusal(status, "Whatever"))
    store = bucket(line.endpoint)
    for ask in (store.open, store.size):
        with pytest.raises(StorageUnreadableError):
            ask(BLOB)


def test_one_bad_answer_is_tried_again(line: Line) -> None:
    bad = iter([refusal(503, "SlowDown")])
    line.fault = lambda request, ask: next(bad, None) or ask() if request.for_blob else ask()
    store = bucket(line.endpoint)
    put(store, BLOB, bytes_of("again", 300_000))
    assert get(store, BLOB) == bytes_of("again", 300_000)


def test_a_lost_answer_does_not_make_our_own_blob_a_strangers(line: Line) -> None:
    lost: list[int] = []

    def lose(request: Request, ask: Ask) -> Answer | None:
        answer = ask()
        if request.for_blob and request.method == "PUT" and not lost:
            lost.append(answer.status)
            return None
        return answer

    line.fault = lose
    store = bucket(line.endpoint)
    put(store, BLOB, b"mine")
    assert lost == [200]
    assert get(store, BLOB) == b"mine"
    with pytest.raises(BlobExistsError):
        put(store, BLOB, b"other")


def test_a_lost_answer_to_the_probe_hinders_nobody(line: Line) -> None:
    lost: list[int] = []

    def lose(request: Request, ask: Ask) -> Answer | None:
        answer = ask()
        if not lost:
            lost.append(answer.status)
            return None
        return answer

    line.fault = lose
    store = bucket(line.endpoint)
    put(store, BLOB, b"mine")
    assert lost == [200]
    with pytest.raises(BlobExistsError):
        put(store, BLOB, b"other")


def test_when_every_answer_is_lost_the_blob_is_whole_or_absent(line: Line) -> None:
    store = bucket(line.endpoint)
    put(store, "files/first")
    line.fault = lambda request, ask: None if ask() and request.method == "PUT" else ask()
    with pytest.raises(StorageFailedError):
        put(store, BLOB, b"whole")
    assert line.times("PUT") <= 6
    line.fault = None
    assert get(store, BLOB) == b"whole"


@pytest.mark.parametrize("size", [-1, 1000, 65_536])
def test_a_body_that_ends_early_is_not_taken_for_the_blob(line: Line, size: int) -> None:
    def cut(request: Request, ask: Ask) -> Answer:
        answer = ask()
        answer.cut = 30_000 if request.method == "GET" and request.for_blob else None
        return answer

    store = bucket(line.endpoint)
    put(store, BLOB, bytes_of("cut", 100_000))
    line.fault = cut
    with store.open(BLOB) as blob, pytest.raises(StorageUnreadableError):
        all(iter(lambda: blob.read(size), b""))


def test_hanging_up_is_a_failure_in_our_words(line: Line) -> None:
    line.fault = hang_up
    store = bucket(line.endpoint)
    for ask in (
        lambda: put(store, BLOB),
        lambda: store.open(BLOB),
        lambda: store.size(BLOB),
        lambda: store.delete(BLOB),
        lambda: keys(store),
        lambda: store.move_to_trash(BLOB),
        lambda: store.empty_trash(utc_now()),
    ):
        with pytest.raises(StorageFailedError):
            ask()


def test_a_server_that_is_down_is_a_failure_in_our_words(line: Line) -> None:
    (port,) = blob_servers.free_ports(1)
    store = bucket(f"http://127.0.0.1:{port}")
    with pytest.raises(StorageFailedError):
        put(store, BLOB)
    with pytest.raises(StorageUnreadableError):
        store.open(BLOB)


def test_a_missing_bucket_is_no_missing_blob(moto: str) -> None:
    store = bucket(moto, name="not-there")
    for ask in (store.open, store.size, lambda key: put(store, key), lambda _: keys(store), store.move_to_trash):
        with pytest.raises(StorageFailedError):
            ask(BLOB)


def test_a_list_goes_on_over_pages(line: Line) -> None:
    store = bucket(line.endpoint)
    wanted = [f"files/{place}" for place in range(7)]
    for key in wanted:
        put(store, key)

    def two_at_a_time(request: Request, ask: Ask) -> Answer:
        request.path += "&max-keys=2" * ("list-type=2" in request.path)
        return ask()

    line.fault = two_at_a_time
    assert keys(store) == wanted
    assert sum("list-type=2" in request.path for request in line.seen) == 4


def test_a_page_that_fails_ends_the_list_with_an_error(line: Line) -> None:
    store = bucket(line.endpoint)
    for place in range(5):
        put(store, f"files/{place}")

    def only_one_page(request: Request, ask: Ask) -> Answer:
        request.path += "&max-keys=2" * ("list-type=2" in request.path)
        return refusal(500, "InternalError") if "continuation-token" in request.path else ask()

    line.fault = only_one_page
    with pytest.raises(StorageUnreadableError):
        keys(store)


def test_what_a_killed_probe_left_is_swept(moto: str) -> None:
    store = bucket(moto, prefix="probed")
    asking = blob_servers.client(moto)
    asking.put_object(Bucket=BUCKET, Key="probed/.probe/1", Body=b"")
    asking.close()
    assert store.sweep_temporary(utc_now() - DAY) == 0
    assert store.sweep_temporary(utc_now() + DAY) == 1


def test_no_key_and_no_secret_reaches_a_log_or_a_traceback(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    store = bucket(line.endpoint)
    put(store, BLOB)
    line.fault = hang_up
    told = []
    for ask in (lambda: put(store, f"{BLOB}0"), lambda: store.open(BLOB), lambda: keys(store, f"files/{OFFICE}")):
        with pytest.raises(StorageFailedError) as caught:
            ask()
        told += traceback.format_exception(caught.value)
    line.fault = always(refusal(500, "InternalError"))
    with suppress(StorageFailedError):
        store.size(BLOB)
    text = "".join(told) + caplog.text
    assert "PutObject" in text
    for word in (OFFICE, FILE, SECRET, KEY, line.endpoint):
        assert word not in text, word


def test_damage_on_the_way_is_refused_by_the_server(seaweed: str) -> None:
    """moto does not compare Content-MD5; SeaweedFS does, as Amazon does."""
    with blob_servers.line_to(seaweed) as line:

        def damage(request: Request, ask: Ask) -> Answer:
            if request.for_blob and request.method == "PUT":
                request.body = b"X" + request.body[1:]
            return ask()

        # The signature covers the address the client spoke to.
        store = bucket(line.endpoint)
        put(store, "files/sound", b"sound")
        line.fault = damage
        with pytest.raises(StorageFailedError):
            put(store, BLOB, b"damaged")
        line.fault = None
        assert find(store, BLOB) is None


def test_a_wrong_secret_is_a_failure_in_our_words(seaweed: str) -> None:
    store = bucket(seaweed, secret="wrong")
    with pytest.raises(StorageFailedError):
        put(store, BLOB)
    with pytest.raises(StorageUnreadableError):
        store.open(BLOB)


def test_keys_are_checked_before_anything_else() -> None:
    assert check_key(BLOB) == BLOB
