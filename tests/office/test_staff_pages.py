"""従業員アカウント as a 責任者 uses it: adding, handing over, granting, resetting, stopping."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.http import HttpResponse
from django.urls import reverse

from azukari.journal import queries as journal
from azukari.kernel.actor import Role
from azukari.store.scope import office_scope
from azukari.tenancy import queries
from azukari.tenancy.actions import activation, members, offices, outbox, staff
from azukari.tenancy.actions.holders import NOWHERE
from azukari.tenancy.models import Activation, BrowserSession, OutboxMail
from azukari.tenancy.rules.contract import ContractTerms
from tests.cast import NOW, Cast, Office, activate
from tests.office.conftest import MOMENT, SignIn, browser, confirmed
from tests.office.test_pages import rows_of, text_of

NEW = {
    "login_id": "Ｎishi.1",
    "name": "西 香織",
    "kana": "にし かおり",
    "email": "nishi@example.jp",
    "role": "HANDLER",
    "handles": "on",
    "sees": "own",
}


@pytest.fixture
def minato(cast: Cast) -> Iterator[Office]:
    """みなと, in its scope."""
    with office_scope(cast.minato.id):
        yield cast.minato


@pytest.fixture
def mail() -> Iterator[None]:
    """A sender, so that mail can be queued."""
    outbox.use_sender("azukari@example.jp")
    yield
    outbox.use_sender("")


def to(name: str, office: Office, login: str) -> str:
    return reverse(f"office:{name}", args=[office.staff[login]])


def row_of(office: Office, login: str) -> queries.StaffRow:
    return queries.get_staff_for(office.actor("aoki"), office.staff[login])


def typed(office: Office, login: str, **changes: object) -> dict[str, object]:
    """The form of a member as the page shows it, with changes."""
    row = row_of(office, login)
    fields = {
        "name": row.name,
        "kana": row.kana,
        "email": row.email,
        "role": row.role.value,
        "sees": "all" if row.sees_all_clients else "own",
        "clients": [str(pk) for pk in row.clients],
        "version": str(row.version),
    }
    return {**fields, **({"handles": "on"} if row.handles else {}), **changes}


# The list


def test_the_list_says_how_everybody_stands(minato: Office, sign_in: SignIn) -> None:
    activation.ask_reset("office", office_code="minato", login_id="miyake", trace=NOWHERE, now=NOW)
    staff.stop_member(minato.staff["kanno"], actor=minato.actor("aoki"), now=NOW)
    rows = {row[1]: row for row in rows_of(sign_in("aoki").get(reverse("office:staff")))}
    assert rows["aoki"][2:5] == ["責任者", "すべて", "取り扱う"]
    assert rows["ono"][3] == "1社"
    assert rows["miyake"][-1] == "再設定の依頼"
    assert rows["kanno"][-1] == "停止中"


# Adding


def test_adding_somebody_leads_to_the_next_step(minato: Office, sign_in: SignIn) -> None:
    wanted = {**NEW, "clients": [str(minato.clients["aoba"]), str(minato.clients["mizuho"])]}
    page = text_of(confirmed(sign_in("aoki"), reverse("office:staff-new"), wanted, follow=True))
    assert "西 香織さんを追加しました。" in page
    assert "1　案内を渡す" in page
    found = queries.find_staff("nishi.1")
    assert found is not None
    row = queries.get_staff_for(minato.actor("aoki"), found)
    assert (row.kana, row.role, row.handles, row.may_handle) == ("ニシ カオリ", Role.HANDLER, True, False)
    assert set(row.clients) == {minato.clients["aoba"], minato.clients["mizuho"]}


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"login_id": ""}, "id_login_id"),
        ({"email": "nishi@"}, "id_email"),
        ({"role": "GENERAL"}, "id_handles"),
        ({"clients": ["01890000-0000-7000-8000-000000000000"]}, "id_clients"),
    ],
    ids=["no login", "mail", "role", "client"],
)
def test_what_cannot_be_is_said_before_the_confirmation(
    minato: Office, sign_in: SignIn, wrong: dict[str, object], place: str
) -> None:
    response = sign_in("aoki").post(reverse("office:staff-new"), {**NEW, **wrong})
    assert response.status_code == 422
    assert f'href="#{place}"' in text_of(response)
    assert 'value="西 香織"' in text_of(response)


@pytest.mark.parametrize("login_id", ["saeki", "ab", "tanabe", "東"])
def test_a_login_that_cannot_be_keeps_what_was_typed(minato: Office, sign_in: SignIn, login_id: str) -> None:
    response = confirmed(sign_in("aoki"), reverse("office:staff-new"), {**NEW, "login_id": login_id})
    assert response.status_code == 422
    assert f'value="{login_id}"' in text_of(response)
    assert 'href="#id_login_id"' in text_of(response)


def test_the_contracts_limit_holds(minato: Office, sign_in: SignIn) -> None:
    terms = ContractTerms(plan="標準", starts_on=date(2026, 4, 1), staff_limit=5)
    offices.change_contract(terms, trace=NOWHERE, now=NOW)
    aoki, url = sign_in("aoki"), reverse("office:staff-new")
    assert url not in text_of(aoki.get(reverse("office:staff")))
    refused = confirmed(aoki, url, NEW)
    assert refused.status_code == 422
    assert "保守契約の上限（従業員アカウント5名）に達しています。" in text_of(refused)
    assert queries.find_staff("nishi.1") is None


# Changing


def test_changing_keeps_assignments_that_were_not_offered(minato: Office, sign_in: SignIn) -> None:
    """北川's contract has ended: it is offered to whoever has it, and stays."""
    staff.assign(
        actor=minato.actor("aoki"), staff_id=minato.staff["ono"], client_id=minato.clients["kitagawa"], now=NOW
    )
    aoki = sign_in("aoki")
    assert "（契約終了）" in text_of(aoki.get(to("staff-member", minato, "ono")))
    saved = confirmed(aoki, to("staff-member", minato, "ono"), typed(minato, "ono", name="大野 健二"), follow=True)
    assert "保存しました。" in text_of(saved)
    assert len(row_of(minato, "ono").clients) == 2
    assert row_of(minato, "ono").may_handle


