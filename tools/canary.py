"""Looks for My Numbers where none may be: databases, write-ahead logs, logs, PDFs, whatever lies in some folders.

Every number is looked for as ASCII, full-width, UTF-16 and hexadecimal digits, with blanks or hyphens between;
a sample also as base64, as a binary integer and as its plain hashes. Tests call `scan` with the numbers they used.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

_BETWEEN = rb"(?:[- _.]|\xe3\x80\x80|\xef\xbc\x8d|\xe2\x88\x92|\xe2\x80\x90|\xe3\x83\xbc)"
_SAMPLE = 150
_LARGE = 8 * 1024 * 1024


def scan(folders: Iterable[Path], numbers: Collection[str], *, skip: Collection[str] = ()) -> list[str]:
    """Search every file below some folders. Gives a line for each find: the file and the encoding, not the number."""
    wanted = frozenset(number.encode() for number in numbers)
    patterns = dict(_exact(sorted(numbers)[:: max(1, len(numbers) // _SAMPLE)]))
    finds = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name not in skip:
                data = path.read_bytes()
                finds += [f"{path.name}: {kind}" for kind in _kinds(data, wanted, patterns)]
    return finds


def _kinds(data: bytes, wanted: frozenset[bytes], patterns: dict[bytes, str]) -> Iterator[str]:
    for kind, found in _digits(data):
        if any(found[place : place + 12] in wanted for place in range(len(found) - 11)):
            yield kind
    # Every tenth pattern in large files (write-ahead logs): a leak would not be of one number alone.
    few = list(patterns.items())[:: 10 if len(data) > _LARGE else 1]
    yield from (kind for pattern, kind in few if pattern in data)


def _digits(data: bytes) -> Iterator[tuple[str, bytes]]:
    for run in re.finditer(rb"\d{12,}", data):
        yield "plain", run.group()
    for run in re.finditer(rb"\d{4}" + _BETWEEN + rb"\d{4}" + _BETWEEN + rb"\d{4}", data):
        yield "separated", re.sub(rb"\D", b"", run.group())
    for run in re.finditer(rb"(?:\d ){11}\d", data):
        yield "spaced", run.group().replace(b" ", b"")
    for run in re.finditer(rb"(?:\xef\xbc[\x90-\x99]){12,}", data):
        yield "full-width", bytes(byte - 0x60 for byte in run.group()[2::3])
    for run in re.finditer(rb"(?:\d\x00){12,}", data):
        yield "UTF-16", run.group()[::2]
    for run in re.finditer(rb"(?:\x00\d){12,}", data):
        yield "UTF-16", run.group()[1::2]
    for run in re.finditer(rb"(?:3\d){12,}", data):
        yield "hexadecimal", bytes.fromhex(run.group().decode())


def _exact(numbers: Iterable[str]) -> Iterator[tuple[bytes, str]]:
    for number in numbers:
        raw = number.encode()
        for shift in range(3):
            # The characters at both ends also depend on the neighbours; the ones between are the number's own.
            yield base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : 16], "base64"
        if int(number) >> 32:
            yield int(number).to_bytes(8), "integer"
            yield int(number).to_bytes(8, "little"), "integer"
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, raw, usedforsecurity=False).digest()
            yield digest, name
            yield digest.hex().encode(), name


def sheet_numbers(folder: Path) -> set[str]:
    """Give every number in the sheets of a folder, as the product reads them."""
    from azukari.kernel.check_digits import is_valid_my_number
    from azukari.kernel.text import fold_number
    from azukari.press.workbook import read_workbook

    found: set[str] = set()
    for path in folder.iterdir():
        if path.suffix in {".xlsx", ".csv"}:
            for sheet in read_workbook(path.read_bytes(), path.name).sheets:
                texts = (fold_number(text).strip("=\"'") for row in sheet.rows for text in row.texts)
                found |= {text for text in texts if is_valid_my_number(text)}
    return found
