"""A sheet that somebody handed in, read safely into plain values.

`read_workbook` looks at the first bytes and at the ZIP directory here, and refuses what no registration sheet is;
only then a child process under limits (`workbook_child.py`) reads it. The file goes in by standard input, the result
comes back by standard output: no temporary file, nothing on the command line, nothing in an error.

A workbook of people is a 特定個人情報ファイル. So no value here shows its content by accident (every `repr` is empty
of it), and `to_bytes` gives the compact form a caller seals before keeping it between two requests.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any, Literal

from azukari.kernel.text import mask_long_digits
from azukari.press.child import run_child
from azukari.press.errors import (
    BrokenWorkbookError,
    CompressionBombError,
    EmptyFileError,
    FileTooLargeError,
    MacroWorkbookError,
    NoRowsError,
    NotASheetError,
    OldExcelError,
    PasswordProtectedError,
    ReadingFailedError,
    SheetRefusedError,
    TooManyColumnsError,
    TooManyRowsError,
    TooMuchTextError,
    UnknownEncodingError,
    UnknownFileError,
    UnpairedQuotesError,
)

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 300
MAX_MEMBERS = 2_000
MAX_OPENED_BYTES = 256 * 1024 * 1024
# Empty, banded rows compress about 20 to 1, repeated ones up to 100 to 1; a bomb is ten times that.
MAX_RATIO = 250
RATIO_COUNTS_FROM = 32 * 1024 * 1024
# A packed workbook is at most this long when opened; the child stops at 40 million characters.
MAX_PACKED_TEXT = 200 * 1024 * 1024
WALL_SECONDS = 30.0

FORMAT_VERSION = 1

_HIDDEN, _STRUCK = 1, 2

CellKind = Literal["text", "number", "date", "error", "empty"]
_KINDS: dict[str, CellKind] = {"n": "number", "d": "date", "e": "error"}


@dataclass(frozen=True, slots=True, repr=False)
class Cell:
    """One cell as the rules see it.

    `text` is the value: digits of a number without exponent, an ISO day of a date, the cached result of a formula.
    `number_format` is the format code of a numeric cell, "" elsewhere.
    """

    text: str
    kind: CellKind
    is_formula: bool = False
    struck_out: bool = False
    number_format: str = ""

    def __repr__(self) -> str:
        return f"<Cell {self.kind}>"


EMPTY_CELL = Cell("", "empty")


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One filled row. `number` is the row of the spreadsheet, or the record of a CSV; the first is 1.

    `texts` ends with the last filled cell. `width` is the number of fields a CSV record has (0 in a workbook).
    `marks` holds, by column, what is not plain text: letters of the kind, and the number format.
    """

    number: int
    hidden: bool
    struck_out: bool
    width: int
    texts: tuple[str, ...]
    marks: dict[str, list[str]] | None = None

    def __repr__(self) -> str:
        return f"<Row {self.number}>"

    def cell(self, column: int) -> Cell:
        """Give a cell by its column, 0 for A; one that is not there is empty."""
        text = self.texts[column] if 0 <= column < len(self.texts) else ""
        mark = self.marks.get(str(column)) if self.marks else None
        if mark is None:
            return Cell(text, "text") if text else EMPTY_CELL
        letters = mark[0]
        kind = _KINDS.get(letters[:1], "text" if text else "empty")
        return Cell(text, kind, "f" in letters, "s" in letters, mark[1] if len(mark) > 1 else "")


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """One sheet with its filled rows in order. `merges` are cells joined to the side: (top, left, bottom, right),
    rows from 1 and columns from 0. What is merged downwards already stands in every row."""

    name: str
    hidden: bool
    rows: tuple[Row, ...]
    merges: tuple[tuple[int, int, int, int], ...] = ()

    def __repr__(self) -> str:
        return f"<Sheet of {len(self.rows)} rows>"


