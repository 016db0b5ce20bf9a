"""Second factors: each code once, the last one cannot go where it is asked for, devices are known by a cookie."""

from __future__ import annotations

from datetime import timedelta

import pytest

from azukari.journal import queries as journal
from azukari.seal import one_time
from azukari.tenancy import errors, queries
from azukari.tenancy.actions import factors, login, offices, tries
from azukari.tenancy.actions.holders import Trace
from azukari.tenancy.models import Account, BackupCode, KnownDevice, TotpDevice
from azukari.tenancy.rules.login import ACCOUNT_LIMITS, FACTOR_LIMITS
from azukari.tenancy.rules.settings import FactorFor, OfficeSettings
from tests.cast import NOW, PASSWORD, Office, add_app

HERE = Trace(session="s1", address="10.0.0.1", device="Windows の Edge")
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def account(minato: Office) -> Account:
    """Saeki's account."""
    return Account.objects.get(username="minato/saeki")


def code_at(secret, moment, steps: int = 0) -> str:
    return one_time.code_of(secret, one_time.counter_at(moment) + steps)


def test_a_code_is_good_once_and_never_an_older_one_after_it(account: Account) -> None:
    secret = add_app(account)
    factors.prove_totp(account, code_at(secret, LATER), trace=HERE, now=LATER)
    for steps in (0, -1):
        with pytest.raises(errors.FactorRefusedError):
            factors.prove_totp(account, code_at(secret, LATER, steps), trace=HERE, now=LATER)
    factors.prove_totp(account, code_at(secret, LATER, 1), trace=HERE, now=LATER)


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_of_drift_is_allowed(account: Account, steps: int, good: bool) -> None:
    secret = add_app(account)
    code = code_at(secret, LATER, steps)
    if good:
        factors.prove_totp(account, f" {code[:3]}　{code[3:]} ", trace=HERE, now=LATER)
    else:
        with pytest.raises(errors.FactorRefusedError):
            factors.prove_totp(account, code, trace=HERE, now=LATER)


def test_the_code_that_added_the_app_does_not_log_in(account: Account) -> None:
    secret = add_app(account, now=LATER)
    with pytest.raises(errors.FactorRefusedError):
        factors.prove_totp(account, code_at(secret, LATER), trace=HERE, now=LATER)


def test_the_secret_is_sealed_and_bound_to_its_account(account: Account) -> None:
    secret = add_app(account)
    stored = bytes(TotpDevice.objects.get(account=account).sealed_secret)
    assert secret.reveal() not in stored
    other = Account.objects.get(username="minato/miyake")
    TotpDevice.objects.filter(account=account).update(account=other)
    with pytest.raises(Exception, match="開"):
        factors.prove_totp(other, code_at(secret, LATER), trace=HERE, now=LATER)


def test_wrong_codes_are_limited_and_recorded(account: Account, minato: Office) -> None:
    secret = add_app(account)
    for _ in range(FACTOR_LIMITS[0].times):
        with pytest.raises(errors.FactorRefusedError):
            factors.prove_totp(account, "000000", trace=HERE, now=LATER)
    with pytest.raises(errors.TooManyAttemptsError):
        factors.prove_totp(account, code_at(secret, LATER), trace=HERE, now=LATER)
    rows = journal.list_entries(minato.actor("aoki"), journal.Filter(screen="ログイン"), size=10).rows
    assert sum(row.label == "第2要素の確認" and row.failed for row in rows) == FACTOR_LIMITS[0].times
    after = LATER + timedelta(minutes=6)
    factors.prove_totp(account, code_at(secret, after), trace=HERE, now=after)


def test_backup_codes_are_shown_once_stored_hashed_and_used_once(account: Account) -> None:
    codes = factors.make_backup_codes(account, trace=HERE, now=NOW).shown()
    assert len(set(codes)) == 10
    stored = b"".join(bytes(row.digest) for row in BackupCode.objects.filter(account=account))
    assert not any(code.replace("-", "").encode() in stored for code in codes)
    typed = codes[7].lower().replace("-", " ")
    assert factors.prove_backup_code(account, typed, trace=HERE, now=LATER) == 9
    with pytest.raises(errors.BackupCodeRefusedError):
        factors.prove_backup_code(account, typed, trace=HERE, now=LATER)
    factors.make_backup_codes(account, trace=HERE, now=NOW)
    with pytest.raises(errors.BackupCodeRefusedError):
        factors.prove_backup_code(account, codes[1], trace=HERE, now=LATER)


