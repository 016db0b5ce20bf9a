"""Django's entry for the office door."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "azukari.office"
    label = "office"
