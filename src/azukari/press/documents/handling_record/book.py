"""The record as an Excel book, row after row: what is written is not kept in memory.

Everything but 日時 is text: no formula and no link can come out of a cell, and NO stays as it is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import datetime
from typing import IO, Any

from azukari.kernel.clock import jst
from azukari.press.documents.handling_record.lines import HEADINGS, RecordHead, RecordLine

SHEET_NAME = "事務処理一覧"
HEAD_NAME = "抽出条件"
# Excel's own limit is 1,048,576 rows a sheet.
SHEET_ROWS = 1_000_000
_CELL = 32_767
_WIDTHS = {
    "number": 10, "at": 19, "charge": 16, "staff": 14, "client": 26, "person": 16, "screen": 16, "label": 24,
    "use": 22, "taken_out": 26, "kind": 7, "result": 7, "detail": 30,
}  # fmt: skip


def write_book(head: RecordHead, lines: Iterable[RecordLine], out: IO[bytes], *, sheet_rows: int = SHEET_ROWS) -> None:
    """Write the book into a file that can seek. Rows pass through a temporary folder of its own."""
    import xlsxwriter

    with tempfile.TemporaryDirectory(prefix="azukari-record-") as folder:
        options = {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        book = xlsxwriter.Workbook(out, options)
        made_at = jst(head.made_at).replace(tzinfo=None)
        book.set_properties({"title": "個人番号関係事務処理一覧", "author": head.office_name, "created": made_at})
        base = {"font_name": "BIZ UDPゴシック", "font_size": 10, "valign": "vcenter"}
        formats = {
            "heading": book.add_format({**base, "bold": True, "bg_color": "#E8E8E8", "border": 1}),
            "text": book.add_format({**base, "num_format": "@"}),
            "moment": book.add_format({**base, "num_format": "yyyy/mm/dd hh:mm:ss", "align": "left"}),
        }
        _write_lines(book, formats, head, lines, sheet_rows)
        _write_head(book, formats, head)
        book.close()


def _write_lines(
    book: Any, formats: dict[str, Any], head: RecordHead, lines: Iterable[RecordLine], sheet_rows: int
) -> None:
    sheet, row, number = None, 0, 0
    for line in lines:
        if sheet is None or row > sheet_rows:
            number += 1
            sheet, row = _new_sheet(book, formats, head, number), 1
        for column, (_, name) in enumerate(HEADINGS):
            value = getattr(line, name)
            if isinstance(value, datetime):
                sheet.write_datetime(row, column, jst(value).replace(tzinfo=None), formats["moment"])
            elif value:
                sheet.write_string(row, column, value[:_CELL], formats["text"])
        row += 1
    if sheet is None:
        _new_sheet(book, formats, head, 1)


def _new_sheet(book: Any, formats: dict[str, Any], head: RecordHead, number: int) -> Any:
    sheet = book.add_worksheet(SHEET_NAME if number == 1 else f"{SHEET_NAME} {number}")
    for column, (heading, name) in enumerate(HEADINGS):
        sheet.set_column(column, column, _WIDTHS[name])
        sheet.write_string(0, column, heading, formats["heading"])
    sheet.freeze_panes(1, 1)
    sheet.ignore_errors({"number_stored_as_text": "A1:M1048576"})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    # "&" starts a code in headers and footers; a name that holds one must not.
    sheet.set_footer("&L" + head.office_name.replace("&", "&&") + "&R&P / &N", {"margin": 0.3})
    return sheet


def _write_head(book: Any, formats: dict[str, Any], head: RecordHead) -> None:
    sheet = book.add_worksheet(HEAD_NAME)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 80)
    told = (
        ("事務所", head.office_name),
        ("抽出条件", "・".join(head.conditions) or "なし（すべての記録）"),
        ("書き出した人", head.made_by),
        ("書き出した日時", f"{jst(head.made_at):%Y/%m/%d %H:%M:%S}"),
    )
    for row, (label, value) in enumerate(told):
        sheet.write_string(row, 0, label, formats["heading"])
        sheet.write_string(row, 1, value[:_CELL], formats["text"])
