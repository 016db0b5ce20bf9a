"""Comparing the people of a sheet with the 台帳: who is known, what differs, whose number would change.

Pure and without numbers: the vault compares them and says SAME, DIFFERENT or NONE per person, and which of them are
held for somebody else. A person is found by 社員番号 (the employee), by 社員番号 and name (family), or by name and
birth date within the client; two possible people are nobody, and a person asks. An empty cell of the sheet never
counts as a difference: nothing is deleted by leaving something out.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from azukari.intake.rules.cells import read_sex
from azukari.intake.rules.fields import FIELD_LABELS, Field
from azukari.intake.rules.outcome import Finding, Outcome, Reason, outcome_of
from azukari.intake.rules.people import JudgedPerson
from azukari.intake.rules.progress import Verdict
from azukari.kernel.ids import PersonId
from azukari.kernel.text import clean_name, fold_name, kana_key


class NumberComparison(StrEnum):
    """What the vault says of a person's number: none held, the same, another."""

    NONE = "NONE"
    SAME = "SAME"
    DIFFERENT = "DIFFERENT"


class Standing(StrEnum):
    """How a person of the sheet stands to the 台帳."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    SAME = "SAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """A person of the client as the 台帳 has them."""

    person_id: PersonId
    employee_code: str
    relationship: str
    is_employee: bool
    name: str
    kana: str
    birth_date: date | None
    sex: str
    dependant_kind: str
    joined_on: date | None
    left_on: date | None
    number_state: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which sheet and 台帳 differ, both as text for showing."""

    field: Field
    ledger: str
    sheet: str

    @property
    def label(self) -> str:
        """Name the field in Japanese."""
        return FIELD_LABELS[self.field]


