"""A PDF by its bytes: header, end, and the names of what acts by itself.

Nothing is interpreted. Names are searched in the file as it stands, also written with `#xx` for a letter, and in the
object streams (compressed lists of objects, since PDF 1.5), where most programs keep the catalogue. What is packed
twice or with other filters is not seen: this warns, the receiver's reader protects.

Sources: ISO 32000-2 7.3.5 (names), 7.5 (structure), 7.5.7 (object streams), 7.6 (encryption), 12.6.4 (actions).
"""

from __future__ import annotations

import re
import zlib
from typing import BinaryIO

from azukari.exchange.errors.content import BrokenContentError, UnsafeArchiveError
from azukari.exchange.rules.flags import Flag
from azukari.exchange.rules.names import FileName

MEBIBYTE = 1024 * 1024
# All of a PDF up to here; of a longer one the beginning and the end, and a flag.
MAX_SEARCHED = 256 * MEBIBYTE
ENDS_SEARCHED = 64 * MEBIBYTE
END_WITHIN = 64 * 1024
_BLOCK = 4 * MEBIBYTE
_OVERLAP = 64 * 1024
_MAX_OBJECT_STREAM = 2 * MEBIBYTE
_MAX_OBJECT_STREAMS = 500
_MAX_INFLATED = 128 * MEBIBYTE


def _name(word: str) -> bytes:
    return b"".join(b"(?:%c|#%02x|#%02X)" % (ord(c), ord(c), ord(c)) for c in word)


_ACTIVE_NAMES = (
    "JavaScript",
    "Launch",
    "EmbeddedFile",
    "EmbeddedFiles",
    "RichMedia",
    "SubmitForm",
    "ImportData",
    "Rendition",
    "GoToE",
)
_DELIMITER = rb"(?=[\s()<>\[\]{}/%\x00]|$)"
_ACTIVE = re.compile(b"/(?:" + b"|".join(map(_name, _ACTIVE_NAMES)) + b")" + _DELIMITER)
_ENCRYPT = re.compile(b"/" + _name("Encrypt") + rb"[\s\x00]*(?:\d+[\s\x00]+\d+[\s\x00]+R|<<)")
_OBJECT_STREAM = re.compile(b"/" + _name("ObjStm") + _DELIMITER)
# Between the type in its dictionary and the data.
_STREAM_WITHIN = 1_000


def check_pdf(file: BinaryIO, *, size: int, name: FileName) -> frozenset[Flag]:
    """Check that a PDF ends as one, is nothing else besides, and give its flags.

    Raises: BrokenContentError, UnsafeArchiveError.
    Source: ISO 32000-2 7.5.5 (the end), OWASP ASVS 5.2.2.
    """
    flags: set[Flag] = set()
    search = _Search(flags)
    if size <= MAX_SEARCHED:
        _read_range(file, 0, size, search)
    else:
        flags.add(Flag.NOT_READ)
        _read_range(file, 0, ENDS_SEARCHED, search)
        _read_range(file, size - ENDS_SEARCHED, size, search)
    tail = search.tail
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise BrokenContentError(name=name.shown)
    if has_zip_end(tail, size):
        raise UnsafeArchiveError(name=name.shown, why="2つの形式を兼ねるように作られています。")
    return frozenset(flags)


def has_zip_end(tail: bytes, size: int) -> bool:
    """Tell whether the last bytes of a file of another type end a ZIP as well (a file that is both).

    Source: APPNOTE 4.3.16.
    """
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        record = tail[at : at + 22]
        length = int.from_bytes(record[12:16], "little")
        if len(record) == 22 and 0 < length <= size - len(tail) + at:
            # The directory lies before its end: in the bytes at hand it begins with its signature, else it may.
            start = at - length
            if start < 0 or tail[start : start + 4] == b"PK\x01\x02":
                return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False


class _Search:
    def __init__(self, flags: set[Flag]) -> None:
        self._flags = flags
        self._streams = 0
        self._inflated = 0
        self.tail = b""

    def look(self, data: bytes) -> None:
        """Search one window of the file; it overlaps with the one before."""
        self._names(data)
        for match in _OBJECT_STREAM.finditer(data):
            at = data.find(b"stream", match.end(), match.end() + _STREAM_WITHIN)
            if at < 0:
                continue
            if self._streams >= _MAX_OBJECT_STREAMS or self._inflated >= _MAX_INFLATED:
                self._flags.add(Flag.NOT_READ)
                return
            self._streams += 1
            start = at + (8 if data[at + 6 : at + 7] == b"\r" else 7)
            self._names(self._inflate(data[start : start + _MAX_OBJECT_STREAM]))

    def _names(self, data: bytes) -> None:
        if Flag.ACTIVE_PDF not in self._flags and _ACTIVE.search(data):
            self._flags.add(Flag.ACTIVE_PDF)
        if Flag.ENCRYPTED not in self._flags and _ENCRYPT.search(data):
            self._flags.add(Flag.ENCRYPTED)

    def _inflate(self, data: bytes) -> bytes:
        opener = zlib.decompressobj()
        try:
            opened = opener.decompress(data, _MAX_OBJECT_STREAM)
        except zlib.error:
            return b""
        self._inflated += len(opened)
        return opened


def _read_range(file: BinaryIO, start: int, end: int, search: _Search) -> None:
    file.seek(start)
    before = b""
    while start < end:
        block = file.read(min(_BLOCK, end - start))
        if not block:
            break
        start += len(block)
        window = before + block
        search.look(window)
        before = window[-_OVERLAP:]
    search.tail = before
