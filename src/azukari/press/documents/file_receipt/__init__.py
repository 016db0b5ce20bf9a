"""受領書: the signed PDF that says which file was handed in, by whom, to whom and when.

`FileReceipt` holds the facts, `render` draws them with the record's proof attached, `sign` seals the file, `read`
takes one apart again and refuses it if a single byte differs. It holds nothing of the file's content and can be
checked when the file is gone. What it shares with other signed papers lies in `press.signed`.
"""

from azukari.press.documents.file_receipt.facts import FileReceipt, ReceivingOffice, RecordReference, Sender
from azukari.press.documents.file_receipt.page import render
from azukari.press.documents.file_receipt.reading import KIND, page_shows_facts, read
from azukari.press.signed import sign

__all__ = [
    "KIND",
    "FileReceipt",
    "ReceivingOffice",
    "RecordReference",
    "Sender",
    "page_shows_facts",
    "read",
    "render",
    "sign",
]
