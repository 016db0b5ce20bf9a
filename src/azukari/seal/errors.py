"""What can go wrong in the security core, in three Japanese sentences each.

No error carries a key, a number, a password or a part of one. Where the mathematics cannot tell causes apart
(wrong key, moved row, changed bytes) the sentence does not pretend to know.
"""

from __future__ import annotations

from azukari.kernel.errors import AzukariError, InvalidError, UnavailableError


class SealError(AzukariError):
    """The base of all errors of this package."""

    code = "seal.failed"
    happened = "暗号の処理を完了できませんでした。"
    cause = "保管データまたは鍵に問題があります。"
    remedy = "操作を中止して、運用担当者に連絡してください。"


class OpeningError(SealError):
    """A ciphertext does not open: another key, another place, or changed bytes."""

    code = "seal.opening"
    happened = "保管データを開けませんでした。"
    cause = "鍵が違うか、データが別の場所に移されたか、書き換えられています。"
    remedy = "操作を中止して、運用担当者に連絡してください。元のデータは変更されていません。"


class FormatError(SealError):
    """Bytes or text without the shape of docs/seal-format.md; `why` says what is wrong, never the value."""

    code = "seal.format"
    happened = "データの形式を確認できませんでした。"
    cause = "{why}"
    remedy = "データの出所を確認してから、もう一度操作してください。"

    def __init__(self, why: str) -> None:
        super().__init__(why=why)
        self.why = why


class WrongPasswordError(SealError, InvalidError):
    """The private key of a member does not open: nearly always a wrong password."""

    code = "seal.wrong_password"
    happened = "利用認証ができませんでした。"
    cause = "パスワードが違います。"
    remedy = "パスワードを確認して、もう一度入力してください。何度も続くときは、事務所の責任者に連絡してください。"


class RecoveryCodeError(SealError, InvalidError):
    """A recovery code was mistyped; `where` and `group` (1 to 18, or None) name the place, nothing else."""

    code = "seal.recovery_code"
    happened = "復旧コードを確認できませんでした。"
    cause = "{where}に誤りがあります。"
    remedy = "復旧用紙を見ながら、もう一度入力してください。"

    def __init__(self, where: str, group: int | None = None) -> None:
        super().__init__(where=where)
        self.group = group


class MistypedCodeError(SealError, InvalidError):
    """An activation code was mistyped; `where` and `group` (1 to 6, or None) name the place, nothing else."""

    code = "seal.mistyped_code"
    happened = "有効化コードを確認できませんでした。"
    cause = "{where}に誤りがあります。"
    remedy = "書面を見ながら、もう一度入力してください。"

    def __init__(self, where: str, group: int | None = None) -> None:
        super().__init__(where=where)
        self.group = group


class PasskeyRefusedError(SealError, InvalidError):
    """The answer of a passkey does not hold: another site, another ceremony, another key, or no answer at all."""

    code = "seal.passkey_refused"
    happened = "パスキーを確認できませんでした。"
    cause = "パスキーの応答が、この画面で始めた操作と合いません。時間がたちすぎたか、別のパスキーが使われています。"
    remedy = "画面を読み込み直して、もう一度操作してください。何度も続くときは、別の方法で確認してください。"


class ProofError(SealError):
    """A proof, a checkpoint or a commitment does not hold; `why` is a sentence."""

    code = "seal.proof"
    happened = "記録の証明を確認できませんでした。"
    cause = "{why}"
    remedy = "証明書と検証鍵が正しい組み合わせか確認し、発行した事務所に連絡してください。"

    def __init__(self, why: str) -> None:
        super().__init__(why=why)
        self.why = why


class KeyMissingError(SealError):
    """The version of the key that a ciphertext names is not there; no other key is tried."""

    code = "seal.key_missing"
    happened = "保管データを開けませんでした。"
    cause = "このデータに使われた鍵（版 {version}）がありません。"
    remedy = "運用担当者に連絡し、この版の鍵を戻してください。"

    def __init__(self, version: int) -> None:
        super().__init__(version=version)
        self.version = version


class TimeStampError(SealError):
    """A time stamp that does not hold, or does not belong to what is at hand; `why` is one Japanese sentence."""

    code = "seal.time_stamp"
    happened = "時刻の証明を確認できませんでした。"
    cause = "{why}"
    remedy = "時刻認証局の設定を確認してください。"

    def __init__(self, why: str) -> None:
        super().__init__(why=why)
        self.why = why


class SignerRefusedError(SealError, UnavailableError):
    """The signer does not sign: what is to be signed does not continue what it signed last."""

    code = "seal.signer_refused"
    happened = "記録に署名できませんでした。"
    cause = "{why}"
    remedy = "運用担当者に連絡してください。運用担当者は azukari check-record で確かめられます。"


class SignerMissingError(SealError, UnavailableError):
    """The signer's key or state cannot be read, or its process does not answer."""

    code = "seal.signer_missing"
    happened = "記録に署名できませんでした。"
    cause = "署名の鍵か状態のファイルを読めないか、署名の係が応答しません。"
    remedy = "運用担当者に連絡してください。署名の状態は、古い控えから戻さないでください。"
