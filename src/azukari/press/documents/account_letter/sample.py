"""Sample letters. The codes are invented and open nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from azukari.press.documents.account_letter.letter import AccountLetter, LetterKind

ISSUED_AT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
SAMPLE = AccountLetter(
    kind=LetterKind.CLIENT,
    number="minato-12",
    issued_on=date(2026, 11, 24),
    expires_on=date(2026, 12, 8),
    sender_name="みなと社会保険労務士法人",
    sender_address="東京都風待市港町3-4-5",
    sender_telephone="03-0000-0001",
    postal_code="100-0000",
    address="東京都青葉市若草1-2-3",
    organisation="株式会社あおば製作所",
    person="田辺 由紀",
    office_code="minato",
    office_name="みなと社会保険労務士法人",
    login_id="tanabe",
    code_groups=("7K2M", "9XQD", "4RTV", "P0H3", "BW8N", "61CFZ"),
    page_address="https://azukari.example/p/activate/",
    activation_address="https://azukari.example/p/activate/#minato/tanabe/7K2M9XQD4RTVP0H3BW8N61CFZ",
)
OFFICE_SAMPLE = replace(
    SAMPLE,
    kind=LetterKind.OFFICE,
    number="minato-1",
    sender_name="あずかり運営事務局",
    organisation="みなと社会保険労務士法人",
    person="青木 由美",
    login_id="aoki",
)
