"""The ways into an account: second factors, devices, sessions. The same for accounts of an office and operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from azukari.tenancy import errors
from azukari.tenancy.models import Account, BrowserSession, Operator

Holder = Account | Operator


def get_account(account_id: UUID) -> Account:
    """Get an active account of the office in force. Raises: StaffNotFoundError."""
    account = Account.objects.filter(id=account_id, is_active=True).first()
    if account is None:
        raise errors.StaffNotFoundError
    return account


def get_operator(operator_id: UUID) -> Operator:
    """Get an active operator. Raises: StaffNotFoundError."""
    operator = Operator.objects.filter(id=operator_id, is_active=True).first()
    if operator is None:
        raise errors.StaffNotFoundError
    return operator


def get_holder(account_id: UUID, office_id: UUID | None) -> Holder:
    """Get an active account of an office, in its scope, or without an office an operator. Raises: StaffNotFoundError."""
    return get_operator(account_id) if office_id is None else get_account(account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRow:
    """A second factor as the owner's page shows it. `kind` is totp or passkey."""

    id: UUID
    kind: str
    label: str
    created_at: datetime
    last_used_at: datetime | None


def list_factors(holder: Holder) -> list[FactorRow]:
    """List the second factors of an account, oldest first."""
    rows = [
        FactorRow(id=row.id, kind=kind, label=row.label, created_at=row.created_at, last_used_at=row.last_used_at)
        for kind, found in (("totp", holder.totp_devices.all()), ("passkey", holder.passkeys.all()))
        for row in found
    ]
    return sorted(rows, key=lambda row: row.created_at)


def has_factor(holder: Holder) -> bool:
    """Tell whether an account has a second factor."""
    return holder.totp_devices.exists() or holder.passkeys.exists()


def has_totp(holder: Holder) -> bool:
    """Tell whether an account has an app for codes."""
    return holder.totp_devices.exists()


def has_passkey(holder: Holder) -> bool:
    """Tell whether an account has a passkey."""
    return holder.passkeys.exists()


def list_credential_ids(holder: Holder) -> list[bytes]:
    """List the passkeys' credential ids, for the browser to choose from."""
    return [bytes(found) for found in holder.passkeys.values_list("credential_id", flat=True)]


def count_backup_codes(holder: Holder) -> int:
    """Count the backup codes that are still good."""
    return holder.backup_codes.filter(used_at__isnull=True).count()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """A browser that has logged in before."""

    id: UUID
    label: str
    address: str
    first_seen_at: datetime
    last_seen_at: datetime
    token_digest: str


def list_devices(holder: Holder) -> list[DeviceRow]:
    """List the known devices of an account, last used first."""
    return [
        DeviceRow(
            id=row.id,
            label=row.label,
            address=row.address,
            first_seen_at=row.first_seen_at,
            last_seen_at=row.last_seen_at,
            token_digest=row.token_digest,
        )
        for row in holder.devices.order_by("-last_seen_at")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A running login. `public_id` is the one the record names."""

    public_id: str
    device: str
    address: str
    signed_in_at: datetime | None
    last_seen_at: datetime | None


def list_sessions(account_id: UUID, *, now: datetime) -> list[SessionRow]:
    """List the running logins of an account, last used first."""
    found = BrowserSession.objects.filter(account_id=account_id, expire_date__gt=now, signed_in_at__isnull=False)
    return [
        SessionRow(
            public_id=row.public_id,
            device=row.device,
            address=row.address,
            signed_in_at=row.signed_in_at,
            last_seen_at=row.last_seen_at,
        )
        for row in found.order_by("-last_seen_at")
    ]
