"""Reading single cells: the number, a day, sex, relationship. Each answers with a value or a reason, never both.

The number is folded as little as possible: full-width digits, the blanks and hyphens people put between the groups,
nothing else. What Excel has damaged is refused even where it could be guessed.

Law: 平成26年総務省令第85号 第5条 (check digit); law.md 1.1 (folding) and 6.4 (what Excel does to it).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from azukari.intake.rules.outcome import Finding, Reason
from azukari.kernel.check_digits import MY_NUMBER_LENGTH, is_valid_my_number
from azukari.kernel.errors import InvalidError
from azukari.kernel.text import clean_name, fold_number, mask_long_digits
from azukari.kernel.wareki import EraMismatchError, format_wareki, parse_date
from azukari.press.workbook import Cell

OLDEST_YEARS = 130

_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
_ASCII_DIGITS = re.compile(r"[0-9]+")
# A numeric format that writes twelve digits whatever the value, with blanks or hyphens between them or not.
_TWELVE_ZEROS = re.compile(r"^(?:0[ \-\\\"]*){11}0$")


@dataclass(frozen=True, slots=True)
class NumberReading:
    """What a number cell says. `digits` are twelve with a right check digit, or None.

    `compared` is the best guess at what was meant, for finding the same number twice in a file; it is never kept.
    """

    digits: str | None = field(default=None, repr=False)
    compared: str | None = field(default=None, repr=False)
    digit_count: int = 0
    is_empty: bool = False
    findings: tuple[Finding, ...] = ()


_EMPTY_NUMBER = NumberReading(is_empty=True)


def read_number(cell: Cell) -> NumberReading:
    """Read the cell of a number. An empty cell is no reason yet: that depends on the note beside it."""
    if cell.is_formula:
        return _read_formula(cell)
    if cell.kind == "empty" or not cell.text.strip():
        return _EMPTY_NUMBER
    if cell.kind == "number":
        return _read_numeric(cell)
    if cell.kind != "text":
        return NumberReading(findings=(Finding(Reason.NOT_DIGITS),))
    return _read_text(cell.text)


def _read_formula(cell: Cell) -> NumberReading:
    if not cell.text.strip() or cell.kind == "error":
        return NumberReading(findings=(Finding(Reason.FORMULA_WITHOUT_VALUE),))
    value = read_number(Cell(cell.text, cell.kind, number_format=cell.number_format))
    return NumberReading(
        value.digits, value.compared, value.digit_count, findings=(Finding(Reason.FORMULA), *value.findings)
    )


def _read_text(text: str) -> NumberReading:
    folded = fold_number(text)
    if not folded:
        # Only hyphens or blanks: somebody crossed the cell out. Not a number, and not silently nothing either.
        return NumberReading(findings=(Finding(Reason.NOT_DIGITS),))
    if not _ASCII_DIGITS.fullmatch(folded):
        if _SCIENTIFIC.fullmatch(unicodedata.normalize("NFKC", text).strip()):
            return NumberReading(findings=(Finding(Reason.DAMAGED_SCIENTIFIC),))
        return NumberReading(findings=(Finding(Reason.NOT_DIGITS),))
    return _judge_digits(folded)


def _judge_digits(digits: str) -> NumberReading:
    count = len(digits)
    if count != MY_NUMBER_LENGTH:
        detail = f"{'足りません' if count < MY_NUMBER_LENGTH else '多すぎます'}（{count}桁）"
        return NumberReading(digit_count=count, findings=(Finding(Reason.LENGTH, detail),))
    if digits == "0" * MY_NUMBER_LENGTH:
        return NumberReading(digit_count=count, findings=(Finding(Reason.NUMBER_ALL_ZERO),))
    if not is_valid_my_number(digits):
        return NumberReading(compared=digits, digit_count=count, findings=(Finding(Reason.CHECK_DIGIT),))
    return NumberReading(digits, digits, count)


def _read_numeric(cell: Cell) -> NumberReading:
    digits = cell.text
    if not _ASCII_DIGITS.fullmatch(digits):
        reason = Reason.DAMAGED_SCIENTIFIC if _SCIENTIFIC.fullmatch(digits) else Reason.NOT_DIGITS
        return NumberReading(findings=(Finding(reason),))
    count = len(digits)
    # Stricter than the last six zeros alone: a cell that shows E+11 was never compared with a copy by anybody.
    rounded = count >= MY_NUMBER_LENGTH - 1 and digits.endswith("000000")
    unseen = count >= MY_NUMBER_LENGTH - 1 and "E+" in cell.number_format.upper()
    if (rounded or unseen) and digits.strip("0"):
        return NumberReading(digit_count=count, findings=(Finding(Reason.DAMAGED_SCIENTIFIC),))
    if count < MY_NUMBER_LENGTH and _TWELVE_ZEROS.match(cell.number_format):
        digits = digits.zfill(MY_NUMBER_LENGTH)
    elif count == MY_NUMBER_LENGTH - 1 and is_valid_my_number(f"0{digits}"):
        lost = Finding(Reason.LEADING_ZERO_LOST)
        return NumberReading(compared=f"0{digits}", digit_count=count, findings=(lost,))
    value = _judge_digits(digits)
    if value.digits is None:
        return value
    return NumberReading(value.digits, value.compared, value.digit_count, findings=(Finding(Reason.STORED_AS_NUMBER),))


def read_birth_date(cell: Cell, today: date) -> tuple[date | None, Finding | None]:
    """Read a birth date; one in the future or more than 130 years ago is refused."""
    text = cell.text.strip()
    if not text:
        return None, Finding(Reason.BIRTH_DATE_MISSING)
    try:
        day = parse_date(text)
    except EraMismatchError as error:
        suggestion = error.data["suggestion"]
        return None, Finding(Reason.BIRTH_DATE_INVALID, f"（{suggestion}ではありませんか？）")
    except InvalidError:
        return None, Finding(Reason.BIRTH_DATE_INVALID, "（暦にないか、読み取れない日付）")
    if day > today:
        return None, Finding(Reason.BIRTH_DATE_INVALID, f"（{format_wareki(day)}は未来の日付）")
    if day.year < today.year - OLDEST_YEARS:
        return None, Finding(Reason.BIRTH_DATE_INVALID, f"（{OLDEST_YEARS}年より前の日付）")
    return day, None


def read_day(cell: Cell, label: str) -> tuple[date | None, Finding | None]:
    """Read a day of less weight, when checked or when joined: unreadable is a question, not a refusal."""
    text = cell.text.strip()
    if not text:
        return None, None
    try:
        return parse_date(text), None
    except InvalidError:
        return None, Finding(Reason.DATE_UNREADABLE, label)


def read_text(text: str) -> str:
    """Read a free text for keeping: blanks tidied, anything that could be a number hidden."""
    return mask_long_digits(clean_name(text))


_SEXES = {
    **dict.fromkeys(("男", "男性", "m", "male", "1"), "男"),
    **dict.fromkeys(("女", "女性", "f", "female", "2"), "女"),
}


def read_sex(text: str) -> str:
    """Read 男/女 in any of the usual notations; anything else is left empty."""
    return _SEXES.get(unicodedata.normalize("NFKC", text).strip().lower(), "")


_EMPLOYEE_WORDS = frozenset(
    ("本人", "従業員", "社員", "従業員本人", "本人(従業員)", "世帯主(本人)", "被保険者", "本人(被保険者)", "0")
)


def is_employee_word(relationship: str) -> bool:
    """Tell whether a 続柄 means the employee; an empty one does."""
    folded = "".join(unicodedata.normalize("NFKC", relationship).split())
    return not folded or folded in _EMPLOYEE_WORDS
