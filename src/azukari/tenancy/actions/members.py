"""Key pairs of staff, and grants: who may open numbers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation
from azukari.kernel.actor import ROLE_LABELS, Actor, Role
from azukari.kernel.ids import StaffId
from azukari.seal import grants
from azukari.seal.context import Context
from azukari.seal.grants import MemberKeys
from azukari.seal.secretbytes import Secret
from azukari.store.scope import current_office
from azukari.tenancy import errors, policy
from azukari.tenancy.actions import keys
from azukari.tenancy.models import Grant, StaffMember, Unlock
from azukari.tenancy.rules.events import Events

# Argon2id cost of the key that wraps a staff member's private key, and of backup codes (security.md 4.1).
PASSWORD_COST = grants.PasswordCost()
_SCREEN = "従業員アカウント"


def member_context(staff_id: UUID) -> Context:
    """Bind a private key to its owner."""
    return Context(label="member-key", office=current_office(), record=staff_id)


def grant_context(staff_id: UUID) -> Context:
    """Bind a grant to the one it is given to."""
    return Context(label="grant", office=current_office(), record=staff_id)


def new_keys(staff_id: UUID, password: str) -> MemberKeys:
    """Make a staff member's key pair under a new password (about 100 ms)."""
    return grants.new_member_keys(password, keys.server_half(), member_context(staff_id), cost=PASSWORD_COST)


def write_grant(actor: Actor, member: StaffMember, office_secret: Secret, *, now: datetime) -> None:
    """Seal the office secret to a staff member and record it. Callers have checked who may."""
    assert member.public_key is not None
    public_key = bytes(member.public_key)
    journal.append(
        actor=actor,
        operation=Operation(
            event=Events.GRANTED,
            screen=_SCREEN,
            lines=(Line(detail=f"付与：{member.name}（鍵 {grants.key_fingerprint(public_key)[:9]}）"),),
        ),
        now=now,
    )
    sealed = grants.grant_office_secret(office_secret, public_key, grant_context(member.id))
    Grant.objects.update_or_create(
        staff=member,
        defaults={"sealed_secret": sealed, "granted_by": actor.staff_id, "granted_at": now},
    )


@transaction.atomic
def give_grant(*, actor: Actor, staff_id: StaffId, office_secret: Secret, now: datetime) -> None:
    """Give a staff member the right to handle numbers; the giver's own unlock yields the office secret.

    Raises: PermissionNotAllowed, StaffNotFoundError, RoleMayNotHandleError, NotActivatedError.
    """
    policy.check_may(actor, "tenancy:staff:manage")
    member = StaffMember.objects.select_related("account").filter(id=staff_id, account__is_active=True).first()
    if member is None:
        raise errors.StaffNotFoundError
    if not policy.role_may_handle(Role(member.role)):
        raise errors.RoleMayNotHandleError(name=member.name, role=ROLE_LABELS[Role(member.role)])
    if member.public_key is None:
        raise errors.NotActivatedError(name=member.name)
    write_grant(actor, member, office_secret, now=now)
    StaffMember.objects.filter(id=staff_id).update(handles=True)


@transaction.atomic
def withdraw_grant(*, actor: Actor, staff_id: StaffId, now: datetime) -> None:
    """Withdraw the right to handle numbers, at once: the grant and running unlocks are gone with this commit.

    Raises: PermissionNotAllowed, StaffNotFoundError.
    """
    policy.check_may(actor, "tenancy:staff:manage")
    member = StaffMember.objects.filter(id=staff_id).first()
    if member is None:
        raise errors.StaffNotFoundError
    record_withdrawal(actor, member, now=now)
    drop_grant(member)
    StaffMember.objects.filter(id=staff_id).update(handles=False)


def record_withdrawal(actor: Actor, member: StaffMember, *, now: datetime) -> None:
    """Record that a grant ends, where there is one."""
    if Grant.objects.filter(staff=member).exists():
        journal.append(
            actor=actor,
            operation=Operation(
                event=Events.GRANT_WITHDRAWN, screen=_SCREEN, lines=(Line(detail=f"取り消し：{member.name}"),)
            ),
            now=now,
        )


def drop_grant(member: StaffMember) -> None:
    """Delete a grant and the unlocks that came from it, inside the caller's transaction."""
    Grant.objects.filter(staff=member).delete()
    Unlock.objects.filter(staff=member).delete()


def fingerprint_of(staff_id: StaffId) -> str:
    """Give the fingerprint of a staff member's public key, to compare before granting. Raises: StaffNotFoundError."""
    stored = StaffMember.objects.filter(id=staff_id).values_list("public_key", flat=True).first()
    if stored is None:
        raise errors.StaffNotFoundError
    return grants.key_fingerprint(bytes(stored))
