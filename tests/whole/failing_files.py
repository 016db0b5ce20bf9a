"""Files beside a database that fails, on a disk whose power fails, and before somebody who searches the disk.

Started through files_child.py, in a site of its own, with real commits.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

from django.conf import settings
from django.db import OperationalError, connection, connections

from azukari.exchange.actions import filekeys, retention, uploads
from azukari.exchange.actions.contents import Contents
from azukari.exchange.errors.files import FileKeyMissingError
from azukari.exchange.models import Delivery, FileGrant, FileKey, StoredFile
from azukari.exchange.rules.states import FileState
from azukari.kernel.clock import utc_now
from azukari.seal import files
from azukari.seal.context import Context
from azukari.seal.errors import SealError
from azukari.store.scope import office_scope
from azukari.tenancy.actions import keys as office_keys
from tests.cast import Office
from tests.exchange.hands import begin, put
from tests.whole.killing import Steps, check_in_child, in_child
from tests.whole.killing_files import FileScenario, Upload

BLOB_CALLS = "openat,write,fsync,close,linkat,unlink,mkdir"
DATABASE_CALLS = "pwrite64,fdatasync,sendto,recvfrom"


# ------------------------------------------------------------------------------------------------------ order of a part


def order(office: Office) -> str:
    """What strace sees of one PATCH: the blob is durable before the commit begins, the commit before the answer."""
    scenario = Upload(office)
    scenario.prepare()
    scenario.say(scenario.put_from(0))
    ready, go = os.pipe(), os.pipe()
    connections.close_all()

    def work() -> None:
        with office_scope(office.id):
            StoredFile.objects.count()  # the connection is open, and its files
            os.write(ready[1], b"%d" % os.getpid())
            os.read(go[0], 1)
            received = scenario.put_from(scenario.patch)
            os.write(ready[1], b"ACKNOWLEDGED")
            scenario.say(received)

    with tempfile.NamedTemporaryFile() as log, _traced(ready[0], go[1], Path(log.name)):
        assert in_child(work) == 0
        trace = Path(log.name).read_text("utf-8", "replace").splitlines()
    check_in_child(scenario)
    check_order(trace, sqlite=connection.vendor == "sqlite")
    return f"{len(trace)} calls"


@contextmanager
def _traced(ready: int, go: int, log: Path) -> Iterator[None]:
    """Attach strace to the child as soon as it says that it is ready, and let it go on."""
    watcher = os.fork()
    if watcher == 0:
        try:
            pid = int(os.read(ready, 20))
            command = ["strace", "-f", "-q", "-y", "-s", "400", "-o", str(log), "-p", str(pid)]
            tracer = subprocess.Popen([*command, "-e", f"trace={BLOB_CALLS},{DATABASE_CALLS}"])
            status = Path(f"/proc/{pid}/status")
            while re.search(r"TracerPid:\t0\n", status.read_text()) and tracer.poll() is None:
                pass
            os.write(go, b"!")
            os._exit(tracer.wait())
        finally:
            os._exit(1)
    yield
    assert os.waitstatus_to_exitcode(os.waitpid(watcher, 0)[1]) == 0


def check_order(trace: list[str], *, sqlite: bool) -> None:
    """The order of calls is the proof: what is on the disk at the answer is what was fsynced before it."""

    def places(pattern: str) -> list[int]:
        return [place for place, line in enumerate(trace) if re.search(pattern, line)]

    (answer,) = places(r"write\(\d+<pipe:.*ACKNOWLEDGED")
    writes = places(r" write\(\d+<\S*/files/\.incoming/")
    (synced,) = places(r"fsync\(\d+<\S*/files/\.incoming/\w+>\) = 0")
    (link,) = places(r"linkat\(.*/files/.* = 0$")
    handle = re.search(r"linkat\(.*, (\d+)<(\S*)>, \"", trace[link])
    assert handle
    named = next(place for place in places(rf"fsync\({handle[1]}<{re.escape(handle[2])}>\) = 0") if place > link)
    assert max(writes) < synced < link < named < answer
    if sqlite:
        begun = [place for place in places(r"pwrite64\(\d+<\S*/azukari\.sqlite3-wal>") if place > writes[0]]
        done = places(r"(fdatasync|fsync)\(\d+<\S*/azukari\.sqlite3-wal>\) = 0")
    else:
        begun = [place for place in places(r"sendto\(.*exchange_filepart") if place > writes[0]]
        commits = [place for place in places(r"sendto\(.*COMMIT") if place > begun[0]]
        done = [place for place in places(r"recvfrom\(.*COMMIT") if place > commits[0]]
    assert begun, "no row was written"
    assert named < min(begun), "the row came before the blob was durable"
    assert any(max(begun) < place < answer for place in done), "the answer came before the commit was durable"


# ------------------------------------------------------------------------------------------------- a database that fails


def database(office: Office) -> str:
    """No statement, commit or connection that fails moves the offset, and the upload goes on afterwards."""
    count = _each_statement(office)
    (_full if connection.vendor == "sqlite" else _terminated)(office)
    if connection.vendor == "sqlite":
        _locked(office)
    return f"{count} faults"


class _FaultySteps(Steps):
    """Lets one step fail, before it was made or after."""

    def step(self, act: Callable[[], object]) -> object:
        self.count += 1
        hit = self.count == self.kill_at
        if hit and not self.after:
            raise OperationalError("the database fails")
        result = act()
        if hit:
            raise OperationalError("the database fails after it has done it")
        return result


def _each_statement(office: Office) -> int:
    scenario = Upload(office)
    steps, failed = _count_steps(scenario), 0
    for at in range(1, steps + 1):
        for after in (False, True):
            scenario.prepare()
            assert scenario.put_from(0) == scenario.patch
            watching = _FaultySteps(at, after=after)
            try:
                with ExitStack() as stack:
                    watching.watch(stack)
                    scenario.say(scenario.put_from(scenario.patch))
            except OperationalError:
                failed += 1
            else:
                raise AssertionError(f"step {at} failed and nobody heard of it")
            connections.close_all()
            told = uploads.get(actor=scenario.user, file_id=scenario.file_id).received
            assert told in {scenario.patch, 2 * scenario.patch}
            assert told == scenario.patch or after, f"counted though step {at} of {steps} failed"
            uploads.cancel(actor=scenario.user, file_id=scenario.file_id, now=utc_now())
    scenario.prepare()
    scenario.check()
    assert failed == 2 * steps
    return failed


def _count_steps(scenario: Upload) -> int:
    """Count the steps of a second PATCH that goes well."""
    watching = _FaultySteps(None, after=False)
    scenario.prepare()
    scenario.put_from(0)
    with ExitStack() as stack:
        watching.watch(stack)
        scenario.put_from(scenario.patch)
    uploads.cancel(actor=scenario.user, file_id=scenario.file_id, now=utc_now())
    return watching.count


def _full(office: Office) -> None:
    """SQLite may not grow: rows are refused sooner or later, and then every one until there is room."""
    scenario = Upload(office)
    scenario.prepare()
    assert scenario.put_from(0) == scenario.patch
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE filler (x)")
        cursor.execute("PRAGMA max_page_count")
        (limit,) = cursor.fetchone()
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        for size in (4_000, 400, 40, 4):
            try:
                while True:
                    cursor.execute("INSERT INTO filler VALUES (zeroblob(%s))", [size])
            except OperationalError as error:
                assert "full" in str(error)  # noqa: PT017
        told, piece, failed = scenario.patch, 300, False
        with patch.object(uploads, "LEAST_PART_BYTES", piece):
            while not failed and told + piece < len(scenario.data):
                failed = _fails(lambda: _put(scenario, told, piece), "full")  # noqa: B023 - called here
                told += 0 if failed else piece
        assert uploads.get(actor=scenario.user, file_id=scenario.file_id).received == told
        scenario.say(told)
        cursor.execute(f"PRAGMA max_page_count = {limit}")
        cursor.execute("DROP TABLE filler")
    assert failed, "the database was not full"
    scenario.check()


def _locked(office: Office) -> None:
    """Somebody else holds the write lock: refused after the time-out, nothing moved."""
    scenario = Upload(office)
    scenario.prepare()
    assert scenario.put_from(0) == scenario.patch
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert _fails(lambda: scenario.put_from(scenario.patch), "locked")
    assert uploads.get(actor=scenario.user, file_id=scenario.file_id).received == scenario.patch
    other.execute("ROLLBACK")

    def locks_meanwhile(size: int) -> bytes:
        if not other.in_transaction:
            other.execute("BEGIN IMMEDIATE")
        return stream(size)

    stream = _pieces(scenario.data[scenario.patch :])
    assert _fails(lambda: _receive(scenario, locks_meanwhile), "locked")
    other.execute("ROLLBACK")
    other.close()
    connections.close_all()
    scenario.check()


def _terminated(office: Office) -> None:
    """PostgreSQL ends the connection while the bytes come: the part is not counted."""
    import psycopg

    scenario = Upload(office)
    scenario.prepare()
    assert scenario.put_from(0) == scenario.patch
    pid = connection.connection.info.backend_pid
    stream = _pieces(scenario.data[scenario.patch :])

    def ends_meanwhile(size: int) -> bytes:
        with psycopg.connect(os.environ["AZUKARI_DATABASE"], autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        return stream(size)

    assert _fails(lambda: _receive(scenario, ends_meanwhile), "")
    connections.close_all()
    scenario.check()


def _pieces(data: bytes) -> Callable[[int], bytes]:
    place = 0

    def read(size: int) -> bytes:
        nonlocal place
        piece = data[place : place + size]
        place += len(piece)
        return piece

    return read


def _put(scenario: Upload, place: int, length: int) -> None:
    data = scenario.data[place : place + length]
    put(scenario.user, scenario.file_id, data, offset=place, now=utc_now())


def _receive(scenario: Upload, read: Callable[[int], bytes]) -> None:
    uploads.receive(
        actor=scenario.user,
        file_id=scenario.file_id,
        offset=scenario.patch,
        length=scenario.patch,
        read=read,
        clock=utc_now,
    )


def _fails(act: Callable[[], object], word: str) -> bool:
    try:
        act()
    except OperationalError as error:
        return word in str(error)
    return False


# --------------------------------------------------------------------------------------------------------- at rest


def secrecy(office: Office) -> str:
    """No plaintext lies anywhere; a destroyed key neither; and with the server's half 保護 stays shut."""
    marker = f"CANARY{secrets.token_hex(8).upper()}漏洩"
    ordinary, protected = _story(office, marker, protected=False), _story(office, marker, protected=True)
    broken = Upload(office)
    broken.prepare()
    broken.data = f"{marker}\n".encode() * 20_000
    broken.file_id = begin(broken.user, broken.client_id, len(broken.data), name="途中.txt", stamp="", now=utc_now())
    put(broken.user, broken.file_id, broken.data[: broken.patch], now=utc_now())

    assert ordinary.opened_by_office() == ordinary.data
    assert protected.opened_with_unlock() == protected.data
    connections.close_all()
    wanted = dict(encodings(marker))
    _check_the_search(marker, wanted, ordinary.name)
    assert find(wanted) == []

    _with_the_server_half_alone(ordinary, protected)

    # The key is taken back and put again: so it lies in the log as it does in a process that serves for days.
    row = FileKey.objects.get(id=ordinary.file_id)
    wrapped = bytes(row.wrapped)
    row.save(force_update=True)
    assert _in_key_store(wrapped), "the search of the key store finds nothing at all"
    Delivery.objects.filter(file_id=ordinary.file_id).update(expires_at=utc_now())
    retention.sweep_expired(due=utc_now(), now=utc_now())
    ordinary.check_destroyed()
    assert not _in_key_store(wrapped), "a destroyed key lies in the key store"
    assert find(wanted) == []
    return f"{len(wanted)} encodings"


