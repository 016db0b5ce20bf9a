"""Operators: who runs the service. The first one is made at the command line, the others by an operator."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.tenancy import errors
from azukari.tenancy.actions import activation, factors, holders, sessions
from azukari.tenancy.actions.activation import Issued
from azukari.tenancy.actions.holders import NOWHERE, Trace
from azukari.tenancy.models import Operator
from azukari.tenancy.models.activation import ALIVE
from azukari.tenancy.rules.login import is_login_id, tidy_word


@transaction.atomic
def add_operator(
    login_id: str, name: str, *, email: str = "", by: Operator | None = None, trace: Trace = NOWHERE, now: datetime
) -> Issued:
    """Add an operator and issue the activation code. Raises: CodeTakenError, LoginIdError."""
    login_id = tidy_word(login_id)
    if not is_login_id(login_id):
        raise errors.LoginIdError(value=login_id)
    if Operator.objects.filter(username=login_id).exists():
        raise errors.CodeTakenError(value=login_id)
    operator = Operator(username=login_id, name=name, email=email, created_at=now)
    operator.set_unusable_password()
    operator.save()
    holders.note(by, f"運営者の追加：{login_id}", trace=trace, now=now)
    return activation.issue_for_operator(operator, now=now)


@transaction.atomic
def renew_operator(login_id: str, *, by: Operator | None = None, trace: Trace = NOWHERE, now: datetime) -> Issued:
    """Reset an operator who lost password or factor, and issue a new code. Raises: StaffNotFoundError, OwnAccountError."""
    operator = Operator.objects.filter(username=tidy_word(login_id), is_active=True).first()
    if operator is None:
        raise errors.StaffNotFoundError
    if by is not None and operator.pk == by.pk:
        raise errors.OwnAccountError
    holders.note(by, f"運営者の再設定：{operator.username}", trace=trace, now=now)
    factors.clear_factors(operator)
    operator.set_unusable_password()
    operator.password_set_at = None
    operator.save(update_fields=["password", "password_set_at"])
    sessions.end_sessions(operator.pk)
    return activation.issue_for_operator(operator, now=now)


@transaction.atomic
def stop_operator(operator_id: UUID, *, by: Operator, trace: Trace, now: datetime) -> None:
    """Stop an operator; sessions end with this commit. Raises: StaffNotFoundError, OwnAccountError."""
    if operator_id == by.pk:
        raise errors.OwnAccountError
    operator = Operator.objects.filter(id=operator_id, is_active=True).first()
    if operator is None:
        raise errors.StaffNotFoundError
    holders.note(by, f"運営者の停止：{operator.username}", trace=trace, now=now)
    factors.clear_factors(operator)
    operator.is_active = False
    operator.set_unusable_password()
    operator.save(update_fields=["is_active", "password"])
    operator.activations.filter(ALIVE).update(voided_at=now)
    sessions.end_sessions(operator.pk)
