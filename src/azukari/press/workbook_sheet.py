"""One sheet of an xlsx package, streamed: the filled rows with what the rules need to know about their cells.

Runs inside the reading process only (`workbook_child.py`). Values, cached results of formulas, hidden rows, struck-out
fonts and merged cells stand in the same XML, so one pass with expat sees them all; empty rows, however many, leave
nothing behind. Format: ECMA-376 part 1, 18.3.

A row is `[number, flags, 0, [texts], {column: [kind, format]}]`, the last part only where a cell is not plain text.
`kind` is made of letters: n number, d date, e error; f a formula, s struck out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import IO, Any
from xml.parsers import expat

from azukari.press.workbook_package import Refusal, Strings, Styles, feed, is_true, local, unescape

MAX_COLUMNS = 300
# Excel itself takes 32,767 characters in a cell.
MAX_CELL = 32_767
MAX_MERGES = 20_000
MAX_MERGE_FILL = 200_000

HIDDEN, STRUCK = 1, 2

Merge = tuple[int, int, int, int]

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})$")
_LAST_SERIAL = 2_958_465  # 9999-12-31
_DAY_ZERO = date(1899, 12, 30)
_EPOCH_1904 = 1462


def column_of(letters: str) -> int:
    """Count a column from its letters, 0 for A."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def plain_number(value: str) -> str:
    """Write a numeric cell without exponent and without a fraction of zero: 1.5E+3 becomes 1500."""
    if value.isascii() and value.isdigit():
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    # A larger exponent would be written out in zeros; no honest cell comes near.
    if not number.is_finite() or abs(number.adjusted()) > 400:
        return value
    whole = number.to_integral_value()
    return f"{whole if number == whole else number:f}"


def day_of(value: str, *, epoch_1904: bool) -> str | None:
    """Write the day of a serial number in ISO form, with the time if there is one; None outside the calendar."""
    try:
        serial = float(value) + (_EPOCH_1904 if epoch_1904 else 0)
    except ValueError:
        return None
    # Excel believes in 29 February 1900: day 60 does not exist, and serials before it count from a day later.
    if not 1 <= serial < _LAST_SERIAL + 1 or 60 <= serial < 61:
        return None
    day = _DAY_ZERO + timedelta(days=int(serial) + (serial < 60))
    minutes, seconds = divmod(round(serial % 1 * 86400), 60)
    if minutes == seconds == 0:
        return day.isoformat()
    return f"{day.isoformat()} {minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def _iso_day(value: str) -> str:
    day, _, rest = value.partition("T")
    return day if rest.rstrip("Z") in ("", "00:00:00", "00:00:00.000") else value


