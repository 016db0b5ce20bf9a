"""The ZIP behind a .zip, .xlsx, .docx or .pptx, read so strictly that every other program must see the same files.

Own reading of the central directory and of every local header, because the rules are about what `zipfile` forgives:
data before, between and after the entries, headers that disagree, two entries of one name, sizes that lie. Nothing is
written anywhere; an entry is decompressed in pieces and forgotten, and all is read in the order it stands.

Sources: APPNOTE 4.3 and 4.4 (PKWARE), OWASP ASVS 5.2.3 and 5.2.6, the checks of PyPI's Warehouse on uploads.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from azukari.exchange.errors.content import BrokenContentError, UnsafeArchiveError
from azukari.exchange.rules.names import FileName
from azukari.exchange.rules.reading import read_up_to

MEBIBYTE = 1024 * 1024
MAX_ENTRIES = 1_000
MAX_OPENED_BYTES = 500 * MEBIBYTE
# Below this much text and forms compress a hundred to one without malice; above nothing honest does.
RATIO_COUNTS_FROM = 64 * MEBIBYTE
MAX_RATIO = 50
MAX_COMMENT = 1_024
MAX_NAME_BYTES = 1_024
# What an entry may be long to be held in memory and looked into.
MAX_HELD_BYTES = 64 * MEBIBYTE
HEAD_BYTES = 64 * 1024
_SIGNATURE_BYTES = 16

_PIECE = 256 * 1024
_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED, _DESCRIPTOR, _STRONG, _UTF8, _MASKED = 0x1, 0x8, 0x40, 0x800, 0x2000
_STORED, _DEFLATED, _AES = 0, 8, 99
_UNIX, _MACOS = 3, 19
_UNKNOWN_SIZE = 0xFFFFFFFF


@dataclass(slots=True)
class Budget:
    """What an archive and all archives inside it may use up together."""

    entries: int = MAX_ENTRIES
    opened: int = MAX_OPENED_BYTES


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive, as both of its headers say. `name` has `/` between folders."""

    name: str
    is_folder: bool
    encrypted: bool
    method: int
    flags: int
    crc: int
    packed: int
    opened: int
    header_at: int
    data_at: int = 0


@dataclass(frozen=True, slots=True)
class Archive:
    """The directory of a checked archive."""

    entries: tuple[Entry, ...]
    encrypted: bool


@dataclass(slots=True, repr=False)
class Opened:
    """One entry after it was decompressed: its first bytes, and all of it when it was to be held."""

    entry: Entry
    head: bytes
    whole: bytes | None = field(default=None)


def read_archive(file: BinaryIO, *, size: int, name: FileName, budget: Budget) -> Archive:
    """Read the directory of a ZIP and check it against every rule that needs no decompression.

    Raises: UnsafeArchiveError, BrokenContentError.
    Source: APPNOTE 4.3.12, 4.3.16, 4.4; OWASP ASVS 5.2.3.
    """
    count, directory_at, directory_size = _read_end(file, size, name)
    budget.entries -= count
    if budget.entries < 0:
        raise UnsafeArchiveError(name=name.shown, why=f"中のファイルが{MAX_ENTRIES:,}個を超えています。")
    file.seek(directory_at)
    directory = _read_exactly(file, directory_size, name)
    entries = list(_read_directory(directory, count, name))
    _check_sizes(entries, size, name, budget)
    _check_names(entries, name)
    return Archive(_read_local_headers(file, entries, directory_at, name), any(e.encrypted for e in entries))


def open_entries(
    file: BinaryIO, archive: Archive, *, name: FileName, hold: Callable[[Entry, bytes], bool]
) -> Iterator[Opened]:
    """Decompress every entry in the order it stands, checking length and checksum. Encrypted ones are left out.

    `hold` is asked with an entry and its first bytes; an entry it wants comes whole if it has at most 64 MiB, of all
    others come the first 64 KiB.

    Raises: UnsafeArchiveError when the data is longer or shorter than the headers say, BrokenContentError.
    """
    for entry in archive.entries:
        if not entry.encrypted and not entry.is_folder:
            yield _open_entry(file, entry, name, hold)


# --- the directory -----------------------------------------------------------------------------------------------


def _read_exactly(file: BinaryIO, length: int, name: FileName) -> bytes:
    data = read_up_to(file, length)
    if len(data) != length:
        raise BrokenContentError(name=name.shown)
    return data