@dataclass(frozen=True, slots=True)
class Match:
    """Who a person of the sheet is in the 台帳, and what about that needs a look. `known` None: nobody, or several."""

    person: JudgedPerson
    known: KnownPerson | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """A person of the sheet beside the 台帳. `findings` has those of the sheet first."""

    person: JudgedPerson
    known: KnownPerson | None
    standing: Standing
    differences: tuple[Difference, ...]
    number: NumberComparison | None
    outcome: Outcome
    findings: tuple[Finding, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """List the codes of the reasons."""
        return tuple(finding.reason for finding in self.findings)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Write a sentence for each reason."""
        return tuple(self.person.sentence(finding) for finding in self.findings)

    @property
    def may_register(self) -> bool:
        """Tell whether a person may tick this line."""
        return self.outcome is not Outcome.REFUSED

    @property
    def verdict(self) -> Verdict:
        """Sort the line as the check page does: what is wrong or asked about comes before new and changed."""
        if self.outcome is Outcome.REFUSED:
            return Verdict.WRONG
        return Verdict.WARNING if self.outcome is Outcome.WARNING else Verdict(self.standing.value)


def match_people(people: Sequence[JudgedPerson], known: Sequence[KnownPerson]) -> tuple[Match, ...]:
    """Find each person of a sheet among those the 台帳 has of the same client.

    The result has the order of `people`. Two rows that lead to one person are both refused, unless they say the same.
    """
    index = _Index(known)
    matches = [index.match(person) for person in people]
    by_known: defaultdict[PersonId, list[int]] = defaultdict(list)
    for position, match in enumerate(matches):
        if match.known is not None:
            by_known[match.known.person_id].append(position)
    for positions in by_known.values():
        _mark_two_rows(matches, positions)
    return tuple(matches)


def compare(
    matches: Sequence[Match],
    *,
    today: date,
    numbers: Mapping[str, NumberComparison],
    taken: Collection[str] = (),
) -> tuple[Compared, ...]:
    """Say what registering each person would do.

    `numbers` is what the vault says by `JudgedPerson.key`, for people with digits who are known; `taken` are the keys
    whose number it holds for somebody else of the client. The result has the order of `matches`.
    """
    held_elsewhere = frozenset(taken)
    return tuple(_compare(match, today, numbers.get(match.person.key), held_elsewhere) for match in matches)


# --- finding -----------------------------------------------------------------------------------------------------


def _fold_code(code: str) -> str:
    return "".join(unicodedata.normalize("NFKC", code).split()).casefold()


class _Index:
    """The people of a client by what a sheet says of them. Built once, so that 30,000 rows cost one look each."""

    def __init__(self, known: Sequence[KnownPerson]) -> None:
        self._employees: defaultdict[str, list[KnownPerson]] = defaultdict(list)
        self._family: defaultdict[tuple[str, str], list[KnownPerson]] = defaultdict(list)
        self._born: defaultdict[tuple[str, date], list[KnownPerson]] = defaultdict(list)
        self._named: defaultdict[str, list[KnownPerson]] = defaultdict(list)
        self._undated: defaultdict[str, list[KnownPerson]] = defaultdict(list)
        self._keys: dict[PersonId, str] = {}
        for person in known:
            self._add(person)

    def _add(self, person: KnownPerson) -> None:
        name, code = fold_name(person.name), _fold_code(person.employee_code)
        self._keys[person.person_id] = name
        if code and person.is_employee:
            self._employees[code].append(person)
        elif code:
            self._family[code, name].append(person)
        self._named[name].append(person)
        if person.birth_date is None:
            self._undated[name].append(person)
        else:
            self._born[name, person.birth_date].append(person)

    def match(self, person: JudgedPerson) -> Match:
        name, code = fold_name(person.name), _fold_code(person.employee_code)
        if not name and not (code and person.is_employee):
            return Match(person, None)
        if code:
            found = self._employees.get(code, []) if person.is_employee else self._family.get((code, name), [])
            if found:
                return self._choose(person, name, found)
        if person.birth_date is not None and (born := self._born.get((name, person.birth_date))):
            return self._choose(person, name, born)
        return self._by_name(person, name, code)

    def _choose(self, person: JudgedPerson, name: str, found: list[KnownPerson]) -> Match:
        if len(found) > 1:
            found = _narrowed(found, [k for k in found if self._keys[k.person_id] == name])
            found = _narrowed(found, [k for k in found if k.birth_date == person.birth_date])
            found = _narrowed(found, [k for k in found if k.relationship == person.relationship])
        if len(found) > 1:
            return Match(person, None, (Finding(Reason.AMBIGUOUS_PERSON, str(len(found))),))
        return Match(person, found[0], _doubts(person, found[0], name == self._keys[found[0].person_id]))

    def _by_name(self, person: JudgedPerson, name: str, code: str) -> Match:
        # A name alone is weak: only where one side has no birth date, and never against a 社員番号 that says otherwise.
        candidates = self._named if person.birth_date is None else self._undated
        found = [
            known
            for known in candidates.get(name, [])
            if known.is_employee == person.is_employee
            and (not code or not known.employee_code or _fold_code(known.employee_code) == code)
        ]
        if not found:
            return Match(person, None)
        if len(found) > 1:
            return Match(person, None, (Finding(Reason.AMBIGUOUS_PERSON, str(len(found))),))
        doubts = _doubts(person, found[0], same_name=True)
        return Match(person, found[0], (Finding(Reason.MATCHED_BY_NAME_ONLY), *doubts))


def _narrowed(found: list[KnownPerson], fewer: list[KnownPerson]) -> list[KnownPerson]:
    return fewer or found


def _doubts(person: JudgedPerson, known: KnownPerson, same_name: bool) -> tuple[Finding, ...]:
    """What speaks against the person being the one of the 台帳. Both name and birth date: then it is somebody else."""
    other_birth = person.birth_date is not None and known.birth_date not in (None, person.birth_date)
    if person.name and not same_name and other_birth:
        return (Finding(Reason.OTHER_PERSON, known.name),)
    doubts = []
    if person.name and person.name != clean_name(known.name):
        doubts.append(Finding(Reason.NAME_DIFFERS, known.name))
    if other_birth and known.birth_date is not None:
        doubts.append(Finding(Reason.BIRTH_DATE_DIFFERS, f"{known.birth_date:%Y/%m/%d}"))
    written, held = _fold_code(person.employee_code), _fold_code(known.employee_code)
    if written and held and written != held:
        doubts.append(Finding(Reason.EMPLOYEE_CODE_DIFFERS, known.employee_code))
    return tuple(doubts)


def _mark_two_rows(matches: list[Match], positions: list[int]) -> None:
    people = [matches[position].person for position in positions]
    # The same person written twice in the same words has its own reason already (PERSON_TWICE).
    if len({(fold_name(p.name), p.birth_date, _fold_code(p.employee_code)) for p in people}) < 2:
        return
    for position in positions:
        match = matches[position]
        others = "・".join(person.place for person in people if person is not match.person)
        finding = Finding(Reason.TWO_ROWS_ONE_PERSON, others)
        matches[position] = Match(match.person, match.known, (*match.findings, finding))


# --- comparing ---------------------------------------------------------------------------------------------------


def _compare(match: Match, today: date, number: NumberComparison | None, taken: frozenset[str]) -> Compared:
    person, known = match.person, match.known
    findings = [*person.findings, *match.findings]
    if person.key in taken:
        findings.append(Finding(Reason.DUPLICATE_IN_LEDGER))
    differences: tuple[Difference, ...] = ()
    standing = Standing.NEW
    if known is not None:
        differences = _differences(person, known)
        if known.left_on is not None and known.left_on < today:
            findings.append(Finding(Reason.PERSON_LEFT, f"{known.left_on:%Y/%m/%d}退職"))
        if number is NumberComparison.DIFFERENT:
            findings.append(Finding(Reason.NUMBER_CHANGES))
        is_same = not differences and number in (None, NumberComparison.SAME)
        standing = Standing.SAME if is_same else Standing.CHANGED
    return Compared(person, known, standing, differences, number, outcome_of(findings), tuple(findings))


def _differences(person: JudgedPerson, known: KnownPerson) -> tuple[Difference, ...]:
    pairs = (
        (Field.EMPLOYEE_CODE, known.employee_code, person.employee_code),
        (Field.NAME, clean_name(known.name), person.name),
        (Field.BIRTH_DATE, _show(known.birth_date), _show(person.birth_date)),
        (Field.SEX, read_sex(known.sex), person.sex),
        (Field.RELATIONSHIP, known.relationship, person.relationship),
        (Field.DEPENDANT_KIND, known.dependant_kind, person.dependant_kind),
        (Field.JOINED_ON, _show(known.joined_on), _show(person.joined_on)),
        (Field.LEFT_ON, _show(known.left_on), _show(person.left_on)),
    )
    found = [Difference(field, ledger, sheet) for field, ledger, sheet in pairs if sheet and sheet != ledger]
    # Readings are compared folded: ﾀﾛｳ and タロウ, with or without a blank, are one reading.
    if person.kana and kana_key(person.kana) != kana_key(known.kana):
        found.append(Difference(Field.KANA, known.kana, person.kana))
    return tuple(found)


def _show(day: date | None) -> str:
    return f"{day:%Y/%m/%d}" if day else ""
