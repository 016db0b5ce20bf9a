"""URL × method × cast, generated from the URL table (security.md 6.15). A new URL needs a row."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from azukari.entrance import urls as entrance
from azukari.exchange.models import StoredFile
from azukari.journal import queries as journal
from azukari.kernel.actor import Actor
from azukari.office.urls import urlpatterns
from azukari.store.scope import office_scope
from azukari.tenancy import policy
from tests.cast import Cast, Office
from tests.office.conftest import browser, undone
from tests.office.world import address_of, missing

METHODS = ("GET", "POST", "PATCH", "DELETE", "OPTIONS")
ALL = "kanno miyake ono saeki aoki kamo"
# No entry (405 for everybody) where the view does not declare the method.
NO = "405 405 405 405 405 405"


@dataclass(frozen=True)
class Row:
    """Expected statuses in the order of ALL. Kamo meets みなと's object where the route has one, else her own office."""

    get: str
    post: str
    patch: str = NO
    delete: str = NO
    options: str = NO

    def of(self, method: str) -> str:
        """Give the statuses of a method."""
        return str(getattr(self, method.lower()))


# Ono and Kamo have no 利用認証 here (302 leads to it); Saeki and Aoki have one.
# 200 to a POST is 本人の確認, where the form would be right without a field.
ROWS = {
    "unlock": Row("403 403 200 200 200 200", "403 403 422 422 422 422"),
    "unlock-end": Row(NO, "302 302 302 302 302 302"),
    "home": Row("200 200 200 200 200 200", NO),
    "clients": Row("403 200 200 200 200 200", NO),
    "client": Row("403 200 200 200 200 404", NO),
    "client-pack": Row("403 403 403 403 200 404", "403 403 403 403 422 404"),
    "people": Row("403 200 200 200 200 404", NO),
    "import-new": Row("403 403 302 200 200 404", "403 403 302 422 422 404"),
    "person": Row("403 200 200 200 200 404", NO),
    "person-retention": Row("403 403 200 200 200 404", "403 403 302 302 302 404"),
    "extend": Row(NO, "403 403 403 403 422 404"),
    "extend-end": Row(NO, "403 403 403 403 409 404"),
    "number-register": Row("403 403 302 200 200 404", "403 403 302 422 422 404"),
    "number-replace": Row("403 403 302 200 200 404", "403 403 302 422 422 404"),
    "reveal": Row("403 403 200 200 200 404", "403 403 422 422 422 404"),
    "person-slip": Row(NO, "403 403 200 200 200 404"),
    "person-slip-end": Row(NO, "403 403 302 302 302 404"),
    "imports": Row("403 403 200 200 200 200", NO),
    "import": Row("403 403 200 200 200 404", "403 403 302 302 302 404"),
    "import-columns": Row("403 403 302 302 302 404", "403 403 302 302 302 404"),
    "import-register": Row("403 403 302 200 200 404", "403 403 302 422 422 404"),
    "import-cancel": Row(NO, "403 403 302 302 302 404"),
    "import-rejected": Row(NO, "403 403 200 200 200 404"),
    "record-copy": Row("200 200 200 200 200 200", NO),
    "record-copy-note": Row("409 409 409 409 409 409", NO),  # nothing is signed yet
    "record-copy-proof": Row("200 200 200 200 200 200", NO),
    "own-notices": Row(NO, "302 302 302 302 302 302"),
    "uploads": Row(NO, "403 400 400 400 400 400", options="403 204 204 204 204 204"),
    # One's own upload; to Kamo it is Aoki's.
    "upload": Row("403 200 200 200 200 404", NO, patch="403 204 204 204 204 404", delete="403 204 204 204 204 404"),
    "files": Row("403 200 200 200 200 200", NO),
    "files-zip": Row(NO, "403 302 302 302 302 302"),  # nothing chosen: back to the list
    "file-send-begin": Row("403 302 302 302 302 302", NO),
    "file-send": Row("403 200 200 200 200 200", "403 422 422 422 422 422"),
    "file-send-add": Row(NO, "403 302 302 302 302 302"),
    "file-send-drop": Row(NO, "403 302 302 302 302 404"),
    "file": Row("403 200 200 200 200 404", NO),
    "file-download": Row("403 200 200 200 200 404", NO),
    "file-open": Row("403 403 200 200 200 404", "403 403 422 422 422 404"),
    "file-receipt": Row("403 200 200 200 200 404", NO),
    "file-withdraw": Row(NO, "403 302 302 302 302 404"),
    "file-protect": Row(NO, "403 302 302 302 302 404"),
    "file-decline": Row(NO, "403 403 422 422 422 404"),
    "file-unprotect": Row(NO, "403 403 422 422 422 404"),
    "file-readers": Row(NO, "403 403 302 302 302 404"),
    "file-release": Row(NO, "403 403 403 403 422 404"),
    "file-accept": Row(NO, "403 302 302 302 302 404"),
    "file-throw-away": Row(NO, "403 403 403 403 302 404"),
    "broadcasts": Row("403 200 200 200 200 200", NO),
    "broadcast": Row("403 200 200 200 200 404", "403 302 302 302 302 404"),
    "requests": Row("403 200 200 200 200 200", NO),
    "request-new": Row("403 200 200 200 200 200", "403 422 422 422 422 422"),
    "request": Row("403 200 200 200 200 404", NO),
    "request-remind": Row(NO, "403 302 302 302 302 404"),
    "request-cancel": Row(NO, "403 302 302 302 302 404"),
    "item-accept": Row(NO, "403 302 302 302 302 404"),
    "item-send-back": Row(NO, "403 422 422 422 422 404"),
    "disposals": Row("403 403 200 200 200 200", NO),
    "disposal-person": Row("403 403 302 200 200 404", "403 403 302 422 422 404"),
    "disposal-client": Row("403 403 302 200 200 404", "403 403 302 422 422 404"),
    "disposal-many": Row(NO, "403 403 302 302 302 302"),  # nothing chosen: back to the list
    "disposal-batch": Row("403 403 200 200 200 404", "403 403 302 403 409 404"),
    "disposal": Row("403 403 200 200 200 404", NO),
    "disposal-carry-out": Row(NO, "403 403 302 403 200 404"),  # Saeki asked for it: not the second person
    "disposal-cancel": Row(NO, "403 403 302 302 302 404"),
    "certificate": Row("403 403 200 200 200 404", NO),
    "certificate-file": Row("403 403 200 200 200 404", NO),
    "certificate-of-person": Row(NO, "403 403 302 302 302 404"),
    "certificate-replace": Row(NO, "403 403 403 403 422 404"),
    "takeouts": Row("200 403 200 200 200 200", NO),
    "takeouts-close": Row("403 403 302 302 302 302", "403 403 302 302 302 302"),  # nothing chosen: back to the list
    "record-events": Row("200 403 200 200 200 200", NO),
    "record": Row("200 403 200 200 200 200", NO),
    "record-entry": Row("200 403 200 200 200 404", NO),
    "record-output": Row("200 403 200 200 200 200", NO),
    "record-print": Row(NO, "200 403 200 200 200 200"),
    "record-export": Row(NO, "422 403 422 422 422 422"),
    "record-views": Row("200 403 200 200 200 200", "422 403 422 422 422 422"),
    "record-view-rename": Row(NO, "404 403 302 302 302 404"),
    "record-view-delete": Row(NO, "404 403 302 302 302 404"),
    "record-open": Row("302 403 302 302 302 302", "302 403 302 302 302 302"),
    "odd-uses": Row("403 403 403 403 200 200", NO),
    "odd-use": Row("403 403 403 403 200 404", "403 403 403 403 422 404"),
    "settings-oversight": Row("403 403 403 403 200 200", "403 403 403 403 422 422"),
    "settings": Row("200 200 200 200 200 200", NO),
    "settings-office": Row("403 403 403 403 200 200", "403 403 403 403 422 422"),
    "settings-retention": Row("403 403 403 403 200 200", "403 403 403 403 422 422"),
    "settings-password": Row("200 200 200 200 200 200", NO),
    "record-password": Row("200 403 200 200 200 200", "422 403 422 422 422 422"),
    # The member is Ono: not Kamo's office.
    "staff": Row("403 403 403 403 200 200", NO),
    "staff-new": Row("403 403 403 403 200 200", "403 403 403 403 422 422"),
    "staff-member": Row("403 403 403 403 200 404", "403 403 403 403 422 404"),
    "staff-invite": Row(NO, "403 403 403 403 422 404"),
    "staff-grant": Row(NO, "403 403 403 403 422 404"),
    "staff-withdraw": Row(NO, "403 403 403 403 200 404"),
    "staff-stop": Row(NO, "403 403 403 403 200 404"),
    "staff-reopen": Row(NO, "403 403 403 403 200 404"),
    "client-accounts": Row("403 403 403 403 200 200", NO),
    "client-new": Row("403 403 403 403 200 200", "403 403 403 403 422 422"),
    "client-edit": Row("403 403 403 403 200 404", "403 403 403 403 422 404"),
    "client-end": Row(NO, "403 403 403 403 422 404"),
    "client-resume": Row(NO, "403 403 403 403 200 404"),
    "client-users": Row("403 403 403 403 200 404", NO),
    "user-new": Row("403 403 403 403 200 404", "403 403 403 403 422 404"),
    "user": Row("403 403 403 403 200 404", "403 403 403 403 422 404"),
    "user-invite": Row(NO, "403 403 403 403 422 404"),
    "user-stop": Row(NO, "403 403 403 403 200 404"),
    "user-reopen": Row(NO, "403 403 403 403 200 404"),
    "client-letters": Row(NO, "403 403 403 403 302 302"),  # nothing chosen: back to the list
    "clients-export": Row(NO, "403 403 403 403 200 200"),
    "clients-import": Row("403 403 403 403 200 200", "403 403 403 403 422 422"),
    "clients-import-check": Row("403 403 403 403 200 404", "403 403 403 403 200 404"),
    "contract": Row("403 403 403 403 200 200", NO),
    "support": Row("403 403 403 403 200 200", "403 403 403 403 422 422"),
    "support-end": Row(NO, "403 403 403 403 302 302"),
    "documents": Row("200 200 200 200 200 200", NO),
    "recovery": Row("403 403 403 403 200 200", "403 403 403 403 200 200"),
    "recovery-use": Row(NO, "403 403 403 403 302 302"),  # both can open numbers: nothing to restore
    "recovery-sheet": Row(NO, "403 403 403 403 200 302"),
}
# Those that every door has are walked in tests/entrance.
OWN = [pattern for pattern in urlpatterns if pattern not in entrance.patterns]
ROUTES = {pattern.name: pattern for pattern in OWN}
# An act of sending has an address before anything is in it: it is everybody's own, and shows one's own drafts alone.
OPEN_ADDRESS = {"file-send", "file-send-add"}
# Answers to a script: one sentence, and what is not there does not stand in the record.
SCRIPTED: set[str] = set()


