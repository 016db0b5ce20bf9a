"""Operators, and what they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from azukari.tenancy import errors
from azukari.tenancy.models import Operator, OperatorEvent, OutboxMail


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSignedIn:
    """The operator behind a session."""

    account_id: UUID
    login_id: str
    name: str
    email: str
    session: str
    address: str
    role_label: str = "運営者"


def get_operator_signed_in(operator_id: UUID, *, session: str, address: str) -> OperatorSignedIn:
    """Get the operator behind a session. Raises: StaffNotFoundError when stopped."""
    row = Operator.objects.filter(id=operator_id, is_active=True).first()
    if row is None:
        raise errors.StaffNotFoundError
    return OperatorSignedIn(
        account_id=row.id, login_id=row.username, name=row.name, email=row.email, session=session, address=address
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRow:
    """An operator as the console lists one."""

    id: UUID
    name: str
    login_id: str
    active: bool
    activated: bool
    last_login: datetime | None


def list_operators() -> list[OperatorRow]:
    """List the operators."""
    return [
        OperatorRow(
            id=row.id,
            name=row.name,
            login_id=row.username,
            active=row.is_active,
            activated=row.password_set_at is not None,
            last_login=row.last_login,
        )
        for row in Operator.objects.order_by("username")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorEventRow:
    """One thing an operator did."""

    at: datetime
    operator_name: str
    label: str
    office_code: str
    address: str
    succeeded: bool


def list_operator_events(
    *, limit: int = 50, office_code: str = "", operator_id: UUID | None = None
) -> list[OperatorEventRow]:
    """List what operators did, newest first: all, about one office, or of one operator."""
    found = OperatorEvent.objects.order_by("-at", "-id")
    if office_code:
        found = found.filter(office_code=office_code)
    if operator_id:
        found = found.filter(operator_id=operator_id)
    return [
        OperatorEventRow(
            at=row.at,
            operator_name=row.operator_name,
            label=row.label,
            office_code=row.office_code,
            address=row.address,
            succeeded=row.succeeded,
        )
        for row in found[:limit]
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxState:
    """How mail is doing: waiting and given up."""

    waiting: int
    failed: int


def get_outbox_state() -> OutboxState:
    """Count the mails that wait and those that were given up."""
    return OutboxState(
        waiting=OutboxMail.objects.filter(failed_at__isnull=True).count(),
        failed=OutboxMail.objects.filter(failed_at__isnull=False).count(),
    )
