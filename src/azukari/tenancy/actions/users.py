"""事業所アカウント: the people of client companies who log in. One login, any number of companies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Event, Line, Operation
from azukari.kernel.actor import Actor, Role
from azukari.kernel.ids import ClientId
from azukari.store.scope import current_office
from azukari.tenancy import errors, policy, queries
from azukari.tenancy.actions import activation, holders
from azukari.tenancy.actions.activation import Issued
from azukari.tenancy.actions.staff import stop_account
from azukari.tenancy.models import Account, ClientCompany, ClientMembership, ClientUser, Office
from azukari.tenancy.rules.events import Events
from azukari.tenancy.rules.login import full_login, is_login_id, tidy_word

_SCREEN = "事業所アカウント"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFacts:
    """What an office says of a person of client companies. `roles` maps each company to the role there."""

    name: str
    roles: Mapping[UUID, Role]
    kana: str = ""
    email: str = ""


@transaction.atomic
def add_user(login_id: str, facts: UserFacts, *, actor: Actor, now: datetime) -> UUID:
    """Add a person, who waits for an activation code.

    Raises: PermissionNotAllowed, ClientNotFoundError, CodeTakenError, LoginIdError.
    """
    policy.check_may(actor, "tenancy:client:manage")
    login_id = tidy_word(login_id)
    if not is_login_id(login_id):
        raise errors.LoginIdError(value=login_id)
    office = Office.objects.get(id=current_office())
    if queries.login_is_taken(office.code, login_id):
        raise errors.CodeTakenError(value=login_id)
    companies = _companies(actor, facts)
    _record(actor, Events.USER_ADDED, facts.name, companies, now=now)
    account = Account(username=full_login(office.code, login_id), door="portal", email=facts.email)
    account.set_unusable_password()
    account.save()
    user = ClientUser.objects.create(
        account=account, login_id=login_id, name=facts.name, kana=facts.kana, created_at=now
    )
    _set_roles(user, facts.roles)
    return user.id


@transaction.atomic
def change_user(user_id: UUID, facts: UserFacts, *, version: int, actor: Actor, now: datetime) -> None:
    """Change a person, and in which companies as what.

    Companies the actor does not see stay as they are. Raises: PermissionNotAllowed, UserNotFoundError,
    ClientNotFoundError, StaleVersionError.
    """
    policy.check_may(actor, "tenancy:client:manage")
    user = _get(actor, user_id)
    if user.version != version:
        raise errors.StaleVersionError
    companies = _companies(actor, facts)
    _record(actor, Events.USER_CHANGED, facts.name, companies, now=now)
    hidden = {
        row.client_id: Role(row.role)
        for row in ClientMembership.objects.filter(user=user)
        if not actor.sees(ClientId(row.client_id))
    }
    _set_roles(user, {**facts.roles, **hidden})
    user.name, user.kana = facts.name, facts.kana
    user.version += 1
    user.save(update_fields=["name", "kana", "version"])
    if user.account.email != facts.email:
        holders.tell(user.account, "メールアドレスの変更", now=now)
        Account.objects.filter(id=user.account_id).update(email=facts.email)


@transaction.atomic
def stop_user(user_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Stop a person's login: sessions and codes die with this commit. Raises: PermissionNotAllowed, UserNotFoundError."""
    policy.check_may(actor, "tenancy:client:manage")
    user = _get(actor, user_id)
    _record(actor, Events.USER_STOPPED, user.name, _companies_of(user), now=now)
    stop_account(user.account, now=now)
    ClientUser.objects.filter(id=user.id).update(version=user.version + 1)


@transaction.atomic
def reopen_user(user_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Reopen a stopped login; a new code is needed. Raises: PermissionNotAllowed, UserNotFoundError."""
    policy.check_may(actor, "tenancy:client:manage")
    user = _get(actor, user_id)
    if user.account.is_active:
        return
    _record(actor, Events.USER_REOPENED, user.name, _companies_of(user), now=now)
    Account.objects.filter(id=user.account_id).update(is_active=True)
    ClientUser.objects.filter(id=user.id).update(version=user.version + 1)


@transaction.atomic
def issue_code(
    user_id: UUID, *, actor: Actor, channel: str, page: str = "", with_factors: bool = False, now: datetime
) -> Issued:
    """Issue an activation code; a login in use is reset by it. Raises: PermissionNotAllowed, UserNotFoundError."""
    policy.check_may(actor, "tenancy:client:manage")
    user = _get(actor, user_id)
    if not user.account.is_active:
        raise errors.UserNotFoundError
    return activation.renew(user.account, actor=actor, channel=channel, page=page, with_factors=with_factors, now=now)


@transaction.atomic
def issue_first_codes(user_ids: Sequence[UUID], *, actor: Actor, now: datetime) -> dict[UUID, Issued]:
    """Issue codes for letters to many people at once, all or none. Gives them by person.

    Whoever has activated the account meanwhile, or was stopped, is left out: nobody is reset by this.
    Raises: PermissionNotAllowed, UserNotFoundError.
    """
    policy.check_may(actor, "tenancy:client:manage")
    issued: dict[UUID, Issued] = {}
    for user_id in user_ids:
        user = _get(actor, user_id)
        waits = Account.objects.lock().filter(id=user.account_id, is_active=True, password_set_at__isnull=True).first()
        if waits:
            issued[user_id] = activation.issue(waits, actor=actor, channel=activation.LETTER, now=now)
    return issued


def _get(actor: Actor, user_id: UUID) -> ClientUser:
    user = ClientUser.objects.select_related("account").filter(id=user_id).first()
    if user is None:
        raise errors.UserNotFoundError
    companies = ClientMembership.objects.filter(user=user).values_list("client_id", flat=True)
    if companies and not any(actor.sees(ClientId(pk)) for pk in companies):
        raise errors.UserNotFoundError
    return user


def _companies(actor: Actor, facts: UserFacts) -> list[ClientCompany]:
    found = list(ClientCompany.objects.filter(id__in=facts.roles).order_by("kana_key"))
    if len(found) != len(facts.roles) or not all(actor.sees(ClientId(row.id)) for row in found):
        raise errors.ClientNotFoundError
    return found


def _companies_of(user: ClientUser) -> list[ClientCompany]:
    return list(ClientCompany.objects.filter(memberships__user=user).order_by("kana_key"))


def _set_roles(user: ClientUser, roles: Mapping[UUID, Role]) -> None:
    ClientMembership.objects.filter(user=user).delete()
    ClientMembership.objects.bulk_create(
        [ClientMembership(user=user, client_id=client_id, role=role) for client_id, role in roles.items()]
    )


def _record(actor: Actor, event: Event, name: str, companies: list[ClientCompany], *, now: datetime) -> None:
    lines = tuple(Line(client_id=row.id, client_name=row.name, detail=name) for row in companies) or (
        Line(detail=name),
    )
    journal.append(actor=actor, operation=Operation(event=event, screen=_SCREEN, lines=lines), now=now)
