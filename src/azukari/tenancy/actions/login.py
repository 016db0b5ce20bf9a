"""Logging in at a door: name and password, then the second factor; or a passkey, which is both.

Tries are taken in the database before anything is checked, whether or not the account exists. A missing account
costs the same hash, the same record and the same count as a wrong password.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation, Result
from azukari.kernel.actor import Actor
from azukari.store.scope import office_scope
from azukari.tenancy import errors, queries
from azukari.tenancy.actions import activation, factors, holders, tries
from azukari.tenancy.actions.holders import Trace
from azukari.tenancy.models import Account, Office, Operator
from azukari.tenancy.queries import Holder
from azukari.tenancy.rules import login, networks
from azukari.tenancy.rules.events import Events

_log = logging.getLogger("azukari.login")


@dataclass(frozen=True, slots=True)
class Entered:
    """Whose password was right. The login is complete only after the second factor."""

    account_id: UUID
    office_id: UUID | None


def check_login(
    door: str, *, office_code: str, login_id: str, password: str, device: str, trace: Trace, now: datetime
) -> Entered:
    """Check name and password at a door. `device` is the browser's token.

    Raises: LoginRefusedError, TooManyAttemptsError, OfficeStoppedError, NoCompanyLeftError, AddressNotAllowedError.
    """
    if door == "operator":
        return _check_operator(login.tidy_word(login_id), password, device=device, trace=trace, now=now)
    name = login.full_login(office_code, login_id)
    office = Office.objects.filter(code=login.tidy_word(office_code)).first()
    if office is None:
        _take(None, name, device, trace, now)
        _is_right(None, password)
        _count_failure(None, name, now=now)
        raise errors.LoginRefusedError
    with office_scope(office.id):
        account = Account.objects.filter(username=name, door=door, is_active=True).first()
        limits = _take(account, name, device, trace, now)
        good = _is_right(account, password)
        if account is None or not good:
            _record_failure(account, trace, now=now)
            _count_failure(account, name, now=now)
            raise errors.LoginRefusedError
        tries.give_back(*limits)
        tries.give_back(login.SOURCE_LIMITS, trace.address)
        if office.stopped_at is not None:
            raise errors.OfficeStoppedError
        _check_company(account)
        check_address(account, trace, now=now)
        return Entered(account.pk, office.id)


def _check_operator(name: str, password: str, *, device: str, trace: Trace, now: datetime) -> Entered:
    operator = Operator.objects.filter(username=name, is_active=True).first()
    limits = _take(operator, f"operator:{name}", device, trace, now)
    good = _is_right(operator, password)
    if operator is None or not good:
        with transaction.atomic():
            holders.note(operator, Events.LOGGED_IN.label, trace=trace, now=now, succeeded=False)
        _count_failure(None, f"operator:{name}", now=now)
        raise errors.LoginRefusedError
    tries.give_back(*limits)
    tries.give_back(login.SOURCE_LIMITS, trace.address)
    return Entered(operator.pk, None)


def _is_right(holder: Holder | None, password: str) -> bool:
    """Check a password; a missing account costs the same hash as a wrong password, so that time tells nothing.

    An account that waits for its code has no usable password; Django makes that cost a hash too.
    """
    if holder is None:
        make_password(password)
        return False
    return check_password(password, holder.password)


def _take(holder: Holder | None, name: str, device: str, trace: Trace, now: datetime) -> tuple[Any, str]:
    """Take a try: of the device where it is known to the account, of the name where it is not."""
    known = holder is not None and factors.is_known_device(holder, device)
    limits = (login.DEVICE_LIMITS, device) if known else (login.ACCOUNT_LIMITS, name)
    tries.take(limits, (login.SOURCE_LIMITS, trace.address), now=now)
    return limits


def _record_failure(account: Account | None, trace: Trace, *, now: datetime) -> None:
    with transaction.atomic():
        journal.append(
            actor=holders.actor_of(account, trace) if account else activation.unknown_actor(trace),
            operation=Operation(event=Events.LOGGED_IN, screen="ログイン", lines=(Line(result=Result.FAILURE),)),
            now=now,
        )


def _count_failure(account: Account | None, name: str, *, now: datetime) -> None:
    """Count for the notices: many failures of one account, very many of all."""
    if tries.count(login.NOTICE_LIMIT, name, now=now) and account:
        with transaction.atomic():
            detail = f"ログインID {name.rpartition('/')[2]} で、1日に{login.NOTICE_LIMIT.times}回失敗しました。"
            holders.tell_office("ログインの失敗が続いています", detail, now=now)
    if tries.count(login.ALARM_LIMIT, "", now=now):
        _log.error("%d failed logins within five minutes", login.ALARM_LIMIT.times)


def check_address(account: Account, trace: Trace, *, now: datetime) -> None:
    """Refuse staff from a network the office does not allow, and record it. Raises: AddressNotAllowedError."""
    if account.door != "office" or networks.is_allowed(trace.address, queries.get_office().allowed_networks):
        return
    with transaction.atomic():
        holders.record(account, Events.ADDRESS_REFUSED, trace=trace, now=now, result=Result.FAILURE)
    raise errors.AddressNotAllowedError(address=trace.address)


def _check_company(account: Account) -> None:
    """Refuse people of client companies none of which is a client any more. Raises: NoCompanyLeftError."""
    if account.door == "portal" and not queries.serves_a_company(account):
        raise errors.NoCompanyLeftError


def check_entry(holder: Holder, door: str, *, trace: Trace, now: datetime) -> None:
    """Check what a passkey alone does not say: the door is the account's, it is activated, the network is allowed.

    Raises: PasskeyNotAcceptedError, NoCompanyLeftError, AddressNotAllowedError.
    """
    own = holder.door if isinstance(holder, Account) else "operator"
    if own != door or holder.password_set_at is None:
        raise errors.PasskeyNotAcceptedError
    if isinstance(holder, Account):
        _check_company(holder)
        check_address(holder, trace, now=now)


def complete(holder: Holder, *, factor: str, device: str, trace: Trace, now: datetime) -> None:
    """Record a complete login, remember the device and tell of a new one. `factor` says how it was proved."""
    first_device = not holder.devices.exists()
    with transaction.atomic():
        holders.record(holder, Events.LOGGED_IN, trace=trace, now=now, detail=factor)
        if factors.remember_device(holder, device, trace=trace, now=now) and not first_device:
            holders.tell_of_device(holder, trace, now=now)
        holder.last_login = now
        holder.save(update_fields=["last_login"])
    name = f"operator:{holder.username}" if isinstance(holder, Operator) else holder.username
    tries.forget(login.ACCOUNT_LIMITS, name)
    tries.forget(login.DEVICE_LIMITS, device)
    tries.forget(login.FACTOR_LIMITS, holder.username)


def log_out(holder: Holder, *, trace: Trace, now: datetime) -> None:
    """Record the end of a login."""
    with transaction.atomic():
        holders.record(holder, Events.LOGGED_OUT, trace=trace, now=now)


def record_refusal(*, actor: Actor, permission: str, detail: str, now: datetime) -> None:
    """Record that an actor was refused, in a transaction of its own: the refused act's one is rolled back."""
    with transaction.atomic():
        journal.append(
            actor=actor,
            operation=Operation(
                event=Events.REFUSED,
                screen="アクセス制御",
                purpose=permission,
                lines=(Line(detail=detail, result=Result.FAILURE),),
            ),
            now=now,
        )
