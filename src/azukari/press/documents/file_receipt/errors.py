"""The refusal of a file that was handed in as a receipt and is none, or not as it was signed."""

from __future__ import annotations

from azukari.press.signed.errors import SignedFileError


class ReceiptFileError(SignedFileError):
    """The file is not an unchanged receipt. `why` is one Japanese sentence."""

    code = "press.receipt_file"
    happened = "受領書として確認できませんでした。"