@dataclass(frozen=True, slots=True, repr=False)
class Workbook:
    """What was read: every sheet that has a filled row, in the order of the tabs."""

    kind: Literal["xlsx", "csv"]
    sheets: tuple[Sheet, ...]

    def __repr__(self) -> str:
        return f"<Workbook {self.kind} of {len(self.sheets)} sheets>"

    @property
    def row_count(self) -> int:
        """Count the filled rows of all sheets."""
        return sum(len(sheet.rows) for sheet in self.sheets)

    def to_bytes(self) -> bytes:
        """Pack the workbook into compressed JSON. It holds numbers: seal it before it is kept anywhere."""
        sheets = [
            {
                "name": sheet.name,
                "hidden": sheet.hidden,
                "merges": sheet.merges,
                "rows": [_pack_row(row) for row in sheet.rows],
            }
            for sheet in self.sheets
        ]
        document = {"v": FORMAT_VERSION, "kind": self.kind, "sheets": sheets}
        return zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), 3)

    @classmethod
    def from_bytes(cls, packed: bytes) -> Workbook:
        """Unpack what `to_bytes` or the child made.

        Raises: ReadingFailedError when it is not that or longer than any sheet.
        """
        try:
            opener = zlib.decompressobj()
            text = opener.decompress(packed, MAX_PACKED_TEXT)
            if not opener.eof:
                raise ReadingFailedError
            document = json.loads(text)
            if document["v"] != FORMAT_VERSION:
                raise ReadingFailedError
            return cls(document["kind"], tuple(_unpack_sheet(sheet) for sheet in document["sheets"] if sheet["rows"]))
        except (zlib.error, ValueError, KeyError, IndexError, TypeError):
            # `from None`: the text of a JSON error may quote what it stumbled over.
            raise ReadingFailedError from None


def _pack_row(row: Row) -> list[Any]:
    flags = (_HIDDEN if row.hidden else 0) | (_STRUCK if row.struck_out else 0)
    packed = [row.number, flags, row.width, row.texts]
    return [*packed, row.marks] if row.marks else packed


def _unpack_sheet(sheet: dict[str, Any]) -> Sheet:
    rows = tuple(
        Row(item[0], bool(item[1] & _HIDDEN), bool(item[1] & _STRUCK), item[2], tuple(item[3]),
            item[4] if len(item) > 4 else None)
        for item in sheet["rows"]
    )  # fmt: skip
    # A tab may be called anything, also after a number; no name of a sheet is ever shown with one.
    name = mask_long_digits(sheet["name"])
    return Sheet(name, sheet["hidden"], rows, tuple(tuple(merge) for merge in sheet["merges"]))


def read_workbook(data: bytes, file_name: str) -> Workbook:
    """Read an xlsx or CSV file somebody handed in. The content decides what it is; the name only warns of macros.

    Raises: a subclass of SheetRefusedError for everything that is not a readable sheet with filled rows.
    """
    kind = check_file(data, file_name)
    return Workbook.from_bytes(_run_child(kind, data))


# --- before the child --------------------------------------------------------------------------------------------

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "画像（PNG）"),
    (b"\xff\xd8\xff", "画像（JPEG）"),
    (b"GIF8", "画像（GIF）"),
    (b"BM", "画像（BMP）"),
    (b"II*\x00", "画像（TIFF）"),
    (b"MM\x00*", "画像（TIFF）"),
    (b"MZ", "プログラム"),
    (b"\x7fELF", "プログラム"),
    (b"\xcf\xfa\xed\xfe", "プログラム"),
    (b"\xca\xfe\xba\xbe", "プログラム"),
    (b"#!", "プログラム"),
    (b"Rar!", "圧縮ファイル（RAR）"),
    (b"7z\xbc\xaf\x27\x1c", "圧縮ファイル（7z）"),
    (b"\x1f\x8b", "圧縮ファイル（gzip）"),
    (b"{\\rtf", "文書（リッチテキスト）"),
)
# Two letters could also begin a CSV; then only together with what no text has.
_WEAK_SIGNATURES = (b"BM", b"MZ")
_MACRO_NAMES = (".xlsm", ".xltm", ".xlam")


def check_file(data: bytes, file_name: str) -> Literal["xlsx", "csv"]:
    """Look at the size, the first bytes and the ZIP directory, and tell how the file is to be read.

    Raises: a subclass of SheetRefusedError that names what the file is instead.
    """
    if not data:
        raise EmptyFileError
    if len(data) > MAX_FILE_BYTES:
        raise FileTooLargeError(limit_mb=MAX_FILE_BYTES // 1024 // 1024)
    if data.startswith(b"PK\x03\x04"):
        _check_package(data, file_name)
        return "xlsx"
    if data.startswith(b"PK\x05\x06"):
        raise NotASheetError(kind="圧縮ファイル（空のZIP）")
    if data.startswith(_OLE):
        raise _ole_error(data)
    _check_signature(data)
    return "csv"


def _check_signature(data: bytes) -> None:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature) and (signature not in _WEAK_SIGNATURES or b"\x00" in data[:512]):
            raise NotASheetError(kind=kind)
    if data[4:8] == b"ftyp":
        raise NotASheetError(kind="画像か動画（HEIC・MP4）")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        raise NotASheetError(kind="画像（WebP）")
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<table")):
        raise NotASheetError(kind="ウェブページ（HTML）")
    if head.startswith(b"<?xml"):
        raise NotASheetError(kind="XMLファイル")
    if b"\x00" in data[:4096] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise UnknownFileError
    if not data.strip(b"\xef\xbb\xbf \t\r\n,"):
        raise NoRowsError


