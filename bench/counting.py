"""Counts what an act asks of both databases: statements, and commits that have something to make durable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

_WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP")


@dataclass
class Count:
    """Statements and durable commits since the count began."""

    queries: int = 0
    commits: int = 0


@contextmanager
def counting() -> Iterator[Count]:
    """Count on both databases until the block ends.

    Django commits a transaction past its cursors, so `_commit` is watched; a write outside a transaction is a
    commit of its own.
    """
    from django.db import connections

    count = Count()
    with ExitStack() as stack:
        for alias in ("default", "keys"):
            connection = connections[alias]
            connection.ensure_connection()
            stack.enter_context(connection.execute_wrapper(_watch(count)))
            stack.enter_context(mock.patch.object(connection, "_commit", _commit(count, connection._commit)))
        yield count


def _watch(count: Count) -> Callable[..., Any]:
    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            count.queries += 1
        if sql.startswith(_WRITES) and not context["connection"].in_atomic_block:
            count.commits += 1
        return execute(sql, params, many, context)

    return watch


def _commit(count: Count, commit: Callable[[], None]) -> Callable[[], None]:
    def counted() -> None:
        count.commits += 1
        commit()

    return counted
