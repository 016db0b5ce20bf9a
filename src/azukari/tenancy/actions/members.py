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
from azukari.seal.errors import WrongPasswordError
from azukari.seal.grants import MemberKeys
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import VaultKey, derive_vault_key
from azukari.store.scope import current_office
from azukari.tenancy import errors, policy
from azukari.tenancy.actions import keys
from azukari.tenancy.models import Account, ClientUser, Grant, OfficeKeys, StaffMember, Unlock
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


def key_owner(account: Account) -> StaffMember | ClientUser | None:
    """Find who holds the key pair of an account."""
    return StaffMember.objects.filter(account=account).first() or ClientUser.objects.filter(account=account).first()


def new_keys(owner_id: UUID, password: str) -> MemberKeys:
    """Make a person's key pair under a new password (about 100 ms)."""
    return grants.new_member_keys(password, keys.server_half(), member_context(owner_id), cost=PASSWORD_COST)


def set_keys(owner: StaffMember | ClientUser, pair: MemberKeys | None) -> None:
    """Store a person's key pair, or none. Inside the caller's transaction."""
    owner.public_key = pair.public_key if pair else None
    owner.sealed_private_key = pair.sealed_private_key if pair else None
    owner.save(update_fields=["public_key", "sealed_private_key"])


def open_user_key(user_id: UUID, password: str) -> grants.MemberKey:
    """Open the private key of a person of a client company. Raises: KeyPairMissingError, UnlockRefusedError."""
    sealed = ClientUser.objects.filter(id=user_id).values_list("sealed_private_key", flat=True).first()
    if sealed is None:
        raise errors.KeyPairMissingError
    try:
        return grants.open_member_key(bytes(sealed), password, keys.server_half(), member_context(user_id))
    except WrongPasswordError as error:
        raise errors.UnlockRefusedError from error


def publish_intake_key(vault_key: VaultKey) -> None:
    """Store the office's public key for protected files, once it can be computed.

    It is compared each time the vault is opened: one put in its place by somebody else would read what comes in.
    Raises: IntakeKeyReplacedError.
    """
    public_key = vault_key.intake_public_key()
    stored = OfficeKeys.objects.values_list("intake_key", flat=True).get()
    if stored is None:
        OfficeKeys.objects.update(intake_key=public_key)
    elif bytes(stored) != public_key:
        raise errors.IntakeKeyReplacedError


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
    publish_intake_key(derive_vault_key(office_secret, keys.server_half(), current_office()))
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
