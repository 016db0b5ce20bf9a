"""Django's entry for the floor: tells new PostgreSQL connections which office they serve."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class StoreConfig(AppConfig):
    name = "azukari.store"
    label = "store"

    def ready(self) -> None:
        from azukari.store import scope

        connection_created.connect(scope.tell_new_connection, dispatch_uid="azukari.store.scope")