def parameter_of(name: str) -> str | None:
    """The arguments of a route, with spaces between them."""
    return " ".join(ROUTES[name].pattern.converters) or None


def ask(client: Client, method: str, url: str) -> HttpResponse:
    if method == "PATCH":  # the first byte
        part = {"content_type": "application/offset+octet-stream", "headers": {"Upload-Offset": "0"}}
        return client.generic(method, url, b"x", secure=True, **part)
    return client.generic(
        method,
        url,
        b"csrfmiddlewaretoken=x" if method == "POST" else b"",
        content_type="application/x-www-form-urlencoded",
        secure=True,
    )


def place(cast: Cast, login: str, *, unlocked: bool) -> tuple[Office, Client]:
    office = cast.kamome if login == "kamo" else cast.minato
    return office, browser(office, login, unlocked=unlocked)


def office_actor(office: Office, login: str) -> Actor:
    with office_scope(office.id):
        return office.actor(login)


def size_and_last(office: Office, login: str) -> tuple[int, journal.EntryRow]:
    with office_scope(office.id):
        manager = office.actor("kamo" if login == "kamo" else "aoki")
        return journal.tree_size(), journal.list_entries(manager, journal.Filter(), size=1).rows[0]


def check_refusal(office: Office, login: str, before: int) -> None:
    size, last = size_and_last(office, login)
    assert size == before + 1
    assert (last.label, last.result) == ("権限のない操作の拒否", "失敗")


