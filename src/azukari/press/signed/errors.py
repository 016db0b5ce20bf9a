"""The refusal of a signed paper that is not as it was signed. Each document gives it its own sentences."""

from __future__ import annotations

from azukari.kernel.errors import InvalidError

CHANGED = "署名したあとに変更されています。"
SIGNATURE_CHANGED = "署名の部分が変更されています。"


class SignedFileError(InvalidError):
    """The file is not an unchanged signed paper of ours. `why` is one Japanese sentence."""

    code = "press.signed_file"
    happened = "署名付きの書類として確認できませんでした。"
    cause = "{why}"
    remedy = "発行した事務所から受け取った、もとのPDFファイルを指定してください。"

    def __init__(self, why: str) -> None:
        super().__init__(why=why)

    @property
    def why(self) -> str:
        """The one sentence that says what is wrong."""
        return str(self.data["why"])
