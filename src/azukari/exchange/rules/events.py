"""What the handling record says of files (ux: 処理内容 are fixed words without an ending)."""

from __future__ import annotations

from azukari.journal.rules import Event, Kind

RECEIVED = Event("exchange.file.received", "ファイル受信", Kind.RECEIVE)
SENT = Event("exchange.file.sent", "ファイル送信", Kind.SEND)
BROADCAST = Event("exchange.broadcast.sent", "一斉送信", Kind.SEND)
WITHDRAWN = Event("exchange.file.recalled", "ファイル送信の取り消し", Kind.SEND)
OPENED = Event("exchange.protected.opened", "保護ファイル閲覧", Kind.OUTPUT)
PROTECTED = Event("exchange.file.protected", "保護への変更", Kind.REGISTER)
UNPROTECTED = Event("exchange.file.unprotected", "保護の解除", Kind.REGISTER)
PROPOSAL_DECLINED = Event("exchange.proposal.declined", "保護の提案の見送り", Kind.REGISTER)
READER_ADDED = Event("exchange.reader.added", "保護ファイルの閲覧者の追加", Kind.REGISTER)
RELEASED = Event("exchange.quarantine.released", "隔離の解除", Kind.REGISTER)
ACCEPTED = Event("exchange.unscannable.accepted", "検査できないファイルの受け取り", Kind.RECEIVE)
SHREDDED = Event("exchange.file.shredded", "ファイル廃棄", Kind.DELETE)