@pytest.mark.no_database
def test_a_new_url_needs_a_row() -> None:
    assert set(ROUTES) == set(ROWS)
    assert len(ROUTES) == len(OWN)


@pytest.mark.no_database
@pytest.mark.parametrize("name", ROUTES)
def test_a_row_says_405_exactly_where_the_view_does_not_declare_the_method(name: str) -> None:
    methods = set(ROUTES[name].callback.methods)
    assert methods - {"HEAD"} == {method for method in METHODS if ROWS[name].of(method) != NO}
    # To open a file is a record: a HEAD, which brings nothing, would stand there as an opening.
    assert ("HEAD" in methods) == ("GET" in methods and name != "file-download")


@pytest.mark.no_database
@pytest.mark.parametrize("name", ROUTES)
def test_a_view_has_a_permission(name: str) -> None:
    assert ROUTES[name].callback.permission in policy.OFFICE_PERMISSIONS


@pytest.mark.parametrize("name", ROUTES)
def test_without_a_login_there_is_only_the_login_page(cast: Cast, name: str) -> None:
    parameter = parameter_of(name)
    addresses = [address_of(cast.minato, name, parameter, "aoba")] + ([missing(parameter)] if parameter else [])
    for arguments in addresses:
        url = reverse(f"office:{name}", kwargs=arguments)
        for method in METHODS:
            expected, response = ROWS[name].of(method), ask(Client(), method, url)
            if expected == NO:
                assert response.status_code == int(expected.split()[0])
            else:
                assert response.status_code == 302
                assert response["Location"].startswith(reverse("office:login") + "?")


