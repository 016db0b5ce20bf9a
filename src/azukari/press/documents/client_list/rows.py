"""What the book shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientListRow:
    """One client company."""

    code: str
    name: str
    kana: str
    corporate_number: str
    postal_code: str
    address: str
    telephone: str
    contact_name: str
    business_numbers: str
    tags: str
    contract_from: date | None
    contract_ended_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientList:
    """The book. Without rows it is the blank."""

    office_name: str
    made_at: datetime
    rows: tuple[ClientListRow, ...] = ()
