"""`azukari verify --page`: the page that verifies in a browser, written out without a server (ADR 0029)."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from azukari.ops import cli
from azukari.press import verifier
from azukari.press.signed.attachments import grouped


def test_the_page_is_written_with_its_sha256(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "検証.html"
    assert cli.main(["verify", "--page", str(path)]) == 0
    assert path.read_bytes() == verifier.page()
    said = capsys.readouterr().out
    assert str(path) in said
    assert grouped(sha256(path.read_bytes()).hexdigest()) in said


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "検証.html"
    path.write_text("mine")
    assert cli.main(["verify", "--page", str(path)]) == 2
    assert path.read_text() == "mine"
    assert "すでにあります" in capsys.readouterr().out
    assert cli.main(["verify", "--page", str(tmp_path / "nowhere" / "x.html")]) == 2
    assert "書き込めません" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["x.pdf", "--page", "x.html"]])
def test_a_paper_the_page_or_two_notes_are_asked_for(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", *arguments]) == 2
    assert "どれか1つを指定してください" in capsys.readouterr().err


def test_no_server_database_or_django_is_needed(tmp_path: Path) -> None:
    script = "import sys; from azukari.ops import cli; code = cli.main(sys.argv[1:]); assert 'django' not in sys.modules; sys.exit(code)"
    done = subprocess.run(
        [sys.executable, "-c", script, "verify", "--page", str(tmp_path / "x.html")],
        env={"PYTHONUTF8": "1", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
