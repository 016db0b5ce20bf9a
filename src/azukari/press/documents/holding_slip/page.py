"""Draws the slip: one A4 page in memory, never on disk."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from azukari.press.dates import long_day
from azukari.press.documents.holding_slip.slip import HoldingSlip
from azukari.press.signed.glyphs import drawable
from azukari.press.typesetting import Standard, qr_svg, typeset

_TEMPLATE = Path(__file__).parent / "template.typ"
_STANDARDS: tuple[Standard, ...] = ("a-2a", "ua-1")


def render(slip: HoldingSlip, issued_at: datetime) -> bytes:
    """Draw the slip. Raises: TypesettingError; ValueError on a moment without a zone."""
    shown = {
        "office": {"name": slip.office_name, "code": slip.office_code, "telephone": slip.office_telephone},
        "company": slip.company,
        "person": slip.person,
        "issued_on": long_day(slip.issued_on),
        "groups": list(slip.groups),
        "page": slip.page_address,
    }
    return typeset(_TEMPLATE, {**drawable(shown), "qr": qr_svg(slip.link)}, standards=_STANDARDS, made_at=issued_at)
