"""Every address of the console, the shared ones too, read byte by byte for what an operator must never see."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from azukari.exchange.models import Broadcast, FileRequest, RequestItem, StoredFile
from azukari.exchange.rules.wishes import Wishes
from azukari.intake.models import SheetImport
from azukari.operator.urls import urlpatterns
from azukari.roster.models import Person
from azukari.store.scope import office_scope
from azukari.tenancy.actions import offices
from azukari.tenancy.models import ClientCompany, ClientUser, Operator, StaffMember
from tests.cast import NOW, PASSWORD, Cast, Office, number_of
from tests.exchange.hands import begin, hand_in, send, user
from tests.office.conftest import browser, undone
from tests.office.world import address_of
from tests.operator.conftest import enter, make_operator
from tests.operator.test_no_path import FIELDS, text_of
from tests.vault.test_numbers import register

# The one person of みなと an operator knows: typed by the operator, printed on the letter.
CONTACT = "青木 由美"
ROUTES = {pattern.name: pattern for pattern in urlpatterns}


def spellings(word: str) -> set[str]:
    """A name as it may stand somewhere: as typed, without its space, with a wide one."""
    return {word, word.replace(" ", ""), word.replace(" ", "\u3000")}


def exchanged(office: Office) -> set[str]:
    """Files of みなと in every state of their way, and what is said with them. Gives names and words."""
    hand_in(office, name="勤怠10月.txt", wishes=Wishes(memo="有給に注意"))
    hand_in(office, name="保護の番号.txt", protected=True)
    begin(user(office), office.clients["aoba"], 9, name="途中の給与.txt")
    send(office, name="賞与のお知らせ.txt")
    for name, parameter in (("broadcast", "broadcast_id"), ("request", "request_id")):
        address_of(office, name, parameter, "aoba")
    found = set(StoredFile.objects.values_list("name", flat=True)) | {"有給に注意"}
    found |= set(FileRequest.objects.values_list("title", flat=True))
    found |= set(RequestItem.objects.values_list("name", flat=True))
    return found | set(Broadcast.objects.values_list("target", flat=True))


@pytest.fixture
def needles(cast: Cast) -> set[str]:
    """Numbers, names and file names of both offices, after they have been put there. みなと gives support."""
    found: set[str] = set()
    for office, person in ((cast.minato, "takahashi"), (cast.kamome, "minami")):
        manager = "aoki" if office is cast.minato else "kamo"
        with office_scope(office.id):
            if office is cast.minato:
                register(office, person, 11)
                address_of(office, "import", "import_id", "aoba")
                found |= exchanged(office)
            offices.give_support(actor=office.actor(manager), reason="ログインの確認", hours=24, now=NOW)
            for model in (StaffMember, ClientUser, ClientCompany, Person):
                for name in model.objects.values_list("name", flat=True):
                    found |= spellings(name)
            for model in (ClientCompany, Person):
                for kana in model.objects.values_list("kana", flat=True):
                    found |= spellings(kana)
            found |= set(SheetImport.objects.values_list("file_name", flat=True))
    digits = number_of(11)
    found |= {digits, f"{digits[:4]} {digits[4:8]} {digits[8:]}", f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"}
    return found - spellings(CONTACT)


def everything(answer: HttpResponse) -> str:
    """The whole answer: text of a page or PDF, raw bytes of anything, headers and cookies."""
    raw = answer.content.decode("utf-8", "replace")
    return "\n".join([text_of(answer), raw, str(answer.headers), str(answer.cookies)])


def digits_of_number_length(text: str) -> set[str]:
    return set(re.findall(r"(?<![0-9a-f-])\d{12}(?![0-9a-f])", text))


def test_the_needles_are_there_to_be_found(cast: Cast, needles: set[str]) -> None:
    """Without this the walk would prove nothing: the office's own pages show them."""
    assert {"従業員.xlsx", "株式会社あおば製作所", "石原 亮太", "田辺 由紀", "佐伯 舞", number_of(11)} <= needles
    assert {"株式会社潮騒", "南 一郎"} <= needles
    office = browser(cast.minato, "aoki")
    shown = "".join(
        office.get(path, secure=True).content.decode()
        for path in (
            "/clients/",
            "/imports/",
            "/settings/staff/",
            f"/clients/{cast.minato.clients['aoba']}/people/",
            "/files/",
            "/requests/",
            "/broadcasts/",
        )
    )
    there = {word for word in needles if word in shown}
    assert {"従業員.xlsx", "株式会社あおば製作所", "石原 亮太", "佐伯 舞"} <= there
    files = {"勤怠10月.txt", "保護の番号.txt", "賞与のお知らせ.txt", "有給に注意", "11月分の勤怠", "選んだ顧問先"}
    assert files <= there
    assert {"途中の給与.txt", "タイムカード"} <= needles


@pytest.mark.parametrize("name", ROUTES)
def test_no_answer_holds_a_number_a_name_or_a_file(
    cast: Cast, needles: set[str], operator: Operator, name: str
) -> None:
    other = make_operator("unei2", "運営 次郎")
    ids: dict[str, UUID] = {"operator_id": other.pk}
    fields = FIELDS.get(name, {})
    for office in (cast.minato, cast.kamome):
        ids["office_id"] = office.id
        url = reverse(
            f"operator:{name}", kwargs={word: ids.get(word, other.pk) for word in ROUTES[name].pattern.converters}
        )
        answers: list[HttpResponse] = []

        def walk(url: str = url, answers: list[HttpResponse] = answers) -> None:
            for client in (enter(operator), Client()):
                client.raise_request_exception = False
                if "GET" in ROUTES[name].callback.methods:
                    answers.append(client.get(url, secure=True))
                    answers.append(client.get(url, {"q": "aoba", "page": "1", "next": "/operator/"}, secure=True))
                if "POST" in ROUTES[name].callback.methods:
                    answers.append(client.post(url, {}, secure=True))
                    answers.append(client.post(url, fields, secure=True))
                    answers.append(client.post(url, {**fields, "confirm_password": PASSWORD}, secure=True))
                    if answers[-1].status_code == 302:
                        answers.append(client.get(answers[-1]["Location"], secure=True))

        undone(walk)
        # かもめ's own contact is on the pages about かもめ alone.
        wrong = needles - (spellings("鴨下 さゆり") if office is cast.kamome else set())
        for answer in answers:
            assert answer.status_code < 500, (name, answer.status_code)
            assert not {word for word in wrong if word in everything(answer)}, (name, answer.status_code)
            assert not digits_of_number_length(text_of(answer)), name
        if name == "office-support":
            assert answers[0].status_code == 200
        if name == "office-letter":
            assert answers[2]["Content-Type"] == "application/pdf"
