"""Dumping one database and loading it again: SQLite by its online backup API, PostgreSQL by pg_dump and pg_restore.

pg_dump must read the rows of every office, which row-level security forbids the product's own role; it runs as a role
of its own (AZUKARI_BACKUP_USER) that may read everything and is used for nothing else.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections

from azukari.journal import queries as journal
from azukari.ops.backups.errors import BackupFailedError, ProgramMissingError
from azukari.ops.backups.manifest import HeadFacts

SQLITE, POSTGRESQL = "sqlite", "postgresql"
Ask = Callable[[str], list[tuple[Any, ...]]]
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"


def kind_of(alias: str) -> str:
    """Tell which database stands behind an alias."""
    return POSTGRESQL if connections[alias].vendor == "postgresql" else SQLITE


def file_name(alias: str) -> str:
    """Give the name of an alias's dump within its backup."""
    return f"{alias}.sqlite3" if kind_of(alias) == SQLITE else f"{alias}.dump"


class Snapshot:
    """What a dump says of itself: which migrations it has, and (of the main database) where each record ends."""

    def __init__(self, ask: Ask, *, heads: bool) -> None:
        self.migrations = [f"{app}.{name}" for app, name in ask(_MIGRATIONS)]
        self.heads: dict[str, HeadFacts] = {}
        if heads:
            for office, size, frontier in ask(journal.HEADS):
                place = office if isinstance(office, UUID) else UUID(office)
                self.heads[str(place)] = HeadFacts(size, journal.root_of(bytes(frontier)).hex())


def dump(alias: str, target: Path) -> Snapshot:
    """Dump one database into a new file and check that it can be read again. Raises: BackupFailedError."""
    try:
        return _dump_sqlite(alias, target) if kind_of(alias) == SQLITE else _dump_postgresql(alias, target)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailedError(why=f"{alias}：{error}。") from error


def _dump_sqlite(alias: str, target: Path) -> Snapshot:
    name = connections[alias].settings_dict["NAME"]
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"file:{name}?mode=ro", uri=True, timeout=20)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)  # in one step: one moment, and nobody who writes has to wait
        copy.execute("PRAGMA journal_mode=DELETE")
        if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise BackupFailedError(why=f"{alias}：写しの検査に合格しませんでした。")
        return Snapshot(lambda sql: copy.execute(sql).fetchall(), heads=alias == "default")


def _dump_postgresql(alias: str, target: Path) -> Snapshot:
    import psycopg

    facts, environment = _login(alias)
    try:
        with psycopg.connect(**facts, autocommit=True) as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            exported = connection.execute("SELECT pg_export_snapshot()").fetchone()
            assert exported is not None
            found = Snapshot(lambda sql: connection.execute(sql.encode()).fetchall(), heads=alias == "default")
            _run("pg_dump", f"--snapshot={exported[0]}", "--format=custom", f"--file={target}", env=environment)
    except psycopg.Error as error:
        raise BackupFailedError(why=f"{alias}：{str(error).splitlines()[0]}。") from None
    target.chmod(0o600)
    _run("pg_restore", "--list", str(target), env=environment)
    return found


def _login(alias: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Give how the backup's role logs in: for psycopg, and for the programs. A password never stands in arguments."""
    user, password = settings.AZUKARI_BACKUP_ROLE
    if not user:
        raise BackupFailedError(why="AZUKARI_BACKUP_USER（控えのための PostgreSQL の利用者）が指定されていません。")
    return _address(alias, user, password)


def _address(alias: str, user: str, password: str) -> tuple[dict[str, Any], dict[str, str]]:
    told = connections[alias].settings_dict
    facts = {"dbname": told["NAME"], "user": user, "password": password, "host": told["HOST"], "port": told["PORT"]}
    names = {"dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD", "host": "PGHOST", "port": "PGPORT"}
    used = {key: str(value) for key, value in facts.items() if value}
    return used, {**os.environ, **{names[key]: value for key, value in used.items()}}


def _run(program: str, *arguments: str, env: dict[str, str]) -> None:
    """Run a program of PostgreSQL. Raises: ProgramMissingError, BackupFailedError."""
    found = shutil.which(program) or next(
        (str(place) for place in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)), None
    )
    if found is None:
        raise ProgramMissingError(program=program)
    done = subprocess.run([found, *arguments], env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.strip().splitlines() or [""]
        raise BackupFailedError(why=f"{program}：{said[0]}。")


def load(alias: str, source: Path) -> None:
    """Load a dump into an empty database. Raises: BackupFailedError, ProgramMissingError."""
    if kind_of(alias) == SQLITE:
        target = Path(connections[alias].settings_dict["NAME"])
        try:
            shutil.copyfile(source, target)
            target.chmod(0o600)
        except OSError as error:
            raise BackupFailedError(why=f"{alias}：{error}。") from error
        return
    told = connections[alias].settings_dict
    _, environment = _address(alias, told["USER"], told["PASSWORD"])
    _run(
        "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
        f"--dbname={told['NAME']}", str(source), env=environment,
    )  # fmt: skip
