"""Offices: facts and settings, the contract with its history, support access, the recovery sheet."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists

from azukari.kernel.actor import ROLE_LABELS, Actor, Role
from azukari.kernel.ids import OfficeId
from azukari.store.scope import current_office
from azukari.tenancy import errors
from azukari.tenancy.models import (
    Account,
    Activation,
    ClientCompany,
    ClientUser,
    Contract,
    Office,
    RecoverySheet,
    StaffMember,
    SupportGrant,
    Unlock,
)
from azukari.tenancy.rules.login import tidy_word
from azukari.tenancy.rules.settings import FactorFor, OfficeSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeFacts(OfficeSettings):
    """What a screen needs of the office, with its settings."""

    id: OfficeId
    code: str
    name: str
    sharoushi_name: str
    registration_number: str
    postal_code: str
    address: str
    telephone: str
    contact_person: str
    keys_made_at: datetime | None
    stopped_at: datetime | None
    stop_reason: str
    created_at: datetime
    settings_version: int

    @property
    def settings(self) -> OfficeSettings:
        """Give the settings alone."""
        return OfficeSettings(**{field.name: getattr(self, field.name) for field in fields(OfficeSettings)})


def list_offices() -> list[tuple[OfficeId, str, str]]:
    """List every office (id, code, name): for commands that walk all of them."""
    return [(OfficeId(row.id), row.code, row.name) for row in Office.objects.order_by("code")]


def find_office(code: str) -> OfficeId | None:
    """Find an office by its code."""
    found = Office.objects.filter(code=tidy_word(code)).values_list("id", flat=True).first()
    return OfficeId(found) if found else None


def get_office() -> OfficeFacts:
    """Get the office in force."""
    return _office(Office.objects.get(id=current_office()))


def get_office_by_id(office_id: UUID) -> OfficeFacts:
    """Get any office: for the operator, outside every scope. Raises: OfficeNotFoundError."""
    row = Office.objects.filter(id=office_id).first()
    if row is None:
        raise errors.OfficeNotFoundError
    return _office(row)


def count_waiting_offices() -> int:
    """Count the running offices whose first 責任者 has not activated the account yet."""
    return Office.objects.filter(keys_made_at__isnull=True, stopped_at__isnull=True).count()


def office_is_closed(office_id: UUID) -> bool:
    """Tell whether an office is stopped or not there."""
    return not Office.objects.filter(id=office_id, stopped_at__isnull=True).exists()


def _office(row: Office) -> OfficeFacts:
    return OfficeFacts(
        id=OfficeId(row.id),
        code=row.code,
        name=row.name,
        sharoushi_name=row.sharoushi_name,
        registration_number=row.registration_number,
        postal_code=row.postal_code,
        address=row.address,
        telephone=row.telephone,
        contact_person=row.contact_person,
        keys_made_at=row.keys_made_at,
        stopped_at=row.stopped_at,
        stop_reason=row.stop_reason,
        created_at=row.created_at,
        settings_version=row.settings_version,
        reveal_seconds=row.reveal_seconds,
        unlock_minutes=row.unlock_minutes,
        two_person_disposal=row.two_person_disposal,
        session_minutes=row.session_minutes,
        allowed_networks=tuple(row.allowed_networks),
        staff_factor=FactorFor(row.staff_factor),
        client_factor=FactorFor(row.client_factor),
        password_length=row.password_length,
        notice_addresses=tuple(row.notice_addresses),
        default_sees_all=row.default_sees_all,
        file_days=row.file_days,
        portal_days=row.portal_days,
        kept_days=row.kept_days,
        file_limit_mb=row.file_limit_mb,
        holds_outgoing=row.holds_outgoing,
        takes_encrypted=row.takes_encrypted,
        mails_record=row.mails_record,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRow:
    """One state of the contract."""

    plan: str
    starts_on: date
    ends_on: date | None
    staff_limit: int | None
    client_limit: int | None
    number_limit: int | None
    note: str
    operator_note: str
    changed_by: str
    changed_at: datetime

    @property
    def limits(self) -> tuple[str, ...]:
        """Name the limits that were agreed: 職員10名."""
        agreed = (
            ("職員", self.staff_limit, "名"),
            ("顧問先", self.client_limit, "社"),
            ("個人番号", self.number_limit, "件"),
        )
        return tuple(f"{what}{limit:,}{unit}" for what, limit, unit in agreed if limit is not None)


def list_contracts(*, limit: int | None = None) -> list[ContractRow]:
    """List the contract's states, the present one first."""
    return [
        ContractRow(
            plan=row.plan,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            staff_limit=row.staff_limit,
            client_limit=row.client_limit,
            number_limit=row.number_limit,
            note=row.note,
            operator_note=row.operator_note,
            changed_by=row.changed_by,
            changed_at=row.changed_at,
        )
        for row in Contract.objects.order_by("-changed_at", "-id")[:limit]
    ]


