"""The look inside a file that was handed over: refused, or accepted with flags.

`inspect` reads a seekable file from front to back (a far jump may cost the decryption of a whole part), keeps at most
64 MiB of it at a time, writes nothing, and lets no exception out but the refusals of `errors.content`. It replaces no
virus scanner.

Sources: OWASP ASVS 5.2, OWASP File Upload Cheat Sheet.
"""

from __future__ import annotations

import io
import re
import struct
from dataclasses import dataclass
from typing import BinaryIO

from azukari.exchange.errors.content import (
    BrokenContentError,
    ContentDisagreesError,
    EmptyContentError,
    MacroFileError,
    UnsafeArchiveError,
)
from azukari.exchange.rules import office_files
from azukari.exchange.rules.archives import MAX_HELD_BYTES, Archive, Budget, Entry, Opened, open_entries, read_archive
from azukari.exchange.rules.flags import Flag
from azukari.exchange.rules.images import check_image
from azukari.exchange.rules.kinds import (
    HEAD_BYTES,
    IMAGE_KINDS,
    MACRO_EXTENSIONS,
    OFFICE_KINDS,
    OLE_SIGNATURE,
    TEXT_KINDS,
    ZIP_SIGNATURE,
    Kind,
    check_head,
    check_no_program_head,
    text_fault,
)
from azukari.exchange.rules.names import FileName, NameWarning, check_no_program, split_extension
from azukari.exchange.rules.pdf import check_pdf
from azukari.exchange.rules.reading import read_up_to

# A ZIP in a ZIP, and no third. Documents of Office inside count one level more, for what is embedded in them.
MAX_DEPTH = 2
MAX_DOCUMENT_DEPTH = 4
MAX_TEXT = 64 * 1024 * 1024
# Formats that hold files and that we cannot look into.
_OTHER_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"MSCF")
# `=cmd|' /C …'!A0` in a cell: a spreadsheet asks another program (CWE-1236).
# Possessive and without a way back over the line, so that no text makes it slow; the `!` is looked at afterwards.
_DDE_CELL = re.compile(
    r"""(?:^|[,;\t"'])[ \t]{0,4}[=+\-@][A-Za-z0-9 \t"'(+\-*/.]{0,40}[A-Za-z][ \t]{0,4}\|[^\r\n!]*+(!?)""", re.MULTILINE
)
_DDE_WITHIN = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Findings:
    """What an accepted file is, and what its receiver should know."""

    kind: Kind
    flags: frozenset[Flag] = frozenset()


def inspect(file: BinaryIO, *, size: int, name: FileName) -> Findings:
    """Look into a file of `size` bytes and tell what it is.

    Raises: a subclass of ContentRefusedError for what may not be handed over, nothing else but errors of the file
    object itself.
    Source: OWASP ASVS 5.2.2, 5.2.3.
    """
    if size <= 0:
        raise EmptyContentError(name=name.shown)
    file.seek(0)
    kind = check_head(read_up_to(file, HEAD_BYTES), name)
    flags = set(_flags_of(file, size, kind, name))
    if NameWarning.MIXED_EXTENSION in name.warnings:
        flags.add(Flag.MIXED_NAME)
    return Findings(kind, frozenset(flags))


def _flags_of(file: BinaryIO, size: int, kind: Kind, name: FileName) -> set[Flag]:
    if kind in TEXT_KINDS:
        return _inspect_text(file, size, name)
    if kind in IMAGE_KINDS:
        check_image(file, size=size, kind=kind, name=name)
        return set()
    if kind is Kind.PDF:
        return set(check_pdf(file, size=size, name=name))
    file.seek(0)
    if read_up_to(file, 4) == OLE_SIGNATURE[:4]:
        file.seek(0)
        flags = set(office_files.check_compound(read_up_to(file, MAX_HELD_BYTES), kind, name))
        return flags | ({Flag.NOT_READ} if size > MAX_HELD_BYTES else set())
    return _Archives(name).inspect(file, size, kind if kind in OFFICE_KINDS else None)


def _inspect_text(file: BinaryIO, size: int, name: FileName) -> set[Flag]:
    file.seek(0)
    data = read_up_to(file, MAX_TEXT)
    fault = text_fault(data, whole=size <= MAX_TEXT)
    if fault:
        raise ContentDisagreesError(name=name.shown, extension=f".{name.extension}", found=fault)
    codec = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp932"
    cells = _DDE_CELL.finditer(data[:_DDE_WITHIN].decode(codec, errors="replace"))
    flags = {Flag.DDE} if any(cell[1] for cell in cells) else set()
    return flags | ({Flag.NOT_READ} if size > MAX_TEXT else set())


