"""The book of client companies: text stays text, days are days, empty it is the blank."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import openpyxl

from azukari.press.documents import client_list
from azukari.press.documents.client_list import ClientList, ClientListRow

MADE_AT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
HEADINGS = [
    "コード",
    "事業所名",
    "カナ",
    "法人番号",
    "郵便番号",
    "所在地",
    "電話",
    "担当者",
    "事業所番号",
    "分類",
    "契約開始日",
    "契約終了日",
]
ROW = ClientListRow(
    code="0012",
    name='=HYPERLINK("http://x","\U00020bb7髙﨑")',
    kana="+1",
    corporate_number="0123456789012",
    postal_code="0010001",
    address="-1+1",
    telephone="0300000001",
    contact_name="@SUM(A1)",
    business_numbers="+2",
    tags="=3",
    contract_from=date(2026, 4, 1),
    contract_ended_on=None,
)


def book_of(*rows: ClientListRow) -> Any:
    data = client_list.render(ClientList(office_name="みなと & 社労士", made_at=MADE_AT, rows=rows))
    return openpyxl.load_workbook(BytesIO(data))


def test_text_stays_text_and_keeps_its_zeros() -> None:
    sheet = book_of(ROW).worksheets[0]
    cells = list(sheet[2])
    assert [cell.value for cell in cells[:8]] == [
        ROW.code,
        ROW.name,
        ROW.kana,
        ROW.corporate_number,
        ROW.postal_code,
        ROW.address,
        ROW.telephone,
        ROW.contact_name,
    ]
    assert {cell.data_type for cell in cells[:8]} == {"s"}
    assert all(cell.number_format == "@" and cell.hyperlink is None for cell in cells[:8])


def test_days_are_days() -> None:
    begun, ended = book_of(ROW).worksheets[0][2][10:12]
    assert (begun.value, begun.is_date, begun.number_format) == (datetime(2026, 4, 1), True, "yyyy/mm/dd")
    assert ended.value is None


def test_prints_with_its_header() -> None:
    sheet = book_of(ROW).worksheets[0]
    assert [cell.value for cell in sheet[1]] == HEADINGS
    assert sheet.auto_filter.ref == "A1:L2"
    assert sheet.freeze_panes and sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "9")


def test_without_rows_it_is_the_blank_with_its_guide() -> None:
    book = book_of()
    sheet, guide = book.worksheets
    assert [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None] == HEADINGS
    assert guide.title == "入力のしかた"
    told = [str(cell.value) for row in guide.iter_rows() for cell in row if cell.value]
    assert set(HEADINGS) <= set(told)
    assert sheet.column_dimensions["A"].width > 10
