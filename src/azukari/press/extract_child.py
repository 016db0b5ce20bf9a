"""The extracting process: a file on standard input, its words on standard output, nothing anywhere else.

Runs as `python -m azukari.press.extract_child xlsx|docx|pptx|csv|txt|pdf` under limits it sets itself before it looks
at a byte: memory, processor time, no files written, no core dump. It imports no Django and no room. It stops by itself
before the limit of time and gives what it has.

OOXML is searched with expressions, not parsed: the question is which words stand there, not what the document means,
and no entity is expanded. Sources: ECMA-376-1 17.3, 18.3, 18.4, 21.1; ISO 32000-2 9.10 by PDFium.
"""

from __future__ import annotations

import contextlib
import html
import importlib
import io
import re
import sys
import time
import zipfile
from collections.abc import Callable, Iterator

from azukari.press import child

MEMORY_LIMIT = 1280 * 1024 * 1024
CPU_SECONDS = 20
# Own stop, so that what was read until then is not lost with the process.
SOFT_CPU_SECONDS = 14.0
MAX_CHARACTERS = 20_000_000
MAX_PART = 96 * 1024 * 1024
MAX_OPENED = 256 * 1024 * 1024


class _StoppedError(Exception):
    """A limit was reached; what was collected so far stands."""


class Collector:
    """Collects text up to a number of characters and a moment of processor time."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = MAX_CHARACTERS
        self._until = time.process_time() + SOFT_CPU_SECONDS
        self.complete = True

    def add(self, text: str) -> None:
        """Add a piece and end its line. Raises: _StoppedError when the limits are reached."""
        if not text:
            return
        self._parts.append(text[: self._room])
        self._room -= len(text) + 1
        if self._room <= 0 or time.process_time() > self._until:
            raise _StoppedError

    def finish(self) -> str:
        """Give everything, one piece a line."""
        return "\n".join(self._parts)


# --- plain text --------------------------------------------------------------------------------------------------


def read_text(data: bytes, out: Collector) -> None:
    """Read a CSV or text file in the codes programs write; ISO-2022-JP comes from old mail."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codecs = ["utf-16"]
    elif b"\x1b$" in data[: 1024 * 1024]:
        codecs = ["iso2022_jp", "utf-8-sig", "cp932"]
    else:
        codecs = ["utf-8-sig", "cp932"]
    for codec in codecs:
        with contextlib.suppress(UnicodeDecodeError):
            out.add(data.decode(codec))
            return
    out.complete = False
    out.add(data.decode(codecs[-1], errors="replace"))


# --- OOXML -------------------------------------------------------------------------------------------------------


class Package:
    """The parts of an OOXML package, opened one by one within a limit over all."""

    def __init__(self, data: bytes, out: Collector) -> None:
        self._file = zipfile.ZipFile(io.BytesIO(data))
        self._out = out
        self._left = MAX_OPENED
        # Numbers in names of parts in their order: sheet2 before sheet10.
        self.names = sorted(self._file.namelist(), key=_in_order)

    def parts(self, pattern: str) -> Iterator[str]:
        """Give the parts whose name fits, as text."""
        for name in self.names:
            if re.fullmatch(pattern, name, re.IGNORECASE):
                yield self._open(name)

    def _open(self, name: str) -> str:
        limit = min(MAX_PART, self._left)
        with self._file.open(name) as member:
            data = member.read(limit + 1)
        self._left -= len(data)
        if len(data) > limit:
            self._out.complete = False
            data = data[:limit]
        codec = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
        return data.decode(codec, errors="replace")


def _in_order(name: str) -> list[tuple[int, str]]:
    return [(int(part) if part.isdecimal() else -1, part) for part in re.split(r"(\d{1,9})", name)]


