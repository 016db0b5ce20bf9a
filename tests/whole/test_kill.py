"""kill -9 at each step of register, reveal, take-out, close, dispose, import, activation and stop: nothing half done or unrecorded."""

from __future__ import annotations

import re

import pytest

from tests.whole.conftest import run

SCENARIOS = ["register", "reveal", "take_out", "close", "dispose", "import", "activate", "stop"]


@pytest.mark.nightly
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_every_step_the_invariants_hold(site: dict[str, str], scenario: str) -> None:
    kill(site, scenario, stride=1)


@pytest.mark.parametrize(("scenario", "stride"), list(zip(SCENARIOS, [3, 2, 4, 6, 5, 9, 4, 4], strict=True)))
def test_killed_at_some_steps_the_invariants_hold(site: dict[str, str], scenario: str, stride: int) -> None:
    """A sample of the sweep above, from another first step each day."""
    kill(site, scenario, stride=stride)


def kill(site: dict[str, str], scenario: str, *, stride: int) -> None:
    result = run(site, "tests.whole.killing", scenario, str(stride))
    assert result.returncode == 0, result.stderr[-3000:]
    kills, steps = map(int, re.findall(r"\d+", result.stdout))
    assert steps >= 5
    assert kills >= 2 * (steps // stride) - 2
