"""Images by their headers: how large they are when opened, and that they end.

No pixel is decoded here. An image of more than 50 million pixels takes 200 MB in the viewer of whoever opens it.

Sources: ISO/IEC 10918-1 Annex B (JPEG), ISO/IEC 15948 (PNG), ISO/IEC 23008-12 6.5.3 (`ispe`).
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from azukari.exchange.errors.content import BrokenContentError, ContentTooLargeError, UnsafeArchiveError
from azukari.exchange.rules.kinds import Kind
from azukari.exchange.rules.names import FileName
from azukari.exchange.rules.pdf import END_WITHIN, has_zip_end
from azukari.exchange.rules.reading import read_up_to

MAX_PIXELS = 50_000_000
_LIMIT = "5,000万画素"
_HEIC_HEAD = 1024 * 1024
_MAX_SEGMENTS = 1_000
_MAX_FILL = 64
# Start-of-frame markers; C4, C8 and CC are tables.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def check_image(file: BinaryIO, *, size: int, kind: Kind, name: FileName) -> None:
    """Check the header of an image and the number of its pixels.

    Raises: BrokenContentError, ContentTooLargeError, UnsafeArchiveError.
    """
    file.seek(0)
    dimensions = {Kind.JPG: _jpeg, Kind.PNG: _png}.get(kind, _heic)(file)
    if dimensions is None or not all(dimensions):
        raise BrokenContentError(name=name.shown)
    if dimensions[0] * dimensions[1] > MAX_PIXELS:
        raise ContentTooLargeError(name=name.shown, limit=_LIMIT)
    length = min(size, END_WITHIN)
    file.seek(size - length)
    tail = read_up_to(file, length)
    if has_zip_end(tail, size):
        raise UnsafeArchiveError(name=name.shown, why="2つの形式を兼ねるように作られています。")
    if kind is Kind.PNG and b"IEND\xae\x42\x60\x82" not in tail:
        raise BrokenContentError(name=name.shown)


def _jpeg(file: BinaryIO) -> tuple[int, int] | None:
    file.seek(2)
    for _ in range(_MAX_SEGMENTS):
        marker = read_up_to(file, 2)
        for _ in range(_MAX_FILL):
            if marker != b"\xff\xff":
                break
            marker = marker[1:] + read_up_to(file, 1)
        if len(marker) < 2 or marker[0] != 0xFF or marker[1] in (0xD9, 0xDA, 0xFF):
            return None
        length = int.from_bytes(read_up_to(file, 2))
        if length < 2:
            return None
        if marker[1] in _FRAMES:
            body = read_up_to(file, 5)
            return (int.from_bytes(body[3:5]), int.from_bytes(body[1:3])) if len(body) == 5 else None
        file.seek(length - 2, 1)
    return None


def _png(file: BinaryIO) -> tuple[int, int] | None:
    head = read_up_to(file, 33)
    if len(head) < 33 or head[8:16] != b"\x00\x00\x00\x0dIHDR":
        return None
    width, height = struct.unpack_from(">2L", head, 16)
    return (width, height) if zlib.crc32(head[12:29]) == int.from_bytes(head[29:33]) else None


def _heic(file: BinaryIO) -> tuple[int, int] | None:
    # Tiles and the whole image each have an `ispe` box; the whole is the largest.
    data = read_up_to(file, _HEIC_HEAD)
    found: list[tuple[int, int]] = []
    at = data.find(b"ispe")
    while at >= 0:
        if data[at - 4 : at] == b"\x00\x00\x00\x14" and len(data) >= at + 16:
            width, height = struct.unpack_from(">2L", data, at + 8)
            found.append((width, height))
        at = data.find(b"ispe", at + 4)
    return max(found, key=lambda pair: pair[0] * pair[1]) if found else None