class _Story(FileScenario):
    wrapped = b""


def _story(office: Office, marker: str, *, protected: bool) -> _Story:
    from azukari.exchange.actions import examination

    story = _Story(office)
    story.turn, story.name = 1, f"秘密{protected}.txt"
    story.data = f"{marker}\nこの行は秘密です。\n".encode() * 500
    story.upload(protected=protected)
    story.wrapped = bytes(FileKey.objects.get(id=story.file_id).wrapped)
    assert _in_key_store(story.wrapped), "the search of the key store finds nothing at all"
    assert examination.examine(story.file_id, now=utc_now())
    assert _in_key_store(story.wrapped) != protected, "the server's copy of a 保護 key lies in the key store"
    assert story.row.state == FileState.READY
    return story


def encodings(marker: str) -> Iterator[tuple[str, bytes]]:
    """Every way a text may lie about."""
    raw = marker.encode()
    yield "UTF-8", raw
    for codec in ("utf-16-le", "utf-16-be", "cp932"):
        yield codec, marker.encode(codec)
    ascii_part = raw[: marker.index("漏")]
    yield "hexadecimal", ascii_part.hex().encode()
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + ascii_part)
        yield f"base64 {shift}", whole[4 if shift else 0 : -4]


def find(wanted: dict[str, bytes]) -> list[str]:
    """Search the data folder (databases, WAL, blobs, logs) and, on PostgreSQL, every column of every table."""
    found = []
    for path in Path(settings.DATA).rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += [f"{path.name}: {kind}" for kind, pattern in wanted.items() if pattern in data]
    for alias in connections:
        for table, text in _columns(alias):
            found += [f"{table}: {kind}" for kind, pattern in wanted.items() if pattern in text]
    return found


