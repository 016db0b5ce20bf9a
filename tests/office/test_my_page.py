"""マイページ as a person uses it: settings, passwords, contract, support, 鍵の控え, and what waits on ホーム."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from azukari.journal import queries as journal
from azukari.store.scope import office_scope
from azukari.tenancy import queries
from azukari.tenancy.actions import activation, members, offices, recovery, staff, unlocks
from azukari.tenancy.actions.holders import NOWHERE
from azukari.tenancy.errors import LockedOutError, SettingsConflictError
from azukari.tenancy.rules.contract import ContractTerms
from tests.cast import NOW, PASSWORD, Cast, Office, activate
from tests.office.conftest import MOMENT, SignIn, confirmed
from tests.office.test_pages import rows_of, text_of

SETTINGS = {
    "part": "settings",
    "reveal_seconds": "30",
    "unlock_minutes": "10",
    "two_person_disposal": "always",
    "session_minutes": "20",
    "allowed_networks": "127.0.0.0/8\n１０.0.0.1",
    "staff_factor": "HANDLERS",
    "client_factor": "ALL",
    "least_length": "14",
    "notice_addresses": "info@example.jp",
    "default_sees_all": "all",
    "file_days": "5",
    "portal_days": "60",
    "kept_days": "365",
    "file_limit_mb": "200",
    "version": "0",
}
ADDRESS = {
    "part": "address",
    "name": "みなと社会保険労務士法人",
    "sharoushi_name": "青木 由美",
    "registration_number": "13090001",
    "postal_code": "１０５０００１",
    "address": "東京都港区みなと1-2-3",
    "telephone": "０３-1234-5678",
    "version": "0",
}
RECORD_PASSWORD = "kiroku no gamen dake"


@pytest.fixture
def minato(cast: Cast) -> Iterator[Office]:
    """みなと, in its scope."""
    with office_scope(cast.minato.id):
        yield cast.minato


# The page itself


def test_the_menu_has_the_names_people_know_in_their_order(cast: Cast, sign_in: SignIn) -> None:
    page = text_of(sign_in("aoki").get(reverse("office:settings")))
    names = (
        "設定情報の確認・編集",
        "パスワード設定",
        "従業員アカウント",
        "事業所アカウント",
        "保守契約状況確認",
        "定型文書管理",
    )
    places = [page.index(f"<b>{name}</b>") for name in names]
    assert places == sorted(places)
    assert "お客様情報" in page


@pytest.mark.parametrize("login", ["miyake", "saeki", "kanno"])
def test_who_manages_nothing_is_shown_no_way_to_it(cast: Cast, sign_in: SignIn, login: str) -> None:
    page = text_of(sign_in(login).get(reverse("office:settings")))
    assert reverse("office:settings-password") in page
    assert reverse("office:documents") in page
    for name in ("settings-office", "staff", "contract", "support", "recovery"):
        assert f'href="{reverse(f"office:{name}")}"' not in page


def test_whoever_may_be_given_numbers_can_read_out_the_own_fingerprint(minato: Office, sign_in: SignIn) -> None:
    page = reverse("office:settings")
    assert members.fingerprint_of(minato.staff["saeki"]) in text_of(sign_in("saeki").get(page))
    assert members.fingerprint_of(minato.staff["miyake"]) not in text_of(sign_in("miyake").get(page))


# Settings


def test_settings_are_saved_after_the_confirmation_and_a_stale_page_is_refused(minato: Office, sign_in: SignIn) -> None:
    aoki, url = sign_in("aoki"), reverse("office:settings-office")
    saved = confirmed(aoki, url, SETTINGS, follow=True)
    assert "設定を保存しました。" in text_of(saved)
    office = queries.get_office()
    assert (office.reveal_seconds, office.password_length, office.file_days) == (30, 14, 5)
    assert office.allowed_networks == ("127.0.0.0/8", "10.0.0.1/32")
    assert office.notice_addresses == ("info@example.jp",)
    assert office.default_sees_all
    assert journal.list_entries(minato.actor("aoki"), journal.Filter()).rows[0].label == "設定の変更"
    stale = confirmed(aoki, url, {**SETTINGS, "reveal_seconds": "40"})
    assert stale.status_code == 422
    assert SettingsConflictError().reason in text_of(stale)
    assert 'value="40"' in text_of(stale)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reveal_seconds": "9"},
        {"reveal_seconds": "121"},
        {"unlock_minutes": "16"},
        {"session_minutes": "61"},
        {"least_length": "11"},
        {"file_days": "0"},
        {"allowed_networks": "みなと"},
        {"notice_addresses": "info@"},
        {"notice_addresses": "\n".join(f"n{index}@example.jp" for index in range(11))},
        {"staff_factor": "NOBODY"},
    ],
    ids=str,
)
def test_settings_stay_in_their_bounds(minato: Office, sign_in: SignIn, wrong: dict[str, str]) -> None:
    response = sign_in("aoki").post(reverse("office:settings-office"), {**SETTINGS, **wrong})
    assert response.status_code == 422
    assert "<title>エラー：" in text_of(response)
    assert queries.get_office().settings_version == 0


def test_nobody_locks_oneself_out(minato: Office, sign_in: SignIn) -> None:
    typed = {**SETTINGS, "allowed_networks": "203.0.113.0/24"}
    response = confirmed(sign_in("aoki"), reverse("office:settings-office"), typed)
    assert response.status_code == 422
    assert escape(LockedOutError(address="127.0.0.1").short) in text_of(response)
    assert "203.0.113.0/24" in text_of(response)
    assert queries.get_office().allowed_networks == ()


def test_a_wrong_password_saves_nothing_and_keeps_the_fields(minato: Office, sign_in: SignIn) -> None:
    aoki, url = sign_in("aoki"), reverse("office:settings-office")
    refused = aoki.post(url, {**SETTINGS, "confirm_password": "wrong horse wrong horse"})
    assert refused.status_code == 422
    assert '<input type="hidden" name="least_length" value="14">' in text_of(refused)
    assert queries.get_office().settings_version == 0


def test_the_address_of_the_office_is_formatted_and_saved(minato: Office, sign_in: SignIn) -> None:
    saved = confirmed(sign_in("aoki"), reverse("office:settings-office"), ADDRESS, follow=True)
    assert "事務所の情報を保存しました。" in text_of(saved)
    office = queries.get_office()
    assert (office.postal_code, office.telephone) == ("105-0001", "03-1234-5678")


def test_a_wrong_postal_code_is_said_and_kept(cast: Cast, sign_in: SignIn) -> None:
    response = sign_in("aoki").post(reverse("office:settings-office"), {**ADDRESS, "postal_code": "10-5"})
    assert response.status_code == 422
    assert 'value="10-5"' in text_of(response)
    assert 'href="#office_postal_code"' in text_of(response)


# Passwords


def test_the_record_opens_with_a_password_of_its_own(minato: Office, sign_in: SignIn) -> None:
    saeki = sign_in("saeki")
    session = saeki.session
    del session["record_opened_at"]
    session.save()
    log = reverse("office:record")
    first = saeki.get(log, follow=True)
    assert [place for place, _ in first.redirect_chain][-1] == reverse("office:record-password")
    typed = {"old": PASSWORD, "password": RECORD_PASSWORD, "again": RECORD_PASSWORD}
    assert saeki.post(reverse("office:record-password"), typed)["Location"] == reverse("office:record-open")
    asked = saeki.get(log, follow=True)
    assert reverse("office:record-password") in text_of(asked)
    wrong = saeki.post(reverse("office:record-open"), {"password": PASSWORD, "next": log})
    assert wrong.status_code == 422
    assert PASSWORD not in text_of(wrong)
    opened = saeki.post(reverse("office:record-open"), {"password": RECORD_PASSWORD, "next": log})
    assert opened["Location"] == log
    assert saeki.get(log).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"old": "wrong horse wrong horse"}, "id_old"),
        ({"password": "short", "again": "short"}, "id_password"),
        ({"password": PASSWORD, "again": PASSWORD}, "id_password"),
        ({"again": "another one altogether"}, "id_again"),
    ],
    ids=["own", "short", "same", "differs"],
)
def test_a_record_password_that_cannot_be(cast: Cast, sign_in: SignIn, wrong: dict[str, str], field: str) -> None:
    typed = {"old": PASSWORD, "password": RECORD_PASSWORD, "again": RECORD_PASSWORD, **wrong}
    response = sign_in("saeki").post(reverse("office:record-password"), typed)
    assert response.status_code == 422
    assert f'href="#{field}"' in text_of(response)
    assert RECORD_PASSWORD not in text_of(response)


def test_only_who_sees_the_record_is_offered_its_password(cast: Cast, sign_in: SignIn) -> None:
    url, way = reverse("office:settings-password"), reverse("office:record-password")
    assert way in text_of(sign_in("kanno").get(url))
    assert way not in text_of(sign_in("miyake").get(url))


# Contract


@pytest.fixture
def contract(minato: Office) -> Office:
    """A contract with a history and a note of the operator's own."""
    for plan, limit in (("おためし", 3), ("標準", 5)):
        terms = ContractTerms(
            plan=plan, starts_on=date(2026, 4, 1), ends_on=date(2027, 3, 31), staff_limit=limit,
            note="年払い", operator_note="値引きの相談あり",
        )  # fmt: skip
        offices.change_contract(terms, trace=NOWHERE, now=NOW)
    return minato


