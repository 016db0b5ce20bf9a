"""Django's entry for the client companies' door: its templates."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "azukari.portal"
    label = "portal"
