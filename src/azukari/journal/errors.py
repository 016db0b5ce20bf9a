"""What can go wrong with the handling record."""

from __future__ import annotations

from azukari.kernel.errors import AzukariError, NotFoundError


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
