"""Lines of the ledger: opening, withdrawing, sending, requests."""

from __future__ import annotations

from azukari.kernel.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError


class DeliveryNotFoundError(NotFoundError):
    code = "exchange.delivery_not_found"
    happened = "ファイルが見つかりません。"
    cause = "取り消されたか、見られる期間が過ぎています。"
    remedy = "一覧に戻って確認してください。"


class NotReadyError(ConflictError):
    code = "exchange.not_ready"
    happened = "ファイルを開けませんでした。"
    cause = "{state}のファイルです。"
    remedy = "状態が変わるのを待つか、送った方に確認してください。"


class ExpiredError(ConflictError):
    code = "exchange.expired"
    happened = "ファイルを開けませんでした。"
    cause = "保管の期限（{day}）を過ぎたため、ファイルは廃棄しました。"
    remedy = "必要なときは、送った方にもう一度送ってもらってください。"


class AlreadyOpenedError(ConflictError):
    code = "exchange.already_opened"
    happened = "送信を取り消せませんでした。"
    cause = "{at}に、{who}さんが開いています。"
    remedy = "間違えて送ったときは、すぐに相手に電話で連絡してください。"


class CannotWithdrawError(ConflictError):
    code = "exchange.cannot_withdraw"
    happened = "送信を取り消せませんでした。"
    cause = "取り消し済みか、期限が過ぎたファイルです。"
    remedy = "一覧で状態を確認してください。"


class ProtectedNotAllowed(NotAllowedError):
    code = "exchange.protected_not_allowed"
    happened = "保護ファイルを開けませんでした。"
    cause = "「保護」のファイルは、個人番号の取扱担当者だけが開けます。"
    remedy = "個人番号の取扱担当者に依頼してください。"


class ProposalOpenNotAllowed(NotAllowedError):
    code = "exchange.proposal_open_not_allowed"
    happened = "ファイルを開けませんでした。"
    cause = "個人番号らしい数字が見つかったファイルです。保護にするかどうかが決まるまで、取扱担当者だけが開けます。"
    remedy = "個人番号の取扱担当者に依頼してください。"


class NoReceiversError(InvalidError):
    code = "exchange.no_receivers"
    happened = "送信できません。"
    cause = "宛先の顧問先がありません。"
    remedy = "宛先を1社以上選んでください。"


class NoFilesError(InvalidError):
    code = "exchange.no_files"
    happened = "送信できません。"
    cause = "送信するファイルがありません。"
    remedy = "ファイルを選んでください。"


class StillExaminingError(ConflictError):
    code = "exchange.still_examining"
    happened = "まだ送信できません。"
    cause = "「{name}」の検査が終わっていません。"
    remedy = "少し待ってから、もう一度押してください。"


class DraftRefusedError(ConflictError):
    code = "exchange.draft_refused"
    happened = "送信できません。"
    cause = "「{name}」は送信できないファイルです。"
    remedy = "一覧から外して、もう一度押してください。"


class NumbersInOpenFileError(ConflictError):
    code = "exchange.numbers_in_open_file"
    happened = "まだ送信できません。"
    cause = "「{name}」に個人番号らしい数字があります。"
    remedy = "保護ファイルとして送信するか、個人番号ではないことを確認してください。"


class ProtectedBroadcastError(InvalidError):
    code = "exchange.protected_broadcast"
    happened = "送信できません。"
    cause = "保護ファイルは、一斉に送信できません。"
    remedy = "1社ずつ送信してください。"


class NoReaderError(ConflictError):
    code = "exchange.no_reader"
    happened = "保護ファイルを送信できません。"
    cause = "{company}に、保護ファイルを開ける人がまだいません。"
    remedy = "利用者がログインの準備を終えてから、送信してください。"


class ContractEndedError(ConflictError):
    code = "exchange.contract_ended"
    happened = "送信できません。"
    cause = "{company}との顧問契約が終了しています。"
    remedy = "顧問先の画面で、契約を確認してください。"


class QuarantineStateError(ConflictError):
    code = "exchange.quarantine_state"
    happened = "ファイルの状態を変えられませんでした。"
    cause = "ほかの人が先に操作したか、状態が変わっています。"
    remedy = "最新の状態を確認してください。"


class RequestNotFoundError(NotFoundError):
    code = "exchange.request_not_found"
    happened = "お願いが見つかりません。"
    cause = "取り消されたか、担当していない顧問先のものです。"
    remedy = "一覧に戻って確認してください。"


class RequestStateError(ConflictError):
    code = "exchange.request_state"
    happened = "お願いの状態を変えられませんでした。"
    cause = "ほかの人が先に操作したか、終わったお願いです。"
    remedy = "最新の状態を確認してください。"
