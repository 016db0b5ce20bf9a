"""A whole site whose database is put back to an older copy; the command that explains and goes on; the signer apart."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from azukari.ops import exported
from tests.whole.conftest import ROOT, _sql, run
from tools import verify_export


class Copies:
    """Copies of a site's main database: an SQLite file, or a database made from a template."""

    def __init__(self, site: dict[str, str]) -> None:
        self.site, self.address = site, site.get("AZUKARI_DATABASE", "")
        self.file = Path(site["AZUKARI_DATA"]) / "azukari.sqlite3"

    def take(self) -> None:
        if self.address:
            _sql(self.address, f"CREATE DATABASE {self._name}_old TEMPLATE {self._name}")
        else:
            shutil.copy(self.file, self.file.with_suffix(".old"))

    def put_back(self) -> None:
        if self.address:
            _sql(self.address, f"DROP DATABASE {self._name} WITH (FORCE)")
            _sql(self.address, f"ALTER DATABASE {self._name}_old RENAME TO {self._name}")
        else:
            for path in self.file.parent.glob("azukari.sqlite3-*"):
                path.unlink()
            shutil.copy(self.file.with_suffix(".old"), self.file)

    @property
    def _name(self) -> str:
        return self.address.rsplit("/", 1)[1]


def azukari(site: dict[str, str], *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return run(site, "azukari", *arguments, input=typed)


def create(site: dict[str, str]) -> None:
    made = azukari(site, "create-office", "--code", "umi", "--name", "うみ", "--login", "aki", "--manager", "秋 一郎")
    assert made.returncode == 0, made.stderr


def write_entry(site: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return azukari(site, "clear-networks", "--office", "umi")


def test_an_older_copy_is_refused_explained_and_left_behind(site: dict[str, str], tmp_path: Path) -> None:
    create(site)
    copies = Copies(site)
    copies.take()
    assert write_entry(site).returncode == 0
    before = tmp_path / "before"
    assert azukari(site, "export-record", "--office", "umi", str(before)).returncode == 0
    assert exported.verify_folder(str(before)) == 0
    kept = tmp_path / "kept"
    kept.write_text(json.loads((before / "checkpoints.jsonl").read_text().splitlines()[-1]), "utf-8")
    assert azukari(site, "check-record", "--since", str(kept)).returncode == 0

    copies.put_back()
    refused = write_entry(site)
    assert refused.returncode == 1
    assert "取扱いを記録できないため" in refused.stderr
    assert azukari(site, "export-record", "--office", "umi", str(tmp_path / "none")).returncode == 1
    told = azukari(site, "check-record", "--since", str(kept))
    assert told.returncode == 1
    assert "改ざんなし" in told.stdout  # by itself it holds
    assert "署名との照合：続いていません" in told.stdout and "お手元の控えと合いません" in told.stdout
    assert "restart-record" in told.stdout
    assert azukari(site, "setup").returncode == 0  # an ordinary start changes nothing of this
    assert write_entry(site).returncode == 1

    restart = ("restart-record", "--office", "umi", "--reason", "ディスクの故障")
    size = told.stdout.partition("今の記録は")[2].partition("件")[0]
    assert azukari(site, *restart, typed="umi\nno\n").returncode == 1
    assert azukari(site, *restart, typed="other\n").returncode == 1
    assert write_entry(site).returncode == 1
    done = azukari(site, *restart, typed=f"umi\n{size}\n")
    assert done.returncode == 0, done.stderr
    assert "/2\n" in done.stdout
    assert azukari(site, *restart, typed=f"umi\n{size}\n").returncode == 1  # nothing is wrong any more
    assert write_entry(site).returncode == 0
    after = tmp_path / "after"
    assert azukari(site, "export-record", "--office", "umi", "--without-names", str(after)).returncode == 0
    assert exported.verify_folder(str(after)) == 0
    assert verify_export.verify(after)[0].endswith("/2")
    assert not (after / "texts.jsonl").exists()
    assert exported.verify_folder(str(after), None, str(kept)) == 1
    assert azukari(site, "check-record").returncode == 0


@pytest.mark.skipif(bool(os.environ.get("AZUKARI_DATABASE")), reason="the same on both databases")
def test_with_the_signer_as_a_process_of_its_own(site: dict[str, str], tmp_path: Path) -> None:
    data, sock = tmp_path / "signer", tmp_path / "sock"
    for name in ("signer.key", "signer.sqlite3"):
        (Path(site["AZUKARI_DATA"]) / name).unlink()
    site["AZUKARI_SIGNER_SOCKET"] = str(sock)
    command = [sys.executable, "-m", "azukari", "signer", "--data", str(data), "--socket", str(sock)]
    signer = subprocess.Popen(command, env=site, cwd=ROOT)
    try:
        until = time.monotonic() + 20
        while not sock.exists() and time.monotonic() < until:
            time.sleep(0.05)
        create(site)
        at_once = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.whole.signing_at_once", "12"], env=site, cwd=ROOT, stdout=subprocess.PIPE
            )
            for _ in range(3)
        ]
        notes = [note for process in at_once for note in json.loads(process.communicate()[0])]
        by_size = {note.split("\n")[1]: note for note in notes}
        assert len(notes) == 36
        assert all(by_size[note.split("\n")[1]] == note for note in notes)  # one history: one note for each size
        out = tmp_path / "out"
        assert azukari(site, "export-record", "--office", "umi", str(out)).returncode == 0
        assert exported.verify_folder(str(out)) == 0
    finally:
        signer.kill()
        signer.wait()
    refused = write_entry(site)  # nobody signs: nothing is recorded, so nothing is done
    assert refused.returncode == 1
    assert "署名の係が応答しません" in refused.stderr
    assert not list(Path(site["AZUKARI_DATA"]).glob("signer*"))


def test_an_installation_from_before_the_signer_is_taken_over(site: dict[str, str], tmp_path: Path) -> None:
    create(site)
    first, second = tmp_path / "first", tmp_path / "second"
    assert azukari(site, "export-record", "--office", "umi", str(first)).returncode == 0
    before = run(site, "tests.whole.before_signer")
    assert before.returncode == 0, before.stderr
    assert azukari(site, "setup").returncode == 0
    assert write_entry(site).returncode == 0
    assert azukari(site, "export-record", "--office", "umi", str(second)).returncode == 0
    # The key is the same, and the state began with the last note signed.
    assert (first / "policy.txt").read_text() == (second / "policy.txt").read_text()
    assert azukari(site, "check-record").returncode == 0
