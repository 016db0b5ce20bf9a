"""Reads of tenancy: who is signed in, the gates to clients and staff, and the lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from azukari.kernel import text
from azukari.kernel.actor import ROLE_LABELS, Actor, Role
from azukari.kernel.ids import ClientId, OfficeId, StaffId
from azukari.store.scope import current_office
from azukari.tenancy import errors
from azukari.tenancy.models import (
    Assignment,
    ClientCompany,
    Grant,
    Office,
    RecoverySheet,
    StaffMember,
    Unlock,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeFacts:
    """What a screen needs of the office, with its settings."""

    id: OfficeId
    code: str
    name: str
    sharoushi_name: str
    registration_number: str
    address: str
    telephone: str
    reveal_seconds: int
    unlock_minutes: int
    two_person_disposal: bool | None
    settings_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Everything a request needs of the person who is signed in: read once a request."""

    actor: Actor
    account_id: UUID
    login_id: str
    role_label: str
    office: OfficeFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRow:
    """A client company as lists and gates give it."""

    id: ClientId
    code: str
    name: str
    kana: str
    kana_row: str
    address: str
    telephone: str
    contact_name: str
    contract_from: date
    contract_ended_on: date | None

    @property
    def ended(self) -> bool:
        """Tell whether the contract has an end."""
        return self.contract_ended_on is not None


def list_offices() -> list[tuple[OfficeId, str, str]]:
    """List every office (id, code, name): for commands that walk all of them."""
    return [(OfficeId(row.id), row.code, row.name) for row in Office.objects.order_by("code")]


def find_office(code: str) -> OfficeId | None:
    """Find an office by its code."""
    found = Office.objects.filter(code=code.strip().lower()).values_list("id", flat=True).first()
    return OfficeId(found) if found else None


def get_office() -> OfficeFacts:
    """Get the office in force."""
    return _office(Office.objects.get(id=current_office()))


def _office(row: Office) -> OfficeFacts:
    return OfficeFacts(
        id=OfficeId(row.id),
        code=row.code,
        name=row.name,
        sharoushi_name=row.sharoushi_name,
        registration_number=row.registration_number,
        address=row.address,
        telephone=row.telephone,
        reveal_seconds=row.reveal_seconds,
        unlock_minutes=row.unlock_minutes,
        two_person_disposal=row.two_person_disposal,
        settings_version=row.settings_version,
    )


def get_signed_in(account_id: UUID, *, session: str, address: str) -> SignedIn:
    """Get the person behind a session. Raises: StaffNotFoundError when the account was stopped."""
    member = (
        StaffMember.objects.select_related("account").filter(account_id=account_id, account__is_active=True).first()
    )
    if member is None:
        raise errors.StaffNotFoundError
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
        role_label=ROLE_LABELS[role],
        office=get_office(),
    )


def unlock_ends_at(actor: Actor, unlock_id: UUID | None) -> datetime | None:
    """Tell when the running unlock of this browser ends if nothing more is done; None when there is none."""
    if unlock_id is None:
        return None
    row = Unlock.objects.filter(id=unlock_id, staff_id=actor.staff_id).first()
    if row is None:
        return None
    minutes = Office.objects.values_list("unlock_minutes", flat=True).get(id=current_office())
    return row.last_used_at + timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """A staff member as lists give it."""

    id: StaffId
    name: str
    login_id: str
    role: Role
    role_label: str
    may_handle: bool


def list_staff() -> list[StaffRow]:
    """List the staff of the office, managers first."""
    granted = set(Grant.objects.values_list("staff_id", flat=True))
    rows = [
        StaffRow(
            id=StaffId(row.id),
            name=row.name,
            login_id=row.login_id,
            role=Role(row.role),
            role_label=ROLE_LABELS[Role(row.role)],
            may_handle=row.id in granted,
        )
        for row in StaffMember.objects.order_by("login_id")
    ]
    order = [Role.MANAGER, Role.HANDLER, Role.GENERAL]
    return sorted(rows, key=lambda row: order.index(row.role))


