"""The manifest of one backup: what is in it, so that it can be checked without a database."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from azukari.ops.backups.errors import BackupDamagedError
from azukari.ops.backups.places import list_stamps, moment_of, sync

NAME = "manifest.json"
DISPOSALS = "disposals.log"
FORMAT = 1
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup: size in bytes, SHA-256 in hex."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class HeadFacts:
    """How long an office's record was in this backup, and the root of its tree (hex)."""

    size: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`number` counts the runs, whatever the clock said. `database`: sqlite or postgresql. `migrations`: app.name of
    every one applied. `heads`: by office id.

    `files`: how many blobs lay beside it, None where the operator's own tool copies them.
    """

    number: int
    taken_at: datetime
    version: str
    database: str
    dump: str
    parts: dict[str, Part]
    migrations: list[str]
    heads: dict[str, HeadFacts]
    files: int | None

    def write(self, folder: Path) -> None:
        """Write the manifest, last of all."""
        told = {"format": FORMAT, **asdict(self), "taken_at": self.taken_at.isoformat()}
        (folder / NAME).write_text(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
        (folder / NAME).chmod(0o600)
        sync(folder / NAME)

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.parts.values())


def read(folder: Path) -> Manifest:
    """Read the manifest of a backup. Raises: BackupDamagedError."""
    try:
        told = json.loads((folder / NAME).read_text("utf-8"))
        if told.pop("format") != FORMAT:
            raise BackupDamagedError(stamp=folder.name, why="知らない形式です")
        return Manifest(
            **{
                **told,
                "taken_at": datetime.fromisoformat(told["taken_at"]),
                "parts": {name: Part(**part) for name, part in told["parts"].items()},
                "heads": {office: HeadFacts(**head) for office, head in told["heads"].items()},
            }
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BackupDamagedError(stamp=folder.name, why="manifest.json が読めません") from None


def list_backups(folder: Path) -> list[tuple[int, str]]:
    """List the whole backups of a folder in the order they were taken: number and name. An unreadable one is first.

    Not by name: a clock that was wrong for a while gives names that lie in the future.
    """
    found = []
    for stamp in list_stamps(folder):
        try:
            found.append((read(folder / stamp).number, stamp))
        except BackupDamagedError:
            found.append((0, stamp))
    return sorted(found)


def check(folder: Path) -> Manifest:
    """Check every part of a backup against its manifest. Raises: BackupDamagedError."""
    found = read(folder)
    if abs((found.taken_at - moment_of(folder.name)).total_seconds()) >= 1:
        raise BackupDamagedError(stamp=folder.name, why="名前と日時が合いません")
    for name, part in found.parts.items():
        try:
            same = measure(folder / name) == part
        except OSError:
            same = False
        if not same:
            raise BackupDamagedError(stamp=folder.name, why=f"{name} が元と違います")
    return found


def measure(path: Path) -> Part:
    """Measure a file: its size and SHA-256."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while piece := file.read(_BLOCK):
            digest.update(piece)
            size += len(piece)
    return Part(size, digest.hexdigest())
