"""Backup and restore of a whole site, on the database the run is for (security.md 6.13)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from azukari.seal.root import LocalRootKeys
from tests.whole.conftest import bare_site, run, set_up

Site = dict[str, str]


def azukari(site: Site, *arguments: str, code: int = 0) -> str:
    done = run(site, "azukari", *arguments)
    assert done.returncode == code, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def act(site: Site, what: str, *arguments: object) -> None:
    done = run(site, "tests.whole.backing", what, *map(str, arguments))
    assert done.returncode == 0, done.stderr[-3000:]


@dataclass(frozen=True)
class Told:
    """A site with one backup, and ten disposals, five shredded files and a dropped parcel after it."""

    site: Site
    state: Path
    folder: Path
    root_key: Path
    disposals: Path


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    place = tmp_path_factory.mktemp("site")
    with bare_site(place / "data") as site:
        set_up(site)
        told = Told(
            site, place / "state.json", place / "backups", place / "data" / "root.key", place / "data/disposals.log"
        )
        act(site, "fill", told.state, told.folder)
        yield told


@pytest.fixture
def target(tmp_path: Path, told: Told) -> Iterator[Site]:
    """A second machine: empty databases, and the root key brought by hand."""
    with bare_site(tmp_path / "second") as environment:
        data = Path(environment["AZUKARI_DATA"])
        data.mkdir()
        for name in ("root.key", "signer.key"):
            shutil.copy(told.root_key.with_name(name), data / name)
        yield environment


def test_after_a_restore_of_an_older_backup_nothing_disposed_opens(told: Told, target: Site) -> None:
    """番号法20条: what was disposed of stays so. The list comes from the disk that lived on."""
    (Path(target["AZUKARI_DATA"]) / "root.key").unlink()
    (Path(target["AZUKARI_DATA"]) / "root.key").write_text(LocalRootKeys.generate().serialize())
    said = azukari(target, "restore", str(told.folder), code=1)
    assert "root.key）が、この控えを取ったときのものと違います" in said
    (Path(target["AZUKARI_DATA"]) / "root.key").unlink()
    shutil.copy(told.root_key, Path(target["AZUKARI_DATA"]) / "root.key")
    signer_key = Path(target["AZUKARI_DATA"]) / "signer.key"
    signer_key.rename(signer_key.with_suffix(".away"))
    assert "signer.key）がありません" in azukari(target, "restore", str(told.folder), code=1)
    signer_key.with_suffix(".away").rename(signer_key)
    # What was refused, or stopped, begins anew.
    said = azukari(target, "restore", str(told.folder), "--disposals", str(told.disposals))
    assert "番号10件、ファイル5件" in said
    act(target, "look", told.state)


def test_the_list_of_a_newer_backup_is_enough(told: Told, target: Site) -> None:
    (first,) = sorted(entry.name for entry in (told.folder / "main").iterdir())
    azukari(told.site, "backup", str(told.folder))
    said = azukari(target, "restore", str(told.folder), "--at", first)
    assert "番号10件、ファイル5件" in said
    assert "短くなりました" in said
    # No state of the signer came with it: the record says so and goes on.
    assert "断絶を残して azukari/office/" in said and "/2 として続けます" in said
    assert "署名済みの記録から、正しく続いています" in azukari(target, "check-record")
    act(target, "look", told.state)


# -------------------------------------------------------------------------------------------------- stopped at any step


def stop(site: Site, what: str, folder: Path, *, stride: int) -> None:
    done = run(site, "tests.whole.killing_backups", what, str(stride), str(folder))
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    stops, steps = map(int, re.findall(r"\d+", done.stdout.splitlines()[-1]))
    assert steps >= 10 and stops >= steps // stride


@pytest.mark.nightly
@pytest.mark.parametrize("what", ["backup", "full", "restore"])
def test_stopped_at_every_step_the_last_good_one_stays(site: Site, tmp_path: Path, what: str) -> None:
    stop(site, what, tmp_path / "backups", stride=1)


@pytest.mark.parametrize(("what", "stride"), [("backup", 9), ("restore", 7)])
def test_stopped_at_some_steps_the_last_good_one_stays(site: Site, tmp_path: Path, what: str, stride: int) -> None:
    """A sample of the sweep above, from another first step each day."""
    stop(site, what, tmp_path / "backups", stride=stride)
