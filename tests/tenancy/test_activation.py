"""Activation codes: once, for one account, for a time; a reset voids what was (security.md 4.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from azukari.journal import queries as journal
from azukari.kernel.actor import Role
from azukari.store.scope import office_scope
from azukari.tenancy import errors, queries
from azukari.tenancy.actions import activation, members, offices, operators, passwords, sessions, staff, unlocks, users
from azukari.tenancy.actions.activation import Issued
from azukari.tenancy.actions.holders import Trace
from azukari.tenancy.models import Account, Activation, BrowserSession, Grant, StaffMember
from azukari.tenancy.models import Office as OfficeRow
from azukari.tenancy.rules.contract import ContractTerms
from tests.cast import NOW, PASSWORD, TODAY, Cast, Office, activate, add_app

HERE = Trace(session="s1", address="10.0.0.1")


def find(issued: Issued, login_id: str = "miyake", *, door: str = "office", office: str = "minato", now=NOW):
    return activation.find(door, office_code=office, login_id=login_id, typed=issued.code.text(), trace=HERE, now=now)


def issue(office: Office, login_id: str = "miyake", **options) -> Issued:
    return staff.issue_code(
        office.staff[login_id], actor=office.actor("aoki"), channel=activation.LETTER, now=NOW, **options
    )


def test_a_code_opens_the_account_once_with_a_password_of_ones_own(minato: Office) -> None:
    issued = issue(minato)
    found = find(issued)
    activation.redeem(found, "ichi ni san shi go", trace=HERE, now=NOW)
    with pytest.raises(errors.ActivationRefusedError):
        activation.redeem(found, "roku shichi hachi", trace=HERE, now=NOW)
    with pytest.raises(errors.ActivationRefusedError):
        find(issued)
    account = Account.objects.get(username="minato/miyake")
    assert account.check_password("ichi ni san shi go")


def test_the_code_is_stored_as_a_hash_alone(minato: Office) -> None:
    issued = issue(minato)
    row = Activation.objects.get(number=issued.number)
    written = " ".join(str(getattr(row, field.name)) for field in row._meta.fields)
    assert issued.code.text() not in written
    assert issued.code.text() not in repr(issued)
    assert row.code_digest == issued.code.digest().hex()


def test_a_new_code_kills_the_old_one(minato: Office) -> None:
    old, new = issue(minato), issue(minato)
    with pytest.raises(errors.ActivationRefusedError):
        find(old)
    assert find(new).account_id


@pytest.mark.parametrize(
    ("change", "after"),
    [({"login_id": "saeki"}, 0), ({"office": "kamome"}, 0), ({"door": "portal"}, 0), ({}, 14 * 24 * 60)],
    ids=["another login", "another office", "another door", "after 14 days"],
)
def test_a_code_fits_nowhere_else_and_not_for_ever(cast: Cast, change: dict[str, str], after: int) -> None:
    with office_scope(cast.minato.id):
        issued = issue(cast.minato)
    with pytest.raises(errors.ActivationRefusedError):
        find(issued, now=NOW + timedelta(minutes=after), **change)


def test_a_weak_password_uses_nothing_up(minato: Office) -> None:
    found = find(issue(minato))
    for weak in ("short", "password1234", "aaaaaaaaaaaaaaaaaaaa", "minatomiyake", "三宅 隆三宅 隆三宅"):
        with pytest.raises(errors.PasswordWeakError):
            activation.redeem(found, weak, trace=HERE, now=NOW)
    activation.redeem(found, "ichi ni san shi go", trace=HERE, now=NOW)


def test_a_reset_ends_password_sessions_and_grant_at_once(minato: Office) -> None:
    account = Account.objects.get(username="minato/saeki")
    BrowserSession.objects.create(
        session_key="k", session_data="", expire_date=NOW + timedelta(hours=1), account_id=account.pk
    )
    opened = unlocks.open_unlock(actor=minato.actor("saeki"), password=PASSWORD, purpose="ei_loss", now=NOW)
    issued = issue(minato, "saeki")
    account.refresh_from_db()
    assert not account.check_password(PASSWORD)
    assert not BrowserSession.objects.filter(account_id=account.pk).exists()
    assert not Grant.objects.filter(staff_id=minato.staff["saeki"]).exists()
    with pytest.raises(errors.PermissionNotAllowed):
        unlocks.use_unlock(
            actor=minato.actor("saeki"), unlock_id=opened.unlock_id, browser_secret=opened.browser_secret, now=NOW
        )
    # Until regranted the new password opens no number; then it does.
    activate("office", "minato", "saeki", issued)
    assert not minato.actor("saeki").may_handle
    row = queries.get_staff_for(minato.actor("aoki"), minato.staff["saeki"])
    assert row.waits_for_grant
    secret = unlocks.open_office_secret(minato.staff["aoki"], PASSWORD)
    members.give_grant(actor=minato.actor("aoki"), staff_id=minato.staff["saeki"], office_secret=secret, now=NOW)
    assert unlocks.open_office_secret(minato.staff["saeki"], PASSWORD) == secret


@pytest.mark.parametrize("with_factors", [False, True])
def test_a_reset_keeps_the_second_factor_unless_told(minato: Office, with_factors: bool) -> None:
    account = Account.objects.get(username="minato/miyake")
    add_app(account)
    issue(minato, with_factors=with_factors)
    assert queries.has_factor(account) != with_factors


def test_nobody_resets_oneself_and_a_stopped_account_gets_no_code(minato: Office) -> None:
    with pytest.raises(errors.OwnAccountError):
        issue(minato, "aoki")
    staff.stop_member(minato.staff["miyake"], actor=minato.actor("aoki"), now=NOW)
    with pytest.raises(errors.StaffNotFoundError):
        issue(minato)


def test_stopping_kills_a_code_that_is_out(minato: Office) -> None:
    issued = issue(minato)
    staff.stop_member(minato.staff["miyake"], actor=minato.actor("aoki"), now=NOW)
    with pytest.raises(errors.ActivationRefusedError):
        find(issued)


def test_codes_are_limited_alike_whether_the_account_exists(cast: Cast) -> None:
    for login_id in ("saeki", "nobody"):
        for _ in range(5):
            with pytest.raises(errors.ActivationRefusedError):
                activation.find("office", office_code="minato", login_id=login_id, typed="0000", trace=HERE, now=NOW)
        with pytest.raises(errors.TooManyAttemptsError):
            activation.find("office", office_code="minato", login_id=login_id, typed="0000", trace=HERE, now=NOW)


def test_an_offices_half_is_made_by_its_first_manager_and_only_then(cast: Cast) -> None:
    terms = ContractTerms(plan="標準", starts_on=TODAY)
    new = offices.NewOffice(code="chidori", name="ちどり事務所", manager_login="chihara", manager_name="千原 薫")
    office_id = offices.open_office(new, terms=terms, now=NOW)
    with office_scope(office_id):
        assert not Grant.objects.exists()
        assert OfficeRow.objects.get(id=office_id).keys_made_at is None
        first, second = offices.issue_letter(now=NOW), offices.issue_letter(now=NOW)
        with pytest.raises(errors.ActivationRefusedError):
            find(first, "chihara", office="chidori")
        activate("office", "chidori", "chihara", second)
        member = StaffMember.objects.get(login_id="chihara")
        secret = unlocks.open_office_secret(member.id, PASSWORD)
        # A later letter resets: the grant is void and no second half is made.
        activate("office", "chidori", "chihara", offices.issue_letter(now=NOW))
        assert not Grant.objects.exists()
        with pytest.raises(errors.GrantMissingError):
            unlocks.open_office_secret(member.id, PASSWORD)
        assert secret


def test_a_stopped_office_lets_nobody_in(cast: Cast) -> None:
    with office_scope(cast.minato.id):
        issued = issue(cast.minato)
        offices.stop_office("契約の終了", trace=HERE, now=NOW)
        account = Account.objects.get(username="minato/aoki")
        with pytest.raises(errors.StaffNotFoundError):
            queries.get_signed_in(account.pk, session="s", address="")
    with pytest.raises(errors.ActivationRefusedError):
        find(issued)
    with office_scope(cast.minato.id):
        offices.reopen_office(trace=HERE, now=NOW)
        assert queries.get_signed_in(account.pk, session="s", address="").name == "青木 由美"
        rows = journal.list_entries(cast.minato.actor("aoki"), journal.Filter(screen="運営"), size=3).rows
        assert [row.label for row in rows[:2]] == ["事務所の利用再開", "事務所の利用停止"]
        assert {row.staff for row in rows[:2]} == {"運営者"}


def test_a_person_of_two_companies_has_one_login(minato: Office) -> None:
    account = Account.objects.get(username="minato/tanabe")
    signed_in = queries.get_signed_in(account.pk, session="s", address="")
    assert [company.code for company in signed_in.companies] == ["aoba", "mizuho"]
    assert signed_in.actor.client_ids == {minato.clients["aoba"]}
    other = queries.get_signed_in(account.pk, session="s", address="", company=minato.clients["mizuho"])
    assert other.actor.client_ids == {minato.clients["mizuho"]}
    foreign = queries.get_signed_in(account.pk, session="s", address="", company=minato.clients["kitagawa"])
    assert foreign.actor.client_ids == {minato.clients["aoba"]}


def test_a_client_user_has_no_way_to_numbers_or_staff_pages(minato: Office) -> None:
    account = Account.objects.get(username="minato/tanabe")
    actor = queries.get_signed_in(account.pk, session="s", address="").actor
    assert actor.role is Role.CLIENT_LEAD
    assert not actor.may_handle
    with pytest.raises(errors.PermissionNotAllowed):
        users.stop_user(minato.users["nonaka"], actor=actor, now=NOW)


def test_an_operator_is_made_and_renewed_by_a_code(cast: Cast) -> None:
    issued = operators.add_operator("unei", "運営 太郎", now=NOW)
    operator = activate("operator", "", "unei", issued)
    assert operator.check_password(PASSWORD)
    again = operators.renew_operator("unei", now=NOW)
    operator.refresh_from_db()
    assert not operator.has_usable_password()
    activate("operator", "", "unei", again)
    with pytest.raises(errors.CodeTakenError):
        operators.add_operator("UNEI", "別の人", now=NOW)


def test_changing_the_password_keeps_the_grant_and_ends_other_sessions(minato: Office) -> None:
    account = Account.objects.get(username="minato/saeki")
    before = unlocks.open_office_secret(minato.staff["saeki"], PASSWORD)
    for name in ("s1", "s2"):
        BrowserSession.objects.create(
            session_key=name,
            public_id=name,
            session_data="",
            expire_date=NOW + timedelta(hours=1),
            account_id=account.pk,
        )
    with pytest.raises(errors.ConfirmRefusedError):
        passwords.change(account, old="wrong password wrong", new="atarashii kotoba ga yottsu", trace=HERE, now=NOW)
    with pytest.raises(errors.PasswordWeakError):
        passwords.change(account, old=PASSWORD, new=PASSWORD, trace=HERE, now=NOW)
    passwords.change(account, old=PASSWORD, new="atarashii kotoba ga yottsu", trace=HERE, now=NOW)
    assert unlocks.open_office_secret(minato.staff["saeki"], "atarashii kotoba ga yottsu") == before
    with pytest.raises(errors.UnlockRefusedError):
        unlocks.open_office_secret(minato.staff["saeki"], PASSWORD)
    assert [row.public_id for row in queries.list_sessions(account.pk, now=NOW)] == []
    assert list(BrowserSession.objects.filter(account_id=account.pk).values_list("public_id", flat=True)) == ["s1"]
    assert sessions.end_sessions(account.pk) == 1
