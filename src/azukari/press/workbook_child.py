"""The reading process: a sheet on standard input, its filled rows on standard output, nothing anywhere else.

Runs as `python -m azukari.press.workbook_child xlsx|csv` under limits it sets itself before it looks at a byte:
memory, processor time, no files written, no core dump. It imports no Django and no room, writes nothing to standard
error and names no cell in a refusal. The parent (`workbook.py`) has looked at the ZIP directory first.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zlib
from typing import Any

from azukari.press import child
from azukari.press.workbook_package import MAX_CHARACTERS, Package, Refusal, Strings, Styles, list_tabs
from azukari.press.workbook_sheet import MAX_COLUMNS, Merge, SheetReader

MEMORY_LIMIT = 640 * 1024 * 1024
CPU_SECONDS = 20
MAX_ROWS = 50_000
# Title rows, headings and totals come on top of 50,000 people.
MAX_FILLED_ROWS = MAX_ROWS + 500
MAX_TABS = 100
MAX_HEADING_MERGES = 500
# A field is at most what Excel takes in a cell; a quote that never closes must not swallow the file unseen.
MAX_FIELD = 200_000


class Writer:
    """Collects sheets as one compact JSON document, compressed row by row, and keeps the limit of text over all."""

    def __init__(self, kind: str) -> None:
        self._zip = zlib.compressobj(3)
        self._parts: list[bytes] = []
        self._rows = self._characters = self._sheets = 0
        self._comma = ""
        self._put(f'{{"v":1,"kind":"{kind}","sheets":[')

    def _put(self, text: str) -> None:
        self._parts.append(self._zip.compress(text.encode()))

    def begin_sheet(self, name: str, *, hidden: bool, merges: list[Merge]) -> None:
        """Open a sheet."""
        head = json.dumps({"name": name, "hidden": hidden, "merges": merges}, ensure_ascii=False)
        self._put(f'{"," if self._sheets else ""}{head[:-1]},"rows":[')
        self._sheets += 1
        self._comma = ""

    def count_row(self) -> None:
        """Count a filled row before it is kept. Raises: Refusal beyond the limit."""
        self._rows += 1
        if self._rows > MAX_FILLED_ROWS:
            raise Refusal("TOO_MANY_ROWS")

    def row(self, row: list[Any]) -> None:
        """Add a row to the open sheet. Raises: Refusal when there is too much text."""
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS:
            raise Refusal("TOO_MUCH_TEXT")
        self._put(self._comma + text)
        self._comma = ","

    def end_sheet(self) -> None:
        """Close the open sheet."""
        self._put("]}")

    def finish(self) -> bytes:
        """Close the document. Raises: Refusal when there is not one row."""
        if not self._rows:
            raise Refusal("NO_ROWS")
        self._put("]}")
        return b"".join([*self._parts, self._zip.flush()])


def read_csv(data: bytes, writer: Writer) -> None:
    """Read records; `="…"` and a leading apostrophe before a digit are how programs keep Excel off a number."""
    text = _decode(data)
    first = text[:4096].split("\n", 1)[0]
    delimiter = "\t" if first.count("\t") > first.count(",") else ","
    csv.field_size_limit(MAX_FIELD)
    # Strict: a quote that is not closed takes the people of the next lines into one field, and nobody would miss them.
    writer.begin_sheet("", hidden=False, merges=[])
    try:
        for number, fields in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            _add_record(number, fields, writer)
    except csv.Error:
        raise Refusal("QUOTES") from None
    writer.end_sheet()


def _add_record(number: int, fields: list[str], writer: Writer) -> None:
    width = len(fields)
    texts = [_unwrap(field) if field[:1] in ("=", "'", "＇") else field for field in fields]
    while texts and not texts[-1].strip():
        texts.pop()
    if not texts:
        return
    if len(texts) > MAX_COLUMNS:
        raise Refusal("TOO_MANY_COLUMNS")
    writer.count_row()
    writer.row([number, 0, width, texts])


def _decode(data: bytes) -> str:
    # cp932, never shift_jis: ㈱ ① 髙 﨑 exist only there.
    is_utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for codec in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp932"):
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


def read_xlsx(data: bytes, writer: Writer) -> None:
    """Read every worksheet of a package, in the order of the tabs."""
    package = Package(data)
    book = next((target for _, kind, target in package.relations("") if kind == "officeDocument"), "xl/workbook.xml")
    relations = package.relations(book)
    parts = {kind: target for _, kind, target in relations}
    sheets = {relation: target for relation, kind, target in relations if kind == "worksheet"}
    strings = Strings(package, parts.get("sharedStrings"))
    styles = Styles(package, parts.get("styles"))
    epoch_1904, tabs = list_tabs(package, book)
    if len(tabs) > MAX_TABS:
        raise Refusal("TOO_MUCH_TEXT")
    for name, relation, hidden in tabs:
        # Charts and dialogs have tabs too, but no rows.
        if relation not in sheets:
            continue
        reader = SheetReader(strings, styles, epoch_1904=epoch_1904, count_row=writer.count_row)
        with package.open(sheets[relation]) as stream:
            reader.read(stream)
        # Merges downwards are filled in already; those to the side are kept for headings over several columns.
        aside = [merge for merge in reader.merges if merge[3] > merge[1]][:MAX_HEADING_MERGES]
        writer.begin_sheet(name, hidden=hidden, merges=aside)
        for row in reader.rows:
            writer.row(row)
        writer.end_sheet()


def limit() -> None:
    """Give up memory, time, files and core dumps."""
    child.limit(memory=MEMORY_LIMIT, cpu_seconds=CPU_SECONDS)


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
    except Exception:
        # Whatever it was: a trace would carry cells of the file, and the parent only needs to know that it is broken.
        return b"NGBROKEN"


def main() -> None:
    """Entry of the process."""
    limit()
    sys.stdout.buffer.write(read(sys.argv[1], sys.stdin.buffer.read()))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
