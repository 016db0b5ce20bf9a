"""Who logs in for this company, and changing to another company of the same login."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.requests import actor_of, now_of, signed_in_of
from azukari.portal.access import page
from azukari.tenancy import queries
from azukari.tenancy.errors import ClientNotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of 利用者: what this company may know of a person, who may serve others too."""

    name: str
    login_id: str
    role: str
    last_login: datetime | None
    active: bool
    activated: bool
    waiting: bool


@page("portal:users:see")
def users(request: HttpRequest) -> HttpResponse:
    """The people of the company in force; of their other companies nothing is told."""
    company = signed_in_of(request).company
    assert company is not None
    rows = [
        Row(
            name=row.name,
            login_id=row.login_id,
            role=row.role_in(company.id),
            last_login=row.standing.last_login,
            active=row.standing.active,
            activated=row.standing.activated,
            waiting=row.standing.is_waiting(now_of(request)),
        )
        for row in queries.list_users(actor_of(request), [company.id])
    ]
    return render(request, "portal/users.html", {"rows": rows})


@page("portal:menu:see", "POST")
def switch(request: HttpRequest) -> HttpResponse:
    """Act for another company of one's own. A company that is not one's own is not there."""
    try:
        wanted = UUID(request.POST.get("company", ""))
    except ValueError as error:
        raise ClientNotFoundError from error
    company = next((row for row in signed_in_of(request).companies if row.id == wanted), None)
    if company is None:
        raise ClientNotFoundError
    request.session["company"] = str(company.id)
    messages.success(request, f"{company.name} 様の画面に切り替えました。")
    return redirect("portal:home")
