"""What the layout of the console needs on every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from azukari.entrance.doors import OPERATOR

_SECTIONS = {
    "operators": "operators",
    "operator-renew": "operators",
    "operator-stop": "operators",
    "events": "events",
    "own": "own",
    "own-password": "own",
    "own-totp": "own",
    "own-passkey": "own",
}


def layout(request: HttpRequest) -> dict[str, Any]:
    """Give the layout's context; nothing at other doors or without a login."""
    signed_in = getattr(request, "signed_in", None)
    if signed_in is None or request.door is not OPERATOR:  # type: ignore[attr-defined]
        return {}
    name = request.resolver_match.url_name if request.resolver_match else ""
    return {"signed_in": signed_in, "section": _SECTIONS.get(name or "", "offices")}
