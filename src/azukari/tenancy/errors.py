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


class FactorRefusedError(InvalidError):
    code = "tenancy.factor_refused"
    happened = "確認できませんでした。"
    cause = "確認コードが正しくないか、すでに使われています。"
    remedy = "アプリに次のコードが表示されるのを待って、入力してください。"


class BackupCodeRefusedError(InvalidError):
    code = "tenancy.backup_code_refused"
    happened = "確認できませんでした。"
    cause = "予備コードが正しくないか、すでに使われています。"
    remedy = "控えの中の、まだ使っていないコードを入力してください。"


class PasskeyNotAcceptedError(InvalidError):
    code = "tenancy.passkey_not_accepted"
    happened = "パスキーで確認できませんでした。"
    cause = "この画面では使えないパスキーか、登録が取り消されています。"
    remedy = "もう一度やり直すか、ほかの方法を選んでください。"


class ConfirmRefusedError(InvalidError):
    code = "tenancy.confirm_refused"
    happened = "本人を確認できませんでした。"
    cause = "パスワードが正しくありません。"
    remedy = "大文字と小文字を確認して、もう一度入力してください。"


class ConfirmNeededError(NotAllowedError):
    code = "tenancy.confirm_needed"
    happened = "この操作には、本人の確認が必要です。"
    cause = "重要な操作のため、そのたびに確認しています。"
    remedy = "パスワードを入力してください。"


class ActivationRefusedError(InvalidError):
    code = "tenancy.activation_refused"
    happened = "アカウントを有効にできませんでした。"
    cause = "事務所コード、ログインID、有効化コードのどれかが正しくないか、コードの期限が切れています。"
    remedy = "案内の文字を確認してください。新しい案内が届いているときは、前の案内のコードは使えません。"


class LastFactorError(ConflictError):
    code = "tenancy.last_factor"
    happened = "削除できませんでした。"
    cause = "ログインに必要な第2要素が、これだけです。"
    remedy = "先に別の確認コードのアプリかパスキーを追加してください。"


class LastManagerError(ConflictError):
    code = "tenancy.last_manager"
    happened = "変更できませんでした。"
    cause = "責任者が1名もいなくなります。"
    remedy = "先に別の人を責任者にしてください。"


class OwnAccountError(ConflictError):
    code = "tenancy.own_account"
    happened = "変更できませんでした。"
    cause = "自分のアカウントの停止や再設定、役割の変更はできません。"
    remedy = "同じ権限を持つ、別の人に頼んでください。"


class NotActivatedError(ConflictError):
    code = "tenancy.not_activated"
    happened = "権限を付けられませんでした。"
    cause = "{name}さんが、まだアカウントを有効にしていません。"
    remedy = "案内を渡し、有効化が終わってから付けてください。"


class RoleMayNotHandleError(ConflictError):
    code = "tenancy.role_may_not_handle"
    happened = "権限を付けられませんでした。"
    cause = "{name}さんの役割（{role}）は、個人番号を取り扱えません。"
    remedy = "先に役割を責任者か事務取扱担当者に変えてください。"


class StaleVersionError(ConflictError):
    code = "tenancy.stale_version"
    happened = "保存できませんでした。"
    cause = "ほかの人が先に変更しました。"
    remedy = "最新の内容を確認して、もう一度保存してください。"


class LimitReachedError(ConflictError):
    code = "tenancy.limit_reached"
    happened = "追加できませんでした。"
    cause = "保守契約の上限（{what}{limit}）に達しています。"
    remedy = "使っていないものを停止するか、運営者に上限の変更を依頼してください。"


class LoginIdError(InvalidError):
    code = "tenancy.login_id"
    happened = "登録できませんでした。"
    cause = "ログインID「{value}」は使えません。"
    remedy = "半角の英字・数字と . _ - を使って、3〜40文字で入力してください。"


class OfficeStoppedError(NotAllowedError):
    code = "tenancy.office_stopped"
    happened = "ログインできませんでした。"
    cause = "この事務所の利用は、停止されています。"
    remedy = "運営者に連絡してください。"


class NoCompanyLeftError(NotAllowedError):
    code = "tenancy.no_company_left"
    happened = "ログインできませんでした。"
    cause = "登録されている会社と事務所の契約は、終了しています。"
    remedy = "事務所に連絡してください。"


