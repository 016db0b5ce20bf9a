"""What can go wrong with an import. What is wrong with one person of a sheet is said in `rules`."""

from __future__ import annotations

from azukari.kernel.errors import AzukariError, ConflictError, InvalidError, NotFoundError


class ImportNotFoundError(NotFoundError):
    code = "intake.import_not_found"
    happened = "登録シートの取り込みが見つかりません。"
    cause = "アドレスが違うか、担当していない顧問先のものです。"
    remedy = "登録シートの一覧から選び直してください。"


class ImportStateError(ConflictError):
    code = "intake.import_state"
    happened = "この操作は行いませんでした。"
    cause = "登録シートの取り込みは、すでに次の段階に進んだか、終わっています。"
    remedy = "最新の状態を確認してください。"


class LedgerChangedError(ConflictError):
    code = "intake.ledger_changed"
    happened = "台帳に登録しませんでした。"
    cause = "確認している間に、台帳が変わりました。"
    remedy = "照合をやり直しています。終わったら、もう一度確認してください。"


class NothingChosenError(InvalidError):
    code = "intake.nothing_chosen"
    happened = "台帳に登録しませんでした。"
    cause = "登録する人が選ばれていません。"
    remedy = "登録する人にチェックを付けてください。"


class FileMissingError(InvalidError):
    code = "intake.file_missing"
    happened = "取り込みを始められませんでした。"
    cause = "ファイルが選択されていません。"
    remedy = "登録シートのファイルを選んでください。"


class ImportInterruptedError(AzukariError):
    code = "intake.interrupted"
    happened = "取り込みが途中で止まりました。台帳には何も登録されていません。"
    cause = "サーバーが処理の途中で停止しました。"
    remedy = "もう一度、登録シートを取り込んでください。"


class ImportExpiredError(AzukariError):
    code = "intake.expired"
    happened = "取り込みは期限切れになりました。台帳には何も登録されていません。"
    cause = "事務所が決めた保管日数の間に登録されなかったため、シートの内容を廃棄しました。"
    remedy = "必要なときは、もう一度、登録シートを取り込んでください。"


class UnforeseenError(AzukariError):
    code = "intake.unforeseen"
    happened = "取り込みを終えられませんでした。台帳には何も登録されていません。"
    cause = "サーバーで問題が起きました（番号 {incident}）。"
    remedy = "もう一度取り込んでください。続くときは、この番号を添えて管理者に連絡してください。"


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
