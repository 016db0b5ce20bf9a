"""A whole site of its own for each test: data folder, keys, committed databases, its own processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


_DATABASES = tuple(name for name in ("AZUKARI_DATABASE", "AZUKARI_KEYS_DATABASE") if os.environ.get(name))


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A site that is set up once and never used: the others are copies of it."""
    with _databases() as made:
        environment = _environment(tmp_path_factory.mktemp("site") / "data", made)
        subprocess.run(
            [sys.executable, "-m", "azukari", "setup"], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        yield environment


@pytest.fixture
def site(empty_site: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give the environment of a fresh site, set up, without any office."""
    data = tmp_path / "data"
    shutil.copytree(empty_site["AZUKARI_DATA"], data)
    with _databases(empty_site) as made:
        yield _environment(data, made)


def _environment(data: Path, databases: dict[str, str]) -> dict[str, str]:
    environment = {
        **os.environ,
        **databases,
        "AZUKARI_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "azukari.config.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
    }
    environment.pop("AZUKARI_TEST_DATA", None)
    return environment


@contextmanager
def _databases(copied: dict[str, str] | None = None) -> Iterator[dict[str, str]]:
    """Make databases on the server the tests run on, empty or as copies; gives their addresses by setting."""
    made = {name: f"{os.environ[name].rsplit('/', 1)[0]}/whole_{uuid.uuid4().hex[:12]}" for name in _DATABASES}
    for name, address in made.items():
        template = f" TEMPLATE {_name(copied[name])}" if copied else ""
        _sql(address, f"CREATE DATABASE {_name(address)}{template}")
    yield made
    for address in made.values():
        _sql(address, f"DROP DATABASE {_name(address)} WITH (FORCE)")


def _name(address: str) -> str:
    return address.rsplit("/", 1)[1]


def _sql(address: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(address.rsplit("/", 1)[0] + "/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


def run(site: dict[str, str], *arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """Run a Python module of the tests or the product in a site, and wait."""
    return subprocess.run(
        [sys.executable, "-m", *arguments], env=site, cwd=ROOT, text=True, capture_output=True, check=False, **options
    )
