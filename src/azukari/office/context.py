"""What the layout of this door needs on every page: who is signed in, the menu, the running unlock."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from azukari.entrance.doors import OFFICE
from azukari.entrance.requests import now_of
from azukari.exchange import queries as exchange
from azukari.intake import queries as intake
from azukari.office.requests import unlock_of
from azukari.tenancy import policy, queries
from azukari.vault import queries as vault


def layout(request: HttpRequest) -> dict[str, Any]:
    """Give the layout's context; nothing for a page without a login (also for error pages before one)."""
    signed_in = getattr(request, "signed_in", None)
    if signed_in is None or request.door is not OFFICE:  # type: ignore[attr-defined]
        return {}
    actor = signed_in.actor
    handles = policy.may(actor, "vault:number:register")
    ends_at = queries.unlock_ends_at(actor, unlock_of(request)[0], minutes=signed_in.office.unlock_minutes)
    left = (ends_at - now_of(request)).total_seconds() if ends_at else 0
    return {
        "signed_in": signed_in,
        "nav": {
            "section": _section(request),
            "handles": handles,
            "sees_record": policy.may(actor, "journal:record:see"),
            "manages": policy.may(actor, "tenancy:settings:change"),
            "waiting": intake.count_waiting(actor) if handles else 0,
            "files": (works := policy.may(actor, "exchange:file:see")),
            "unread": exchange.count_unread(actor) if works else 0,
            "handed_in": exchange.count_waiting_items(actor) if works else 0,
            "disposals": vault.count_open_disposals(actor) if handles else 0,
        },
        "unlock": {"seconds_left": int(left), "minutes_left": max(1, -(-int(left) // 60))} if left > 0 else None,
    }


def _section(request: HttpRequest) -> str:
    """The menu word of the current page, from the first part of its path."""
    match = request.resolver_match
    name = match.url_name if match else ""
    table = {
        "home": "home",
        "clients": "clients",
        "client": "clients",
        "people": "clients",
        "user": "clients",
        "person": "clients",
        "number": "clients",
        "reveal": "clients",
        "import": "imports",
        "imports": "imports",
        "file": "files",
        "files": "files",
        "upload": "files",
        "broadcast": "files",
        "broadcasts": "files",
        "request": "requests",
        "requests": "requests",
        "item": "requests",
        "disposals": "disposals",
        "disposal": "disposals",
        "certificate": "disposals",
        "record": "record",
        "settings": "settings",
        "staff": "settings",
        "contract": "settings",
        "support": "settings",
        "documents": "settings",
        "recovery": "settings",
        "own": "settings",
    }
    return _WHOLE_NAMES.get(name or "", table.get((name or "").split("-")[0], ""))


_WHOLE_NAMES = dict.fromkeys(
    ("record-password", "client-accounts", "client-letters", "clients-import", "clients-import-check"), "settings"
)
