"""Fifty threads use the same code at once: one wins, and the record holds one success.

Started by test_race.py as `python -m tests.whole.racing` in a site of its own, with real commits.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import django

django.setup()

from django.db import connections, transaction  # noqa: E402

from azukari.journal import queries as journal  # noqa: E402
from azukari.journal.actions import takeouts  # noqa: E402
from azukari.journal.errors import TakeOutClosedError  # noqa: E402
from azukari.journal.queries import takeouts as take_outs  # noqa: E402
from azukari.journal.rules import Operation  # noqa: E402
from azukari.journal.rules.takeouts import Ending, Outcome, TakenOut, TakeOutFacts  # noqa: E402
from azukari.kernel.clock import jst_day  # noqa: E402
from azukari.kernel.errors import InvalidError  # noqa: E402
from azukari.seal import one_time  # noqa: E402
from azukari.store.scope import office_scope  # noqa: E402
from azukari.tenancy import queries  # noqa: E402
from azukari.tenancy.actions import activation, factors, login, staff  # noqa: E402
from azukari.tenancy.actions.holders import NOWHERE, Trace  # noqa: E402
from azukari.tenancy.errors import LoginRefusedError, TooManyAttemptsError  # noqa: E402
from azukari.tenancy.models import Account, Grant, OfficeKeys  # noqa: E402
from azukari.tenancy.models import Office as OfficeRow  # noqa: E402
from azukari.tenancy.rules import login as limits  # noqa: E402
from azukari.vault.rules import events  # noqa: E402
from tests.cast import NOW, PASSWORD, Cast, add_app, make_cast  # noqa: E402

TRIES = 50
LATER = NOW + timedelta(minutes=10)


def at_once(cast: Cast, act: Callable[[int], object]) -> Counter[str]:
    """Do something in fifty threads at the same moment. Gives how often it went well and how often not, and why."""
    barrier = Barrier(TRIES)

    def one(place: int) -> str:
        try:
            barrier.wait(30)
            with office_scope(cast.minato.id):
                act(place)
        except InvalidError as error:
            return error.code
        finally:
            connections.close_all()
        return "won"

    with ThreadPoolExecutor(TRIES) as pool:
        return Counter(pool.map(one, range(TRIES)))


def account_of(login_id: str) -> Account:
    return Account.objects.get(username=f"minato/{login_id}")


def more_tries() -> None:
    """The limits of tries are not what is raced here: with them four or more would be refused before the race."""
    factors.FACTOR_LIMITS = ()


def redeem_activation(cast: Cast) -> None:
    with office_scope(cast.minato.id):
        manager = cast.minato.actor("aoki")
        issued = staff.issue_code(cast.minato.staff["miyake"], actor=manager, channel=activation.LETTER, now=NOW)
        found = activation.find(
            "office", office_code="minato", login_id="miyake", typed=issued.code.text(), trace=NOWHERE, now=NOW
        )
    results = at_once(cast, lambda place: activation.redeem(found, f"{PASSWORD} {place:02}", trace=NOWHERE, now=LATER))
    assert results == {"won": 1, "tenancy.activation_refused": TRIES - 1}, results
    _check_recorded(cast, "アカウントの有効化", since=LATER)


def found_office(cast: Cast) -> None:
    """The first 責任者's code makes the office's half once, however often it is redeemed at the same time."""
    with office_scope(cast.minato.id):
        Grant.objects.all().delete()
        OfficeRow.objects.filter(id=cast.minato.id).update(keys_made_at=None)
        OfficeKeys.objects.update(intake_key=None)
        manager = cast.minato.actor("miyake")
        account = account_of("aoki")
        with transaction.atomic():
            activation.reset(account, actor=manager, with_factors=True, now=NOW)
            issued = activation.issue(account, actor=manager, channel=activation.LETTER, now=NOW)
        found = activation.find(
            "office", office_code="minato", login_id="aoki", typed=issued.code.text(), trace=NOWHERE, now=NOW
        )
    results = at_once(cast, lambda place: activation.redeem(found, f"{PASSWORD} {place:02}", trace=NOWHERE, now=LATER))
    assert results["won"] == 1, results
    with office_scope(cast.minato.id):
        assert queries.count_key_holders() == 1
    _check_recorded(cast, "取扱担当者の権限変更", since=LATER)


def prove_totp(cast: Cast) -> None:
    more_tries()
    with office_scope(cast.minato.id):
        account = account_of("saeki")
        secret = add_app(account)
    code = one_time.code_of(secret, one_time.counter_at(LATER))
    results = at_once(cast, lambda _: factors.prove_totp(account, code, trace=NOWHERE, now=LATER))
    assert results == {"won": 1, "tenancy.factor_refused": TRIES - 1}, results


def prove_backup_code(cast: Cast) -> None:
    more_tries()
    with office_scope(cast.minato.id):
        account = account_of("saeki")
        code = factors.make_backup_codes(account, trace=NOWHERE, now=NOW).shown()[3]
    results = at_once(cast, lambda _: factors.prove_backup_code(account, code, trace=NOWHERE, now=LATER))
    assert results == {"won": 1, "tenancy.backup_code_refused": TRIES - 1}, results
    with office_scope(cast.minato.id):
        assert queries.count_backup_codes(account) == 9
    _check_recorded(cast, "予備コードでのログイン", since=LATER)


def guess_password(cast: Cast) -> None:
    """Of fifty guesses at the same moment five are looked at; the others are refused before."""

    def guess(place: int) -> None:
        login.check_login(
            "office",
            office_code="minato",
            login_id="saeki",
            password=f"wrong password {place}",
            device="",
            trace=Trace(address=f"10.0.0.{place}"),
            now=LATER,
        )

    results = at_once(cast, guess)
    allowed = limits.ACCOUNT_LIMITS[0].times
    assert results == {LoginRefusedError.code: allowed, TooManyAttemptsError.code: TRIES - allowed}, results


def close_take_out(cast: Cast) -> None:
    """Two kinds of end for the same take-out, fifty people at once: one wins, and the record holds one end."""
    with office_scope(cast.minato.id), transaction.atomic():
        manager = cast.minato.actor("aoki")
        takeouts.take_out(
            actor=manager,
            operation=Operation(event=events.REVEALED, screen="試験"),
            facts=TakeOutFacts(kind=TakenOut.FILE, at_once=True),
            now=NOW,
        )
    with office_scope(cast.minato.id):
        (row,) = take_outs.list_open(manager)

    def close(place: int) -> None:
        ending = Ending(outcome=Outcome.ERASED if place % 2 else Outcome.RETURNED, on=jst_day(NOW))
        try:
            takeouts.close(actor=manager, ids=[row.id], ending=ending, now=LATER)
        except TakeOutClosedError as error:
            raise Lost from error

    results = at_once(cast, close)
    assert results == {"won": 1, "lost": TRIES - 1}, results
    with office_scope(cast.minato.id):
        assert take_outs.verify_take_outs() == 1
        rows = journal.list_entries(manager, journal.Filter(since=LATER), size=200).rows
        assert sum(entry.label in {"持ち出したものの消去", "持ち出したものの返却"} for entry in rows) == 1


class Lost(InvalidError):
    """Somebody else was first."""

    code = "lost"


def _check_recorded(cast: Cast, label: str, *, since: datetime) -> None:
    with office_scope(cast.minato.id):
        rows = journal.list_entries(cast.minato.actor("aoki"), journal.Filter(since=since), size=200).rows
        assert [row.label for row in rows if not row.failed].count(label) == 1
        journal.verify_record()


if __name__ == "__main__":
    made = make_cast()
    for scenario in (guess_password, prove_totp, prove_backup_code, redeem_activation, close_take_out, found_office):
        scenario(made)
        sys.stdout.write(f"{scenario.__name__}\n")
