"""A sample slip. The number is invented and opens nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

from azukari.press.documents.holding_slip.slip import HoldingSlip

ISSUED_AT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)

SAMPLE = HoldingSlip(
    office_name="みなと社会保険労務士法人",
    office_code="minato",
    office_telephone="03-0000-0000",
    company="株式会社あおば製作所",
    person="石原 亮太",
    issued_on=date(2026, 11, 24),
    groups=("7K2M", "9XQD", "4RTV", "P0H3", "BW8N", "61CFZ"),
    page_address="https://azukari.example/mine/",
    link="https://azukari.example/mine/#minato//7K2M9XQD4RTVP0H3BW8N61CFZ",
)
