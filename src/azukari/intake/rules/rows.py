"""Which filled rows below a heading are people: not totals, headings again, remarks or pre-printed rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from azukari.intake.rules.columns import SheetMapping
from azukari.intake.rules.fields import Field
from azukari.intake.rules.heading import is_heading_row, row_words
from azukari.press.workbook import Row, Sheet


class SkipCause(StrEnum):
    """Why a row gives no line."""

    SUBTOTAL = "SUBTOTAL"
    HEADING_AGAIN = "HEADING_AGAIN"
    NOT_A_PERSON = "NOT_A_PERSON"


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A filled row below the heading that is not a person."""

    sheet: str
    row: int
    cause: SkipCause


_TOTALS = frozenset(("合計", "小計", "総計", "計", "総合計", "累計", "合計人数", "人数合計", "人数計", "合計人数計"))
_TOTAL_WITH_COUNT = re.compile(r"(?:合計|小計|総計|総合計|計)[:：]?\(?\d+[名人件]?\)?")
_REMARKS = ("※", "＊", "*", "注)", "注）", "(注", "（注")
# A row says something about a person only with one of these; a pre-printed 事業所コード or 続柄 alone does not.
IDENTIFYING = (Field.EMPLOYEE_CODE, Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME, Field.KANA, Field.FAMILY_KANA,
                Field.GIVEN_KANA, Field.BIRTH_DATE, Field.NUMBER, Field.NUMBER_AGAIN)  # fmt: skip


def list_rows(sheet: Sheet, mapping: SheetMapping) -> Iterator[tuple[Row, SkipCause | None]]:
    """List the filled rows below the heading, each with why it is no person, or None when it is one."""
    headings = {row_words(row) for row in sheet.rows if mapping.top <= row.number <= mapping.bottom}
    identifying = [c.index for c in mapping.columns if c.field in IDENTIFYING]
    guarded = [c.index for c in mapping.columns if c.field in (Field.NUMBER, Field.NUMBER_AGAIN)]
    births = [c.index for c in mapping.columns if c.field is Field.BIRTH_DATE]
    for row in sheet.rows:
        if row.number <= mapping.bottom:
            continue
        yield row, _skip_cause(row, headings, identifying, guarded, births)


def _skip_cause(
    row: Row, headings: set[tuple[str, ...]], identifying: list[int], guarded: list[int], births: list[int]
) -> SkipCause | None:
    texts = row.texts
    if not any(is_filled(texts, index) for index in identifying):
        return SkipCause.NOT_A_PERSON
    first = next(text for text in texts if text.strip())
    if len(first) <= 16:
        folded = "".join(unicodedata.normalize("NFKC", first).split())
        is_total = folded in _TOTALS or _TOTAL_WITH_COUNT.fullmatch(folded) is not None
        # Somebody called 計 with a number or a birth date is a person.
        if is_total and not any(is_filled(texts, index) for index in births) and not _has_number(texts, guarded):
            return SkipCause.SUBTOTAL
    if row_words(row) in headings and is_heading_row(row):
        return SkipCause.HEADING_AGAIN
    is_alone = sum(1 for text in texts if text.strip()) == 1
    if is_alone and first.lstrip().startswith(_REMARKS):
        return SkipCause.NOT_A_PERSON
    return None


def is_filled(texts: tuple[str, ...], index: int) -> bool:
    """Tell whether a column of a row holds more than blanks."""
    return index < len(texts) and bool(texts[index]) and not texts[index].isspace()


def _has_number(texts: tuple[str, ...], columns: list[int]) -> bool:
    return any(index < len(texts) and len(re.sub(r"\D", "", texts[index])) >= 9 for index in columns)
