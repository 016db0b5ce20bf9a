"""Office documents: is the package what its name says, and does it carry macros, links or calls of programs?

New formats (OOXML, ECMA-376 part 2) are ZIPs whose `[Content_Types].xml` names the main part; old ones are compound
files ([MS-CFB]) with a directory of streams. Both are looked at by their tables of contents and by few, bounded parts;
nothing is interpreted, no XML is parsed.

Sources: ECMA-376-2 10.1.2, [MS-CFB] 2.2 and 2.6, [MS-XLS] 2.4 (BoundSheet8, FilePass, SupBook), [MS-DOC] 2.5.2,
[MS-OFFCRYPTO] 2.3.4.
"""

from __future__ import annotations

import html
import re
import struct
from collections.abc import Iterator

from azukari.exchange.errors.content import (
    BrokenContentError,
    ContentDisagreesError,
    MacroFileError,
    ProgramFileError,
)
from azukari.exchange.rules.flags import Flag
from azukari.exchange.rules.kinds import OFFICE_KINDS, Kind, program_of
from azukari.exchange.rules.names import FileName, check_no_program

# --- the new formats ---------------------------------------------------------------------------------------------

CONTENT_TYPES = "[content_types].xml"
_MAIN = "application/vnd.openxmlformats-officedocument."
_MAIN_TYPES = {
    f"{_MAIN}spreadsheetml.sheet.main+xml": Kind.XLSX,
    f"{_MAIN}wordprocessingml.document.main+xml": Kind.DOCX,
    f"{_MAIN}presentationml.presentation.main+xml": Kind.PPTX,
}
_TYPE = re.compile(r"""ContentType\s*=\s*["']([^"']{1,300})["']""")
_MACRO_TYPE = re.compile(r"macroenabled|vbaproject|macrosheet", re.IGNORECASE)
_MACRO_PART = re.compile(r"(?:^|/)(?:vbaproject\.bin|vbadata\.xml|macrosheets/.+|intlmacrosheets/.+)$")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^<>]{0,4000}+>")
_EXTERNAL = re.compile(r"""TargetMode\s*=\s*["']\s*External\s*["']""", re.IGNORECASE)
# A link somebody clicks is text; all others are fetched when the document opens.
_HYPERLINK = re.compile(r"""Type\s*=\s*["'][^"']*/hyperlink["']""", re.IGNORECASE)
_LINK_PART = re.compile(r"^xl/(?:externallinks/externallink\d*\.xml|connections\.xml|querytables/.+)$")
_WORD_STORY = re.compile(r"^word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\d*\.xml$")
_INSTRUCTION = re.compile(r"<(?:\w+:)?instrText\b[^<>]*+>([^<]*)")
_SIMPLE_FIELD = re.compile(r"""\binstr\s*=\s*["']([^"']*)""")
_DDE_FIELD = re.compile(r"\bDDE(?:AUTO)?\b", re.IGNORECASE)
_DDE_LINK = re.compile(r"<(?:\w+:)?ddeLink\b")


def is_package(names: set[str]) -> bool:
    """Tell by the names of its entries (small letters) whether a ZIP is a package of the new formats."""
    return CONTENT_TYPES in names


def is_needed(part: str) -> bool:
    """Tell whether a part (its name in small letters) must be held for `flags_of_part` or `check_content_types`."""
    return (
        part == CONTENT_TYPES
        or part.endswith((".rels", ".bin"))
        or _LINK_PART.match(part) is not None
        or _WORD_STORY.match(part) is not None
    )


def check_no_macro_parts(names: set[str], name: FileName) -> None:
    """Check that no part of a package holds a macro.

    Raises: MacroFileError.
    """
    if any(_MACRO_PART.search(part) for part in names):
        raise MacroFileError(name=name.shown)


def check_content_types(data: bytes, kind: Kind | None, name: FileName) -> None:
    """Check that `[Content_Types].xml` names no macros, and one main part of the kind the extension says.

    `kind` is None for a package inside another file: that may be a drawing or a template as well.

    Raises: MacroFileError, ContentDisagreesError.
    Source: ECMA-376-2 10.1.2.2.
    """
    # Letters may be written as entities: what a reader of XML sees is what is compared.
    types = {html.unescape(match[1]).strip().lower() for match in _TYPE.finditer(_xml(data))}
    if any(_MACRO_TYPE.search(one) for one in types):
        raise MacroFileError(name=name.shown)
    found = {found for one, found in _MAIN_TYPES.items() if one in types}
    if kind is not None and found != {kind}:
        words = "・".join(sorted(one.label for one in found)) or "Office以外のデータ"
        raise ContentDisagreesError(name=name.shown, extension=f".{name.extension}", found=words)


