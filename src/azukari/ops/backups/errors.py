"""What can go wrong with taking and restoring backups, in sentences for the operator."""

from __future__ import annotations

from azukari.kernel.errors import AzukariError, ConflictError, InvalidError, NotFoundError, UnavailableError


class PlaceNotChosenError(InvalidError):
    code = "ops.backup_place_not_chosen"
    happened = "何もしませんでした。"
    cause = "控えの置き場所が決まっていません。"
    remedy = "コマンドのあとにフォルダーを書くか、AZUKARI_BACKUPS で指定してください。"


class PlaceRefusedError(InvalidError):
    code = "ops.backup_place_refused"
    happened = "控えを取りませんでした。"
    cause = "{why}"
    remedy = "別のディスクの、サーバーの鍵（root.key）やデータの置き場所と重ならないフォルダーを指定してください。"


class BackupRunningError(ConflictError):
    code = "ops.backup_running"
    happened = "何もしませんでした。"
    cause = "同じ置き場所で、ほかの控えか復元が動いています。"
    remedy = "終わるのを待って、もう一度行ってください。"


class BackupFailedError(UnavailableError):
    code = "ops.backup_failed"
    happened = "控えを取れませんでした。前の控えはそのままです。"
    cause = "{why}"
    remedy = "原因を除いて、もう一度 azukari backup を行ってください。"


class ProgramMissingError(InvalidError):
    code = "ops.backup_program_missing"
    happened = "PostgreSQL の控えを扱えません。"
    cause = "{program} が見つかりません。"
    remedy = "サーバーと同じか新しい版の PostgreSQL クライアント（例：postgresql-client）を入れてください。"


class NoBackupError(NotFoundError):
    code = "ops.backup_not_found"
    happened = "復元しませんでした。"
    cause = "{why}"
    remedy = "azukari backups で、使える控えがあるか確認してください。"


class BackupDamagedError(InvalidError):
    code = "ops.backup_damaged"
    happened = "復元しませんでした。"
    cause = "{stamp} の控えが壊れています（{why}）。"
    remedy = "ほかの控えを --at で指定するか、控えの写しを取り直してください。"


class KeyBackupTooOldError(InvalidError):
    code = "ops.key_backup_too_old"
    happened = "復元しませんでした。"
    cause = "鍵の保管庫の控え（{taken}）が、残してよい{days}日を過ぎています。廃棄した番号の鍵が入っているおそれがあります。"
    remedy = "この控えを消し、期限内の控えを使ってください。時計が正しいかも確認してください。"


class TargetNotEmptyError(ConflictError):
    code = "ops.restore_target_not_empty"
    happened = "復元しませんでした。今のデータはそのままです。"
    cause = "{what}に、すでにデータがあります。"
    remedy = "サーバーを止め、今のデータベースを別の場所へ移してから、もう一度行ってください。"


class InUseError(ConflictError):
    code = "ops.restore_in_use"
    happened = "復元しませんでした。"
    cause = "データベースに、ほかの接続があります。"
    remedy = "サーバーをすべて止めてから、もう一度行ってください。"


class WrongRootKeyError(InvalidError):
    code = "ops.restore_wrong_root_key"
    happened = "復元しませんでした。"
    cause = "サーバーの鍵（root.key）が、この控えを取ったときのものと違います。"
    remedy = "控えを取ったときの root.key を AZUKARI_ROOT_KEY_FILE の場所に置いて、もう一度行ってください。"


class RootKeyAbsentError(InvalidError):
    code = "ops.restore_root_key_absent"
    happened = "復元しませんでした。"
    cause = "サーバーの鍵（root.key）がありません。"
    remedy = "保管しておいた root.key を AZUKARI_ROOT_KEY_FILE の場所（既定はデータの置き場所）に置いてください。"


class SignerKeyAbsentError(InvalidError):
    code = "ops.restore_signer_key_absent"
    happened = "復元しませんでした。"
    cause = "記録に署名する鍵（signer.key）がありません。"
    remedy = (
        "保管しておいた signer.key を AZUKARI_SIGNER_KEY_FILE の場所（既定はデータの置き場所）に置いてください。"
        "署名の係を分けているときは AZUKARI_SIGNER_SOCKET を指定してください。"
    )


class NewerBackupError(InvalidError):
    code = "ops.backup_of_newer_version"
    happened = "復元しませんでした。"
    cause = "この控えは、今より新しい版のあずかり（{version}）で取ったものです。"
    remedy = "あずかりを新しくしてから、もう一度行ってください。"


class DisposalsDamagedError(InvalidError):
    code = "ops.disposals_damaged"
    happened = "復元しませんでした。"
    cause = "廃棄の一覧の{number}行目が読めません。廃棄した番号が戻るおそれがあります。"
    remedy = "壊れていない写し（控えの中の disposals.log）と入れ替えて、もう一度行ってください。"


class DisposedOpensError(AzukariError):
    code = "ops.restore_disposed_opens"
    happened = "復元を止めました。データは開いていません。"
    cause = "廃棄したはずのものが{count}件、まだ開けます。"
    remedy = "復元した途中のデータは使わず、サポートに連絡してください。"


class RestoreUnfinishedError(ConflictError):
    code = "ops.restore_unfinished"
    happened = "起動しませんでした。"
    cause = "復元が途中で止まっています。"
    remedy = "azukari restore を、もう一度最後まで行ってください。"
