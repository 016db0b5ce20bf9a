"""What can go wrong with numbers and their disposal. No sentence ever holds a number."""

from __future__ import annotations

from azukari.kernel.errors import AzukariError, ConflictError, InvalidError, NotAllowedError, NotFoundError


class NumberNotFoundError(NotFoundError):
    code = "vault.number_not_found"
    happened = "個人番号を開けませんでした。"
    cause = "個人番号が登録されていないか、廃棄済みです。"
    remedy = "個人番号の状態を確認してください。"


class NumberDamagedError(AzukariError):
    code = "vault.number_damaged"
    happened = "個人番号を開けませんでした。"
    cause = "保管している内容か鍵が、登録したときのものと一致しません。"
    remedy = "この番号は使わずに、責任者に連絡してください。"


class PurposeNotAllowed(NotAllowedError):
    code = "vault.purpose_not_allowed"
    happened = "個人番号を表示できませんでした。"
    cause = "この利用内容は、本人に通知した利用目的に入っていません。"
    remedy = "利用目的の追加を通知してから表示してください。"


class NumberLengthError(InvalidError):
    code = "vault.number_length"
    happened = "登録できませんでした。"
    cause = "個人番号は12桁の数字です。"
    remedy = "桁を確認して、もう一度入力してください。"


class CheckDigitError(InvalidError):
    code = "vault.check_digit"
    happened = "登録できませんでした。"
    cause = "番号のどこかが違うようです。"
    remedy = "カードを見て、もう一度入力してください。"


class NumbersDifferError(InvalidError):
    code = "vault.numbers_differ"
    happened = "登録できませんでした。"
    cause = "2回入力した個人番号が一致しません。"
    remedy = "もう一度、両方を入力してください。"


class DuplicateNumberError(InvalidError):
    code = "vault.duplicate_number"
    happened = "登録できませんでした。"
    cause = "{name}さんと同じ個人番号です。"
    remedy = "どちらの番号か、書類を見て確認してください。"


class SameNumberError(InvalidError):
    code = "vault.same_number"
    happened = "変更しませんでした。"
    cause = "登録済みの個人番号と同じです。"
    remedy = "変更する番号を確認してください。"


class AlreadyRegisteredError(ConflictError):
    code = "vault.already_registered"
    happened = "登録できませんでした。"
    cause = "この人の個人番号は、すでに登録されています。"
    remedy = "番号が変わったときは、［番号を変更］を使ってください。"


class ChangedMeanwhileError(ConflictError):
    code = "vault.changed_meanwhile"
    happened = "登録できませんでした。"
    cause = "確認している間に、ほかの人が同じ顧問先の個人番号を登録しました。"
    remedy = "もう一度登録してください。"


class PurposeMissingError(InvalidError):
    code = "vault.purpose_missing"
    happened = "登録できませんでした。"
    cause = "利用目的が選択されていません。"
    remedy = "本人に通知した利用目的を1つ以上選んでください。"


class ContractOverError(InvalidError):
    code = "vault.contract_over"
    happened = "登録できませんでした。"
    cause = "この顧問先との契約は終了しています。"
    remedy = "個人番号を新しく預かることはできません。契約の状態を確認してください。"


class DisposalNotFoundError(NotFoundError):
    code = "vault.disposal_not_found"
    happened = "廃棄の手続きが見つかりません。"
    cause = "アドレスが違うか、担当していない顧問先のものです。"
    remedy = "廃棄の一覧から選び直してください。"


class NothingToDisposeError(InvalidError):
    code = "vault.nothing_to_dispose"
    happened = "廃棄を申請できませんでした。"
    cause = "廃棄できる個人番号がありません。"
    remedy = "個人番号の状態を確認してください。"


class PeriodNotStartedError(InvalidError):
    code = "vault.period_not_started"
    happened = "廃棄を申請できませんでした。"
    cause = "退職日が登録されていないため、保存期間が始まっていません。"
    remedy = "退職日を確認するか、ほかの理由を選んでください。"


class RetentionRunsError(InvalidError):
    code = "vault.retention_runs"
    happened = "廃棄を申請できませんでした。"
    cause = "「{affair}」の書類の保存期間が{last_on:%Y/%m/%d}まで残っています。"
    remedy = "期間が終わってから申請してください。"


class DayMissingError(InvalidError):
    code = "vault.day_missing"
    happened = "廃棄を申請できませんでした。"
    cause = "{paper}の「{day}」が記録されていません。"
    remedy = "対象者の画面で日付を記録してください。"


