"""From an invented person to what the rooms take: facts of the 台帳, an identity check, a number to register.

Numbers are synthetic (`kernel.check_digits.synthetic_number`); within one client no two people get the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from azukari.kernel.check_digits import synthetic_number
from azukari.ops.demo.people import (
    DOCUMENTS,
    PEOPLE_PER_COMPANY,
    CheckedBy,
    DependantKind,
    NumberState,
    PersonSpec,
    VerificationSpec,
)
from azukari.roster.rules import PersonFacts, Sex
from azukari.vault.actions.numbers import NewNumber
from azukari.vault.rules.numbers import Identity, Verification

_KIND_LABELS = {DependantKind.TAX: "税", DependantKind.HEALTH: "健保", DependantKind.CATEGORY3: "第3号"}
_CHECKER_LABELS = {CheckedBy.CLIENT: "顧問先", CheckedBy.OFFICE: "事務所", CheckedBy.EMPLOYEE: "従業員"}
# Seeds of a company's people lie in the lower half of its range; the upper half is for second draws.
_SECOND_DRAW = PEOPLE_PER_COMPANY // 2


def name_of(person: PersonSpec) -> str:
    """Write a name as intake would keep it: one blank between family and given name."""
    return f"{person.family_name} {person.given_name}"


def facts_of(person: PersonSpec, *, head_id: UUID | None, left_on: date | None) -> PersonFacts:
    """Build the line of the 台帳. `left_on` is the employee's for the dependants too: their purpose ends with it."""
    return PersonFacts(
        employee_code=person.employee_code,
        name=name_of(person),
        kana=f"{person.family_kana} {person.given_kana}",
        birth_date=person.born_on,
        sex=Sex(person.sex),
        relationship=person.relationship,
        is_employee=person.is_employee,
        dependant_kind="・".join(_KIND_LABELS[kind] for kind in person.dependant_kinds),
        head_id=head_id,
        joined_on=person.joined_on,
        left_on=left_on,
        note=person.note if person.number_state in {NumberState.MISSING, NumberState.REFUSED} else "",
    )


def identity_of(check: VerificationSpec | None, *, until: date) -> Identity:
    """Build the 本人確認; it lies at latest on the day of registration."""
    if check is None:
        return Identity(way=Verification.KNOWN_EMPLOYEE, checked_on=until)
    papers = (*check.person_documents, check.agency_document)
    return Identity(
        way=check.way,
        number_document=DOCUMENTS[check.number_document].label,
        person_document="・".join(DOCUMENTS[code].label for code in papers if code),
        checked_on=min(check.verified_on, until),
        checked_by=_CHECKER_LABELS[check.checked_by],
    )


def number_of(person: PersonSpec, person_id: UUID, digits: str, *, day: date) -> NewNumber:
    """Build the number to register for a person on a day."""
    return NewNumber(
        person_id=person_id,
        person_name=name_of(person),
        digits=digits,
        purposes=person.purposes,
        identity=identity_of(person.verification, until=day),
    )


@dataclass(slots=True)
class Digits:
    """Draws synthetic numbers for one client, none of them twice."""

    _taken: set[str] = field(default_factory=set)

    def draw(self, seed: int) -> str:
        """Draw the number of a seed, or of the next one when somebody of this client already has it."""
        digits = synthetic_number(seed)
        while digits in self._taken:
            seed += _SECOND_DRAW + 1
            digits = synthetic_number(seed)
        self._taken.add(digits)
        return digits
