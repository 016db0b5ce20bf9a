"""Staff accounts: added, changed, stopped, invited, reset. Grants are in `members`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Event, Line, Operation
from azukari.kernel.actor import ROLE_LABELS, Actor, Role
from azukari.kernel.ids import StaffId
from azukari.store.scope import current_office
from azukari.tenancy import errors, policy, queries
from azukari.tenancy.actions import activation, holders, members, sessions
from azukari.tenancy.actions.activation import Issued
from azukari.tenancy.models import Account, Assignment, ClientCompany, Office, StaffMember
from azukari.tenancy.models.activation import ALIVE
from azukari.tenancy.rules.events import Events
from azukari.tenancy.rules.login import full_login, is_login_id, tidy_word

_SCREEN = "従業員アカウント"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFacts:
    """What an office says of a staff member. `handles` is the wish that this person handles numbers."""

    name: str
    role: Role
    kana: str = ""
    email: str = ""
    sees_all_clients: bool = False
    handles: bool = False
    clients: tuple[UUID, ...] = ()


@transaction.atomic
def add_member(login_id: str, facts: StaffFacts, *, actor: Actor, now: datetime) -> StaffId:
    """Add a staff member, who waits for an activation code. The operator's system adds the first one.

    Raises: PermissionNotAllowed, CodeTakenError, LoginIdError, LimitReachedError.
    """
    if actor.role is not Role.SYSTEM:
        policy.check_may(actor, "tenancy:staff:manage")
        _check_limit()
    login_id = tidy_word(login_id)
    if not is_login_id(login_id):
        raise errors.LoginIdError(value=login_id)
    office = Office.objects.get(id=current_office())
    if queries.login_is_taken(office.code, login_id):
        raise errors.CodeTakenError(value=login_id)
    _record(actor, Events.STAFF_ADDED, f"{facts.name}（{ROLE_LABELS[facts.role]}）", now=now)
    account = Account(username=full_login(office.code, login_id), door="office", email=facts.email)
    account.set_unusable_password()
    account.save()
    member = StaffMember.objects.create(
        account=account,
        login_id=login_id,
        name=facts.name,
        kana=facts.kana,
        role=facts.role,
        sees_all_clients=facts.sees_all_clients,
        handles=facts.handles and policy.role_may_handle(facts.role),
        created_at=now,
    )
    _assign(actor, member, facts.clients, now=now)
    return StaffId(member.id)


def _check_limit() -> None:
    contract = queries.get_contract()
    if contract and contract.staff_limit is not None and queries.count_active_staff() >= contract.staff_limit:
        raise errors.LimitReachedError(what="従業員アカウント", limit=f"{contract.staff_limit}名")


@transaction.atomic
def change_member(staff_id: UUID, facts: StaffFacts, *, version: int, actor: Actor, now: datetime) -> None:
    """Change a staff member. Losing the wish to handle, or the role for it, withdraws the grant with this commit.

    Raises: PermissionNotAllowed, StaffNotFoundError, StaleVersionError, LastManagerError, OwnAccountError.
    """
    policy.check_may(actor, "tenancy:staff:manage")
    member = _get(staff_id)
    if member.version != version:
        raise errors.StaleVersionError
    if member.id == actor.staff_id and facts.role is not Role(member.role):
        raise errors.OwnAccountError
    if facts.role is not Role.MANAGER:
        _check_not_last_manager(member)
    _record(actor, Events.STAFF_CHANGED, f"{facts.name}（{ROLE_LABELS[facts.role]}）", now=now)
    if not policy.role_may_handle(facts.role) or not facts.handles:
        members.record_withdrawal(actor, member, now=now)
        members.drop_grant(member)
    _assign(actor, member, facts.clients, now=now)
    member.name, member.kana, member.role = facts.name, facts.kana, facts.role
    member.sees_all_clients = facts.sees_all_clients
    member.handles = facts.handles and policy.role_may_handle(facts.role)
    member.version += 1
    member.save(update_fields=["name", "kana", "role", "sees_all_clients", "handles", "version"])
    if member.account.email != facts.email:
        holders.tell(member.account, "メールアドレスの変更", now=now)
        Account.objects.filter(id=member.account_id).update(email=facts.email)


@transaction.atomic
def stop_member(staff_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Stop a staff member: sessions, unlocks, grant and codes die with this commit.

    Raises: PermissionNotAllowed, StaffNotFoundError, LastManagerError, OwnAccountError.
    """
    policy.check_may(actor, "tenancy:staff:manage")
    member = _get(staff_id)
    if member.id == actor.staff_id:
        raise errors.OwnAccountError
    _check_not_last_manager(member)
    _record(actor, Events.STAFF_STOPPED, member.name, now=now)
    members.record_withdrawal(actor, member, now=now)
    members.drop_grant(member)
    stop_account(member.account, now=now)
    StaffMember.objects.filter(id=member.id).update(
        public_key=None, sealed_private_key=None, version=member.version + 1
    )


