"""URL × method at the operator's console, generated from the URL table. A new URL needs a row."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from azukari.entrance import urls as entrance
from azukari.operator.urls import urlpatterns
from azukari.tenancy.models import Operator
from tests.cast import Cast
from tests.office.conftest import browser
from tests.operator.conftest import make_operator
from tests.portal.conftest import enter as enter_portal

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MISSING = UUID("01890000-0000-7000-8000-000000000000")
ROUTES = {pattern.name: pattern for pattern in urlpatterns if pattern not in entrance.patterns}
# The shared pages behind the login.
BEHIND = {pattern.name: pattern for pattern in entrance.patterns if pattern.callback.permission == "tenancy:own:manage"}


@dataclass(frozen=True)
class Row:
    """Expected statuses of an operator, without a field filled in. 200 to a POST without a page is 本人の確認."""

    get: int
    post: int


ROWS = {
    "home": Row(200, 405),
    "office-new": Row(200, 422),
    "office": Row(200, 405),
    "office-letter": Row(405, 200),
    "office-stop": Row(405, 422),
    "office-reopen": Row(405, 302),  # it is not stopped
    "office-contract": Row(200, 422),
    "office-networks": Row(405, 200),
    "office-support": Row(403, 405),  # the office has given none
    "operators": Row(200, 422),
    "operator-renew": Row(405, 200),
    "operator-stop": Row(405, 200),
    "events": Row(200, 405),
}


def ask(client: Client, method: str, url: str) -> HttpResponse:
    body = b"csrfmiddlewaretoken=x" if method == "POST" else b""
    return client.generic(method, url, body, content_type="application/x-www-form-urlencoded", secure=True)


def address_of(name: str, **ids: UUID) -> str:
    pattern = {**ROUTES, **BEHIND}[name]
    return reverse(f"operator:{name}", kwargs={word: ids.get(word, MISSING) for word in pattern.pattern.converters})


@pytest.mark.no_database
def test_a_new_url_needs_a_row() -> None:
    assert set(ROUTES) == set(ROWS)


@pytest.mark.no_database
@pytest.mark.parametrize("name", ROUTES)
def test_every_view_is_for_operators_and_declares_the_methods_of_its_row(name: str) -> None:
    view = ROUTES[name].callback
    assert view.permission == "operator:console:use"
    assert ("GET" in view.methods) == ("HEAD" in view.methods) == (ROWS[name].get != 405)
    assert ("POST" in view.methods) == (ROWS[name].post != 405)
    assert set(view.methods) <= {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("name", [*ROUTES, *BEHIND])
def test_without_a_login_and_with_one_of_another_door_there_is_only_the_login_page(cast: Cast, name: str) -> None:
    url = address_of(name, office_id=cast.minato.id)
    methods = {**ROUTES, **BEHIND}[name].callback.methods
    strangers = [Client(), browser(cast.minato, "aoki", unlocked=True), enter_portal(cast.minato, "tanabe")]
    # The session of the office even under the console's own cookie.
    forged = browser(cast.minato, "aoki")
    forged.cookies["__Host-azukari-operator"] = forged.cookies["__Host-azukari"].value
    for client in (*strangers, forged):
        for method in METHODS:
            answer = ask(client, method, url)
            if method in methods:
                assert answer.status_code == 302
                assert answer["Location"].startswith(reverse("operator:login") + "?")
            else:
                assert answer.status_code == 405


@pytest.mark.parametrize("name", ROUTES)
def test_what_an_operator_meets(cast: Cast, console: Client, name: str) -> None:
    other = make_operator("unei2", "運営 次郎")
    url = address_of(name, office_id=cast.minato.id, operator_id=other.pk)
    wanted = {"GET": ROWS[name].get, "HEAD": ROWS[name].get, "POST": ROWS[name].post}
    for method in METHODS:
        answer = ask(console, method, url)
        assert answer.status_code == wanted.get(method, 405), method
        if method == "POST" and answer.status_code == 200:
            assert "<h1>本人の確認</h1>" in answer.content.decode()


@pytest.mark.parametrize("name", [name for name in ROUTES if ROUTES[name].pattern.converters])
def test_what_is_not_there_is_not_found(console: Client, name: str) -> None:
    for method in ROUTES[name].callback.methods:
        assert ask(console, method, address_of(name)).status_code == 404


def test_an_operator_is_nobody_at_the_other_doors(console: Client) -> None:
    console.cookies["__Host-azukari"] = console.cookies["__Host-azukari-operator"].value
    console.cookies["__Host-azukari-portal"] = console.cookies["__Host-azukari-operator"].value
    for path, login in (("/", "/login/"), ("/clients/", "/login/"), ("/p/", "/p/login/")):
        answer = ask(console, "GET", path)
        assert answer.status_code == 302
        assert answer["Location"].startswith(login)


def test_a_stopped_operator_is_out_with_the_next_request(console: Client, operator: Operator) -> None:
    Operator.objects.filter(id=operator.pk).update(is_active=False)
    assert ask(console, "GET", "/operator/").status_code == 302
