"""Permission of a page of the office door, its running unlock, and the password of the record's screens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from azukari.entrance.access import PUBLIC, page_of, safe_next
from azukari.entrance.doors import OFFICE
from azukari.entrance.requests import actor_of, now_of
from azukari.office.requests import unlock_of
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import VaultKey
from azukari.tenancy.actions import unlocks
from azukari.tenancy.rules.login import RECORD_MINUTES

__all__ = ["PUBLIC", "behind_record_password", "office_secret", "page", "safe_next", "vault_key"]

page = page_of(OFFICE)


def behind_record_password(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Ask the password of the record's screens on entry; it holds for 15 minutes. Stands under `@page`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        opened_at = request.session.get("record_opened_at")
        if opened_at and now_of(request) < datetime.fromisoformat(opened_at) + timedelta(minutes=RECORD_MINUTES):
            return view(request, *args, **kwargs)
        return redirect(f"{reverse('office:record-open')}?{urlencode({'next': request.get_full_path()})}")

    return guarded


def vault_key(request: HttpRequest) -> VaultKey:
    """Yield the vault key of this browser's unlock, and count this as use. Raises: UnlockNeededError."""
    unlock_id, browser_secret = unlock_of(request)
    return unlocks.use_unlock(
        actor=actor_of(request), unlock_id=unlock_id, browser_secret=browser_secret, now=now_of(request)
    )


def office_secret(request: HttpRequest) -> Secret:
    """Yield the office secret of this browser's unlock, to give a grant. Raises: UnlockNeededError."""
    unlock_id, browser_secret = unlock_of(request)
    return unlocks.session_secret(
        actor=actor_of(request), unlock_id=unlock_id, browser_secret=browser_secret, now=now_of(request)
    )
