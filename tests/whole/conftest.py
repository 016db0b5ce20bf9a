"""A whole site of its own for each test: data folder, keys, committed databases, its own processes."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give the environment of a fresh site, set up, without any office."""
    environment = {
        **os.environ,
        "AZUKARI_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "azukari.config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "PYTHONWARNINGS": "error",
    }
    environment.pop("AZUKARI_TEST_DATA", None)
    made = []
    for name in ("AZUKARI_DATABASE", "AZUKARI_KEYS_DATABASE"):
        if os.environ.get(name):
            database = f"whole_{uuid.uuid4().hex[:12]}"
            _sql(os.environ[name], f"CREATE DATABASE {database}")
            made.append((os.environ[name], database))
            environment[name] = f"{os.environ[name].rsplit('/', 1)[0]}/{database}"
    subprocess.run([sys.executable, "-m", "azukari", "setup"], env=environment, check=True, stdout=subprocess.DEVNULL)
    yield environment
    for address, database in made:
        _sql(address, f"DROP DATABASE {database} WITH (FORCE)")


def _sql(address: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(address.rsplit("/", 1)[0] + "/postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


def run(site: dict[str, str], *arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """Run a Python module of the tests or the product in a site, and wait."""
    return subprocess.run(
        [sys.executable, "-m", *arguments], env=site, cwd=ROOT, text=True, capture_output=True, check=False, **options
    )
