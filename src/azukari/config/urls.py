"""The URL table: one include per door."""

from __future__ import annotations

from django.urls import include, path

from azukari.ui import error_pages

urlpatterns = [
    path("p/", include("azukari.portal.urls")),
    path("operator/", include("azukari.operator.urls")),
    path("mine/", include("azukari.personal.urls")),
    path("", include("azukari.office.urls")),
]

handler400 = error_pages.bad_request
handler403 = error_pages.forbidden
handler404 = error_pages.not_found
handler500 = error_pages.server_error
