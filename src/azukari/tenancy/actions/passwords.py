"""Passwords: setting one, changing it, proving it again, and the separate one of the record's screens."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from azukari.journal.rules import Result
from azukari.kernel.actor import Actor
from azukari.seal import grants
from azukari.seal.errors import WrongPasswordError
from azukari.tenancy import errors
from azukari.tenancy.actions import holders, keys, members, sessions, tries
from azukari.tenancy.actions.holders import Trace
from azukari.tenancy.models import Account, ClientUser, StaffMember, Unlock
from azukari.tenancy.queries import Holder
from azukari.tenancy.rules import login, passwords
from azukari.tenancy.rules.events import Events

RECORD_LEAST = 8


def check_new(password: str, *, least: int, words: tuple[str, ...] = ()) -> None:
    """Refuse a password that is too short, common or made of names around it. Raises: PasswordWeakError."""
    fault = passwords.find_fault(password, least=least, words=words)
    if not fault:
        try:
            validate_password(password)
        except ValidationError as error:
            fault = "".join(error.messages)
    if fault:
        raise errors.PasswordWeakError(why=fault)


def prove(holder: Holder, password: str, *, trace: Trace, what: str, now: datetime) -> None:
    """Ask a signed-in person's password again before an act of weight; success and failure are recorded.

    Raises: ConfirmRefusedError, TooManyAttemptsError.
    """
    tries.take((login.CONFIRM_LIMITS, holder.username), now=now)
    good = check_password(password, holder.password)
    with transaction.atomic():
        holders.record(
            holder,
            Events.CONFIRMED,
            trace=trace,
            now=now,
            result=Result.SUCCESS if good else Result.FAILURE,
            detail=what,
            screen="本人の確認",
        )
    if not good:
        raise errors.ConfirmRefusedError
    tries.give_back(login.CONFIRM_LIMITS, holder.username)


def change(holder: Holder, *, old: str, new: str, trace: Trace, now: datetime) -> None:
    """Change one's own password. Grants stay: the private key is sealed anew. Other sessions end.

    Raises: ConfirmRefusedError, TooManyAttemptsError, PasswordWeakError.
    """
    check_new(new, least=holders.least_password(holder), words=tuple(holders.words_of(holder)))
    prove(holder, old, trace=trace, what="パスワードの変更", now=now)
    if check_password(new, holder.password):
        raise errors.PasswordWeakError(why="今のパスワードと同じです。")
    hashed = make_password(new)
    owner = members.key_owner(holder) if isinstance(holder, Account) else None
    sealed = _reseal(owner, old, new) if owner and owner.sealed_private_key else None
    # Accounts of client companies from before protected files have no key pair yet.
    fresh = members.new_keys(owner.id, new) if isinstance(owner, ClientUser) and not sealed else None
    with transaction.atomic():
        holders.record(holder, Events.PASSWORD_CHANGED, trace=trace, now=now, screen="パスワード設定")
        holder.password = hashed
        holder.save(update_fields=["password"])
        if owner and sealed:
            owner.sealed_private_key = sealed
            owner.save(update_fields=["sealed_private_key"])
        if owner and fresh:
            members.set_keys(owner, fresh)
        if isinstance(owner, StaffMember):
            Unlock.objects.filter(staff=owner).delete()
        sessions.end_sessions(holder.pk, but=trace.session)
        holders.tell(holder, "パスワードの変更", now=now)


def _reseal(owner: StaffMember | ClientUser, old: str, new: str) -> bytes:
    assert owner.sealed_private_key is not None
    try:
        return grants.reseal_member_key(
            bytes(owner.sealed_private_key),
            old,
            new,
            keys.server_half(),
            members.member_context(owner.id),
            cost=members.PASSWORD_COST,
        )
    except WrongPasswordError as error:
        raise errors.ConfirmRefusedError from error


def set_record_password(actor: Actor, account: Account, *, own: str, new: str, trace: Trace, now: datetime) -> None:
    """Set the password of the record's screens (記録の画面のパスワード), with one's own as proof.

    Raises: ConfirmRefusedError, TooManyAttemptsError, PasswordWeakError.
    """
    assert actor.staff_id is not None
    check_new(new, least=RECORD_LEAST, words=tuple(holders.words_of(account)))
    prove(account, own, trace=trace, what="記録の画面のパスワードの設定", now=now)
    if check_password(new, account.password):
        raise errors.PasswordWeakError(why="ログインのパスワードと同じです。")
    hashed = make_password(new)
    with transaction.atomic():
        holders.record(account, Events.RECORD_PASSWORD_CHANGED, trace=trace, now=now, screen="パスワード設定")
        StaffMember.objects.filter(id=actor.staff_id).update(record_password=hashed)
        holders.tell(account, "記録の画面のパスワードの設定", now=now)


def has_record_password(actor: Actor) -> bool:
    """Tell whether a staff member has set the password of the record's screens."""
    assert actor.staff_id is not None
    return StaffMember.objects.filter(id=actor.staff_id).exclude(record_password="").exists()


def prove_record_password(actor: Actor, account: Account, password: str, *, trace: Trace, now: datetime) -> None:
    """Open the record's screens. Raises: ConfirmRefusedError, TooManyAttemptsError."""
    assert actor.staff_id is not None
    tries.take((login.CONFIRM_LIMITS, f"record/{account.username}"), now=now)
    stored = StaffMember.objects.values_list("record_password", flat=True).get(id=actor.staff_id)
    good = bool(stored) and check_password(password, stored)
    with transaction.atomic():
        holders.record(
            account,
            Events.RECORD_OPENED,
            trace=trace,
            now=now,
            result=Result.SUCCESS if good else Result.FAILURE,
            screen="事務処理の記録",
        )
    if not good:
        raise errors.ConfirmRefusedError
    tries.give_back(login.CONFIRM_LIMITS, f"record/{account.username}")
