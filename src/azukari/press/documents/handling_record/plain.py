"""The record as CSV (RFC 4180), written while it is sent.

Two dangers of a CSV that is opened by a click. A cell that begins as a formula would be run, and one that looks like a
number or a day would be turned into another (NO 3-2 into 3月2日): both get an apostrophe in front. A cell that begins
with an apostrophe gets one more, so whoever drops one leading apostrophe has every text back.
Source: OWASP, CSV Injection; the full-width signs are formulas to a Japanese Excel.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from azukari.kernel.clock import jst
from azukari.press.documents.handling_record.lines import HEADINGS, RecordLine

_PIECE = 64 * 1024
_ACTIVE = re.compile(r"\s*[=+\-@＝＋－＠|%]|[\t\r\n']")
_CHANGED = re.compile(r"\s*[0-9０-９][0-9０-９\-－/／.．:：,，年月日時分秒eE+\s]*\Z")
# Unicode names for signs of which JIS X 0208 and Microsoft's table say the same: cp932 has the second.
_SAME_SIGN = str.maketrans({"〜": "～", "−": "－", "‖": "∥", "¢": "￠", "£": "￡", "¬": "￢", "—": "―"})


class Encoding(StrEnum):
    """In which letters the file is written."""

    UTF8 = "utf8"
    CP932 = "cp932"


def write_plain(lines: Iterable[RecordLine], encoding: Encoding) -> Iterator[bytes]:
    """Write the lines as CSV, piece by piece. UTF-8 begins with its mark, so that Excel knows it.

    A character that cp932 lacks becomes 〓 with its code point, `〓(U+20BB7)`: seen, and found again.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if encoding is Encoding.UTF8:
        yield codecs.BOM_UTF8
    writer.writerow([heading for heading, _ in HEADINGS])
    for line in lines:
        writer.writerow([_written(getattr(line, name)) for _, name in HEADINGS])
        if out.tell() >= _PIECE:
            yield _encoded(out.getvalue(), encoding)
            out.seek(0)
            out.truncate()
    yield _encoded(out.getvalue(), encoding)


def cell(text: str) -> str:
    """Write a text so that opening the file neither runs nor changes it."""
    return f"'{text}" if _ACTIVE.match(text) or _CHANGED.match(text) else text


def _written(value: str | datetime) -> str:
    return f"{jst(value):%Y/%m/%d %H:%M:%S}" if isinstance(value, datetime) else cell(value)


def _encoded(text: str, encoding: Encoding) -> bytes:
    if encoding is Encoding.UTF8:
        return text.encode("utf-8")
    return text.translate(_SAME_SIGN).encode("cp932", errors="azukari_geta")


def _geta(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(f"〓(U+{ord(sign):04X})" for sign in error.object[error.start : error.end]), error.end


codecs.register_error("azukari_geta", _geta)
