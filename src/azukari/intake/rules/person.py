"""One person of a sheet as judged. The digits are here for the vault alone: no `repr` and no sentence has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from azukari.intake.rules.fields import EMPLOYEE_LABEL
from azukari.intake.rules.outcome import OUTCOME_LABELS, Finding, Outcome, Reason


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
