"""Staff members and their grants: who works here, and who may open numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation
from azukari.kernel.actor import ROLE_LABELS, Actor, Role
from azukari.kernel.ids import StaffId
from azukari.seal import grants
from azukari.seal.context import Context
from azukari.seal.secretbytes import Secret
from azukari.store.scope import current_office
from azukari.tenancy import errors, policy
from azukari.tenancy.models import Account, Assignment, ClientCompany, Grant, Office, StaffMember
from azukari.tenancy.rules import Events, full_login

# Argon2id cost of the key that wraps a staff member's private key (security.md 4.1).
PASSWORD_COST = grants.PasswordCost()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """What is needed to add a staff member."""

    login_id: str
    name: str
    role: Role
    password: str
    kana: str = ""
    sees_all_clients: bool = False


@transaction.atomic
def create_member(new: NewStaff, *, actor: Actor, server_half: Secret, now: datetime) -> StaffMember:
    """Create account, staff member and key pair. The operator's system opens the first one.

    Raises: PermissionNotAllowed, CodeTakenError.
    """
    if actor.role is not Role.SYSTEM:
        policy.check_may(actor, "tenancy:settings:change")
    office = Office.objects.get(id=current_office())
    if StaffMember.objects.filter(login_id=new.login_id).exists():
        raise errors.CodeTakenError(value=new.login_id)
    journal.append(
        actor=actor,
        operation=Operation(
            event=Events.STAFF_ADDED,
            screen="従業員アカウント",
            lines=(Line(detail=f"{new.name}（{ROLE_LABELS[new.role]}）"),),
        ),
        now=now,
    )
    account = Account(username=full_login(office.code, new.login_id))
    account.set_password(new.password)
    account.save()
    member = StaffMember(
        account=account,
        login_id=new.login_id,
        name=new.name,
        kana=new.kana,
        role=new.role,
        sees_all_clients=new.sees_all_clients,
        created_at=now,
    )
    pair = grants.new_member_keys(new.password, server_half, member_context(member.id), cost=PASSWORD_COST)
    member.public_key, member.sealed_private_key = pair.public_key, pair.sealed_private_key
    member.save()
    return member


def member_context(staff_id: UUID) -> Context:
    """Bind a private key to its owner."""
    return Context(label="member-key", office=current_office(), record=staff_id)


def grant_context(staff_id: UUID) -> Context:
    """Bind a grant to the one it is given to."""
    return Context(label="grant", office=current_office(), record=staff_id)


def write_grant(actor: Actor, member: StaffMember, office_secret: Secret, *, now: datetime) -> None:
    """Seal the office secret to a staff member and record it. Callers have checked who may."""
    journal.append(
        actor=actor,
        operation=Operation(
            event=Events.GRANTED, screen="従業員アカウント", lines=(Line(detail=f"付与：{member.name}"),)
        ),
        now=now,
    )
    assert member.public_key is not None
    sealed = grants.grant_office_secret(office_secret, bytes(member.public_key), grant_context(member.id))
    Grant.objects.update_or_create(
        staff=member,
        defaults={"sealed_secret": sealed, "granted_by": actor.staff_id, "granted_at": now},
    )


@transaction.atomic
def give_grant(*, actor: Actor, staff_id: StaffId, office_secret: Secret, now: datetime) -> None:
    """Give a staff member the right to handle numbers; the giver's own unlock yields the office secret.

    Raises: PermissionNotAllowed, StaffNotFoundError.
    """
    policy.check_may(actor, "tenancy:settings:change")
    member = StaffMember.objects.lock().filter(id=staff_id).first()
    if member is None:
        raise errors.StaffNotFoundError
    write_grant(actor, member, office_secret, now=now)


@transaction.atomic
def assign(*, actor: Actor, staff_id: UUID, client_id: UUID, now: datetime) -> None:
    """Let a staff member serve a client company. Raises: PermissionNotAllowed."""
    policy.check_may(actor, "tenancy:settings:change")
    member, client = StaffMember.objects.get(id=staff_id), ClientCompany.objects.get(id=client_id)
    journal.append(
        actor=actor,
        operation=Operation(
            event=Events.ASSIGNED,
            screen="従業員アカウント",
            lines=(Line(client_id=client.id, client_name=client.name, detail=f"担当：{member.name}"),),
        ),
        now=now,
    )
    Assignment.objects.get_or_create(staff=member, client=client)
