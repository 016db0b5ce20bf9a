"""従業員利用認証: two locks, one browser, some minutes. Law: 別添1 2F b (アクセス者の識別と認証)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from azukari.journal import queries as journal
from azukari.seal.errors import OpeningError
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import derive_vault_key
from azukari.store.scope import office_scope
from azukari.tenancy import errors
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import keys, login, members, recovery, unlocks
from azukari.tenancy.actions.holders import Trace
from azukari.tenancy.models import Grant, OfficeKeys, RecoverySheet, Unlock
from azukari.vault.actions import numbers
from azukari.vault.errors import NumberDamagedError
from tests.cast import NOW, PASSWORD, Cast, Office, number_of
from tests.vault.test_numbers import register, reveal


def open_unlock(office: Office, login_id: str = "saeki", password: str = PASSWORD) -> unlocks.Opened:
    return unlocks.open_unlock(actor=office.actor(login_id), password=password, purpose="ei_loss", now=NOW)


def use(
    office: Office, opened: unlocks.Opened, login_id: str = "saeki", *, minutes: float = 1, secret: bytes | None = None
):
    return unlocks.use_unlock(
        actor=office.actor(login_id),
        unlock_id=opened.unlock_id,
        browser_secret=secret or opened.browser_secret,
        now=NOW + timedelta(minutes=minutes),
    )


def test_an_unlock_yields_the_key_that_opens_what_another_handler_registered(minato: Office) -> None:
    register(minato, "ishihara", 1)
    key = use(minato, open_unlock(minato))
    assert reveal(minato, "ishihara", vault_key=key).number.digits() == number_of(1)


def test_it_ends_after_minutes_without_use_and_use_prolongs_it(minato: Office) -> None:
    opened = open_unlock(minato)
    use(minato, opened, minutes=4.9)
    use(minato, opened, minutes=9.8)
    with pytest.raises(errors.UnlockNeededError):
        use(minato, opened, minutes=14.81)


def test_a_clock_that_ran_backwards_ends_it(minato: Office) -> None:
    opened = open_unlock(minato)
    with pytest.raises(errors.UnlockNeededError):
        use(minato, opened, minutes=-10)


def test_another_browser_or_another_person_cannot_use_it(minato: Office) -> None:
    opened = open_unlock(minato)
    with pytest.raises(errors.UnlockNeededError):
        use(minato, opened, secret=b"\1" * 32)
    with pytest.raises(errors.UnlockNeededError):
        use(minato, opened, "ono")


def test_ended_is_ended(minato: Office) -> None:
    opened = open_unlock(minato)
    unlocks.end_unlock(actor=minato.actor("saeki"), unlock_id=opened.unlock_id, now=NOW)
    with pytest.raises(errors.UnlockNeededError):
        use(minato, opened)
    assert not Unlock.objects.exists()


def test_a_wrong_password_is_recorded_counted_and_at_last_stopped(minato: Office) -> None:
    for _ in range(5):
        with pytest.raises(errors.UnlockRefusedError):
            open_unlock(minato, password="wrong password wrong")
    with pytest.raises(errors.TooManyAttemptsError):
        open_unlock(minato)
    rows = journal.list_entries(minato.actor("aoki"), journal.Filter(screen="従業員利用認証")).rows
    assert [row.result for row in rows] == ["失敗"] * 5


def test_a_right_withdrawn_ends_a_running_unlock(minato: Office) -> None:
    opened = open_unlock(minato)
    Grant.objects.filter(staff_id=minato.staff["saeki"]).delete()
    with pytest.raises(errors.PermissionNotAllowed):
        use(minato, opened)


def test_staff_without_the_right_cannot_unlock(minato: Office) -> None:
    with pytest.raises(errors.PermissionNotAllowed):
        open_unlock(minato, "miyake")


def test_without_the_server_half_nothing_opens(minato: Office, tmp_path) -> None:
    register(minato, "ishihara", 1)
    opened = open_unlock(minato)
    kept = keys._file.path
    keys.use_root_key_file(tmp_path / "gone.key")
    try:
        with pytest.raises(errors.RootKeyMissingError):
            use(minato, opened)
        with pytest.raises(errors.RootKeyMissingError):
            open_unlock(minato)
    finally:
        keys.use_root_key_file(kept)


def test_with_another_root_key_nothing_opens(minato: Office, tmp_path) -> None:
    from azukari.seal.root import LocalRootKeys

    (tmp_path / "other.key").write_text(LocalRootKeys.generate().serialize())
    kept = keys._file.path
    keys.use_root_key_file(tmp_path / "other.key")
    try:
        with pytest.raises(OpeningError):
            open_unlock(minato)
    finally:
        keys.use_root_key_file(kept)


def test_without_the_office_half_nothing_opens(minato: Office) -> None:
    register(minato, "ishihara", 1)
    server_half = keys.server_half()
    Grant.objects.all().delete()
    with pytest.raises(errors.GrantMissingError):
        unlocks.open_office_secret(minato.staff["saeki"], PASSWORD)
    # Whoever has databases and root key can put any other secret in the office half's place: nothing opens.
    forged = derive_vault_key(Secret(b"\7" * 32), server_half, minato.id)
    with pytest.raises(NumberDamagedError):
        _reveal_with(minato, forged)


def test_with_another_offices_server_half_nothing_opens(cast: Cast) -> None:
    with office_scope(cast.kamome.id):
        foreign = keys.server_half()
    with office_scope(cast.minato.id):
        register(cast.minato, "ishihara", 1)
        secret = unlocks.open_office_secret(cast.minato.staff["saeki"], PASSWORD)
        with pytest.raises(NumberDamagedError):
            _reveal_with(cast.minato, derive_vault_key(secret, foreign, cast.minato.id))


def _reveal_with(office: Office, vault_key) -> numbers.Shown:
    # The caller keeps its right to ask; only the key is wrong.
    actor = office.actor("saeki")
    if not actor.may_handle:
        from dataclasses import replace

        actor = replace(actor, may_handle=True)
    return reveal(office, "ishihara", vault_key=vault_key, actor=actor)


def test_a_grant_moved_to_another_person_does_not_open(minato: Office) -> None:
    ono = Grant.objects.get(staff_id=minato.staff["ono"])
    Grant.objects.filter(staff_id=minato.staff["saeki"]).update(sealed_secret=ono.sealed_secret)
    with pytest.raises(OpeningError):
        unlocks.open_office_secret(minato.staff["saeki"], PASSWORD)


def test_the_server_keeps_no_secret_in_the_clear(minato: Office) -> None:
    opened = open_unlock(minato)
    secret = unlocks.open_office_secret(minato.staff["saeki"], PASSWORD).reveal()
    stored = b"".join(
        bytes(value)
        for model, field in [(Unlock, "sealed_secret"), (Grant, "sealed_secret"), (OfficeKeys, "server_half")]
        for value in model.objects.values_list(field, flat=True)
    )
    assert secret not in stored
    assert opened.browser_secret not in stored
    assert keys.server_half().reveal() not in stored


def issue(office: Office) -> recovery.Issued:
    secret = unlocks.open_office_secret(office.staff["aoki"], PASSWORD)
    return recovery.issue_sheet(actor=office.actor("aoki"), office_secret=secret, now=NOW)


def test_the_recovery_sheet_gives_a_grant_back_and_the_server_half_is_still_needed(minato: Office) -> None:
    register(minato, "ishihara", 1)
    issued = issue(minato)
    Grant.objects.all().delete()
    recovery.recover(
        actor=minato.actor("aoki"),
        number=issued.number,
        code=issued.code,
        staff_id=minato.staff["saeki"],
        password="a new and long password",
        now=NOW,
    )
    secret = unlocks.open_office_secret(minato.staff["saeki"], "a new and long password")
    key = derive_vault_key(secret, keys.server_half(), minato.id)
    assert reveal(minato, "ishihara", vault_key=key).number.digits() == number_of(1)


def test_a_sheet_is_confirmed_by_its_groups_and_replaces_the_older_one(minato: Office) -> None:
    first, second = issue(minato), issue(minato)
    asked = RecoverySheet.objects.get(number=second.number).check_groups["positions"]
    right = [second.code.groups()[place] for place in asked]
    for wrong in (right[::-1], ["", "", ""], [first.code.groups()[place] for place in asked]):
        with pytest.raises(errors.RecoveryNotConfirmedError):
            recovery.confirm_sheet(actor=minato.actor("aoki"), number=second.number, groups=wrong, now=NOW)
    assert RecoverySheet.objects.count() == 2
    with pytest.raises(errors.RecoverySheetNotFoundError):
        recovery.confirm_sheet(actor=minato.actor("aoki"), number=first.number, groups=right, now=NOW)
    typed = [f" {group.lower()} " for group in right]
    recovery.confirm_sheet(actor=minato.actor("aoki"), number=second.number, groups=typed, now=NOW)
    assert RecoverySheet.objects.get().confirmed_at == NOW


def test_the_sheet_of_another_number_opens_nothing(minato: Office) -> None:
    first, second = issue(minato), issue(minato)
    with pytest.raises(OpeningError):
        recovery.recover(
            actor=minato.actor("aoki"),
            number=second.number,
            code=first.code,
            staff_id=minato.staff["saeki"],
            password="a new and long password",
            now=NOW,
        )
    assert second.number == first.number + 1


def test_only_a_manager_prints_a_sheet_or_gives_a_grant(minato: Office) -> None:
    secret = unlocks.open_office_secret(minato.staff["saeki"], PASSWORD)
    with pytest.raises(errors.PermissionNotAllowed):
        recovery.issue_sheet(actor=minato.actor("saeki"), office_secret=secret, now=NOW)
    with pytest.raises(errors.PermissionNotAllowed):
        members.give_grant(actor=minato.actor("saeki"), staff_id=minato.staff["miyake"], office_secret=secret, now=NOW)


def try_login(
    office: str = "minato", login_id: str = "saeki", password: str = PASSWORD, address: str = "10.0.0.1", now=NOW
) -> login.Entered:
    return login.check_login(
        "office",
        office_code=office,
        login_id=login_id,
        password=password,
        device="",
        trace=Trace(session="s", address=address),
        now=now,
    )


def test_the_name_is_taken_in_any_case_and_width(cast: Cast) -> None:
    entered = try_login(office=" Ｍinato ", login_id="SAEKI ")
    with office_scope(cast.minato.id):
        assert tenancy.get_account(entered.account_id).username == "minato/saeki"


@pytest.mark.parametrize(("office", "login_id"), [("minato", "saeki"), ("minato", "nobody"), ("nowhere", "saeki")])
def test_wrong_and_missing_accounts_answer_alike_and_are_limited_alike(cast: Cast, office: str, login_id: str) -> None:
    for _ in range(5):
        with pytest.raises(errors.LoginRefusedError):
            try_login(office, login_id, "wrong password wrong")
    with pytest.raises(errors.TooManyAttemptsError):
        try_login(office, login_id)
    after = NOW + timedelta(minutes=6)
    if (office, login_id) == ("minato", "saeki"):
        assert try_login(now=after).office_id == cast.minato.id
    else:
        with pytest.raises(errors.LoginRefusedError):
            try_login(office, login_id, now=after)


def test_a_source_is_limited_over_many_names(cast: Cast) -> None:
    for n in range(20):
        with pytest.raises(errors.LoginRefusedError):
            try_login(login_id=f"guess{n}", password="wrong password wrong")
    with pytest.raises(errors.TooManyAttemptsError):
        try_login()
    try_login(address="10.0.0.2")
