"""Two at the same file at the same moment: writers, openers and withdrawers, examiners, deciders, sweepers."""

from __future__ import annotations

import pytest

from tests.whole.conftest import run

RACES = [
    "writers",
    "overtaken",
    "cancelled",
    "opening-or-withdrawing",
    "examinations",
    "proposals",
    "receipts",
    "two-sweepers",
    "two-collectors",
    "sending-and-sweeping",
    "withdrawing-and-sweeping",
    "withdrawing-and-examining",
    "examining-protected",
]


@pytest.mark.nightly
def test_of_two_at_once_one_wins_and_the_other_is_told(site: dict[str, str]) -> None:
    """Some races take luck, so they run several times. Once a day they run in test_kill_files.py, in its site."""
    race(site, RACES * 5)


def race(site: dict[str, str], names: list[str]) -> None:
    result = run(site, "tests.whole.files_child", *names)
    assert result.returncode == 0, result.stderr[-4000:]
    assert [line.split()[0] for line in result.stdout.splitlines()] == names
