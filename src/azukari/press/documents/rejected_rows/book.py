"""Writes the rejected rows as an Excel book, in memory.

The columns are those of our registration sheet, so that the book can be filled and handed in as one.
Everything typed is written as text: no formula, no link, no number format can come out of a client's cell.
The sheet is protected without a password: against slips, not against people.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from azukari.kernel.clock import jst
from azukari.kernel.text import mask_long_digits
from azukari.press.dates import long_day
from azukari.press.documents.rejected_rows.rows import RejectedRow

SHEET_NAME = "登録シート（差し戻し）"

# Heading, field of RejectedRow (None: a number, always empty), width in characters.
_COLUMNS: tuple[tuple[str, str | None, float], ...] = (
    ("元のシート・行", "source", 12),
    ("直していただきたいこと", "reasons", 34),
    ("事業所コード", "workplace_code", 9),
    ("社員番号", "employee_code", 8),
    ("氏名", "name", 14),
    ("フリガナ", "kana", 16),
    ("生年月日", "birth_date", 11),
    ("性別", "sex", 5),
    ("続柄", "relationship", 7),
    ("扶養区分", "dependent_kind", 10),
    ("個人番号", None, 15),
    ("個人番号（確認）", None, 15),
    ("番号確認書類", "number_document", 13),
    ("身元確認書類", "person_document", 13),
    ("確認日", "checked_on", 11),
    ("確認者", "checked_by", 10),
    ("備考", "note", 14),
)
_LAST = len(_COLUMNS) - 1
# Twelve characters, each a digit; relative to the first cell of the column.
_TWELVE_DIGITS = "=AND(LEN({cell})=12,SUMPRODUCT(--ISNUMBER(--MID({cell},ROW($1:$12),1)))=12)"
_LOCKED = ("source", "reasons")

_NOTES = (
    "下の行は登録できませんでした。「直していただきたいこと」を見て白い欄を直し、空欄の個人番号を2回入力してください。",
    "この表には個人番号を載せていません。お送りいただいた個人番号も消してあるため、もう一度入力してください。",
    "入力すると、このファイルは個人番号を含むファイルになります。メールに添付せず、事業所マイページから送ってください。",
)
_HEADER_ROW = 2 + len(_NOTES) + 1


def render(rows: Sequence[RejectedRow], client_name: str, office_name: str, made_at: datetime) -> bytes:
    """Write the book. Raises: ValueError on a moment without a zone."""
    import xlsxwriter

    out = BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    local = jst(made_at)
    book.set_properties(
        {
            "title": f"登録シート（差し戻し） {client_name}",
            "author": office_name,
            "created": local.replace(tzinfo=None),
        }
    )
    sheet = book.add_worksheet(SHEET_NAME)
    formats = _formats(book)
    _write_head(sheet, formats, len(rows), client_name, f"{office_name}　{long_day(local.date())}作成")
    for number, row in enumerate(rows):
        _write_row(sheet, formats, _HEADER_ROW + 1 + number, row)
    _set_up(sheet, _HEADER_ROW + max(len(rows), 1), client_name)
    book.close()
    return out.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    base = {"font_name": "BIZ UDPゴシック", "font_size": 10, "valign": "vcenter"}
    cell = {**base, "border": 1, "border_color": "#8C8C8C", "text_wrap": True, "num_format": "@"}
    return {
        "title": book.add_format({**base, "font_size": 14, "bold": True}),
        "text": book.add_format(base),
        "heading": book.add_format(
            {**cell, "bold": True, "bg_color": "#E8E8E8", "align": "center", "num_format": "General"}
        ),
        "locked": book.add_format({**cell, "bg_color": "#F5F5F5"}),
        "reason": book.add_format({**cell, "bg_color": "#FFF4D6"}),
        "open": book.add_format({**cell, "locked": False}),
        "number": book.add_format(
            {**cell, "locked": False, "bg_color": "#E3F1FA", "font_name": "BIZ UDゴシック", "align": "center"}
        ),
    }


def _write_head(sheet: Any, formats: dict[str, Any], count: int, client_name: str, made: str) -> None:
    sheet.write_string(0, 0, "マイナンバー登録シート（差し戻し）", formats["title"])
    sheet.write_string(1, 0, f"{client_name}　御中　　{count}件　　{made}", formats["text"])
    for number, note in enumerate(_NOTES):
        sheet.write_string(2 + number, 0, f"・{note}", formats["text"])
    for column, (heading, _, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(_HEADER_ROW, column, heading, formats["heading"])
    sheet.set_row(0, 24)
    sheet.set_row(_HEADER_ROW, 30)


def _write_row(sheet: Any, formats: dict[str, Any], at: int, row: RejectedRow) -> None:
    for column, (_, name, _) in enumerate(_COLUMNS):
        if name is None:
            sheet.write_blank(at, column, None, formats["number"])
        elif name == "reasons":
            sheet.write_string(at, column, _safe("\n".join(row.reasons)), formats["reason"])
        else:
            sheet.write_string(at, column, _safe(getattr(row, name)), formats["locked" if name in _LOCKED else "open"])
    sheet.set_row(at, 15 * _lines(row) + 6)


def _safe(text: str) -> str:
    # Excel's limit for one cell is 32,767 characters; XlsxWriter would leave a longer one out.
    return mask_long_digits(text)[:32_767]


def _lines(row: RejectedRow) -> int:
    """Count the lines a row needs, for full-width characters at two a width unit."""
    lines = 1
    for _, name, width in _COLUMNS:
        if name is None:
            continue
        value = getattr(row, name)
        parts = value if isinstance(value, tuple) else value.split("\n")
        lines = max(lines, sum(max(1, -(-_width(part) // int(width - 1))) for part in parts))
    return min(lines, 12)


def _width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


def _set_up(sheet: Any, last_row: int, client_name: str) -> None:
    first = _HEADER_ROW + 1
    for column, (_, name, _) in enumerate(_COLUMNS):
        if name is None:
            sheet.data_validation(
                first,
                column,
                last_row,
                column,
                {
                    "validate": "custom",
                    "value": _TWELVE_DIGITS.format(cell=f"{chr(ord('A') + column)}{first + 1}"),
                    "input_title": "個人番号",
                    "input_message": "12桁の数字を、ハイフンや空白なしで入力してください。",
                    "error_title": "桁数が違います",
                    "error_message": "個人番号は12桁の数字です。ハイフンや空白を入れずに入力してください。",
                },
            )
    sheet.freeze_panes(first, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
    sheet.ignore_errors({"number_stored_as_text": f"A{first + 1}:Q{last_row + 1}"})
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, last_row, _LAST)
    # "&" starts a code in headers and footers; a name that holds one must not.
    sheet.set_footer("&L" + client_name.replace("&", "&&") + "&R&P / &N", {"margin": 0.3})
