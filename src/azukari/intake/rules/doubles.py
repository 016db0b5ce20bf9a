"""What shows only when all rows are read: whose family somebody is, one number twice, one person twice."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from azukari.intake.rules.outcome import Finding, Reason
from azukari.intake.rules.reading import Draft


def find_employees(drafts: list[Draft]) -> None:
    """Give family members the employee of the same 社員番号, and refuse two employees of one."""
    by_code: defaultdict[str, list[Draft]] = defaultdict(list)
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


def find_doubles(drafts: list[Draft]) -> None:
    """Refuse a number that two people carry, and one person with two numbers; ask about a person written twice."""
    by_number: defaultdict[str, list[Draft]] = defaultdict(list)
    by_identity: defaultdict[tuple[str, str, str, date | None], list[Draft]] = defaultdict(list)
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


def _mark_duplicates(same: list[Draft]) -> None:
    for draft in same:
        others = [other for other in same if other.identity != draft.identity]
        named = dict.fromkeys(f"{other.person.name or other.person.place}" for other in others)
        shown = "さん、".join(list(named)[:3]) + (f"さんほか{len(named) - 3}名" if len(named) > 3 else "")
        draft.findings.append(Finding(Reason.DUPLICATE, shown))


def _mark_twice(same: list[Draft]) -> None:
    numbers = {draft.compared for draft in same if draft.compared}
    for position, draft in enumerate(same):
        others = "・".join(other.person.place for other in same if other is not draft)
        if len(numbers) > 1:
            draft.findings.append(Finding(Reason.PERSON_TWICE_DIFFERENT, others))
        elif position:
            draft.findings.append(Finding(Reason.PERSON_TWICE, others))
