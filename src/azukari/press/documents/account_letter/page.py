"""Draws the letters: A4, folded in three, for a window envelope 長形3号 (120 × 235 mm).

The window of such envelopes is about 90 × 45 mm, 18 to 22 mm from the left and 12 to 15 mm from the top. The recipient
stands in x 24 to 102 mm, y 17 to 52 mm of the page, in letters as large as fit: what is behind the window when the sheet
lies at the upper left. The sheet can slide (99 mm in 120), so whoever stuffs the envelope pushes it up. The first third
(to 99 mm) holds no code, no login ID and no QR code, so nothing of them shows however it slides. Fold marks at 99 and
198 mm.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from azukari.press.dates import long_day
from azukari.press.documents.account_letter.letter import AccountLetter, LetterKind
from azukari.press.typesetting import Standard, qr_svg, typeset

_TEMPLATE = Path(__file__).parent / "template.typ"
_STANDARDS: tuple[Standard, ...] = ("a-2a", "ua-1")
_SERVICE = {
    LetterKind.OFFICE: "あずかり（事務所の専用サイト）",
    LetterKind.STAFF: "あずかり（事務所の専用サイト）",
    LetterKind.CLIENT: "事業所マイページ",
}


def render(letters: Sequence[AccountLetter], issued_at: datetime) -> bytes:
    """Draw the letters, a page each. Raises: TypesettingError; ValueError without a letter."""
    if not letters:
        raise ValueError("there is no letter to draw")
    data = {"letters": [_page(letter) for letter in letters]}
    return typeset(_TEMPLATE, data, standards=_STANDARDS, made_at=issued_at)


def _page(letter: AccountLetter) -> dict[str, object]:
    return {
        "kind": letter.kind.value,
        "service": _SERVICE[letter.kind],
        "number": letter.number,
        "issued_on": long_day(letter.issued_on),
        "expires_on": long_day(letter.expires_on),
        "sender": [line for line in (letter.sender_name, letter.sender_address) if line],
        "telephone": letter.sender_telephone,
        "postal_code": letter.postal_code,
        "address": letter.address,
        "organisation": letter.organisation,
        "person": letter.person,
        "office_code": letter.office_code,
        "office_name": letter.office_name,
        "login_id": letter.login_id,
        "groups": list(letter.code_groups),
        "page_address": letter.page_address,
        "qr": qr_svg(letter.activation_address),
    }