class ExtensionRunsError(InvalidError):
    code = "vault.extension_runs"
    happened = "廃棄を申請できませんでした。"
    cause = "「{why}」のため、保存期間を{last_on:%Y/%m/%d}まで延長しています。"
    remedy = "延長が終わってから申請するか、責任者が延長を取り消してください。"


class ExtensionDayError(InvalidError):
    code = "vault.extension_day"
    happened = "延長しませんでした。"
    cause = "延長の最後の日は、明日から{latest:%Y/%m/%d}までの日です。"
    remedy = "日付を確認してください。続けて必要なときは、そのときにもう一度延長できます。"


class NothingToExtendError(InvalidError):
    code = "vault.nothing_to_extend"
    happened = "延長しませんでした。"
    cause = "この人の個人番号は登録されていないか、廃棄済みです。"
    remedy = "個人番号の状態を確認してください。"


class ExtensionGoneError(ConflictError):
    code = "vault.extension_gone"
    happened = "この操作は行いませんでした。"
    cause = "ほかの人が先に、延長を取り消すか改めています。"
    remedy = "最新の状態を確認してください。"


class DeadlineTooEarlyError(InvalidError):
    code = "vault.deadline_too_early"
    happened = "日付を記録しませんでした。"
    cause = "最後の申告書の提出期限は、退職の年か、その前の年の12月のはずです。"
    remedy = "最初の給与の支払日が1月1日のときだけ、前の年の12月の日付になります。"


class RetentionConflictError(ConflictError):
    code = "vault.retention_conflict"
    happened = "保存しませんでした。"
    cause = "ほかの人が先に、保存期間の設定を変更しました。"
    remedy = "最新の設定を確認して、もう一度保存してください。"


class ContractRunsError(InvalidError):
    code = "vault.contract_runs"
    happened = "廃棄を申請できませんでした。"
    cause = "この顧問先との契約は終了していません。"
    remedy = "ほかの理由を選んでください。"


class ReasonNotAllowedError(InvalidError):
    code = "vault.reason_not_allowed"
    happened = "廃棄を申請できませんでした。"
    cause = "「個人番号の変更」で廃棄できるのは、変更前の番号だけです。"
    remedy = "変更前の番号だけを選ぶか、ほかの理由を選んでください。"


class DisposalPendingError(ConflictError):
    code = "vault.disposal_pending"
    happened = "廃棄を申請できませんでした。"
    cause = "同じ個人番号の廃棄が、すでに申請されています。"
    remedy = "廃棄の一覧で、申請中の手続きを確認してください。"


class DisposalStateError(ConflictError):
    code = "vault.disposal_state"
    happened = "この操作は行いませんでした。"
    cause = "ほかの人が先に承認したか、取り消しています。"
    remedy = "最新の状態を確認してください。"


class ChangedSinceAskedError(ConflictError):
    code = "vault.changed_since_asked"
    happened = "廃棄しませんでした。"
    cause = "申請のあとに内容が変わりました。{what}"
    remedy = "この申請を取り消して、今の内容で申請し直してください。"


class ChangedSinceSeenError(ConflictError):
    code = "vault.changed_since_seen"
    happened = "廃棄の手続きを進めませんでした。"
    cause = "画面に表示した対象者と、今の対象者が一致しません。"
    remedy = "画面を開き直して、対象者を確認してください。"


class SecondLookNeededError(InvalidError):
    code = "vault.second_look_needed"
    happened = "廃棄しませんでした。"
    cause = "廃棄する件数が入力されていないか、対象の件数と一致しません。"
    remedy = "対象者の一覧を見直して、件数を数字で入力してください。"


class SamePersonNotAllowed(NotAllowedError):
    code = "vault.same_person_not_allowed"
    happened = "廃棄を承認できませんでした。"
    cause = "申請した人は承認できません。"
    remedy = "別の責任者が承認してください。"


class WaitNotOverError(InvalidError):
    code = "vault.wait_not_over"
    happened = "まだ廃棄できません。"
    cause = "取扱担当者が1名の事務所では、申請から24時間待ちます。"
    remedy = "24時間たってから、もう一度この画面を開いてください。"


class CertificateNotFoundError(NotFoundError):
    code = "vault.certificate_not_found"
    happened = "廃棄証明書が見つかりません。"
    cause = "まだ発行していないか、アドレスが違います。"
    remedy = "廃棄の一覧から選び直してください。"


class ParcelGoneError(NotFoundError):
    code = "vault.parcel_gone"
    happened = "受け取った内容を開けませんでした。"
    cause = "期限が過ぎたため、廃棄されています。"
    remedy = "もう一度、ファイルを取り込んでください。"
