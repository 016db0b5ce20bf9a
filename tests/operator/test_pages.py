"""What the console's pages say, what they ask before they act, and how much work a page is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from azukari.journal import queries as journal
from azukari.store.scope import office_scope
from azukari.tenancy import errors, queries
from azukari.tenancy.actions import offices, operators
from azukari.tenancy.actions.holders import NOWHERE
from azukari.tenancy.models import Activation, Office, Operator, OperatorEvent, OperatorTotp, OutboxMail
from azukari.tenancy.rules.contract import ContractTerms
from tests.cast import NOW, TODAY, Cast, add_app
from tests.operator.conftest import MOMENT, act, make_operator
from tests.operator.test_no_path import FIELDS


def page_of(client: Client, path: str) -> str:
    answer = client.get(path, secure=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_support_is_in_the_offices_record_even_when_the_page_then_fails(
    cast: Cast, console: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recorded and committed first: at the moment of the look no transaction of the view is open."""
    with office_scope(cast.minato.id):
        offices.give_support(actor=cast.minato.actor("aoki"), reason="確認", hours=1, now=NOW.replace(hour=3))
        before = journal.tree_size()
    depth, seen = len(connection.savepoint_ids), []

    def fail() -> list[object]:
        seen.append((journal.tree_size(), len(connection.savepoint_ids)))
        raise RuntimeError("the page fails")

    monkeypatch.setattr(queries, "list_account_states", fail)
    console.raise_request_exception = False
    assert console.get(f"/operator/offices/{cast.minato.id}/support/", secure=True).status_code == 500
    assert seen == [(before + 1, depth)]
    assert OperatorEvent.objects.filter(label="サポートの閲覧", office_code="minato").count() == 1


def test_support_ends_with_its_time_and_does_not_reach_another_office(cast: Cast, console: Client) -> None:
    with office_scope(cast.minato.id):
        offices.give_support(actor=cast.minato.actor("aoki"), reason="確認", hours=1, now=NOW)  # over since an hour
    with office_scope(cast.kamome.id):
        offices.give_support(actor=cast.kamome.actor("kamo"), reason="確認", hours=24, now=NOW)
    assert console.get(f"/operator/offices/{cast.minato.id}/support/", secure=True).status_code == 403
    with office_scope(cast.minato.id):
        labels = [row.label for row in journal.list_entries(cast.minato.actor("aoki"), journal.Filter(), size=5).rows]
        assert "運営者による状態の閲覧" not in labels
    page = page_of(console, f"/operator/offices/{cast.kamome.id}/support/")
    assert "kamo" in page
    assert "saeki" not in page
    assert "鴨下" not in page


def test_a_code_taken_is_told_before_the_password_is_asked(console: Client) -> None:
    fields = {**FIELDS["office-new"], "code": "ＭＩＮＡＴＯ"}
    answer = console.post("/operator/offices/new/", fields, secure=True)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>エラー：" in page
    assert 'href="#id_code"' in page
    assert 'value="ちどり事務所"' in page
    taken = console.post("/operator/operators/", {"login_id": "UNEI", "name": "別の人"}, secure=True)
    assert taken.status_code == 422
    assert 'href="#id_login_id"' in taken.content.decode()


def test_the_first_login_may_be_called_like_the_office(console: Client) -> None:
    fields = {**FIELDS["office-new"], "manager_login": "chidori", "starts_on": "令和8年11月1日", "staff_limit": "５"}
    assert act(console, "/operator/offices/new/", **fields).status_code == 302
    with office_scope(Office.objects.get(code="chidori").id):
        contract = queries.get_contract()
        assert contract is not None
        assert (contract.starts_on.isoformat(), contract.staff_limit) == ("2026-11-01", 5)


def test_a_failed_stop_keeps_the_page_and_stopping_twice_changes_nothing(cast: Cast, console: Client) -> None:
    path = f"/operator/offices/{cast.kamome.id}/"
    wrong = console.post(f"{path}stop/", {"reason": ""}, secure=True)
    assert wrong.status_code == 422
    assert "停止の理由が入力されていません" in wrong.content.decode()
    act(console, f"{path}stop/", reason="未払い")
    act(console, f"{path}stop/", reason="別の理由")
    assert Office.objects.get(id=cast.kamome.id).stop_reason == "未払い"
    act(console, f"{path}reopen/")
    act(console, f"{path}reopen/")
    with office_scope(cast.kamome.id):
        rows = journal.list_entries(cast.kamome.actor("kamo"), journal.Filter(screen="運営"), size=9).rows
    assert [row.label for row in rows][:2] == ["事務所の利用再開", "事務所の利用停止"]
    assert [row.label for row in rows].count("事務所の利用停止") == 1


