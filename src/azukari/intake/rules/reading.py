"""Reading the people of one row by a mapping: values, and the reasons that need no other row.

Errors belong to a person, not to a row: a family member in the employee's own row can be refused while the employee
is accepted.

Law: 番号法16条 (checks), 20条 (only what is needed is taken in).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from azukari.intake.rules.cells import (
    NumberReading,
    is_employee_word,
    read_birth_date,
    read_day,
    read_number,
    read_sex,
    read_text,
)
from azukari.intake.rules.columns import SheetMapping
from azukari.intake.rules.documents import find_dead_documents, mentions_notice_card
from azukari.intake.rules.fields import EMPLOYEE, EMPLOYEE_LABEL, FIELD_LABELS, SPOUSE, Field
from azukari.intake.rules.outcome import Finding, Outcome, Reason, outcome_of
from azukari.intake.rules.person import JudgedPerson
from azukari.intake.rules.rows import IDENTIFYING, is_filled
from azukari.kernel.text import MASK, clean_name, fold_name, mask_long_digits, to_katakana
from azukari.press.workbook import EMPTY_CELL, Cell, Row, Sheet

# What the 台帳 has room for. A name or a code is never cut; a remark may be, and the person is told.
MAX_NAME = 120
MAX_KANA = 200
MAX_CODE = 40
MAX_RELATIONSHIP = 20
MAX_KIND = 60
MAX_DOCUMENT = 100
MAX_NOTE = 500


def fold_code(text: str) -> str:
    """Fold a code for comparison: width, case and blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _read_code(text: str) -> str:
    return clean_name(unicodedata.normalize("NFKC", text))


def _shown_code(cell: Cell) -> str:
    """Write a code as the sheet shows it: 12 in a cell of the format 0000 is 0012."""
    if cell.kind == "number" and cell.text.isdigit() and cell.number_format.strip("0") == "":
        return cell.text.zfill(len(cell.number_format))
    return "" if cell.kind == "error" else cell.text


def _shortened(text: str, limit: int, wanted: Field, findings: list[Finding]) -> str:
    if len(text) <= limit:
        return text
    findings.append(Finding(Reason.TEXT_SHORTENED, FIELD_LABELS[wanted]))
    return text[:limit]


@dataclass(slots=True, repr=False)
class Draft:
    """A person while doubles and employees are still being looked for."""

    person: JudgedPerson
    compared: str | None
    identity: tuple[str, str, str, date | None]
    findings: list[Finding]
    head: Draft | None = None

    def finish(self) -> JudgedPerson:
        outcome = outcome_of(self.findings)
        digits = self.person.digits if outcome is not Outcome.REFUSED else None
        # Columns have moved: whatever else is wrong is wrong because of that.
        if ragged := [finding for finding in self.findings if finding.reason is Reason.RAGGED_ROW]:
            self.findings = ragged
        employee_key = self.head.person.key if self.head else ""
        return replace(
            self.person, findings=tuple(self.findings), outcome=outcome, digits=digits, employee_key=employee_key
        )