def test_a_stale_page_is_refused(minato: Office, sign_in: SignIn) -> None:
    aoki, url, old = sign_in("aoki"), to("staff-member", minato, "miyake"), typed(minato, "miyake")
    confirmed(aoki, url, {**old, "name": "三宅 孝"})
    stale = confirmed(aoki, url, {**old, "name": "三宅 崇"})
    assert stale.status_code == 422
    assert "ほかの人が先に変更しました。" in text_of(stale)
    assert 'value="三宅 崇"' in text_of(stale)


def test_unticking_numbers_takes_the_right_away(minato: Office, sign_in: SignIn) -> None:
    fields = typed(minato, "saeki")
    del fields["handles"]
    confirmed(sign_in("aoki"), to("staff-member", minato, "saeki"), fields)
    assert not minato.actor("saeki").may_handle


def test_the_own_role_stays_whatever_is_sent(minato: Office, sign_in: SignIn) -> None:
    fields = typed(minato, "aoki", role="GENERAL", name="青木 由実")
    confirmed(sign_in("aoki"), to("staff-member", minato, "aoki"), fields)
    row = row_of(minato, "aoki")
    assert (row.role, row.may_handle, row.name) == (Role.MANAGER, True, "青木 由実")


@pytest.mark.parametrize("name", ["staff-stop", "staff-reopen", "staff-withdraw", "staff-invite"])
def test_the_own_account_is_for_another_manager(minato: Office, sign_in: SignIn, name: str) -> None:
    aoki = sign_in("aoki")
    assert to(name, minato, "aoki") not in text_of(aoki.get(to("staff-member", minato, "aoki")))
    assert aoki.post(to(name, minato, "aoki"), {"channel": "LETTER"}).status_code == 409
    assert minato.actor("aoki").may_handle


# Handing over


def invite(sign_in: SignIn, office: Office, login: str, **fields: object) -> HttpResponse:
    return confirmed(sign_in("aoki"), to("staff-invite", office, login), {"channel": "LETTER", **fields})


@pytest.fixture
def nishi(minato: Office) -> Office:
    """みなと with 西, who waits for her code."""
    facts = staff.StaffFacts(name="西 香織", role=Role.HANDLER, email="nishi@example.jp", handles=True)
    minato.staff["nishi"] = staff.add_member("nishi", facts, actor=minato.actor("aoki"), now=NOW)
    yield minato
    del minato.staff["nishi"]


def test_a_letter_is_a_pdf_and_the_code_before_it_dies(nishi: Office, sign_in: SignIn) -> None:
    old = staff.issue_code(nishi.staff["nishi"], actor=nishi.actor("aoki"), channel=activation.LETTER, now=NOW)
    letter = invite(sign_in, nishi, "nishi")
    assert letter["Content-Type"] == "application/pdf"
    assert letter.content.startswith(b"%PDF-")
    assert letter["Content-Disposition"] == 'attachment; filename="login-nishi.pdf"'
    assert Activation.objects.filter(used_at=None, voided_at=None, account__staff__login_id="nishi").count() == 1
    with pytest.raises(activation.errors.ActivationRefusedError):
        activate("office", "minato", "nishi", old, now=MOMENT)


def test_without_a_mail_server_only_the_letter_is_offered(nishi: Office, sign_in: SignIn) -> None:
    aoki = sign_in("aoki")
    page = text_of(aoki.get(to("staff-member", nishi, "nishi")))
    assert "メールの送信が設定されていないため" in page
    assert 'value="MAIL"' not in page
    assert aoki.post(to("staff-invite", nishi, "nishi"), {"channel": "MAIL"}).status_code == 422


def test_a_member_without_an_address_gets_a_letter(minato: Office, sign_in: SignIn, mail: None) -> None:
    page = text_of(sign_in("aoki").get(to("staff-member", minato, "miyake")))
    assert "メールアドレスが登録されていないため" in page
    assert 'value="MAIL"' not in page


