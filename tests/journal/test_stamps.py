"""A time-stamping authority stamps the record's newest signed head once a day, and the export carries it (RFC 3161)."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from azukari.journal import queries
from azukari.journal.actions import signing
from azukari.ops import exported, records
from azukari.tenancy.actions import keys
from tests import tsa
from tests.cast import NOW, Office
from tests.journal.test_record import append
from tools import verify_export


def test_without_an_authority_nothing_is_asked(minato: Office) -> None:
    keys.sign_record(now=NOW)
    assert signing.stamp_due(now=NOW) == 0


def test_once_a_day_the_newest_head_is_stamped(minato: Office, authority: tsa.Authority) -> None:
    first = keys.sign_record(now=NOW)
    assert signing.stamp_due(now=NOW) == 1
    append(minato)
    second = keys.sign_record(now=NOW + timedelta(hours=1))
    assert signing.stamp_due(now=NOW + timedelta(hours=23)) == 0
    assert signing.stamp_due(now=NOW + timedelta(hours=24)) == 1
    assert signing.stamp_due(now=NOW + timedelta(days=3)) == 0  # the same head says nothing new
    assert [stamped.size for stamped in queries.stamped_until(second.size)] == [first.size, second.size]
    newest = queries.newest_stamped()
    assert newest is not None and newest.note == second.note
    assert len(authority.seen) == 2


def test_an_authority_that_is_away_is_asked_again(minato: Office, authority: tsa.Authority) -> None:
    keys.sign_record(now=NOW)
    authority.answer = (500, b"")
    assert signing.stamp_due(now=NOW) == 0
    authority.answer = None
    assert signing.stamp_due(now=NOW + timedelta(minutes=1)) == 1


def test_the_export_carries_the_stamps(
    minato: Office, authority: tsa.Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = keys.sign_record(now=NOW)
    assert signing.stamp_due(now=NOW) == 1
    folder, root = tmp_path / "export", tmp_path / "root.pem"
    root.write_bytes(authority.root)
    records.export_record(minato.code, str(folder), with_names=False)
    assert exported.verify_folder(str(folder), tsa_root=str(root)) == 0
    assert "時刻の証明：1件。最新は" in capsys.readouterr().out
    assert verify_export.verify(folder)[1] == head.size  # the other program does not stumble over them
    token, note = folder / "stamps" / f"{head.size}.tst", folder / "stamps" / f"{head.size}.txt"
    checked = subprocess.run(
        ["openssl", "ts", "-verify", "-in", token, "-token_in", "-data", note, "-CAfile", root],
        capture_output=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    # A token nobody signed.
    token.write_bytes(token.read_bytes()[:-8] + b"12345678")
    assert exported.verify_folder(str(folder), tsa_root=str(root)) == 1
    assert exported.verify_folder(str(folder)) == 0
