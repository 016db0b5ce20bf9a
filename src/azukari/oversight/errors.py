"""What can go wrong with oversight."""

from __future__ import annotations

from azukari.kernel.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError


class HandlingNotFoundError(NotFoundError):
    code = "oversight.handling_not_found"
    happened = "取扱いの記録が見つかりません。"
    cause = "番号が違うか、この会社の記録ではありません。"
    remedy = "一覧に戻って、選び直してください。"


class HandlingsNotShown(NotAllowedError):
    code = "oversight.handlings_not_shown"
    happened = "個人番号の取扱いは表示できません。"
    cause = "この画面は、窓口責任者だけが見られます。"
    remedy = "窓口責任者に確認してください。"


class SlipNotFoundError(InvalidError):
    """Unknown, mistyped, ended, of another office, of a stopped one: one answer for all."""

    code = "oversight.slip_not_found"
    happened = "お預かりの内容を表示できませんでした。"
    cause = "事務所コードかお預かり番号が違うか、その控えはもう使えません。"
    remedy = "控えの文字を確かめて、もう一度入力してください。"


class NoNumberError(ConflictError):
    code = "oversight.no_number"
    happened = "お預かり控えを発行できません。"
    cause = "この人の個人番号は、まだ登録されていません。"
    remedy = "番号を登録してから、もう一度発行してください。"


class OddUseNotFoundError(NotFoundError):
    code = "oversight.odd_use_not_found"
    happened = "いつもと違う利用が見つかりません。"
    cause = "アドレスが違うか、この事務所のものではありません。"
    remedy = "一覧に戻って、選び直してください。"


class WatchSettingsConflictError(ConflictError):
    code = "oversight.settings_conflict"
    happened = "設定を保存できませんでした。"
    cause = "ほかの人が先に変更しました。"
    remedy = "最新の内容を確認して、もう一度保存してください。"
