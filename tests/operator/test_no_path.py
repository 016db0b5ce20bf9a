"""The operator has no path to numbers, files or names of people: every URL is walked, every answer is read."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

import azukari.operator
from azukari.entrance import urls as entrance
from azukari.entrance.doors import OFFICE, OPERATOR
from azukari.operator.urls import urlpatterns
from azukari.store.scope import office_scope
from azukari.tenancy.actions import offices
from azukari.tenancy.models import Operator
from tests.cast import NOW, PASSWORD, Cast, number_of
from tests.exchange.hands import hand_in, send
from tests.operator.conftest import act, make_operator
from tests.portal.conftest import enter as enter_office
from tests.vault.test_numbers import register

OWN = [pattern for pattern in urlpatterns if pattern not in entrance.patterns]
# What the operator typed or must know: the name on the letter.
ALLOWED = {"青木 由美"}
FIELDS = {
    "office-new": {
        "code": "chidori", "name": "ちどり事務所", "manager_name": "千原 薫", "manager_login": "chihara",
        "plan": "標準", "starts_on": "2026/11/1",
    },
    "office-stop": {"reason": "試験"},
    "office-contract": {"plan": "大", "starts_on": "令和8年11月1日"},
    "operators": {"login_id": "unei3", "name": "運営 三郎"},
}  # fmt: skip


def secrets_of(cast: Cast) -> list[str]:
    """Everything of みなと and かもめ that must never stand on the console."""
    from azukari.roster.models import Person
    from azukari.tenancy.models import ClientCompany, ClientUser, StaffMember

    found: list[str] = []
    for office in (cast.minato, cast.kamome):
        with office_scope(office.id):
            for model in (StaffMember, ClientUser, ClientCompany, Person):
                found += model.objects.values_list("name", flat=True)
    found += ["従業員.xlsx", "勤怠.txt", "お知らせ.txt", number_of(1), number_of(2)]
    return [word for word in found if word not in ALLOWED]


def text_of(response: HttpResponse) -> str:
    if response["Content-Type"] == "application/pdf":
        made = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=response.content, capture_output=True, check=True
        )
        return made.stdout.decode()
    return response.content.decode()


@pytest.mark.parametrize("pattern", OWN, ids=lambda pattern: pattern.name)
def test_no_answer_of_the_console_holds_a_number_a_file_or_a_name(cast: Cast, console: Client, pattern) -> None:
    other = make_operator("unei2", "運営 次郎")
    with office_scope(cast.minato.id):
        register(cast.minato, "ishihara", 1)
        register(cast.minato, "misato", 2)
        hand_in(cast.minato)
        send(cast.minato)
        offices.give_support(actor=cast.minato.actor("aoki"), reason="ログインの確認", hours=24, now=NOW)
        offices.change_address(
            offices.OfficeAddress(name="みなと社会保険労務士法人"), actor=cast.minato.actor("aoki"), version=0, now=NOW
        )
    arguments = {"office_id": cast.minato.id, "operator_id": other.pk}
    url = reverse(f"operator:{pattern.name}", kwargs={name: arguments[name] for name in pattern.pattern.converters})
    words = secrets_of(cast)
    assert len(words) > 15
    answers = [console.get(url, secure=True)] if "GET" in pattern.callback.methods else []
    if "POST" in pattern.callback.methods:
        answers += [console.post(url, secure=True), console.post(url, FIELDS.get(pattern.name, {}), secure=True)]
        answers += [act(console, url, **FIELDS.get(pattern.name, {}))]
        if answers[-1].status_code == 302:
            answers.append(console.get(answers[-1]["Location"], secure=True))
    assert any(answer.status_code in {200, 302} for answer in answers)
    for answer in answers:
        assert answer.status_code in {200, 302, 403, 409, 422}, (pattern.name, answer.status_code)
        text = text_of(answer) + str(answer.headers)
        assert [word for word in words if word in text] == []


def test_the_list_with_the_search_holds_none_either(cast: Cast, console: Client) -> None:
    text = console.get("/operator/?q=minato", secure=True).content.decode()
    assert "みなと社会保険労務士法人" in text
    assert [word for word in secrets_of(cast) if word in text] == []


@pytest.mark.parametrize("pattern", OWN, ids=lambda pattern: pattern.name)
def test_nobody_but_an_operator_gets_in(cast: Cast, operator: Operator, pattern) -> None:
    arguments = {"office_id": cast.minato.id, "operator_id": operator.pk}
    url = reverse(f"operator:{pattern.name}", kwargs={name: arguments[name] for name in pattern.pattern.converters})
    office = enter_office(cast.minato, "aoki", OFFICE)
    office.cookies[OPERATOR.cookie] = office.cookies[OFFICE.cookie].value
    for client in (Client(), office):
        for method in pattern.callback.methods:
            response = getattr(client, method.lower())(url, {"confirm_password": PASSWORD}, secure=True)
            assert response["Location"].startswith("/operator/login/")
    for method in {"GET", "POST", "PUT", "DELETE"} - set(pattern.callback.methods):
        assert getattr(Client(), method.lower())(url, secure=True).status_code == 405


def test_an_operators_session_opens_no_office(cast: Cast, console: Client) -> None:
    console.cookies[OFFICE.cookie] = console.cookies[OPERATOR.cookie].value
    for path in ("/", "/clients/", "/settings/", f"/clients/{cast.minato.clients['aoba']}/"):
        assert console.get(path, secure=True)["Location"].startswith("/login/")


def test_of_the_vault_only_counts_are_called() -> None:
    """What .importlinter cannot see: which names of the vault's queries are used."""
    folder = Path(azukari.operator.__file__).parent
    used: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "vault":
                used.add(node.attr)
    assert used == {"count_numbers", "count_stored_bytes"}
