"""Permission of a page: every view of this door declares one; a view without does not load (tests/rules)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from azukari.office.requests import actor_of, now_of, unlock_of
from azukari.seal.vaultkey import VaultKey
from azukari.tenancy import policy
from azukari.tenancy.actions import unlocks

PUBLIC = "public"


def page[**P](
    permission: str, *methods: str
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponse]], Callable[Concatenate[HttpRequest, P], HttpResponse]
]:
    """Declare the permission and the methods of a view. Without a login it leads to the login page.

    `PUBLIC` pages need no login. Raises (inside): PermissionNotAllowed.
    """
    # Not a check of input: a wrong word here is a fault that must not start.
    assert permission == PUBLIC or permission in policy.PERMISSIONS, permission

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @never_cache
        @require_http_methods(methods or ("GET", "HEAD"))
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if permission != PUBLIC:
                if getattr(request, "signed_in", None) is None:
                    return ask_login(request)
                policy.check_may(actor_of(request), permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.methods = methods or ("GET", "HEAD")  # type: ignore[attr-defined]
        return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", guarded)

    return decorate


def ask_login(request: HttpRequest) -> HttpResponse:
    """Lead to the login page, and back afterwards."""
    query = {"next": request.get_full_path() if request.method == "GET" else "/"}
    if getattr(request, "session_expired", False):
        query["expired"] = "1"
    return redirect(f"{reverse('office:login')}?{urlencode(query)}")


def ask_unlock(request: HttpRequest) -> HttpResponse:
    """Lead to 従業員利用認証, and back to this page afterwards; for a POST, to the page it came from."""
    back = request.get_full_path() if request.method == "GET" else _came_from(request)
    return redirect(f"{reverse('office:unlock')}?{urlencode({'next': back, 'needed': '1'})}")


def _came_from(request: HttpRequest) -> str:
    """The page with the form has the same path, or names itself; only local paths count."""
    named = request.POST.get("back", "")
    return safe_next(request, named or request.path, default="/")


def safe_next(request: HttpRequest, wanted: str, *, default: str) -> str:
    """Give a path to go on to, if it is one of this site."""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return default


def vault_key(request: HttpRequest) -> VaultKey:
    """Yield the vault key of this browser's unlock, and count this as use. Raises: UnlockNeededError."""
    unlock_id, browser_secret = unlock_of(request)
    return unlocks.use_unlock(
        actor=actor_of(request), unlock_id=unlock_id, browser_secret=browser_secret, now=now_of(request)
    )
