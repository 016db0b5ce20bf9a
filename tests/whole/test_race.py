"""Fifty parallel redemptions of an activation code, a code of the app, a backup code: exactly one winner."""

from __future__ import annotations

import pytest

from tests.whole.conftest import run

SCENARIOS = ["redeem_activation", "found_office", "prove_totp", "prove_backup_code", "guess_password"]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_of_fifty_at_once_one_wins(site: dict[str, str], scenario: str) -> None:
    result = run(site, "tests.whole.racing", scenario)
    assert result.returncode == 0, result.stderr[-3000:]
