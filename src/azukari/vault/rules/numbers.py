"""States of a number record, where it came from, and how the person was verified. Pure.

Law: 番号法16条, 施行規則1条ff. (本人確認の措置).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from azukari.kernel.check_digits import is_valid_my_number
from azukari.vault import errors


class RecordState(StrEnum):
    """How far a number record is. A replaced number opens no more on screen but is kept until disposed of."""

    ACTIVE = "ACTIVE"
    REPLACED = "REPLACED"
    DISPOSED = "DISPOSED"


class ReplaceReason(StrEnum):
    """変更の理由."""

    CHANGED = "CHANGED"
    MISTAKE = "MISTAKE"


REPLACE_REASON_LABELS = {ReplaceReason.CHANGED: "番号が変わった", ReplaceReason.MISTAKE: "登録の誤り"}


class Verification(StrEnum):
    """本人確認の方法 (law.md 3.3)."""

    CARD = "CARD"
    RESIDENCE_AND_PHOTO = "RESIDENCE_AND_PHOTO"
    RESIDENCE_AND_TWO = "RESIDENCE_AND_TWO"
    NOTIFICATION_AND_PHOTO = "NOTIFICATION_AND_PHOTO"
    KNOWN_EMPLOYEE = "KNOWN_EMPLOYEE"
    BY_CLIENT = "BY_CLIENT"
    BY_EMPLOYEE = "BY_EMPLOYEE"


VERIFICATION_LABELS = {
    Verification.CARD: "マイナンバーカード（両面）",
    Verification.RESIDENCE_AND_PHOTO: "番号付き住民票＋顔写真付きの書類",
    Verification.RESIDENCE_AND_TWO: "番号付き住民票＋書類2つ",
    Verification.NOTIFICATION_AND_PHOTO: "通知カード（記載が住民票と同じもの）＋顔写真付きの書類",
    Verification.KNOWN_EMPLOYEE: "番号確認の書類＋雇用関係で本人と明らか",
    Verification.BY_CLIENT: "顧問先が確認（登録シート）",
    Verification.BY_EMPLOYEE: "従業員が確認（扶養親族）",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What was checked when the number was taken (番号確認 and 身元確認)."""

    way: Verification
    number_document: str = ""
    person_document: str = ""
    checked_on: date | None = None
    checked_by: str = ""


def check_number(digits: str) -> None:
    """Refuse what is no My Number. Law: 番号法2条5項, 平成26年総務省令85号5条. Raises: NumberLengthError, CheckDigitError."""
    if len(digits) != 12 or not (digits.isascii() and digits.isdigit()):
        raise errors.NumberLengthError
    if not is_valid_my_number(digits):
        raise errors.CheckDigitError
