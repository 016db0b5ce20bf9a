"""検証ページ: the page that checks a paper of ours without us, for everybody who holds one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from azukari.entrance.access import PUBLIC, shared
from azukari.press import verifier


@shared(PUBLIC)
def page(request: HttpRequest) -> HttpResponse:
    # A download, never a page of this site: it has a script of its own, which our policy forbids, and must not run
    # beside somebody's session.
    response = HttpResponse(verifier.page(), content_type="text/html; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{verifier.PAGE_NAME}"'
    return response
