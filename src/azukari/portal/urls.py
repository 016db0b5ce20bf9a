"""URL table of the client companies' door. Every view declares its permission (access.page)."""

from __future__ import annotations

from django.urls import path

from azukari.entrance import urls as entrance
from azukari.portal.views import menu, users

app_name = "portal"

urlpatterns = [
    *entrance.patterns,
    path("", menu.home, name="home"),
    path("files/", menu.files, name="files"),
    path("documents/", menu.documents, name="documents"),
    path("tools/", menu.tools, name="tools"),
    path("users/", users.users, name="users"),
    path("switch/", users.switch, name="switch"),
]
