"""Judging a workbook: every person in it with an outcome and reasons, in one pass and one look for doubles.

Errors belong to a person, not to a row: a family member in the employee's own row can be refused while the employee
is accepted. Rows that are no people (totals, repeated headings, remarks, banded empty rows) give no line; `list_skipped`
names them. Digits are given only with people who may be registered, and only to the vault.

Law: 番号法16条 (checks), 20条 (only what is needed is taken in).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from azukari.intake.rules.cells import (
    NumberReading,
    is_employee_word,
    read_birth_date,
    read_day,
    read_number,
    read_sex,
    read_text,
)
from azukari.intake.rules.columns import Mapping, SheetMapping, check_mapping, used_sheets
from azukari.intake.rules.documents import find_dead_documents, mentions_notice_card
from azukari.intake.rules.fields import EMPLOYEE, EMPLOYEE_LABEL, FIELD_LABELS, SPOUSE, Field
from azukari.intake.rules.heading import is_heading_row, row_words
from azukari.intake.rules.outcome import OUTCOME_LABELS, Finding, Outcome, Reason, outcome_of
from azukari.kernel.text import clean_name, fold_name, mask_long_digits, to_katakana
from azukari.press.workbook import EMPTY_CELL, Cell, Row, Sheet, Workbook

# What the 台帳 has room for. A name or a code is never cut; a remark may be, and the person is told.
MAX_NAME = 120
MAX_KANA = 200
MAX_CODE = 40
MAX_RELATIONSHIP = 20
MAX_KIND = 60
MAX_DOCUMENT = 100
MAX_NOTE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPerson:
    """One person of a sheet. `digits` is for the vault alone and None where nothing may be registered.

    `key` names the person within this workbook and mapping, for form fields and for what the vault answers.
    `slot` is 本人, or 家族1 … when the person stands in the employee's row. `employee_key` is the key of the employee
    a family member belongs to, "" when that one is not in the sheet.
    """

    key: str
    employee_key: str
    sheet: str
    row: int
    slot: str
    place: str
    employee_code: str
    name: str
    kana: str
    birth_date: date | None
    sex: str
    relationship: str
    is_employee: bool
    dependant_kind: str
    number_document: str
    person_document: str
    checked_on: date | None
    checked_by: str
    joined_on: date | None
    left_on: date | None
    note: str
    digits: str | None = field(repr=False)
    digit_count: int
    outcome: Outcome
    findings: tuple[Finding, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """List the codes of the reasons."""
        return tuple(finding.reason for finding in self.findings)

    @property
    def outcome_label(self) -> str:
        """Say the outcome in Japanese."""
        return OUTCOME_LABELS[self.outcome]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Write a sentence for each reason: {行}行目 {氏名}：原因。対処。"""
        return tuple(self.sentence(finding) for finding in self.findings)

    def sentence(self, finding: Finding) -> str:
        """Write the sentence of one reason about this person."""
        return f"{self.place} {self.name or self._nameless}：{finding.text}"

    @property
    def slot_is_block(self) -> bool:
        """Tell whether the person stands in a block of columns of the employee's row."""
        return self.slot != EMPLOYEE_LABEL

    @property
    def _nameless(self) -> str:
        return f"（氏名なし　社員番号 {self.employee_code}）" if self.employee_code else "（氏名なし）"


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


def judge(workbook: Workbook, mapping: Mapping, client_code: str, today: date) -> tuple[JudgedPerson, ...]:
    """Judge everybody in the sheets of a mapping, in the order of the sheets.

    Raises: what `check_mapping` raises.
    Law: 番号法16条, 施行規則1–3条.
    """
    check_mapping(mapping, workbook)
    sheets = list(used_sheets(mapping))
    company = _fold_code(client_code)
    drafts: list[_Draft] = []
    for sheet_mapping in sheets:
        sheet = workbook.sheets[sheet_mapping.sheet]
        reader = _Reader(sheet, sheet_mapping, company, today, show_sheet=len(sheets) > 1)
        for row, cause in _rows(sheet, sheet_mapping):
            if cause is None:
                drafts.extend(reader.read(row))
    _find_employees(drafts)
    _find_doubles(drafts)
    return tuple(draft.finish() for draft in drafts)


def list_skipped(workbook: Workbook, mapping: Mapping) -> tuple[SkippedRow, ...]:
    """List the filled rows below the headings that give no line, with the cause."""
    return tuple(
        SkippedRow(sheet_mapping.name, row.number, cause)
        for sheet_mapping in used_sheets(mapping)
        for row, cause in _rows(workbook.sheets[sheet_mapping.sheet], sheet_mapping)
        if cause is not None
    )


