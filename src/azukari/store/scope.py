"""The office scope: which tenant this thread works for. Without one every tenant query raises.

On PostgreSQL the office is also told to the server (`azukari.office_id`), where row-level security is the
second wall. It is a session setting, set on entry and cleared on exit, so a pooler in front must pool by
session (docs/adr/0005).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from uuid import UUID

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_office: ContextVar[UUID | None] = ContextVar("azukari_office", default=None)


class OutsideScopeError(RuntimeError):
    """A programming fault: a tenant table was touched without an office, or with another one."""


def current_office() -> UUID:
    """Tell the office in force. Raises: OutsideScopeError when there is none."""
    office = _office.get()
    if office is None:
        raise OutsideScopeError("a tenant query needs an office scope")
    return office


def office_or_none() -> UUID | None:
    """Tell the office in force, None without one: for a row that is made but not yet written."""
    return _office.get()


@contextmanager
def office_scope(office_id: UUID) -> Iterator[None]:
    """Work for one office until the block ends. Nesting the same office is fine, another one raises.

    Raises: OutsideScopeError when another office is already in force.
    """
    inside = _office.get()
    if inside == office_id:
        yield
        return
    if inside is not None:
        raise OutsideScopeError("a scope of another office is open")
    token = _office.set(office_id)
    _tell_all(str(office_id))
    try:
        yield
    finally:
        _office.reset(token)
        _tell_all("")


def scope_of(office_id: UUID | None) -> AbstractContextManager[None]:
    """Give the scope of an account's office; an operator has none, and then nothing is in force."""
    return nullcontext() if office_id is None else office_scope(office_id)


def tell_new_connection(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Tell a connection opened inside a scope which office it serves."""
    office = _office.get()
    if office is not None:
        _tell(connection, str(office))


def _tell_all(value: str) -> None:
    for connection in connections.all(initialized_only=True):
        # A transaction that is to be rolled back takes no more commands, and its rollback restores the setting.
        if connection.connection is not None and not connection.needs_rollback and not _is_aborted(connection):
            _tell(connection, value)


def _is_aborted(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether PostgreSQL refuses every command until the running transaction is rolled back."""
    if connection.vendor != "postgresql":
        return False
    from psycopg.pq import TransactionStatus

    status: TransactionStatus = connection.connection.info.transaction_status
    return status is TransactionStatus.INERROR


def _tell(connection: BaseDatabaseWrapper, value: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('azukari.office_id', %s, false)", [value])
