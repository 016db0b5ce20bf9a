"""URL table of the client companies' door. Every view declares its permission (access.page)."""

from __future__ import annotations

from django.urls import path

from azukari.entrance import urls as entrance
from azukari.entrance.views import notices, record_copy, uploads
from azukari.portal.views import files, handling, menu, users

app_name = "portal"

urlpatterns = [
    *entrance.patterns,
    path("", menu.home, name="home"),
    *uploads.patterns,
    *notices.patterns,
    *record_copy.patterns,
    path("files/", files.files, name="files"),
    path("files/send/", files.send, name="files-send"),
    path("files/zip/", files.many, name="files-zip"),
    path("files/<uuid:delivery_id>/", files.line, name="file"),
    path("files/<uuid:delivery_id>/download/", files.download, name="file-download"),
    path("files/<uuid:delivery_id>/open/", files.open_protected, name="file-open"),
    path("files/<uuid:delivery_id>/receipt.pdf", files.receipt, name="file-receipt"),
    path("files/<uuid:delivery_id>/withdraw/", files.withdraw, name="file-withdraw"),
    path("files/<uuid:delivery_id>/protect/", files.protect, name="file-protect"),
    path("documents/", menu.documents, name="documents"),
    path("tools/", menu.tools, name="tools"),
    path("handling/", handling.handlings, name="handlings"),
    path("handling/pack.zip", handling.take_pack, name="handling-pack"),
    path("handling/<int:seq>/", handling.handling, name="handling"),
    path("handling/<int:seq>/proof.json", handling.proof, name="handling-proof"),
    path("users/", users.users, name="users"),
    path("switch/", users.switch, name="switch"),
]
