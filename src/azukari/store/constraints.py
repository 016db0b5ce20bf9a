"""Constraints Django has no class for: foreign keys between tenant tables that include the office.

PostgreSQL's row-level security does not look at foreign keys, and SQLite has none, so the pair
(office_id, id) is what keeps a row from pointing into another office. The ORM's own ForeignKey stands beside
it with `db_constraint=False`, for joins only.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class OfficeForeignKey(models.BaseConstraint):
    """FOREIGN KEY (office_id, <column>) REFERENCES <target> (office_id, id), checked at commit."""

    def __init__(self, *, column: str, target: str, name: str) -> None:
        super().__init__(name=name)
        self.column = column
        self.target = target

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "column": self.column, "target": self.target}

    def _clause(self, schema_editor: BaseDatabaseSchemaEditor) -> str:
        quote = schema_editor.quote_name
        app_label, model_name = self.target.split(".")
        # Tenant tables keep Django's default table name, so no state of apps is needed to spell it.
        table = f"{app_label}_{model_name.lower()}"
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({quote('office_id')}, {quote(self.column)}) "
            f"REFERENCES {quote(table)} ({quote('office_id')}, {quote('id')}) DEFERRABLE INITIALLY DEFERRED"
        )

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert schema_editor is not None
        return self._clause(schema_editor)

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert schema_editor is not None and model is not None
        return f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} ADD {self._clause(schema_editor)}"

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert schema_editor is not None and model is not None
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """Left to the database: a form never sets these columns."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OfficeForeignKey) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)


def office_key(name: str) -> models.UniqueConstraint:
    """Make the (office_id, id) key that an OfficeForeignKey of another table points at."""
    return models.UniqueConstraint(fields=["office_id", "id"], name=name)


def tenant_models() -> list[type[models.Model]]:
    """List the concrete tenant tables, for the wall's checks and tests."""
    from azukari.store.models import OfficeModel

    return [model for model in apps.get_models() if issubclass(model, OfficeModel)]
