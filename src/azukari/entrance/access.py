"""Permission of a page: every view of every door declares one; a view without does not load (tests/rules)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from azukari.entrance.doors import OPERATOR, Door
from azukari.entrance.requests import actor_of, door_at, pending_of
from azukari.tenancy import policy

# Two words beside the permissions: nobody need be known; and a login on its way in (or complete).
PUBLIC = "public"
PENDING = "pending"

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page_of(door: Door) -> Callable[..., Callable[[View[...]], View[...]]]:
    """Give the `page` decorator of a door: `@page(permission, *methods)`. Without a login it leads to the login page."""

    def page(permission: str, *methods: str) -> Callable[[View[...]], View[...]]:
        # Not a check of input: a wrong word here is a fault that must not start.
        assert permission in door.permissions | {PUBLIC, PENDING}, permission
        return _guard(permission, methods)

    return page


def shared(permission: str, *methods: str) -> Callable[[View[...]], View[...]]:
    """Declare the permission of a view that all doors share; the door is the request's."""
    assert permission in {PUBLIC, PENDING, "tenancy:own:manage", "exchange:file:send"}, permission
    return _guard(permission, methods)


def _guard(permission: str, methods: tuple[str, ...]) -> Callable[[View[...]], View[...]]:
    def decorate(view: View[...]) -> View[...]:
        @never_cache
        @require_http_methods(methods or ("GET", "HEAD"))
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            signed_in = getattr(request, "signed_in", None)
            if permission == PENDING and signed_in is None and pending_of(request) is None:
                return ask_login(request)
            if permission not in {PUBLIC, PENDING}:
                if signed_in is None:
                    return ask_login(request)
                if door_at(request) is not OPERATOR:
                    policy.check_may(actor_of(request), permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.methods = methods or ("GET", "HEAD")  # type: ignore[attr-defined]
        return cast("View[...]", guarded)

    return decorate


def ask_login(request: HttpRequest) -> HttpResponse:
    """Lead to the door's login page, or to the next step of a login on its way; and back afterwards."""
    if "Tus-Resumable" in request.headers:  # a script asks; it shows the sentence beside the file
        told = "ログインの時間が過ぎました。ログインし直して同じファイルを選ぶと、続きから送信します。"
        return HttpResponse(told, content_type="text/plain; charset=utf-8", status=401)
    door, pending = door_at(request), pending_of(request)
    if pending is not None:
        return redirect(f"{door.name}:{STEPS[pending.stage]}")
    query = {"next": request.get_full_path() if request.method == "GET" else door.prefix}
    if getattr(request, "session_expired", False):
        query["expired"] = "1"
    return redirect(f"{reverse(f'{door.name}:login')}?{urlencode(query)}")


# Where a login on its way goes on.
STEPS = {"factor": "login-code", "enrol": "enrol", "codes": "enrol-codes"}


def safe_next(request: HttpRequest, wanted: str, *, default: str) -> str:
    """Give a path to go on to, if it is one of this door."""
    local = wanted.startswith(door_at(request).prefix) and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if local else default
