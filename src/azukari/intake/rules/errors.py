"""What stops a whole sheet before anybody in it is judged: headings and columns.

Sentences name sheets, rows and headings (masked where a run of digits stands in them), never a cell of a person.
"""

from __future__ import annotations

from azukari.kernel.errors import InvalidError


class HeadingNotFoundError(InvalidError):
    """No sheet has a row we take for headings."""

    code = "intake.heading_not_found"
    happened = "登録シートを読み込めませんでした。"
    cause = "見出しの行（氏名・個人番号など）が見つかりません。"
    remedy = "新しい登録シートに書き直してもらうか、見出しの行を付けて保存し直してください。"


class TwoHeadingsError(InvalidError):
    """Two tables with different headings on one sheet: columns mean something else further down."""

    code = "intake.two_headings"
    happened = "登録シートを読み込めませんでした。"
    cause = "{sheet}の{first}行目と{second}行目に、違う見出しが2つあります。"
    remedy = "2つ目の表を別のシートに分けるか、見出しをそろえて保存し直してください。"


class NumberColumnMissingError(InvalidError):
    """A sheet is to be read but no column holds the number."""

    code = "intake.number_column_missing"
    happened = "列の割り当てが終わっていません。"
    cause = "{sheet}に個人番号の列がありません。"
    remedy = "個人番号が入っている列を選ぶか、このシートを「読み込まない」にしてください。"


class NameColumnMissingError(InvalidError):
    """A sheet is to be read but no column holds the name of those who have a number."""

    code = "intake.name_column_missing"
    happened = "列の割り当てが終わっていません。"
    cause = "{sheet}に{slot}の氏名の列がありません。"
    remedy = "氏名（または姓と名）が入っている列を選んでください。"


class ColumnTwiceError(InvalidError):
    """Two columns carry the same field for the same person."""

    code = "intake.column_twice"
    happened = "列の割り当てが終わっていません。"
    cause = "{sheet}に{slot}の「{field}」の列が2つあります。"
    remedy = "使わない方の列を「取り込まない」にしてください。"


class NothingToReadError(InvalidError):
    """Every sheet is set aside."""

    code = "intake.nothing_to_read"
    happened = "列の割り当てが終わっていません。"
    cause = "読み込むシートが選ばれていません。"
    remedy = "従業員が書かれているシートを選んでください。"


class MappingMismatchError(InvalidError):
    """A stored mapping that is not one, or not one of this workbook."""

    code = "intake.mapping_mismatch"
    happened = "列の割り当てを読み取れませんでした。"
    cause = "登録シートの様式が古いか、列が変わっています。"
    remedy = "登録シートをもう一度選び、列の割り当てをやり直してください。"