def test_an_invitation_by_mail_is_queued(nishi: Office, sign_in: SignIn, mail: None) -> None:
    answer = invite(sign_in, nishi, "nishi", channel="MAIL")
    assert answer["Location"] == to("staff-member", nishi, "nishi")
    assert OutboxMail.objects.count() == 1
    page = text_of(sign_in("aoki").get(to("staff-member", nishi, "nishi")))
    assert "有効化待ち" in page


def test_a_reset_is_announced_and_ends_what_was(minato: Office, sign_in: SignIn) -> None:
    page = text_of(sign_in("aoki").get(to("staff-member", minato, "saeki")))
    assert "今のパスワードはすぐに使えなくなり" in page
    assert "個人番号の権限も消えます。" in page
    saeki = browser(minato, "saeki")
    assert invite(sign_in, minato, "saeki", with_factors="on").content.startswith(b"%PDF-")
    row = row_of(minato, "saeki")
    assert not row.may_handle
    assert not row.standing.activated
    assert not BrowserSession.objects.filter(account_id=row.account_id).exists()
    assert saeki.get(reverse("office:home")).status_code == 302


# The right to numbers


@pytest.fixture
def activated(nishi: Office) -> Office:
    """西 has activated her account and waits for the right."""
    issued = staff.issue_code(nishi.staff["nishi"], actor=nishi.actor("aoki"), channel=activation.LETTER, now=NOW)
    activate("office", "minato", "nishi", issued)
    return nishi


def test_granting_compares_the_fingerprint_and_needs_an_unlock(activated: Office, sign_in: SignIn) -> None:
    url, fingerprint = to("staff-grant", activated, "nishi"), members.fingerprint_of(activated.staff["nishi"])
    locked = sign_in("aoki").post(url, {"fingerprint": fingerprint})
    assert locked["Location"].startswith(reverse("office:unlock"))
    aoki = sign_in("aoki", unlocked=True)
    assert fingerprint in text_of(aoki.get(to("staff-member", activated, "nishi")))
    swapped = aoki.post(url, {"fingerprint": "0" * len(fingerprint)})
    assert swapped.status_code == 422
    done = confirmed(aoki, url, {"fingerprint": fingerprint}, follow=True)
    assert "個人番号を取り扱う権限を付けました。" in text_of(done)
    assert activated.actor("nishi").may_handle


def test_a_role_without_numbers_is_given_no_right(minato: Office, sign_in: SignIn) -> None:
    fingerprint = members.fingerprint_of(minato.staff["miyake"])
    refused = confirmed(
        sign_in("aoki", unlocked=True), to("staff-grant", minato, "miyake"), {"fingerprint": fingerprint}
    )
    assert refused.status_code == 422
    assert "三宅 隆さんの役割（一般従業員）は、個人番号を取り扱えません。" in text_of(refused)
    assert not minato.actor("miyake").may_handle


def test_withdrawing_keeps_the_account(minato: Office, sign_in: SignIn) -> None:
    done = confirmed(sign_in("aoki"), to("staff-withdraw", minato, "saeki"), {}, follow=True)
    assert "佐伯 舞さんの権限を外しました。" in text_of(done)
    assert not minato.actor("saeki").may_handle
    assert row_of(minato, "saeki").standing.active


def test_who_alone_opens_numbers_is_named_before_anything_is_lost(minato: Office, sign_in: SignIn) -> None:
    for login in ("aoki", "ono"):
        members.withdraw_grant(actor=minato.actor("aoki"), staff_id=minato.staff[login], now=NOW)
    page = text_of(sign_in("aoki").get(to("staff-member", minato, "saeki")))
    assert "番号を開ける人は、この人だけです。" in page


# Stopping


def test_stopping_ends_the_sessions_with_it(minato: Office, sign_in: SignIn) -> None:
    saeki = sign_in("saeki")
    assert saeki.get(reverse("office:home")).status_code == 200
    done = confirmed(sign_in("aoki"), to("staff-stop", minato, "saeki"), {}, follow=True)
    assert "佐伯 舞さんのアカウントを停止しました。" in text_of(done)
    assert saeki.get(reverse("office:home")).status_code == 302
    labels = [row.label for row in journal.list_entries(minato.actor("aoki"), journal.Filter(), size=5).rows]
    assert "従業員アカウントの停止" in labels
    reopened = confirmed(sign_in("aoki"), to("staff-reopen", minato, "saeki"), {}, follow=True)
    assert "新しい案内を渡してください。" in text_of(reopened)
    assert not row_of(minato, "saeki").standing.activated


def test_nothing_is_stopped_without_the_password(minato: Office, sign_in: SignIn) -> None:
    url = to("staff-stop", minato, "saeki")
    refused = sign_in("aoki").post(url, {"confirm_password": "wrong horse wrong horse"})
    assert refused.status_code == 422
    assert row_of(minato, "saeki").standing.active
