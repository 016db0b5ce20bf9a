"""kill -9 at each step of what happens to files: no acknowledged byte is lost, nothing half is seen, all ends well.

Steps are statements and commits on both databases, and the calls with which the folder of the blobs changes the disk.
"""

from __future__ import annotations

import re

import pytest

from tests.whole.conftest import run

# Each with its sample for the day, as 1 of so many steps.
SCENARIOS = {
    "upload": 29,
    "cancel": 9,
    "examine": 19,
    "examine-protected": 19,
    "send-protected": 19,
    "withdraw": 9,
    "expire": 13,
    "expire-protected": 13,
    "accept": 13,
}
FAULTY = {
    "begin": "the key of an upload whose row was never written stays in the key store: nobody sweeps it",
    "unprotect": "a kill after restore_key leaves the server's key of a 保護 file without server_copy: nobody sweeps it",
}


@pytest.mark.nightly
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_every_step_files_come_to_a_good_end(site: dict[str, str], scenario: str) -> None:
    kill(site, {scenario: 1})


def test_killed_at_some_steps_files_come_to_a_good_end(site: dict[str, str]) -> None:
    """A sample of the sweep above, from another first step each day; one site for all."""
    kill(site, SCENARIOS)


@pytest.mark.nightly
@pytest.mark.parametrize(
    "scenario", [pytest.param(name, marks=pytest.mark.xfail(reason=why, strict=True)) for name, why in FAULTY.items()]
)
def test_killed_at_every_step_no_key_is_left_over(site: dict[str, str], scenario: str) -> None:
    kill(site, {scenario: 1})


def kill(site: dict[str, str], strides: dict[str, int]) -> None:
    result = run(site, "tests.whole.killing_files", *(f"{name}:{stride}" for name, stride in strides.items()))
    assert result.returncode == 0, result.stderr[-3000:]
    found = re.findall(r"^(\S+) (\d+) kills in (\d+) steps$", result.stdout, re.MULTILINE)
    assert [name for name, _, _ in found] == list(strides)
    for name, kills, steps in found:
        assert int(steps) >= 10
        assert int(kills) >= 2 * (int(steps) // strides[name]) - 2