class Reader:
    """Reads the rows of one sheet by its mapping."""

    def __init__(self, sheet: Sheet, mapping: SheetMapping, company: str, today: date, *, show_sheet: bool) -> None:
        self._sheet, self._mapping, self._company, self._today = sheet, mapping, company, today
        self._prefix = f"{mapping.name} " if show_sheet and mapping.name else ""
        self._people = [(person, mapping.fields_of(person)) for person in mapping.people]
        self._own = self._people[0][1]
        # A block without a column for the number has nothing to register.
        self._read = [
            (position, person, columns)
            for position, (person, columns) in enumerate(self._people)
            if Field.NUMBER in columns
        ]
        self._above: Draft | None = None

    def read(self, row: Row) -> Iterator[Draft]:
        """Read the people of one row: the employee's own columns, then each family block that is filled."""
        first: Draft | None = None
        for position, person, columns in self._read:
            if not any(is_filled(row.texts, columns[f]) for f in IDENTIFYING if f in columns):
                continue
            draft = self._person(row, position, person, columns)
            if person == EMPLOYEE:
                first = draft
            self._join(draft, first if person else None)
            yield draft

    def _join(self, draft: Draft, in_row: Draft | None) -> None:
        """Tell whose family a person is: the employee of the same row, or of a row above when no 社員番号 says it."""
        person = draft.person
        if person.is_employee:
            self._above = draft
        elif in_row is not None:
            draft.head = in_row
        elif not person.slot_is_block and not person.employee_code and self._above is not None:
            draft.head = self._above
            above = self._above.person
            draft.findings.append(Finding(Reason.FAMILY_OF_ROW_ABOVE, above.name or above.place))

    def _cell(self, row: Row, columns: dict[Field, int], wanted: Field) -> Cell:
        index = columns.get(wanted)
        return EMPTY_CELL if index is None else row.cell(index)

    def _text(self, row: Row, columns: dict[Field, int], wanted: Field) -> str:
        index = columns.get(wanted)
        if index is None or index >= len(row.texts) or not row.texts[index]:
            return ""
        if row.marks and row.cell(index).kind == "error":
            return ""
        return read_text(row.texts[index])

    def _person(self, row: Row, position: int, person: str, columns: dict[Field, int]) -> Draft:
        own, findings = self._own, list[Finding]()
        name, kana = self._name(row, columns, findings), self._kana(row, columns)
        birth_date = self._birth_date(row, columns, findings)
        code = self._employee_code(row, columns, findings)
        own_note = self._text(row, columns, Field.NOTE) or self._text(row, own, Field.NOTE)
        note = _shortened(own_note, MAX_NOTE, Field.NOTE, findings)
        number = self._number(row, columns, note, findings)
        checked_on = self._day(row, columns, Field.CHECKED_ON, "確認日", findings)
        number_document, person_document = self._documents(row, columns, checked_on, findings)
        relationship = self._text(row, columns, Field.RELATIONSHIP) or (SPOUSE if person == SPOUSE else "")
        relationship = _shortened(relationship, MAX_RELATIONSHIP, Field.RELATIONSHIP, findings)
        dependant_kind = self._text(row, columns, Field.DEPENDANT_KIND)
        left_on = self._day(row, columns, Field.LEFT_ON, "退職日", findings)
        if left_on is not None and left_on < self._today:
            findings.append(Finding(Reason.LEFT_IN_SHEET, f"{left_on:%Y/%m/%d}"))
        is_employee = person == EMPLOYEE and is_employee_word(relationship)
        self._row_findings(row, columns, findings)
        judged = JudgedPerson(
            key=f"{self._mapping.sheet}-{row.number}-{position}",
            employee_key="",
            sheet=self._mapping.name,
            row=row.number,
            slot=person or EMPLOYEE_LABEL,
            place=f"{self._prefix}{row.number}行目",
            employee_code=code,
            name=name,
            kana=_shortened(kana, MAX_KANA, Field.KANA, findings),
            birth_date=birth_date,
            sex=read_sex(self._text(row, columns, Field.SEX)),
            relationship=relationship or (EMPLOYEE_LABEL if is_employee else ""),
            is_employee=is_employee,
            dependant_kind=_shortened(dependant_kind, MAX_KIND, Field.DEPENDANT_KIND, findings),
            number_document=_shortened(number_document, MAX_DOCUMENT, Field.NUMBER_CHECK_DOCUMENT, findings),
            person_document=_shortened(person_document, MAX_DOCUMENT, Field.PERSON_CHECK_DOCUMENT, findings),
            checked_on=checked_on,
            checked_by=_shortened(self._text(row, columns, Field.CHECKED_BY), MAX_DOCUMENT, Field.CHECKED_BY, findings),
            joined_on=self._day(row, columns, Field.JOINED_ON, "入社日", findings),
            left_on=left_on,
            note=note,
            digits=number.digits,
            digit_count=number.digit_count,
            outcome=Outcome.ACCEPTED,
            findings=(),
        )
        identity = (code, "" if is_employee else relationship, fold_name(name), birth_date)
        return Draft(judged, number.compared, identity, findings)

    def _name(self, row: Row, columns: dict[Field, int], findings: list[Finding]) -> str:
        whole, family, given = (self._typed(row, columns, f) for f in (Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME))
        typed = clean_name(whole) or clean_name(f"{family} {given}")
        name = mask_long_digits(typed)
        if _NUMERIC_NAME.fullmatch(name):
            # Part of a number in the wrong column, such as one that lost its zero, is a number too.
            name = MASK
        if not name:
            findings.append(Finding(Reason.NAME_MISSING))
        elif name != typed:
            findings.append(Finding(Reason.NAME_HAS_NUMBER))
        elif len(name) > MAX_NAME:
            name = name[:MAX_NAME]
            findings.append(Finding(Reason.TOO_LONG, "氏名"))
        elif any(map(_is_unreadable, name)) or not any(map(str.isalpha, name)):
            findings.append(Finding(Reason.NAME_UNREADABLE))
        elif not clean_name(whole) and not all(
            self._typed(row, columns, part).strip() for part in (Field.FAMILY_NAME, Field.GIVEN_NAME) if part in columns
        ):
            # Somebody may have one name only; but where there is a column for the other part, a person looks.
            findings.append(Finding(Reason.NAME_INCOMPLETE))
        return name

    def _kana(self, row: Row, columns: dict[Field, int]) -> str:
        whole = self._text(row, columns, Field.KANA)
        if not whole and (Field.FAMILY_KANA in columns or Field.GIVEN_KANA in columns):
            family, given = (self._text(row, columns, f) for f in (Field.FAMILY_KANA, Field.GIVEN_KANA))
            whole = f"{family} {given}"
        kana = to_katakana(whole)
        return kana if any(map(str.isalpha, kana)) else ""

    def _typed(self, row: Row, columns: dict[Field, int], wanted: Field) -> str:
        # A name is taken as it was typed, but #REF! is nobody's.
        cell = self._cell(row, columns, wanted)
        return "" if cell.kind == "error" else cell.text

    def _birth_date(self, row: Row, columns: dict[Field, int], findings: list[Finding]) -> date | None:
        if Field.BIRTH_DATE not in columns:
            return None
        birth_date, finding = read_birth_date(self._cell(row, columns, Field.BIRTH_DATE), self._today)
        if finding:
            findings.append(finding)
        return birth_date

    def _employee_code(self, row: Row, columns: dict[Field, int], findings: list[Finding]) -> str:
        index = columns.get(Field.EMPLOYEE_CODE, self._own.get(Field.EMPLOYEE_CODE))
        if index is None or index >= len(row.texts):
            return ""
        code = _read_code(_shown_code(row.cell(index)))
        hidden = mask_long_digits(code)
        # Twelve digits may be somebody's number; longer runs (barcodes) are hidden as well, to be sure.
        if hidden != code:
            findings.append(Finding(Reason.EMPLOYEE_CODE_LIKE_NUMBER))
            return ""
        if len(code) > MAX_CODE:
            findings.append(Finding(Reason.TOO_LONG, "社員番号"))
            return ""
        return code

    def _number(self, row: Row, columns: dict[Field, int], note: str, findings: list[Finding]) -> NumberReading:
        if Field.NUMBER not in columns:
            findings.append(Finding(Reason.NUMBER_MISSING))
            return NumberReading()
        number = read_number(self._cell(row, columns, Field.NUMBER))
        again = read_number(self._cell(row, columns, Field.NUMBER_AGAIN))
        has_again = Field.NUMBER_AGAIN in columns
        if number.is_empty and again.is_empty:
            missing = Finding(Reason.NO_NUMBER_WITH_REASON, note) if note else Finding(Reason.NUMBER_MISSING)
            findings.append(missing)
        elif has_again and number.is_empty != again.is_empty:
            findings.append(Finding(Reason.MISMATCH, "個人番号が2回のうち1回しか入力されていません"))
        elif has_again and not self._equal(row, columns, number, again):
            findings.append(Finding(Reason.MISMATCH, "2回入力した個人番号が違います"))
        else:
            findings.extend(number.findings)
            findings.extend(finding for finding in again.findings if finding not in findings)
        return number

    def _equal(self, row: Row, columns: dict[Field, int], number: NumberReading, again: NumberReading) -> bool:
        if number.compared or again.compared:
            return number.compared == again.compared
        # Both unusable: only the same slip twice is "the same", so that its own reason is shown.
        return self._bare(row, columns, Field.NUMBER) == self._bare(row, columns, Field.NUMBER_AGAIN)

    def _bare(self, row: Row, columns: dict[Field, int], wanted: Field) -> str:
        return fold_code(self._cell(row, columns, wanted).text)

    def _day(
        self, row: Row, columns: dict[Field, int], wanted: Field, label: str, findings: list[Finding]
    ) -> date | None:
        if wanted not in columns:
            return None
        day, finding = read_day(self._cell(row, columns, wanted), label)
        if day is not None and wanted is Field.CHECKED_ON and day > self._today:
            day, finding = None, Finding(Reason.DATE_UNREADABLE, f"{label}（未来の日付）")
        if finding:
            findings.append(finding)
        return day

    def _documents(
        self, row: Row, columns: dict[Field, int], checked_on: date | None, findings: list[Finding]
    ) -> tuple[str, str]:
        both = self._text(row, columns, Field.IDENTITY_DOCUMENT)
        number_document = self._text(row, columns, Field.NUMBER_CHECK_DOCUMENT) or both
        person_document = self._text(row, columns, Field.PERSON_CHECK_DOCUMENT) or both
        written = f"{number_document} {person_document} {both}"
        if dead := find_dead_documents(written, checked_on or self._today):
            findings.append(Finding(Reason.DEAD_DOCUMENT, "・".join(dead)))
        if mentions_notice_card(written):
            findings.append(Finding(Reason.NOTICE_CARD))
        return number_document, person_document

    def _row_findings(self, row: Row, columns: dict[Field, int], findings: list[Finding]) -> None:
        if self._mapping.width and row.width > self._mapping.width:
            findings.append(Finding(Reason.RAGGED_ROW))
        index = self._own.get(Field.CLIENT_CODE)
        written = mask_long_digits(_read_code(_shown_code(row.cell(index)))) if index is not None else ""
        if written and fold_code(written) != self._company:
            findings.append(Finding(Reason.WRONG_COMPANY, written))
        if row.hidden or self._sheet.hidden:
            findings.append(Finding(Reason.HIDDEN_ROW))
        if row.struck_out or (row.marks and any(self._cell(row, columns, f).struck_out for f in _STRIKABLE)):
            findings.append(Finding(Reason.STRUCK_OUT))


# A line through the name or the number of one person is about that person, also in a row of several.
_STRIKABLE = (Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME, Field.NUMBER)


# Eight digits or more and nothing else but what Excel puts around them.
_NUMERIC_NAME = re.compile(r"(?:[\s.,+\-E]*\d){8,}[\s.,+\-E]*", re.IGNORECASE)


def _is_unreadable(character: str) -> bool:
    # 外字 arrive as private use characters; 〓 and U+FFFD stand for one that was lost. Controls and the marks that turn
    # the writing direction have no place in a name. Unassigned characters stay: Unicode grows faster than Python.
    return character in "〓\ufffd?？" or unicodedata.category(character) in ("Co", "Cc", "Cs") or character in _BIDI


_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
