"""A sample recovery sheet. The code is invented and opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from azukari.press.documents.recovery_sheet.sheet import RecoverySheet

ISSUED_AT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)

SAMPLE = RecoverySheet(
    office_name="みなと社会保険労務士法人",
    office_code="minato",
    number=1,
    groups=(
        "7K2M",
        "9XQD",
        "4RTV",
        "P0H3",
        "BW8N",
        "61CF",
        "ZE5J",
        "QG7A",
        "2SYK",
        "M3VD",
        "XN94",
        "RT0P",
        "8HBW",
        "C6F1",
        "J5ZE",
        "A7QG",
        "KY2S",
        "DV3M",
    ),
)
