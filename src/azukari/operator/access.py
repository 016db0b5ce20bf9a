"""Permission of a page of the operator's console, and who acts there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

from azukari.entrance.access import page_of
from azukari.entrance.doors import OPERATOR
from azukari.entrance.requests import now_of, operator_of, trace_of
from azukari.tenancy import queries
from azukari.tenancy.actions import holders

if TYPE_CHECKING:
    from azukari.tenancy.models import Operator

page = page_of(OPERATOR)
USE = "operator:console:use"


def acting(request: HttpRequest) -> Operator:
    """Give the operator who acts. Raises: StaffNotFoundError when stopped meanwhile."""
    return queries.get_operator(operator_of(request).account_id)


def note(request: HttpRequest, label: str, *, office_code: str = "") -> None:
    """Write what the operator did into the operators' events, inside the caller's transaction."""
    holders.note(acting(request), label, trace=trace_of(request), now=now_of(request), office_code=office_code)