def _columns(alias: str) -> Iterator[tuple[str, bytes]]:
    if connections[alias].vendor != "postgresql":
        return  # their files were searched
    with connections[alias].cursor() as cursor:
        for table in connections[alias].introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            for (row,) in cursor.fetchall():
                yield table, row.encode()
                for value in re.findall(r"\\x([0-9a-f]+)", row):
                    yield table, bytes.fromhex(value)


def _check_the_search(marker: str, wanted: dict[str, bytes], name: str) -> None:
    """The search must be able to find: a name that is no secret, and the marker in a file put there for it."""
    assert find({"name": name.encode()})
    trap = Path(settings.DATA) / "trap"
    for kind, codec in (("UTF-8", "utf-8"), ("utf-16-le", "utf-16-le"), ("cp932", "cp932")):
        trap.write_bytes(b"x" + marker.encode(codec))
        assert find(wanted) == [f"trap: {kind}"]
    for shift in range(3):
        trap.write_bytes(base64.b64encode(b"z" * shift + marker.encode()))
        assert f"trap: base64 {shift}" in find(wanted)
    trap.unlink()


def _with_the_server_half_alone(ordinary: FileScenario, protected: FileScenario) -> None:
    """Whoever has the root key and everything on the disk, and no password: ordinary files open, 保護 does not."""
    half = office_keys.server_half()
    contents = Contents(ordinary.file_id, filekeys.server_key(ordinary.file_id))
    assert b"".join(contents.stream()) == ordinary.data
    try:
        filekeys.server_key(protected.file_id)
    except FileKeyMissingError:
        pass
    else:
        raise AssertionError("a 保護 file has a key under the server's half")
    sealed = [bytes(grant.sealed) for grant in FileGrant.objects.filter(file_id=protected.file_id)]
    assert len(sealed) == 1
    for label in ("file-key", "file-grant", "file-facts", "receipt"):
        context = Context(label=label, office=protected.office.id, record=protected.file_id)
        for opens in (files.unwrap_file_key, files.open_facts):
            try:
                opens(half, sealed[0], context)
            except SealError:
                continue
            raise AssertionError("a grant opened under the server's half")


def _in_key_store(wrapped: bytes) -> bool:
    """Look for a wrapped key in the bytes of the key store and its log, in its rows on PostgreSQL.

    With open connections, as in a serving process: the last one to close would empty the log by itself.
    """
    if connections["keys"].vendor == "postgresql":
        return any(wrapped in text for _, text in _columns("keys"))
    name = Path(settings.DATABASES["keys"]["NAME"])
    return any(wrapped in path.read_bytes() for path in name.parent.glob(f"{name.name}*"))
