"""The facts of a disposal certificate (廃棄証明書): what the office certifies, as one frozen value.

Their canonical bytes are attached to the PDF and are what the verifier reads; the printed page is drawn from
them. They never hold a number, a part of one or a hash of one. Two dates, because backups live on: the moment
of disposal and the day from which no backup can restore (復元不能日).

Law: ガイドライン別添1 2E d, 2C-b (record and certificate of disposal); there is no statutory form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from azukari.press.canonical import NotCanonicalError, from_canonical, to_canonical
from azukari.press.signed.attachments import RecordReference
from azukari.press.signed.numbers import check_no_number

FORMAT = "azukari/disposal-certificate/v1"

# Ten thousand rows take 7 seconds and more than 1 GB to draw, tagged as PDF/UA wants it; two thousand take
# one second and 0.3 GB. More numbers are several certificates.
MOST_ROWS = 2_000

_NUMBER = re.compile(r"廃-[0-9]{4}-[0-9]{4,8}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class NumberKind(StrEnum):
    """Which number of the person was disposed of."""

    CURRENT = "CURRENT"
    FORMER = "FORMER"


class DisposalReason(StrEnum):
    """Why it was disposed of (law.md 4.5)."""

    PERIOD_ENDED = "PERIOD_ENDED"
    PURPOSE_ENDED = "PURPOSE_ENDED"
    CONTRACT_ENDED = "CONTRACT_ENDED"
    REGISTERED_BY_MISTAKE = "REGISTERED_BY_MISTAKE"
    NUMBER_CHANGED = "NUMBER_CHANGED"


class DisposalMethod(StrEnum):
    """How it was disposed of. Paper and media are not the vault's."""

    KEY_ERASURE = "KEY_ERASURE"


class ApprovalRule(StrEnum):
    """Who stood behind the act: a second person, or 24 hours of waiting where there is only one."""

    TWO_PERSONS = "TWO_PERSONS"
    ONE_PERSON_WAIT = "ONE_PERSON_WAIT"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuingOffice:
    """The 社労士 office that certifies."""

    code: str
    name: str
    address: str
    sharoushi_name: str
    registration_number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """The client company (顧問先) the certificate is for."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFile:
    """The 特定個人情報ファイル the numbers were kept in."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposedNumber:
    """One disposed number. `record_no` is the line in the handling record (`3178-1`)."""

    person_code: str
    name: str
    relationship: str
    kind: NumberKind
    registered_on: date
    record_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedPurpose:
    """A purpose of use that ended, and the retention that held the number until then.

    `basis` names the rule as the office chose it (所得税法施行規則76条の3). The two days are None where no
    period ran.
    """

    name: str
    basis: str
    starts_on: date | None
    last_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingPerson:
    """A person of the office and what they are there."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Approval by a second person at `at`, or (one person only) the request made at `at`, 24 hours before."""

    rule: ApprovalRule
    person: HandlingPerson
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the disposal reached.

    `vault` and `sheets` say in words what was disposed of there. `unrecoverable_on` is the first day on which
    no backup can restore any of the numbers, reckoned from `backup_days`.
    """

    vault: str
    sheets: str
    backup_days: int
    unrecoverable_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """The certificate this one stands in for, and why: a wrong one is never edited (law.md 4.5)."""

    number: str
    issued_at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalCertificate:
    """Everything a disposal certificate says. `kept_until` is how long the record of disposal is kept.

    `extract_of` is the number of the certificate of which this one repeats the lines of one person. `outstanding`
    says in words what had been taken out of the vault before and was not yet recorded as back or erased.
    """

    number: str
    issued_at: datetime
    office: IssuingOffice
    addressee: Addressee
    file: NumberFile
    rows: tuple[DisposedNumber, ...]
    ended_purposes: tuple[EndedPurpose, ...]
    reason: DisposalReason
    reason_note: str
    method: DisposalMethod
    executed_at: datetime
    executor: HandlingPerson
    approval: Approval
    scope: Scope
    kept_until: date
    record: RecordReference
    signer_certificate_sha256: str
    replaces: Replaced | None = None
    extract_of: str | None = None
    outstanding: str | None = None

    def __post_init__(self) -> None:
        """Refuse facts that cannot be true. Raises: ValueError."""
        others = [self.replaces.number if self.replaces else None, self.extract_of]
        if not all(_NUMBER.fullmatch(number) for number in [self.number, *filter(None, others)]):
            raise ValueError("certificate number must look like 廃-2026-0001")
        if self.number in others or self.extract_of == "":
            raise ValueError("a certificate stands in for another one")
        if not 1 <= len(self.rows) <= MOST_ROWS:
            raise ValueError(f"a certificate is for 1 to {MOST_ROWS} disposed numbers")
        moments = [self.issued_at, self.executed_at, self.approval.at]
        moments += [self.replaces.issued_at] if self.replaces else []
        if any(moment.tzinfo is None for moment in moments):
            raise ValueError("a moment needs a time zone")
        if not self.approval.at <= self.executed_at <= self.issued_at:
            raise ValueError("approval, execution and issue must follow each other")
        if self.replaces and not self.executed_at <= self.replaces.issued_at <= self.issued_at:
            raise ValueError("a certificate is replaced by a later one")
        alone = self.approval.rule is ApprovalRule.ONE_PERSON_WAIT
        if alone and self.executed_at - self.approval.at < timedelta(hours=24):
            raise ValueError("one person alone waits 24 hours between request and execution")
        if not _SHA256.fullmatch(self.signer_certificate_sha256):
            raise ValueError("a SHA-256 is 64 lower-case hexadecimal digits")
        check_no_number(self._free_texts())

    def _free_texts(self) -> list[str]:
        # Codes are left out: an office may have given twelve-digit codes of its own.
        texts = [self.office.name, self.office.address, self.office.sharoushi_name, self.addressee.name]
        texts += [self.file.kind, self.file.name, self.reason_note, self.scope.vault, self.scope.sheets]
        texts += [self.executor.name, self.executor.role, self.approval.person.name]
        texts += [text for purpose in self.ended_purposes for text in (purpose.name, purpose.basis)]
        texts += [text for row in self.rows for text in (row.name, row.relationship)]
        texts += [self.replaces.why if self.replaces else "", self.outstanding or ""]
        return texts

    def to_bytes(self) -> bytes:
        """Give the canonical bytes (RFC 8785): what is attached, hashed and read by the verifier."""
        return to_canonical(self, format_name=FORMAT)

    @classmethod
    def from_bytes(cls, data: bytes) -> DisposalCertificate:
        """Read the facts back. Raises: ValueError unless the bytes are exactly canonical."""
        return from_canonical(cls, data, format_name=FORMAT)

    def fingerprint(self) -> str:
        """Give the 照合値: SHA-256 of the canonical bytes, in hex."""
        return sha256(self.to_bytes()).hexdigest()


__all__ = [
    "FORMAT",
    "Addressee",
    "Approval",
    "ApprovalRule",
    "DisposalCertificate",
    "DisposalMethod",
    "DisposalReason",
    "DisposedNumber",
    "EndedPurpose",
    "HandlingPerson",
    "IssuingOffice",
    "NotCanonicalError",
    "NumberFile",
    "NumberKind",
    "RecordReference",
    "Replaced",
    "Scope",
]
