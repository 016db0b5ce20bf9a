"""One place that turns an error into a page: 事象・原因・対処, calm, and what to do next.

Django's handlers (`handler400` … `handler500`, `CSRF_FAILURE_VIEW`) point here; doors call `render_error`
with an `AzukariError`. A page for an unforeseen error carries an incident number and nothing else; the log
carries the same number and never what a person typed.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from azukari.kernel.errors import (
    AzukariError,
    ConflictError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    UnavailableError,
)

logger = logging.getLogger(__name__)

# No 0, 1, I, L, O: the number is read out over the telephone.
INCIDENT_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """What an error page says. `incident` is empty except on unforeseen errors."""

    title: str
    event: str
    reason: str
    advice: str
    incident: str = ""
    back_url: str = "/"
    back_label: str = "ホームに戻る"


TITLES = {
    400: "送られた内容を受け取れませんでした",
    403: "この操作をする権限がありません",
    404: "ページが見つかりません",
    409: "先に変更されています",
    410: "期限が切れています",
    422: "処理できませんでした",
    500: "画面を表示できませんでした",
    503: "今は処理できません",
}

BAD_REQUEST = ErrorPage(
    title=TITLES[400],
    event="送られた内容を受け取れませんでした。",
    reason="途中で切れたか、大きすぎた可能性があります。",
    advice="前の画面に戻り、もう一度操作してください。",
)
FORBIDDEN = ErrorPage(
    title=TITLES[403],
    event="この画面を見る権限がありません。",
    reason="担当者の役割か、担当する顧問先に入っていません。",
    advice="必要なときは、事務所の管理者に連絡してください。",
)
MISSING = ErrorPage(
    title=TITLES[404],
    event="ページが見つかりません。",
    reason="削除されたか、アドレスが変わった可能性があります。",
    advice="ホームか検索から、もう一度開いてください。",
)
CONFLICT = ErrorPage(
    title=TITLES[409],
    event="保存できませんでした。",
    reason="別の人が先に変更しました。",
    advice="最新の内容を確認して、もう一度保存してください。",
)
GONE = ErrorPage(
    title=TITLES[410],
    event="このリンクは使えません。",
    reason="リンクの期限が切れています。",
    advice="リンクを送った人に、もう一度送ってもらってください。",
)
UNAVAILABLE = ErrorPage(
    title="ただいま処理できません",
    event="操作を受け付けませんでした。",
    reason="データベースから応答がありません。",
    advice="しばらく待って、もう一度操作してください。続くときは、事務所の管理者に連絡してください。",
)
STALE_FORM = ErrorPage(
    title="もう一度操作してください",
    event="操作を受け付けませんでした。",
    reason="画面を開いてから時間がたったか、ログインし直したため、画面が古くなっています。",
    advice="前の画面に戻り、再読み込みしてから、もう一度操作してください。",
)


def status_of(error: AzukariError) -> int:
    """Choose the HTTP status of an error by its kind; an unknown kind is 422."""
    kinds: tuple[tuple[type[AzukariError], int], ...] = (
        (NotFoundError, 404),
        (NotAllowedError, 403),
        (ConflictError, 409),
        (InvalidError, 422),
        (UnavailableError, 503),
    )
    return next((status for kind, status in kinds if isinstance(error, kind)), 422)


def render_error(request: HttpRequest, error: AzukariError, status: int | None = None) -> HttpResponse:
    """Show a refusal or failure that has its own sentences. Not there and not yours look the same."""
    status = status or status_of(error)
    if status == 404:
        return _respond(request, MISSING, 404)
    page = ErrorPage(title=TITLES.get(status, TITLES[422]), event=error.event, reason=error.reason, advice=error.advice)
    return _respond(request, page, status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler400`."""
    return _respond(request, BAD_REQUEST, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler403`."""
    return _respond(request, FORBIDDEN, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler404`."""
    return _respond(request, MISSING, 404)


def conflict(request: HttpRequest) -> HttpResponse:
    """For a door that finds out by itself that somebody was first."""
    return _respond(request, CONFLICT, 409)


def gone(request: HttpRequest) -> HttpResponse:
    """For a link whose time is over."""
    return _respond(request, GONE, 410)


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database does not answer: nothing was done, nothing was shown."""
    return _respond(request, UNAVAILABLE, 503)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`CSRF_FAILURE_VIEW`: an old page, hardly ever an attack; the sentences say what helps."""
    return _respond(request, STALE_FORM, 403)


def server_error(request: HttpRequest, *, incident_number: Callable[[], str] | None = None) -> HttpResponse:
    """`handler500`: an incident number for the person and the log, no detail."""
    incident = (incident_number or new_incident_number)()
    logger.error("unforeseen error, incident %s", incident)
    page = ErrorPage(
        title=TITLES[500],
        event="画面を表示できませんでした。",
        reason="こちらの処理で問題が起きました。",
        advice="時間をおいて、やり直してください。続くときは、下の番号を事務所の管理者に伝えてください。",
        incident=incident,
    )
    return _respond(request, page, 500)


def new_incident_number() -> str:
    """Make a short number a person can read out: 7K2M-9PQR."""
    letters = [secrets.choice(INCIDENT_LETTERS) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


def _respond(request: HttpRequest, page: ErrorPage, status: int) -> HttpResponse:
    """Render without context processors: an error page must not run a query that may fail again."""
    template = "ui/errors/partial.html" if request.headers.get("X-Partial") else "ui/errors/page.html"
    door = getattr(request, "door", None)
    page = replace(page, back_url=door.prefix) if door else page
    response = HttpResponse(render_to_string(template, {"page": page, "door": door}), status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
