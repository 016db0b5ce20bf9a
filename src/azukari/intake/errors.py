"""What can go wrong with an import. What is wrong inside a sheet is said in `rules`."""

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


class InterruptedError(AzukariError):
    code = "intake.interrupted"
    happened = "取り込みが途中で止まりました。台帳には何も登録されていません。"
    cause = "サーバーが処理の途中で停止しました。"
    remedy = "もう一度、登録シートを取り込んでください。"


class UnforeseenError(AzukariError):
    code = "intake.unforeseen"
    happened = "取り込みを終えられませんでした。台帳には何も登録されていません。"
    cause = "サーバーで問題が起きました（番号 {incident}）。"
    remedy = "もう一度取り込んでください。続くときは、この番号を添えて管理者に連絡してください。"
