"""Django's entry for oversight: its tables."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "azukari.oversight"
    label = "oversight"