# --- which rows are people ---------------------------------------------------------------------------------------

_TOTALS = frozenset(("合計", "小計", "総計", "計", "総合計", "累計", "合計人数", "人数合計", "人数計", "合計人数計"))
_TOTAL_WITH_COUNT = re.compile(r"(?:合計|小計|総計|総合計|計)[:：]?\(?\d+[名人件]?\)?")
_TWELVE = re.compile(r"\d{12}")
_IDENTIFYING = (Field.EMPLOYEE_CODE, Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME, Field.KANA, Field.FAMILY_KANA,
                Field.GIVEN_KANA, Field.BIRTH_DATE, Field.NUMBER, Field.NUMBER_AGAIN)  # fmt: skip


def _rows(sheet: Sheet, mapping: SheetMapping) -> Iterator[tuple[Row, SkipCause | None]]:
    headings = {row_words(row) for row in sheet.rows if mapping.top <= row.number <= mapping.bottom}
    identifying = [c.index for c in mapping.columns if c.field in _IDENTIFYING]
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
    if not any(_filled(texts, index) for index in identifying):
        return SkipCause.NOT_A_PERSON
    first = next(text for text in texts if text.strip())
    if len(first) <= 16:
        folded = "".join(unicodedata.normalize("NFKC", first).split())
        is_total = folded in _TOTALS or _TOTAL_WITH_COUNT.fullmatch(folded) is not None
        # Somebody called 計 with a number or a birth date is a person.
        if is_total and not any(_filled(texts, index) for index in births) and not _has_number(texts, guarded):
            return SkipCause.SUBTOTAL
    if row_words(row) in headings and is_heading_row(row):
        return SkipCause.HEADING_AGAIN
    if first.lstrip().startswith(("※", "＊", "*", "注)", "注）", "(注", "（注")) and sum(1 for t in texts if t.strip()) == 1:
        return SkipCause.NOT_A_PERSON
    return None


def _filled(texts: tuple[str, ...], index: int) -> bool:
    return index < len(texts) and bool(texts[index]) and not texts[index].isspace()


def _has_number(texts: tuple[str, ...], columns: list[int]) -> bool:
    return any(index < len(texts) and len(re.sub(r"\D", "", texts[index])) >= 9 for index in columns)


# --- reading people ----------------------------------------------------------------------------------------------


def _fold_code(text: str) -> str:
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
class _Draft:
    """A person while doubles and employees are still being looked for."""

    person: JudgedPerson
    compared: str | None
    identity: tuple[str, str, str, date | None]
    findings: list[Finding]
    head: _Draft | None = None

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


class _Reader:
    """Reads the rows of one sheet by its mapping."""

    def __init__(self, sheet: Sheet, mapping: SheetMapping, company: str, today: date, *, show_sheet: bool) -> None:
        self._sheet, self._mapping, self._company, self._today = sheet, mapping, company, today
        self._prefix = f"{mapping.name} " if show_sheet and mapping.name else ""
        self._people = [
            (person, {c.field: c.index for c in mapping.columns if c.person == person and c.field is not Field.IGNORE})
            for person in mapping.people
        ]
        self._own = self._people[0][1]
        # A block without a column for the number has nothing to register.
        self._read = [
            (position, person, columns)
            for position, (person, columns) in enumerate(self._people)
            if Field.NUMBER in columns
        ]
        self._above: _Draft | None = None

    def read(self, row: Row) -> Iterator[_Draft]:
        """Read the people of one row: the employee's own columns, then each family block that is filled."""
        first: _Draft | None = None
        for position, person, columns in self._read:
            if not any(_filled(row.texts, columns[f]) for f in _IDENTIFYING if f in columns):
                continue
            draft = self._person(row, position, person, columns)
            if person == EMPLOYEE:
                first = draft
            self._join(draft, first if person else None)
            yield draft

    def _join(self, draft: _Draft, in_row: _Draft | None) -> None:
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
        return read_text(row.cell(index))

    def _person(self, row: Row, position: int, person: str, columns: dict[Field, int]) -> _Draft:
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
        return _Draft(judged, number.compared, identity, findings)

    def _name(self, row: Row, columns: dict[Field, int], findings: list[Finding]) -> str:
        whole, family, given = (self._typed(row, columns, f) for f in (Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME))
        typed = clean_name(whole) or clean_name(f"{family} {given}")
        name = mask_long_digits(typed)
        if not name:
            findings.append(Finding(Reason.NAME_MISSING))
        elif name != typed:
            findings.append(Finding(Reason.NAME_HAS_NUMBER))
        elif len(name) > MAX_NAME:
            name = name[:MAX_NAME]
            findings.append(Finding(Reason.TOO_LONG, "氏名"))
        elif any(map(_is_unreadable, name)) or not any(map(str.isalpha, name)):
            findings.append(Finding(Reason.NAME_UNREADABLE))
        elif not clean_name(whole) and Field.FAMILY_NAME in columns and Field.GIVEN_NAME in columns:
            if not family.strip() or not given.strip():
                findings.append(Finding(Reason.NAME_INCOMPLETE))
        return name

    def _kana(self, row: Row, columns: dict[Field, int]) -> str:
        whole = self._text(row, columns, Field.KANA)
        if not whole and (Field.FAMILY_KANA in columns or Field.GIVEN_KANA in columns):
            family, given = (self._text(row, columns, f) for f in (Field.FAMILY_KANA, Field.GIVEN_KANA))
            whole = f"{family} {given}"
        return to_katakana(whole)

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
        return _fold_code(self._cell(row, columns, wanted).text)

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
        if written and _fold_code(written) != self._company:
            findings.append(Finding(Reason.WRONG_COMPANY, written))
        if row.hidden or self._sheet.hidden:
            findings.append(Finding(Reason.HIDDEN_ROW))
        if row.struck_out or any(self._cell(row, columns, f).struck_out for f in _STRIKABLE):
            findings.append(Finding(Reason.STRUCK_OUT))


