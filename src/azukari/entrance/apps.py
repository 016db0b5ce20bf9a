"""Django's entry for the doors' common part: its templates."""

from django.apps import AppConfig


class EntranceConfig(AppConfig):
    name = "azukari.entrance"
    label = "entrance"
