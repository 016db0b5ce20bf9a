"""Where backups may lie, which are chosen, which go, and what a damaged one says. No database."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from azukari.ops.backups import manifest, places, restore, rotation
from azukari.ops.backups.errors import (
    BackupDamagedError,
    BackupRunningError,
    KeyBackupTooOldError,
    NoBackupError,
    PlaceNotChosenError,
    PlaceRefusedError,
)
from azukari.ops.backups.manifest import HeadFacts, Manifest, Part
from azukari.ops.backups.places import KEYS, MAIN, stamp_of

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def write(folder: Path, moment: datetime, number: int) -> Path:
    """Write a whole backup of a few bytes."""
    made = folder / stamp_of(moment)
    made.mkdir(parents=True)
    (made / "dump").write_bytes(b"dump %d" % number)
    (made / manifest.DISPOSALS).touch()
    Manifest(
        number=number,
        taken_at=moment,
        version="1",
        database="sqlite",
        dump="dump",
        parts={name: manifest.measure(made / name) for name in ("dump", manifest.DISPOSALS)},
        migrations=["vault.0001_tables"],
        heads={"office": HeadFacts(3, "00")},
        files=0,
    ).write(made)
    return made


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


# --------------------------------------------------------------------------------------------------------------- places


@pytest.mark.parametrize("typed", ["data", "data/backups", ".", "keys", "keys/deep/backups", "with-key"])
def test_a_place_beside_the_root_key_or_in_the_data_is_refused(tmp_path: Path, typed: str) -> None:
    for folder in ("data", "keys", "with-key"):
        (tmp_path / folder).mkdir()
    (tmp_path / "with-key" / "root.key").touch()
    with pytest.raises(PlaceRefusedError):
        places.check_place(str(tmp_path / typed), root_key=tmp_path / "keys" / "root.key", data=tmp_path / "data")


def test_another_place_is_taken(tmp_path: Path) -> None:
    for folder in ("data", "keys"):
        (tmp_path / folder).mkdir()
    root_key = tmp_path / "keys" / "root.key"
    found = places.check_place(str(tmp_path / "backups"), root_key=root_key, data=tmp_path / "data")
    assert found == tmp_path / "backups"
    with pytest.raises(PlaceNotChosenError):
        places.check_place("", root_key=root_key, data=tmp_path / "data")


def test_a_link_to_the_data_is_the_data(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    with pytest.raises(PlaceRefusedError):
        places.check_place(str(tmp_path / "link"), root_key=tmp_path / "elsewhere" / "root.key", data=tmp_path / "data")


_HOLD = """
import sys, time
from pathlib import Path
from azukari.ops.backups import places
with places.held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_two_at_once_are_refused_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", _HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None and other.stdout.readline() == "held\n"
    with pytest.raises(BackupRunningError), places.held(tmp_path):
        pass
    other.kill()
    other.wait()
    other.stdout.close()
    with places.held(tmp_path):
        pass


def test_what_is_being_written_is_no_backup_and_goes_with_the_next(tmp_path: Path) -> None:
    left = places.begin(tmp_path, stamp_of(NOW))
    (left / "dump").write_bytes(b"half")
    assert places.list_stamps(tmp_path) == []
    again = places.begin(tmp_path, stamp_of(NOW + DAY))
    assert not left.exists()
    assert places.publish(again).name == stamp_of(NOW + DAY)
    places.remove(tmp_path / stamp_of(NOW + DAY))
    assert names(tmp_path) == []


# -------------------------------------------------------------------------------------------------------------- choosing


def test_the_keys_of_the_same_run_or_the_next_go_with_a_main_backup(tmp_path: Path) -> None:
    for number, day in enumerate([0, 20, 50], start=1):
        write(tmp_path / MAIN, NOW + day * DAY, number)
    for number, day in ((2, 20), (3, 50)):
        write(tmp_path / KEYS, NOW + day * DAY, number)
    newest = stamp_of(NOW + 50 * DAY)
    choose = lambda at: restore._choose(tmp_path, at, key_days=35, now=NOW + 51 * DAY)  # noqa: E731
    second = stamp_of(NOW + 20 * DAY)
    assert choose("") == (newest, newest)
    assert choose(second) == (second, second)
    assert choose(stamp_of(NOW)) == (stamp_of(NOW), second)


def test_where_the_next_keys_are_too_old_the_first_in_time_go_with_a_main_backup(tmp_path: Path) -> None:
    write(tmp_path / MAIN, NOW, 1)
    for number, day in enumerate([0, 10, 40, 60], start=1):
        write(tmp_path / KEYS, NOW + day * DAY, number)
    found = restore._choose(tmp_path, "", key_days=35, now=NOW + 61 * DAY)
    assert found == (stamp_of(NOW), stamp_of(NOW + 40 * DAY))