def flags_of_part(part: str, data: bytes) -> Iterator[Flag]:
    """Give the flags one part of a package raises."""
    if part.endswith(".rels"):
        relations = _RELATION.finditer(_xml(data))
        if any(_EXTERNAL.search(one[0]) and not _HYPERLINK.search(one[0]) for one in relations):
            yield Flag.EXTERNAL_LINK
    elif _LINK_PART.match(part):
        yield Flag.EXTERNAL_LINK
        if _DDE_LINK.search(_xml(data)):
            yield Flag.DDE
    elif _WORD_STORY.match(part):
        text = _xml(data)
        # Word cuts an instruction into runs as it likes; joined it is what the program sees.
        joined = "".join(match[1] for match in _INSTRUCTION.finditer(text))
        fields = (joined, *(match[1] for match in _SIMPLE_FIELD.finditer(text)))
        if any(_DDE_FIELD.search(html.unescape(one)) for one in fields):
            yield Flag.DDE


def _xml(data: bytes) -> str:
    codec = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return data.decode(codec, errors="replace")


# --- the old formats ---------------------------------------------------------------------------------------------

_END_OF_CHAIN = 0xFFFFFFFA  # from here on: marks, not sectors
_MAX_STREAMS = 4_096
_HEADER_FAT_SECTORS = 109
_LABELS_OF_STREAMS = (
    ("EncryptedPackage", "パスワード付きのOffice文書"),
    ("Workbook", Kind.XLS.label),
    ("Book", Kind.XLS.label),
    ("WordDocument", Kind.DOC.label),
    ("PowerPoint Document", "PowerPoint（97-2003形式）"),
)


