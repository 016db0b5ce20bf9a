"""The virus scanner: bytes in, a verdict out. A small client of ClamAV's `clamd` (INSTREAM), no tables, no Django.

Anything but an explicit clean answer is not clean (security.md 5.3). Three verdicts are about the file; a scanner
that is away, silent or out of order is `ScannerAwayError`, and then the file waits. There is no login: the socket,
or the network of a TCP address, is to be trusted.

`clamd` calls clean what it does not look into, unless it is set to alert: `AlertExceedsMax yes`,
`AlertEncrypted yes`, StreamMaxLength and MaxScanSize above our largest file, and MaxFileSize not below MaxScanSize
(up to 1.4 it cuts a longer ZIP member at MaxFileSize and says nothing: Cisco-Talos/clamav pull request 1832). ZIP
members packed in ways it does not know (LZMA and later) it passes by; to refuse those is the room's own check.
Source: clamd(8), clamd.conf(5), tests/store/test_scanner.py.
"""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from azukari.kernel.errors import UnavailableError

# The scan begins when the stream has ended, and may take MaxScanTime (120 seconds unless set otherwise).
PATIENCE = 180.0

_CONNECT_SECONDS = 5.0
_PIECE = 64 * 1024
_LARGEST_REPLY = 4096
_LONGEST_SIGNATURE = 100

_NOT_IN_SIGNATURE = re.compile(r"[^A-Za-z0-9._/-]")
_FOUND = re.compile(r"stream: (.+) FOUND", re.DOTALL)
_VERSION = re.compile(r"ClamAV ([^/\s]+)(?:/([0-9]+)/(\w{3} \w{3} [ 0-9]\d \d\d:\d\d:\d\d \d{4}))?")
_CLEAN = "stream: OK"
_SIZE_LIMIT = "size limit exceeded"
_STREAM_LIMIT = "StreamMaxLength"


class Verdict(StrEnum):
    """What the scanner says of a file."""

    CLEAN = "CLEAN"
    INFECTED = "INFECTED"
    UNSCANNABLE = "UNSCANNABLE"


class Obstacle(StrEnum):
    """Why a file could not be looked into: beyond a limit, encrypted, or the scanner failed at it."""

    TOO_LARGE = "TOO_LARGE"
    ENCRYPTED = "ENCRYPTED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Scan:
    """A verdict. `detail` is what the scanner calls it (`A-Za-z0-9._/-`, at most 100), empty when it is clean.

    `obstacle` is there when it is UNSCANNABLE.
    """

    verdict: Verdict
    detail: str = ""
    obstacle: Obstacle | None = None


@dataclass(frozen=True, slots=True)
class ScannerVersion:
    """Which engine, which official signatures and from when; None where only local signatures are loaded."""

    engine: str
    signatures: int | None
    signed_at: datetime | None


class ScannerAwayError(UnavailableError):
    """The scanner gave no answer one could go by. The file is not scanned; it waits."""

    code = "store.scanner_away"
    happened = "ウイルスの検査ができませんでした。"
    cause = "{why}"
    remedy = "検査が終わるまで、ファイルは渡されません。検査プログラム（clamd）が動いているかを確認してください。"

    def __init__(self, why: str) -> None:
        super().__init__(why=why)


_NOT_SET_UP = "検査プログラムが設定されていません。"
_NO_CONNECTION = "検査プログラムに接続できません。"
_NO_ANSWER = "検査プログラムの応答が時間内にありません。"
_BROKEN_OFF = "検査の途中で接続が切れました。"
_STRANGE_ANSWER = "検査プログラムの応答を読み取れません。"


@dataclass(frozen=True, slots=True)
class _Scanner:
    """Where the scanner listens: a socket's path, or host and port. Replaced as a whole, never changed."""

    path: str = ""
    host: str = ""
    port: int = 0
    patience: float = PATIENCE

    def connect(self) -> socket.socket:
        try:
            if self.path:
                connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                try:
                    connection.settimeout(_CONNECT_SECONDS)
                    connection.connect(self.path)
                except OSError:
                    connection.close()
                    raise
            else:
                connection = socket.create_connection((self.host, self.port), _CONNECT_SECONDS)
        except OSError as error:
            raise ScannerAwayError(_NO_CONNECTION) from error
        connection.settimeout(self.patience)
        return connection


_scanner: _Scanner | None = None


def configure(address: str, *, patience: float = PATIENCE) -> None:
    """Say where the scanner listens: `unix:/path/clamd.ctl`, `tcp:host:port`, or nothing for no scanner.

    `patience` is how many seconds may pass without a sign of the scanner. Raises: ValueError.
    """
    global _scanner  # noqa: PLW0603 - set once at start, as a whole
    kind, _, rest = address.partition(":")
    host, _, port = rest.rpartition(":")
    if not address:
        _scanner = None
    elif kind == "unix" and rest.startswith("/"):
        _scanner = _Scanner(path=rest, patience=patience)
    elif kind == "tcp" and host and port.isascii() and port.isdigit() and 0 < int(port) < 65_536:
        _scanner = _Scanner(host=host.strip("[]"), port=int(port), patience=patience)
    else:
        raise ValueError("a scanner is unix:/path or tcp:host:port")