@pytest.mark.parametrize("login", ALL.split())
@pytest.mark.parametrize("name", ROUTES)
def test_who_may_do_what(cast: Cast, name: str, login: str) -> None:
    owner = "aoki" if login in {"kanno", "kamo"} else login
    arguments = address_of(cast.minato, name, parameter_of(name), "aoba", login=owner)
    url = reverse(f"office:{name}", kwargs=arguments)
    office, client = place(cast, login, unlocked=login in {"saeki", "aoki"})
    column = ALL.split().index(login)
    for method in METHODS:
        wanted = int(ROWS[name].of(method).split()[column])
        before, _ = size_and_last(office, login)
        response = ask(client, method, url)
        assert response.status_code == wanted, f"{method} {url} as {login}"
        if wanted == 403 or (wanted == 404 and name not in SCRIPTED):
            check_refusal(office, login, before)


@pytest.mark.parametrize("name", [name for name in ROUTES if parameter_of(name) and name not in OPEN_ADDRESS])
@pytest.mark.parametrize("login", ["ono", "kamo"])
def test_what_is_not_yours_looks_like_what_is_not_there(cast: Cast, name: str, login: str) -> None:
    """Ono is not assigned to 北川; Kamo is of another office. Bytes and record are those of an address that is nowhere."""
    parameter = parameter_of(name)
    assert parameter
    client_code = "kitagawa" if login == "ono" else "aoba"
    theirs = reverse(f"office:{name}", kwargs=address_of(cast.minato, name, parameter, client_code))
    nowhere = reverse(f"office:{name}", kwargs=missing(parameter))
    office, locked = place(cast, login, unlocked=False)
    _, opened = place(cast, login, unlocked=True)
    declared = [method for method in METHODS if method in ROUTES[name].callback.methods]
    for client, method in product((locked, opened), declared):
        answers = []
        for url in (theirs, nowhere):
            before, _ = size_and_last(office, login)
            response = ask(client, method, url)
            if name not in SCRIPTED:
                check_refusal(office, login, before)
            answers.append((response.status_code, response.content))
        assert answers[0] == answers[1]
        may = policy.may(office_actor(office, login), ROUTES[name].callback.permission)
        assert answers[0][0] == (404 if may else 403)


@pytest.mark.parametrize("name", ROUTES)
def test_undeclared_methods_are_405(cast: Cast, name: str) -> None:
    arguments = missing(parameter) if (parameter := parameter_of(name)) else {}
    url = reverse(f"office:{name}", kwargs=arguments)
    for client in (Client(), browser(cast.minato, "aoki")):
        for method in {"PUT", "PATCH", "DELETE", "OPTIONS"} - set(ROUTES[name].callback.methods):
            assert ask(client, method, url).status_code == 405, method


@pytest.mark.parametrize("name", ["upload", "file-send-drop"])
@pytest.mark.parametrize(("client", "owner"), [("aoba", "aoki"), ("kitagawa", "ono")])
def test_an_upload_is_its_owners_and_of_a_client_the_owner_still_serves(
    cast: Cast, name: str, client: str, owner: str
) -> None:
    """Aoki's of あおば; and Ono's own of みずほ, after somebody took みずほ from Ono."""
    made = address_of(cast.minato, name, parameter_of(name), client)
    with office_scope(cast.minato.id):
        StoredFile.objects.filter(id=made["file_id"]).update(staff_id=cast.minato.staff[owner])
    ono = browser(cast.minato, "ono")
    for method in {"GET", "HEAD", "POST", "PATCH", "DELETE"} & set(ROUTES[name].callback.methods):
        assert ask(ono, method, reverse(f"office:{name}", kwargs=made)).status_code == 404, method
    with office_scope(cast.minato.id):
        assert StoredFile.objects.get(id=made["file_id"]).shredded_at is None


def test_a_stopped_account_and_an_old_session_lead_to_the_login(cast: Cast) -> None:
    from azukari.tenancy.models import Account

    client = browser(cast.minato, "saeki")
    with office_scope(cast.minato.id):
        Account.objects.filter(staff__login_id="saeki").update(is_active=False)
    assert ask(client, "GET", "/").status_code == 302


def test_another_persons_unlock_opens_nothing(cast: Cast) -> None:
    """Session and cookie of Saeki's 利用認証 in Aoki's browser."""
    saeki, aoki = browser(cast.minato, "saeki", unlocked=True), browser(cast.minato, "aoki")
    session = aoki.session
    session["unlock"] = saeki.session["unlock"]
    session.save()
    aoki.cookies["__Host-azukari-unlock"] = saeki.cookies["__Host-azukari-unlock"].value
    url = reverse("office:import-new", args=[cast.minato.clients["aoba"]])
    assert undone(lambda: ask(saeki, "GET", url)).status_code == 200
    assert ask(aoki, "GET", url).status_code == 302