def _read_end(file: BinaryIO, size: int, name: FileName) -> tuple[int, int, int]:
    tail_length = min(size, _END.size + MAX_COMMENT)
    file.seek(size - tail_length)
    tail = _read_exactly(file, tail_length, name)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise BrokenContentError(name=name.shown)
    if len(tail) - at < _END.size:
        raise UnsafeArchiveError(name=name.shown, why="ZIPの終わりの後ろに余分なデータがあります。")
    _, disk, first_disk, here, count, directory_size, directory_at, comment = _END.unpack_from(tail, at)
    end_at = size - tail_length + at
    if at + _END.size + comment != len(tail):
        raise UnsafeArchiveError(name=name.shown, why="ZIPの終わりの後ろに余分なデータがあります。")
    if disk or first_disk or here != count:
        raise UnsafeArchiveError(name=name.shown, why="複数に分割されたZIPです。")
    if 0xFFFF in (count, here) or _UNKNOWN_SIZE in (directory_size, directory_at):
        raise UnsafeArchiveError(name=name.shown, why="大きなファイルのための形式（ZIP64）です。")
    if directory_at + directory_size != end_at:
        # Data before the archive moves every offset, data after the directory hides another one.
        raise UnsafeArchiveError(name=name.shown, why="ZIPの前か途中に余分なデータがあります。")
    if directory_size > MAX_ENTRIES * (_CENTRAL.size + 2 * MAX_NAME_BYTES):
        raise UnsafeArchiveError(name=name.shown, why=f"中のファイルが{MAX_ENTRIES:,}個を超えています。")
    return count, directory_at, directory_size


def _read_directory(directory: bytes, count: int, name: FileName) -> Iterator[Entry]:
    at = 0
    for _ in range(count):
        if len(directory) - at < _CENTRAL.size:
            raise BrokenContentError(name=name.shown)
        (
            signature, made_by, _, flags, method, _, _, crc, packed, opened, name_length, extra_length, comment_length,
            disk, _, attributes, header_at,
        ) = _CENTRAL.unpack_from(directory, at)  # fmt: skip
        start = at + _CENTRAL.size
        at = start + name_length + extra_length + comment_length
        if signature != b"PK\x01\x02" or at > len(directory) or disk:
            raise BrokenContentError(name=name.shown)
        raw = directory[start : start + name_length]
        extra = directory[start + name_length : start + name_length + extra_length]
        if _UNKNOWN_SIZE in (packed, opened, header_at):
            opened, packed, header_at = _zip64(extra, opened, packed, header_at, name)
        _check_is_file(made_by >> 8, attributes, name)
        yield _check_method(
            Entry(_decode(raw, extra, flags, name), raw.endswith(b"/"), bool(flags & _ENCRYPTED or method == _AES),
                  method, flags, crc, packed, opened, header_at),
            name,
        )  # fmt: skip
    if at != len(directory):
        raise UnsafeArchiveError(name=name.shown, why="ZIPの前か途中に余分なデータがあります。")


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _zip64(extra: bytes, opened: int, packed: int, header_at: int, name: FileName) -> tuple[int, int, int]:
    # APPNOTE 4.5.3: only the values that did not fit, in this order.
    record = next((data for kind, data in _fields(extra) if kind == 1), b"")
    values = [opened, packed, header_at]
    at = 0
    for index, value in enumerate(values):
        if value == _UNKNOWN_SIZE:
            if len(record) < at + 8:
                raise BrokenContentError(name=name.shown)
            values[index] = int.from_bytes(record[at : at + 8], "little")
            at += 8
    return values[0], values[1], values[2]


def _check_is_file(system: int, attributes: int, name: FileName) -> None:
    # The upper half holds the Unix mode: a regular file, a folder, or nothing at all.
    if system in (_UNIX, _MACOS) and (attributes >> 16) & 0o170000 not in (0, 0o100000, 0o040000):
        raise UnsafeArchiveError(name=name.shown, why="中にリンクや特殊なファイルがあります。")


def _check_method(entry: Entry, name: FileName) -> Entry:
    if entry.flags & (_STRONG | _MASKED):
        raise UnsafeArchiveError(name=name.shown, why="中の一覧まで暗号化されています。")
    if entry.method not in (_STORED, _DEFLATED) and not entry.encrypted:
        raise UnsafeArchiveError(name=name.shown, why="一般的でない圧縮方式が使われています。")
    if not entry.encrypted and entry.method == _STORED and entry.packed != entry.opened:
        raise UnsafeArchiveError(name=name.shown, why="中のファイルの大きさが食い違っています。")
    return entry


