"""Which column is what: proposed from the headings, changed by a person, kept as JSON, checked before use.

A mapping belongs to one workbook. It names columns by position, so the same mapping fits the same form next year,
and `check_mapping` refuses it where it does not. It holds headings (masked), never a cell of a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from azukari.intake.errors import (
    ColumnTwiceError,
    HeadingNotFoundError,
    MappingMismatchError,
    NameColumnMissingError,
    NothingToReadError,
    NumberColumnMissingError,
)
from azukari.intake.rules.fields import EMPLOYEE, EMPLOYEE_LABEL, FIELD_LABELS, Field
from azukari.intake.rules.heading import Heading, find_heading
from azukari.kernel.text import clean_name, mask_long_digits
from azukari.press.workbook import MAX_COLUMNS, Workbook

FORMAT_VERSION = 1

# Columns that say who stands in a row or what the number is: two of them are a question for a person, not for us.
_DECISIVE = frozenset(
    (Field.NUMBER, Field.NUMBER_AGAIN, Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME, Field.EMPLOYEE_CODE,
     Field.BIRTH_DATE, Field.CLIENT_CODE)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column: position (0 is A), the heading as shown, what it holds and about whom.

    `person` is "" for the employee, 家族1 … or 配偶者 for a block of a family member.
    """

    index: int
    heading: str
    field: Field
    person: str = EMPLOYEE

    @property
    def label(self) -> str:
        """Say in Japanese what the column is taken for."""
        label = FIELD_LABELS[self.field]
        return f"{self.person}の{label}" if self.person and self.field is not Field.IGNORE else label

    @property
    def letter(self) -> str:
        """Name the column as a spreadsheet does: A, B … AA."""
        letters, rest = "", self.index + 1
        while rest:
            rest, digit = divmod(rest - 1, 26)
            letters = chr(65 + digit) + letters
        return letters


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """One sheet: whether it is read, where its heading stands, its columns. `width` counts fields of a CSV heading."""

    sheet: int
    name: str
    used: bool
    top: int
    bottom: int
    width: int
    columns: tuple[Column, ...]

    @property
    def label(self) -> str:
        """Name the sheet in a sentence."""
        return f"シート「{self.name}」" if self.name else "ファイル"

    @property
    def people(self) -> tuple[str, ...]:
        """List whom the columns are about, the employee first, family in the order of the columns."""
        others = dict.fromkeys(c.person for c in self.columns if c.person and c.field is not Field.IGNORE)
        return (EMPLOYEE, *others)

    def fields_of(self, person: str) -> dict[Field, int]:
        """Give the columns of one person by field."""
        own = (c for c in self.columns if c.person == person)
        return {c.field: c.index for c in own if c.field is not Field.IGNORE}


