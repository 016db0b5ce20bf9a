"""kill -9 at each step of register, reveal, dispose and import: nothing half done, no reveal without a record."""

from __future__ import annotations

import re

import pytest

from tests.whole.conftest import run


@pytest.mark.parametrize("scenario", ["register", "reveal", "dispose", "import"])
def test_killed_at_any_step_the_invariants_hold(site: dict[str, str], scenario: str) -> None:
    stride = "3" if scenario == "import" else "1"
    result = run(site, "tests.whole.killing", scenario, stride)
    assert result.returncode == 0, result.stderr[-3000:]
    kills, steps = map(int, re.findall(r"\d+", result.stdout))
    assert kills >= 2 * steps // int(stride) - 2
    assert steps >= 5
