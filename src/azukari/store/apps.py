"""Django's entry for the floor: tells new PostgreSQL connections which office they serve, and where the list of disposals lies."""

from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created


class StoreConfig(AppConfig):
    name = "azukari.store"
    label = "store"

    def ready(self) -> None:
        from azukari.store import disposals, scope

        connection_created.connect(scope.tell_new_connection, dispatch_uid="azukari.store.scope")
        disposals.configure(settings.AZUKARI_DISPOSALS)
