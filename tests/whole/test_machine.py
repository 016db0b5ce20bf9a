"""Numbers, record, backups, restores and a clock that lies, against a plain model (security.md 6.4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.whole.conftest import run


def hold(site: dict[str, str], folder: Path, *, examples: int, steps: int) -> None:
    done = run(site, "tests.whole.machine", str(examples), str(steps), str(folder))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-5000:]
    assert done.stdout.endswith("held\n")


def test_a_few_stories_hold(site: dict[str, str], tmp_path: Path) -> None:
    hold(site, tmp_path, examples=2, steps=20)


@pytest.mark.nightly
def test_many_stories_hold(site: dict[str, str], tmp_path: Path) -> None:
    hold(site, tmp_path, examples=60, steps=40)
