"""What can go wrong with the handling record."""

from __future__ import annotations

from azukari.kernel.errors import AzukariError, ConflictError, InvalidError, NotFoundError, UnavailableError


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


class TakeOutKindError(InvalidError):
    code = "journal.takeout_kind"
    happened = "持ち出しの記録が足りないため、行いませんでした。"
    cause = "どのように持ち出すかが分かりません。"
    remedy = "持ち出しの区分を選んでください。"


class TakeOutUntilMissingError(InvalidError):
    code = "journal.takeout_until_missing"
    happened = "持ち出しの記録が足りないため、行いませんでした。"
    cause = "いつまでかが入力されていません。"
    remedy = "期限の日付を入力するか、［すぐに消去する］を選んでください。"


class TakeOutUntilPastError(InvalidError):
    code = "journal.takeout_until_past"
    happened = "持ち出しの記録が足りないため、行いませんでした。"
    cause = "期限が今日より前の日付です。"
    remedy = "今日以後の日付を入力してください。"


class TakeOutMediumMissingError(InvalidError):
    code = "journal.takeout_medium_missing"
    happened = "持ち出しの記録が足りないため、行いませんでした。"
    cause = "媒体に入れて運ぶときは、何に入れるかの記入が要ります。"
    remedy = "媒体を入力してください。"


class TakeOutDestinationMissingError(InvalidError):
    code = "journal.takeout_destination_missing"
    happened = "持ち出しの記録が足りないため、行いませんでした。"
    cause = "媒体に入れて運ぶときは、行き先の記入が要ります。"
    remedy = "提出先を入力してください。"


class TakeOutProtectionMissingError(InvalidError):
    code = "journal.takeout_protection_missing"
    happened = "持ち出しの記録が足りないため、行いませんでした。"
    cause = "媒体に入れて運ぶときは、紛失や盗難への備えが要ります。"
    remedy = "運ぶときの保護を1つ以上選んでください。"


class TakeOutApprovalMissingError(InvalidError):
    code = "journal.takeout_approval_missing"
    happened = "持ち出しの記録が足りないため、行いませんでした。"
    cause = "媒体に入れて運ぶときは、責任者の承認番号の記入が要ります。"
    remedy = "備考に承認番号を入力してください。"


class TakeOutNotFoundError(NotFoundError):
    code = "journal.takeout_not_found"
    happened = "持ち出しの記録が見つかりません。"
    cause = "アドレスが違うか、担当していない顧問先のものです。"
    remedy = "持ち出しの記録の一覧から選び直してください。"


class TakeOutClosedError(ConflictError):
    code = "journal.takeout_closed"
    happened = "記録しませんでした。"
    cause = "NO {number} は、ほかの人が先に記録しました。"
    remedy = "一覧で最新の状態を確認してください。"


class EndingReasonMissingError(InvalidError):
    code = "journal.ending_reason_missing"
    happened = "記録しませんでした。"
    cause = "記録の誤りのときは、理由の記入が要ります。"
    remedy = "方法・理由を入力してください。"


class EndingDayError(InvalidError):
    code = "journal.ending_day"
    happened = "記録しませんでした。"
    cause = "確認した日は、持ち出した日（{first:%Y/%m/%d}）から今日（{last:%Y/%m/%d}）までの日付です。"
    remedy = "日付を確認してください。"


class NothingChosenError(InvalidError):
    code = "journal.takeout_nothing_chosen"
    happened = "記録しませんでした。"
    cause = "持ち出しの記録が選択されていません。"
    remedy = "記録する行を1つ以上選んでください。"


class ReceiptIsNumberError(InvalidError):
    code = "journal.receipt_is_number"
    happened = "記録しませんでした。"
    cause = "控えの番号が、個人番号と同じ形をしています。"
    remedy = "控えの番号を確認してください。個人番号は、どの欄にも書きません。"


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
