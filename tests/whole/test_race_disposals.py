"""Approval against approval, cancelling, a changed day, a lengthening: one winner, and both stores agree."""

from __future__ import annotations

import pytest

from tests.whole.conftest import run


@pytest.mark.parametrize("rounds", [1, pytest.param(6, marks=pytest.mark.nightly)])
def test_of_two_at_one_disposal_one_wins(site: dict[str, str], rounds: int) -> None:
    result = run(site, "tests.whole.racing_disposals", str(rounds))
    assert result.returncode == 0, result.stderr[-3000:]
    assert len(result.stdout.split()) == 7 * rounds
