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
UNRECOVERABLE = Event("vault.disposal.confirmed", "復元不能の確認", Kind.DELETE)
CERTIFICATE_ISSUED = Event("vault.certificate.issued", "廃棄証明書 発行", Kind.OUTPUT)
