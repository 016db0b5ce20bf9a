"""The virus scanner, with a real clamd: what is clean, what is not, and what is no answer (security.md 5.3)."""

from __future__ import annotations

import gzip
import io
import os
import socket
import tempfile
import threading
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from azukari.store import scanner
from azukari.store.scanner import Obstacle, Scan, ScannerAwayError, ScannerVersion, Verdict
from tests.store import clamd

pytestmark = pytest.mark.no_database

CLEAN = Scan(Verdict.CLEAN)
real = pytest.mark.skipif(clamd.find_program() is None, reason="clamd (clamav-daemon) is not installed")


@pytest.fixture(autouse=True)
def _nothing_set_up() -> Iterator[None]:
    yield
    scanner.configure("")


@pytest.fixture(scope="module")
def daemon() -> Iterator[clamd.Clamd]:
    with tempfile.TemporaryDirectory(prefix="azukari-clamd-") as folder, clamd.running(Path(folder)) as running:
        yield running


@pytest.fixture
def _clamd(daemon: clamd.Clamd) -> None:
    scanner.configure(daemon.address)


def zipped(*members: bytes, name: str = "inner.txt") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, member in enumerate(members):
            archive.writestr(f"{number}-{name}", member)
    return out.getvalue()


def encrypted_zip() -> bytes:
    """An archive as one without the password sees it: the flag is set and the content is noise."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("secret.txt", os.urandom(212))
    data = bytearray(out.getvalue())
    data[6] |= 1  # general purpose flag of the local header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # … and of the directory
    return bytes(data)


def in_pieces(data: bytes, size: int = 1000) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]
        yield b""  # must not end the stream


# --- verdicts --------------------------------------------------------------------------------------------


@real
@pytest.mark.usefixtures("_clamd")
@pytest.mark.parametrize(
    "data",
    [b"", b"x", "賃金台帳".encode(), zipped(b"nothing", b"in it"), b"\0" * 1_500_000],
    ids=["empty", "short", "text", "zip", "large"],
)
def test_what_holds_nothing_is_clean(data: bytes) -> None:
    assert scanner.scan(in_pieces(data)) == CLEAN
    assert scanner.scan([data]) == CLEAN


@real
@pytest.mark.usefixtures("_clamd")
@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (clamd.EICAR, "Eicar-Test-Signature.UNOFFICIAL"),
        (zipped(b"nothing", clamd.EICAR), "Eicar-Test-Signature.UNOFFICIAL"),
        (zipped(zipped(clamd.EICAR), name="inner.zip"), "Eicar-Test-Signature.UNOFFICIAL"),
        (b"x" * 700_000 + clamd.MARKER + b"y" * 700_000, "Azukari.Marker.UNOFFICIAL"),
        (zipped(encrypted_zip(), clamd.EICAR), "Eicar-Test-Signature.UNOFFICIAL"),
    ],
    ids=["eicar", "eicar in zip", "eicar in zip in zip", "marker", "eicar beside something encrypted"],
)
def test_what_holds_a_known_signature_is_infected(data: bytes, detail: str) -> None:
    assert scanner.scan(in_pieces(data)) == Scan(Verdict.INFECTED, detail)


@real
@pytest.mark.usefixtures("_clamd")
def test_a_signature_across_two_pieces_is_found() -> None:
    half = len(clamd.MARKER) // 2
    found = scanner.scan([b"x" * 65_536 + clamd.MARKER[:half], clamd.MARKER[half:]])
    assert found.verdict is Verdict.INFECTED


@real
@pytest.mark.usefixtures("_clamd")
def test_an_encrypted_archive_is_not_scanned() -> None:
    found = scanner.scan([encrypted_zip()])
    assert found == Scan(Verdict.UNSCANNABLE, "Heuristics.Encrypted.Zip", Obstacle.ENCRYPTED)
    assert scanner.scan([zipped(encrypted_zip())]).obstacle is Obstacle.ENCRYPTED


@real
@pytest.mark.usefixtures("_clamd")
def test_an_encrypted_pdf_is_not_scanned() -> None:
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    assert scanner.scan([out.getvalue()]) == Scan(Verdict.UNSCANNABLE, "Heuristics.Encrypted.PDF", Obstacle.ENCRYPTED)


@real
@pytest.mark.usefixtures("_clamd")
@pytest.mark.parametrize(
    "data",
    [
        os.urandom(clamd.LARGEST_SCAN + 1),
        zipped(b"\0" * (clamd.LARGEST_SCAN + 1)),
        zipped(b"\0" * 20 * clamd.LARGEST_SCAN + clamd.MARKER),
        zipped(zipped(b"\0" * clamd.LARGEST_SCAN + clamd.MARKER), name="inner.zip"),
        zipped(*[b"\0" * (clamd.LARGEST_SCAN // 3)] * 4),
        gzip.compress(b"\0" * (clamd.LARGEST_SCAN + 1)),
    ],
    ids=["file", "member", "far larger member", "member of an inner zip", "members together", "gzip"],
)
def test_what_is_beyond_a_limit_is_not_clean(data: bytes) -> None:
    """MaxFileSize must not be below MaxScanSize: clamd 1.4 cuts a longer ZIP member there without a word (#1832)."""
    found = scanner.scan([data])
    assert (found.verdict, found.obstacle) == (Verdict.UNSCANNABLE, Obstacle.TOO_LARGE)
    assert found.detail.startswith("Heuristics.Limits.Exceeded.Max")


@real
@pytest.mark.usefixtures("_clamd")
def test_a_packing_that_clamd_does_not_know_passes_and_is_the_rooms_to_refuse() -> None:
    """Not a wish: when clamd learns LZMA in ZIP this fails, and the note in `scanner` can go."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.txt", clamd.MARKER)
    assert scanner.scan([out.getvalue()]) == CLEAN


@real
@pytest.mark.usefixtures("_clamd")
def test_archives_nested_too_deep_are_not_clean() -> None:
    data = clamd.EICAR
    for _ in range(8):
        data = zipped(data, name="inner.zip")
    assert scanner.scan([data]).obstacle is Obstacle.TOO_LARGE


@real
@pytest.mark.usefixtures("_clamd")
def test_a_stream_beyond_the_limit_is_not_clean() -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        while sent < 20 * clamd.LARGEST_STREAM:
            sent += 1_000_000
            yield bytes(1_000_000)

    assert scanner.scan(chunks()) == Scan(Verdict.UNSCANNABLE, "StreamMaxLength", Obstacle.TOO_LARGE)
    assert sent < 20 * clamd.LARGEST_STREAM, "the rest is not read when the answer is known"


@real
@pytest.mark.usefixtures("_clamd")
def test_the_scanner_says_its_version() -> None:
    told = scanner.version()
    assert told.engine[0].isdigit()
    assert (told.signatures, told.signed_at) == (None, None)


# --- no answer -------------------------------------------------------------------------------------------


@real
def test_a_scanner_killed_in_the_middle_gives_no_verdict(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="azukari-clamd-") as folder, clamd.running(Path(folder)) as running:
        scanner.configure(running.address)

        def chunks() -> Iterator[bytes]:
            yield b"x" * 100_000
            running.kill()
            yield from [b"x" * 100_000] * 5

        with pytest.raises(ScannerAwayError, match="途中で接続が切れました"):
            scanner.scan(chunks())
        with pytest.raises(ScannerAwayError, match="接続できません"):
            scanner.scan([b"x"])
        with pytest.raises(ScannerAwayError):
            scanner.version()


@real
def test_a_scanner_that_hangs_gives_no_verdict() -> None:
    with tempfile.TemporaryDirectory(prefix="azukari-clamd-") as folder, clamd.running(Path(folder)) as running:
        scanner.configure(running.address, patience=0.2)
        running.halt()
        with pytest.raises(ScannerAwayError, match="時間内に"):
            scanner.scan([b"x"])


@real
@pytest.mark.usefixtures("_clamd")
def test_what_the_chunks_raise_goes_through() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x"
        raise OSError("the disk")

    with pytest.raises(OSError, match="the disk"):
        scanner.scan(chunks())


def test_without_a_scanner_nothing_is_scanned(tmp_path: Path) -> None:
    assert not scanner.is_set_up()
    with pytest.raises(ScannerAwayError, match="設定されていません"):
        scanner.scan([b"x"])
    scanner.configure(f"unix:{tmp_path}/nothing.ctl")
    assert scanner.is_set_up()
    for ask in (lambda: scanner.scan([b"x"]), scanner.version):
        with pytest.raises(ScannerAwayError, match="接続できません"):
            ask()


@pytest.mark.parametrize(
    "address", ["clamd", "unix:", "unix:clamd.ctl", "tcp:localhost", "tcp::3310", "tcp:h:0", "tcp:h:99999", "tcp:h:x"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="unix:/path or tcp:host:port"):
        scanner.configure(address)


# --- strange answers: a server of ours over TCP ----------------------------------------------------------


@contextmanager
def answering(*answers: bytes) -> Iterator[None]:
    """A scanner that reads a whole stream and gives these bytes, one answer a connection, then is gone."""

    def serve() -> None:
        for answer in answers:
            connection, _ = listener.accept()
            with connection:
                heard = b""
                while not heard.endswith((b"\0\0\0\0", b"zPING\0", b"zVERSION\0")):
                    heard = heard[-8:] + connection.recv(1_000_000)
                connection.sendall(answer)
        listener.close()

    listener = socket.create_server(("127.0.0.1", 0))
    scanner.configure(f"tcp:127.0.0.1:{listener.getsockname()[1]}", patience=10)
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        thread.join()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"stream: OK\0", CLEAN),
        (b"stream: Win.Test-1/b_c FOUND\0", Scan(Verdict.INFECTED, "Win.Test-1/b_c")),
        (b"stream: <b>\xe3\x81\x82\x1b[1m x\n FOUND\0", Scan(Verdict.INFECTED, "b1mx")),
        (b"stream: " + b"A" * 300 + b" FOUND\0", Scan(Verdict.INFECTED, "A" * 100)),
        (b"stream: ? FOUND\0", Scan(Verdict.INFECTED, "unnamed")),
        (b"stream: OK FOUND\0", Scan(Verdict.INFECTED, "OK")),
        (b"stream: Can't read file ERROR\0", Scan(Verdict.UNSCANNABLE, "ERROR", Obstacle.FAILED)),
        (b"INSTREAM size limit exceeded. ERROR\0", Scan(Verdict.UNSCANNABLE, "StreamMaxLength", Obstacle.TOO_LARGE)),
    ],
)
def test_answers_and_their_verdicts(answer: bytes, expected: Scan) -> None:
    with answering(answer):
        assert scanner.scan([b"x" * 200_000]) == expected


def test_memory_stays_flat() -> None:
    with answering(b"stream: OK\0"):
        tracemalloc.start()
        try:
            assert scanner.scan(b"x" * 1_000_000 for _ in range(100)) == CLEAN
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    # A chunk of ours, a piece of it, and what the server in this process holds.
    assert peak < 5_000_000


@pytest.mark.parametrize(
    "answer",
    [
        b"stream: OK",
        b"stream: ok\0",
        b"OK\0",
        b"\0",
        b"",
        b"stream: OK\0stream: OK\0",
        b"INSTREAM: Can't write to temporary file. ERROR\0",
        b"A" * 10_000 + b"\0",
    ],
)
def test_anything_but_a_clean_answer_is_not_clean(answer: bytes) -> None:
    with answering(answer), pytest.raises(ScannerAwayError):
        scanner.scan([b"x"])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"ClamAV 1.4.6\0", ScannerVersion("1.4.6", None, None)),
        (
            b"ClamAV 1.4.6/27827/Tue Nov 24 18:15:11 2026\0",
            ScannerVersion("1.4.6", 27827, datetime(2026, 11, 24, 9, 15, 11, tzinfo=UTC)),
        ),
        (
            b"ClamAV 1.4.6/27805/Mon Nov  2 08:00:00 2026\0",
            ScannerVersion("1.4.6", 27805, datetime(2026, 11, 1, 23, 0, 0, tzinfo=UTC)),
        ),
    ],
)
def test_versions(answer: bytes, expected: ScannerVersion) -> None:
    with answering(answer):
        assert scanner.version() == expected


@pytest.mark.parametrize("answer", [b"ClamAV\0", b"ClamAV 1/2/Tue Foo 24 18:15:11 2026\0", b"UNKNOWN COMMAND\0", b""])
def test_a_version_that_cannot_be_read_is_no_answer(answer: bytes) -> None:
    with answering(answer), pytest.raises(ScannerAwayError):
        scanner.version()


@contextmanager
def breaking_off(*afterwards: bytes) -> Iterator[None]:
    """A scanner over TCP that resets the first connection in the middle, then answers these to the next ones."""

    def serve() -> None:
        connection, _ = listener.accept()
        connection.recv(1000)
        connection.close()  # with bytes unread: a reset, and whatever was said is lost
        for answer in afterwards:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)
        listener.close()

    listener = socket.create_server(("127.0.0.1", 0))
    scanner.configure(f"tcp:127.0.0.1:{listener.getsockname()[1]}", patience=10)
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_a_reset_by_a_scanner_that_is_still_there_means_the_size() -> None:
    with breaking_off(b"PONG\0"):
        assert scanner.scan([bytes(1_000_000)] * 30) == Scan(Verdict.UNSCANNABLE, "StreamMaxLength", Obstacle.TOO_LARGE)


def test_a_reset_by_a_scanner_that_is_gone_is_no_verdict() -> None:
    with breaking_off(), pytest.raises(ScannerAwayError):
        scanner.scan([bytes(1_000_000)] * 30)
