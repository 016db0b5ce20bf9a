"""Refusals of a sheet somebody handed in: what it is instead, or why it cannot be read, and what to do.

Data in a sentence is a limit, a count or a masked sheet name; never a cell, never a number out of the file.
"""

from __future__ import annotations

from typing import ClassVar

from azukari.kernel.errors import InvalidError


class SheetRefusedError(InvalidError):
    """A sheet that was handed in cannot be read. Base of all refusals here, so that a door can catch one class."""

    code = "press.sheet_refused"
    happened = "登録シートを読み込めませんでした。"
    cause = "ファイルを読み取れません。"
    remedy = "Excelで開けることを確認し、Excelブック（.xlsx）で保存し直して送ってください。"

    limits: ClassVar[dict[str, object]] = {}


class EmptyFileError(SheetRefusedError):
    """The file has no bytes."""

    code = "press.sheet_empty_file"
    cause = "ファイルの中身が空です。"
    remedy = "Excelで開いて内容を確認し、保存し直して送ってください。"


class FileTooLargeError(SheetRefusedError):
    """The file is larger than a sheet of people ever is."""

    code = "press.sheet_too_large"
    cause = "ファイルが大きすぎます（上限{limit_mb}MB）。"
    remedy = "画像や使っていないシートを除くか、人数を分けて送ってください。"


class NotASheetError(SheetRefusedError):
    """Something else was given: a PDF, a picture, a program. `kind` names it."""

    code = "press.sheet_other_kind"
    cause = "これは{kind}です。ExcelブックでもCSVでもありません。"
    remedy = "登録シート（.xlsx）かCSVを選び直してください。"


class UnknownFileError(SheetRefusedError):
    """Neither Excel nor CSV, and nothing we could name."""

    code = "press.sheet_unknown"
    cause = "ExcelブックでもCSVでもないファイルです。"
    remedy = "登録シート（.xlsx）かCSVを選び直してください。"


class PasswordProtectedError(SheetRefusedError):
    """A workbook encrypted with a password to open it, or an encrypted ZIP."""

    code = "press.sheet_password"
    cause = "開くためのパスワードがかかっています。"
    remedy = "Excelでパスワードを外して保存し、「保護」で送ってください。パスワードがなくても暗号化して預かります。"


class OldExcelError(SheetRefusedError):
    """The old binary formats (.xls, .xlsb): not read, because nothing small and safe reads them."""

    code = "press.sheet_old_excel"
    cause = "古い形式か特殊な形式のExcelブック（{suffix}）です。"
    remedy = "Excelで開き、「Excelブック（.xlsx）」で保存し直して送ってください。"


class MacroWorkbookError(SheetRefusedError):
    """A workbook that carries a program (.xlsm, or vbaProject.bin behind another name)."""

    code = "press.sheet_macro"
    cause = "マクロ（プログラム）が入ったExcelブックです。"
    remedy = "Excelで「Excelブック（.xlsx）」を選んで保存し直し、そのファイルを送ってください。"


class CompressionBombError(SheetRefusedError):
    """A ZIP directory no honest workbook has: far too large when opened, too many members, names twice."""

    code = "press.sheet_bomb"
    cause = "開くと異常に大きくなるか、つくりが不自然なファイルです。"
    remedy = "開かずに、送り主に確認してください。新しいブックに貼り付けて保存し直すと読める場合があります。"


class BrokenWorkbookError(SheetRefusedError):
    """A ZIP that should be a workbook but is damaged."""

    code = "press.sheet_broken"
    cause = "Excelブックが壊れています。"
    remedy = "Excelで開いて修復し、保存し直して送ってください。"


class UnknownEncodingError(SheetRefusedError):
    """A text file that is neither UTF-8 nor Shift_JIS (cp932) nor UTF-16."""

    code = "press.sheet_encoding"
    cause = "CSVの文字コードを読み取れません。"
    remedy = "Excelで開いて「CSV UTF-8（コンマ区切り）」で保存し直すか、Excelブック（.xlsx）で送ってください。"


class UnpairedQuotesError(SheetRefusedError):
    """A CSV whose quotes do not pair: people would vanish into a field."""

    code = "press.sheet_quotes"
    cause = "CSVの引用符（ダブルクォーテーション）の数が合わないため、どこまでが1人分か分かりません。"
    remedy = "Excelブック（.xlsx）で保存し直して送ってください。"


class TooManyRowsError(SheetRefusedError):
    """More rows with something in them than one import takes."""

    code = "press.sheet_too_many_rows"
    cause = "行が多すぎます（上限{limit:,}行）。"
    remedy = "使っていない行を消すか、人数を分けて送ってください。"


class TooManyColumnsError(SheetRefusedError):
    """Something written far to the right of any table of people."""

    code = "press.sheet_too_many_columns"
    cause = "表から遠く離れた列（{limit:,}列より右）に文字があります。"
    remedy = "その列を削除して保存し、送り直してください。"


class TooMuchTextError(SheetRefusedError):
    """The texts together are more than a sheet of people holds."""

    code = "press.sheet_too_much_text"
    cause = "シートの文字の量が多すぎます。"
    remedy = "関係のないシートや長い文章を除いて送ってください。"


class NoRowsError(SheetRefusedError):
    """A readable file without one filled row."""

    code = "press.sheet_no_rows"
    cause = "どのシートにも記入された行がありません。"
    remedy = "記入した登録シートを選び直してください。"


class ReadingFailedError(SheetRefusedError):
    """The reading process was stopped by its limits or fell over; nothing of the file was taken in."""

    code = "press.sheet_reading_failed"
    cause = "読み取りに時間か記憶域がかかりすぎるため中止しました。"
    remedy = "新しいブックに表だけを貼り付けて保存し、送り直してください。"
