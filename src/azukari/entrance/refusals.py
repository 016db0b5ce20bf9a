"""Refusals stand in the record too: who was not let in where."""

from __future__ import annotations

from django.http import HttpRequest

from azukari.entrance.doors import OPERATOR
from azukari.entrance.requests import door_at, now_of
from azukari.kernel.errors import AzukariError, NotAllowedError, NotFoundError
from azukari.kernel.text import mask_long_digits
from azukari.tenancy.actions import login


def record_refusal(request: HttpRequest, error: AzukariError) -> None:
    """Record what was refused for want of a right, or is not there for this person. Other errors are none of it."""
    signed_in = getattr(request, "signed_in", None)
    if signed_in is None or door_at(request) is OPERATOR or not isinstance(error, NotAllowedError | NotFoundError):
        return
    permission = getattr(getattr(request.resolver_match, "func", None), "permission", "") or ""
    login.record_refusal(
        actor=signed_in.actor,
        permission=permission,
        detail=mask_long_digits(f"{request.method} {request.path}")[:200],
        now=now_of(request),
    )
