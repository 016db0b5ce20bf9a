"""Who is signed in, and the lists of staff and of the people of client companies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from azukari.kernel.actor import ROLE_LABELS, STAFF_ROLES, Actor, Role
from azukari.kernel.ids import ClientId, OfficeId, StaffId
from azukari.store.scope import current_office
from azukari.tenancy import errors
from azukari.tenancy.models import (
    Account,
    Activation,
    Assignment,
    ClientMembership,
    ClientUser,
    Grant,
    Operator,
    Passkey,
    StaffMember,
    TotpDevice,
)
from azukari.tenancy.models.activation import ALIVE
from azukari.tenancy.queries.clients import ClientRow, client_row
from azukari.tenancy.queries.offices import OfficeFacts, get_office, recovery_is_confirmed
from azukari.tenancy.rules.login import full_login
from azukari.tenancy.rules.mails import NoticeWhen
from azukari.tenancy.rules.settings import FactorFor, staff_needs_factor


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Everything a request needs of the person who is signed in: read once a request.

    `companies` are those a client user may act for; `company` is the one in force, None for staff.
    """

    actor: Actor
    account_id: UUID
    login_id: str
    email: str
    role_label: str
    office: OfficeFacts
    company: ClientRow | None = None
    companies: tuple[ClientRow, ...] = ()

    @property
    def name(self) -> str:
        """Give the person's name, for the bar of a page."""
        return self.actor.name


def get_signed_in(account_id: UUID, *, session: str, address: str, company: UUID | None = None) -> SignedIn:
    """Get the person behind a session. Raises: StaffNotFoundError when account or office were stopped."""
    office = get_office()
    if office.stopped_at is not None:
        raise errors.StaffNotFoundError
    member = (
        StaffMember.objects.select_related("account").filter(account_id=account_id, account__is_active=True).first()
    )
    if member is None:
        account = Account.objects.filter(id=account_id, is_active=True, door="portal").first()
        if account is None:
            raise errors.StaffNotFoundError
        return _client_user(account, office, session=session, address=address, company=company)
    role = Role(member.role)
    clients = None
    if not member.sees_all_clients:
        clients = frozenset(
            ClientId(found) for found in Assignment.objects.filter(staff=member).values_list("client_id", flat=True)
        )
    actor = Actor(
        office_id=OfficeId(current_office()),
        staff_id=StaffId(member.id),
        name=member.name,
        role=role,
        may_handle=Grant.objects.filter(staff=member).exists(),
        client_ids=clients,
        session=session,
        address=address,
    )
    return SignedIn(
        actor=actor,
        account_id=account_id,
        login_id=member.login_id,
        email=member.account.email,
        role_label=ROLE_LABELS[role],
        office=office,
    )


def _client_user(
    account: Account, office: OfficeFacts, *, session: str, address: str, company: UUID | None
) -> SignedIn:
    user = ClientUser.objects.filter(account_id=account.pk).first()
    memberships = ClientMembership.objects.filter(user=user, client__contract_ended_on__isnull=True)
    found = {row.client_id: row for row in memberships.select_related("client").order_by("client__kana_key")}
    if user is None or not found:
        raise errors.StaffNotFoundError
    chosen = found.get(company) if company else None
    chosen = chosen or next(iter(found.values()))
    role = Role(chosen.role)
    return SignedIn(
        actor=Actor(
            office_id=OfficeId(current_office()),
            staff_id=None,
            user_id=user.id,
            name=user.name,
            role=role,
            may_handle=False,
            client_ids=frozenset({ClientId(chosen.client_id)}),
            session=session,
            address=address,
        ),
        account_id=account.pk,
        login_id=user.login_id,
        email=account.email,
        role_label=ROLE_LABELS[role],
        office=office,
        company=client_row(chosen.client),
        companies=tuple(client_row(row.client) for row in found.values()),
    )


def serves_a_company(account: Account) -> bool:
    """Tell whether a client user has a company left whose contract is running."""
    running = ClientMembership.objects.filter(client__contract_ended_on__isnull=True)
    return running.filter(user__account=account).exists()


