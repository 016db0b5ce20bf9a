"""The walls between offices in the databases themselves, asked in plain SQL (security.md 6.16)."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connections, router, transaction

from azukari.kernel.ids import new_id
from azukari.store.constraints import OfficeForeignKey, tenant_models
from azukari.store.rls import check_role
from azukari.store.scope import OutsideScopeError, current_office, office_scope
from azukari.tenancy.models import Account, Assignment, ClientCompany
from azukari.vault.models import NumberRecord
from tests.cast import Cast
from tests.office.conftest import browser
from tests.office.world import address_of
from tests.vault.test_numbers import register

TENANTS = tenant_models()
POINTERS = [
    (model, constraint)
    for model in TENANTS
    for constraint in model._meta.constraints
    if isinstance(constraint, OfficeForeignKey)
]


def fill(cast: Cast) -> None:
    """Put a row of みなと into as many tables as the office door does."""
    with office_scope(cast.minato.id):
        register(cast.minato, "takahashi", 9)
        NumberRecord.objects.update(registered_no="1-1")
    address_of(cast.minato, "import", "import_id", "aoba")
    address_of(cast.minato, "certificate", "disposal_id", "aoba")


def alias_of(model) -> str:
    return router.db_for_write(model)


def is_postgres(model) -> bool:
    return connections[alias_of(model)].vendor == "postgresql"


@pytest.mark.parametrize("model", TENANTS, ids=lambda model: model._meta.label)
def test_postgres_shows_no_row_without_an_office_or_to_another(cast: Cast, model) -> None:
    if not is_postgres(model):
        pytest.skip("SQLite has no row-level security: one office on one machine")
    fill(cast)
    connection = connections[alias_of(model)]
    with connection.cursor() as cursor:
        count = f'SELECT count(*) FROM "{model._meta.db_table}"'
        ours = f"{count} WHERE office_id = %s"
        cursor.execute(count)
        assert cursor.fetchone()[0] == 0
        with office_scope(cast.kamome.id):
            cursor.execute(ours, [cast.minato.id])
            assert cursor.fetchone()[0] == 0
            cursor.execute(
                f'UPDATE "{model._meta.db_table}" SET office_id = office_id WHERE office_id = %s', [cast.minato.id]
            )
            assert cursor.rowcount == 0
            cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE office_id = %s', [cast.minato.id])
            assert cursor.rowcount == 0
        cursor.execute(count)
        assert cursor.fetchone()[0] == 0


@pytest.mark.parametrize("model", TENANTS, ids=lambda model: model._meta.label)
def test_postgres_takes_no_row_for_another_office(cast: Cast, model) -> None:
    if not is_postgres(model):
        pytest.skip("SQLite has no row-level security: one office on one machine")
    connection = connections[alias_of(model)]
    statement = f'INSERT INTO "{model._meta.db_table}" (id, office_id) VALUES (%s, %s)'

    def insert() -> None:
        with transaction.atomic(alias_of(model)), connection.cursor() as cursor:
            cursor.execute(statement, [new_id(), cast.minato.id])

    with pytest.raises(DatabaseError, match="row-level security"):
        insert()
    with office_scope(cast.kamome.id), pytest.raises(DatabaseError, match="row-level security"):
        insert()


def test_postgres_role_is_bound_by_the_wall(cast: Cast) -> None:
    assert check_role(["default", "keys"]) == []


@pytest.mark.parametrize(
    ("model", "constraint"), POINTERS, ids=[f"{model._meta.label}.{c.column}" for model, c in POINTERS]
)
def test_the_database_refuses_a_row_that_points_into_another_office(cast: Cast, model, constraint) -> None:
    """かもめ's row with an id of みなと: the pair (office, id) is nowhere. The constraint stands in the table as well."""
    connection = connections[alias_of(model)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [constraint.name])
            definition = cursor.fetchone()[0]
        else:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [model._meta.db_table])
            definition = cursor.fetchone()[0].replace('"', "")
            assert f"CONSTRAINT {constraint.name} " in definition
    assert f"FOREIGN KEY (office_id, {constraint.column})" in definition
    assert "(office_id, id)" in definition


def test_a_pointer_into_another_office_is_refused_when_it_is_checked(cast: Cast) -> None:
    """Both ids exist, but not as a pair with かもめ's office."""

    def point(client_id: UUID) -> None:
        with transaction.atomic():
            Assignment.objects.create(staff_id=cast.kamome.staff["kamo"], client_id=client_id)
            check_pointers()

    with office_scope(cast.kamome.id):
        point(cast.kamome.clients["shiosai"])
        with pytest.raises(IntegrityError):
            point(cast.minato.clients["aoba"])


def check_pointers() -> None:
    """Do now what a commit does: the pointers are deferred to it."""
    connection = connections["default"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            return
        cursor.execute("PRAGMA foreign_key_check")
        if cursor.fetchall():
            raise IntegrityError("a pointer leads nowhere")


@pytest.mark.parametrize("model", [ClientCompany, Account], ids=lambda model: model._meta.label)
def test_a_write_for_another_office_raises_before_the_database(cast: Cast, model) -> None:
    with office_scope(cast.minato.id):
        row = model.objects.first()
        row.office_id = cast.kamome.id
        with pytest.raises(OutsideScopeError):
            row.save()


def test_scopes_do_not_nest_over_offices_and_end_with_their_block() -> None:
    first, second = new_id(), new_id()

    def inside() -> None:
        with office_scope(first), office_scope(first):
            assert current_office() == first
            with office_scope(second):
                pass

    with pytest.raises(OutsideScopeError):
        inside()
    with pytest.raises(OutsideScopeError):
        current_office()


def test_the_scope_of_a_request_ends_with_it(cast: Cast) -> None:
    browser(cast.minato, "aoki").get("/")
    with pytest.raises(OutsideScopeError):
        current_office()
