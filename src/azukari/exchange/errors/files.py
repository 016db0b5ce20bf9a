"""Uploads and files."""

from __future__ import annotations

from azukari.kernel.errors import AzukariError, ConflictError, InvalidError, NotAllowedError, NotFoundError


class UploadNotFoundError(NotFoundError):
    code = "exchange.upload_not_found"
    happened = "送信を続けられません。"
    cause = "途中の送信が見つかりません。取り消されたか、期限が過ぎています。"
    remedy = "もう一度、ファイルを選んで送信してください。"


class OffsetConflictError(ConflictError):
    """The client's idea of how much arrived is not ours; it asks and goes on from there (tus 1.0, 409)."""

    code = "exchange.offset_conflict"
    happened = "送信を続けられません。"
    cause = "受け取った位置が、送り側と違います。"
    remedy = "自動的に正しい位置から続けます。"


class ChecksumMismatchError(InvalidError):
    """What arrived is not what was sent (tus 1.0 checksum extension, 460). Nothing of it was kept."""

    code = "exchange.checksum_mismatch"
    happened = "送信を続けられません。"
    cause = "送信の途中で、内容が変わりました。"
    remedy = "自動的に送り直します。"


class ChecksumTooLongError(InvalidError):
    code = "exchange.checksum_too_long"
    happened = "送信を続けられません。"
    cause = "照合値を付けて一度に送れるのは8MiBまでです。"
    remedy = "小さく分けて送ってください。"


class FileTooLargeError(InvalidError):
    code = "exchange.file_too_large"
    happened = "ファイルを送信できません。"
    cause = "{limit}を超えるファイルは送信できません（{size}）。"
    remedy = "分けて送るか、事務所に相談してください。"


class TooManyPartsError(InvalidError):
    code = "exchange.too_many_parts"
    happened = "送信を続けられません。"
    cause = "とても小さく分けて送られています。"
    remedy = "この送信を取り消して、もう一度送ってください。続くときは、事務所に連絡してください。"


class TooManyUploadsError(ConflictError):
    code = "exchange.too_many_uploads"
    happened = "ファイルを送信できません。"
    cause = "途中の送信が{count}件あります。"
    remedy = "終わるのを待つか、要らない送信を取り消してください。"


class FileDamagedError(AzukariError):
    code = "exchange.file_damaged"
    happened = "ファイルを開けませんでした。"
    cause = "保管している内容が、受け取ったときのものと一致しません。"
    remedy = "このファイルは使わずに、責任者に連絡してください。送った方にもう一度送ってもらってください。"


class NoIntakeKeyError(ConflictError):
    code = "exchange.no_intake_key"
    happened = "保護ファイルを送信できません。"
    cause = "事務所の鍵が、まだ作られていません。"
    remedy = "事務所の責任者に連絡してください。"


class FileKeyMissingError(AzukariError):
    code = "exchange.file_key_missing"
    happened = "ファイルを開けませんでした。"
    cause = "このファイルの鍵がありません。廃棄されたか、まだ検査が終わっていません。"
    remedy = "ファイルの状態を確認してください。"


class OwnKeyNotAllowed(NotAllowedError):
    """A protected file is not sealed to this person: the key came later, or was made anew."""

    code = "exchange.own_key_not_allowed"
    happened = "保護ファイルを開けませんでした。"
    cause = "この保護ファイルは、あなたの鍵では開けません。鍵を作る前に送られたか、そのあとで鍵を作り直しています。"
    remedy = "事務所に、このファイルを開けるようにしてもらってください。"
