"""What the vault writes into the record."""

from __future__ import annotations

from azukari.journal.rules import Event, Kind

REGISTERED = Event("vault.number.registered", "マイナンバー登録", Kind.REGISTER)
REPLACED = Event("vault.number.replaced", "マイナンバー更新", Kind.REGISTER)
REVEALED = Event("vault.number.revealed", "マイナンバー閲覧", Kind.VIEW)
COMPARED = Event("vault.number.compared", "マイナンバーの照合", Kind.VIEW)
DISPOSAL_REQUESTED = Event("vault.disposal.requested", "マイナンバー廃棄の申請", Kind.DELETE)
DISPOSAL_CANCELLED = Event("vault.disposal.cancelled", "マイナンバー廃棄の取り消し", Kind.DELETE)
DISPOSED = Event("vault.number.disposed", "マイナンバー廃棄", Kind.DELETE)
CERTIFICATE_ISSUED = Event("vault.certificate.issued", "廃棄証明書 発行", Kind.OUTPUT)
DAYS_RECORDED = Event("vault.retention.days_recorded", "保存期間の日付の記録", Kind.REGISTER)
EXTENDED = Event("vault.retention.extended", "保存期間の延長", Kind.REGISTER)
EXTENSION_ENDED = Event("vault.retention.extension_ended", "保存期間の延長の取り消し", Kind.REGISTER)
RETENTION_SET = Event("vault.retention.rules_changed", "保存期間の設定の変更", Kind.ACCESS)
