"""What the handling record says of files (ux: 処理内容 are fixed words without an ending)."""

from __future__ import annotations

from azukari.journal.rules import ABOUT_CLIENT, Event, Kind, Part

# A line names the file, and its record is the line of the ledger; the receipt of a file handed in has a hash too.
_FILE = ABOUT_CLIENT | Part.RECORD
_RECEIVED = _FILE | Part.DOCUMENT

RECEIVED = Event("exchange.file.received", "ファイル受信", Kind.RECEIVE, _RECEIVED)
SENT = Event("exchange.file.sent", "ファイル送信", Kind.SEND, _FILE)
BROADCAST = Event("exchange.broadcast.sent", "一斉送信", Kind.SEND, _FILE)
WITHDRAWN = Event("exchange.file.recalled", "ファイル送信の取り消し", Kind.SEND, _FILE)
OPENED = Event("exchange.protected.opened", "保護ファイル閲覧", Kind.OUTPUT, _FILE)
PROTECTED = Event("exchange.file.protected", "保護への変更", Kind.REGISTER, _FILE)
UNPROTECTED = Event("exchange.file.unprotected", "保護の解除", Kind.REGISTER, _FILE)
PROPOSAL_DECLINED = Event("exchange.proposal.declined", "保護の提案の見送り", Kind.REGISTER, _FILE)
READER_ADDED = Event("exchange.reader.added", "保護ファイルの閲覧者の追加", Kind.REGISTER, _FILE)
RELEASED = Event("exchange.quarantine.released", "隔離の解除", Kind.REGISTER, _FILE)
ACCEPTED = Event("exchange.unscannable.accepted", "検査できないファイルの受け取り", Kind.RECEIVE, _FILE)
SHREDDED = Event("exchange.file.shredded", "ファイル廃棄", Kind.DELETE, _FILE)
