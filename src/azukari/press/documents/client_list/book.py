"""Writes the client companies as an Excel book, in memory.

Everything typed is written as text: no formula and no link can come out of a cell. Days are days.
"""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

from azukari.kernel.clock import jst
from azukari.press.documents.client_list.rows import ClientList, ClientListRow

SHEET_NAME = "顧問先"
GUIDE_NAME = "入力のしかた"
# Heading, field of ClientListRow, width in characters, how to fill it in.
_COLUMNS = (
    ("コード", "code", 14, "必須。半角の英字・数字と . _ - を使って3〜40文字。例：kawara"),
    ("事業所名", "name", 30, "必須。100文字まで。"),
    ("カナ", "kana", 26, "必須。ひらがな、半角カナでもかまいません。"),
    ("法人番号", "corporate_number", 16, "13桁の数字。検査用の数字を確認します。"),
    ("郵便番号", "postal_code", 11, "7桁の数字。ハイフンはあってもなくてもかまいません。"),
    ("所在地", "address", 40, "200文字まで。"),
    ("電話", "telephone", 16, "30文字まで。"),
    ("担当者", "contact_name", 16, "顧問先の担当者の氏名。60文字まで。"),
    (
        "事業所番号",
        "business_numbers",
        20,
        "雇用保険・社会保険の番号。2つ以上は「、」で区切ります。送り間違いの確認に使います。",
    ),
    ("分類", "tags", 18, "一斉送信の宛先を選ぶための言葉。2つ以上は「、」で区切ります。例：建設、3月決算"),
    ("契約開始日", "contract_from", 13, "必須。2026/4/1、令和8年4月1日 などの書き方ができます。"),
    ("契約終了日", "contract_ended_on", 13, "契約が続いているときは空欄。"),
)
_NOTES = (
    "「顧問先」のシートに、1社を1行で入力してください。1行目の見出しは変えないでください。",
    "コードが登録済みの顧問先と同じ行は変更、ない行は追加になります。",
    "このファイルにない顧問先は、変わりません。",
    "取り込む前に、何が追加・変更されるかを画面で確認できます。",
)
_BLANK_ROWS = 200


def render(book: ClientList) -> bytes:
    """Write the book. Raises: ValueError on a moment without a zone."""
    import xlsxwriter

    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    written = xlsxwriter.Workbook(out, options)
    local = jst(book.made_at)
    written.set_properties(
        {"title": f"顧問先の一覧 {book.office_name}", "author": book.office_name, "created": local.replace(tzinfo=None)}
    )
    formats = _formats(written)
    sheet = written.add_worksheet(SHEET_NAME)
    for column, (heading, _, width, _) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width, formats["day" if heading.endswith("日") else "text"])
        sheet.write_string(0, column, heading, formats["heading"])
    for place, row in enumerate(book.rows, start=1):
        _write_row(sheet, formats, place, row)
    _set_up(sheet, len(book.rows) or _BLANK_ROWS, book.office_name)
    _write_guide(written.add_worksheet(GUIDE_NAME), formats)
    written.close()
    return out.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    base = {"font_name": "BIZ UDPゴシック", "font_size": 10, "valign": "vcenter"}
    return {
        "heading": book.add_format({**base, "bold": True, "bg_color": "#E8E8E8", "border": 1}),
        "text": book.add_format({**base, "num_format": "@"}),
        "day": book.add_format({**base, "num_format": "yyyy/mm/dd", "align": "left"}),
        "plain": book.add_format({**base, "text_wrap": True}),
    }


def _write_row(sheet: Any, formats: dict[str, Any], place: int, row: ClientListRow) -> None:
    for column, (_, name, _, _) in enumerate(_COLUMNS):
        value = getattr(row, name)
        if isinstance(value, date):
            sheet.write_datetime(place, column, value, formats["day"])
        elif value:
            sheet.write_string(place, column, value, formats["text"])


def _write_guide(sheet: Any, formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 80)
    for place, note in enumerate(_NOTES):
        sheet.write_string(place, 0, f"・{note}", formats["text"])
    first = len(_NOTES) + 1
    sheet.write_string(first, 0, "見出し", formats["heading"])
    sheet.write_string(first, 1, "入力のしかた", formats["heading"])
    for place, (heading, _, _, guide) in enumerate(_COLUMNS, start=first + 1):
        sheet.write_string(place, 0, heading, formats["text"])
        sheet.write_string(place, 1, guide, formats["plain"])


def _set_up(sheet: Any, last_row: int, office_name: str) -> None:
    last = len(_COLUMNS) - 1
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, last_row, last)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{chr(ord('A') + last)}{last_row + 1}"})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    # "&" starts a code in headers and footers; a name that holds one must not.
    sheet.set_footer("&L" + office_name.replace("&", "&&") + "&R&P / &N", {"margin": 0.3})
