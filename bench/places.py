"""Where a measurement runs: its database, and an environment without settings of ours in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tools import postgres


@contextmanager
def addresses(database: str) -> Iterator[dict[str, str]]:
    """Give the settings of a fresh database: none for SQLite, a fresh server for PostgreSQL."""
    if database == "SQLite":
        yield {}
        return
    with postgres.running(durable=True) as (address, _):
        yield {"AZUKARI_DATABASE": f"{address}/azukari", "AZUKARI_KEYS_DATABASE": f"{address}/azukari_keys"}


def clean_environment() -> dict[str, str]:
    """Give this process's environment without any setting of the product."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("AZUKARI_", "DJANGO_"))}
