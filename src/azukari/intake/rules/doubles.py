"""What shows only when all rows are read: whose family somebody is, one number twice, one person twice.

However often something is repeated, each row costs one look: a sentence names three others at most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import islice

from azukari.intake.rules.outcome import Finding, Reason
from azukari.intake.rules.reading import Draft

_NAMED = 3


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
        places = {draft.identity: draft.person.place for draft in reversed(same)}
        if len(places) > 1:
            for draft in same:
                others = _others(places, draft.identity)
                draft.findings.append(Finding(Reason.EMPLOYEE_CODE_TWICE, "・".join(others)))


def find_doubles(drafts: list[Draft]) -> None:
    """Refuse a number that two people carry, one person with two numbers, and the second line of one person.

    Afterwards no number stands with more than one person who may be registered.
    """
    by_number: defaultdict[str, list[Draft]] = defaultdict(list)
    by_identity: defaultdict[Hashable, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.compared:
            by_number[draft.compared].append(draft)
        if draft.person.name and (draft.person.employee_code or draft.person.birth_date):
            by_identity[draft.identity].append(draft)
    for same in by_identity.values():
        if len(same) > 1:
            _mark_twice(same)
    for same in by_number.values():
        if len(same) > 1:
            _mark_number(same)


def _who(draft: Draft) -> Hashable:
    """Tell who carries a number: the same name born on the same day is the same person, whatever else differs."""
    person = draft.person
    return draft.identity[2:] if person.name and person.birth_date else draft.identity


def _mark_number(same: list[Draft]) -> None:
    names = {_who(draft): draft.person.name or draft.person.place for draft in reversed(same)}
    if len(names) == 1:
        _mark_twice(same)
        return
    for draft in same:
        others = _others(names, _who(draft))
        more = len(names) - 1 - len(others)
        shown = "さん、".join(others) + (f"さんほか{more}名" if more else "")
        draft.findings.append(Finding(Reason.DUPLICATE, shown))


def _mark_twice(same: Sequence[Draft]) -> None:
    numbers = {draft.compared for draft in same if draft.compared}
    places = {id(draft): draft.person.place for draft in same}
    for position, draft in enumerate(same):
        shown = "・".join(_others(places, id(draft)))
        if len(numbers) > 1:
            _add_once(draft, Finding(Reason.PERSON_TWICE_DIFFERENT, shown))
        elif position:
            _add_once(draft, Finding(Reason.PERSON_TWICE, shown))


def _add_once(draft: Draft, finding: Finding) -> None:
    if all(known.reason is not finding.reason for known in draft.findings):
        draft.findings.append(finding)


def _others[Key: Hashable](labels: dict[Key, str], own: Key) -> list[str]:
    return list(islice((label for key, label in labels.items() if key != own), _NAMED))
