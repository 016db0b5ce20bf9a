"""What a slip shows. Its number opens the page: it is not in `repr` and must not reach a log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingSlip:
    """One slip. `groups` is the number as `seal` writes it; `link` holds it behind `#`."""

    office_name: str
    office_code: str
    office_telephone: str
    company: str
    person: str
    issued_on: date
    groups: tuple[str, ...] = field(repr=False)
    page_address: str
    link: str = field(repr=False)
