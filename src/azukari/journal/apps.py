"""Django's entry for the journal."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "azukari.journal"
    label = "journal"
