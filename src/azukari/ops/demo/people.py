"""Invented households of one client company: the employee (本人) and those who depend on them.

What the generator promises: surnames, ages, sex and 続柄 fit together; dates come in order; a document that
proves an identity was alive on the day it was shown (law.md 3.3); a number that was disposed of was past its
period or its contract. It carries no number, only a `number_seed` that is unique in the data set.
Pure and streaming: memory holds one household, and one small key per employee of the company.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from random import Random
from typing import Final

from azukari.ops.demo.companies import DEMO_TODAY, CompanySpec, address
from azukari.ops.demo.names import FAMILY_NAME_URN, NATIONS, Name, Nation, Sex, given_names
from azukari.vault.rules.disposal import REASON_LABELS, Reason
from azukari.vault.rules.numbers import Verification
from azukari.vault.rules.purposes import Purpose, purposes_for
from azukari.vault.rules.retention import Days, hold

# Room for a million people in one company; `number_seed` is company index times this, plus the person's place.
PEOPLE_PER_COMPANY: Final = 1_000_000

_FIRST_USE: Final = date(2016, 1, 4)  # numbers are in use since 2016-01-01; the first working day after it
_YEARS_OF_LEAVERS: Final = 8


class NumberState(StrEnum):
    """What has become of a person's number by today."""

    REGISTERED = "REGISTERED"
    MISSING = "MISSING"
    REFUSED = "REFUSED"
    DISPOSED = "DISPOSED"


NUMBER_STATE_LABELS: Final = {
    NumberState.REGISTERED: "登録済み",
    NumberState.MISSING: "未取得",
    NumberState.REFUSED: "提供拒否",
    NumberState.DISPOSED: "廃棄済み",
}


class DependantKind(StrEnum):
    """扶養区分: for what somebody counts as a dependant."""

    TAX = "TAX"
    HEALTH = "HEALTH"
    CATEGORY3 = "CATEGORY3"


class CheckedBy(StrEnum):
    """Who did the 本人確認. Family for tax and health insurance is checked by the employee (law.md 3.3)."""

    CLIENT = "CLIENT"
    OFFICE = "OFFICE"
    EMPLOYEE = "EMPLOYEE"


@dataclass(frozen=True, slots=True)
class DocumentLife:
    """A kind of document, and the first and last day on which it counts as proof."""

    label: str
    first_day: date
    last_day: date | None = None


# Law: 番号法16条, 施行令12条, 施行規則1–3条, as of 2026-11-23 (law.md 3.3).
DOCUMENTS: Final = {
    "MY_NUMBER_CARD": DocumentLife("個人番号カード", date(2016, 1, 1)),
    "MOBILE_CARD_RECORD": DocumentLife("カード代替電磁的記録", date(2025, 4, 1)),
    # Counts after that day only while it equals the 住民票; the demo does not go into that.
    "NOTIFICATION_CARD": DocumentLife("通知カード", date(2015, 10, 5), date(2020, 5, 24)),
    "RESIDENCE_RECORD": DocumentLife("住民票の写し（個人番号付き）", date(2015, 10, 5)),
    "DRIVING_LICENCE": DocumentLife("運転免許証", date(2015, 10, 5)),
    "PASSPORT": DocumentLife("旅券", date(2015, 10, 5)),
    "RESIDENCE_CARD": DocumentLife("在留カード", date(2015, 10, 5)),
    "DISABILITY_BOOK": DocumentLife("身体障害者手帳", date(2015, 10, 5)),
    "HEALTH_INSURANCE_CARD": DocumentLife("健康保険証", date(2015, 10, 5), date(2024, 12, 1)),
    "PENSION_BOOK": DocumentLife("国民年金手帳", date(2015, 10, 5), date(2022, 3, 31)),
    "ELIGIBILITY_CERTIFICATE": DocumentLife("資格確認書", date(2024, 12, 2)),
    "SEAL_CERTIFICATE": DocumentLife("印鑑登録証明書", date(2015, 10, 5)),
    "POWER_OF_ATTORNEY": DocumentLife("委任状", date(2015, 10, 5)),
}