def _ole_error(data: bytes) -> SheetRefusedError:
    # Names of streams stand in the directory of the container as UTF-16. Excel wraps an encrypted xlsx in it.
    if "EncryptedPackage".encode("utf-16-le") in data:
        return PasswordProtectedError()
    if "Workbook".encode("utf-16-le") in data or "Book\0".encode("utf-16-le") in data:
        return OldExcelError(suffix=".xls")
    if "WordDocument".encode("utf-16-le") in data:
        return NotASheetError(kind="Word文書（.doc）")
    return NotASheetError(kind="古い形式のOffice文書")


def _check_package(data: bytes, file_name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, OverflowError):
        raise BrokenWorkbookError from None
    names = [member.filename.replace("\\", "/").lstrip("/").lower() for member in members]
    if any(member.flag_bits & 0x1 for member in members):
        raise PasswordProtectedError
    _check_sizes(members, names, len(data))
    _check_content(data, names, file_name)


def _check_sizes(members: list[zipfile.ZipInfo], names: list[str], length: int) -> None:
    opened = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if (
        len(members) > MAX_MEMBERS
        or len(set(names)) != len(names)
        or opened > MAX_OPENED_BYTES
        # Members that overlap: together they claim more bytes than the file has.
        or packed > length
        or (opened > RATIO_COUNTS_FROM and opened > MAX_RATIO * length)
    ):
        raise CompressionBombError


def _check_content(data: bytes, names: list[str], file_name: str) -> None:
    if any(name.endswith("vbaproject.bin") for name in names) or file_name.lower().endswith(_MACRO_NAMES):
        raise MacroWorkbookError
    if "[content_types].xml" not in names:
        if "mimetype" in names and b"opendocument.spreadsheet" in data[:256]:
            raise OldExcelError(suffix=".ods")
        raise NotASheetError(kind="圧縮ファイル（ZIP）")
    for folder, kind in (("word/", "Word文書"), ("ppt/", "PowerPointのファイル")):
        if any(name.startswith(folder) for name in names):
            raise NotASheetError(kind=kind)
    if any(name.startswith("xl/") and name.endswith("workbook.bin") for name in names):
        raise OldExcelError(suffix=".xlsb")


# --- the child ---------------------------------------------------------------------------------------------------

_REFUSALS: dict[bytes, type[SheetRefusedError]] = {
    b"TOO_MANY_ROWS": TooManyRowsError,
    b"TOO_MANY_COLUMNS": TooManyColumnsError,
    b"TOO_MUCH_TEXT": TooMuchTextError,
    b"NO_ROWS": NoRowsError,
    b"BROKEN": BrokenWorkbookError,
    b"ENCODING": UnknownEncodingError,
    b"UNKNOWN": UnknownFileError,
    b"QUOTES": UnpairedQuotesError,
    b"LIMIT": ReadingFailedError,
}
_LIMITS: dict[type[SheetRefusedError], int] = {TooManyRowsError: MAX_ROWS, TooManyColumnsError: MAX_COLUMNS}


def _run_child(kind: str, data: bytes, wall_seconds: float = WALL_SECONDS) -> bytes:
    answer = run_child("azukari.press.workbook_child", kind, data, wall_seconds=wall_seconds)
    if answer is None or answer[:2] not in (b"OK", b"NG"):
        raise ReadingFailedError
    if answer[:2] == b"NG":
        error = _REFUSALS.get(answer[2:], ReadingFailedError)
        raise error(limit=_LIMITS[error]) if error in _LIMITS else error()
    return answer[2:]


_SPACES_IN_NAME = re.compile(r"\s+")


def shown_file_name(file_name: str) -> str:
    """Write a file name as it may be shown and kept: without folders, blanks tidied, long runs of digits hidden."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return mask_long_digits(_SPACES_IN_NAME.sub(" ", last).strip())[:200]