def test_the_letters_issued_stand_there_with_dates_and_never_the_code(cast: Cast, console: Client) -> None:
    with office_scope(cast.kamome.id):
        issued = [offices.issue_letter(now=MOMENT), offices.issue_letter(now=MOMENT)]
        numbers = list(Activation.objects.values_list("number", "code_digest"))
    page = page_of(console, f"/operator/offices/{cast.kamome.id}/")
    assert page.count("無効") >= 1
    assert "有効化待ち" in page
    for code in issued:
        assert code.code.text() not in page
        assert not any(group in page for group in code.code.groups())
    assert not any(digest in page for _, digest in numbers)


def test_a_reset_says_so_and_the_second_factor_stays_unless_ticked(cast: Cast, console: Client) -> None:
    path = f"/operator/offices/{cast.kamome.id}/"
    with office_scope(cast.kamome.id):
        account = queries.get_account(Office.objects.get(id=cast.kamome.id).founder_account_id)
        add_app(account)
    assert "再設定して、書面を発行" in page_of(console, path)
    assert act(console, f"{path}letter/").status_code == 200
    with office_scope(cast.kamome.id):
        assert queries.has_factor(account)
    # Still there to tick: somebody may have lost the telephone too, and say so only after the first letter.
    assert 'name="with_factors"' in page_of(console, path)
    assert act(console, f"{path}letter/", with_factors="1").status_code == 200
    with office_scope(cast.kamome.id):
        assert not queries.has_factor(account)
    page = page_of(console, path)
    assert "再設定して、書面を発行" not in page
    assert 'name="with_factors"' not in page


def test_the_history_of_the_contract_shows_its_limits(cast: Cast, console: Client) -> None:
    path = f"/operator/offices/{cast.minato.id}/contract/"
    act(console, path, plan="大", starts_on="2026/4/1", staff_limit="10", number_limit="12000", operator_note="値引き")
    assert 'value="2026/04/01"' in page_of(console, path)
    page = page_of(console, f"/operator/offices/{cast.minato.id}/")
    assert "職員10名・個人番号12,000件" in page
    assert "値引き" in page


def test_nobody_renews_or_stops_oneself(console: Client, operator: Operator) -> None:
    for act_name in ("renew", "stop"):
        assert act(console, f"/operator/operators/{operator.pk}/{act_name}/").status_code == 409
    with pytest.raises(errors.OwnAccountError):
        operators.renew_operator("unei", by=operator, trace=NOWHERE, now=MOMENT)
    operator.refresh_from_db()
    assert operator.is_active
    assert operator.has_usable_password()


def test_renewing_another_takes_password_and_second_factor(console: Client) -> None:
    other = make_operator("unei2", "運営 次郎")
    add_app(other)
    act(console, f"/operator/operators/{other.pk}/renew/")
    other.refresh_from_db()
    assert not other.has_usable_password()
    assert not OperatorTotp.objects.filter(account=other).exists()


def test_the_home_page_says_what_waits(cast: Cast, console: Client) -> None:
    assert "未対応：ありません" in page_of(console, "/operator/")
    act(console, "/operator/offices/new/", **FIELDS["office-new"])
    OutboxMail.objects.create(sealed=b"x", made_at=NOW, next_try_at=NOW, failed_at=NOW)
    page = page_of(console, "/operator/")
    assert "有効化待ちの事務所 1件・送れなかったメール 1件" in page
    assert "みなと社会保険労務士法人" not in page_of(console, "/operator/?q=ＣＨＩＤＯＲＩ")


def test_the_list_is_cut_at_fifty_and_its_work_is_bounded(console: Client) -> None:
    Office.objects.bulk_create(
        Office(code=f"office-{place:03}", name=f"事務所{place:03}", created_at=NOW) for place in range(60)
    )
    with CaptureQueriesContext(
        connection,
    ) as first:
        page = page_of(console, "/operator/")
    assert page.count("data-row-link") == 50
    assert "62件中 1〜50件" in page
    assert "このページの計" in page
    assert len(first) < 50 * 14
    assert page_of(console, "/operator/?page=2").count("data-row-link") == 12
    for odd in ("0", "-1", "zzz", "9" * 30, "２"):
        assert console.get("/operator/", {"page": odd}, secure=True).status_code == 200


def test_the_state_follows_stop_period_and_activation(cast: Cast, console: Client) -> None:
    with office_scope(cast.kamome.id):
        ended = ContractTerms(plan="標準", starts_on=TODAY.replace(year=2025), ends_on=TODAY.replace(day=1))
        offices.change_contract(ended, trace=NOWHERE, now=NOW)
    page = page_of(console, "/operator/")
    assert "契約期間が終了" in page
    assert "契約の登録なし" in page
    act(console, f"/operator/offices/{cast.kamome.id}/stop/", reason="未払い")
    assert "利用停止中" in page_of(console, "/operator/")
