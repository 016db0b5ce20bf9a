"""Signed papers: a PDF that carries its facts, its journal entry and the entry's proof, and refuses a changed byte.

What 廃棄証明書 and 受領書 have in common. A document gives its `Kind` (what it is called, how its facts are
read and drawn); `sign` seals a drawn file (PAdES B-B), `read` takes one apart again. Whether the signer and the
log key are to be trusted is the caller's question: the facts name both.
"""

from azukari.press.signed.attachments import ENTRY_NAME, PROOF_NAME, RecordReference
from azukari.press.signed.errors import SignedFileError
from azukari.press.signed.reading import Facts, Kind, SignedFile, page_shows_facts, read
from azukari.press.signed.signature import sign
from azukari.press.signed.stamping import STAMP_ROOM, signature_of, stamp

__all__ = [
    "ENTRY_NAME",
    "PROOF_NAME",
    "STAMP_ROOM",
    "Facts",
    "Kind",
    "RecordReference",
    "SignedFile",
    "SignedFileError",
    "page_shows_facts",
    "read",
    "sign",
    "signature_of",
    "stamp",
]
