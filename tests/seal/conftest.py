"""What the tests of the security core share. They run without Django:

PYTHONPATH=src pytest -c /dev/null --rootdir=. --confcutdir=tests/seal -p no:django -p no:playwright tests/seal
"""

from __future__ import annotations

from uuid import UUID, uuid5

import pytest

from azukari.seal.context import Context
from azukari.seal.grants import PasswordCost
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import VaultKey, derive_vault_key


def an_id(name: str) -> UUID:
    return uuid5(UUID("0190a000-0000-7000-8000-000000000001"), name)


@pytest.fixture(scope="session")
def light() -> PasswordCost:
    """The floor of the password cost: the same code, in a tenth of the time."""
    return PasswordCost(8 * 1024, 1, 1)


@pytest.fixture(scope="session")
def context() -> Context:
    return Context(
        "vault.number",
        an_id("office"),
        an_id("client"),
        an_id("person"),
        an_id("record"),
        "individual_number",
        ("YEAR_END_ADJUSTMENT", "HEALTH_INSURANCE"),
        3,
    )


@pytest.fixture(scope="session")
def halves() -> tuple[Secret, Secret]:
    return Secret(b"o" * 32), Secret(b"s" * 32)


@pytest.fixture(scope="session")
def vault_key(halves: tuple[Secret, Secret], context: Context) -> VaultKey:
    return derive_vault_key(*halves, context.office)
