"""Django's entry for the roster."""

from django.apps import AppConfig


class RosterConfig(AppConfig):
    name = "azukari.roster"
    label = "roster"