def is_living_document(code: str, on: date) -> bool:
    """Tell whether a kind of document counts as proof on a day. Raises: KeyError on an unknown code."""
    life = DOCUMENTS[code]
    return life.first_day <= on and (life.last_day is None or on <= life.last_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationSpec:
    """One 本人確認. A spouse of 第3号 files through the employee as agent: then `agency_document` is 委任状."""

    way: Verification
    number_document: str
    person_documents: tuple[str, ...]
    agency_document: str
    verified_on: date
    checked_by: CheckedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSpec:
    """One person of a client company. Dependants carry the code of their employee; dates are JST days."""

    number_seed: int
    employee_code: str
    relationship: str
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    sex: Sex
    born_on: date
    nation: str
    joined_on: date | None
    left_on: date | None
    dependant_kinds: tuple[DependantKind, ...]
    purposes: tuple[Purpose, ...]
    number_state: NumberState
    registered_on: date | None
    disposed_on: date | None
    note: str
    verification: VerificationSpec | None

    @property
    def name(self) -> str:
        """Family and given name with an ideographic space between, as on a sheet."""
        return f"{self.family_name}\u3000{self.given_name}"

    @property
    def kana(self) -> str:
        """The reading, likewise."""
        return f"{self.family_kana}\u3000{self.given_kana}"

    @property
    def is_employee(self) -> bool:
        """Tell the employee from the dependants."""
        return self.relationship == "本人"


@dataclass(frozen=True, slots=True)
class HouseholdSpec:
    """An employee with the dependants the office knows of, at one invented address."""

    company_code: str
    employee: PersonSpec
    dependants: tuple[PersonSpec, ...]
    address: str

    @property
    def people(self) -> tuple[PersonSpec, ...]:
        """Everybody, the employee first."""
        return (self.employee, *self.dependants)


@dataclass(frozen=True, slots=True)
class _Human:
    """Name, sex and birth day, before anything about numbers is known."""

    relationship: str
    family: Name
    given: Name
    sex: Sex
    born_on: date
    kinds: tuple[DependantKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Service:
    """How an employee's time at the company lies against the contract and today."""

    company: CompanySpec
    today: date
    joined_on: date
    left_on: date | None
    insured: bool
    diligence: float  # share of numbers this client has handed in

    @property
    def seen_on(self) -> date:
        """The last day on which the office got anything about this household."""
        return self.left_on or self.company.contract_ended_on or self.today

    @property
    def known_from(self) -> date:
        """The first day on which a number could be handed in."""
        return max(self.joined_on, self.company.contract_started_on, _FIRST_USE)


def households(company: CompanySpec, seed: int, people: int, *, today: date = DEMO_TODAY) -> Iterator[HouseholdSpec]:
    """Give households of one company until exactly `people` persons are out, one at a time.

    Raises: ValueError above `PEOPLE_PER_COMPANY`.
    """
    if people > PEOPLE_PER_COMPANY:
        raise ValueError(f"at most {PEOPLE_PER_COMPANY} people in one company")
    rng = Random(f"azukari demo people {seed} {company.index} {company.code}")  # noqa: S311 (a seeded demo, no secret)
    diligence = _diligence(rng, company, today)
    taken: set[tuple[str, str, int]] = set()
    place = company.index * PEOPLE_PER_COMPANY
    left, code = people, 1001
    while left > 0:
        service = _service(rng, company, today, diligence)
        nation = _nation(rng, company)
        employee = _fresh_employee(rng, service, nation, taken)
        family = _family(rng, service, employee, nation)[: left - 1]
        employee_code = company.code_format.format(code)
        persons = tuple(
            _person(rng, human, service, nation, number_seed=place + offset, employee_code=employee_code)
            for offset, human in enumerate((employee, *family))
        )
        yield HouseholdSpec(company.code, persons[0], persons[1:], address(rng, company.prefecture, company.city))
        place += len(persons)
        left -= len(persons)
        code += 1


# ---- the working life ---------------------------------------------------------------------------


def _diligence(rng: Random, company: CompanySpec, today: date) -> float:
    """A client of a few months is still collecting; one in twelve is always late."""
    if (today - company.contract_started_on).days < 150:
        return 0.25
    return 0.6 if rng.random() < 0.08 else 0.94


def _service(rng: Random, company: CompanySpec, today: date, diligence: float) -> _Service:
    end = company.contract_ended_on or today
    first = max(company.contract_started_on, _years_after(today, -_YEARS_OF_LEAVERS), _FIRST_USE)
    window = (end - first).days - 90
    share = 0.27 * min(1.0, max(window, 0) / (365 * _YEARS_OF_LEAVERS)) ** 0.5
    left_on = _leaving_day(rng, first + timedelta(days=60), end) if rng.random() < share else None
    tenure = timedelta(days=45 + min(int(rng.expovariate(1 / 3_000)), 14_000))
    return _Service(
        company=company,
        today=today,
        joined_on=_joining_day(rng, (left_on or end) - tenure),
        left_on=left_on,
        insured=rng.random() < 0.86,
        diligence=diligence,
    )


def _leaving_day(rng: Random, first: date, end: date) -> date:
    """Mostly the last day of a month."""
    day = first + timedelta(days=int(rng.random() * (end - first).days))
    month_end = day.replace(day=1) - timedelta(days=1)
    return month_end if rng.random() < 0.75 and month_end >= first else day


def _joining_day(rng: Random, day: date) -> date:
    """Half join on 1 April, the others on the first or the sixteenth, a few on any day."""
    draw = rng.random()
    if draw < 0.45:
        return day.replace(month=4, day=1) if day.month >= 4 else date(day.year - 1, 4, 1)
    if draw < 0.8:
        return day.replace(day=1)
    if draw < 0.9 and day.day >= 16:
        return day.replace(day=16)
    return day


def _years_after(day: date, years: int) -> date:
    """The same day some years on; the last day of February where there is no 29th (民法143条2項)."""
    year = day.year + years
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _age(born_on: date, on: date) -> int:
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def _birth_day(rng: Random, on: date, age: int) -> date:
    """A birth day that makes somebody exactly `age` years old on a day."""
    return _years_after(on, -age) - timedelta(days=int(rng.random() * 364))


# ---- names and families -------------------------------------------------------------------------

_FOREIGN_SHARE: Final = {"製造業": 0.09, "建設業": 0.07, "福祉業": 0.05, "農業": 0.12, "飲食業": 0.06}


def _nation(rng: Random, company: CompanySpec) -> Nation | None:
    if rng.random() >= _FOREIGN_SHARE.get(company.industry, 0.015):
        return None
    return NATIONS[int(rng.random() ** 1.6 * len(NATIONS))]


def _pick(rng: Random, names: tuple[Name, ...]) -> Name:
    return names[int(rng.random() * len(names))]


def _given(rng: Random, nation: Nation | None, sex: Sex, born_on: date) -> Name:
    return _pick(rng, nation.given(sex) if nation else given_names(sex, born_on.year))


def _fresh_employee(rng: Random, service: _Service, nation: Nation | None, taken: set[tuple[str, str, int]]) -> _Human:
    """Draw an employee that no other one in the company equals in name and birth day."""
    youngest = _age_floor(service)
    while True:
        oldest = max(youngest + 1, 46 if nation else 71)
        age = int(rng.triangular(youngest, oldest, min(max(youngest, 43), oldest)))
        born_on = _birth_day(rng, service.seen_on, age)
        sex: Sex = "M" if rng.random() < 0.54 else "F"
        family = _pick(rng, nation.family if nation else FAMILY_NAME_URN)
        given = _given(rng, nation, sex, born_on)
        key = (family.text, given.text, born_on.toordinal())
        if key not in taken:
            taken.add(key)
            return _Human("本人", family, given, sex, born_on)


def _age_floor(service: _Service) -> int:
    """Nobody joined before the eighteenth birthday."""
    years_served = (service.seen_on - service.joined_on).days // 365 + 1
    return min(18 + years_served, 68)


def _family(rng: Random, service: _Service, employee: _Human, nation: Nation | None) -> list[_Human]:
    """The dependants: spouse, children, now and then a parent. On average 0.6 of them (law.md 7)."""
    if not service.insured:
        return []
    age = _age(employee.born_on, service.seen_on)
    family: list[_Human] = []
    spouse = None
    if rng.random() < _married_share(age):
        spouse = _spouse(rng, service, employee, nation)
        if rng.random() < (0.42 if employee.sex == "M" else 0.05):
            family.append(spouse)
    supports_children = 0.62 if employee.sex == "M" else 0.3
    if (spouse and rng.random() < supports_children) or rng.random() < 0.02:
        family += _children(rng, service, employee, spouse, nation)
    if 40 <= age <= 62 and rng.random() < 0.05 and (employee.sex == "M" or spouse is None):
        family.append(_parent(rng, service, employee, nation))
    return family


def _married_share(age: int) -> float:
    if age < 24:
        return 0.06
    return 0.3 if age < 30 else 0.62 if age < 40 else 0.72


def _spouse(rng: Random, service: _Service, employee: _Human, nation: Nation | None) -> _Human:
    sex: Sex = "F" if employee.sex == "M" else "M"
    seen_on = service.seen_on
    age = max(_age(employee.born_on, seen_on) + int(rng.gauss(0, 3.5)) - (sex == "F"), 20)
    born_on = _birth_day(rng, seen_on, age)
    own = nation is not None and nation.keeps_own_family_name
    kinds = [DependantKind.TAX, DependantKind.HEALTH]
    if 20 <= age < 60 and _age(employee.born_on, seen_on) < 65:
        kinds.append(DependantKind.CATEGORY3)
    return _Human(
        "妻" if sex == "F" else "夫",
        _pick(rng, nation.family) if own and nation else employee.family,
        _given(rng, nation, sex, born_on),
        sex,
        born_on,
        tuple(kinds),
    )


_BIRTH_ORDER: Final[dict[Sex, tuple[str, ...]]] = {
    "M": ("長男", "二男", "三男", "四男"),
    "F": ("長女", "二女", "三女", "四女"),
}


def _children(
    rng: Random, service: _Service, employee: _Human, spouse: _Human | None, nation: Nation | None
) -> list[_Human]:
    """Up to three children under 23, oldest first, each parent at least 19 years older."""
    seen_on = service.seen_on
    parents = [_age(employee.born_on, seen_on)] + ([_age(spouse.born_on, seen_on)] if spouse else [])
    oldest = min(min(parents) - 20, 22)
    youngest = max(max(parents) - 48, 0)
    if oldest < youngest:
        return []
    wanted = 1 + int(rng.random() ** 1.4 * 3)
    ages = sorted({rng.randint(youngest, oldest) for _ in range(wanted)}, reverse=True)
    father = employee if employee.sex == "M" else spouse
    family = father.family if father else employee.family
    children: list[_Human] = []
    born: dict[Sex, int] = {"M": 0, "F": 0}
    used: set[str] = set()
    last_born = date.min
    for age in ages:
        sex: Sex = "M" if rng.random() < 0.51 else "F"
        born_on = _birth_day(rng, seen_on, age)
        if (born_on - last_born).days < 300:
            continue
        given = _given(rng, nation, sex, born_on)
        if given.text in used:
            continue
        used.add(given.text)
        last_born = born_on
        kinds = (DependantKind.TAX, DependantKind.HEALTH)
        children.append(_Human(_BIRTH_ORDER[sex][born[sex]], family, given, sex, born_on, kinds))
        born[sex] += 1
    return children


def _parent(rng: Random, service: _Service, employee: _Human, nation: Nation | None) -> _Human:
    sex: Sex = "F" if rng.random() < 0.75 else "M"
    age = _age(employee.born_on, service.seen_on) + rng.randint(21, 33)
    born_on = _birth_day(rng, service.seen_on, age)
    kinds = [DependantKind.TAX]
    if age < 75:  # from 75 on everybody is in the insurance of the old (後期高齢者医療)
        kinds.append(DependantKind.HEALTH)
    label = "母" if sex == "F" else "父"
    given = _given(rng, nation, sex, born_on)
    return _Human(label, employee.family, given, sex, born_on, tuple(kinds))


# ---- the number: handed in or not, checked how, gone when ----------------------------------------


@dataclass(frozen=True, slots=True)
class _Fate:
    state: NumberState
    registered_on: date | None = None
    disposed_on: date | None = None
    note: str = ""


def _person(
    rng: Random,
    human: _Human,
    service: _Service,
    nation: Nation | None,
    *,
    number_seed: int,
    employee_code: str,
) -> PersonSpec:
    is_employee = not human.kinds
    purposes = _purposes(service.company.purposes, human.kinds, insured=service.insured)
    fate = _fate(rng, human, service, purposes)
    verification = None
    if fate.registered_on is not None:
        verification = _verification(rng, human, service, nation, fate.registered_on)
    return PersonSpec(
        number_seed=number_seed,
        employee_code=employee_code,
        relationship=human.relationship,
        family_name=human.family.text,
        given_name=human.given.text,
        family_kana=human.family.kana,
        given_kana=human.given.kana,
        sex=human.sex,
        born_on=human.born_on,
        nation=nation.label if nation else "",
        joined_on=service.joined_on if is_employee else None,
        left_on=service.left_on if is_employee else None,
        dependant_kinds=human.kinds,
        purposes=purposes,
        number_state=fate.state,
        registered_on=fate.registered_on,
        disposed_on=fate.disposed_on,
        note=fate.note,
        verification=verification,
    )


@cache
def _purposes(
    entrusted: tuple[Purpose, ...], kinds: tuple[DependantKind, ...], *, insured: bool
) -> tuple[Purpose, ...]:
    """Only what the client entrusted and this person needs (番号法15条・20条). No kinds means the employee."""
    unneeded: set[Purpose] = set()
    if kinds:
        if DependantKind.TAX not in kinds:
            unneeded.add(Purpose.TAX)
        if DependantKind.HEALTH not in kinds:
            unneeded.add(Purpose.HEALTH_PENSION)
        if DependantKind.CATEGORY3 not in kinds:
            unneeded.add(Purpose.CATEGORY3)
    elif not insured:
        unneeded.add(Purpose.HEALTH_PENSION)
    return purposes_for(set(entrusted) - unneeded, is_employee=not kinds)


def _fate(rng: Random, human: _Human, service: _Service, purposes: tuple[Purpose, ...]) -> _Fate:
    first = max(service.known_from, human.born_on + timedelta(days=21))
    last = service.seen_on
    if not purposes:
        return _Fate(NumberState.MISSING, note="委託された事務に番号を使わないため収集しない")
    if first > last:
        return _Fate(NumberState.MISSING, note="新生児のため番号の通知待ち")
    draw = rng.random()
    if draw > service.diligence:
        if rng.random() < 0.2:
            return _Fate(NumberState.REFUSED, note="法令上の義務を説明して2回依頼したが提出なし")
        late = "提出待ち" if rng.random() < 0.85 else "海外居住のため番号なし"
        return _Fate(NumberState.MISSING, note=late)
    registered_on = first + timedelta(days=int(rng.random() * min((last - first).days + 1, 60)))
    return _disposal(rng, service, purposes, registered_on)


def _disposal(rng: Random, service: _Service, purposes: tuple[Purpose, ...], registered_on: date) -> _Fate:
    """Gone when the contract ended, or when the person left and every period is over; some are overdue."""
    ends: list[tuple[date, str]] = []
    if service.company.contract_ended_on is not None:
        reason = REASON_LABELS[Reason.CONTRACT_ENDED]
        ends.append((service.company.contract_ended_on + timedelta(days=1), reason))
    last = hold(purposes, Days(left_on=service.left_on)).due_on
    if last is not None:
        ends.append((last + timedelta(days=1), REASON_LABELS[Reason.PERIOD_ENDED]))
    if ends:
        due, note = min(ends)
        disposed_on = due + timedelta(days=5 + int(rng.random() * 80))
        if disposed_on <= service.today and rng.random() < 0.9:
            return _Fate(NumberState.DISPOSED, registered_on, disposed_on, note)
    return _Fate(NumberState.REGISTERED, registered_on)


def _verification(
    rng: Random, human: _Human, service: _Service, nation: Nation | None, registered_on: date
) -> VerificationSpec:
    first = max(service.known_from, human.born_on + timedelta(days=21))
    on = registered_on - timedelta(days=int(rng.random() * min((registered_on - first).days + 1, 10)))
    number = _number_document(rng, on)
    is_filer = DependantKind.CATEGORY3 in human.kinds
    way: Verification
    persons: tuple[str, ...]
    if is_filer:
        # The spouse files; the employee is the agent and known from the employment (則9条5項).
        way, persons = Verification.BY_CLIENT, ()
    elif human.kinds:
        way, persons = Verification.BY_EMPLOYEE, ()
    else:
        way, persons = _way(rng, nation, number, on)
    if way is Verification.BY_EMPLOYEE:
        checked_by = CheckedBy.EMPLOYEE
    elif way is Verification.BY_CLIENT or rng.random() < 0.85:
        checked_by = CheckedBy.CLIENT
    else:
        checked_by = CheckedBy.OFFICE
    return VerificationSpec(
        way=way,
        number_document=number,
        person_documents=persons,
        agency_document="POWER_OF_ATTORNEY" if is_filer else "",
        verified_on=on,
        checked_by=checked_by,
    )


def _number_document(rng: Random, on: date) -> str:
    """Cards were rare in 2016 and are common now."""
    if rng.random() < min(0.08 + (on.year - 2016) * 0.085, 0.82):
        if is_living_document("MOBILE_CARD_RECORD", on) and rng.random() < 0.08:
            return "MOBILE_CARD_RECORD"
        return "MY_NUMBER_CARD"
    if is_living_document("NOTIFICATION_CARD", on) and rng.random() < 0.8:
        return "NOTIFICATION_CARD"
    return "RESIDENCE_RECORD"


def _way(rng: Random, nation: Nation | None, number: str, on: date) -> tuple[Verification, tuple[str, ...]]:
    """Choose how an employee was verified, and with which documents."""
    draw = rng.random()
    if draw < 0.08:
        return Verification.KNOWN_EMPLOYEE, ()
    if number in {"MY_NUMBER_CARD", "MOBILE_CARD_RECORD"}:
        return Verification.CARD, (number,)
    if number == "NOTIFICATION_CARD":
        return Verification.NOTIFICATION_AND_PHOTO, (_photo_document(rng, nation),)
    if draw < 0.8 or nation:
        return Verification.RESIDENCE_AND_PHOTO, (_photo_document(rng, nation),)
    return Verification.RESIDENCE_AND_TWO, _two_documents(rng, on)


def _photo_document(rng: Random, nation: Nation | None) -> str:
    if nation:
        return "RESIDENCE_CARD"
    draw = rng.random()
    return "DRIVING_LICENCE" if draw < 0.86 else "PASSPORT" if draw < 0.97 else "DISABILITY_BOOK"


def _two_documents(rng: Random, on: date) -> tuple[str, ...]:
    insurance = "HEALTH_INSURANCE_CARD"
    if not is_living_document(insurance, on):
        insurance = "ELIGIBILITY_CERTIFICATE"
    pension = is_living_document("PENSION_BOOK", on) and rng.random() < 0.8
    return insurance, "PENSION_BOOK" if pension else "SEAL_CERTIFICATE"