def test_the_contract_shows_limits_against_the_use(contract: Office, sign_in: SignIn) -> None:
    page = text_of(sign_in("aoki").get(reverse("office:contract")))
    for words in ("標準", "おためし", "年払い", "利用中", "2027/03/31"):
        assert words in page
    assert ["従業員アカウント", "5名", "5名", "残りなし"] in rows_of(sign_in("aoki").get(reverse("office:contract")))


def test_the_operators_own_note_is_shown_nowhere(contract: Office, sign_in: SignIn) -> None:
    aoki = sign_in("aoki")
    for name in ("contract", "settings", "staff", "home"):
        assert "値引きの相談あり" not in text_of(aoki.get(reverse(f"office:{name}")))


def test_without_a_contract_the_page_says_so(cast: Cast, sign_in: SignIn) -> None:
    assert "保守契約は登録されていません" in text_of(sign_in("aoki").get(reverse("office:contract")))


# Support


def test_support_is_given_for_hours_and_ended_at_once(minato: Office, sign_in: SignIn) -> None:
    aoki, url = sign_in("aoki"), reverse("office:support")
    given = confirmed(aoki, url, {"reason": "ログインの確認", "hours": "2"}, follow=True)
    assert "2時間たつと、自動的に終わります。" in text_of(given)
    assert queries.find_support(MOMENT) is not None
    ended = aoki.post(reverse("office:support-end"), follow=True)
    assert "サポートの許可を終えました。" in text_of(ended)
    assert queries.find_support(MOMENT) is None


