"""The scoped base of every tenant table.

`office_id` fills itself from the scope and is checked against it on every write; the default manager only
sees rows of the office in force. Primary keys are UUIDv7.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from azukari.kernel.ids import new_id
from azukari.store.scope import OutsideScopeError, current_office, office_or_none


class OfficeIdField(models.UUIDField):  # type: ignore[type-arg]  # not subscriptable at run time
    """The office of a row: set from the scope, never editable, refused when it differs from the scope."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", office_or_none)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if value != current_office():
            raise OutsideScopeError("a row of another office cannot be written")
        return value


class OfficeQuerySet[M: models.Model](models.QuerySet[M]):
    """A queryset of one office's rows."""

    def lock(self) -> Self:
        """Lock the rows until the transaction ends. SQLite's immediate transactions already hold the one lock."""
        return self.select_for_update()


class OfficeManager[M: models.Model](models.Manager[M]):
    """Only sees the office in force; outside a scope it raises instead of giving nothing."""

    def get_queryset(self) -> OfficeQuerySet[M]:
        return OfficeQuerySet[M](self.model, using=self._db).filter(office_id=current_office())

    def lock(self) -> OfficeQuerySet[M]:
        """Start a query whose rows are locked until the transaction ends."""
        return self.get_queryset().lock()


class OfficeModel(models.Model):
    """Base of every tenant table."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    office_id = OfficeIdField()

    # The type checker's plugin gives each model a manager of its own kind.
    objects = OfficeManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
