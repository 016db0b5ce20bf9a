"""What the pages of 事業所マイページ say and carry, and what comes of time and of contracts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from azukari.entrance.doors import OFFICE, PORTAL
from azukari.journal import queries as journal
from azukari.store.scope import office_scope
from azukari.tenancy.actions import clients, users
from azukari.tenancy.actions.factors import end_session
from azukari.tenancy.actions.holders import NOWHERE
from azukari.tenancy.models import Account, ClientMembership, Office
from tests.cast import NOW, PASSWORD, TODAY, Cast
from tests.portal.conftest import MOMENT, enter

PAGES = ("/p/", "/p/files/", "/p/documents/", "/p/tools/", "/p/users/", "/p/account/", "/p/account/password/")
NOT_YET = {
    "/p/documents/": "公開されている書類はありません。",
    "/p/tools/": "公開されている書式はありません。",
}


def page_at(client: Client, path: str) -> str:
    response = client.get(path, secure=True)
    assert response.status_code == 200
    return response.content.decode()


def end_aoba(cast: Cast) -> None:
    with office_scope(cast.minato.id):
        clients.end_contract(cast.minato.clients["aoba"], ended_on=TODAY, actor=cast.minato.actor("aoki"), now=NOW)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_frame_of_this_door(tanabe: Client, path: str) -> None:
    page = page_at(tanabe, path)
    assert '<html lang="ja" data-density="portal">' in page
    assert "｜事業所マイページ</title>" in page
    assert page.count("<h1") == 1
    assert re.search(r'<p class="who"><a href="/p/">株式会社あおば製作所 様</a></p>', page)
    assert "みなと社会保険労務士法人" in page
    assert "田辺 由紀さん（窓口責任者）" in page
    assert 'action="/p/logout/"' in page
    assert not re.search(r'(?:href|action)="/(?!p/|static/)', page)  # no way into the office


@pytest.mark.parametrize("path", NOT_YET)
def test_what_has_not_begun_says_so_and_whom_to_call(cast: Cast, nonaka: Client, path: str) -> None:
    Office.objects.filter(id=cast.minato.id).update(telephone="03-0000-0001")
    page = page_at(nonaka, path)
    main = page[page.index("<main") : page.index("</main>")]
    assert NOT_YET[path] in main
    assert '<a class="nowrap" href="tel:03-0000-0001">03-0000-0001</a>' in main
    assert not re.search(r"<(?:form|input|button)\b", main)  # no control that does nothing
    assert '<p class="tel num">' in page


def test_without_a_telephone_the_office_is_named(nonaka: Client) -> None:
    page = page_at(nonaka, "/p/files/")
    assert "tel:" not in page
    assert "操作に困ったときは、みなと社会保険労務士法人にお問い合わせください。" in page


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/p/files/", "ファイル"),
        ("/p/documents/", "定型書類"),
        ("/p/tools/", "書式ツール"),
        ("/p/account/password/", "パスワード"),
        ("/p/account/", "パスワード"),
        ("/p/account/totp/", "パスワード"),
    ],
)
def test_the_menu_word_of_the_page_is_marked(nonaka: Client, path: str, word: str) -> None:
    marked = re.findall(r'aria-current="page"><svg.*?</svg>([^<]+)</a>', page_at(nonaka, path))
    assert marked == [word]


def test_an_error_leads_back_to_this_door(nonaka: Client) -> None:
    for path, status in (("/p/nothing/", 404), ("/p/users/", 403)):
        response = nonaka.get(path, secure=True)
        assert response.status_code == status
        assert not re.search(r'href="/(?!p/|static/)', response.content.decode())
        assert '<a class="btn" href="/p/">' in response.content.decode()


def test_a_refused_page_stands_in_the_offices_record(cast: Cast, nonaka: Client) -> None:
    nonaka.get("/p/users/", secure=True)
    with office_scope(cast.minato.id):
        last = journal.list_entries(cast.minato.actor("aoki"), journal.Filter(), size=1).rows[0]
    assert (last.label, last.result, last.staff) == ("権限のない操作の拒否", "失敗", "野中 浩")


def test_after_the_change_of_company_the_whole_page_is_that_companys(cast: Cast, tanabe: Client) -> None:
    with office_scope(cast.minato.id):
        mizuho = cast.minato.clients["mizuho"]
        ClientMembership.objects.filter(user_id=cast.minato.users["tanabe"], client_id=mizuho).update(
            role="CLIENT_MEMBER"
        )
    tanabe.post("/p/switch/", {"company": str(mizuho)}, secure=True)
    page = page_at(tanabe, "/p/")
    assert "田辺 由紀さん（窓口担当者）" in page
    assert page.count("みずほ運輸株式会社 様") >= 2
    assert page.count("株式会社あおば製作所") == page[page.index("会社を切り替える") :].count("株式会社あおば製作所")
    assert tanabe.get("/p/users/", secure=True).status_code == 403  # the role is the one in this company
    assert "株式会社あおば製作所 様" in page_at(enter(cast.minato, "tanabe"), "/p/")  # another session is not changed


def test_a_company_whose_contract_ends_is_gone_and_the_other_is_in_force(cast: Cast, tanabe: Client) -> None:
    end_aoba(cast)
    page = page_at(tanabe, "/p/")
    assert "<h1>みずほ運輸株式会社 様</h1>" in page
    assert "あおば" not in page
    assert "会社を切り替える" not in page
    aoba = {"company": str(cast.minato.clients["aoba"])}
    assert tanabe.post("/p/switch/", aoba, secure=True).status_code == 404


def test_without_a_running_contract_the_right_password_opens_nothing(cast: Cast) -> None:
    end_aoba(cast)
    fields = {"office_code": "minato", "login_id": "nonaka", "password": PASSWORD}
    browser = Client()
    response = browser.post("/p/login/", fields, secure=True)
    assert response.status_code == 422
    assert "契約は、終了しています。" in response.content.decode()
    assert browser.get("/p/enrol/", secure=True)["Location"].startswith("/p/login/")
    wrong = Client().post("/p/login/", {**fields, "password": "x"}, secure=True)
    assert "契約は、終了しています。" not in wrong.content.decode()


def test_the_list_of_users_shows_state_and_role_of_this_company(cast: Cast, tanabe: Client) -> None:
    with office_scope(cast.minato.id):
        users.stop_user(cast.minato.users["nonaka"], actor=cast.minato.actor("aoki"), now=NOW)
        Account.objects.filter(username="minato/tanabe").update(last_login=MOMENT, email="tanabe@example.jp")
    page = page_at(tanabe, "/p/users/")
    rows = re.findall(r"<tr><th.*?</tr>", page[page.index("<tbody>") :])
    told = [re.sub(r"<[^>]+>", " ", row).split() for row in rows]
    assert told[0] == ["野中", "浩", "nonaka", "窓口担当者", "まだありません", "停止中"]
    assert told[1] == ["田辺", "由紀", "tanabe", "窓口責任者", "2026/11/24", "12:00", "利用中"]
    assert "tanabe@example.jp" not in page
    assert "みずほ" not in page[: page.index("会社を切り替える")]


def test_after_idle_time_the_login_page_says_why(cast: Cast, nonaka: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with office_scope(cast.minato.id):
        minutes = Office.objects.get(id=cast.minato.id).session_minutes
    later = MOMENT + timedelta(minutes=minutes)
    monkeypatch.setattr("azukari.entrance.middleware.utc_now", lambda: later)
    response = nonaka.get("/p/documents/", secure=True)
    assert response["Location"] == "/p/login/?next=%2Fp%2Fdocuments%2F&expired=1"
    assert "操作がなかったため、ログアウトしました。" in page_at(nonaka, response["Location"])


def test_a_session_that_is_ended_elsewhere_is_out_at_once(cast: Cast, nonaka: Client) -> None:
    with office_scope(cast.minato.id):
        end_session(Account.objects.get(username="minato/nonaka"), "test", trace=NOWHERE, now=NOW)
    assert nonaka.get("/p/", secure=True)["Location"].startswith("/p/login/")


def test_one_browser_holds_staff_and_client_user_apart(cast: Cast, nonaka: Client) -> None:
    nonaka.cookies[OFFICE.cookie] = enter(cast.minato, "aoki", OFFICE).cookies[OFFICE.cookie].value
    assert "野中 浩さん" in page_at(nonaka, "/p/")
    assert "青木 由美" in page_at(nonaka, "/")
    nonaka.post("/p/logout/", secure=True)
    assert nonaka.get("/p/", secure=True)["Location"].startswith("/p/login/")
    assert PORTAL.cookie != OFFICE.cookie
    assert "青木 由美" in page_at(nonaka, "/")


def test_a_resumed_contract_lets_its_people_in_again(cast: Cast) -> None:
    end_aoba(cast)
    with office_scope(cast.minato.id):
        clients.resume_contract(cast.minato.clients["aoba"], actor=cast.minato.actor("aoki"), now=NOW)
    fields = {"office_code": "minato", "login_id": "nonaka", "password": PASSWORD}
    assert Client().post("/p/login/", fields, secure=True).status_code == 302
