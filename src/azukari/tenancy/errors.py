"""What can go wrong with offices, accounts and the use of numbers."""

from __future__ import annotations

from azukari.kernel.errors import AzukariError, ConflictError, InvalidError, NotAllowedError, NotFoundError


class ClientNotFoundError(NotFoundError):
    code = "tenancy.client_not_found"
    happened = "顧問先が見つかりません。"
    cause = "削除されたか、アドレスが違います。"
    remedy = "顧問先の一覧から選び直してください。"


class StaffNotFoundError(NotFoundError):
    code = "tenancy.staff_not_found"
    happened = "職員が見つかりません。"
    cause = "停止されたか、アドレスが違います。"
    remedy = "一覧から選び直してください。"


class PermissionNotAllowed(NotAllowedError):
    code = "tenancy.permission_not_allowed"
    happened = "この画面を見る権限がありません。"
    cause = "この操作は、{who}だけが行えます。"
    remedy = "必要なときは、責任者に連絡してください。"


class LoginRefusedError(InvalidError):
    code = "tenancy.login_refused"
    happened = "ログインできませんでした。"
    cause = "事務所コード、ログインID、パスワードのどれかが正しくありません。"
    remedy = "大文字と小文字を確認して、もう一度入力してください。"


class TooManyAttemptsError(InvalidError):
    code = "tenancy.too_many_attempts"
    happened = "ログインできませんでした。"
    cause = "続けて{times}回間違えたため、{minutes}分間ログインできません。"
    remedy = "急ぐときは、責任者に連絡してください。"


class UnlockRefusedError(InvalidError):
    code = "tenancy.unlock_refused"
    happened = "従業員利用認証ができませんでした。"
    cause = "パスワードが正しくありません。"
    remedy = "大文字と小文字を確認して、もう一度入力してください。"


class GrantMissingError(NotAllowedError):
    code = "tenancy.grant_missing"
    happened = "従業員利用認証ができませんでした。"
    cause = "個人番号を取り扱う権限が付いていません。"
    remedy = "利用認証中の責任者に、権限を付けてもらってください。"


class UnlockNeededError(NotAllowedError):
    code = "tenancy.unlock_needed"
    happened = "この操作には、従業員利用認証が必要です。"
    cause = "利用認証をしていないか、操作がない間に切れました。"
    remedy = "パスワードを入力すると、続きから始められます。"


class CodeTakenError(ConflictError):
    code = "tenancy.code_taken"
    happened = "登録できませんでした。"
    cause = "コード「{value}」は、すでに使われています。"
    remedy = "別のコードを入力してください。"


class PasswordWeakError(InvalidError):
    code = "tenancy.password_weak"
    happened = "パスワードを登録できませんでした。"
    cause = "{why}"
    remedy = "15文字以上の、ほかで使っていないものにしてください。"


class RecoveryNotConfirmedError(InvalidError):
    code = "tenancy.recovery_not_confirmed"
    happened = "鍵の控えを確認できませんでした。"
    cause = "入力した文字が、印刷した控えと一致しません。"
    remedy = "控えの番号を確かめて、その組の文字をもう一度入力してください。"


class RecoverySheetNotFoundError(NotFoundError):
    code = "tenancy.recovery_sheet_not_found"
    happened = "鍵の控えが見つかりません。"
    cause = "まだ印刷していないか、新しい控えに替わっています。"
    remedy = "新しい鍵の控えを印刷してください。"


class RootKeyMissingError(AzukariError):
    code = "tenancy.root_key_missing"
    happened = "個人番号を開けません。"
    cause = "サーバーの鍵（root.key）を読めません。"
    remedy = "鍵のファイルを元の場所に戻してから、起動し直してください。"


class SettingsConflictError(ConflictError):
    code = "tenancy.settings_conflict"
    happened = "設定を保存できませんでした。"
    cause = "ほかの人が先に変更しました。"
    remedy = "最新の内容を確認して、もう一度保存してください。"
