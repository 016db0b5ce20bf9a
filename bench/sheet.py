"""A registration sheet of many people, as xlsx bytes. Columns are those of the office's own form."""

from __future__ import annotations

import io

import xlsxwriter

from azukari.kernel.check_digits import synthetic_number
from bench.house import name_of

HEADINGS = (
    "社員番号", "氏名", "フリガナ", "続柄", "生年月日", "性別", "個人番号", "個人番号（確認）", "入社日",
    "番号確認書類", "身元確認書類", "確認日", "備考",
)  # fmt: skip


def build(people: int, *, first_seed: int) -> bytes:
    """Build the sheet: thirteen columns, everything text, one employee a row."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "in_memory": True})
    sheet = book.add_worksheet("登録シート")
    sheet.write_row(0, 0, HEADINGS)
    for place in range(people):
        name, kana = name_of(place)
        digits = synthetic_number(first_seed + place)
        birth = f"{1960 + place % 45}/{1 + place % 12:02d}/{1 + place % 28:02d}"
        sheet.write_row(
            place + 1,
            0,
            (
                f"{place:06d}", name, kana, "本人", birth, "女" if place % 2 else "男", digits, digits, "2020/04/01",
                "個人番号カード", "個人番号カード", "2026/04/03", "",
            ),
        )  # fmt: skip
    book.close()
    return file.getvalue()
