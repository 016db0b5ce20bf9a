"""The operator's work: an office from nothing to its letter, its contract, its stop; support; operators."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from azukari.journal import queries as journal
from azukari.store.scope import office_scope
from azukari.tenancy import errors, queries
from azukari.tenancy.actions import activation, offices
from azukari.tenancy.actions.holders import NOWHERE
from azukari.tenancy.models import BrowserSession, Office, Operator, OperatorEvent
from tests.cast import NOW, PASSWORD, Cast
from tests.operator.conftest import MOMENT, act, enter, make_operator
from tests.operator.test_no_path import FIELDS, text_of
from tests.portal.conftest import enter as enter_office

NEW = FIELDS["office-new"]


def open_office(console: Client) -> Office:
    response = act(console, "/operator/offices/new/", **NEW)
    assert response.status_code == 302
    return Office.objects.get(code="chidori")


def code_in(pdf_text: str) -> str:
    groups = re.findall(r"\b[0-9A-HJKMNP-TV-Z]{4,5}\b", pdf_text[pdf_text.index("有効化コード") :])
    return "".join(groups[:6])


def find(typed: str, office: str = "chidori", login_id: str = "chihara") -> activation.Found:
    return activation.find("office", office_code=office, login_id=login_id, typed=typed, trace=NOWHERE, now=MOMENT)


def test_an_office_is_opened_and_its_letter_opens_the_account(console: Client) -> None:
    office = open_office(console)
    assert office.keys_made_at is None
    letter = act(console, f"/operator/offices/{office.id}/letter/")
    assert letter["Content-Type"] == "application/pdf"
    text = text_of(letter)
    assert "千原 薫" in text and "ちどり事務所" in text and "chihara" in text
    found = find(code_in(text))
    activation.redeem(found, PASSWORD, trace=NOWHERE, now=MOMENT)
    with office_scope(office.id):
        assert queries.count_key_holders() == 1
        labels = [row.label for row in journal.list_entries(_system(office), journal.Filter(), size=50).rows]
        assert labels.count("有効化コードの発行") == 1


def _system(office: Office):
    from azukari.tenancy.actions.holders import system_actor

    return system_actor()


def test_a_new_letter_kills_the_old_code(console: Client) -> None:
    office = open_office(console)
    first = code_in(text_of(act(console, f"/operator/offices/{office.id}/letter/")))
    second = code_in(text_of(act(console, f"/operator/offices/{office.id}/letter/")))
    assert first != second
    with pytest.raises(errors.ActivationRefusedError):
        find(first)
    assert find(second)


def test_without_the_proof_nothing_happens(console: Client) -> None:
    page = console.post("/operator/offices/new/", NEW, secure=True)
    assert page.status_code == 200
    assert "本人の確認" in page.content.decode()
    assert 'name="code" value="chidori"' in page.content.decode()
    assert not Office.objects.filter(code="chidori").exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("code", "minato", "すでに使われています"),
        ("code", "日本", "使えません"),
        ("code", "", "事務所コードが入力されていません"),
        ("manager_login", "a b", "使えません"),
        ("starts_on", "令和99年", "日付"),
        ("ends_on", "2020/1/1", "開始日より前"),
        ("postal_code", "12", "7桁"),
        ("staff_limit", "0", "1"),
    ],
)
def test_bad_input_says_what_and_keeps_the_rest(console: Client, field: str, value: str, sentence: str) -> None:
    response = act(console, "/operator/offices/new/", **{**NEW, field: value})
    assert response.status_code == 422
    page = response.content.decode()
    assert sentence in page
    assert 'value="千原 薫"' in page
    assert not Office.objects.filter(code="chidori").exists()


def test_stopping_logs_everybody_out_and_reopening_lets_them_in(cast: Cast, console: Client) -> None:
    office, client = enter_office(cast.minato, "aoki"), enter_office(cast.minato, "tanabe")
    path = f"/operator/offices/{cast.minato.id}/"
    assert act(console, f"{path}stop/", reason="").status_code == 422
    assert act(console, f"{path}stop/", reason="契約の終了").status_code == 302
    assert not BrowserSession.objects.filter(door__in=["office", "portal"]).exists()
    for browser, door in ((office, "/"), (client, "/p/")):
        assert "login" in browser.get(door, secure=True)["Location"]
    assert "契約の終了" in console.get(path, secure=True).content.decode()
    assert act(console, f"{path}reopen/").status_code == 302
    assert enter_office(cast.minato, "tanabe").get("/p/", secure=True).status_code == 200


def test_a_contract_keeps_its_history_and_its_limits_bite(cast: Cast, console: Client) -> None:
    path = f"/operator/offices/{cast.kamome.id}/contract/"
    act(console, path, plan="小", starts_on="2026/1/1", staff_limit="1", operator_note="値引きあり")
    act(console, path, plan="中", starts_on="2026/4/1", staff_limit="1", client_limit="1", note="よろしく")
    with office_scope(cast.kamome.id):
        assert [row.plan for row in queries.list_contracts()] == ["中", "小"]
        from azukari.kernel.actor import Role
        from azukari.tenancy.actions import staff

        with pytest.raises(errors.LimitReachedError, match="1名"):
            staff.add_member(
                "nakama", staff.StaffFacts(name="仲間", role=Role.GENERAL), actor=cast.kamome.actor("kamo"), now=NOW
            )
    page = console.get("/operator/", secure=True).content.decode()
    assert "上限：職員・顧問先" in page


def test_support_needs_the_offices_grant_and_is_recorded_before_it_is_shown(cast: Cast, console: Client) -> None:
    path = f"/operator/offices/{cast.minato.id}/support/"
    assert console.get(path, secure=True).status_code == 403
    with office_scope(cast.minato.id):
        manager = cast.minato.actor("aoki")
        offices.give_support(actor=manager, reason="ログインの確認", hours=24, now=NOW)
        before = journal.tree_size()
    page = console.get(path, secure=True)
    assert page.status_code == 200
    assert "saeki" in page.content.decode()
    with office_scope(cast.minato.id):
        assert journal.tree_size() == before + 1
        row = journal.list_entries(manager, journal.Filter(), size=1).rows[0]
        assert (row.label, row.detail) == ("運営者による状態の閲覧", "運営 太郎")
        offices.end_support(actor=manager, now=NOW)
    assert console.get(path, secure=True).status_code == 403


def test_the_restriction_of_networks_can_be_lifted_for_an_office_that_is_locked_out(
    cast: Cast, console: Client
) -> None:
    Office.objects.filter(id=cast.minato.id).update(allowed_networks=["203.0.113.0/24"])
    assert act(console, f"/operator/offices/{cast.minato.id}/networks/").status_code == 302
    assert Office.objects.get(id=cast.minato.id).allowed_networks == []


def test_operators_are_added_renewed_and_stopped_by_another(console: Client, operator: Operator) -> None:
    page = act(console, "/operator/operators/", login_id="unei2", name="運営 次郎").content.decode()
    code = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4,5}){5}", page)
    assert code
    assert activation.find("operator", office_code="", login_id="unei2", typed=code.group(), trace=NOWHERE, now=MOMENT)
    other = Operator.objects.get(username="unei2")
    renewed = act(console, f"/operator/operators/{other.pk}/renew/").content.decode()
    assert code.group() not in renewed
    assert act(console, f"/operator/operators/{other.pk}/stop/").status_code == 302
    other.refresh_from_db()
    assert not other.is_active
    assert act(console, f"/operator/operators/{operator.pk}/stop/").status_code == 409


def test_a_stopped_operator_is_out_at_once(console: Client, operator: Operator) -> None:
    second = make_operator("unei2", "運営 次郎")
    browser = enter(second)
    assert browser.get("/operator/", secure=True).status_code == 200
    act(console, f"/operator/operators/{second.pk}/stop/")
    assert browser.get("/operator/", secure=True)["Location"].startswith("/operator/login/")


def test_what_operators_do_stands_in_their_events(cast: Cast, console: Client) -> None:
    open_office(console)
    labels = list(OperatorEvent.objects.order_by("at", "id").values_list("label", "office_code"))
    assert ("事務所の登録", "chidori") in labels
    page = console.get("/operator/events/", secure=True).content.decode()
    assert "事務所の登録" in page and "chidori" in page


def test_an_operator_logs_in_with_a_second_factor_always(cast: Cast, operator: Operator) -> None:
    client = Client()
    response = client.post("/operator/login/", {"login_id": "unei", "password": PASSWORD}, secure=True)
    assert response["Location"] == "/operator/enrol/"
    assert client.get("/operator/", secure=True)["Location"] == "/operator/enrol/"
    wrong = Client().post("/operator/login/", {"login_id": "nobody", "password": PASSWORD}, secure=True)
    assert wrong.status_code == 422
