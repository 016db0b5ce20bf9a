"""Headers and cookies on every address, errors and downloads included (security.md 6.23)."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from azukari.seal import one_time
from azukari.store.scope import office_scope
from azukari.tenancy.models import Account
from tests.cast import PASSWORD, Cast, add_app
from tests.office.conftest import MOMENT, browser, confirmed
from tests.office.test_matrix import ROUTES, ask, parameter_of
from tests.office.world import address_of, missing

CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
# Of a file that somebody sent: nothing in it runs or loads, wherever it is shown.
SANDBOX = "sandbox; default-src 'none'"


def check_headers(response: HttpResponse) -> None:
    if response["Content-Security-Policy"] == SANDBOX:
        assert response["Content-Disposition"].startswith("attachment")
    else:
        parts = response["Content-Security-Policy"].split(";")
        policy = dict(part.strip().split(" ", 1) for part in parts if part.strip())
        assert policy.items() >= CSP.items()
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Strict-Transport-Security"].startswith("max-age=")
    cache = {part.strip() for part in response["Cache-Control"].split(",")}
    assert "no-store" in cache
    assert "public" not in cache
    check_cookies(response)


def check_cookies(response: HttpResponse) -> None:
    for name, cookie in response.cookies.items():
        assert name.startswith("__Host-azukari"), name
        assert cookie["secure"], name
        assert cookie["samesite"] == "Strict", name
        assert cookie["path"] == "/", name
        assert not cookie["domain"], name
        if cookie.value:
            assert cookie["httponly"], name


@pytest.mark.parametrize("name", ROUTES)
def test_every_address_in_every_ending(cast: Cast, name: str) -> None:
    parameter = parameter_of(name)
    url = reverse(f"office:{name}", kwargs=address_of(cast.minato, name, parameter, "aoba"))
    nowhere = reverse(f"office:{name}", kwargs=missing(parameter)) if parameter else url
    aoki, miyake = browser(cast.minato, "aoki", unlocked=True), browser(cast.minato, "miyake")
    for client, method, address in (
        (Client(), "GET", url),  # to the login
        (miyake, "GET", url),  # 403 or shown
        (aoki, "GET", nowhere),  # 404
        (aoki, "GET", url),
        (aoki, "HEAD", url),
        (aoki, "PUT", url),  # 405
        (aoki, "POST", url),  # done, downloaded, or 422
    ):
        check_headers(ask(client, method, address))


def test_addresses_that_are_no_route(cast: Cast) -> None:
    for client in (Client(), browser(cast.minato, "aoki")):
        response = ask(client, "GET", "/nothing/here/")
        assert response.status_code == 404
        check_headers(response)


def test_a_form_without_its_token_is_refused_with_all_headers(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    response = ask(client, "POST", reverse("office:login"))
    assert response.status_code == 403
    check_headers(response)


@pytest.mark.parametrize(
    "name", ["certificate", "certificate-file", "file-receipt", "import-rejected", "recovery-sheet"]
)
def test_a_download_is_an_attachment_with_a_plain_name(cast: Cast, name: str) -> None:
    url = reverse(f"office:{name}", kwargs=address_of(cast.minato, name, parameter_of(name), "aoba"))
    aoki = browser(cast.minato, "aoki", unlocked=True)
    method = "GET" if "GET" in ROUTES[name].callback.methods else "POST"
    response = confirmed(aoki, url, {}) if name == "recovery-sheet" else ask(aoki, method, url)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="')
    assert response["Content-Disposition"].isascii()
    check_headers(response)


def test_cookies_of_a_login_and_an_unlock(cast: Cast) -> None:
    client = Client()
    with office_scope(cast.minato.id):
        secret = add_app(Account.objects.get(username="minato/saeki"))
    page = client.get(reverse("office:login"), secure=True)
    assert "__Host-azukari-csrf" in page.cookies
    check_cookies(page)
    entered = client.post(
        reverse("office:login"), {"office_code": "minato", "login_id": "saeki", "password": PASSWORD}, secure=True
    )
    assert "__Host-azukari" in entered.cookies
    check_cookies(entered)
    whole = client.post(
        reverse("office:login-code"),
        {"code": one_time.code_of(secret, one_time.counter_at(MOMENT))},
        secure=True,
    )
    assert "__Host-azukari-device" in whole.cookies
    check_cookies(whole)
    opened = client.post(reverse("office:unlock"), {"password": PASSWORD, "purpose": "sheet"}, secure=True)
    assert "__Host-azukari-unlock" in opened.cookies
    check_cookies(opened)
    assert not opened.cookies["__Host-azukari-unlock"]["expires"]
    left = client.post(reverse("office:logout"), secure=True)
    assert "__Host-azukari-unlock" in left.cookies
    check_cookies(left)
    assert left["Clear-Site-Data"] == '"cache", "storage"'
