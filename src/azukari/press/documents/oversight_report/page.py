"""Draws the report: facts in, PDF out. The words stand in `template.typ`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from azukari.press.dates import long_day
from azukari.press.documents.oversight_report.report import Month, OversightReport
from azukari.press.signed.glyphs import drawable
from azukari.press.typesetting import Standard, typeset

_TEMPLATE = Path(__file__).parent / "template.typ"
_STANDARDS: tuple[Standard, ...] = ("a-2a", "ua-1")


def render(report: OversightReport, made_at: datetime) -> bytes:
    """Draw the report. Raises: TypesettingError; ValueError on a moment without a zone."""
    return typeset(_TEMPLATE, drawable(_shown(report)), standards=_STANDARDS, made_at=made_at)


def _shown(report: OversightReport) -> dict[str, Any]:
    return {
        "office": {
            "name": report.office_name,
            "address": report.office_address,
            "telephone": report.office_telephone,
            "sharoushi": report.sharoushi_name,
        },
        "company": report.company,
        "code": report.company_code,
        "span": f"{long_day(report.since)}から{long_day(report.until)}まで",
        "made_on": long_day(report.made_on),
        "live": f"{report.live_numbers:,}件",
        "readers": [
            [row.name, row.role, f"{row.since:%Y/%m/%d}", "担当" if row.assigned else "全顧問先"]
            for row in report.readers
        ],
        "measures": [list(pair) for pair in report.measures],
        "kinds": [label for label, _ in report.months[0].counts] if report.months else [],
        "months": [_cells(month) for month in report.months],
        "total": _total(report.months),
        "sub_processors": [list(row) for row in report.sub_processors],
        "certificates": [[number, f"{day:%Y/%m/%d}"] for number, day in report.certificates],
        "record": {
            "origin": report.record_origin,
            "size": f"{report.record_size:,}件",
            "key": report.key_fingerprint,
        },
    }


def _cells(month: Month) -> list[str]:
    numbers = [*(count for _, count in month.counts), month.taken_out, month.refused]
    return [f"{month.month:%Y年}{month.month.month}月", *(f"{number:,}" for number in numbers)]


def _total(months: tuple[Month, ...]) -> list[str]:
    rows = [[*(count for _, count in month.counts), month.taken_out, month.refused] for month in months]
    return [f"{sum(column):,}" for column in zip(*rows, strict=True)]