def stop_account(account: Account, *, now: datetime) -> None:
    """Stop an account inside the caller's transaction: no session, no code and no password is left of it."""
    account.is_active = False
    account.password_set_at = None
    account.set_unusable_password()
    account.save(update_fields=["is_active", "password", "password_set_at"])
    account.activations.filter(ALIVE).update(voided_at=now)
    sessions.end_sessions(account.pk)


@transaction.atomic
def reopen_member(staff_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Reopen a stopped staff member, who then needs a new code and, for numbers, a new grant.

    Raises: PermissionNotAllowed, StaffNotFoundError, LimitReachedError.
    """
    policy.check_may(actor, "tenancy:staff:manage")
    member = _get(staff_id)
    if member.account.is_active:
        return
    _check_limit()
    _record(actor, Events.STAFF_REOPENED, member.name, now=now)
    Account.objects.filter(id=member.account_id).update(is_active=True)
    StaffMember.objects.filter(id=member.id).update(version=member.version + 1)


@transaction.atomic
def issue_code(
    staff_id: UUID, *, actor: Actor, channel: str, page: str = "", with_factors: bool = False, now: datetime
) -> Issued:
    """Issue an activation code: for a new account, or anew for one whose password is forgotten.

    An account in use is reset by it: the old password and the grant stop. By mail it is sent at once. Raises:
    PermissionNotAllowed, StaffNotFoundError, OwnAccountError, MailNotSetUpError.
    """
    policy.check_may(actor, "tenancy:staff:manage")
    member = _get(staff_id)
    if not member.account.is_active:
        raise errors.StaffNotFoundError
    if member.id == actor.staff_id:
        raise errors.OwnAccountError
    return activation.renew(member.account, actor=actor, channel=channel, page=page, with_factors=with_factors, now=now)


@transaction.atomic
def assign(*, actor: Actor, staff_id: UUID, client_id: UUID, now: datetime) -> None:
    """Let a staff member serve a client company. Raises: PermissionNotAllowed, StaffNotFoundError."""
    policy.check_may(actor, "tenancy:staff:manage")
    member = _get(staff_id)
    present = Assignment.objects.filter(staff=member).values_list("client_id", flat=True)
    _assign(actor, member, [*present, client_id], now=now)


def _assign(actor: Actor, member: StaffMember, wanted: Sequence[UUID], *, now: datetime) -> None:
    """Make the assignments of a member those wanted; every change is a line of the record."""
    present = set(Assignment.objects.filter(staff=member).values_list("client_id", flat=True))
    for event, ids in (
        (Events.ASSIGNED, set(wanted) - present),
        (Events.UNASSIGNED, present - set(wanted)),
    ):
        found = ClientCompany.objects.filter(id__in=ids).order_by("kana_key")
        lines = tuple(
            Line(client_id=client.id, client_name=client.name, detail=f"担当：{member.name}") for client in found
        )
        if not lines:
            continue
        journal.append(actor=actor, operation=Operation(event=event, screen=_SCREEN, lines=lines), now=now)
        if event is Events.ASSIGNED:
            Assignment.objects.bulk_create([Assignment(staff=member, client=client) for client in found])
        else:
            Assignment.objects.filter(staff=member, client_id__in=ids).delete()


def _get(staff_id: UUID) -> StaffMember:
    member = StaffMember.objects.select_related("account").filter(id=staff_id).first()
    if member is None:
        raise errors.StaffNotFoundError
    return member


def _check_not_last_manager(member: StaffMember) -> None:
    """An office without an active 責任者 could never be managed again. Managers are locked against a race."""
    managers = StaffMember.objects.lock().filter(
        role=Role.MANAGER, account__is_active=True, account__password_set_at__isnull=False
    )
    others = [row for row in managers if row.id != member.id]
    if member.role == Role.MANAGER and not others:
        raise errors.LastManagerError


def _record(actor: Actor, event: Event, detail: str, *, now: datetime) -> None:
    journal.append(actor=actor, operation=Operation(event=event, screen=_SCREEN, lines=(Line(detail=detail),)), now=now)
