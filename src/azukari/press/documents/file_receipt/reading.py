"""Takes a receipt apart: the general reader of signed papers, asked for a 受領書.

What is checked, and what is left to the caller, stands in `press.signed.reading`.
"""

from __future__ import annotations

from azukari.press import signed
from azukari.press.documents.file_receipt.errors import ReceiptFileError
from azukari.press.documents.file_receipt.facts import FileReceipt
from azukari.press.documents.file_receipt.page import FACTS_NAME, render

KIND = signed.Kind("受領書", FACTS_NAME, FileReceipt.from_bytes, render)


def read(pdf: bytes) -> signed.SignedFile[FileReceipt]:
    """Take a receipt apart. Raises: ReceiptFileError, saying why in one Japanese sentence."""
    try:
        return signed.read(pdf, KIND)
    except signed.SignedFileError as error:
        raise ReceiptFileError(error.why) from error


def page_shows_facts(pdf: bytes) -> bool:
    """Draw the facts of a receipt again and tell whether the file is just that, signed.

    True is certain; False may also mean another version of program or fonts. Raises: ReceiptFileError.
    """
    try:
        return signed.page_shows_facts(pdf, KIND)
    except signed.SignedFileError as error:
        raise ReceiptFileError(error.why) from error