def test_the_last_factor_stays_where_it_is_asked_for(account: Account, minato: Office) -> None:
    add_app(account)
    (row,) = queries.list_factors(account)
    with pytest.raises(errors.LastFactorError):
        factors.remove_factor(account, row.id, trace=HERE, now=LATER)
    add_app(account)
    factors.remove_factor(account, row.id, trace=HERE, now=LATER)
    assert len(queries.list_factors(account)) == 1
    with pytest.raises(errors.FactorNotFoundError):
        factors.remove_factor(account, row.id, trace=HERE, now=LATER)


@pytest.mark.parametrize(
    ("setting", "login_id", "asked"),
    [
        (FactorFor.ALL, "miyake", True),
        (FactorFor.HANDLERS, "miyake", False),
        (FactorFor.HANDLERS, "saeki", True),
        (FactorFor.HANDLERS, "aoki", True),
    ],
)
def test_of_whom_a_factor_is_asked_is_the_offices_choice(
    minato: Office, setting: FactorFor, login_id: str, asked: bool
) -> None:
    offices.change_settings(
        actor=minato.actor("aoki"), settings=OfficeSettings(staff_factor=setting), version=0, now=NOW
    )
    assert queries.needs_factor(Account.objects.get(username=f"minato/{login_id}")) is asked


def test_a_known_device_is_remembered_told_and_forgotten(account: Account) -> None:
    login.complete(account, factor="確認コード", device="t" * 43, trace=HERE, now=NOW)
    login.complete(account, factor="確認コード", device="t" * 43, trace=HERE, now=LATER)
    device = KnownDevice.objects.get(account=account)
    assert (device.first_seen_at, device.last_seen_at) == (NOW, LATER)
    assert "t" * 43 not in device.token_digest
    factors.forget_device(account, device.id, trace=HERE, now=LATER)
    assert not factors.is_known_device(account, "t" * 43)


def test_a_stranger_who_knows_the_name_cannot_lock_the_owners_device_out(account: Account) -> None:
    login.complete(account, factor="確認コード", device="t" * 43, trace=HERE, now=NOW)
    for place in range(ACCOUNT_LIMITS[0].times):
        with pytest.raises(errors.LoginRefusedError):
            check(password="wrong password wrong", address=f"10.9.0.{place}", device="")
    with pytest.raises(errors.TooManyAttemptsError):
        check(device="")
    assert check(device="t" * 43).account_id == account.pk


def check(*, password: str = PASSWORD, address: str = "10.0.0.1", device: str) -> login.Entered:
    return login.check_login(
        "office",
        office_code="minato",
        login_id="saeki",
        password=password,
        device=device,
        trace=Trace(address=address),
        now=LATER,
    )


def test_tries_start_anew_when_their_time_is_over(account: Account) -> None:
    for _ in range(FACTOR_LIMITS[0].times):
        tries.take((FACTOR_LIMITS[:1], "x"), now=NOW)
    with pytest.raises(errors.TooManyAttemptsError, match="5分"):
        tries.take((FACTOR_LIMITS[:1], "x"), now=NOW)
    tries.take((FACTOR_LIMITS[:1], "x"), now=NOW + FACTOR_LIMITS[0].within)
    assert tries.sweep_old(now=NOW + timedelta(days=2)) >= 1


def test_a_refused_try_takes_none_of_the_other_limits(account: Account) -> None:
    for _ in range(FACTOR_LIMITS[0].times):
        tries.take((FACTOR_LIMITS[:1], "x"), now=NOW)
    for _ in range(30):
        with pytest.raises(errors.TooManyAttemptsError):
            tries.take((ACCOUNT_LIMITS, "y"), (FACTOR_LIMITS[:1], "x"), now=NOW)
    tries.take((ACCOUNT_LIMITS, "y"), now=NOW)