# A run of text, or what ends a line: paragraph, break, table cell. Prefixes are free in XML.
_PIECE = re.compile(
    r"<(?:\w+:)?(?P<run>t|delText|instrText|text)(?:\s[^>]*)?(?<!/)>(?P<words>[^<]*)"
    r"|<(?:\w+:)?tab(?:\s[^>]*)?/?>(?P<tab>)"
    r"|</(?:\w+:)?(?:p|tc|si|cm|comment)>(?P<end>)|<(?:\w+:)?(?:br|cr)(?:\s[^>]*)?/?>(?P<line>)"
)
_PHONETIC = re.compile(r"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def add_runs(xml: str, out: Collector) -> None:
    """Add the runs of text of one part, joined as they are read: Word cuts words into runs as it likes."""
    if "<![CDATA[" in xml:
        xml = _CDATA.sub(lambda match: html.escape(match[1]), xml)
    line: list[str] = []
    for match in _PIECE.finditer(xml):
        if match["words"] is not None:
            line.append(match["words"])
        elif match["tab"] is not None:
            line.append("\t")
        else:
            out.add(_plain("".join(line)))
            line = []
    out.add(_plain("".join(line)))


def _plain(text: str) -> str:
    return html.unescape(text) if "&" in text else text


_CELL = re.compile(r"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
# A string may be empty: `<si/>` counts as one too.
_STRING = re.compile(r"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_VALUE = re.compile(r"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)</")
_SHARED = re.compile(r"""\bt\s*=\s*["']s["']""")
_EXPONENT = re.compile(r"-?\d+(?:\.\d+)?[eE][+]?\d{1,2}")
_HEADER = re.compile(r"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)>([^<]*)")
_SHEET_NAME = re.compile(r"""<(?:\w+:)?(?:sheet|definedName)\b[^>]*\bname\s*=\s*["']([^"']*)""")


def read_xlsx(data: bytes, out: Collector) -> None:
    """Read a workbook: cells in their order, headers and footers, notes, drawings, names of sheets."""
    package = Package(data, out)
    for xml in package.parts(r"xl/workbook\.xml"):
        for match in _SHEET_NAME.finditer(xml):
            out.add(_plain(match[1]))
    strings: list[str] = []
    for xml in package.parts(r"xl/sharedStrings\.xml"):
        strings += [_words(match[1] or "") for match in _STRING.finditer(_PHONETIC.sub("", xml))]
    for xml in package.parts(r"xl/worksheets/[^/]+\.xml"):
        _read_sheet(xml, strings, out)
    for xml in package.parts(r"xl/(?:comments\d*|comments/[^/]+|threadedComments/[^/]+|drawings/[^/]+)\.xml"):
        add_runs(xml, out)
    _read_properties(package, out)


def _words(xml: str) -> str:
    return _plain("".join(match["words"] for match in _PIECE.finditer(xml) if match["words"]))


def _read_sheet(xml: str, strings: list[str], out: Collector) -> None:
    for match in _CELL.finditer(xml):
        attributes, inner = match[1], match[2]
        if not inner:
            continue
        value = _VALUE.search(inner)
        if value is None:
            out.add(_words(_PHONETIC.sub("", inner)))
        elif _SHARED.search(attributes):
            index = int(value[1]) if value[1].isdecimal() else len(strings)
            out.add(strings[index] if index < len(strings) else "")
        else:
            out.add(_number(_plain(value[1])))
    for match in _HEADER.finditer(xml):
        out.add(_plain(match[1]))


def _number(text: str) -> str:
    # Excel writes twelve digits as 1.23456789012E11 when it likes.
    if not _EXPONENT.fullmatch(text):
        return text
    return f"{float(text):.0f}"


def read_docx(data: bytes, out: Collector) -> None:
    """Read a document with its headers, footers, notes, comments and text boxes."""
    package = Package(data, out)
    for xml in package.parts(r"word/(?:document|header|footer|footnotes|endnotes|comments)\d*\.xml"):
        add_runs(xml, out)
    _read_properties(package, out)


def read_pptx(data: bytes, out: Collector) -> None:
    """Read the slides of a presentation with their notes, comments and diagrams."""
    package = Package(data, out)
    for xml in package.parts(r"ppt/(?:slides|notesSlides|comments|diagrams|charts)/[^/]+\.xml"):
        add_runs(xml, out)
    _read_properties(package, out)


_PROPERTY = re.compile(
    r"<(?:dc:title|dc:subject|dc:creator|dc:description|cp:keywords|Company|Manager)(?:\s[^>]*)?>([^<]*)"
)


def _read_properties(package: Package, out: Collector) -> None:
    # Title, author and company: a template of another client is known by them.
    for xml in package.parts(r"docProps/(?:core|app)\.xml"):
        for match in _PROPERTY.finditer(xml):
            out.add(_plain(match[1]))


# --- PDF ---------------------------------------------------------------------------------------------------------


def read_pdf(data: bytes, out: Collector) -> None:
    """Read the text layer of every page, with what is filled into forms. A page that is an image is not read."""
    # Only this kind needs the library, and it has no types.
    pdfium = importlib.import_module("pypdfium2.raw")
    document = importlib.import_module("pypdfium2").PdfDocument(data)
    for number in range(len(document)):
        page = document[number]
        # Fields and notes are drawn over a page; merged into it (in memory only) their words are words of the page.
        if pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
            page.close()
            page = document[number]
        words = page.get_textpage()
        text = words.get_text_range()
        if not text.strip() and any(True for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
            out.complete = False
        words.close()
        page.close()
        out.add(text.replace("\r\n", "\n").replace("\ufffe", ""))


# --- the process -------------------------------------------------------------------------------------------------

READERS: dict[str, Callable[[bytes, Collector], None]] = {
    "csv": read_text,
    "txt": read_text,
    "xlsx": read_xlsx,
    "docx": read_docx,
    "pptx": read_pptx,
    "pdf": read_pdf,
}


def limit() -> None:
    """Give up memory, time, files and core dumps."""
    child.limit(memory=MEMORY_LIMIT, cpu_seconds=CPU_SECONDS)


def read(kind: str, data: bytes) -> bytes:
    """Read a file. Returns the answer to the parent: `C` or `P` and the text in UTF-8."""
    out = Collector()
    try:
        READERS[kind](data, out)
    except Exception:
        # Limits, damage, a password: a trace would carry words of the file, and the parent need not know which it was.
        out.complete = False
    return (b"C" if out.complete else b"P") + out.finish().encode(errors="replace")


def main() -> None:
    """Entry of the process."""
    limit()
    sys.stdout.buffer.write(read(sys.argv[1], sys.stdin.buffer.read()))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
