"""The facts of a receipt (受領書): which file was handed in, by whom, to whom and when, as one frozen value.

Their canonical bytes are attached to the PDF and are what the verifier reads; the printed page is drawn from
them. They hold the SHA-256 of the file and never its content, so that the receipt outlives the file. The salt
keeps the hash of the facts, which stands in the record, from telling which file it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from azukari.press.canonical import NotCanonicalError, from_canonical, to_canonical
from azukari.press.signed.attachments import RecordReference
from azukari.press.signed.numbers import check_no_number

FORMAT = "azukari/file-receipt/v1"
SALT_SIZE = 16
LONGEST_NAME = 255

# The largest whole number that canonical JSON keeps exactly (RFC 8785, 3.2.2.3).
_LARGEST_SIZE = 2**53 - 1

_NUMBER = re.compile(r"受-[0-9]{4}-[0-9]{4,8}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(rf"[0-9a-f]{{{2 * SALT_SIZE}}}")
_WORD = re.compile(r"[ぁ-ゖァ-ヺー々一-鿿]{1,12}")
# Controls, line separators and the marks that turn the direction of text: a name shown must be the name.
_NOT_IN_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivingOffice:
    """The 社労士 office whose system received the file and vouches for it, whichever way the file went."""

    code: str
    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who handed the file in: the client company (顧問先) or the office, and the person."""

    code: str
    company: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReceipt:
    """Everything a receipt says.

    `receiver` is the name of the office, or of the client company where the office was the sender. `size` and
    `sha256` are of the bytes as received. `protected` is 保護 (may hold numbers; only handlers open it).
    `check_result` is one Japanese word for the virus scan at the moment of issue (検査済み, 未検査). `salt` is 16
    random bytes in hexadecimal.
    """

    number: str
    issued_at: datetime
    received_at: datetime
    office: ReceivingOffice
    sender: Sender
    receiver: str
    file_name: str
    size: int
    sha256: str
    protected: bool
    check_result: str
    salt: str
    record: RecordReference
    signer_certificate_sha256: str

    def __post_init__(self) -> None:
        """Refuse facts that cannot be true. Raises: ValueError."""
        self._check_moments()
        self._check_words()
        if not 0 <= self.size <= _LARGEST_SIZE:
            raise ValueError("a size is a count of bytes")
        if not all(_SHA256.fullmatch(digest) for digest in (self.sha256, self.signer_certificate_sha256)):
            raise ValueError("a SHA-256 is 64 lower-case hexadecimal digits")
        if not _SALT.fullmatch(self.salt):
            raise ValueError("the salt is 16 bytes in lower-case hexadecimal")

    def _check_moments(self) -> None:
        for moment in (self.issued_at, self.received_at):
            if moment.tzinfo is None:
                raise ValueError("a moment needs a time zone")
            if moment.microsecond:
                raise ValueError("a receipt tells time to the second")
        if self.received_at > self.issued_at:
            raise ValueError("a receipt follows what was received")

    def _check_words(self) -> None:
        if not _NUMBER.fullmatch(self.number):
            raise ValueError("receipt number must look like 受-2026-000123")
        if not all((self.office.name, self.sender.company, self.receiver)):
            raise ValueError("office, sender and receiver need a name")
        if not 1 <= len(self.file_name) <= LONGEST_NAME:
            raise ValueError("a file name has 1 to 255 characters")
        if not _WORD.fullmatch(self.check_result):
            raise ValueError("the result of the check is one Japanese word")
        if _NOT_IN_NAME.search(self.file_name):
            raise ValueError("a file name must not hold controls or turn its direction")
        # Codes are left out: an office may have given twelve-digit codes of its own.
        office, sender = self.office, self.sender
        texts = (office.name, office.address, sender.company, sender.person, self.receiver)
        check_no_number(texts, file_name=self.file_name)

    @property
    def to_office(self) -> bool:
        """Whether the file came to the office (True) or went out from it."""
        return self.receiver == self.office.name

    def to_bytes(self) -> bytes:
        """Give the canonical bytes (RFC 8785): what is attached, hashed and read by the verifier."""
        return to_canonical(self, format_name=FORMAT)

    @classmethod
    def from_bytes(cls, data: bytes) -> FileReceipt:
        """Read the facts back. Raises: ValueError unless the bytes are exactly canonical."""
        return from_canonical(cls, data, format_name=FORMAT)

    def fingerprint(self) -> str:
        """Give the 照合値: SHA-256 of the canonical bytes, in hex."""
        return sha256(self.to_bytes()).hexdigest()


__all__ = [
    "FORMAT",
    "LONGEST_NAME",
    "SALT_SIZE",
    "FileReceipt",
    "NotCanonicalError",
    "ReceivingOffice",
    "RecordReference",
    "Sender",
]
