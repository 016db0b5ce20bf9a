"""What the report says. No number is in it, and no name of a person of the company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A staff member who can see the company's numbers. `assigned`: serves this company by name."""

    name: str
    role: str
    since: date
    assigned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The handlings of one month: (処理, how many), taken out, refused. `month` is its first day."""

    month: date
    counts: tuple[tuple[str, int], ...]
    taken_out: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightReport:
    """One report. `measures` are (heading, sentence); `sub_processors` (name, work, since); both days are included."""

    office_name: str
    office_address: str
    office_telephone: str
    sharoushi_name: str
    company: str
    company_code: str
    since: date
    until: date
    made_on: date
    live_numbers: int
    readers: tuple[Reader, ...]
    measures: tuple[tuple[str, str], ...]
    months: tuple[Month, ...]
    sub_processors: tuple[tuple[str, str, str], ...]
    certificates: tuple[tuple[str, date], ...]
    record_origin: str
    record_size: int
    key_fingerprint: str
