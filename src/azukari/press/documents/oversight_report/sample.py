"""A sample report. Office, company and counts are invented."""

from __future__ import annotations

from datetime import UTC, date, datetime

from azukari.press.documents.oversight_report.report import Month, OversightReport, Reader

MADE_AT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)

SAMPLE = OversightReport(
    office_name="みなと社会保険労務士法人",
    office_address="東京都港区みなと1-2-3",
    office_telephone="03-0000-0000",
    sharoushi_name="青木 由美",
    company="株式会社あおば製作所",
    company_code="aoba",
    since=date(2026, 4, 1),
    until=date(2026, 11, 24),
    made_on=date(2026, 11, 24),
    live_numbers=128,
    readers=(
        Reader(name="青木 由美", role="責任者", since=date(2024, 4, 1), assigned=False),
        Reader(name="大野 健一", role="事務取扱担当者", since=date(2025, 10, 3), assigned=True),
    ),
    measures=(
        ("取扱状況の記録", "個人番号の登録・表示・出力・廃棄は、行う前か同時に記録します。"),
        ("暗号化", "個人番号は1件ごとに別の鍵で暗号化しています。"),
    ),
    months=(
        Month(
            month=date(2026, 10, 1),
            counts=(("登録", 12), ("照会", 34), ("出力", 2), ("削除", 1)),
            taken_out=2,
            refused=1,
        ),
        Month(
            month=date(2026, 11, 1),
            counts=(("登録", 0), ("照会", 1204), ("出力", 0), ("削除", 0)),
            taken_out=5,
            refused=0,
        ),
    ),
    sub_processors=(("株式会社給与計算センター", "年末調整の入力", "2025年11月から"),),
    certificates=(("廃-2026-0007", date(2026, 10, 20)),),
    record_origin="azukari/office/01890000-0000-7000-8000-000000000000",
    record_size=12045,
    key_fingerprint="7K2M 9XQD 4RTV P0H3 BW8N 61CF ZE5J QG7A",
)
