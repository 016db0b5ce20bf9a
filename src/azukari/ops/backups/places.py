"""The folder of backups: what lies where, which folders are refused, and the lock against two at once.

.lock                  held while somebody takes, drops or restores
main/<moment>/         one backup of the main database; kept by count
keys/<moment>/         one backup of the key store; kept for 35 days at most
files/                 sealed parts of files, each copied once
*/.making-<moment>/    being written, or left by a kill; removed by the next run
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from azukari.ops.backups.errors import BackupRunningError, PlaceNotChosenError, PlaceRefusedError

MAIN, KEYS, FILES = "main", "keys", "files"
MAKING = ".making-"
_STAMP = "%Y%m%dT%H%M%SZ"
_STAMPED = re.compile(r"\d{8}T\d{6}Z", re.ASCII)


def stamp_of(moment: datetime) -> str:
    """Give the name of a backup: its moment to the second, UTC."""
    return moment.astimezone(UTC).strftime(_STAMP)


def moment_of(stamp: str) -> datetime:
    """Give the moment of a backup's name."""
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)


def list_stamps(folder: Path) -> list[str]:
    """List the whole backups of a folder, oldest first. What is being written has another name."""
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and _STAMPED.fullmatch(entry.name))


def check_place(typed: str, *, root_key: Path, data: Path) -> Path:
    """Give the folder of backups. Raises: PlaceNotChosenError, PlaceRefusedError.

    Whoever copies that folder elsewhere must not carry the root key along: with both, half of every lock is gone.
    """
    place = named(typed)
    root_key = root_key.resolve()
    if root_key.is_relative_to(place) or (place / root_key.name).exists():
        raise PlaceRefusedError(why="サーバーの鍵（root.key）が、控えの置き場所の中にあります。")
    if place.is_relative_to(data) or data.is_relative_to(place):
        raise PlaceRefusedError(why="控えの置き場所が、データの置き場所と重なっています。")
    if place.is_relative_to(root_key.parent):
        raise PlaceRefusedError(why="控えの置き場所が、サーバーの鍵（root.key）と同じフォルダーにあります。")
    return place


def named(typed: str) -> Path:
    """Give the folder somebody typed. Raises: PlaceNotChosenError."""
    if not typed:
        raise PlaceNotChosenError
    return Path(typed).expanduser().resolve()


def is_same_disk(place: Path, data: Path) -> bool:
    """Tell whether a backup would be lost together with the data."""
    while not place.exists():
        place = place.parent
    return place.stat().st_dev == data.stat().st_dev


@contextmanager
def held(place: Path) -> Iterator[None]:
    """Hold the lock of a folder of backups, made if need be. Raises: BackupRunningError."""
    for folder in (place, place / MAIN, place / KEYS):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(place / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go by the kernel when the process dies
        except BlockingIOError:
            raise BackupRunningError from None
        yield
    finally:
        os.close(handle)


def begin(folder: Path, stamp: str) -> Path:
    """Make the folder a backup is written into; what killed runs left goes first."""
    for left in folder.glob(f"{MAKING}*"):
        shutil.rmtree(left)
    making = folder / f"{MAKING}{stamp}"
    making.mkdir(mode=0o700)
    return making


def publish(making: Path) -> Path:
    """Give a finished backup its name: every file durable first, then the folder, then the name."""
    for entry in making.iterdir():
        sync(entry)
    sync(making)
    done = making.with_name(making.name.removeprefix(MAKING))
    making.rename(done)
    sync(making.parent)
    return done


def remove(backup: Path) -> None:
    """Remove a backup: it loses its name first, so that half of one is never taken for a whole."""
    going = backup.with_name(f"{MAKING}{backup.name}")
    backup.rename(going)
    sync(backup.parent)
    shutil.rmtree(going)
    sync(backup.parent)


def sync(path: Path) -> None:
    """Make a file or the names in a folder durable."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
