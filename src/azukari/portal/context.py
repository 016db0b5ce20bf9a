"""What the layout of this door needs on every page: the company in force, the others, the menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from azukari.entrance.doors import PORTAL
from azukari.tenancy import policy


def layout(request: HttpRequest) -> dict[str, Any]:
    """Give the layout's context; nothing at other doors or without a login (also for error pages before one)."""
    signed_in = getattr(request, "signed_in", None)
    if signed_in is None or request.door is not PORTAL:  # type: ignore[attr-defined]
        return {}
    name = request.resolver_match.url_name if request.resolver_match else ""
    return {
        "signed_in": signed_in,
        "company": signed_in.company,
        "others": [company for company in signed_in.companies if company.id != signed_in.company.id],
        "leads": policy.may(signed_in.actor, "portal:users:see"),
        "section": _section(name or ""),
    }


def _section(name: str) -> str:
    if name.startswith("own"):
        return "password"
    return "files" if name.startswith(("file", "upload")) else name