def get_contract() -> ContractRow | None:
    """Get the contract in force, None where the operator has set none."""
    return next(iter(list_contracts(limit=1)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much of tenancy an office uses. Counts only."""

    staff: int
    clients: int
    users: int
    last_login: datetime | None


def count_active_staff() -> int:
    """Count the staff members whose accounts are not stopped."""
    return StaffMember.objects.filter(account__is_active=True).count()


def count_running_clients() -> int:
    """Count the client companies whose contract has no end."""
    return ClientCompany.objects.filter(contract_ended_on__isnull=True).count()


def count_usage() -> Counts:
    """Count active staff, running client companies and active client users of the office in force."""
    logins = Account.objects.filter(last_login__isnull=False).order_by("-last_login")
    return Counts(
        staff=count_active_staff(),
        clients=count_running_clients(),
        users=ClientUser.objects.filter(account__is_active=True).count(),
        last_login=logins.values_list("last_login", flat=True).first(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRow:
    """An activation code that was issued: when, and what became of it. Never the code."""

    number: int
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    voided_at: datetime | None


def list_founder_codes(*, limit: int = 10) -> list[CodeRow]:
    """List the codes issued for the office's first 責任者, newest first."""
    office = Office.objects.get(id=current_office())
    found = Activation.objects.filter(account_id=office.founder_account_id or office.id).order_by("-number")
    return [
        CodeRow(
            number=row.number,
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
            voided_at=row.voided_at,
        )
        for row in found[:limit]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportRow:
    """A support access an office gave."""

    reason: str
    given_by_name: str
    given_at: datetime
    ends_at: datetime


def list_support(*, limit: int = 10) -> list[SupportRow]:
    """List the support accesses given, newest first."""
    return [
        SupportRow(reason=row.reason, given_by_name=row.given_by_name, given_at=row.given_at, ends_at=row.ends_at)
        for row in SupportGrant.objects.order_by("-given_at")[:limit]
    ]


def find_support(now: datetime) -> SupportRow | None:
    """Find the support access in force, if any."""
    return next((row for row in list_support(limit=1) if row.given_at <= now < row.ends_at), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """How an account stands, for support: no name, only login ID and role."""

    login_id: str
    door: str
    role: Role | None
    active: bool
    activated: bool
    last_login: datetime | None

    @property
    def role_label(self) -> str:
        """Give the role in words; people of client companies have one in each company."""
        return ROLE_LABELS[self.role] if self.role else ""


def list_account_states() -> list[AccountState]:
    """List how the accounts stand, for support within an office's grant."""
    roles = dict(StaffMember.objects.values_list("account_id", "role"))
    return [
        AccountState(
            login_id=row.login_id,
            door=row.door,
            role=Role(roles[row.pk]) if row.pk in roles else None,
            active=row.is_active,
            activated=row.password_set_at is not None,
            last_login=row.last_login,
        )
        for row in Account.objects.order_by("door", "username")
    ]


def unlock_ends_at(actor: Actor, unlock_id: UUID | None, *, minutes: int) -> datetime | None:
    """Tell when the running unlock of this browser ends if nothing more is done; None when there is none.

    `minutes` is the office's unlock_minutes, which every request has read already.
    """
    if unlock_id is None:
        return None
    row = Unlock.objects.filter(id=unlock_id, staff_id=actor.staff_id).first()
    if row is None:
        return None
    minutes = Office.objects.values_list("unlock_minutes", flat=True).get(id=current_office())
    return row.last_used_at + timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetState:
    """State of the newest recovery sheet: which number, issued and confirmed when, which groups are asked back.

    `some_confirmed`: this one, or one before it that is still good.
    """

    number: int
    issued_at: datetime
    confirmed_at: datetime | None
    asked: list[int]
    some_confirmed: bool


def find_recovery_sheet() -> SheetState | None:
    """Find the newest recovery sheet."""
    confirmed = RecoverySheet.objects.filter(confirmed_at__isnull=False)
    row = RecoverySheet.objects.annotate(some_confirmed=Exists(confirmed)).order_by("-number").first()
    if row is None:
        return None
    return SheetState(
        number=row.number,
        issued_at=row.issued_at,
        confirmed_at=row.confirmed_at,
        asked=[place + 1 for place in row.check_groups["positions"]],
        some_confirmed=row.some_confirmed,
    )


def recovery_is_confirmed() -> bool:
    """Tell whether some recovery sheet has been printed and confirmed."""
    return RecoverySheet.objects.filter(confirmed_at__isnull=False).exists()
