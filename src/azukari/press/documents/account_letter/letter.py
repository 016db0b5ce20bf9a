"""What a letter says. The code is a secret: it is not in `repr` and must not reach a log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class LetterKind(StrEnum):
    """Whose account the letter hands over."""

    OFFICE = "OFFICE"
    STAFF = "STAFF"
    CLIENT = "CLIENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLetter:
    """One letter. `code_groups` is the activation code in groups; `activation_address` holds it behind `#`.

    Texts that are not known are empty and leave no gap.
    """

    kind: LetterKind
    number: str
    issued_on: date
    expires_on: date
    sender_name: str
    sender_address: str
    sender_telephone: str
    postal_code: str
    address: str
    organisation: str
    person: str
    office_code: str
    office_name: str
    login_id: str
    code_groups: tuple[str, ...] = field(repr=False)
    page_address: str
    activation_address: str = field(repr=False)
