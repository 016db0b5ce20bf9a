"""Finding the row of headings: which row names the columns, and where a second table begins.

A heading is a row among the first filled ones in which at least three cells are words for fields, one of them a
name or the number; the number beside a name is enough. Two rows belong together when the upper one groups the columns
of the lower one (家族1 over 氏名・続柄・マイナンバー). The same heading again further down is furniture of printed
pages and is skipped; another one is a second table, and then the columns of the first must not be used for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from azukari.intake.errors import TwoHeadingsError
from azukari.intake.rules.fields import EMPLOYEE, Field, read_group, read_heading
from azukari.press.workbook import Row, Sheet

SEARCHED_ROWS = 30
LEAST_WORDS = 3
_NAMING = frozenset((Field.NAME, Field.FAMILY_NAME, Field.NUMBER))
# The shortest table there is: who, and the number.
_WITH_NUMBER = frozenset((Field.NAME, Field.FAMILY_NAME, Field.EMPLOYEE_CODE))


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the headings stand and what each column is called. `top` and `bottom` are rows of the sheet.

    `columns` has (field, person, words) for each column; the field is None for a word we do not know.
    """

    top: int
    bottom: int
    width: int
    columns: tuple[tuple[Field | None, str, str], ...]


def sheet_label(sheet: Sheet) -> str:
    """Name a sheet in a sentence; a CSV has no name."""
    return f"シート「{sheet.name}」" if sheet.name else "ファイル"


def is_heading_row(row: Row) -> bool:
    """Tell whether enough cells of a row are words for fields."""
    # No heading is a number or a day written in digits; most rows of people end here.
    if any(len(text) > 7 and text.isascii() and text[0].isdigit() and text[-1].isdigit() for text in row.texts):
        return False
    fields = {found for text in row.texts if text and (found := read_heading(text))}
    words = {field for field, _ in fields}
    if Field.NUMBER in words and words & _WITH_NUMBER:
        return True
    return len(fields) >= LEAST_WORDS and bool(words & _NAMING)


def find_heading(sheet: Sheet) -> Heading | None:
    """Find the heading of a sheet, None when it has none.

    Raises: TwoHeadingsError when a different heading with people under it follows one with people under it.
    """
    rows = sheet.rows
    first = next((index for index, row in enumerate(rows[:SEARCHED_ROWS]) if is_heading_row(row)), None)
    if first is None:
        return None
    heading, last = _build(sheet, first)
    known = {row_words(row) for row in rows[first : last + 1]}
    for index in range(last + 1, len(rows)):
        row = rows[index]
        if row_words(row) in known or not is_heading_row(row):
            continue
        if index == last + 1:
            # Nobody stood under the first one: it was an example or a remark, the table begins here.
            heading, last = _build(sheet, index)
            known |= {row_words(rows[index])}
            continue
        if index + 1 < len(rows):
            raise TwoHeadingsError(sheet=sheet_label(sheet), first=heading.bottom, second=row.number)
    return heading


def row_words(row: Row) -> tuple[str, ...]:
    """Give the words of a row for comparing two headings; blanks around them do not count."""
    return tuple(text.strip() for text in row.texts)


def _build(sheet: Sheet, index: int) -> tuple[Heading, int]:
    rows = sheet.rows
    row = rows[index]
    below = rows[index + 1] if index + 1 < len(rows) else None
    if below is not None and below.number == row.number + 1 and _groups_over(row, below) and is_heading_row(below):
        return _two_rows(sheet, row, below), index + 1
    above = rows[index - 1] if index else None
    if above is not None and above.number == row.number - 1 and _groups_over(above, row):
        return _two_rows(sheet, above, row), index
    columns = tuple((*(read_heading(text) or (None, EMPLOYEE)), text) for text in row.texts)
    return Heading(row.number, row.number, row.width, columns), index


def _groups_over(upper: Row, lower: Row) -> bool:
    """Tell whether the upper row groups the lower: it names a person, and no column is named twice differently."""
    if not any(text and read_group(text) is not None for text in upper.texts):
        return False
    for above, below in zip(upper.texts, lower.texts, strict=False):
        if above and below and above != below and read_heading(above) and read_group(above) is None:
            return False
    return True


def _two_rows(sheet: Sheet, upper: Row, lower: Row) -> Heading:
    width = max(len(upper.texts), len(lower.texts))
    covered = {
        column: left for top, left, _, right in sheet.merges if top == upper.number for column in range(left, right + 1)
    }
    columns: list[tuple[Field | None, str, str]] = []
    group, group_words = EMPLOYEE, ""
    for column in range(width):
        above = upper.texts[column] if column < len(upper.texts) else ""
        below = lower.texts[column] if column < len(lower.texts) else ""
        if above:
            found = read_group(above) if below != above else None
            group, group_words = (found, above) if found is not None else (EMPLOYEE, "")
        elif covered and column not in covered:
            # Merged groups say where they end; without any, a group reaches to the next word.
            group, group_words = EMPLOYEE, ""
        words = below or above
        field, own = read_heading(words) or (None, EMPLOYEE)
        # A word that names its person itself (配偶者氏名) is stronger than the group it stands under.
        person = own or group
        shown = f"{group_words.strip()}　{words}" if person and group_words and below else words
        columns.append((field, person, shown))
    return Heading(upper.number, lower.number, lower.width, tuple(columns))
