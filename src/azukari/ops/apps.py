"""Django's entry for operations."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "azukari.ops"
    label = "ops"