@dataclass(frozen=True, slots=True)
class Mapping:
    """All sheets that have a heading. `skipped` names those without one: they are not read, and the page says so."""

    sheets: tuple[SheetMapping, ...]
    skipped: tuple[str, ...] = ()

    def with_column(self, sheet: int, index: int, field: Field, person: str = EMPLOYEE) -> Mapping:
        """Take a column for something else. Raises: MappingMismatchError when there is no such column."""
        if not any(s.sheet == sheet and any(c.index == index for c in s.columns) for s in self.sheets):
            raise MappingMismatchError
        person = EMPLOYEE if field is Field.IGNORE else person

        def changed(mapping: SheetMapping) -> SheetMapping:
            if mapping.sheet != sheet:
                return mapping
            columns = (replace(c, field=field, person=person) if c.index == index else c for c in mapping.columns)
            return replace(mapping, columns=tuple(columns))

        return replace(self, sheets=tuple(changed(mapping) for mapping in self.sheets))

    def with_sheet(self, sheet: int, *, used: bool) -> Mapping:
        """Read a sheet or leave it out. Raises: MappingMismatchError when there is no such sheet."""
        if not any(mapping.sheet == sheet for mapping in self.sheets):
            raise MappingMismatchError
        return replace(self, sheets=tuple(replace(m, used=used) if m.sheet == sheet else m for m in self.sheets))

    def to_json(self) -> str:
        """Write the mapping for keeping. It holds no personal data."""
        sheets = [
            {
                "sheet": m.sheet,
                "name": m.name,
                "used": m.used,
                "top": m.top,
                "bottom": m.bottom,
                "width": m.width,
                "columns": [[c.index, c.heading, c.field.value, c.person] for c in m.columns],
            }
            for m in self.sheets
        ]
        return json.dumps({"v": FORMAT_VERSION, "sheets": sheets, "skipped": self.skipped}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Mapping:
        """Read a kept mapping. Raises: MappingMismatchError when it is none of this version."""
        try:
            document = json.loads(text)
            if document["v"] != FORMAT_VERSION:
                raise MappingMismatchError
            return cls(tuple(_sheet_from(item) for item in document["sheets"]), tuple(map(str, document["skipped"])))
        except (ValueError, KeyError, TypeError):
            raise MappingMismatchError from None


def _sheet_from(item: dict[str, Any]) -> SheetMapping:
    columns = tuple(
        Column(int(index), str(heading), Field(field), str(person)) for index, heading, field, person in item["columns"]
    )
    if any(not 0 <= column.index < MAX_COLUMNS for column in columns):
        raise MappingMismatchError
    top, bottom, width = (int(item[key]) for key in ("top", "bottom", "width"))
    return SheetMapping(int(item["sheet"]), str(item["name"]), bool(item["used"]), top, bottom, width, columns)


def propose_mapping(workbook: Workbook) -> Mapping:
    """Find the headings of every sheet and take each column for what its heading says.

    Sheets without a heading are set aside when others have one; so are sheets without a number when others have one.

    Raises: HeadingNotFoundError, TwoHeadingsError.
    """
    found: list[SheetMapping] = []
    skipped: list[str] = []
    for position, sheet in enumerate(workbook.sheets):
        heading = find_heading(sheet)
        if heading is None:
            skipped.append(sheet.name)
        else:
            found.append(_propose_sheet(position, sheet.name, heading))
    if not found:
        raise HeadingNotFoundError
    if any(mapping.used for mapping in found):
        return Mapping(tuple(found), tuple(skipped))
    # No sheet has a number: all stay in, so that the check names what is missing.
    return Mapping(tuple(replace(mapping, used=True) for mapping in found), tuple(skipped))


def _propose_sheet(position: int, name: str, heading: Heading) -> SheetMapping:
    columns: list[Column] = []
    taken: set[tuple[Field, str]] = set()
    for index, (found, person, words) in enumerate(heading.columns):
        field = found or Field.IGNORE
        if (field, person) in taken and field not in _DECISIVE:
            field = Field.IGNORE
        if field is not Field.IGNORE:
            taken.add((field, person))
        shown = mask_long_digits(clean_name(words))[:60]
        columns.append(Column(index, shown, field, person if field is not Field.IGNORE else EMPLOYEE))
    used = any(field is Field.NUMBER for field, _ in taken)
    return SheetMapping(position, name, used, heading.top, heading.bottom, heading.width, tuple(columns))


def used_sheets(mapping: Mapping) -> Iterator[SheetMapping]:
    """List the sheets that are read."""
    return (sheet for sheet in mapping.sheets if sheet.used)


def check_mapping(mapping: Mapping, workbook: Workbook) -> None:
    """Refuse a mapping nobody could be registered by.

    Raises: NothingToReadError, NumberColumnMissingError, NameColumnMissingError, ColumnTwiceError, and
    MappingMismatchError when it names a sheet the workbook does not have.
    """
    sheets = list(used_sheets(mapping))
    if not sheets:
        raise NothingToReadError
    for sheet in sheets:
        if not 0 <= sheet.sheet < len(workbook.sheets):
            raise MappingMismatchError
        if not any(column.field is Field.NUMBER for column in sheet.columns):
            raise NumberColumnMissingError(sheet=sheet.label)
        for person in sheet.people:
            _check_person(sheet, person)


def _check_person(sheet: SheetMapping, person: str) -> None:
    fields = [c.field for c in sheet.columns if c.person == person and c.field is not Field.IGNORE]
    slot = person or EMPLOYEE_LABEL
    for field in fields:
        if fields.count(field) > 1:
            raise ColumnTwiceError(sheet=sheet.label, slot=slot, field=FIELD_LABELS[field])
    has_number = Field.NUMBER in fields or Field.NUMBER_AGAIN in fields
    if has_number and Field.NUMBER not in fields:
        raise NumberColumnMissingError(sheet=sheet.label)
    if has_number and not {Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME} & set(fields):
        raise NameColumnMissingError(sheet=sheet.label, slot=slot)
