"""The parts of an xlsx package that say what the cells of a sheet mean: relations, strings, styles, tabs.

Runs inside the reading process only (`workbook_child.py`). Read with expat in one pass each; document types and
entities are refused, as defusedxml does. Lenient where writers differ (prefixes, absolute targets, upper and lower
case), strict where a guess could move a value. Formats: ECMA-376 part 1, 18.2 (tabs), 18.4 (strings), 18.8 (styles).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import IO, Any
from xml.parsers import expat

MAX_CHARACTERS = 40_000_000

# Built-in formats that are days in a Japanese Excel (ECMA-376 part 1, 18.8.30; 27-36 and 50-58 are East Asian).
_DATE_FORMATS = frozenset((*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)))
_BUILT_IN = {0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 11: "0.00E+00", 48: "##0.0E+0", 49: "@"}
_FORMAT_NOISE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_STYLE_LISTS = frozenset(("fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"))
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Refusal(Exception):
    """A reason the parent turns into one of its errors; `code` is all there is to it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def feed(parser: expat.XMLParserType, stream: IO[bytes]) -> None:
    """Parse a part to its end. Raises: Refusal on a document type, expat.ExpatError on broken XML."""

    def refuse(*_: object) -> Any:
        raise Refusal("BROKEN")

    # No workbook needs a document type; without one there are no entities to expand.
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.buffer_text = True
    while chunk := stream.read(1 << 18):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


def local(name: str) -> str:
    """Cut the prefix off a tag or attribute name."""
    return name.rsplit(":", 1)[-1]


def is_true(value: str | None) -> bool:
    """Read an XML boolean; an absent one is false."""
    return value is not None and value.lower() not in ("0", "false", "off", "none")


def unescape(text: str) -> str:
    """Resolve `_x000D_` and the like (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPED.sub(_escaped_character, text) if "_x" in text else text


def _escaped_character(match: re.Match[str]) -> str:
    # Halves of a surrogate pair stay as written: alone they are no text.
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code <= 0xDFFF else chr(code)


class Package:
    """The members of the ZIP by name, whatever the case, and the relations between them."""

    def __init__(self, data: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._members = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in self._zip.infolist()}

    def open(self, name: str) -> IO[bytes]:
        """Open a member for reading. Raises: Refusal when it is not there."""
        info = self._members.get(name.lower())
        if info is None:
            raise Refusal("BROKEN")
        return self._zip.open(info)

    def has(self, name: str | None) -> bool:
        """Tell whether a member is there."""
        return name is not None and name.lower() in self._members

    def elements(self, name: str) -> list[tuple[str, dict[str, str]]]:
        """List the start tags of a small part with their attributes, tags without prefix."""
        found: list[tuple[str, dict[str, str]]] = []
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda tag, attributes: found.append((local(tag), attributes))
        with self.open(name) as stream:
            feed(parser, stream)
        return found

    def relations(self, source: str) -> list[tuple[str, str, str]]:
        """List (id, type, target member) of the relations of a part; `""` is the package itself."""
        folder, file = posixpath.split(source)
        name = posixpath.join(folder, "_rels", f"{file}.rels")
        if not self.has(name):
            return []
        relations = []
        for tag, attributes in self.elements(name):
            if tag != "Relationship" or attributes.get("TargetMode") == "External":
                continue
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            kind = attributes.get("Type", "").rsplit("/", 1)[-1]
            relations.append((attributes.get("Id", ""), kind, posixpath.normpath(path)))
        return relations


def list_tabs(package: Package, book: str) -> tuple[bool, list[tuple[str, str, bool]]]:
    """Tell whether days count from 1904, and list (name, relation id, hidden) of the tabs in their order."""
    epoch_1904, tabs = False, []
    for tag, attributes in package.elements(book):
        if tag == "workbookPr":
            epoch_1904 = is_true(attributes.get("date1904"))
        elif tag == "sheet":
            relation = next((value for key, value in attributes.items() if local(key) == "id"), "")
            hidden = attributes.get("state", "visible").lower() != "visible"
            tabs.append((attributes.get("name", ""), relation, hidden))
    return epoch_1904, tabs


class Styles:
    """For each cell style: is it a day, is it struck out, and which number format it has."""

    def __init__(self, package: Package, part: str | None) -> None:
        self.date: list[bool] = []
        self.struck: list[bool] = []
        self.format: list[str] = []
        self._codes = dict(_BUILT_IN)
        self._custom: set[int] = set()
        self._fonts: list[bool] = []
        if part is not None and package.has(part):
            self._read(package.elements(part))

    def is_date(self, style: int) -> bool:
        """Tell whether numbers of this style are days."""
        return style < len(self.date) and self.date[style]

    def is_struck(self, style: int) -> bool:
        """Tell whether a line goes through cells of this style."""
        return style < len(self.struck) and self.struck[style]

    def format_of(self, style: int) -> str:
        """Give the number format code of a style."""
        return self.format[style] if style < len(self.format) else ""

    def _read(self, elements: list[tuple[str, dict[str, str]]]) -> None:
        inside = ""
        for tag, attributes in elements:
            if tag in _STYLE_LISTS:
                inside = tag
            elif tag == "numFmt" and inside != "dxfs":
                number = int(attributes["numFmtId"])
                self._custom.add(number)
                self._codes[number] = attributes.get("formatCode", "")
            elif tag == "font" and inside == "fonts":
                self._fonts.append(False)
            elif tag == "strike" and inside == "fonts" and self._fonts:
                self._fonts[-1] = is_true(attributes.get("val", "1"))
            elif tag == "xf" and inside == "cellXfs":
                self._add(attributes)

    def _add(self, attributes: dict[str, str]) -> None:
        number, font = int(attributes.get("numFmtId", 0)), int(attributes.get("fontId", 0))
        code = self._codes.get(number, "")
        self.date.append(_is_date_format(code) if number in self._custom else number in _DATE_FORMATS)
        self.struck.append(font < len(self._fonts) and self._fonts[font])
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
        self._pieces: list[str] = []
        self._reading = self._inside = False
        self._characters = 0
        if part is not None and package.has(part):
            parser = expat.ParserCreate()
            parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
            parser.CharacterDataHandler = self._text
            with package.open(part) as stream:
                feed(parser, stream)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "t":
            self._inside = not self._reading
        elif tag == "si":
            self._pieces = []
        elif tag == "rPh":
            self._reading = True
        elif tag == "strike" and is_true(attributes.get("val", "1")):
            self.struck.add(len(self.texts))

    def _end(self, name: str) -> None:
        tag = local(name)
        if tag == "t":
            self._inside = False
        elif tag == "rPh":
            self._reading = False
        elif tag == "si":
            text = unescape("".join(self._pieces))
            self._characters += len(text)
            if self._characters > MAX_CHARACTERS:
                raise Refusal("TOO_MUCH_TEXT")
            self.texts.append(text)

    def _text(self, text: str) -> None:
        if self._inside:
            self._pieces.append(text)
