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
    "sending-and-sweeping",
    "withdrawing-and-examining",
]
FAULTY = {
    "two-sweepers": "retention.sweep_expired chooses its lines before it locks, so that two sweepers record one end twice",
    "two-collectors": "retention.sweep_orphans of two processes collide in exchange_sweep_once",
    "withdrawing-and-sweeping": "retention.sweep_expired overwrites WITHDRAWN with EXPIRED",
    "examining-protected": "examination.examine raises FileKeyMissingError where another process has just ended it",
}


@pytest.mark.nightly
def test_of_two_at_once_one_wins_and_the_other_is_told(site: dict[str, str]) -> None:
    """Some races take luck, so they run several times. Once a day they run in test_kill_files.py, in its site."""
    race(site, RACES * 5)


@pytest.mark.nightly
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xfail(reason=why, strict=True)) for name, why in FAULTY.items()]
)
def test_one_act_within_another(site: dict[str, str], name: str) -> None:
    race(site, [name])


def race(site: dict[str, str], names: list[str]) -> None:
    result = run(site, "tests.whole.files_child", *names)
    assert result.returncode == 0, result.stderr[-4000:]
    assert [line.split()[0] for line in result.stdout.splitlines()] == names
