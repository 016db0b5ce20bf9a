"""Which characters our fonts can draw, read from the fonts' own `cmap` tables.

A PDF/A file must not show a character without a glyph: Typst refuses the whole document. A file name may hold
anything (an emoji, Hangul), the name of a person too (simplified Chinese), and one such name must not stop a
paper: on the page such a character becomes 〓 (geta, the printers' mark for a missing sort); the facts keep it.
Source: OpenType `cmap`, formats 4 and 12.
"""

from __future__ import annotations

import functools
import struct
import unicodedata
from typing import Any

from azukari.press.typesetting import FONT_FOLDER

GETA = "〓"

# The fonts of signed papers: names and texts in 明朝, and what that lacks. And those of lists.
MINCHO = ("BIZUDPMincho-Regular.ttf", "NotoSerifJP-Regular.ttf")
GOTHIC = ("BIZUDPGothic-Regular.ttf", "NotoSansJP-Regular.ttf")
# Marks go with the character before them; without a glyph they show nothing.
_MARKS = {"Mn", "Me"}
# They choose the form of a kanji (辻 with one dot or two) and are not in `cmap` as characters.
_VARIATION_SELECTORS = frozenset((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))


def drawable(data: Any, fonts: tuple[str, ...] = MINCHO) -> Any:
    """Write every text in plain data (mappings, lists) as some of our fonts can draw it."""
    if isinstance(data, str):
        return printable(data, fonts)
    if isinstance(data, dict):
        return {key: drawable(value, fonts) for key, value in data.items()}
    if isinstance(data, list):
        return [drawable(value, fonts) for value in data]
    return data


def printable(text: str, fonts: tuple[str, ...] = MINCHO) -> str:
    """Write a text as some of our fonts can draw it: 〓 for every character that none of them has."""
    known, shown = _characters(fonts), ""
    for character in text:
        category, chooses_form = unicodedata.category(character), ord(character) in _VARIATION_SELECTORS
        if category == "Cf":  # joiners, and marks that turn the direction: no paper shows them
            continue
        if ord(character) in known or (chooses_form and shown[-1:] not in ("", GETA)):
            shown += character
        elif category not in _MARKS:
            shown += GETA
    return shown


@functools.cache
def _characters(fonts: tuple[str, ...]) -> frozenset[int]:
    return frozenset().union(*(_characters_of((FONT_FOLDER / name).read_bytes()) for name in fonts))


def _characters_of(font: bytes) -> set[int]:
    table = _table(font, b"cmap")
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", table, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", table, 4 + 8 * number)
        part = table[offset:]
        form = struct.unpack_from(">H", part)[0]
        if (platform, encoding, form) == (3, 1, 4):
            found |= _segments(part)
        elif (platform, encoding, form) == (3, 10, 12):
            found |= _groups(part)
    return found


def _table(font: bytes, tag: bytes) -> bytes:
    for number in range(struct.unpack_from(">H", font, 4)[0]):
        name, _, offset, length = struct.unpack_from(">4sLLL", font, 12 + 16 * number)
        if name == tag:
            return font[offset : offset + length]
    raise ValueError("the font has no such table")


def _segments(part: bytes) -> set[int]:
    count = struct.unpack_from(">H", part, 6)[0] // 2
    ends, starts, deltas, offsets = (
        struct.unpack_from(f">{count}H", part, 14 + 2 * count * row + (2 if row else 0)) for row in range(4)
    )
    found = set()
    for row, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                place = 16 + 6 * count + 2 * row + offset + 2 * (code - start)
                glyph = struct.unpack_from(">H", part, place)[0]
            if glyph and (glyph + delta) & 0xFFFF:
                found.add(code)
    return found


def _groups(part: bytes) -> set[int]:
    found: set[int] = set()
    for number in range(struct.unpack_from(">L", part, 12)[0]):
        start, end, glyph = struct.unpack_from(">LLL", part, 16 + 12 * number)
        found.update(range(start if glyph else start + 1, end + 1))
    return found
