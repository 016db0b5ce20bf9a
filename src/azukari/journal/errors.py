"""What can go wrong with the handling record."""

from __future__ import annotations

from azukari.kernel.errors import AzukariError, ConflictError, NotFoundError, UnavailableError


class EntryNotFoundError(NotFoundError):
    code = "journal.entry_not_found"
    happened = "記録が見つかりません。"
    cause = "番号が違うか、この事務所の記録ではありません。"
    remedy = "一覧に戻って、選び直してください。"


class JournalDamagedError(AzukariError):
    code = "journal.damaged"
    happened = "記録に改ざんの疑いがあります。"
    cause = "NO {number} の記録が、書き込んだときの内容と一致しません。{why}"
    remedy = "印刷と書き出しを止めて、責任者に連絡してください。"


class RecordRolledBackError(UnavailableError):
    """The record does not continue what was signed of it: nothing more is written, what only reads goes on."""

    code = "journal.rolled_back"
    happened = "取扱いを記録できないため、操作を受け付けませんでした。"
    cause = "この事務所の記録が、署名したときより古いか、別の内容になっています。古い控えから戻された可能性があります。"
    remedy = "見るだけの画面は使えます。運用担当者に「azukari check-record で記録を確かめてください」と伝えてください。"


class RecordNotRolledBackError(ConflictError):
    """A way out was asked for where nothing is wrong."""

    code = "journal.not_rolled_back"
    happened = "記録を区切りませんでした。"
    cause = "この事務所の記録は、署名した内容から正しく続いています。"
    remedy = "何もする必要はありません。"


class NoCopyYetError(ConflictError):
    """Nothing of this record is signed yet."""

    code = "journal.no_copy_yet"
    happened = "記録の控えは、まだありません。"
    cause = "控えは、最初の取扱いから10分ほどで作られます。"
    remedy = "しばらく待って、もう一度開いてください。"