@pytest.mark.parametrize("hours", ["0", "73", ""])
def test_support_has_its_bounds(minato: Office, sign_in: SignIn, hours: str) -> None:
    response = sign_in("aoki").post(reverse("office:support"), {"reason": "理由", "hours": hours})
    assert response.status_code == 422
    assert 'value="理由"' in text_of(response)


# 鍵の控え


def _sheet(office: Office) -> recovery.Issued:
    secret = unlocks.open_office_secret(office.staff["aoki"], PASSWORD)
    return recovery.issue_sheet(actor=office.actor("aoki"), office_secret=secret, now=NOW)


@pytest.fixture
def without_right(minato: Office) -> tuple[Office, recovery.Issued]:
    """Aoki after a new password: her right is void, and there is a 鍵の控え."""
    issued = _sheet(minato)
    facts = staff.StaffFacts(
        name="二村 司", role=queries.get_staff_for(minato.actor("aoki"), minato.staff["aoki"]).role
    )
    other = staff.add_member("futamura", facts, actor=minato.actor("aoki"), now=NOW)
    activate("office", "minato", "futamura", staff.issue_code(
        other, actor=minato.actor("aoki"), channel=activation.LETTER, now=NOW
    ))  # fmt: skip
    again = staff.issue_code(minato.staff["aoki"], actor=minato.actor("futamura"), channel=activation.LETTER, now=NOW)
    activate("office", "minato", "aoki", again)
    return minato, issued


