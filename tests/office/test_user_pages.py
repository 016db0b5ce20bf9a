"""事業所アカウント: people added, changed, stopped, invited; letters for many never touch an account in use."""

from __future__ import annotations

import io
from uuid import UUID

import pikepdf
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from azukari.kernel.actor import Role
from azukari.office.views import users as views
from azukari.store.scope import office_scope
from azukari.tenancy import queries
from azukari.tenancy.actions import activation, outbox, users
from azukari.tenancy.errors import UserNotFoundError
from azukari.tenancy.models import Account, Activation, ClientMembership, ClientUser, OutboxMail
from azukari.tenancy.models import StaffMember as Staff
from tests.cast import NOW, PASSWORD, Cast, activate, add_app
from tests.office.conftest import SignIn
from tests.office.test_client_pages import HTML, confirmed, get

HARUNA = {
    "way": "new",
    "login_id": "Haruna",
    "name": "春名 ゆい",
    "kana": "はるな ゆい",
    "email": "haruna@example.invalid",
    "role": "CLIENT_LEAD",
}


@pytest.fixture
def haruna(cast: Cast) -> UUID:
    """Somebody of みずほ who has not activated the account."""
    with office_scope(cast.minato.id):
        facts = users.UserFacts(name="春名 ゆい", roles={cast.minato.clients["mizuho"]: Role.CLIENT_LEAD})
        return users.add_user("haruna", facts, actor=cast.minato.actor("aoki"), now=NOW)


def pages_of(response: HttpResponse) -> int:
    assert response["Content-Type"] == "application/pdf", response.content.decode()[:2000]
    with pikepdf.open(io.BytesIO(response.content)) as pdf:
        return len(pdf.pages)


def person(cast: Cast, login_id: str) -> queries.UserRow:
    with office_scope(cast.minato.id):
        found = ClientUser.objects.get(login_id=login_id)
        return queries.get_user_for(cast.minato.actor("aoki"), found.id)


def post(browser: Client, name: str, /, *arguments: object, **fields: object) -> HttpResponse:
    return browser.post(reverse(f"office:{name}", args=arguments), fields, secure=True)


def test_somebody_is_added_and_the_next_step_is_shown(cast: Cast, sign_in: SignIn) -> None:
    client, mizuho = sign_in("aoki"), cast.minato.clients["mizuho"]
    response = confirmed(client, reverse("office:user-new", args=[mizuho]), HARUNA)
    row = person(cast, "haruna")
    assert response["Location"] == reverse("office:user", args=[row.id])
    assert (row.kana, row.memberships) == ("ハルナ ユイ", ((mizuho, "みずほ運輸株式会社", Role.CLIENT_LEAD),))
    page = get(client, "user", row.id)
    assert "次に、ログインの案内を渡してください。" in page
    assert "案内を発行" in page and "メールの送信が設定されていない" in page


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("login_id", "あ", "ログインID「あ」は使えません。"),
        ("login_id", "saeki", "すでに使われています。"),
        ("name", "", "氏名が入力されていません。"),
        ("email", "haruna", "メールアドレス"),
        ("role", "MANAGER", "役割"),
    ],
)
def test_what_is_wrong_is_told_and_the_rest_is_kept(
    cast: Cast, sign_in: SignIn, field: str, typed: str, sentence: str
) -> None:
    fields = {**HARUNA, field: typed, "confirm_password": PASSWORD}
    response = sign_in("aoki").post(
        reverse("office:user-new", args=[cast.minato.clients["mizuho"]]), fields, secure=True
    )
    text = response.content.decode()
    assert response.status_code == 422
    assert sentence in text
    assert PASSWORD not in text
    assert field == "name" or 'value="春名 ゆい"' in text
    with office_scope(cast.minato.id):
        assert not ClientUser.objects.filter(name="春名 ゆい").exists()


def test_one_person_serves_two_companies_with_one_login(cast: Cast, sign_in: SignIn) -> None:
    client, mizuho = sign_in("aoki"), cast.minato.clients["mizuho"]
    url = reverse("office:user-new", args=[mizuho])
    nobody = client.post(url, {"way": "join", "login_id": "nobody", "role": "CLIENT_MEMBER"}, secure=True)
    assert nobody.status_code == 422 and 'href="#join_login_id"' in nobody.content.decode()
    twice = client.post(url, {"way": "join", "login_id": "tanabe", "role": "CLIENT_MEMBER"}, secure=True)
    assert "すでにみずほ運輸株式会社を担当しています。" in twice.content.decode()
    confirmed(client, url, {"way": "join", "login_id": "NONAKA", "role": "CLIENT_LEAD"})
    row = person(cast, "nonaka")
    assert {pk: role for pk, _, role in row.memberships} == {
        cast.minato.clients["aoba"]: Role.CLIENT_MEMBER,
        mizuho: Role.CLIENT_LEAD,
    }
    assert row.standing.activated  # nothing was reset
    assert "株式会社あおば製作所" in get(client, "client-users", mizuho)


