"""The look of every door as a Django app: templates, static files and template tags, no tables."""

from __future__ import annotations

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "azukari.ui"
    label = "ui"
    verbose_name = "画面の部品"
