"""The reading process: a sheet on standard input, its filled rows on standard output, nothing anywhere else.

Runs as `python -m azukari.press.workbook_child xlsx|csv` under limits it sets itself before it looks at a byte:
memory, processor time, no files written, no core dump. It imports no Django and no other room, writes nothing to
standard error and names no cell in a refusal. The parent (`workbook.py`) has looked at the ZIP directory first.

The xlsx part reads the few parts of a package it needs in one streaming pass with expat: values, cached results of
formulas, hidden rows, struck-out fonts and merged cells stand in the same XML, so nothing is read twice. Document
types and entities are refused (as defusedxml does). Formats: ECMA-376 part 1, 18.3 (sheets), 18.4 (strings), 18.8.
"""

from __future__ import annotations

import csv
import io
import json
import posixpath
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO
from xml.parsers import expat

MEMORY_LIMIT = 640 * 1024 * 1024
CPU_SECONDS = 20
MAX_ROWS = 50_000
# Title rows, headings and totals come on top of 50,000 people.
MAX_FILLED_ROWS = MAX_ROWS + 500
MAX_COLUMNS = 300
MAX_SHEETS = 100
MAX_CHARACTERS = 40_000_000
MAX_MERGE_FILL = 200_000

HIDDEN, STRUCK = 1, 2

# Built-in number formats that are days in a Japanese Excel (ECMA-376 part 1, 18.8.30; 27-36 and 50-58 are East Asian).
_DATE_FORMATS = frozenset((*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)))
_FORMAT_CODES = {0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 11: "0.00E+00", 48: "##0.0E+0", 49: "@"}
_FORMAT_NOISE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")
_SURROGATES = frozenset(("D8", "D9", "DA", "DB", "DC", "DD", "DE", "DF"))
_LAST_SERIAL = 2_958_465  # 9999-12-31


class Refusal(Exception):
    """A reason the parent turns into one of its errors; `code` is all there is to it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Writer:
    """Collects sheets as one compact JSON document, compressed row by row, and keeps the limits over all sheets.

    A row is `[number, flags, width, [texts], {column: [kind, format]}]`, the last part only where a cell is not
    plain text. `kind` is made of letters: n number, d date, e error; f a formula, s struck out.
    """

    def __init__(self, kind: str) -> None:
        self._zip = zlib.compressobj(3)
        self._parts: list[bytes] = []
        self._rows = 0
        self._characters = 0
        self._sheets = 0
        self._row_comma = ""
        self._put(f'{{"v":1,"kind":"{kind}","sheets":[')

    def _put(self, text: str) -> None:
        if piece := self._zip.compress(text.encode()):
            self._parts.append(piece)

    def begin_sheet(self, name: str, *, hidden: bool, merges: list[tuple[int, int, int, int]]) -> None:
        comma = "," if self._sheets else ""
        self._sheets += 1
        self._row_comma = ""
        head = json.dumps({"name": name, "hidden": hidden, "merges": merges}, ensure_ascii=False)
        self._put(f'{comma}{head[:-1]},"rows":[')

    def row(self, row: list[Any]) -> None:
        self._rows += 1
        if self._rows > MAX_FILLED_ROWS:
            raise Refusal("TOO_MANY_ROWS")
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS:
            raise Refusal("TOO_MUCH_TEXT")
        self._put(self._row_comma + text)
        self._row_comma = ","

    def end_sheet(self) -> None:
        self._put("]}")

    def finish(self) -> bytes:
        if not self._rows:
            raise Refusal("NO_ROWS")
        self._put("]}")
        return b"".join([*self._parts, self._zip.flush()])


# --- csv ---------------------------------------------------------------------------------------------------------


def read_csv(data: bytes, writer: Writer) -> None:
    """Read records; `="…"` and a leading apostrophe before a digit are how programs keep Excel off a number."""
    text = _decode(data)
    head = text[:4096].split("\n", 1)[0]
    delimiter = "\t" if head.count("\t") > head.count(",") else ","
    # A field is at most what Excel takes in a cell; a quote that never closes must not swallow the file unseen.
    csv.field_size_limit(200_000)
    writer.begin_sheet("", hidden=False, merges=[])
    try:
        for number, fields in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            width = len(fields)
            texts = [_unwrap(field) if field[:1] in ("=", "'", "＇") else field for field in fields]
            while texts and not texts[-1].strip():
                texts.pop()
            if not texts:
                continue
            if len(texts) > MAX_COLUMNS:
                raise Refusal("TOO_MANY_COLUMNS")
            writer.row([number, 0, width, texts])
    except csv.Error:
        raise Refusal("UNKNOWN") from None
    writer.end_sheet()


def _decode(data: bytes) -> str:
    codecs: tuple[str, ...]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codecs = ("utf-16",)
    else:
        # cp932, never shift_jis: ㈱ ① 髙 﨑 exist only there.
        codecs = ("utf-8-sig", "cp932")
    for codec in codecs:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if re.search("[\x00-\x08\x0e-\x1f]", text):
            raise Refusal("UNKNOWN")
        return text
    raise Refusal("ENCODING")


def _unwrap(field: str) -> str:
    if len(field) > 3 and field.startswith('="') and field.endswith('"'):
        return field[2:-1]
    if field[:1] in "'＇" and field[1:].lstrip()[:1].isdigit():
        return field[1:]
    return field


# --- xlsx --------------------------------------------------------------------------------------------------------


def _feed(parser: expat.XMLParserType, stream: BinaryIO) -> None:
    def refuse(*_: object) -> None:
        raise Refusal("BROKEN")

    # No workbook needs a document type; without one there are no entities to expand.
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.buffer_text = True
    while chunk := stream.read(1 << 18):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.rsplit(":", 1)[-1]


def _true(value: str | None) -> bool:
    return value is not None and value.lower() not in ("0", "false", "off", "none")


class Package:
    """The members of the ZIP by name, whatever the case, and the relations between them."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._names = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in self._zip.infolist()}

    def open(self, name: str) -> BinaryIO:
        info = self._names.get(name.lower())
        if info is None:
            raise Refusal("BROKEN")
        return self._zip.open(info)  # type: ignore[return-value]

    def has(self, name: str) -> bool:
        return name.lower() in self._names

    def elements(self, name: str) -> Iterator[tuple[str, dict[str, str]]]:
        """List the start tags of a small part with their attributes, names without prefix."""
        found: list[tuple[str, dict[str, str]]] = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda tag, attributes: found.append((_local(tag), attributes))
        with self.open(name) as stream:
            _feed(parser, stream)
        return iter(found)

    def relations(self, source: str) -> list[tuple[str, str, str]]:
        """List (id, type, target member) of the relations of a part; `""` is the package itself."""
        folder, file = posixpath.split(source)
        name = posixpath.join(folder, "_rels", f"{file}.rels")
        if not self.has(name):
            return []
        relations = []
        for tag, attributes in self.elements(name):
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                relations.append(
                    (attributes.get("Id", ""), attributes.get("Type", "").rsplit("/", 1)[-1], posixpath.normpath(path))
                )
        return relations


