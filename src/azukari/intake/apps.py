"""Django's entry for the intake."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "azukari.intake"
    label = "intake"
