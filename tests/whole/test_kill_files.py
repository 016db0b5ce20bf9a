"""kill -9 at each step of what happens to files: no acknowledged byte is lost, nothing half is seen, all ends well.

Steps are statements and commits on both databases, and the calls with which the folder of the blobs changes the disk.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence

import pytest

from tests.whole.conftest import run
from tests.whole.test_race_files import RACES

SCENARIOS = [
    "upload",
    "cancel",
    "examine",
    "examine-protected",
    "send-protected",
    "withdraw",
    "expire",
    "expire-protected",
    "accept",
    "begin",
    "unprotect",
]
# For the day: one of so many steps of each, before it or after it.
SAMPLE = {
    "upload": 17,
    "cancel": 9,
    "examine-protected": 13,
    "send-protected": 13,
    "withdraw": 9,
    "expire-protected": 13,
    "unprotect": 13,
}

# A database that fails or is full, the order of one PATCH on the disk, a search of the disk.
ALSO = ["database", "secrecy"]
if shutil.which("strace"):
    ALSO.append("order")


@pytest.mark.nightly
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_every_step_files_come_to_a_good_end(site: dict[str, str], scenario: str) -> None:
    act(site, {scenario: 1})


def test_files_survive_kills_races_and_a_failing_database_and_keep_their_secrets(site: dict[str, str]) -> None:
    """A sample of the sweep above, from another first step each day, the rest and the races in full; one site for all."""
    act(site, SAMPLE, [*ALSO, *RACES])


def act(site: dict[str, str], strides: dict[str, int], also: Sequence[str] = ()) -> None:
    wanted = [f"{name}:{stride}" for name, stride in strides.items()]
    result = run(site, "tests.whole.files_child", *wanted, *also)
    assert result.returncode == 0, result.stderr[-4000:]
    found = re.findall(r"^(\S+) (\d+) kills in (\d+) steps$", result.stdout, re.MULTILINE)
    assert [name for name, _, _ in found] == list(strides)
    for name, kills, steps in found:
        assert int(steps) >= 9
        assert int(kills) >= (2 * int(steps) - 2 if strides[name] == 1 else int(steps) // strides[name])
    assert [line.split()[0] for line in result.stdout.splitlines()] == [*strides, *also]
