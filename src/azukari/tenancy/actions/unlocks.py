"""従業員利用認証: ID, password and 利用内容 open the vault for one browser, for minutes.

The office secret is sealed again under a key that only the browser's cookie holds: the server at rest keeps
one part, the browser the other. Any web process can serve it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation, Result
from azukari.kernel.actor import Actor
from azukari.kernel.ids import StaffId, new_id
from azukari.seal import grants
from azukari.seal.context import Context
from azukari.seal.errors import OpeningError, SealError, WrongPasswordError
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import VaultKey, derive_vault_key
from azukari.store.scope import current_office
from azukari.tenancy import errors, policy
from azukari.tenancy.actions import keys, members, tries
from azukari.tenancy.models import Grant, Office, StaffMember, Unlock
from azukari.tenancy.rules.events import Events
from azukari.tenancy.rules.login import CONFIRM_LIMITS, unlock_is_over


@dataclass(frozen=True, slots=True)
class Opened:
    """A fresh unlock: its id for the session, and the browser's part for the cookie."""

    unlock_id: UUID
    browser_secret: bytes

    def __repr__(self) -> str:
        return f"Opened({self.unlock_id})"


def open_unlock(*, actor: Actor, password: str, purpose: str, now: datetime) -> Opened:
    """Open the vault for this browser; success and failure are recorded.

    Raises: PermissionNotAllowed, GrantMissingError, UnlockRefusedError, TooManyAttemptsError, IntakeKeyReplacedError.
    """
    policy.check_may(actor, "tenancy:vault:unlock")
    assert actor.staff_id is not None
    member = StaffMember.objects.select_related("account").get(id=actor.staff_id)
    tries.take((CONFIRM_LIMITS, f"unlock/{member.account.username}"), now=now)
    try:
        if not check_password(password, member.account.password):
            raise errors.UnlockRefusedError
        office_secret = open_office_secret(actor.staff_id, password)
    except errors.UnlockRefusedError:
        _record(actor, purpose, Result.FAILURE, now=now)
        raise
    tries.forget(CONFIRM_LIMITS, f"unlock/{member.account.username}")
    unlock_id, browser_secret = new_id(), grants.new_browser_secret()
    with transaction.atomic():
        members.publish_intake_key(derive_vault_key(office_secret, keys.server_half(), current_office()))
        _record(actor, purpose, Result.SUCCESS, now=now)
        Unlock.objects.filter(staff_id=actor.staff_id, last_used_at__lt=now - timedelta(days=1)).delete()
        Unlock.objects.create(
            id=unlock_id,
            staff=member,
            sealed_secret=grants.lock_for_session(office_secret, browser_secret, _context(unlock_id, actor.staff_id)),
            purpose=purpose,
            opened_at=now,
            last_used_at=now,
        )
    return Opened(unlock_id, browser_secret)


def open_office_secret(staff_id: StaffId, password: str) -> Secret:
    """Open the office secret with a staff member's password and the server's half.

    Raises: GrantMissingError, UnlockRefusedError.
    """
    grant = Grant.objects.select_related("staff").filter(staff_id=staff_id).first()
    if grant is None or grant.staff.sealed_private_key is None:
        raise errors.GrantMissingError
    try:
        member_key = grants.open_member_key(
            bytes(grant.staff.sealed_private_key), password, keys.server_half(), members.member_context(staff_id)
        )
    except WrongPasswordError as error:
        raise errors.UnlockRefusedError from error
    return grants.open_grant(member_key, bytes(grant.sealed_secret), members.grant_context(staff_id))


def use_unlock(*, actor: Actor, unlock_id: UUID | None, browser_secret: bytes | None, now: datetime) -> VaultKey:
    """Yield the vault key while the unlock lasts, and count this as use. One update, one commit.

    Raises: UnlockNeededError when there is none, it has ended, or the browser's part does not fit.
    """
    return derive_vault_key(
        session_secret(actor=actor, unlock_id=unlock_id, browser_secret=browser_secret, now=now),
        keys.server_half(),
        current_office(),
    )


def session_secret(*, actor: Actor, unlock_id: UUID | None, browser_secret: bytes | None, now: datetime) -> Secret:
    """Yield the office secret while the unlock lasts: for giving grants and printing the recovery sheet.

    Raises: UnlockNeededError, GrantMissingError.
    """
    policy.check_may(actor, "tenancy:vault:unlock")
    assert actor.staff_id is not None
    if unlock_id is None or browser_secret is None:
        raise errors.UnlockNeededError
    minutes = Office.objects.values_list("unlock_minutes", flat=True).get(id=current_office())
    row = Unlock.objects.filter(id=unlock_id, staff_id=actor.staff_id).first()
    if row is None or unlock_is_over(last_used_at=row.last_used_at, minutes=minutes, now=now):
        raise errors.UnlockNeededError
    # A compare-and-set: an unlock ended meanwhile in another tab must not come back.
    if not Unlock.objects.filter(id=unlock_id, staff_id=actor.staff_id).update(last_used_at=now):
        raise errors.UnlockNeededError
    try:
        return grants.unlock_for_session(bytes(row.sealed_secret), browser_secret, _context(unlock_id, actor.staff_id))
    except (OpeningError, SealError) as error:
        raise errors.UnlockNeededError from error


def end_unlock(*, actor: Actor, unlock_id: UUID, now: datetime) -> None:
    """End an unlock at once: the sealed part is deleted."""
    with transaction.atomic():
        if Unlock.objects.filter(id=unlock_id, staff_id=actor.staff_id).delete()[0]:
            journal.append(
                actor=actor, operation=Operation(event=Events.UNLOCK_ENDED, screen="従業員利用認証"), now=now
            )


def _record(actor: Actor, purpose: str, result: Result, *, now: datetime) -> None:
    with transaction.atomic():
        journal.append(
            actor=actor,
            operation=Operation(
                event=Events.UNLOCKED, screen="従業員利用認証", purpose=purpose, lines=(Line(result=result),)
            ),
            now=now,
        )


def _context(unlock_id: UUID, staff_id: UUID) -> Context:
    return Context(label="unlock", office=current_office(), person=staff_id, record=unlock_id)
