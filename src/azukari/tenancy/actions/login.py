"""Logging in with office code, login ID and password.

Limits are counted in the database by atomic updates, per account name and per source, whether or not the
account exists; a missing account costs the same hash as a wrong password.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation, Result
from azukari.kernel.actor import Actor
from azukari.store.scope import office_scope
from azukari.tenancy import errors, queries, rules
from azukari.tenancy.models import Account, LoginFailures, Office
from azukari.tenancy.rules import Events


def log_in(
    *, office_code: str, login_id: str, password: str, address: str, session: str, now: datetime
) -> queries.SignedIn:
    """Check a login and record it, success or failure. Raises: LoginRefusedError, TooManyAttemptsError."""
    name = rules.full_login(office_code, login_id)
    check_limits(name, address, now=now)
    office = Office.objects.filter(code=office_code.strip().lower()).first()
    if office is None:
        make_password(password)  # the same hash as for a wrong password, so that time tells nothing
        count_failure(name, address, now=now)
        raise errors.LoginRefusedError
    with office_scope(office.id):
        account = Account.objects.filter(username=name, is_active=True).first()
        if account is None:
            make_password(password)
        elif check_password(password, account.password):
            signed_in = queries.get_signed_in(account.id, session=session, address=address)
            _record(signed_in.actor, Result.SUCCESS, now=now)
            forget_failures(name)
            return signed_in
        count_failure(name, address, now=now)
        if account is not None:
            signed_in = queries.get_signed_in(account.id, session=session, address=address)
            _record(signed_in.actor, Result.FAILURE, now=now)
        raise errors.LoginRefusedError


def log_out(*, actor: Actor, now: datetime) -> None:
    """Record the end of a login."""
    with transaction.atomic():
        journal.append(actor=actor, operation=Operation(event=Events.LOGGED_OUT, screen="ログイン"), now=now)


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


def _record(actor: Actor, result: Result, *, now: datetime) -> None:
    with transaction.atomic():
        journal.append(
            actor=actor,
            operation=Operation(event=Events.LOGGED_IN, screen="ログイン", lines=(Line(result=result),)),
            now=now,
        )


def check_limits(name: str, address: str, *, now: datetime) -> None:
    """Refuse while an account or a source has failed too often. Raises: TooManyAttemptsError."""
    for key, limit in (
        (_key("account", name), rules.ACCOUNT_FAILURES),
        (_key("source", address), rules.SOURCE_FAILURES),
    ):
        row = LoginFailures.objects.filter(key=key, window_ends_at__gt=now, failures__gte=limit).first()
        if row is not None:
            minutes = max(1, -(-(row.window_ends_at - now).seconds // 60))
            raise errors.TooManyAttemptsError(times=limit, minutes=minutes)


def count_failure(name: str, address: str, *, now: datetime) -> None:
    """Count one failure against the account and the source; atomic, so parallel tries all count."""
    for key in (_key("account", name), _key("source", address)):
        with transaction.atomic():
            LoginFailures.objects.filter(key=key, window_ends_at__lte=now).delete()
            _, made = LoginFailures.objects.get_or_create(
                key=key, defaults={"failures": 1, "window_ends_at": now + rules.FAILURE_WINDOW}
            )
            if not made:
                LoginFailures.objects.filter(key=key).update(
                    failures=F("failures") + 1, window_ends_at=now + rules.FAILURE_WINDOW
                )


def forget_failures(name: str) -> None:
    """Clear the account's count after a good login; the source's count stays (a known hole elsewhere)."""
    LoginFailures.objects.filter(key=_key("account", name)).delete()


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}\n{value}".encode()).hexdigest()
