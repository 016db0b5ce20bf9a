"""Django's entry for the persons' door: its templates."""

from django.apps import AppConfig


class PersonalConfig(AppConfig):
    name = "azukari.personal"
    label = "personal"