# A line through the name or the number of one person is about that person, also in a row of several.
_STRIKABLE = (Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME, Field.NUMBER)


def _is_unreadable(character: str) -> bool:
    # 外字 arrive as private use characters; 〓 and U+FFFD stand for one that was lost. Controls and the marks that turn
    # the writing direction have no place in a name. Unassigned characters stay: Unicode grows faster than Python.
    return character in "〓\ufffd?？" or unicodedata.category(character) in ("Co", "Cc", "Cs") or character in _BIDI


_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


# --- employees and doubles ----------------------------------------------------------------------------------------------------


def _find_employees(drafts: list[_Draft]) -> None:
    """Give family members the employee of the same 社員番号, and refuse two employees of one."""
    by_code: defaultdict[str, list[_Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.person.is_employee and draft.person.employee_code:
            by_code[draft.person.employee_code].append(draft)
    for draft in drafts:
        person = draft.person
        if not person.is_employee and draft.head is None and (heads := by_code.get(person.employee_code)):
            draft.head = heads[0]
    for same in by_code.values():
        if len({draft.identity for draft in same}) > 1:
            for draft in same:
                others = [other.person.place for other in same if other.identity != draft.identity]
                draft.findings.append(Finding(Reason.EMPLOYEE_CODE_TWICE, "・".join(others[:3])))


def _find_doubles(drafts: list[_Draft]) -> None:
    by_number: defaultdict[str, list[_Draft]] = defaultdict(list)
    by_identity: defaultdict[tuple[str, str, str, date | None], list[_Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.compared:
            by_number[draft.compared].append(draft)
        if draft.person.name and (draft.person.employee_code or draft.person.birth_date):
            by_identity[draft.identity].append(draft)
    for same in by_number.values():
        if len({draft.identity for draft in same}) > 1:
            _mark_duplicates(same)
    for same in by_identity.values():
        if len(same) > 1:
            _mark_twice(same)


def _mark_duplicates(same: list[_Draft]) -> None:
    for draft in same:
        others = [other for other in same if other.identity != draft.identity]
        named = dict.fromkeys(f"{other.person.name or other.person.place}" for other in others)
        shown = "さん、".join(list(named)[:3]) + (f"さんほか{len(named) - 3}名" if len(named) > 3 else "")
        draft.findings.append(Finding(Reason.DUPLICATE, shown))


def _mark_twice(same: list[_Draft]) -> None:
    numbers = {draft.compared for draft in same if draft.compared}
    for position, draft in enumerate(same):
        others = "・".join(other.person.place for other in same if other is not draft)
        if len(numbers) > 1:
            draft.findings.append(Finding(Reason.PERSON_TWICE_DIFFERENT, others))
        elif position:
            draft.findings.append(Finding(Reason.PERSON_TWICE, others))