class _Archives:
    """One archive and all archives inside it, with one budget for them together."""

    def __init__(self, name: FileName) -> None:
        self._name = name
        self._budget = Budget()
        self._flags: set[Flag] = set()

    def inspect(self, file: BinaryIO, size: int, kind: Kind | None) -> set[Flag]:
        archive = self._read(file, size)
        names = _names_of(archive)
        if kind is None and office_files.is_package(names):
            # A document called .zip is one for us and another for whoever renames it back.
            raise ContentDisagreesError(name=self._name.shown, extension=".zip", found="Office文書")
        self._walk(file, archive, names, kind, depth=1, level=1)
        return self._flags

    def _read(self, file: BinaryIO, size: int) -> Archive:
        try:
            archive = read_archive(file, size=size, name=self._name, budget=self._budget)
        except (struct.error, OverflowError):
            raise BrokenContentError(name=self._name.shown) from None
        if archive.encrypted:
            self._flags.add(Flag.ENCRYPTED)
        return archive

    def _walk(
        self, file: BinaryIO, archive: Archive, names: set[str], kind: Kind | None, *, depth: int, level: int
    ) -> None:
        is_package = office_files.is_package(names)
        if kind is not None and not is_package:
            raise ContentDisagreesError(
                name=self._name.shown, extension=f".{self._name.extension}", found=Kind.ZIP.label
            )
        if is_package:
            office_files.check_no_macro_parts(names, self._name)
            if archive.encrypted:
                # Office encrypts the whole document, never a part: the list of parts must not escape the look.
                raise BrokenContentError(name=self._name.shown)
        for entry in archive.entries:
            self._check_name(entry.name)
        hold = _is_needed_of_package if is_package else _is_container
        for opened in open_entries(file, archive, name=self._name, hold=hold):
            self._look(opened, kind, is_package=is_package, depth=depth, level=level)

    def _check_name(self, entry_name: str) -> None:
        last = entry_name.rstrip("/").rsplit("/", 1)[-1]
        extension = split_extension(last)[1]
        if extension in MACRO_EXTENSIONS:
            raise MacroFileError(name=self._name.shown)
        # Parts of documents are called .bin (printer settings, pictures); there the first bytes decide.
        if extension != "bin":
            check_no_program(last)

    def _look(self, opened: Opened, kind: Kind | None, *, is_package: bool, depth: int, level: int) -> None:
        part = opened.entry.name.lower()
        check_no_program_head(opened.head)
        if is_package:
            self._look_at_part(part, opened, kind)
        is_archive = opened.head.startswith(_OTHER_ARCHIVES) or opened.head[2:5] == b"-lh"
        if is_archive or opened.entry.opened > MAX_HELD_BYTES:
            self._flags.add(Flag.NOT_READ)
        elif opened.whole is None:
            return
        elif opened.head.startswith((ZIP_SIGNATURE, b"PK\x05\x06")):
            self._look_into(opened.whole, is_package=is_package, depth=depth, level=level)
        elif opened.head.startswith(OLE_SIGNATURE):
            self._look_at_compound(opened.whole, is_package=is_package)
        elif opened.head.startswith(b"%PDF-"):
            self._look_at_pdf(opened.whole)

    def _look_at_part(self, part: str, opened: Opened, kind: Kind | None) -> None:
        if part == office_files.CONTENT_TYPES:
            if opened.whole is None:
                # Longer than any list of parts: what is not read must not pass.
                raise BrokenContentError(name=self._name.shown)
            office_files.check_content_types(opened.whole, kind, self._name)
        elif opened.whole is not None:
            self._flags.update(office_files.flags_of_part(part, opened.whole))

    def _look_into(self, data: bytes, *, is_package: bool, depth: int, level: int) -> None:
        file = io.BytesIO(data)
        archive = self._read(file, len(data))
        names = _names_of(archive)
        inner_depth = depth if office_files.is_package(names) else depth + 1
        if inner_depth > MAX_DEPTH or level >= MAX_DOCUMENT_DEPTH:
            raise UnsafeArchiveError(name=self._name.shown, why="ZIPの中のZIPに、さらにZIPが入っています。")
        self._walk(file, archive, names, None, depth=inner_depth, level=level + 1)

    def _look_at_compound(self, data: bytes, *, is_package: bool) -> None:
        try:
            self._flags.update(office_files.check_compound(data, None, self._name))
        except BrokenContentError:
            # Pieces of documents (OLE objects, settings of printers) need not be whole.
            if not is_package:
                self._flags.add(Flag.NOT_READ)

    def _look_at_pdf(self, data: bytes) -> None:
        try:
            self._flags.update(check_pdf(io.BytesIO(data), size=len(data), name=self._name))
        except BrokenContentError:
            self._flags.add(Flag.NOT_READ)


_CONTAINERS = (ZIP_SIGNATURE, b"PK\x05\x06", OLE_SIGNATURE, b"%PDF-")


def _is_container(_: Entry, head: bytes) -> bool:
    return head.startswith(_CONTAINERS)


def _is_needed_of_package(entry: Entry, head: bytes) -> bool:
    return head.startswith(_CONTAINERS) or office_files.is_needed(entry.name.lower())


def _names_of(archive: Archive) -> set[str]:
    return {entry.name.lower() for entry in archive.entries}
