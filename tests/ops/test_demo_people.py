"""The invented people of the demo: readings, families, dates and documents fit together."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from azukari.ops.demo import names
from azukari.ops.demo.companies import DEMO_TODAY, SHEET_CODES, CompanySpec, companies
from azukari.ops.demo.people import (
    DOCUMENTS,
    PEOPLE_PER_COMPANY,
    CheckedBy,
    DependantKind,
    HouseholdSpec,
    NumberState,
    PersonSpec,
    households,
    is_living_document,
)
from azukari.vault.rules.numbers import Verification
from azukari.vault.rules.purposes import Purpose

KANA = re.compile(r"[ァ-ヴー]+( [ァ-ヴー]+)*")
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
CHILD = re.compile(r"[長二三四](男|女)")


@pytest.fixture(scope="module")
def clients() -> list[CompanySpec]:
    return list(companies(7, 150))


@pytest.fixture(scope="module")
def homes(clients: list[CompanySpec]) -> list[HouseholdSpec]:
    return [home for client in clients for home in households(client, 7, 100)]


@pytest.fixture(scope="module")
def crowd(homes: list[HouseholdSpec]) -> list[PersonSpec]:
    return [person for home in homes for person in home.people]


def age(born_on: date, on: date) -> int:
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


class TestNames:
    def test_the_lists_are_long_enough(self) -> None:
        assert len({name.text for name in names.FAMILY_NAMES}) >= 300
        for bands in names.GIVEN_NAMES.values():
            assert len({name.text for _, _, given in bands for name in given}) >= 150

    def test_every_name_has_a_reading_in_katakana(self) -> None:
        given = [name for bands in names.GIVEN_NAMES.values() for band in bands for name in band[2]]
        foreign = [name for nation in names.NATIONS for name in nation.family + nation.male + nation.female]
        for name in (*names.FAMILY_NAMES, *given, *foreign):
            assert name.text
            assert KANA.fullmatch(name.kana), name

    def test_variants_are_there_as_families_write_them(self) -> None:
        texts = {name.text: name.kana for name in names.FAMILY_NAMES}
        wanted = ("髙橋", "山﨑", "渡邉", "\U00020bb7田", "斎藤", "齋藤", "\ufa19谷", "辻\U000e0100")
        assert all(text in texts for text in wanted)
        assert texts["髙橋"] == texts["高橋"] == "タカハシ"
        assert texts["\U00020bb7田"] == texts["吉田"] == "ヨシダ"

    def test_given_names_follow_the_birth_year(self) -> None:
        women_of_62 = {name.text for name in names.given_names("F", 1964)}
        girls = {name.text for name in names.given_names("F", 2020)}
        assert "和子" in women_of_62
        assert "陽菜" not in women_of_62
        assert "陽菜" in girls
        assert "和子" not in girls

    @pytest.mark.parametrize("sex", ["M", "F"])
    def test_every_year_has_a_choice(self, sex: names.Sex) -> None:
        for year in range(1925, 2031):
            assert len(names.given_names(sex, year)) >= 20


class TestCompanies:
    def test_the_same_seed_gives_the_same_companies(self, clients: list[CompanySpec]) -> None:
        assert list(companies(7, 150)) == clients
        assert list(companies(8, 150)) != clients

    def test_they_stream(self) -> None:
        stream = companies(1, 10**9)
        assert next(stream).index == 0
        assert next(stream).index == 1

    def test_codes_and_names_are_unique(self) -> None:
        many = list(companies(3, 6_000))
        assert len({company.code for company in many}) == len(many)
        assert len({company.name for company in many}) == len(many)
        assert not SHEET_CODES.intersection(company.code for company in many)
        assert all(SLUG.fullmatch(company.code) and len(company.code) <= 40 for company in many)

    def test_names_forms_and_readings_fit(self) -> None:
        many = list(companies(3, 2_000))
        for company in many:
            assert KANA.fullmatch(company.name_kana)
            place = company.name.startswith if company.legal_form_first else company.name.endswith
            assert place(company.legal_form)
            assert company.address.startswith(company.prefecture + company.city)
        forms = {company.legal_form for company in many}
        assert forms == {"株式会社", "有限会社", "合同会社", "医療法人", "社会福祉法人", "特定非営利活動法人"}
        assert {company.legal_form_first for company in many} == {True, False}

    def test_contracts_are_in_order_and_a_few_have_ended(self) -> None:
        many = list(companies(3, 2_000))
        ended = [company for company in many if company.contract_ended_on]
        assert all(company.contract_started_on < DEMO_TODAY for company in many)
        for company in ended:
            assert company.contract_ended_on is not None
            assert company.contract_started_on < company.contract_ended_on < DEMO_TODAY
        assert 0.02 <= len(ended) / len(many) <= 0.08

    def test_ranges_of_two_offices_do_not_share_an_index(self) -> None:
        first, second = companies(1, 5), companies(1, 5, start=5)
        assert [company.index for company in (*first, *second)] == list(range(10))


class TestHouseholds:
    def test_the_same_seed_gives_the_same_people(self, clients: list[CompanySpec]) -> None:
        assert list(households(clients[0], 7, 100)) == list(households(clients[0], 7, 100))
        assert list(households(clients[0], 8, 100)) != list(households(clients[0], 7, 100))

    @pytest.mark.parametrize("people", [0, 1, 2, 3, 17, 100, 1_000])
    def test_exactly_so_many_people_come_out(self, clients: list[CompanySpec], people: int) -> None:
        assert sum(len(home.people) for home in households(clients[1], 7, people)) == people

    def test_too_many_for_one_company_are_refused(self, clients: list[CompanySpec]) -> None:
        with pytest.raises(ValueError, match="at most"):
            next(households(clients[0], 7, PEOPLE_PER_COMPANY + 1))

    def test_number_seeds_never_meet(self, crowd: list[PersonSpec]) -> None:
        assert len({person.number_seed for person in crowd}) == len(crowd)

    def test_employee_codes_are_unique_and_shared_by_the_family(self, clients: list[CompanySpec]) -> None:
        for client in clients[:20]:
            homes = list(households(client, 7, 200))
            assert len({home.employee.employee_code for home in homes}) == len(homes)
            for home in homes:
                assert {person.employee_code for person in home.people} == {home.employee.employee_code}

    def test_no_two_households_of_a_company_are_alike(self, clients: list[CompanySpec]) -> None:
        homes = list(households(clients[2], 7, 20_000))
        assert len({(home.employee.name, home.employee.born_on) for home in homes}) == len(homes)

    def test_every_person_has_a_reading(self, crowd: list[PersonSpec]) -> None:
        for person in crowd:
            assert KANA.fullmatch(person.family_kana)
            assert KANA.fullmatch(person.given_kana)

    def test_there_are_foreign_workers(self, crowd: list[PersonSpec]) -> None:
        share = sum(person.nation != "" for person in crowd) / len(crowd)
        assert 0.01 <= share <= 0.12

    def test_dependants_are_about_as_many_as_in_life(self, homes: list[HouseholdSpec]) -> None:
        share = sum(len(home.dependants) for home in homes) / len(homes)
        assert 0.45 <= share <= 0.8


class TestFamilies:
    def test_surnames_and_sexes_fit(self, homes: list[HouseholdSpec]) -> None:
        for home in homes:
            for person in home.dependants:
                if not person.nation:
                    assert person.family_name == home.employee.family_name
                    assert person.family_kana == home.employee.family_kana
                woman = person.relationship in {"妻", "母"} or person.relationship.endswith("女")
                assert person.sex == ("F" if woman else "M")
                if person.relationship in {"妻", "夫"}:
                    assert person.sex != home.employee.sex

    def test_nobody_has_two_of_one_kind(self, homes: list[HouseholdSpec]) -> None:
        for home in homes:
            kinds = Counter(person.relationship for person in home.people)
            assert max(kinds.values()) == 1
            assert not {"妻", "夫"} <= set(kinds)

    def test_parents_are_sixteen_years_older_than_children(self, homes: list[HouseholdSpec]) -> None:
        for home in homes:
            parents = [p for p in home.people if p.relationship in {"本人", "妻", "夫"}]
            for child in (p for p in home.dependants if CHILD.fullmatch(p.relationship)):
                assert min(age(parent.born_on, child.born_on) for parent in parents) >= 16
            for parent in (p for p in home.dependants if p.relationship in {"父", "母"}):
                assert age(parent.born_on, home.employee.born_on) >= 16

    def test_spouses_are_adults_and_employees_were_when_they_joined(self, homes: list[HouseholdSpec]) -> None:
        for home in homes:
            seen_on = home.employee.left_on or DEMO_TODAY
            for person in home.dependants:
                if person.relationship in {"妻", "夫"}:
                    assert age(person.born_on, seen_on) >= 18
            assert home.employee.joined_on is not None
            assert age(home.employee.born_on, home.employee.joined_on) >= 18

    def test_brothers_and_sisters_are_born_in_the_order_they_are_called(self, homes: list[HouseholdSpec]) -> None:
        order = "長二三四"
        for home in homes:
            children = [p for p in home.dependants if CHILD.fullmatch(p.relationship)]
            for older, younger in pairwise(children):
                assert younger.born_on - older.born_on >= timedelta(days=300)
            for sex in ("M", "F"):
                called = [p.relationship[0] for p in children if p.sex == sex]
                assert called == list(order[: len(called)])

    def test_category_three_is_for_spouses_from_20_to_59(self, homes: list[HouseholdSpec]) -> None:
        """国民年金法7条1項3号."""
        for home in homes:
            for person in home.dependants:
                if DependantKind.CATEGORY3 in person.dependant_kinds:
                    assert person.relationship in {"妻", "夫"}
                    assert age(person.born_on, home.employee.left_on or DEMO_TODAY) >= 20


class TestNumbers:
    def test_days_come_in_order(self, homes: list[HouseholdSpec]) -> None:
        for home in homes:
            joined_on, left_on = home.employee.joined_on, home.employee.left_on
            assert joined_on is not None
            assert joined_on < (left_on or DEMO_TODAY) <= DEMO_TODAY
            for person in home.people:
                assert person.born_on < DEMO_TODAY
                if person.registered_on:
                    last = person.disposed_on or DEMO_TODAY
                    assert max(joined_on, date(2016, 1, 1), person.born_on) < person.registered_on + timedelta(1)
                    assert person.registered_on <= (left_on or DEMO_TODAY)
                    assert person.registered_on < last + timedelta(1) <= DEMO_TODAY + timedelta(1)

    def test_state_days_and_checks_agree(self, crowd: list[PersonSpec]) -> None:
        for person in crowd:
            held = person.number_state in {NumberState.REGISTERED, NumberState.DISPOSED}
            assert (person.registered_on is not None) == held
            assert (person.verification is not None) == held
            assert (person.disposed_on is not None) == (person.number_state is NumberState.DISPOSED)
            if person.number_state is not NumberState.REGISTERED:
                assert person.note

    def test_a_number_is_kept_only_for_entrusted_affairs(self, clients: list[CompanySpec]) -> None:
        """番号法20条."""
        for client in clients:
            for home in households(client, 7, 60):
                for person in home.people:
                    assert set(person.purposes) <= set(client.purposes)
                    if person.registered_on:
                        assert person.purposes
                    if not person.is_employee:
                        assert Purpose.EMPLOYMENT_INSURANCE not in person.purposes

    def test_retired_people_are_a_fifth_and_of_the_last_eight_years(self, homes: list[HouseholdSpec]) -> None:
        left = [home.employee.left_on for home in homes if home.employee.left_on]
        assert 0.1 <= len(left) / len(homes) <= 0.3
        assert min(left) >= date(2018, 11, 23)

    def test_all_four_states_occur(self, crowd: list[PersonSpec]) -> None:
        states = Counter(person.number_state for person in crowd)
        assert states[NumberState.REGISTERED] > len(crowd) / 2
        assert all(states[state] > len(crowd) / 200 for state in NumberState)

    def test_nobody_is_disposed_of_while_in_service_and_under_contract(self, clients: list[CompanySpec]) -> None:
        for client in clients:
            for home in households(client, 7, 60):
                for person in home.people:
                    if person.disposed_on:
                        ends = [day for day in (home.employee.left_on, client.contract_ended_on) if day]
                        assert ends
                        assert min(ends) < person.disposed_on

    def test_tax_papers_keep_a_leavers_number_until_11_january_of_the_eighth_year(
        self, clients: list[CompanySpec]
    ) -> None:
        """所得税法施行規則76条の3."""
        for client in (c for c in clients if Purpose.TAX in c.purposes and not c.contract_ended_on):
            for home in households(client, 7, 60):
                left_on, gone_on = home.employee.left_on, home.employee.disposed_on
                if left_on and gone_on:
                    assert gone_on >= date(left_on.year + 8, 1, 11)


class TestDocuments:
    def test_only_living_documents_were_shown(self, crowd: list[PersonSpec]) -> None:
        """番号法施行規則1条–3条 as they stood on the day."""
        for check in (person.verification for person in crowd if person.verification):
            shown = (check.number_document, *check.person_documents, *filter(None, [check.agency_document]))
            assert all(is_living_document(code, check.verified_on) for code in shown)

    @pytest.mark.parametrize(
        ("code", "day", "living"),
        [
            ("NOTIFICATION_CARD", date(2020, 5, 24), True),
            ("NOTIFICATION_CARD", date(2020, 5, 25), False),
            ("PENSION_BOOK", date(2022, 3, 31), True),
            ("PENSION_BOOK", date(2022, 4, 1), False),
            ("HEALTH_INSURANCE_CARD", date(2024, 12, 1), True),
            ("HEALTH_INSURANCE_CARD", date(2024, 12, 2), False),
            ("ELIGIBILITY_CERTIFICATE", date(2024, 12, 1), False),
            ("ELIGIBILITY_CERTIFICATE", date(2024, 12, 2), True),
            ("MOBILE_CARD_RECORD", date(2025, 3, 31), False),
            ("MOBILE_CARD_RECORD", date(2025, 4, 1), True),
        ],
    )
    def test_the_days_on_which_documents_come_and_go(self, code: str, day: date, *, living: bool) -> None:
        assert is_living_document(code, day) is living

    def test_each_kind_of_document_occurs_but_attorney_only_for_agents(self, crowd: list[PersonSpec]) -> None:
        seen: Counter[str] = Counter()
        for check in (person.verification for person in crowd if person.verification):
            seen.update((check.number_document, *check.person_documents))
            if check.agency_document:
                assert (check.agency_document, check.way) == ("POWER_OF_ATTORNEY", Verification.BY_CLIENT)
        assert set(DOCUMENTS) - set(seen) <= {"POWER_OF_ATTORNEY", "DISABILITY_BOOK"}

    def test_two_documents_without_photo_are_two_different_ones(self, crowd: list[PersonSpec]) -> None:
        for check in (person.verification for person in crowd if person.verification):
            if check.way is Verification.RESIDENCE_AND_TWO:
                assert len(set(check.person_documents)) == 2

    def test_the_agent_of_a_category_three_spouse_is_checked_by_the_client_other_family_by_the_employee(
        self, crowd: list[PersonSpec]
    ) -> None:
        for person in crowd:
            if person.verification and not person.is_employee:
                is_filer = DependantKind.CATEGORY3 in person.dependant_kinds
                assert (person.verification.agency_document != "") == is_filer
                assert (person.verification.checked_by is CheckedBy.EMPLOYEE) == (not is_filer)
                assert (person.verification.way is Verification.BY_EMPLOYEE) == (not is_filer)
