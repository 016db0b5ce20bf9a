"""What tenancy writes into the record. Pure.

Lines of a log-in and of a setting hold a word on it at most; those about a company also say which.
"""

from __future__ import annotations

from azukari.journal.rules import ABOUT_CLIENT, Event, Kind

_ACCESS = "別添1 2F a・2F b（アクセス制御、識別と認証）"
_RIGHTS = "別添1 2D a・2F a（事務取扱担当者の監督、アクセス制御）"
_SUPPORT = "番号法10条・11条（保守の監督）、別添1 2C b"
_KEYS = "番号法12条、別添1 2F a（アクセス制御）"


class Events:
    """Codes are never reused; labels are the record's 処理内容."""

    LOGGED_IN = Event("tenancy.staff.logged_in", "ログイン", Kind.ACCESS)
    LOGGED_OUT = Event("tenancy.staff.logged_out", "ログアウト", Kind.ACCESS)
    FACTOR_FAILED = Event("tenancy.factor.failed", "第2要素の確認", Kind.ACCESS)
    BACKUP_CODE_USED = Event("tenancy.factor.backup_code_used", "予備コードでのログイン", Kind.ACCESS)
    DEVICE_ADDED = Event("tenancy.device.added", "新しい端末からのログイン", Kind.ACCESS)
    DEVICE_FORGOTTEN = Event("tenancy.device.removed", "端末の登録の取り消し", Kind.ACCESS)
    SESSION_ENDED = Event("tenancy.session.ended", "ほかの端末のログアウト", Kind.ACCESS)
    CONFIRMED = Event("tenancy.account.confirmed", "本人の再確認", Kind.ACCESS)
    RECORD_OPENED = Event("tenancy.record.opened", "記録の画面のパスワード確認", Kind.ACCESS)
    RECORD_READ = Event("tenancy.record.viewed", "事務処理の記録の閲覧", Kind.VIEW)
    RECORD_PRINTED = Event("tenancy.record.printed", "事務処理の記録の印刷", Kind.OUTPUT)
    RECORD_EXPORTED = Event("tenancy.record.exported", "事務処理の記録の書き出し", Kind.OUTPUT)
    UNLOCKED = Event("tenancy.vault.unlocked", "従業員利用認証", Kind.ACCESS)
    UNLOCK_ENDED = Event("tenancy.vault.unlock_ended", "利用認証の終了", Kind.ACCESS)
    REFUSED = Event("tenancy.access.refused", "権限のない操作の拒否", Kind.ACCESS)
    ADDRESS_REFUSED = Event("tenancy.access.address_refused", "許可していない接続元の拒否", Kind.ACCESS)

    OFFICE_OPENED = Event("tenancy.office.opened", "事務所の開設", Kind.REGISTER)
    OFFICE_STOPPED = Event("tenancy.office.stopped", "事務所の利用停止", Kind.REGISTER)
    OFFICE_REOPENED = Event("tenancy.office.reopened", "事務所の利用再開", Kind.REGISTER)
    OFFICE_CHANGED = Event("tenancy.office.changed", "事務所情報の変更", Kind.REGISTER)
    CONTRACT_CHANGED = Event("tenancy.contract.changed", "保守契約の変更", Kind.REGISTER)
    SUPPORT_GIVEN = Event("tenancy.support.given", "サポートの許可", Kind.REGISTER, law=_SUPPORT)
    SUPPORT_ENDED = Event("tenancy.support.ended", "サポートの許可の終了", Kind.REGISTER, law=_SUPPORT)
    SUPPORT_USED = Event("tenancy.support.used", "運営者による状態の閲覧", Kind.VIEW, law=_SUPPORT)
    SETTINGS_CHANGED = Event("tenancy.settings.changed", "設定の変更", Kind.REGISTER, law=_ACCESS)
    NETWORKS_CLEARED = Event("tenancy.settings.networks_cleared", "接続元の制限の解除", Kind.REGISTER, law=_ACCESS)

    KEY_BACKUP_REMOVED = Event("tenancy.key_backup.removed", "鍵の控えの消去", Kind.DELETE, law=_ACCESS)
    BACKUP_RESTORED = Event("tenancy.backup.restored", "控えからの復元", Kind.REGISTER, law=_ACCESS)

    STAFF_ADDED = Event("tenancy.staff.added", "従業員アカウントの追加", Kind.REGISTER, law=_ACCESS)
    STAFF_CHANGED = Event("tenancy.staff.changed", "従業員アカウントの変更", Kind.REGISTER, law=_ACCESS)
    STAFF_STOPPED = Event("tenancy.staff.stopped", "従業員アカウントの停止", Kind.REGISTER, law=_ACCESS)
    STAFF_REOPENED = Event("tenancy.staff.reopened", "従業員アカウントの再開", Kind.REGISTER, law=_ACCESS)
    ASSIGNED = Event("tenancy.staff.assigned", "担当する顧問先の追加", Kind.REGISTER, ABOUT_CLIENT, law=_RIGHTS)
    UNASSIGNED = Event("tenancy.staff.unassigned", "担当する顧問先の解除", Kind.REGISTER, ABOUT_CLIENT, law=_RIGHTS)
    GRANTED = Event("tenancy.grant.given", "取扱担当者の権限変更", Kind.REGISTER, law=_RIGHTS)
    GRANT_WITHDRAWN = Event("tenancy.grant.revoked", "取扱担当者の権限変更", Kind.REGISTER, law=_RIGHTS)

    CODE_ISSUED = Event("tenancy.activation.issued", "有効化コードの発行", Kind.OUTPUT, law=_ACCESS)
    ACTIVATED = Event("tenancy.account.activated", "アカウントの有効化", Kind.REGISTER, law=_ACCESS)
    RESET = Event("tenancy.account.voided", "パスワードの再設定", Kind.REGISTER, law=_ACCESS)
    RESET_ASKED = Event("tenancy.account.reset_asked", "パスワード再設定の依頼", Kind.ACCESS)
    PASSWORD_CHANGED = Event("tenancy.account.password_changed", "パスワードの変更", Kind.REGISTER, law=_ACCESS)
    NOTICES_CHANGED = Event("tenancy.notices.changed", "お知らせの設定の変更", Kind.ACCESS)
    RECORD_PASSWORD_CHANGED = Event(
        "tenancy.account.record_password_changed", "記録の画面のパスワードの設定", Kind.REGISTER, law=_ACCESS
    )
    FACTOR_ADDED = Event("tenancy.factor.added", "第2要素の追加", Kind.REGISTER, law=_ACCESS)
    FACTOR_REMOVED = Event("tenancy.factor.removed", "第2要素の削除", Kind.REGISTER, law=_ACCESS)
    BACKUP_CODES_MADE = Event("tenancy.factor.backup_codes_made", "予備コードの発行", Kind.REGISTER, law=_ACCESS)

    CLIENT_ADDED = Event("tenancy.client.added", "顧問先の追加", Kind.REGISTER, ABOUT_CLIENT)
    CLIENT_CHANGED = Event("tenancy.client.changed", "顧問先の変更", Kind.REGISTER, ABOUT_CLIENT)
    CLIENT_ENDED = Event("tenancy.client.ended", "顧問先の契約の終了", Kind.REGISTER, ABOUT_CLIENT)
    CLIENT_RESUMED = Event("tenancy.client.resumed", "顧問先の契約の再開", Kind.REGISTER, ABOUT_CLIENT)
    CLIENTS_EXPORTED = Event("tenancy.client.exported", "顧問先の一覧の書き出し", Kind.OUTPUT)
    USER_ADDED = Event("tenancy.user.added", "事業所アカウントの追加", Kind.REGISTER, ABOUT_CLIENT, law=_ACCESS)
    USER_CHANGED = Event("tenancy.user.changed", "事業所アカウントの変更", Kind.REGISTER, ABOUT_CLIENT, law=_ACCESS)
    USER_STOPPED = Event("tenancy.user.stopped", "事業所アカウントの停止", Kind.REGISTER, ABOUT_CLIENT, law=_ACCESS)
    USER_REOPENED = Event("tenancy.user.reopened", "事業所アカウントの再開", Kind.REGISTER, ABOUT_CLIENT, law=_ACCESS)

    RECOVERY_ISSUED = Event("tenancy.recovery.issued", "鍵の控えの発行", Kind.OUTPUT, law=_KEYS)
    RECOVERY_CONFIRMED = Event("tenancy.recovery.confirmed", "鍵の控えの確認", Kind.REGISTER, law=_KEYS)
    RECOVERED = Event("tenancy.grant.recovered", "鍵の控えによる復旧", Kind.REGISTER, law=_KEYS)
