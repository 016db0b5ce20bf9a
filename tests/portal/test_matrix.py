"""URL × method × who, over the URLs this door shares with the others (its own are in test_portal.py)."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from azukari.entrance import urls as entrance
from azukari.entrance.access import PUBLIC
from azukari.entrance.doors import OFFICE
from azukari.portal.urls import urlpatterns
from tests.cast import Cast
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
