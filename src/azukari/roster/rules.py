"""What a person of the 台帳 is: the states of a number, and the values a row holds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class NumberState(StrEnum):
    """個人番号の状態 as lists show it. Written by the vault and by intake only."""

    MISSING = "MISSING"
    CHECKING = "CHECKING"
    REGISTERED = "REGISTERED"
    DISPOSED = "DISPOSED"


NUMBER_STATE_LABELS = {
    NumberState.MISSING: "未取得",
    NumberState.CHECKING: "確認中",
    NumberState.REGISTERED: "登録済み",
    NumberState.DISPOSED: "廃棄済み",
}


class Sex(StrEnum):
    """性別 as the forms ask for it; empty when not told."""

    UNKNOWN = ""
    MALE = "M"
    FEMALE = "F"


SEX_LABELS = {Sex.UNKNOWN: "", Sex.MALE: "男", Sex.FEMALE: "女"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What the 台帳 holds of one person. Days are Japanese calendar days."""

    employee_code: str
    name: str
    kana: str
    birth_date: date | None
    sex: Sex
    relationship: str
    is_employee: bool
    dependant_kind: str = ""
    head_id: UUID | None = None
    joined_on: date | None = None
    left_on: date | None = None
    note: str = ""