def is_set_up() -> bool:
    """Tell whether there is a scanner. Without one every file is 未検査, and is to be shown so."""
    return _scanner is not None


def scan(chunks: Iterable[bytes]) -> Scan:
    """Scan the bytes of one file as they come; memory stays flat.

    What the chunks raise goes through. Raises: ScannerAwayError.
    """
    scanner = _in_use()
    with scanner.connect() as connection:
        try:
            _send(connection, chunks)
            return _judged(_answer(connection))
        except _BrokenOffError as error:
            return _after_break(scanner, connection, error)


def version() -> ScannerVersion:
    """Ask the scanner for its version and the age of its signatures. Raises: ScannerAwayError."""
    told = _VERSION.fullmatch(_asked(_in_use(), b"zVERSION\0"))
    if told is None:
        raise ScannerAwayError(_STRANGE_ANSWER)
    engine, signatures, moment = told.groups()
    if signatures is None:
        return ScannerVersion(engine, None, None)
    try:
        # The scanner writes its own wall clock without a zone. Read as Japanese time: on a machine in UTC the
        # signatures look nine hours older than they are, so that the alarm may come early and never late.
        signed_at = datetime.strptime(f"{moment} +0900", "%a %b %d %H:%M:%S %Y %z")
    except ValueError:
        raise ScannerAwayError(_STRANGE_ANSWER) from None
    return ScannerVersion(engine, int(signatures), signed_at)


class _BrokenOffError(Exception):
    """The other end closed the connection."""


def _in_use() -> _Scanner:
    if _scanner is None:
        raise ScannerAwayError(_NOT_SET_UP)
    return _scanner


def _send(connection: socket.socket, chunks: Iterable[bytes]) -> None:
    _put(connection, b"zINSTREAM\0")
    for chunk in chunks:
        # An empty piece would end the stream: an empty chunk is left out, not sent.
        for start in range(0, len(chunk), _PIECE):
            piece = memoryview(chunk)[start : start + _PIECE]
            _put(connection, struct.pack("!L", len(piece)))
            _put(connection, piece)
    _put(connection, struct.pack("!L", 0))


def _put(connection: socket.socket, data: bytes | memoryview) -> None:
    try:
        connection.sendall(data)
    except TimeoutError as error:
        raise ScannerAwayError(_NO_ANSWER) from error
    except OSError as error:
        raise _BrokenOffError from error


def _answer(connection: socket.socket) -> str:
    """Read one answer, up to its NUL: what is cut short is no answer."""
    reply = b""
    while not reply.endswith(b"\0"):
        try:
            more = connection.recv(_LARGEST_REPLY)
        except TimeoutError as error:
            raise ScannerAwayError(_NO_ANSWER) from error
        except OSError as error:
            raise _BrokenOffError from error
        if not more:
            raise _BrokenOffError
        reply += more
        if len(reply) > _LARGEST_REPLY:
            raise ScannerAwayError(_STRANGE_ANSWER)
    return reply[:-1].decode("utf-8", "replace")


def _judged(answer: str) -> Scan:
    if answer == _CLEAN:
        return Scan(Verdict.CLEAN)
    if found := _FOUND.fullmatch(answer):
        return _named(_NOT_IN_SIGNATURE.sub("", found[1])[:_LONGEST_SIGNATURE])
    if _SIZE_LIMIT in answer:
        return Scan(Verdict.UNSCANNABLE, _STREAM_LIMIT, Obstacle.TOO_LARGE)
    if answer.startswith("stream: ") and answer.endswith(" ERROR"):
        # About this file. Other errors (no room for temporary files) are the scanner's own.
        return Scan(Verdict.UNSCANNABLE, "ERROR", Obstacle.FAILED)
    raise ScannerAwayError(_STRANGE_ANSWER)


def _named(signature: str) -> Scan:
    if signature.startswith("Heuristics.Limits.Exceeded"):
        return Scan(Verdict.UNSCANNABLE, signature, Obstacle.TOO_LARGE)
    if signature.startswith("Heuristics.Encrypted."):
        return Scan(Verdict.UNSCANNABLE, signature, Obstacle.ENCRYPTED)
    return Scan(Verdict.INFECTED, signature or "unnamed")


def _after_break(scanner: _Scanner, connection: socket.socket, error: _BrokenOffError) -> Scan:
    """Decide on a connection closed too early: a file beyond StreamMaxLength, or a scanner that fell over.

    The scanner says so before it closes; over TCP its words may be lost, and then one that is still there is
    taken to have meant the size. Neither is ever clean.
    """
    try:
        last_words = _answer(connection)
    except _BrokenOffError:
        last_words = ""
    if _SIZE_LIMIT not in last_words and not (last_words == "" and _is_there(scanner)):
        raise ScannerAwayError(_BROKEN_OFF) from error
    return Scan(Verdict.UNSCANNABLE, _STREAM_LIMIT, Obstacle.TOO_LARGE)


def _is_there(scanner: _Scanner) -> bool:
    try:
        return _asked(scanner, b"zPING\0") == "PONG"
    except ScannerAwayError:
        return False


def _asked(scanner: _Scanner, command: bytes) -> str:
    with scanner.connect() as connection:
        try:
            _put(connection, command)
            return _answer(connection)
        except _BrokenOffError as error:
            raise ScannerAwayError(_BROKEN_OFF) from error
