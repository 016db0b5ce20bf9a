"""Draws the record for the binder: A4 landscape, oldest first, the head on the first page, n / m on each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from azukari.kernel.clock import jst
from azukari.press.documents.handling_record.lines import RecordHead, RecordLine
from azukari.press.signed.glyphs import GOTHIC, drawable
from azukari.press.typesetting import Standard, typeset

# Typst needs about a second for a thousand lines, and a binder takes no more than some hundred sheets a month.
MOST_LINES = 3_000

_TEMPLATE = Path(__file__).parent / "template.typ"
_STANDARDS: tuple[Standard, ...] = ("a-2a", "ua-1")
_BREAK_HERE = "\u200b"


def render(head: RecordHead, lines: Sequence[RecordLine]) -> bytes:
    """Draw the lines. Raises: ValueError for more than `MOST_LINES`; TypesettingError."""
    if len(lines) > MOST_LINES:
        raise ValueError("too many lines for one document")
    shown = {
        "office": head.office_name,
        "conditions": "・".join(head.conditions) or "なし（すべての記録）",
        "made_by": head.made_by,
        "made_at": f"{jst(head.made_at):%Y/%m/%d %H:%M}",
        "count": f"{len(lines):,}",
        "lines": [_row(line) for line in lines],
    }
    # Typst knows no part of a second.
    made_at = head.made_at.replace(microsecond=0)
    return typeset(_TEMPLATE, drawable(shown, GOTHIC), standards=_STANDARDS, made_at=made_at)


def _row(line: RecordLine) -> list[str]:
    at = jst(line.at)
    return [
        line.number,
        f"{at:%Y/%m/%d} {at:%H:%M:%S}",
        line.charge,
        line.staff,
        line.client,
        line.person,
        line.screen,
        line.label,
        line.taken_out,
        line.kind,
        line.result,
    ]
