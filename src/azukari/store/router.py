"""Sends the key tables to the key store and everything else to the main database."""

from __future__ import annotations

from typing import Any

from django.db import models

KEY_STORE = "keys"
# By name, not by an attribute of the model: migrations see models without their attributes.
KEY_TABLES = frozenset({("vault", "recordkey"), ("exchange", "filekey")})


class KeyStoreRouter:
    """The tables of `KEY_TABLES` live in the key store alone; migrations follow."""

    def db_for_read(self, model: type[models.Model], **_: Any) -> str:
        return _alias(model._meta.app_label, model._meta.model_name)

    def db_for_write(self, model: type[models.Model], **_: Any) -> str:
        return _alias(model._meta.app_label, model._meta.model_name)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **_: Any) -> bool:
        return _alias(app_label, model_name) == db


def _alias(app_label: str, model_name: str | None) -> str:
    return KEY_STORE if (app_label, model_name) in KEY_TABLES else "default"