class CompoundFile:
    """A compound file held in memory: its directory, and streams up to a length. Every chain is bounded.

    Raises: ValueError or struct.error when it is not one; `check_compound` turns both into a refusal.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, mini_shift = struct.unpack_from("<2H", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise ValueError("sizes of sectors")
        self._size = 1 << shift
        fat_count, directory_at = struct.unpack_from("<2L", data, 44)
        self._cutoff, mini_at, _, difat_at, _ = struct.unpack_from("<5L", data, 56)
        self._fat = self._read_fat(fat_count, difat_at)
        directory = self._chain(directory_at, _MAX_STREAMS * 128)
        self.streams: dict[str, tuple[int, int]] = {}
        self._mini = b""
        for at in range(0, len(directory) - 127, 128):
            self._add(directory[at : at + 128])
        if not self.streams:
            raise ValueError("an empty directory")
        self._mini_fat = self._numbers(self._chain(mini_at, 1 << 22))

    def _add(self, record: bytes) -> None:
        length, kind = struct.unpack_from("<HB", record, 64)
        if kind not in (1, 2, 5) or not 2 <= length <= 64:
            return
        name = record[: length - 2].decode("utf-16-le", errors="replace")
        start, size = struct.unpack_from("<2L", record, 116)
        if kind == 5:
            self._mini = self._chain(start, 1 << 22)
        # A storage has no bytes of its own.
        self.streams.setdefault(name, (start, size) if kind == 2 else (0, 0))

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size]

    @staticmethod
    def _numbers(data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}L", data[: len(data) // 4 * 4])

    def _read_fat(self, count: int, difat_at: int) -> tuple[int, ...]:
        sectors = list(struct.unpack_from(f"<{_HEADER_FAT_SECTORS}L", self._data, 76))
        # No more than it takes to speak of every sector there is, however many the header claims.
        limit = len(self._data) // self._size // (self._size // 4) + 2
        seen = 0
        while difat_at < _END_OF_CHAIN and len(sectors) < min(count, limit) and seen < limit:
            numbers = self._numbers(self._sector(difat_at))
            if not numbers:
                break
            sectors += numbers[:-1]
            difat_at = numbers[-1]
            seen += 1
        wanted = [number for number in sectors[: min(count, limit)] if number < _END_OF_CHAIN]
        return self._numbers(b"".join(map(self._sector, wanted)))

    def _chain(self, start: int, limit: int) -> bytes:
        parts: list[bytes] = []
        for _ in range(limit // self._size + 1):
            if start >= _END_OF_CHAIN:
                break
            part = self._sector(start)
            if not part or start >= len(self._fat):
                break
            parts.append(part)
            start = self._fat[start]
        return b"".join(parts)[:limit]

    def read(self, name: str, limit: int) -> bytes:
        """Give the beginning of a stream, at most `limit` bytes."""
        start, size = self.streams[name]
        limit = min(size, limit)
        if size >= self._cutoff:
            return self._chain(start, limit)
        parts: list[bytes] = []
        for _ in range(limit // 64 + 1):
            if start >= len(self._mini_fat):
                break
            parts.append(self._mini[start * 64 : start * 64 + 64])
            start = self._mini_fat[start]
        return b"".join(parts)[:limit]


def check_compound(data: bytes, kind: Kind | None, name: FileName) -> frozenset[Flag]:
    """Check that a compound file is the document its name says, and give its flags.

    `kind` is None for a file inside an archive. `data` may be the beginning only of a long file.

    Raises: ProgramFileError, ContentDisagreesError, BrokenContentError.
    Source: [MS-CFB] 2.2, 2.6; [MS-OFFCRYPTO] 2.3.4.
    """
    if program_of(data):
        raise ProgramFileError(extension=program_of(data))
    try:
        file = CompoundFile(data)
        flags = frozenset(_compound_flags(file))
    except (ValueError, struct.error):
        raise BrokenContentError(name=name.shown) from None
    for path in _packed_names(file):
        check_no_program(path)
    found = next((label for stream, label in _LABELS_OF_STREAMS if stream in file.streams), "Office以外のデータ")
    wanted = "パスワード付きのOffice文書" if kind in OFFICE_KINDS else kind.label if kind else found
    if found != wanted:
        raise ContentDisagreesError(name=name.shown, extension=f".{name.extension}", found=found)
    return flags


def _packed_names(file: CompoundFile) -> list[str]:
    # A file put into a document as an icon: its label and path stand before its data ([MS-OLEDS] 2.3.6, as observed).
    if _PACKED not in file.streams:
        return []
    names = file.read(_PACKED, 2_048)[6:].split(b"\x00", 2)[:2]
    return [name.decode("cp932", errors="replace").replace("\\", "/").rsplit("/", 1)[-1] for name in names]


_PACKED = "\x01Ole10Native"
_MACRO_STREAMS = frozenset({"_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA", "Macros", "PROJECT", "PROJECTwm"})
# Records of the beginning of a workbook, where sheets and links are listed before the first sheet.
_GLOBALS_LIMIT = 4 * 1024 * 1024
_MAX_RECORDS = 100_000
_BOUND_SHEET, _FILE_PASS, _SUP_BOOK, _EXTERN_NAME, _END_OF_GLOBALS = 0x85, 0x2F, 0x1AE, 0x23, 0x0A


def _compound_flags(file: CompoundFile) -> Iterator[Flag]:
    if "EncryptedPackage" in file.streams:
        yield Flag.ENCRYPTED
    if not _MACRO_STREAMS.isdisjoint(file.streams):
        yield Flag.MACRO
    for stream in ("Workbook", "Book"):
        if stream in file.streams:
            yield from _workbook_flags(file.read(stream, _GLOBALS_LIMIT))
    if "WordDocument" in file.streams:
        base = file.read("WordDocument", 32)
        if len(base) >= 12 and base[11] & 0x01:
            yield Flag.ENCRYPTED


def _workbook_flags(data: bytes) -> Iterator[Flag]:
    at = 0
    for _ in range(_MAX_RECORDS):
        if at + 4 > len(data):
            return
        kind, length = struct.unpack_from("<2H", data, at)
        body = data[at + 4 : at + 4 + length]
        at += 4 + length
        if kind == _END_OF_GLOBALS:
            return
        if kind == _FILE_PASS:
            # Everything behind it is scrambled.
            yield Flag.ENCRYPTED
            return
        if kind == _BOUND_SHEET and len(body) > 5 and body[5] == 1:
            yield Flag.MACRO
        elif kind == _SUP_BOOK and len(body) >= 4 and body[2:4] not in (b"\x01\x04", b"\x01\x3a"):
            # Not this workbook itself and not an add-in: another file, or (no sheets) a program asked by DDE.
            yield Flag.DDE if body[:2] == b"\x00\x00" else Flag.EXTERNAL_LINK
