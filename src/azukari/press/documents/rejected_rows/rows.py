"""One rejected row: what the client typed, without the numbers, and what to put right.

There is no field for a number, on purpose. What looks like one in another column (a number typed under 備考)
is masked when the book is written.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row as it was typed.

    `source` is sheet and row (登録シート・12行); `reasons` are sentences for the client.
    """

    source: str
    reasons: tuple[str, ...]
    workplace_code: str = ""
    employee_code: str = ""
    name: str = ""
    kana: str = ""
    birth_date: str = ""
    sex: str = ""
    relationship: str = ""
    dependent_kind: str = ""
    number_document: str = ""
    person_document: str = ""
    checked_on: str = ""
    checked_by: str = ""
    note: str = ""
