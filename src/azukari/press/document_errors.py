"""What can go wrong with documents that leave or come back: sentences for people, no secrets in them.

`CertificateFileError` is what anyone meets who hands in a file that is not an unchanged certificate of ours;
the workbook errors are in `errors.py`.
"""

from __future__ import annotations

from azukari.kernel.errors import InvalidError


class CertificateFileError(InvalidError):
    """The file is not an unchanged disposal certificate. `why` is one Japanese sentence."""

    code = "press.certificate_file"
    happened = "廃棄証明書として確認できませんでした。"
    cause = "{why}"
    remedy = "発行した事務所から受け取った、もとのPDFファイルを指定してください。"

    def __init__(self, why: str) -> None:
        super().__init__(why=why)

    @property
    def why(self) -> str:
        """The one sentence that says what is wrong."""
        return str(self.data["why"])
