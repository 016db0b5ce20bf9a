"""The way in at the office door: password, second factor, enrolment, activation; and what a stranger learns of it."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from azukari.entrance.doors import OFFICE
from azukari.entrance.requests import DEVICE_COOKIE
from azukari.journal import queries as journal
from azukari.seal.secretbytes import Secret
from azukari.store.scope import office_scope
from azukari.tenancy import queries
from azukari.tenancy.actions import activation, factors, offices, staff
from azukari.tenancy.actions.holders import NOWHERE
from azukari.tenancy.models import Account, BrowserSession
from azukari.tenancy.rules.settings import FactorFor, OfficeSettings
from tests.cast import NOW, PASSWORD, Cast
from tests.cheap import CheapArgon2Hasher
from tests.entrance.conftest import Clock, code_of, log_in, send, type_password


def settings(cast: Cast, **changed) -> None:
    with office_scope(cast.minato.id):
        version = queries.get_office().settings_version
        offices.change_settings(
            actor=cast.minato.actor("aoki"), settings=OfficeSettings(**changed), version=version, now=NOW
        )


def test_the_password_alone_opens_nothing(client: Client, app: Secret, clock: Clock) -> None:
    assert type_password(client)["Location"] == "/login/code/"
    for path in ("/", "/clients/", "/account/", "/log/"):
        assert client.get(path, secure=True)["Location"] == "/login/code/"
    response = send(client, "/login/code/", code=code_of(app, clock))
    assert response["Location"] == "/"
    assert client.get("/", secure=True).status_code == 200


def test_a_wrong_code_says_what_to_do_and_leaves_the_step_open(client: Client, app: Secret, clock: Clock) -> None:
    type_password(client)
    response = send(client, "/login/code/", code="000000")
    assert response.status_code == 422
    assert "次のコードが表示されるのを待って" in response.content.decode()
    assert send(client, "/login/code/", code=code_of(app, clock))["Location"] == "/"


def test_the_session_gets_a_new_key_at_each_step(client: Client, app: Secret, clock: Clock) -> None:
    client.get("/login/", secure=True)
    keys = [client.cookies.get(OFFICE.cookie)]
    type_password(client)
    keys.append(client.cookies[OFFICE.cookie].value)
    send(client, "/login/code/", code=code_of(app, clock))
    keys.append(client.cookies[OFFICE.cookie].value)
    assert len(set(map(str, keys))) == 3
    assert not BrowserSession.objects.filter(session_key=keys[2]).exists()  # only its hash is stored


def test_a_login_on_its_way_ends_after_half_an_hour(client: Client, app: Secret, clock: Clock) -> None:
    type_password(client)
    clock.pass_minutes(31)
    assert send(client, "/login/code/", code=code_of(app, clock))["Location"].startswith("/login/?")


def test_without_a_factor_one_is_enrolled_before_anything_else(client: Client, cast: Cast, clock: Clock) -> None:
    assert type_password(client, "miyake")["Location"] == "/enrol/"
    assert client.get("/", secure=True)["Location"] == "/enrol/"
    page = client.get("/enrol/totp/", secure=True).content.decode()
    groups = re.findall(r">([A-Z2-7]{4})<", page)
    secret = Secret(__import__("base64").b32decode("".join(groups[:8])))
    wrong = send(client, "/enrol/totp/", code="000000", label="わたしの電話")
    assert wrong.status_code == 422
    assert "わたしの電話" in wrong.content.decode()
    codes_page = send(client, "/enrol/totp/", code=code_of(secret, clock), label="わたしの電話")
    codes = re.findall(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", codes_page.content.decode())
    assert len(set(codes)) == 10
    assert client.get("/", secure=True)["Location"] == "/enrol/codes/"
    assert send(client, "/enrol/codes/").status_code == 422
    assert send(client, "/enrol/codes/", kept="1")["Location"] == "/"
    assert client.get("/", secure=True).status_code == 200
    other = Client()
    type_password(other, "miyake")
    assert send(other, "/login/backup/", code=codes[0])["Location"] == "/"


def test_where_the_office_asks_no_factor_the_password_is_enough(client: Client, cast: Cast) -> None:
    settings(cast, staff_factor=FactorFor.HANDLERS)
    assert type_password(client, "miyake")["Location"] == "/"
    assert type_password(Client(), "ono")["Location"] == "/enrol/"


def test_the_wanted_page_comes_after_the_second_step_and_never_another_site(
    client: Client, app: Secret, clock: Clock
) -> None:
    type_password(client, next="/clients/?q=a")
    assert send(client, "/login/code/", code=code_of(app, clock))["Location"] == "/clients/?q=a"
    for foreign in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        other = Client()
        clock.pass_minutes(1)
        type_password(other, next=foreign)
        assert send(other, "/login/code/", code=code_of(app, clock))["Location"] == "/"


def test_idle_and_absolute_limits_are_the_offices(client: Client, cast: Cast, app: Secret, clock: Clock) -> None:
    settings(cast, session_minutes=10)
    log_in(client, app, clock)
    for _ in range(3):
        clock.pass_minutes(9)
        assert client.get("/", secure=True).status_code == 200
    clock.pass_minutes(10)
    assert "expired=1" in client.get("/", secure=True)["Location"]
    log_in(client, app, clock)
    for _ in range(12 * 60 // 9 - 1):
        clock.pass_minutes(9)
        client.get("/", secure=True)
    clock.pass_minutes(9)
    assert "expired=1" in client.get("/", secure=True)["Location"]


def test_an_address_outside_the_list_is_refused_at_the_login_and_later(
    client: Client, cast: Cast, app: Secret, clock: Clock
) -> None:
    log_in(client, app, clock)
    with office_scope(cast.minato.id):
        from azukari.tenancy.models import Office

        Office.objects.filter(id=cast.minato.id).update(allowed_networks=["203.0.113.0/24"])
    refused = client.get("/clients/", secure=True)
    assert refused.status_code == 403
    assert "接続元が制限されています" in refused.content.decode()
    assert client.get("/clients/", secure=True, REMOTE_ADDR="203.0.113.9").status_code == 200
    assert type_password(Client()).status_code == 422
    with office_scope(cast.minato.id):
        rows = journal.list_entries(cast.minato.actor("aoki"), journal.Filter(screen="ログイン"), size=5).rows
        assert "許可していない接続元の拒否" in {row.label for row in rows if row.failed}


def test_a_stopped_member_is_out_with_the_same_commit(client: Client, cast: Cast, app: Secret, clock: Clock) -> None:
    log_in(client, app, clock)
    with office_scope(cast.minato.id):
        staff.stop_member(cast.minato.staff["saeki"], actor=cast.minato.actor("aoki"), now=NOW)
        assert not BrowserSession.objects.filter(account_id=Account.objects.get(username="minato/saeki").pk).exists()
    assert client.get("/", secure=True)["Location"].startswith("/login/")
    assert type_password(Client()).status_code == 422


def test_a_stopped_office_says_so_only_to_who_knows_the_password(cast: Cast, app: Secret) -> None:
    with office_scope(cast.minato.id):
        offices.stop_office("契約の終了", trace=NOWHERE, now=NOW)
    assert "停止されています" in type_password(Client()).content.decode()
    assert "停止されています" not in type_password(Client(), password="wrong password wrong").content.decode()


def bare(response: HttpResponse) -> str:
    """What a stranger could compare: without the token of the form."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    return f"{response.status_code} {sorted(response.headers)} {text}"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/login/", {"password": "wrong password wrong"}),
        ("/activate/", {"code": "7K2M-9XQD-4RTV-P0H3-BW8N-61CF-Z"}),
        ("/login/forgotten/", {}),
    ],
)
def test_bytes_and_work_do_not_tell_an_existing_account_from_a_missing_one(
    cast: Cast, path: str, fields: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes: list[str] = []
    for name in ("encode", "verify"):
        monkeypatch.setattr(CheapArgon2Hasher, name, _counting(hashes, getattr(CheapArgon2Hasher, name)))
    seen, hashed, commits = [], [], []
    for login_id in ("saeki", "sasaki"):
        before = len(hashes)
        with CaptureQueriesContext(connection) as asked:
            response = send(Client(), path, office_code="minato", login_id=login_id, **fields)
        seen.append(bare(response).replace(login_id, "LOGIN"))
        hashed.append(len(hashes) - before)
        commits.append(sum(query["sql"].startswith("RELEASE") or query["sql"] == "COMMIT" for query in asked))
    assert seen[0] == seen[1]
    assert hashed[0] == hashed[1]
    assert commits[0] == commits[1]


def _counting(calls: list[str], plain):
    def counted(self, password, other):
        calls.append("hash")
        return plain(self, password, other)

    return counted


def test_a_wrong_entry_keeps_what_was_typed_but_the_password(client: Client, cast: Cast) -> None:
    page = type_password(client, "saeki", "wrong password wrong").content.decode()
    assert 'value="minato"' in page and 'value="saeki"' in page
    assert "wrong password wrong" not in page


def test_the_letters_link_is_a_fragment_and_its_page_takes_any_writing(client: Client, cast: Cast) -> None:
    with office_scope(cast.minato.id):
        issued = staff.issue_code(
            cast.minato.staff["miyake"], actor=cast.minato.actor("aoki"), channel=activation.LETTER, now=NOW
        )
        link = activation.link_of("/activate/", office_code="minato", login_id="miyake", issued=issued)
        assert link.partition("#")[0] == "/activate/"
    typed = " - ".join(issued.code.groups()).lower().replace("0", "o")
    done = send(client, "/activate/", office_code="ＭＩＮＡＴＯ", login_id=" Miyake", code=typed)
    assert done["Location"] == "/activate/password/"
    page = client.get("/activate/password/", secure=True).content.decode()
    assert "三宅 隆" in page and issued.code.text() not in page
    differ = send(client, "/activate/password/", password="ichi ni san shi go", again="ichi ni san shi roku")
    assert differ.status_code == 422
    weak = send(client, "/activate/password/", password="mijikai", again="mijikai")
    assert "12文字以上" in weak.content.decode()
    done = send(client, "/activate/password/", password="ichi ni san shi go", again="ichi ni san shi go")
    assert done["Location"] == "/enrol/"
    # The code is used up; the session that used it goes on.
    assert send(Client(), "/activate/", office_code="minato", login_id="miyake", code=typed).status_code == 422


def test_the_device_cookie_is_set_at_the_end_and_known_the_next_time(
    client: Client, cast: Cast, app: Secret, clock: Clock
) -> None:
    type_password(client)
    assert DEVICE_COOKIE not in client.cookies
    send(client, "/login/code/", code=code_of(app, clock))
    cookie = client.cookies[DEVICE_COOKIE]
    assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == "/"
    with office_scope(cast.minato.id):
        account = Account.objects.get(username="minato/saeki")
        assert factors.is_known_device(account, cookie.value)


def test_own_page_shows_sessions_and_ends_the_others(client: Client, cast: Cast, app: Secret, clock: Clock) -> None:
    log_in(client, app, clock)
    clock.pass_minutes(1)
    other = Client()
    log_in(other, app, clock)
    page = client.get("/account/", secure=True).content.decode()
    assert page.count("ログアウト") >= 2
    assert send(client, "/account/sessions/end/").status_code == 302
    assert client.get("/account/", secure=True).status_code == 200
    assert other.get("/account/", secure=True)["Location"].startswith("/login/")


def test_an_act_of_weight_asks_for_the_password_and_keeps_the_fields(
    client: Client, cast: Cast, app: Secret, clock: Clock
) -> None:
    log_in(client, app, clock)
    page = send(client, "/account/codes/")
    assert page.status_code == 200
    assert "本人の確認" in page.content.decode()
    wrong = send(client, "/account/codes/", confirm_password="wrong password wrong", carried="これ")
    assert wrong.status_code == 422
    assert 'value="これ"' in wrong.content.decode()
    assert "wrong password wrong" not in wrong.content.decode()
    done = send(client, "/account/codes/", confirm_password=PASSWORD)
    assert len(re.findall(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", done.content.decode())) == 10
    # Once: the next act asks again.
    assert "本人の確認" in send(client, "/account/codes/").content.decode()


def test_a_page_of_the_proof_is_good_once(client: Client, cast: Cast, app: Secret, clock: Clock) -> None:
    """After a download the page stays open; a second press must not issue a second letter."""
    log_in(client, app, clock)
    page = send(client, "/account/codes/").content.decode()
    ticket = re.search(r'name="confirm_ticket" value="([^"]+)"', page)
    assert ticket
    first = send(client, "/account/codes/", confirm_password=PASSWORD, confirm_ticket=ticket.group(1))
    again = send(client, "/account/codes/", confirm_password=PASSWORD, confirm_ticket=ticket.group(1))
    assert (first.status_code, again.status_code) == (200, 422)
    assert "もう使いました" in again.content.decode()


def test_the_doors_do_not_take_each_others_accounts(client: Client, cast: Cast) -> None:
    assert type_password(client, "tanabe").status_code == 422


def test_a_forgotten_password_is_seen_by_the_manager(client: Client, cast: Cast) -> None:
    assert "登録があれば" in send(client, "/login/forgotten/", office_code="minato", login_id="saeki").content.decode()
    with office_scope(cast.minato.id):
        row = queries.get_staff_for(cast.minato.actor("aoki"), cast.minato.staff["saeki"])
        assert row.standing.reset_asked_at is not None