def test_keys_older_than_35_days_are_refused_to_the_second(tmp_path: Path) -> None:
    write(tmp_path / MAIN, NOW, 1)
    write(tmp_path / KEYS, NOW, 1)
    restore._choose(tmp_path, "", key_days=35, now=NOW + 35 * DAY)
    with pytest.raises(KeyBackupTooOldError):
        restore._choose(tmp_path, "", key_days=35, now=NOW + 35 * DAY + SECOND)


def test_keys_older_than_the_main_backup_are_never_taken(tmp_path: Path) -> None:
    """Keys stand before their records: older keys lack those of newer records."""
    write(tmp_path / KEYS, NOW, 1)
    write(tmp_path / MAIN, NOW + DAY, 2)
    with pytest.raises(NoBackupError):
        restore._choose(tmp_path, "", key_days=35, now=NOW + DAY)


def test_names_of_a_wrong_clock_do_not_order_backups(tmp_path: Path) -> None:
    """One backup was taken ten years ahead; the next, with the clock right again, is the newer one."""
    for folder in (MAIN, KEYS):
        write(tmp_path / folder, NOW + 3650 * DAY, 1)
        write(tmp_path / folder, NOW, 2)
    assert restore._choose(tmp_path, "", key_days=35, now=NOW) == (stamp_of(NOW), stamp_of(NOW))


def test_a_backup_that_is_not_there(tmp_path: Path) -> None:
    for at in ("", "20260101T000000Z"):
        with pytest.raises(NoBackupError):
            restore._choose(tmp_path, at, key_days=35, now=NOW)


# ---------------------------------------------------------------------------------------------------------------- damage


@pytest.mark.parametrize(
    "harm",
    [
        lambda made: (made / "dump").write_bytes(b"dump 2"),
        lambda made: (made / "dump").unlink(),
        lambda made: (made / manifest.DISPOSALS).write_bytes(b"x"),
        lambda made: (made / manifest.NAME).unlink(),
        lambda made: (made / manifest.NAME).write_text("{}"),
        lambda made: (made / manifest.NAME).write_text("[]"),
        lambda made: (made / manifest.NAME).write_text((made / manifest.NAME).read_text()[:-20]),
        lambda made: made.rename(made.with_name(stamp_of(NOW + DAY))),
    ],
)
def test_a_damaged_backup_is_told(tmp_path: Path, harm) -> None:
    made = write(tmp_path, NOW, 1)
    assert manifest.check(made).parts["dump"] == Part(6, manifest.measure(made / "dump").sha256)
    harm(made)
    (left,) = tmp_path.iterdir()
    with pytest.raises(BackupDamagedError):
        manifest.check(left)


# -------------------------------------------------------------------------------------------------------------- rotation


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moments of removed backups that offices would be told of."""
    found: list[datetime] = []

    def record(taken_at: datetime, _next_at: datetime, *, now: datetime) -> None:
        assert now >= NOW - 3650 * DAY
        found.append(taken_at)

    monkeypatch.setattr(rotation, "_record_removed", record)
    return found


def test_with_daily_runs_no_backup_of_keys_gets_older_than_35_days(tmp_path: Path, told: list[datetime]) -> None:
    """security.md 2.6.1. Runs come at odd minutes, once a day."""
    for day in range(80):
        now = NOW + day * DAY + timedelta(minutes=day * 37 % 60)
        write(tmp_path / KEYS, now, day + 1)
        rotation.drop_old_keys(tmp_path, days=35, now=now)
        ages = [now + DAY - places.moment_of(stamp) for stamp in places.list_stamps(tmp_path / KEYS)]
        assert max(ages) <= 35 * DAY + timedelta(hours=1)
        assert day < 34 or len(ages) >= 34
    assert len(told) == 80 - len(ages)


def test_the_newest_keys_stay_whatever_the_clock_says(tmp_path: Path, told: list[datetime]) -> None:
    write(tmp_path / KEYS, NOW, 1)
    for now in (NOW + 3650 * DAY, NOW - 3650 * DAY):
        assert rotation.drop_old_keys(tmp_path, days=35, now=now) == []


def test_keys_named_by_a_clock_years_ahead_do_not_stay_for_years(tmp_path: Path, told: list[datetime]) -> None:
    write(tmp_path / KEYS, NOW + 3650 * DAY, 1)
    write(tmp_path / KEYS, NOW, 2)
    assert rotation.drop_old_keys(tmp_path, days=35, now=NOW) == [stamp_of(NOW + 3650 * DAY)]


def test_main_backups_go_by_count(tmp_path: Path) -> None:
    for number in range(1, 6):
        write(tmp_path / MAIN, NOW + number * DAY, number)
    assert rotation.drop_old_main(tmp_path, kept=2) == [stamp_of(NOW + number * DAY) for number in (1, 2, 3)]
    assert rotation.drop_old_main(tmp_path, kept=0) == [stamp_of(NOW + 4 * DAY)]
    assert names(tmp_path / MAIN) == [stamp_of(NOW + 5 * DAY)]