def _decode(raw: bytes, extra: bytes, flags: int, name: FileName) -> str:
    if not raw or len(raw) > MAX_NAME_BYTES:
        raise UnsafeArchiveError(name=name.shown, why="中のファイル名が空か、長すぎます。")
    for codec in ("utf-8",) if flags & _UTF8 else ("utf-8", "cp932"):
        try:
            decoded = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise UnsafeArchiveError(name=name.shown, why="中のファイル名の文字コードが読み取れません。")
    # Info-ZIP's second name (APPNOTE 4.6.9): readers differ in whether they look at it, so it may not differ.
    if any(kind == 0x7075 and data[5:] != decoded.encode() for kind, data in _fields(extra)):
        raise UnsafeArchiveError(name=name.shown, why="中のファイル名が2通りに書かれています。")
    return decoded.replace("\\", "/")


_UNSAFE_IN_NAME = re.compile("[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DRIVE = re.compile("[A-Za-z]:")


def _check_names(entries: list[Entry], name: FileName) -> None:
    seen: set[str] = set()
    for entry in entries:
        # Trailing dots and blanks are dropped on Windows: 「..  」 is a way out as well.
        parts = [part.rstrip(" ") for part in entry.name.rstrip("/").split("/")]
        if entry.name.startswith("/") or _DRIVE.match(entry.name) or any(part.rstrip(".") == "" for part in parts):
            raise UnsafeArchiveError(name=name.shown, why="中に、フォルダーの外を指すファイル名があります。")
        if _UNSAFE_IN_NAME.search(entry.name):
            raise UnsafeArchiveError(name=name.shown, why="中に、見えない文字が入ったファイル名があります。")
        key = unicodedata.normalize("NFC", "/".join(parts)).casefold()
        if key in seen:
            raise UnsafeArchiveError(name=name.shown, why="中に同じ名前のファイルが2つ以上あります。")
        seen.add(key)


def _check_sizes(entries: list[Entry], size: int, name: FileName, budget: Budget) -> None:
    opened = sum(entry.opened for entry in entries)
    packed = sum(entry.packed for entry in entries)
    budget.opened -= opened
    if budget.opened < 0:
        limit = MAX_OPENED_BYTES // MEBIBYTE
        raise UnsafeArchiveError(name=name.shown, why=f"中のファイルの合計が{limit}MBを超えています。")
    if packed > size or (opened > RATIO_COUNTS_FROM and opened > MAX_RATIO * max(packed, 1)):
        raise UnsafeArchiveError(name=name.shown, why="中身が異常に大きくなるように作られています。")


# --- local headers -----------------------------------------------------------------------------------------------


def _read_local_headers(file: BinaryIO, entries: list[Entry], end: int, name: FileName) -> tuple[Entry, ...]:
    # One after the other without a gap, from the first byte to the directory: nothing hides, nothing overlaps.
    expected = 0
    checked = []
    for entry in sorted(entries, key=lambda entry: entry.header_at):
        if entry.header_at != expected:
            raise UnsafeArchiveError(name=name.shown, why="ZIPの前か途中に余分なデータがあります。")
        placed = _read_local_header(file, entry, end, name)
        checked.append(placed)
        after = placed.data_at + placed.packed
        expected = after + (_descriptor_length(file, placed, after, end, name) if entry.flags & _DESCRIPTOR else 0)
    if expected != end:
        raise UnsafeArchiveError(name=name.shown, why="ZIPの前か途中に余分なデータがあります。")
    return tuple(checked)


def _read_local_header(file: BinaryIO, entry: Entry, end: int, name: FileName) -> Entry:
    file.seek(entry.header_at)
    (
        signature, _, flags, method, _, _, crc, packed, opened, name_length, extra_length,
    ) = _LOCAL.unpack(_read_exactly(file, _LOCAL.size, name))  # fmt: skip
    if signature != b"PK\x03\x04" or name_length > MAX_NAME_BYTES:
        raise BrokenContentError(name=name.shown)
    rest = _read_exactly(file, name_length + extra_length, name)
    raw, extra = rest[:name_length], rest[name_length:]
    if _UNKNOWN_SIZE in (packed, opened):
        opened, packed, _ = _zip64(extra, opened, packed, 0, name)
    both = _ENCRYPTED | _DESCRIPTOR | _STRONG | _UTF8 | _MASKED
    # With a descriptor the sizes may stand behind the data only, and are zero here.
    sizes = (crc, packed, opened)
    agree = sizes == (entry.crc, entry.packed, entry.opened) or bool(flags & _DESCRIPTOR and not any(sizes))
    if (
        _decode(raw, extra, flags, name) != entry.name
        or method != entry.method
        or (flags ^ entry.flags) & both
        or not agree
    ):
        raise UnsafeArchiveError(name=name.shown, why="中のファイルの見出しと一覧が食い違っています。")
    data_at = entry.header_at + _LOCAL.size + name_length + extra_length
    if data_at + entry.packed > end:
        raise BrokenContentError(name=name.shown)
    if entry.header_at == 0 and b"%PDF-" in rest:
        raise UnsafeArchiveError(name=name.shown, why="2つの形式を兼ねるように作られています。")
    return Entry(
        entry.name, entry.is_folder, entry.encrypted, entry.method, entry.flags, entry.crc, entry.packed, entry.opened,
        entry.header_at, data_at,
    )  # fmt: skip


def _descriptor_length(file: BinaryIO, entry: Entry, at: int, end: int, name: FileName) -> int:
    # APPNOTE 4.3.9: with or without its signature, sizes of four or eight bytes.
    file.seek(at)
    data = read_up_to(file, min(24, end - at))
    for form in ("<4sLLL", "<4sLQQ", "<LLL", "<LQQ"):
        length = struct.calcsize(form)
        if len(data) < length:
            continue
        values = struct.unpack_from(form, data)
        if values[-3:] == (entry.crc, entry.packed, entry.opened) and (len(values) == 3 or values[0] == b"PK\x07\x08"):
            return length
    raise UnsafeArchiveError(name=name.shown, why="中のファイルの見出しと一覧が食い違っています。")


# --- the data ----------------------------------------------------------------------------------------------------


def _open_entry(file: BinaryIO, entry: Entry, name: FileName, hold: Callable[[Entry, bytes], bool]) -> Opened:
    head = bytearray()
    length = crc = 0
    keep: int | None = None
    for piece in _pieces(file, entry, name):
        length += len(piece)
        if length > entry.opened:
            raise UnsafeArchiveError(name=name.shown, why="中のファイルの大きさが食い違っています。")
        crc = zlib.crc32(piece, crc)
        head += piece if keep is None else piece[: max(0, keep - len(head))]
        # Deflate may begin with nothing, or a single byte: no decision before the signature is there.
        if keep is None and len(head) >= _SIGNATURE_BYTES:
            keep = (
                entry.opened
                if entry.opened <= MAX_HELD_BYTES and hold(entry, bytes(head[:_SIGNATURE_BYTES]))
                else HEAD_BYTES
            )
    if keep is None:
        keep = entry.opened if hold(entry, bytes(head)) else HEAD_BYTES
    if length != entry.opened:
        raise UnsafeArchiveError(name=name.shown, why="中のファイルの大きさが食い違っています。")
    if crc != entry.crc:
        raise BrokenContentError(name=name.shown)
    whole = bytes(head) if keep == entry.opened == len(head) else None
    return Opened(entry, bytes(head[:HEAD_BYTES]), whole)


def _pieces(file: BinaryIO, entry: Entry, name: FileName) -> Iterator[bytes]:
    file.seek(entry.data_at)
    left = entry.packed
    opener = zlib.decompressobj(-15) if entry.method == _DEFLATED else None
    while left:
        data = _read_exactly(file, min(_PIECE, left), name)
        left -= len(data)
        if opener is None:
            yield data
            continue
        try:
            yield opener.decompress(data, _PIECE)
            while opener.unconsumed_tail:
                yield opener.decompress(opener.unconsumed_tail, _PIECE)
        except zlib.error:
            raise BrokenContentError(name=name.shown) from None
    if opener is not None and (not opener.eof or opener.unused_data):
        # Bytes behind the end of the stream would be read by nobody, or by somebody else.
        raise UnsafeArchiveError(name=name.shown, why="ZIPの前か途中に余分なデータがあります。")
