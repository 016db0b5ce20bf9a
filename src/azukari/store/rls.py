"""Row-level security on PostgreSQL: the second wall between offices, put up by migrations.

FORCE makes the owner obey too; a superuser or BYPASSRLS role would not, so `check_role` refuses those at
start. SQLite has no such wall: it is for one office on one machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import connections, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

_UP = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY office_wall ON {table}
  USING (office_id = nullif(current_setting('azukari.office_id', true), '')::uuid)
  WITH CHECK (office_id = nullif(current_setting('azukari.office_id', true), '')::uuid);
"""
_DOWN = """
DROP POLICY office_wall ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""


class OfficeWall(migrations.operations.base.Operation):
    """Put the office policy on one tenant table (PostgreSQL only)."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The wall changes no Django state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._run(_UP, app_label, schema_editor, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._run(_DOWN, app_label, schema_editor, from_state)

    def _run(self, sql: str, app_label: str, editor: BaseDatabaseSchemaEditor, state: ProjectState) -> None:
        model = state.apps.get_model(app_label, self.model_name)
        if editor.connection.vendor == "postgresql" and self.allow_migrate_model(editor.connection.alias, model):
            editor.execute(sql.format(table=editor.quote_name(model._meta.db_table)))

    def describe(self) -> str:
        return f"Office wall on {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"wall_{self.model_name.lower()}"


@checks.register(checks.Tags.database)
def check_role(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Refuse a PostgreSQL role that row-level security does not bind."""
    problems: list[checks.CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            row = cursor.fetchone()
        if row and row[0]:
            problems.append(
                checks.Error(
                    f"The role of database '{alias}' bypasses row-level security.",
                    hint="Use a role without SUPERUSER and BYPASSRLS.",
                    id="azukari.E001",
                )
            )
    return problems