def test_a_manager_gets_the_own_right_back_from_the_sheet(
    without_right: tuple[Office, recovery.Issued], sign_in: SignIn
) -> None:
    office, issued = without_right
    aoki = sign_in("aoki")
    assert "控えから、自分の権限を戻す" in text_of(aoki.get(reverse("office:recovery")))
    typed = {"number": issued.number, "code": " ".join(issued.code.groups()).lower()}
    done = confirmed(aoki, reverse("office:recovery-use"), typed, follow=True)
    assert "個人番号を取り扱う権限を戻しました。" in text_of(done)
    assert office.actor("aoki").may_handle
    assert "控えから、自分の権限を戻す" not in text_of(done)


def test_another_sheet_and_a_slip_restore_nothing(
    without_right: tuple[Office, recovery.Issued], sign_in: SignIn
) -> None:
    office, issued = without_right
    aoki, url = sign_in("aoki"), reverse("office:recovery-use")
    groups = issued.code.groups()
    slip = aoki.post(url, {"number": issued.number, "code": " ".join(["0001", *groups[1:]])})
    assert slip.status_code == 422
    assert "1 番目のまとまり" in text_of(slip)
    other = confirmed(aoki, url, {"number": issued.number + 1, "code": " ".join(groups)})
    assert other.status_code == 422
    assert "控え番号と文字が合いません" in text_of(other)
    assert not office.actor("aoki").may_handle


def test_a_sheet_is_printed_after_the_confirmation(minato: Office, sign_in: SignIn) -> None:
    response = confirmed(sign_in("aoki", unlocked=True), reverse("office:recovery-sheet"), {})
    assert response.content.startswith(b"%PDF-")
    assert queries.find_recovery_sheet() is not None


# ホーム


def _todo(client: Client) -> str:
    page = text_of(client.get(reverse("office:home")))
    return page[page.index('id="todo"') :].split("</section>")[0]


def test_what_waits_for_a_manager_stands_on_home(minato: Office, sign_in: SignIn) -> None:
    assert "鍵の控えの印刷" in _todo(sign_in("aoki"))
    issued = _sheet(minato)
    assert "鍵の控えの確認" in _todo(sign_in("aoki"))
    sheet = queries.find_recovery_sheet()
    assert sheet is not None
    groups = [issued.code.groups()[place - 1] for place in sheet.asked]
    recovery.confirm_sheet(actor=minato.actor("aoki"), number=issued.number, groups=groups, now=NOW)
    assert "鍵の控えの" not in _todo(sign_in("aoki"))
    members.withdraw_grant(actor=minato.actor("aoki"), staff_id=minato.staff["ono"], now=NOW)
    row = queries.get_staff_for(minato.actor("aoki"), minato.staff["ono"])
    facts = staff.StaffFacts(name=row.name, role=row.role, handles=True, clients=row.clients)
    staff.change_member(row.id, facts, version=row.version, actor=minato.actor("aoki"), now=NOW)
    for door, login in (("office", "miyake"), ("portal", "nonaka")):
        activation.ask_reset(door, office_code="minato", login_id=login, trace=NOWHERE, now=NOW)
    todo = _todo(sign_in("aoki"))
    assert "個人番号の権限の付与待ち（大野 健一さん）" in todo
    assert "パスワード再設定の依頼（三宅 隆さん）" in todo
    assert "パスワード再設定の依頼（野中 浩さん）" in todo
    others = _todo(sign_in("saeki"))
    assert "再設定の依頼" not in others
    assert "付与待ち" not in others