def test_a_change_a_conflict_and_no_company_at_all(cast: Cast, sign_in: SignIn) -> None:
    client, row, aoba = sign_in("aoki"), person(cast, "tanabe"), cast.minato.clients["aoba"]
    url = reverse("office:user", args=[row.id])
    fields = {"name": "田邉 由紀", "email": "", "kana": "", "version": row.version, f"role-{aoba}": "CLIENT_MEMBER"}
    assert confirmed(client, url, fields).status_code == 302
    after = person(cast, "tanabe")
    assert (after.name, after.memberships) == (
        "田邉 由紀",
        ((aoba, "株式会社あおば製作所", Role.CLIENT_MEMBER),),
    )
    late = confirmed(client, url, {**fields, "name": "おそい 人"})
    assert late.status_code == 422
    assert 'value="おそい 人"' in late.content.decode()
    none = client.post(url, {**fields, "version": after.version, f"role-{aoba}": ""}, secure=True)
    assert none.status_code == 422
    assert "担当する会社が1社もありません。" in none.content.decode()


def test_a_name_stays_text(cast: Cast, sign_in: SignIn) -> None:
    client, mizuho = sign_in("aoki"), cast.minato.clients["mizuho"]
    confirmed(client, reverse("office:user-new", args=[mizuho]), {**HARUNA, "name": HTML})
    for text in (get(client, "client-users", mizuho), get(client, "user", person(cast, "haruna").id)):
        assert HTML not in text and "&lt;script&gt;" in text


