"""URL table of the persons' door."""

from __future__ import annotations

from django.urls import path

from azukari.personal import views

app_name = "personal"

urlpatterns = [path("", views.holding, name="holding")]
