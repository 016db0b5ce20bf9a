"""Fifty parallel redemptions of an activation code, a code of the app, a backup code, and ends of one take-out: exactly one winner."""

from __future__ import annotations

from tests.whole.conftest import run


def test_of_fifty_at_once_one_wins(site: dict[str, str]) -> None:
    result = run(site, "tests.whole.racing")
    assert result.returncode == 0, result.stderr[-3000:]
    assert len(result.stdout.split()) == 6
