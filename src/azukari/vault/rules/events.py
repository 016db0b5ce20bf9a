"""What the vault writes into the record."""

from __future__ import annotations

from azukari.journal.rules import ABOUT_CLIENT, ABOUT_PEOPLE, ABOUT_RECORDS, Event, Kind, Part

_REGISTRATION = "番号法16条・20条、別添1 2C b（取得・利用の記録）"
_CERTIFICATE = "別添1 2C b・2E d（削除・廃棄を証明する記録）"

REGISTERED = Event("vault.number.registered", "マイナンバー登録", Kind.REGISTER, ABOUT_RECORDS, _REGISTRATION)
REPLACED = Event("vault.number.replaced", "マイナンバー更新", Kind.REGISTER, ABOUT_RECORDS, _REGISTRATION)
REVEALED = Event("vault.number.revealed", "マイナンバー閲覧", Kind.VIEW, ABOUT_RECORDS)
COMPARED = Event("vault.number.compared", "マイナンバーの照合", Kind.VIEW, ABOUT_CLIENT)
DISPOSAL_REQUESTED = Event("vault.disposal.requested", "マイナンバー廃棄の申請", Kind.DELETE, ABOUT_PEOPLE)
DISPOSAL_CANCELLED = Event("vault.disposal.cancelled", "マイナンバー廃棄の取り消し", Kind.DELETE, ABOUT_PEOPLE)
DISPOSED = Event("vault.number.disposed", "マイナンバー廃棄", Kind.DELETE, ABOUT_RECORDS)
DISPOSED_AGAIN = Event("vault.number.disposed_again", "復元後の廃棄のやり直し", Kind.DELETE, ABOUT_RECORDS)
UNRECOVERABLE = Event("vault.disposal.confirmed", "復元不能の確認", Kind.DELETE, ABOUT_RECORDS, _CERTIFICATE)
CERTIFICATE_ISSUED = Event(
    "vault.certificate.issued", "廃棄証明書 発行", Kind.OUTPUT, ABOUT_PEOPLE | Part.DOCUMENT, _CERTIFICATE
)
DAYS_RECORDED = Event("vault.retention.days_recorded", "保存期間の日付の記録", Kind.REGISTER, ABOUT_PEOPLE)
EXTENDED = Event("vault.retention.extended", "保存期間の延長", Kind.REGISTER, ABOUT_PEOPLE)
EXTENSION_ENDED = Event("vault.retention.extension_ended", "保存期間の延長の取り消し", Kind.REGISTER, ABOUT_PEOPLE)
RETENTION_SET = Event("vault.retention.rules_changed", "保存期間の設定の変更", Kind.ACCESS)