class Styles:
    """For each cell style: is it a day, is it struck out, and which number format it has."""

    def __init__(self, package: Package, part: str | None) -> None:
        self.date: list[bool] = []
        self.struck: list[bool] = []
        self.format: list[str] = []
        if part and package.has(part):
            self._read(package.elements(part))

    def _read(self, elements: Iterator[tuple[str, dict[str, str]]]) -> None:
        codes = dict(_FORMAT_CODES)
        custom: set[int] = set()
        fonts: list[bool] = []
        inside = ""
        for tag, attributes in elements:
            if tag in ("fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
                inside = tag
            elif tag == "numFmt" and inside != "dxfs":
                custom.add(int(attributes["numFmtId"]))
                codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
            elif tag == "font" and inside == "fonts":
                fonts.append(False)
            elif tag == "strike" and inside == "fonts" and fonts:
                fonts[-1] = _true(attributes.get("val", "1"))
            elif tag == "xf" and inside == "cellXfs":
                number, font = int(attributes.get("numFmtId", 0)), int(attributes.get("fontId", 0))
                code = codes.get(number, "")
                self.date.append(_is_date_format(code) if number in custom else number in _DATE_FORMATS)
                self.struck.append(font < len(fonts) and fonts[font])
                self.format.append(code)


def _is_date_format(code: str) -> bool:
    # Quoted texts, colours, conditions and escapes are not placeholders: "m" in 0"mm" is no month.
    bare = _FORMAT_NOISE.sub("", code).split(";", 1)[0].lower().replace("ss.0", "")
    if "general" in bare or "標準" in bare or "0" in bare or "#" in bare:
        return False
    return any(letter in bare for letter in "yde")


class Strings:
    """The shared strings: plain text of each, without readings (`rPh`), and which have a struck-out run."""

    def __init__(self, package: Package, part: str | None) -> None:
        self.texts: list[str] = []
        self.struck: set[int] = set()
        if part and package.has(part):
            with package.open(part) as stream:
                self._read(stream)

    def _read(self, stream: BinaryIO) -> None:
        texts, struck = self.texts, self.struck
        pieces: list[str] = []
        reading = inside = False
        characters = 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal reading, inside
            tag = _local(name)
            if tag == "t":
                inside = not reading
            elif tag == "si":
                pieces.clear()
            elif tag == "rPh":
                reading = True
            elif tag == "strike" and _true(attributes.get("val", "1")):
                struck.add(len(texts))

        def end(name: str) -> None:
            nonlocal reading, inside, characters
            tag = _local(name)
            if tag == "t":
                inside = False
            elif tag == "rPh":
                reading = False
            elif tag == "si":
                text = _unescape("".join(pieces))
                characters += len(text)
                if characters > MAX_CHARACTERS:
                    raise Refusal("TOO_MUCH_TEXT")
                texts.append(text)

        def data(text: str) -> None:
            if inside:
                pieces.append(text)

        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
        _feed(parser, stream)


def _unescape(text: str) -> str:
    if "_x" not in text:
        return text
    # Halves of a surrogate pair stay as written: alone they are no text.
    return _ESCAPED.sub(
        lambda match: match[0] if match[1][:2].upper() in _SURROGATES else chr(int(match[1], 16)), text
    )


def _column(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _plain_number(value: str) -> str:
    """Write a numeric cell without exponent and without a fraction of zero: 1.5E+3 becomes 1500."""
    if value.isascii() and value.isdigit():
        return value
    try:
        number = Decimal(value)
        # A larger exponent would be written out in zeros; no honest cell comes near.
        if not number.is_finite() or abs(number.adjusted()) > 400:
            return value
        return f"{number:f}" if number != number.to_integral_value() else f"{number.to_integral_value():f}"
    except InvalidOperation:
        return value


def _day_of(value: str, epoch_1904: bool) -> str | None:
    """Write the day (and the time, if there is one) of a serial number in ISO form, None outside the calendar."""
    try:
        serial = float(value)
    except ValueError:
        return None
    if epoch_1904:
        serial += 1462
    if not 1 <= serial <= _LAST_SERIAL:
        return None
    # Excel believes in 29 February 1900: serials before it count from a day later. Day 60 itself does not exist.
    if 60 <= serial < 61:
        return None
    base = datetime(1899, 12, 31) if serial < 60 else datetime(1899, 12, 30)
    moment = base + timedelta(days=int(serial), seconds=round(serial % 1 * 86400))
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat(sep=" ")


def _iso_day(value: str) -> str:
    try:
        return date.fromisoformat(value[:10]).isoformat() if value[10:] in ("", "T00:00:00") else value
    except ValueError:
        return value


class SheetReader:
    """Reads one sheet part: filled rows only, each with what the rules need to know about its cells."""

    def __init__(self, strings: Strings, styles: Styles, *, epoch_1904: bool, budget: Callable[[int], None]) -> None:
        self._strings, self._styles, self._epoch_1904, self._budget = strings, styles, epoch_1904, budget
        self.rows: list[list[Any]] = []
        self.merges: list[tuple[int, int, int, int]] = []

    def read(self, stream: BinaryIO) -> None:  # noqa: C901, PLR0915 - one state machine, kept in locals for speed
        rows, merges = self.rows, self.merges
        columns: dict[str, int] = {}
        number = position = last = 0
        placed = counted = hidden = hide_rows = has_formula = has_value = inside = reading = struck_run = False
        attributes: list[str] = []
        texts: list[str] = []
        marks: dict[str, list[str]] = {}
        pieces: list[str] = []
        tag_row = tag_cell = tag_value = ""

        def start(name: str, attrs: list[str]) -> None:
            nonlocal number, position, hidden, hide_rows, has_formula, has_value, inside, reading, struck_run
            nonlocal attributes, texts, marks, tag_row, tag_cell, tag_value, last, placed, counted
            if name == tag_cell:
                attributes = attrs
                position += 1
                if "r" in attrs:
                    placed = True
                else:
                    counted = True
                has_formula = has_value = struck_run = False
            elif name == tag_value:
                inside = has_value = True
                pieces.clear()
            elif name == tag_row:
                known = dict(zip(attrs[::2], attrs[1::2], strict=True))
                number = int(known.get("r", number + 1))
                hidden = _true(known.get("hidden")) or (hide_rows and "ht" not in known)
                if known.get("ht") in ("0", "0.0"):
                    hidden = True
                if number <= last:
                    raise Refusal("BROKEN")
                last, position, placed, counted = number, -1, False, False
                texts, marks = [], {}
            else:
                tag = _local(name)
                if tag == "worksheet":
                    prefix = name[: -len(tag)]
                    tag_row, tag_cell, tag_value = f"{prefix}row", f"{prefix}c", f"{prefix}v"
                elif tag == "f":
                    has_formula = True
                elif tag == "is":
                    pieces.clear()
                    has_value = True
                elif tag == "rPh":
                    reading = True
                elif tag == "t":
                    inside = not reading
                elif tag == "strike":
                    struck_run = "0" not in attrs and "false" not in attrs
                elif tag == "sheetFormatPr":
                    hide_rows = _true(dict(zip(attrs[::2], attrs[1::2], strict=True)).get("zeroHeight"))
                elif tag == "mergeCell":
                    self._merge(attrs)

        def end(name: str) -> None:
            nonlocal inside, reading, position
            if name == tag_cell:
                if has_value or has_formula:
                    position = self._cell(
                        attributes, position, "".join(pieces) if has_value else "", texts, marks, columns,
                        has_formula=has_formula, struck_run=struck_run,
                    )  # fmt: skip
            elif name == tag_row:
                # Cells with and without a reference in one row: nobody can tell which column the latter stand in.
                if placed and counted:
                    raise Refusal("BROKEN")
                while texts and not texts[-1].strip():
                    marks.pop(str(len(texts) - 1), None)
                    texts.pop()
                if texts:
                    self._budget(1)
                    struck = sum("s" in mark[0] for mark in marks.values())
                    filled = sum(1 for text in texts if text and not text.isspace())
                    flags = (HIDDEN if hidden else 0) | (STRUCK if struck * 2 > filled else 0)
                    rows.append([number, flags, 0, texts, marks] if marks else [number, flags, 0, texts])
            elif name == tag_value or (inside and _local(name) == "t"):
                inside = False
            elif reading and _local(name) == "rPh":
                reading = False

        def data(text: str) -> None:
            if inside:
                pieces.append(text)

        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        # Typeshed knows only the form with a dictionary of attributes.
        parser.StartElementHandler = start  # type: ignore[assignment]
        parser.EndElementHandler, parser.CharacterDataHandler = end, data
        _feed(parser, stream)
        self._fill_merges(merges)

    def _cell(
        self, attributes: list[str], position: int, raw: str, texts: list[str], marks: dict[str, list[str]],
        columns: dict[str, int], *, has_formula: bool, struck_run: bool,
    ) -> int:  # fmt: skip
        kind, style, struck = "n", 0, struck_run
        for index in range(0, len(attributes), 2):
            name, value = attributes[index], attributes[index + 1]
            if name == "r":
                letters = value.rstrip("0123456789")
                found = columns.get(letters)
                position = columns[letters] = _column(letters) if found is None else found
            elif name == "t":
                kind = value
            elif name == "s":
                style = int(value)
        mark, code = "", ""
        if kind == "s":
            index = int(raw or 0)
            text = self._strings.texts[index]
            struck = struck or index in self._strings.struck
        elif kind == "n":
            if raw and (day := _day_of(raw, self._epoch_1904) if self._is(self._styles.date, style) else None):
                text, mark = day, "d"
            elif raw.strip():
                text, mark = _plain_number(raw.strip()), "n"
                code = self._styles.format[style] if style < len(self._styles.format) else ""
            else:
                text = ""
        elif kind == "e":
            text, mark = raw, "e"
        elif kind == "d":
            text, mark = _iso_day(raw), "d"
        elif kind == "b":
            text = "TRUE" if raw.strip() == "1" else "FALSE"
        else:
            text = _unescape(raw)
        if not text and not has_formula:
            return position
        if position >= MAX_COLUMNS:
            if not text.strip():
                return position
            raise Refusal("TOO_MANY_COLUMNS")
        if position < len(texts):
            if texts[position]:
                raise Refusal("BROKEN")
            texts[position] = text
        else:
            texts.extend([""] * (position - len(texts)))
            texts.append(text)
        if has_formula:
            mark += "f"
        if text and (struck or self._is(self._styles.struck, style)):
            mark += "s"
        if mark:
            marks[str(position)] = [mark, code] if code else [mark]
        return position

    @staticmethod
    def _is(flags: list[bool], style: int) -> bool:
        return style < len(flags) and flags[style]

    def _merge(self, attributes: list[str]) -> None:
        reference = dict(zip(attributes[::2], attributes[1::2], strict=True)).get("ref", "")
        first, _, last = reference.replace("$", "").partition(":")
        one, two = _REFERENCE.match(first), _REFERENCE.match(last)
        if one and two and len(self.merges) < 20_000:
            self.merges.append((int(one[2]), _column(one[1]), int(two[2]), _column(two[1])))

    def _fill_merges(self, merges: list[tuple[int, int, int, int]]) -> None:
        """Show in every row what a cell merged downwards shows beside it, as a person reads the sheet."""
        at = {row[0]: row for row in self.rows}
        filled = 0
        for top, column, bottom, _ in merges:
            source = at.get(top)
            if bottom <= top or source is None or column >= len(source[3]) or not source[3][column]:
                continue
            for number in range(top + 1, min(bottom, top + MAX_FILLED_ROWS) + 1):
                filled += 1
                if filled > MAX_MERGE_FILL:
                    return
                row = at.get(number)
                if row is None:
                    continue
                texts = row[3]
                if column >= len(texts):
                    texts.extend([""] * (column + 1 - len(texts)))
                if not texts[column]:
                    texts[column] = source[3][column]
                    if len(source) > 4 and str(column) in source[4]:
                        if len(row) == 4:
                            row.append({})
                        row[4][str(column)] = source[4][str(column)]


def read_xlsx(data: bytes, writer: Writer) -> None:
    """Read every worksheet of a package, in the order of the tabs."""
    package = Package(data)
    book = next((target for _, kind, target in package.relations("") if kind == "officeDocument"), "xl/workbook.xml")
    relations = package.relations(book)
    target_of = {identity: (kind, target) for identity, kind, target in relations}
    strings = Strings(package, next((target for _, kind, target in relations if kind == "sharedStrings"), None))
    styles = Styles(package, next((target for _, kind, target in relations if kind == "styles"), None))
    epoch_1904, sheets = _sheets(package, book)
    if len(sheets) > MAX_SHEETS:
        raise Refusal("BROKEN")
    rows = 0

    def budget(more: int) -> None:
        nonlocal rows
        rows += more
        if rows > MAX_FILLED_ROWS:
            raise Refusal("TOO_MANY_ROWS")

    for name, identity, hidden in sheets:
        kind, target = target_of.get(identity, ("", ""))
        if kind != "worksheet":
            continue
        reader = SheetReader(strings, styles, epoch_1904=epoch_1904, budget=budget)
        with package.open(target) as stream:
            reader.read(stream)
        writer.begin_sheet(name, hidden=hidden, merges=_heading_merges(reader.merges))
        for row in reader.rows:
            writer.row(row)
        writer.end_sheet()


def _sheets(package: Package, book: str) -> tuple[bool, list[tuple[str, str, bool]]]:
    epoch_1904, sheets = False, []
    for tag, attributes in package.elements(book):
        if tag == "workbookPr":
            epoch_1904 = _true(attributes.get("date1904"))
        elif tag == "sheet":
            identity = next((value for key, value in attributes.items() if _local(key) == "id"), "")
            sheets.append(
                (attributes.get("name", ""), identity, attributes.get("state", "visible").lower() != "visible")
            )
    return epoch_1904, sheets


def _heading_merges(merges: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    # Only merges to the side matter later, for headings over several columns; those downwards are already filled in.
    return [merge for merge in merges if merge[3] > merge[1]][:500]


# --- the process -------------------------------------------------------------------------------------------------


def limit() -> None:
    """Give up memory, time, files and core dumps. A system without a limit (macOS has no RLIMIT_AS) goes on."""
    for kind, value in (
        (resource.RLIMIT_AS, MEMORY_LIMIT),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            continue


def read(kind: str, data: bytes) -> bytes:
    """Read a sheet. Returns the answer to the parent: `OK` and the packed workbook, or `NG` and a code."""
    writer = Writer(kind)
    try:
        (read_csv if kind == "csv" else read_xlsx)(data, writer)
        return b"OK" + writer.finish()
    except Refusal as refusal:
        return b"NG" + refusal.code.encode()
    except MemoryError:
        return b"NGLIMIT"
    except Exception:  # noqa: BLE001 - a trace would carry cells of the file; the parent only needs to know
        return b"NGBROKEN"


def main() -> None:
    """Entry of the process."""
    limit()
    sys.stdout.buffer.write(read(sys.argv[1], sys.stdin.buffer.read()))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