class SheetReader:
    """Reads one sheet part into `rows` and `merges`. `count_row` is called per filled row and may refuse."""

    def __init__(self, strings: Strings, styles: Styles, *, epoch_1904: bool, count_row: Callable[[], None]) -> None:
        self.rows: list[list[Any]] = []
        self.merges: list[Merge] = []
        self._strings, self._styles, self._epoch_1904, self._count_row = strings, styles, epoch_1904, count_row
        self._tags = ("", "", "")
        self._columns: dict[str, int] = {}
        self._number = 0
        self._position = -1
        self._hidden = self._hide_rows = self._placed = self._counted = False
        self._attributes: list[str] = []
        self._texts: list[str] = []
        self._marks: dict[str, list[str]] = {}
        self._pieces: list[str] | None = None
        self._has_formula = self._struck_run = self._inside = self._reading = False

    def read(self, stream: IO[bytes]) -> None:
        """Parse the part. Raises: Refusal, and expat.ExpatError on broken XML."""
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.StartElementHandler = self._first
        self._parser = parser
        feed(parser, stream)
        self._fill_merges()

    def _first(self, name: str, _: list[str]) -> None:
        """Learn the prefix of the tags from the outermost one; most writers have none."""
        prefix = name[: -len(local(name))]
        self._tags = (f"{prefix}c", f"{prefix}v", f"{prefix}row")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler, self._parser.CharacterDataHandler = self._end, self._text

    def _start(self, name: str, attributes: list[str]) -> None:
        cell, value, row = self._tags
        if name == cell:
            self._attributes = attributes
            self._position += 1
            if "r" in attributes:
                self._placed = True
            else:
                self._counted = True
            self._pieces = None
            self._has_formula = self._struck_run = False
        elif name == value:
            self._pieces, self._inside = [], True
        elif name == row:
            self._start_row(dict(zip(attributes[::2], attributes[1::2], strict=True)))
        else:
            self._start_other(local(name), attributes)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._number + 1))
        if number <= self._number:
            raise Refusal("BROKEN")
        height = attributes.get("ht")
        self._hidden = is_true(attributes.get("hidden")) or height in ("0", "0.0") or (self._hide_rows and not height)
        self._number, self._position, self._placed, self._counted = number, -1, False, False
        self._texts, self._marks = [], {}

    def _start_other(self, tag: str, attributes: list[str]) -> None:
        if tag == "f":
            self._has_formula = True
        elif tag == "is":
            self._pieces = []
        elif tag == "rPh":
            self._reading = True
        elif tag == "t":
            self._inside = not self._reading
        elif tag == "strike":
            self._struck_run = "0" not in attributes and "false" not in attributes
        elif tag == "sheetFormatPr":
            self._hide_rows = is_true(dict(zip(attributes[::2], attributes[1::2], strict=True)).get("zeroHeight"))
        elif tag == "mergeCell":
            self._merge(dict(zip(attributes[::2], attributes[1::2], strict=True)).get("ref", ""))

    def _end(self, name: str) -> None:
        cell, value, row = self._tags
        if name == cell:
            if self._pieces is not None or self._has_formula:
                self._end_cell()
        elif name == row:
            self._end_row()
        elif name == value:
            self._inside = False
        elif self._inside or self._reading:
            tag = local(name)
            if tag == "t":
                self._inside = False
            elif tag == "rPh":
                self._reading = False

    def _text(self, text: str) -> None:
        if self._inside and self._pieces is not None:
            self._pieces.append(text)

    def _end_cell(self) -> None:
        kind, style = "n", 0
        attributes = self._attributes
        for index in range(0, len(attributes), 2):
            name, value = attributes[index], attributes[index + 1]
            if name == "r":
                self._position = self._column(value.rstrip("0123456789"))
            elif name == "t":
                kind = value
            elif name == "s":
                style = int(value)
        raw = "".join(self._pieces) if self._pieces else ""
        text, mark, code = self._value(kind, raw, style)
        if self._has_formula:
            mark += "f"
        elif not text:
            return
        if text and (self._struck_run or self._styles.is_struck(style)):
            mark += "s"
        self._put(text, mark, code)

    def _column(self, letters: str) -> int:
        found = self._columns.get(letters)
        if found is None:
            found = self._columns[letters] = column_of(letters)
        return found

    def _value(self, kind: str, raw: str, style: int) -> tuple[str, str, str]:
        """Turn the content of a cell into text, the letter of its kind and the number format."""
        if kind == "s":
            if not raw:
                return "", "", ""
            index = int(raw)
            self._struck_run = self._struck_run or index in self._strings.struck
            return self._strings.texts[index], "", ""
        if kind == "n":
            return self._numeric(raw.strip(), style)
        if kind == "e":
            return raw, "e", ""
        if kind == "d":
            return _iso_day(raw), "d", ""
        if kind == "b":
            return "TRUE" if raw.strip() == "1" else "FALSE", "", ""
        return unescape(raw), "", ""

    def _numeric(self, raw: str, style: int) -> tuple[str, str, str]:
        if not raw:
            return "", "", ""
        if self._styles.is_date(style) and (day := day_of(raw, epoch_1904=self._epoch_1904)):
            return day, "d", ""
        return plain_number(raw), "n", self._styles.format_of(style)

    def _put(self, text: str, mark: str, code: str) -> None:
        position, texts = self._position, self._texts
        if len(text) > MAX_CELL:
            raise Refusal("TOO_MUCH_TEXT")
        if position >= MAX_COLUMNS:
            if text.strip():
                raise Refusal("TOO_MANY_COLUMNS")
            return
        if position < len(texts):
            # Two values for one cell, or cells out of order: nobody can tell which one a person saw.
            raise Refusal("BROKEN")
        texts.extend([""] * (position - len(texts)))
        texts.append(text)
        if mark:
            self._marks[str(position)] = [mark, code] if code else [mark]

    def _end_row(self) -> None:
        # Cells with and without a reference in one row: nobody can tell which column the latter stand in.
        if self._placed and self._counted:
            raise Refusal("BROKEN")
        texts, marks = self._texts, self._marks
        while texts and not texts[-1].strip():
            texts.pop()
            marks.pop(str(len(texts)), None)
        if not texts:
            return
        self._count_row()
        struck = sum("s" in mark[0] for mark in marks.values())
        filled = sum(1 for text in texts if text and not text.isspace())
        flags = (HIDDEN if self._hidden else 0) | (STRUCK if struck * 2 > filled else 0)
        self.rows.append([self._number, flags, 0, texts, marks] if marks else [self._number, flags, 0, texts])

    def _merge(self, reference: str) -> None:
        first, _, last = reference.replace("$", "").partition(":")
        one, two = _REFERENCE.match(first), _REFERENCE.match(last)
        if one and two:
            if len(self.merges) >= MAX_MERGES:
                raise Refusal("TOO_MUCH_TEXT")
            self.merges.append((int(one[2]), column_of(one[1]), int(two[2]), column_of(two[1])))

    def _fill_merges(self) -> None:
        """Show in every row what a cell merged downwards shows beside it, as a person reads the sheet."""
        at = {row[0]: row for row in self.rows}
        budget = MAX_MERGE_FILL
        for top, column, bottom, _ in self.merges:
            source = at.get(top)
            if bottom <= top or source is None or column >= len(source[3]) or not source[3][column]:
                continue
            budget -= bottom - top
            if budget < 0:
                raise Refusal("TOO_MUCH_TEXT")
            for number in range(top + 1, bottom + 1):
                if number in at:
                    _copy_down(source, at[number], column)


def _copy_down(source: list[Any], row: list[Any], column: int) -> None:
    texts = row[3]
    texts.extend([""] * (column + 1 - len(texts)))
    if texts[column]:
        return
    texts[column] = source[3][column]
    mark = source[4].get(str(column)) if len(source) > 4 else None
    if mark is not None:
        if len(row) == 4:
            row.append({})
        row[4][str(column)] = mark