def test_a_letter_is_one_page_and_its_code_opens_the_account(
    cast: Cast, sign_in: SignIn, haruna: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    real = views.letters.respond
    monkeypatch.setattr(
        views.letters, "respond", lambda sheets, **rest: (drawn.extend(sheets), real(sheets, **rest))[1]
    )
    response = confirmed(sign_in("aoki"), reverse("office:user-invite", args=[haruna]), {"channel": "LETTER"})
    assert pages_of(response) == 1
    (sheet,) = drawn
    assert (sheet.organisation, sheet.person, sheet.office_code) == ("みずほ運輸株式会社", "春名 ゆい", "minato")
    assert sheet.page_address.endswith("/p/activate/")
    assert sheet.activation_address.split("#")[1] == f"minato/haruna/{''.join(sheet.code_groups)}"
    with office_scope(cast.minato.id):
        assert Activation.objects.get(account__username="minato/haruna").channel == "LETTER"
    assert "有効化待ち" in get(sign_in("aoki"), "user", haruna)


def test_a_login_in_use_is_reset_only_by_itself_and_the_page_says_so(cast: Cast, sign_in: SignIn) -> None:
    client, row = sign_in("aoki"), person(cast, "nonaka")
    with office_scope(cast.minato.id):
        add_app(Account.objects.get(username="minato/nonaka"))
    assert "今のパスワードはすぐに使えなくなり" in get(client, "user", row.id)
    confirmed(client, reverse("office:user-invite", args=[row.id]), {"channel": "LETTER"})
    after = person(cast, "nonaka").standing
    assert (after.activated, after.has_factor) == (False, True)
    with office_scope(cast.minato.id):
        issued = users.issue_code(row.id, actor=cast.minato.actor("aoki"), channel=activation.LETTER, now=NOW)
        activate("portal", "minato", "nonaka", issued)
    confirmed(client, reverse("office:user-invite", args=[row.id]), {"channel": "LETTER", "with_factors": "on"})
    assert not person(cast, "nonaka").standing.has_factor


def test_mail_is_offered_only_where_it_can_be_sent(
    cast: Cast, sign_in: SignIn, haruna: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, url = sign_in("aoki"), reverse("office:user-invite", args=[haruna])
    assert post(client, "user-invite", haruna, channel="MAIL").status_code == 422
    monkeypatch.setattr(outbox, "_sender", {"address": "azukari@example.invalid"})
    assert "メールアドレスが登録されていない" in get(client, "user", haruna)
    with office_scope(cast.minato.id):
        Account.objects.filter(username="minato/haruna").update(email="haruna@example.invalid")
    assert confirmed(client, url, {"channel": "MAIL"}).status_code == 302
    assert OutboxMail.objects.count() == 1


def test_a_login_is_stopped_and_reopened(cast: Cast, sign_in: SignIn) -> None:
    client, row = sign_in("aoki"), person(cast, "nonaka")
    confirmed(client, reverse("office:user-stop", args=[row.id]))
    assert not person(cast, "nonaka").standing.active
    assert "停止中" in get(client, "client-users", cast.minato.clients["aoba"])
    confirmed(client, reverse("office:user-reopen", args=[row.id]))
    after = person(cast, "nonaka").standing
    assert (after.active, after.activated) == (True, False)


def test_nothing_is_done_without_the_right_password(cast: Cast, sign_in: SignIn) -> None:
    client, row = sign_in("aoki"), person(cast, "nonaka")
    response = post(client, "user-stop", row.id, confirm_password="wrong horse wrong horse")
    assert response.status_code == 422
    assert person(cast, "nonaka").standing.active


# Letters for many


def letters_of(cast: Cast, client: Client, *codes: str) -> HttpResponse:
    chosen = [str(cast.minato.clients[code]) for code in codes]
    return confirmed(client, reverse("office:client-letters"), {"client": chosen})


def test_letters_for_many_never_touch_an_account_in_use(cast: Cast, sign_in: SignIn, haruna: UUID) -> None:
    with office_scope(cast.minato.id):
        both = {cast.minato.clients[code]: Role.CLIENT_MEMBER for code in ("aoba", "mizuho")}
        facts = users.UserFacts(name="両方 さん", roles=both)
        users.add_user("ryoho", facts, actor=cast.minato.actor("aoki"), now=NOW)
        before = dict(Account.objects.filter(door="portal").values_list("username", "password"))
    assert pages_of(letters_of(cast, sign_in("aoki"), "aoba", "mizuho", "kitagawa")) == 2  # one person, one letter
    with office_scope(cast.minato.id):
        assert dict(Account.objects.filter(door="portal").values_list("username", "password")) == before
        alive = Activation.objects.filter(used_at__isnull=True, voided_at__isnull=True)
        assert set(alive.values_list("account__username", flat=True)) == {"minato/haruna", "minato/ryoho"}
    assert person(cast, "tanabe").standing.activated and person(cast, "nonaka").standing.activated


def test_whoever_activates_between_the_look_and_the_act_is_left_alone(cast: Cast, haruna: UUID) -> None:
    with office_scope(cast.minato.id):
        actor = cast.minato.actor("aoki")
        issued = users.issue_first_codes([haruna, cast.minato.users["nonaka"]], actor=actor, now=NOW)
    assert set(issued) == {haruna}
    assert person(cast, "nonaka").standing.activated


def test_all_codes_or_none(cast: Cast, haruna: UUID) -> None:
    with office_scope(cast.minato.id):
        actor = cast.minato.actor("aoki")
        with pytest.raises(UserNotFoundError):
            users.issue_first_codes([haruna, UUID(int=1)], actor=actor, now=NOW)
        assert not Activation.objects.filter(account__username="minato/haruna").exists()


def test_nothing_chosen_nobody_waiting_too_many(
    cast: Cast, sign_in: SignIn, haruna: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, clients = sign_in("aoki"), cast.minato.clients

    def told(*ids: object) -> str:
        response = post(client, "client-letters", client=[str(pk) for pk in ids], q="みずほ")
        assert response.status_code == 302
        return client.get(response["Location"], secure=True).content.decode()

    assert "顧問先が選択されていません。" in told()
    assert "顧問先が選択されていません。" in told("x", cast.kamome.clients["shiosai"])
    assert "案内が必要な人はいません。" in told(clients["aoba"])
    monkeypatch.setattr(views, "MOST_LETTERS", 0)
    page = told(clients["mizuho"])
    assert "案内は1回に0名分までです" in page
    assert 'value="みずほ"' in page  # the filter is kept
    with office_scope(cast.minato.id):
        assert not Activation.objects.filter(account__username="minato/haruna").exists()


def test_whose_companies_are_not_ones_own_is_out_of_reach(cast: Cast, sign_in: SignIn, haruna: UUID) -> None:
    """Ono sees あおば alone: not Haruna of みずほ, and of Tanabe only what concerns あおば."""
    with office_scope(cast.minato.id):
        Staff.objects.filter(login_id="ono").update(role="MANAGER")
    client, tanabe = sign_in("ono"), person(cast, "tanabe")
    assert client.get(reverse("office:user", args=[haruna]), secure=True).status_code == 404
    for name in ("user", "user-invite", "user-stop", "user-reopen"):
        assert post(client, name, haruna, channel="LETTER").status_code == 404
    page = get(client, "user", tanabe.id)
    assert "みずほ" not in page and "担当外の顧問先が 1社" in page
    assert "みずほ" not in get(client, "client-users", cast.minato.clients["aoba"])
    aoba, mizuho = cast.minato.clients["aoba"], cast.minato.clients["mizuho"]
    fields = {"name": tanabe.name, "email": "", "kana": "", "version": tanabe.version}
    smuggled = {**fields, f"role-{aoba}": "CLIENT_MEMBER", f"role-{mizuho}": "CLIENT_MEMBER"}
    confirmed(client, reverse("office:user", args=[tanabe.id]), smuggled)
    with office_scope(cast.minato.id):
        roles = dict(ClientMembership.objects.filter(user_id=tanabe.id).values_list("client_id", "role"))
    assert roles == {aoba: "CLIENT_MEMBER", mizuho: "CLIENT_LEAD"}
    assert (
        "顧問先が選択されていません。"
        in client.get(post(client, "client-letters", client=[str(mizuho)])["Location"], secure=True).content.decode()
    )
