"""Judging a workbook: every person in it with an outcome and reasons, in one pass and one look for doubles.

Errors belong to a person, not to a row: a family member in the employee's own row can be refused while the employee
is accepted. Rows that are no people (totals, repeated headings, remarks, banded empty rows) give no line;
`list_skipped` names them. Digits are given only with people who may be registered, and only to the vault.

Law: 番号法16条 (checks), 20条 (only what is needed is taken in).
"""

from __future__ import annotations

from datetime import date

from azukari.intake.rules.columns import Mapping, check_mapping, used_sheets
from azukari.intake.rules.doubles import find_doubles, find_employees
from azukari.intake.rules.person import JudgedPerson
from azukari.intake.rules.reading import Draft, Reader, fold_code
from azukari.intake.rules.rows import SkippedRow, list_rows
from azukari.press.workbook import Workbook

__all__ = ["JudgedPerson", "SkippedRow", "judge", "list_skipped"]


def judge(workbook: Workbook, mapping: Mapping, client_code: str, today: date) -> tuple[JudgedPerson, ...]:
    """Judge everybody in the sheets of a mapping, in the order of the sheets.

    Raises: what `check_mapping` raises.
    Law: 番号法16条, 施行規則1–3条.
    """
    check_mapping(mapping, workbook)
    sheets = list(used_sheets(mapping))
    company = fold_code(client_code)
    drafts: list[Draft] = []
    for sheet_mapping in sheets:
        sheet = workbook.sheets[sheet_mapping.sheet]
        reader = Reader(sheet, sheet_mapping, company, today, show_sheet=len(sheets) > 1)
        for row, cause in list_rows(sheet, sheet_mapping):
            if cause is None:
                drafts.extend(reader.read(row))
    find_employees(drafts)
    find_doubles(drafts)
    return tuple(draft.finish() for draft in drafts)


def list_skipped(workbook: Workbook, mapping: Mapping) -> tuple[SkippedRow, ...]:
    """List the filled rows below the headings that give no line, with the cause."""
    return tuple(
        SkippedRow(sheet_mapping.name, row.number, cause)
        for sheet_mapping in used_sheets(mapping)
        for row, cause in list_rows(workbook.sheets[sheet_mapping.sheet], sheet_mapping)
        if cause is not None
    )