class AddressNotAllowedError(NotAllowedError):
    code = "tenancy.address_not_allowed"
    happened = "この場所からは開けません。"
    cause = "事務所の設定で、接続元が制限されています（今の接続元：{address}）。"
    remedy = "事務所の中から開いてください。設定を変えるときは、責任者に連絡してください。"


class LockedOutError(InvalidError):
    code = "tenancy.locked_out"
    happened = "設定を保存できませんでした。"
    cause = "今の接続元（{address}）が一覧に入っていないため、保存するとこの画面を開けなくなります。"
    remedy = "今の接続元を一覧に加えてください。"


class UserNotFoundError(NotFoundError):
    code = "tenancy.user_not_found"
    happened = "事業所アカウントが見つかりません。"
    cause = "削除されたか、アドレスが違います。"
    remedy = "顧問先の画面から選び直してください。"


class FactorNotFoundError(NotFoundError):
    code = "tenancy.factor_not_found"
    happened = "見つかりません。"
    cause = "すでに削除されています。"
    remedy = "画面を開き直してください。"


class OfficeNotFoundError(NotFoundError):
    code = "tenancy.office_not_found"
    happened = "事務所が見つかりません。"
    cause = "アドレスが違います。"
    remedy = "事務所の一覧から選び直してください。"


class SupportNotGivenError(NotAllowedError):
    code = "tenancy.support_not_given"
    happened = "この事務所の状態は見られません。"
    cause = "事務所がサポートを許可していないか、許可の期限が切れています。"
    remedy = "事務所の責任者に、マイページの［サポートの許可］で許可してもらってください。"


class MailNotSetUpError(ConflictError):
    code = "tenancy.mail_not_set_up"
    happened = "メールで案内できませんでした。"
    cause = "メールの送信が設定されていないか、相手のメールアドレスが登録されていません。"
    remedy = "案内を印刷して渡してください。"


class ContractNotEndedError(ConflictError):
    code = "tenancy.contract_dates"
    happened = "保存できませんでした。"
    cause = "契約の終了日が、開始日より前です。"
    remedy = "日付を確認してください。"


class ClientSheetError(InvalidError):
    code = "tenancy.client_sheet"
    happened = "取り込めませんでした。"
    cause = "{why}"
    remedy = "［Excelへ書き出す］で出したファイルと同じ見出しにしてから、もう一度選んでください。"


class ClientSheetGoneError(NotFoundError):
    code = "tenancy.client_sheet_gone"
    happened = "取り込みの確認の続きが見つかりません。"
    cause = "すでに取り込んだか、時間がたって消えています。"
    remedy = "ファイルをもう一度選んでください。"


class TooManyAttemptsError(InvalidError):
    code = "tenancy.too_many_attempts"
    happened = "ログインできませんでした。"
    cause = "続けて何度も間違えたため、{minutes}分間お待ちいただきます。"
    remedy = "時間をおいてから入力し直してください。急ぐときは、責任者に連絡してください。"


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
    remedy = "ほかで使っていない、長いものにしてください。言葉をいくつか並べると、長くて覚えやすくなります。"


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


class KeyPairMissingError(ConflictError):
    code = "tenancy.key_pair_missing"
    happened = "保護ファイルを開けませんでした。"
    cause = "このアカウントには、保護ファイルを開く鍵がまだありません。"
    remedy = "パスワードを1回変更すると、鍵が作られます。そのあとで、事務所に開けるようにしてもらってください。"


class IntakeKeyReplacedError(AzukariError):
    code = "tenancy.intake_key_replaced"
    happened = "保管庫を開けませんでした。"
    cause = "保護ファイルを受け取るための事務所の鍵が、別の鍵に置き換わっています。"
    remedy = "ファイルの受け取りを止めて、責任者と運営者に連絡してください。"


class ViewNameTakenError(ConflictError):
    code = "tenancy.view_name_taken"
    happened = "保存できませんでした。"
    cause = "「{value}」という名前の条件が、もうあります。"
    remedy = "別の名前を入力してください。"


class TooManyViewsError(ConflictError):
    code = "tenancy.too_many_views"
    happened = "保存できませんでした。"
    cause = "保存できる条件は{limit}件までです。"
    remedy = "使わない条件を削除してから、保存してください。"


class ViewNotFoundError(NotFoundError):
    code = "tenancy.view_not_found"
    happened = "保存した条件が見つかりません。"
    cause = "すでに削除したか、アドレスが違います。"
    remedy = "保存した条件の一覧から選び直してください。"
