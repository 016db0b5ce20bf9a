"""URL × method × who, over the URLs this door shares with the others, and those of files (the rest: test_portal.py)."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from azukari.entrance import urls as entrance
from azukari.entrance.access import PUBLIC
from azukari.entrance.doors import OFFICE
from azukari.entrance.views import uploads
from azukari.portal.urls import urlpatterns
from azukari.store.scope import office_scope
from tests.cast import Cast
from tests.exchange.hands import begin, hand_in, send, user
from tests.portal.conftest import enter

NOWHERE = UUID("01890000-0000-7000-8000-000000000000")
SHARED = {pattern.name: pattern for pattern in urlpatterns if pattern in entrance.patterns}
# GET and POST (without fields) of nonaka and tanabe, who do not differ here.
ROWS = {
    "login": ("200", "200"),
    "login-code": ("302 /p/", "302 /p/"),
    "login-backup": ("302 /p/", "302 /p/"),
    "login-passkey": ("200", "422"),
    "login-cancel": ("405", "302 /p/login/"),
    "forgotten": ("200", "200"),
    "logout": ("405", "302 /p/login/"),
    "verifier": ("200", "405"),
    "activate": ("200", "200"),
    "activate-password": ("302 /p/activate/", "302 /p/activate/"),
    "enrol": ("302 /p/", "405"),
    "enrol-totp": ("302 /p/", "302 /p/"),
    "enrol-passkey": ("302 /p/", "302 /p/"),
    "enrol-codes": ("302 /p/", "302 /p/"),
    "own": ("200", "405"),
    "own-password": ("200", "200"),
    "own-totp": ("200", "200"),
    "own-passkey": ("200", "200"),
    "own-factor-remove": ("405", "404"),
    "own-codes": ("405", "200"),
    "own-session-end": ("405", "302 /p/account/"),
    "own-device-forget": ("405", "404"),
}


METHODS = ("get", "post", "patch", "delete", "options")
NO = "405 405 405"
# Files of あおば, as nonaka and tanabe meet them, and tanabe after going over to みずほ. An upload is the caller's own.
FILE_ROWS = {
    "uploads": {"post": "400 400 400", "options": "204 204 204"},
    "upload": {"get": "200 200 404", "patch": "415 415 415", "delete": "204 204 404"},
    "files": {"get": "200 200 200"},
    "files-send": {"post": "302 302 302"},
    "files-zip": {"post": "302 302 302"},
    "file": {"get": "200 200 404"},
    "file-download": {"get": "200 200 404"},
    "file-open": {"get": "200 200 404", "post": "422 422 404"},
    "file-receipt": {"get": "200 200 404"},
    "file-withdraw": {"post": "302 302 404"},
    "file-protect": {"post": "302 302 404"},
}
FILES = {
    pattern.name: pattern for pattern in urlpatterns if pattern in uploads.patterns or pattern.name.startswith("file")
}
SENT = {"file-open", "file-download"}


def told(response: HttpResponse) -> str:
    return f"{response.status_code} {response.get('Location', '')}".strip()


def address_of(name: str) -> str:
    return reverse(f"portal:{name}", kwargs=dict.fromkeys(SHARED[name].pattern.converters, NOWHERE))


def test_a_new_shared_url_needs_a_row() -> None:
    assert set(SHARED) == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("login", ["nonaka", "tanabe"])
def test_what_somebody_signed_in_meets(cast: Cast, name: str, login: str) -> None:
    for method, expected in zip(("get", "post"), ROWS[name], strict=True):
        client = enter(cast.minato, login)
        assert told(getattr(client, method)(address_of(name), secure=True)) == expected
    assert enter(cast.minato, login).delete(address_of(name), secure=True).status_code == 405


@pytest.mark.parametrize("name", ROWS)
def test_nobody_and_staff_of_the_office_door_are_led_to_this_doors_login(cast: Cast, name: str) -> None:
    for method, expected in zip(("get", "post"), ROWS[name], strict=True):
        for client in (Client(), enter(cast.minato, "aoki", OFFICE)):
            answer = told(getattr(client, method)(address_of(name), secure=True))
            if expected == "405" or SHARED[name].callback.permission == PUBLIC:
                assert answer == expected
            else:
                assert answer.startswith("302 /p/login/?")


def file_address(cast: Cast, name: str, login: str) -> str:
    """The address of a line of あおば, or of the caller's own upload for あおば."""
    converters = FILES[name].pattern.converters
    with office_scope(cast.minato.id):
        if "file_id" in converters:
            made = {"file_id": begin(user(cast.minato, login), cast.minato.clients["aoba"], 10)}
        elif "delivery_id" in converters:
            line = send(cast.minato, protected=name == "file-open") if name in SENT else hand_in(cast.minato)
            made = {"delivery_id": line.id}
        else:
            made = {}
    return reverse(f"portal:{name}", kwargs=made)


def of_mizuho(cast: Cast) -> Client:
    """Tanabe's browser, gone over to the other company."""
    client = enter(cast.minato, "tanabe")
    client.post("/p/switch/", {"company": str(cast.minato.clients["mizuho"])}, secure=True)
    return client


def test_a_new_url_of_files_needs_a_row() -> None:
    assert set(FILES) == set(FILE_ROWS)
    for name, row in FILE_ROWS.items():
        assert {method.upper() for method in row} == set(FILES[name].callback.methods) - {"HEAD"}, name


@pytest.mark.parametrize("name", FILE_ROWS)
@pytest.mark.parametrize("who", ["nonaka", "tanabe", "mizuho"])
def test_who_may_do_what_with_files(cast: Cast, name: str, who: str) -> None:
    client = of_mizuho(cast) if who == "mizuho" else enter(cast.minato, who)
    url = file_address(cast, name, "nonaka" if who == "nonaka" else "tanabe")
    for method in METHODS:
        expected = FILE_ROWS[name].get(method, NO).split()[["nonaka", "tanabe", "mizuho"].index(who)]
        fields = {"csrfmiddlewaretoken": "x"} if method == "post" else {}
        assert getattr(client, method)(url, fields, secure=True).status_code == int(expected), method


@pytest.mark.parametrize("name", [name for name in FILES if FILES[name].pattern.converters])
def test_a_file_of_another_company_looks_like_one_that_is_not_there(cast: Cast, name: str) -> None:
    client = of_mizuho(cast)
    theirs = file_address(cast, name, "tanabe")
    nowhere = reverse(f"portal:{name}", kwargs=dict.fromkeys(FILES[name].pattern.converters, NOWHERE))
    for method in {"get", "post", "delete"} & set(FILE_ROWS[name]):
        answers = [getattr(client, method)(url, secure=True) for url in (theirs, nowhere)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_an_upload_of_a_colleague_is_not_there(cast: Cast, tanabe: Client) -> None:
    url = file_address(cast, "upload", "nonaka")
    assert [getattr(tanabe, method)(url, secure=True).status_code for method in ("get", "head", "delete")] == [404] * 3


@pytest.mark.parametrize("name", FILE_ROWS)
def test_nobody_and_staff_get_no_files_here(cast: Cast, name: str) -> None:
    url = file_address(cast, name, "nonaka")
    for client in (Client(), enter(cast.minato, "aoki", OFFICE)):
        for method in METHODS:
            answer = told(getattr(client, method)(url, secure=True))
            assert answer.startswith("302 /p/login/?" if method in FILE_ROWS[name] else "405"), method
