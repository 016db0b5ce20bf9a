"""お預かり控え: one number, one page; the same answer for everything that does not fit; the number never on it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from azukari.journal import queries as record
from azukari.oversight import errors, queries
from azukari.oversight.actions import slips
from azukari.oversight.models import HoldingSlip
from azukari.oversight.rules.handling import partial_name
from azukari.roster.errors import PersonNotFoundError
from azukari.store.scope import office_scope
from azukari.tenancy.actions import offices
from azukari.tenancy.actions.holders import NOWHERE, Trace
from azukari.tenancy.errors import PermissionNotAllowed, TooManyAttemptsError
from azukari.vault.rules.disposal import Reason
from tests.cast import NOW, Cast, Office, number_of
from tests.vault.disposing import ask, carry_out
from tests.vault.test_numbers import register, reveal

LATER = NOW + timedelta(hours=1)


def issue(office: Office, person: str = "ishihara", login: str = "saeki", now=NOW) -> str:
    return slips.issue(actor=office.actor(login), person_id=office.people[person], now=now).code.text()


def open_page(code: str, *, office: str = "minato", address: str = "192.0.2.1", now=LATER):
    return slips.open_page(office_code=office, typed=code, trace=Trace(address=address), now=now)


@pytest.fixture
def code(cast: Cast) -> str:
    """石原's slip; the number was registered and shown once."""
    with office_scope(cast.minato.id):
        register(cast.minato, "ishihara", 1)
        reveal(cast.minato, "ishihara")
        return issue(cast.minato)


def test_the_page_says_who_for_what_since_when_and_every_use(code: str) -> None:
    page = open_page(code)
    assert (page.name, page.office, page.company) == ("石○ 亮○", "みなと社会保険労務士法人", "株式会社あおば製作所")
    assert page.held is not None
    assert page.held.purposes == ("扶養控除等申告書・源泉徴収票の作成",)
    assert page.held.since == NOW
    assert (page.held.until is not None, page.held.law) == (True, "所得税法施行規則76条の3")
    assert [(row.label, row.use, row.submitted_to) for row in page.used] == [
        ("マイナンバー閲覧", "源泉徴収票・給与支払報告書の作成", "税務署・市町村"),
        ("マイナンバー登録", "", ""),
    ]
    assert number_of(1) not in repr(page)


def test_after_the_disposal_it_says_when_and_by_which_certificate(cast: Cast, code: str) -> None:
    with office_scope(cast.minato.id):
        carry_out(cast.minato, ask(cast.minato, "ishihara", Reason.REGISTERED_BY_MISTAKE))
    page = open_page(code)
    assert page.held is None
    assert [(at, number) for at, number in page.disposed] == [(NOW, "廃-2026-0001")]


def test_opening_is_recorded_with_the_person_and_the_address(cast: Cast, code: str) -> None:
    open_page(code)
    with office_scope(cast.minato.id):
        last = record.list_entries(cast.minato.actor("aoki"), record.Filter(), size=1).rows[0]
    assert (last.label, last.staff, last.person) == ("本人によるお預かり内容の閲覧", "本人", "石原 亮太")


def test_typed_by_hand_in_any_form(code: str) -> None:
    spaced = " ".join(code[place : place + 4] for place in range(0, 25, 4)).lower()
    assert open_page(spaced, office=" ＭＩＮＡＴＯ ").name == "石○ 亮○"


def test_whatever_does_not_fit_gets_one_answer(cast: Cast, code: str) -> None:
    with office_scope(cast.minato.id):
        newer = issue(cast.minato, now=LATER)
    other = "0" * 25
    answers = set()
    for number, office in ((code, "minato"), (newer, "kamome"), (newer, "nowhere"), (other, "minato"), ("x", "minato")):
        with pytest.raises(errors.SlipNotFoundError) as raised:
            open_page(number, office=office)
        answers.add(str(raised.value))
    assert len(answers) == 1
    assert open_page(newer).name == "石○ 亮○"


def test_a_slip_that_was_stopped_and_one_of_a_stopped_office_open_nothing(cast: Cast, code: str) -> None:
    with office_scope(cast.minato.id):
        offices.stop_office("試験", trace=NOWHERE, now=NOW)
    with pytest.raises(errors.SlipNotFoundError):
        open_page(code)
    with office_scope(cast.minato.id):
        offices.reopen_office(trace=NOWHERE, now=NOW)
        assert queries.slip_of(cast.minato.people["ishihara"]) is not None
        slips.end(actor=cast.minato.actor("saeki"), person_id=cast.minato.people["ishihara"], now=NOW)
        assert queries.slip_of(cast.minato.people["ishihara"]) is None
    with pytest.raises(errors.SlipNotFoundError):
        open_page(code)


def test_tries_of_one_address_are_counted_and_a_right_one_is_not(code: str) -> None:
    for _ in range(25):
        open_page(code)
    for _ in range(20):
        with pytest.raises(errors.SlipNotFoundError):
            open_page("0" * 25)
    for number in ("0" * 25, code):
        with pytest.raises(TooManyAttemptsError):
            open_page(number)
    assert open_page(code, address="192.0.2.2").name == "石○ 亮○"


def test_one_slip_is_not_opened_without_end(code: str) -> None:
    for place in range(30):
        open_page(code, address=f"192.0.2.{place}")
    with pytest.raises(TooManyAttemptsError):
        open_page(code, address="192.0.2.99")


def test_the_number_of_a_slip_is_not_kept(cast: Cast, code: str) -> None:
    with office_scope(cast.minato.id):
        row = HoldingSlip.objects.get(ended_at__isnull=True)
        last = record.list_entries(cast.minato.actor("aoki"), record.Filter(), size=1).rows[0]
    assert code not in repr(vars(row)) + repr(last)


def test_without_a_number_there_is_nothing_to_print(minato: Office) -> None:
    with pytest.raises(errors.NoNumberError):
        issue(minato, "takahashi")


@pytest.mark.parametrize(
    ("login", "person", "error"),
    [
        ("miyake", "ishihara", PermissionNotAllowed),
        ("kanno", "ishihara", PermissionNotAllowed),
        ("ono", "shibata", PersonNotFoundError),
    ],
)
def test_who_may_not_issue(minato: Office, login: str, person: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        issue(minato, person, login)
    with pytest.raises(error):
        slips.end(actor=minato.actor(login), person_id=minato.people[person], now=NOW)


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("name", "shown"),
    [("石原 亮太", "石○ 亮○"), ("林", "林○"), ("Nguyen Van  An", "N○ V○ A○"), ("𠮷田　誠", "𠮷○ 誠○"), ("", "")],
)
def test_a_name_in_part_tells_no_length(name: str, shown: str) -> None:
    assert partial_name(name) == shown
