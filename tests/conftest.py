"""Shared set-up: the cast is committed once, every test runs inside a transaction on both databases."""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from azukari.journal.actions import standing
from azukari.store import time_authority
from azukari.store.scope import office_scope
from tests import tsa
from tests.cast import Cast, Office, make_cast
from tests.mail import Box, mail_server

_WITH_DATABASE = {
    "store",
    "journal",
    "tenancy",
    "roster",
    "vault",
    "exchange",
    "intake",
    "oversight",
    "entrance",
    "office",
    "portal",
    "personal",
    "operator",
    "ops_db",
}
_DOORS = {"entrance", "office", "portal", "personal", "operator"}
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of rooms and doors use both databases; kernel, seal, press and pure rules have none by having no mark.

    AZUKARI_TEST_SAMPLE=4 (tools/run_tests.py on PostgreSQL) leaves three quarters of the tests of pages out, others each
    day: what a page asks of the database is the rooms' own, tested there in full.
    """
    sample = int(os.environ.get("AZUKARI_TEST_SAMPLE", "1"))
    today = date.today().toordinal() % sample  # noqa: DTZ011
    left_out = []
    for item in items:
        folder = item.path.relative_to(_HERE).parts[0]
        if folder in _WITH_DATABASE and not item.get_closest_marker("no_database"):
            item.add_marker(pytest.mark.django_db(databases=["default", "keys"]))
        if folder in _DOORS and zlib.crc32(item.nodeid.encode()) % sample != today:
            left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    """Create the databases and the cast."""
    with django_db_blocker.unblock():
        _cast.append(make_cast())
    yield
    _cast.clear()


_cast: list[Cast] = []


@pytest.fixture(autouse=True)
def signer_state() -> Iterator[None]:
    """What a test signs is rolled back with it: the signer's state lies outside the database."""
    file = settings.AZUKARI_SIGNER_STATE
    with closing(sqlite3.connect(file, isolation_level=None)) as state:
        before = state.execute("SELECT origin, size, root, closed FROM head").fetchall()
    yield
    standing.forget()
    with closing(sqlite3.connect(file, isolation_level=None)) as state:
        if state.execute("SELECT origin, size, root, closed FROM head").fetchall() != before:
            state.execute("BEGIN")
            state.execute("DELETE FROM head")
            state.executemany("INSERT INTO head VALUES (?, ?, ?, ?)", before)
            state.execute("COMMIT")


@pytest.fixture
def cast(db: None) -> Cast:
    """Both offices of the cast."""
    return _cast[0]


@pytest.fixture
def minato(cast: Cast) -> Iterator[Office]:
    """The みなと office, inside its scope."""
    with office_scope(cast.minato.id):
        yield cast.minato


@pytest.fixture
def box() -> Iterator[Box]:
    """A mail server on this machine, and mail set up to use it."""
    with mail_server() as box:
        yield box


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[tsa.Authority]:
    """A real authority, configured as the one that stamps."""
    if tsa.OPENSSL is None:
        pytest.skip("時刻認証局の試験：openssl がありません。")
    with tsa.running(tmp_path / "tsa") as running:
        time_authority.configure(running.address, running.root)
        yield running
    time_authority.configure("")