def needs_factor(account: Account) -> bool:
    """Tell whether a second factor is asked of an account, by the office's settings."""
    office = get_office()
    if account.door == "portal":
        return office.client_factor is FactorFor.ALL
    member = StaffMember.objects.filter(account=account).first()
    if member is None:
        return True
    handles = member.handles or Grant.objects.filter(staff=member).exists()
    return staff_needs_factor(office.staff_factor, handles=handles, manages=member.role == Role.MANAGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far an account is: from its invitation to its last login."""

    active: bool
    activated: bool
    has_factor: bool
    invited_at: datetime | None
    invitation_ends_at: datetime | None
    invitation_channel: str
    reset_asked_at: datetime | None
    last_login: datetime | None

    def is_waiting(self, now: datetime) -> bool:
        """Tell whether a code is out and still good."""
        return not self.activated and self.invitation_ends_at is not None and self.invitation_ends_at > now


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """A staff member as lists and gates give it."""

    id: StaffId
    account_id: UUID
    name: str
    kana: str
    login_id: str
    email: str
    role: Role
    role_label: str
    sees_all_clients: bool
    handles: bool
    may_handle: bool
    version: int
    standing: Standing
    clients: tuple[ClientId, ...] = field(default=())

    @property
    def waits_for_grant(self) -> bool:
        """Tell whether the right to numbers is wished for and only the granting is missing."""
        return self.handles and not self.may_handle and self.standing.active and self.standing.activated


def list_staff(*, active: bool | None = None) -> list[StaffRow]:
    """List the staff of the office, managers first, stopped ones last."""
    found = StaffMember.objects.select_related("account").order_by("login_id")
    if active is not None:
        found = found.filter(account__is_active=active)
    rows = _staff_rows(list(found))
    return sorted(rows, key=lambda row: (not row.standing.active, STAFF_ROLES.index(row.role)))


def list_staff_choices() -> list[tuple[StaffId, str]]:
    """Give id and name of all staff for a choice in a form: managers first, stopped ones last."""
    rows = list(StaffMember.objects.order_by("login_id").values_list("id", "name", "role", "account__is_active"))
    rows.sort(key=lambda row: (not row[3], STAFF_ROLES.index(Role(row[2]))))
    return [(StaffId(pk), name) for pk, name, _, _ in rows]


def list_staff_who_wait() -> list[StaffRow]:
    """List the active staff who wait for a 責任者: for the reset they asked for, for their right to open numbers."""
    granted = Grant.objects.filter(staff_id=OuterRef("id"))
    found = StaffMember.objects.select_related("account").filter(
        Q(account__reset_asked_at__isnull=False) | (Q(handles=True) & ~Exists(granted)), account__is_active=True
    )
    members = list(found.order_by("login_id"))
    return _staff_rows(members) if members else []


def get_staff_for(actor: Actor, staff_id: UUID) -> StaffRow:
    """Get a staff member of the actor's office. Raises: StaffNotFoundError."""
    rows = _staff_rows(list(StaffMember.objects.select_related("account").filter(id=staff_id)))
    if not rows:
        raise errors.StaffNotFoundError
    return rows[0]


def _staff_rows(members: list[StaffMember]) -> list[StaffRow]:
    granted = set(Grant.objects.values_list("staff_id", flat=True))
    standings = _standings([member.account for member in members])
    clients: dict[UUID, list[ClientId]] = {}
    for staff_id, client_id in Assignment.objects.filter(staff__in=members).values_list("staff_id", "client_id"):
        clients.setdefault(staff_id, []).append(ClientId(client_id))
    return [
        StaffRow(
            id=StaffId(row.id),
            account_id=row.account_id,
            name=row.name,
            kana=row.kana,
            login_id=row.login_id,
            email=row.account.email,
            role=Role(row.role),
            role_label=ROLE_LABELS[Role(row.role)],
            sees_all_clients=row.sees_all_clients,
            handles=row.handles,
            may_handle=row.id in granted,
            version=row.version,
            standing=standings[row.account_id],
            clients=tuple(clients.get(row.id, ())),
        )
        for row in members
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """A person of client companies as lists and gates give it: with every company and the role there."""

    id: UUID
    account_id: UUID
    name: str
    kana: str
    login_id: str
    email: str
    version: int
    standing: Standing
    memberships: tuple[tuple[ClientId, str, Role], ...]

    def role_in(self, client_id: UUID) -> str:
        """Give the label of the person's role in one company."""
        return next((ROLE_LABELS[role] for found, _, role in self.memberships if found == client_id), "")


def list_users(actor: Actor, client_ids: Sequence[UUID]) -> list[UserRow]:
    """List the people who log in for some client companies that this actor may see."""
    seen = [pk for pk in client_ids if actor.sees(ClientId(pk))]
    users = ClientUser.objects.filter(memberships__client_id__in=seen).distinct().select_related("account")
    return _user_rows(list(users.order_by("login_id")))


def find_user(actor: Actor, login_id: str) -> UserRow | None:
    """Find a person of a client company this actor sees by the whole login ID, to add them to another company."""
    rows = _user_rows(list(ClientUser.objects.select_related("account").filter(login_id=login_id)))
    return next((row for row in rows if any(actor.sees(client_id) for client_id, _, _ in row.memberships)), None)


def list_users_asking_reset(actor: Actor) -> list[UserRow]:
    """List the people of client companies this actor sees who forgot their password and asked for a new code."""
    asking = ClientUser.objects.filter(account__is_active=True, account__reset_asked_at__isnull=False)
    rows = _user_rows(list(asking.select_related("account").order_by("account__reset_asked_at")))
    return [row for row in rows if any(actor.sees(client_id) for client_id, _, _ in row.memberships)]


def get_user_for(actor: Actor, user_id: UUID) -> UserRow:
    """Get a person of a client company that this actor may see. Raises: UserNotFoundError."""
    rows = _user_rows(list(ClientUser.objects.select_related("account").filter(id=user_id)))
    if not rows or (rows[0].memberships and not any(actor.sees(client_id) for client_id, _, _ in rows[0].memberships)):
        raise errors.UserNotFoundError
    return rows[0]


def _user_rows(users: list[ClientUser]) -> list[UserRow]:
    standings = _standings([user.account for user in users])
    memberships: dict[UUID, list[tuple[ClientId, str, Role]]] = {}
    rows = ClientMembership.objects.filter(user__in=users).order_by("client__kana_key")
    for user_id, client_id, name, role in rows.values_list("user_id", "client_id", "client__name", "role"):
        memberships.setdefault(user_id, []).append((ClientId(client_id), name, Role(role)))
    return [
        UserRow(
            id=row.id,
            account_id=row.account_id,
            name=row.name,
            kana=row.kana,
            login_id=row.login_id,
            email=row.account.email,
            version=row.version,
            standing=standings[row.account_id],
            memberships=tuple(memberships.get(row.id, ())),
        )
        for row in users
    ]


def count_users(client_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the people who log in for each of some client companies."""
    counts: dict[UUID, int] = {}
    rows = ClientMembership.objects.filter(client_id__in=client_ids, user__account__is_active=True)
    for client_id in rows.values_list("client_id", flat=True):
        counts[client_id] = counts.get(client_id, 0) + 1
    return counts


def _standings(accounts: list[Account]) -> dict[UUID, Standing]:
    invitations: dict[UUID, Activation] = {}
    alive = Activation.objects.filter(ALIVE, account__in=accounts)
    for row in alive:
        invitations[row.account_id] = row
    with_factor = set(TotpDevice.objects.filter(account__in=accounts).values_list("account_id", flat=True))
    with_factor |= set(Passkey.objects.filter(account__in=accounts).values_list("account_id", flat=True))
    return {
        account.pk: Standing(
            active=account.is_active,
            activated=account.password_set_at is not None,
            has_factor=account.pk in with_factor,
            invited_at=invitations[account.pk].issued_at if account.pk in invitations else None,
            invitation_ends_at=invitations[account.pk].expires_at if account.pk in invitations else None,
            invitation_channel=invitations[account.pk].channel if account.pk in invitations else "",
            reset_asked_at=account.reset_asked_at,
            last_login=account.last_login,
        )
        for account in accounts
    }


def find_staff(login_id: str) -> StaffId | None:
    """Find a staff member by login ID."""
    found = StaffMember.objects.filter(login_id=login_id).values_list("id", flat=True).first()
    return StaffId(found) if found else None


def login_is_taken(office_code: str, login_id: str) -> bool:
    """Tell whether a login ID is in use in the office in force, by staff or by client users."""
    return Account.objects.filter(username=full_login(office_code, login_id)).exists()


def count_key_holders() -> int:
    """Count the active staff members who can open numbers."""
    return Grant.objects.filter(staff__account__is_active=True).count()


def is_only_key_holder(account: Account | Operator) -> bool:
    """Tell whether an account alone can open numbers and no recovery sheet is confirmed: then all hangs on one password."""
    holders = list(Grant.objects.filter(staff__account__is_active=True).values_list("staff__account_id", flat=True))
    return holders == [account.pk] and not recovery_is_confirmed()


def count_approvers(but: UUID | None) -> int:
    """Count the managers who could approve somebody else's disposal."""
    managers = StaffMember.objects.filter(role=Role.MANAGER, account__is_active=True).values_list("id", flat=True)
    return sum(pk != but for pk in managers)


def list_reader_keys(client_id: UUID) -> list[tuple[UUID, bytes]]:
    """List the people of a client company who can open protected files: id and public key."""
    people = ClientUser.objects.filter(
        memberships__client_id=client_id, account__is_active=True, public_key__isnull=False
    )
    rows = people.order_by("login_id").values_list("id", "public_key")
    return [(user_id, bytes(key)) for user_id, key in rows if key is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeReader:
    """Whom news of the exchange may be mailed to."""

    account_id: UUID
    name: str
    when: NoticeWhen
    has_address: bool


def list_notice_readers(client_id: UUID, *, staff: bool) -> list[NoticeReader]:
    """List who is told of a client company's files: the staff who serve it, or its own people.

    Where nobody is assigned to a company, those who manage the office are told, so that nothing lies unseen.
    """
    columns = ("account_id", "name", "account__notices", "account__email")
    if staff:
        working = StaffMember.objects.filter(account__is_active=True).exclude(role=Role.AUDITOR).order_by("login_id")
        rows = list(working.filter(assignment__client_id=client_id).values_list(*columns))
        rows = rows or list(working.filter(role=Role.MANAGER).values_list(*columns))
    else:
        people = ClientUser.objects.filter(memberships__client_id=client_id, account__is_active=True)
        rows = list(people.order_by("login_id").values_list(*columns))
    return [
        NoticeReader(account_id=account, name=name, when=NoticeWhen(when), has_address=bool(email))
        for account, name, when, email in rows
    ]
