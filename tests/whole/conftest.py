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
    with bare_site(tmp_path_factory.mktemp("site") / "data") as environment:
        set_up(environment)
        yield environment


@pytest.fixture
def site(empty_site: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give the environment of a fresh site, set up, without any office."""
    shutil.copytree(empty_site["AZUKARI_DATA"], tmp_path / "data")
    with bare_site(tmp_path / "data", copied=empty_site) as environment:
        yield environment


def set_up(site: dict[str, str]) -> None:
    """Make data folder, keys and tables of a site."""
    subprocess.run([sys.executable, "-m", "azukari", "setup"], env=site, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def bare_site(data: Path, *, copied: dict[str, str] | None = None) -> Iterator[dict[str, str]]:
    """Give the environment of a site that is not set up: no data folder, databases empty or copied from another's."""
    made = {name: f"{os.environ[name].rsplit('/', 1)[0]}/whole_{uuid.uuid4().hex[:12]}" for name in _DATABASES}
    for name, address in made.items():
        template = f" TEMPLATE {_name(copied[name])}" if copied else ""
        _sql(address, f"CREATE DATABASE {_name(address)}{template}")
    environment = {
        **os.environ,
        **made,
        "AZUKARI_DATA": str(data),
        "AZUKARI_BACKUP_USER": "azukari_backup",
        "DJANGO_SETTINGS_MODULE": "azukari.config.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",  # this tree's own code, whatever is installed
        "PYTHONWARNINGS": "error",
    }
    environment.pop("AZUKARI_TEST_DATA", None)
    yield environment
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
