"""事業所マイページ: who gets in, what they see, and changing between companies."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from azukari.entrance import urls as entrance
from azukari.entrance.doors import OFFICE, PORTAL
from azukari.journal import queries as journal
from azukari.kernel.actor import Role
from azukari.portal.urls import urlpatterns
from azukari.store.scope import office_scope
from azukari.tenancy.actions import clients, users
from azukari.tenancy.models import Account, BrowserSession
from tests.cast import NOW, PASSWORD, TODAY, Cast
from tests.portal.conftest import enter
from tests.portal.test_handling import HANDLINGS
from tests.portal.test_matrix import FILES

OWN = [
    pattern
    for pattern in urlpatterns
    if pattern not in entrance.patterns and pattern.name not in FILES and pattern.name not in HANDLINGS
]
# Statuses of GET and POST for nonaka and tanabe; the rest of the world is led to the login page.
ROWS = {
    "home": ("200 200", "405 405"),
    "own-notices": ("405 405", "302 302"),
    "documents": ("200 200", "405 405"),
    "record-copy": ("200 200", "405 405"),
    "record-copy-note": ("409 409", "405 405"),  # nothing is signed yet
    "record-copy-proof": ("200 200", "405 405"),
    "tools": ("200 200", "405 405"),
    "users": ("403 200", "405 405"),
    "switch": ("405 405", "404 404"),
}


def test_a_new_url_needs_a_row() -> None:
    assert {pattern.name for pattern in OWN} == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_who_may_do_what(cast: Cast, nonaka: Client, tanabe: Client, name: str) -> None:
    url = reverse(f"portal:{name}")
    for method, expected in zip(("get", "post"), ROWS[name], strict=True):
        for client, status in zip((nonaka, tanabe), expected.split(), strict=True):
            assert getattr(client, method)(url, secure=True).status_code == int(status), (method, name)
        stranger = getattr(Client(), method)(url, secure=True)
        staff = getattr(enter(cast.minato, "aoki", OFFICE), method)(url, secure=True)
        for response in (stranger, staff):
            if expected.startswith("405"):
                assert response.status_code == 405
            else:
                assert response["Location"].startswith("/p/login/")
    assert nonaka.put(url, secure=True).status_code == 405


def test_a_session_of_another_door_under_this_doors_cookie_is_worth_nothing(cast: Cast) -> None:
    staff = enter(cast.minato, "aoki", OFFICE)
    staff.cookies[PORTAL.cookie] = staff.cookies[OFFICE.cookie].value
    assert staff.get("/p/", secure=True)["Location"].startswith("/p/login/")


def test_the_menu_has_its_words_in_their_order(tanabe: Client) -> None:
    page = tanabe.get("/p/", secure=True).content.decode()
    assert "株式会社あおば製作所 様" in page
    nav = page[page.index('class="p-nav') : page.index("</nav>")]
    assert re.findall(r"</svg>([^<]+)</a>", nav) == ["ファイル", "定型書類", "書式ツール", "パスワード"]
    menu = page[page.index("マイページメニュー</h2>") :]
    places = [menu.index(word) for word in ("ファイル管理", "ツール", "定型書類", "パスワード", "ログアウト")]
    assert places == sorted(places)


def test_one_person_changes_between_their_companies_and_to_no_other(cast: Cast, tanabe: Client) -> None:
    assert "みずほ運輸株式会社" in tanabe.get("/p/", secure=True).content.decode()
    wanted = str(cast.minato.clients["mizuho"])
    response = tanabe.post("/p/switch/", {"company": wanted}, secure=True, follow=True)
    assert "<h1>みずほ運輸株式会社 様</h1>" in response.content.decode()
    assert "みずほ運輸株式会社 様" in tanabe.get("/p/users/", secure=True).content.decode()
    for foreign in (cast.minato.clients["kitagawa"], cast.kamome.clients["shiosai"], uuid4(), "x", ""):
        assert tanabe.post("/p/switch/", {"company": str(foreign)}, secure=True).status_code == 404
    assert "<h1>みずほ運輸株式会社 様</h1>" in tanabe.get("/p/", secure=True).content.decode()


def test_a_person_of_one_company_is_not_offered_another(nonaka: Client) -> None:
    page = nonaka.get("/p/", secure=True).content.decode()
    assert "会社を切り替える" not in page
    assert "利用者" not in page


def test_the_lead_sees_who_logs_in_for_this_company_alone(cast: Cast, tanabe: Client) -> None:
    with office_scope(cast.minato.id):
        facts = users.UserFacts(name="森 みどり", roles={cast.minato.clients["mizuho"]: Role.CLIENT_MEMBER})
        users.add_user("mori", facts, actor=cast.minato.actor("aoki"), now=NOW)
    page = tanabe.get("/p/users/", secure=True).content.decode()
    assert "野中 浩" in page and "窓口担当者" in page
    assert "森 みどり" not in page
    tanabe.post("/p/switch/", {"company": str(cast.minato.clients["mizuho"])}, secure=True)
    page = tanabe.get("/p/users/", secure=True).content.decode()
    assert "森 みどり" in page and "案内がまだです" in page
    assert "野中 浩" not in page


@pytest.mark.parametrize(("door", "login"), [("/login/", "tanabe"), ("/p/login/", "saeki")])
def test_an_account_opens_its_own_door_only(cast: Cast, door: str, login: str) -> None:
    fields = {"office_code": "minato", "login_id": login, "password": PASSWORD}
    assert Client().post(door, fields, secure=True).status_code == 422


def test_a_stopped_person_is_out_at_once(cast: Cast, nonaka: Client) -> None:
    with office_scope(cast.minato.id):
        users.stop_user(cast.minato.users["nonaka"], actor=cast.minato.actor("aoki"), now=NOW)
    assert nonaka.get("/p/", secure=True)["Location"].startswith("/p/login/")


def test_with_the_contract_of_the_only_company_the_login_ends(cast: Cast, nonaka: Client, tanabe: Client) -> None:
    with office_scope(cast.minato.id):
        clients.end_contract(cast.minato.clients["aoba"], ended_on=TODAY, actor=cast.minato.actor("aoki"), now=NOW)
        left = BrowserSession.objects.values_list("account_id", flat=True)
        assert list(left) == [Account.objects.get(username="minato/tanabe").pk]  # she serves みずほ as well
    assert nonaka.get("/p/", secure=True)["Location"].startswith("/p/login/")
    assert enter(cast.minato, "nonaka").get("/p/", secure=True)["Location"].startswith("/p/login/")
    assert "みずほ運輸" in enter(cast.minato, "tanabe").get("/p/", secure=True).content.decode()


def test_what_client_users_do_stands_in_the_offices_record(cast: Cast, tanabe: Client) -> None:
    tanabe.post("/p/logout/", secure=True)
    with office_scope(cast.minato.id):
        row = journal.list_entries(cast.minato.actor("aoki"), journal.Filter(screen="ログイン"), size=1).rows[0]
        assert (row.label, row.staff) == ("ログアウト", "田辺 由紀")
        journal.verify_record()


def test_a_client_user_sees_none_of_the_offices_own_lines(cast: Cast) -> None:
    from azukari.tenancy import queries

    with office_scope(cast.minato.id):
        account = Account.objects.get(username="minato/nonaka")
        actor = queries.get_signed_in(account.pk, session="s", address="").actor
        rows = journal.list_entries(actor, journal.Filter(), size=200).rows
        assert rows
        assert all(row.client_id == cast.minato.clients["aoba"] or row.staff == "野中 浩" for row in rows)