def find_staff(login_id: str) -> StaffId | None:
    """Find a staff member by login ID."""
    found = StaffMember.objects.filter(login_id=login_id).values_list("id", flat=True).first()
    return StaffId(found) if found else None


def count_key_holders() -> int:
    """Count the active staff members who can open numbers."""
    return Grant.objects.filter(staff__account__is_active=True).count()


def count_approvers(but: UUID | None) -> int:
    """Count the managers who could approve somebody else's disposal."""
    managers = StaffMember.objects.filter(role=Role.MANAGER, account__is_active=True).values_list("id", flat=True)
    return sum(pk != but for pk in managers)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetState:
    """State of the recovery sheet: which number, issued and confirmed when, which groups are asked back."""

    number: int
    issued_at: datetime
    confirmed_at: datetime | None
    asked: list[int]


def find_recovery_sheet() -> SheetState | None:
    """Find the newest recovery sheet."""
    row = RecoverySheet.objects.order_by("-number").first()
    if row is None:
        return None
    return SheetState(
        number=row.number,
        issued_at=row.issued_at,
        confirmed_at=row.confirmed_at,
        asked=[place + 1 for place in row.check_groups["positions"]],
    )


def recovery_is_confirmed() -> bool:
    """Tell whether some recovery sheet has been printed and confirmed."""
    return RecoverySheet.objects.filter(confirmed_at__isnull=False).exists()


def get_client_for(actor: Actor, client_id: UUID) -> ClientRow:
    """Get a client company this actor may see. Raises: ClientNotFoundError."""
    row = ClientCompany.objects.filter(_visible(actor), id=client_id).first()
    if row is None:
        raise errors.ClientNotFoundError
    return _client(row)


def find_clients(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, ClientRow]:
    """Give those of some client companies that this actor may see."""
    return {row.id: _client(row) for row in ClientCompany.objects.filter(_visible(actor), id__in=ids)}


def list_client_choices(actor: Actor) -> list[tuple[ClientId, str]]:
    """List the client companies an actor sees (id, name), in order of their reading."""
    rows = ClientCompany.objects.filter(_visible(actor)).order_by("kana_key", "id")
    return [(ClientId(pk), name) for pk, name in rows.values_list("id", "name")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPage:
    """One page of client companies, with the count and the 五十音 rows that have any."""

    rows: list[ClientRow]
    total: int
    kana_rows: set[str]


def list_clients(
    actor: Actor, *, q: str = "", kana_row: str = "", ended: bool | None = None, page: int = 1, size: int = 50
) -> ClientPage:
    """List client companies an actor sees, found by name, reading or code, in order of their reading."""
    found = ClientCompany.objects.filter(_visible(actor))
    if ended is not None:
        found = found.filter(contract_ended_on__isnull=not ended)
    for word in q.split():
        found = found.filter(Q(search_key__contains=text.fold_name(word)) | Q(code__startswith=word.lower()))
    kana_rows = set(found.order_by().values_list("kana_row", flat=True).distinct())
    if kana_row:
        found = found.filter(kana_row=kana_row)
    start = (page - 1) * size
    return ClientPage(
        rows=[_client(row) for row in found.order_by("kana_key", "id")[start : start + size]],
        total=found.count(),
        kana_rows=kana_rows,
    )


def list_staff_in_charge(client_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Give the names of the staff assigned to each of some client companies."""
    names: dict[UUID, list[str]] = {}
    rows = Assignment.objects.filter(client_id__in=client_ids).order_by("staff__login_id")
    for client_id, name in rows.values_list("client_id", "staff__name"):
        names.setdefault(client_id, []).append(name)
    return names


def _visible(actor: Actor) -> Q:
    return Q() if actor.client_ids is None else Q(id__in=actor.client_ids)


def _client(row: ClientCompany) -> ClientRow:
    return ClientRow(
        id=ClientId(row.id),
        code=row.code,
        name=row.name,
        kana=row.kana,
        kana_row=row.kana_row,
        address=row.address,
        telephone=row.telephone,
        contact_name=row.contact_name,
        contract_from=row.contract_from,
        contract_ended_on=row.contract_ended_on,
    )
