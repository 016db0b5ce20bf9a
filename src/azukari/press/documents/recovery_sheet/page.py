"""Draws the recovery sheet: one A4 page in memory, never on disk.

Typst may keep the text in this process's memory for a while; the process that prints the sheet holds the
office secret at that moment anyway.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from azukari.kernel.clock import jst_day
from azukari.press.dates import long_day
from azukari.press.documents.recovery_sheet.sheet import RecoverySheet
from azukari.press.typesetting import Standard, qr_svg, typeset

_TEMPLATE = Path(__file__).parent / "template.typ"
_STANDARDS: tuple[Standard, ...] = ("a-2a", "ua-1")


def render(sheet: RecoverySheet, issued_at: datetime) -> bytes:
    """Draw the sheet. Raises: TypesettingError; ValueError on a moment without a zone."""
    data = {
        "office": {"name": sheet.office_name, "code": sheet.office_code},
        "number": sheet.number,
        "issued_on": long_day(jst_day(issued_at)),
        "groups": list(sheet.groups),
        "qr": qr_svg("-".join(sheet.groups)),
    }
    return typeset(_TEMPLATE, data, standards=_STANDARDS, made_at=issued_at)
