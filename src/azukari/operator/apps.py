"""Django's entry for the operator's console: its templates."""

from django.apps import AppConfig


class OperatorConfig(AppConfig):
    name = "azukari.operator"
    label = "console"
