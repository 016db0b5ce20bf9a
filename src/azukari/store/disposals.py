"""The list of disposals: which keys were destroyed for good, outside every database (security.md 2.6.5).

A database that comes back from a backup brings destroyed keys back; this list says which to destroy again. It only
grows, and a line is on the disk **before** its key is destroyed and after the act that decided so has committed. A
crash between line and key is completed by the sweeper, which writes the line once more: repeating says nothing new.
A crash before the line leaves the decision in the database, and the sweeper comes to the same place.

A line: version, moment (UTC), office, kind, id, CRC-32 of what stands before it. Ids only: no name, no number.
"""

from __future__ import annotations

import fcntl
import logging
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from azukari.store.blobs.errors import StorageFailedError, StorageFullError
from azukari.store.scope import current_office

logger = logging.getLogger(__name__)

_VERSION = "1"
_FULL = {28, 122}  # ENOSPC, EDQUOT
# What a crash left of a line that was never finished: its key was not destroyed yet.
_TORN = b"!\n"


class Kind(StrEnum):
    """What was destroyed: the key of a number's record, of a parcel, of a file."""

    NUMBER = "NUMBER"
    PARCEL = "PARCEL"
    FILE = "FILE"


@dataclass(frozen=True, slots=True, order=True)
class Disposed:
    """One line: when, whose, what."""

    at: datetime
    office_id: UUID
    kind: Kind
    id: UUID

    def to_line(self) -> bytes:
        """Write the line."""
        words = f"{_VERSION} {self.at.isoformat()} {self.office_id.hex} {self.kind} {self.id.hex} ".encode("ascii")
        return words + b"%08x\n" % zlib.crc32(words)

    @classmethod
    def parse(cls, line: bytes) -> Disposed:
        """Read a line. Raises: ValueError when it is damaged."""
        words, _, check = line.removesuffix(b"\n").rpartition(b" ")
        if not line.endswith(b"\n") or int(check, 16) != zlib.crc32(words + b" "):
            raise ValueError("a damaged line")
        version, at, office, kind, thing = words.decode("ascii").split(" ")
        if version != _VERSION:
            raise ValueError("a line of another version")
        return cls(datetime.fromisoformat(at), UUID(office), Kind(kind), UUID(thing))


@dataclass
class _Place:
    path: Path | None = None


_place = _Place()


def configure(path: Path) -> None:
    """Tell where the list lies."""
    _place.path = path


def path() -> Path:
    """Give the place of the list; the file may not be there yet."""
    if _place.path is None:
        raise RuntimeError("no place for the list of disposals is configured")
    return _place.path


def note(kind: Kind, ids: Iterable[UUID], *, now: datetime) -> None:
    """Write that these keys of the office in force are about to be destroyed. Durable when it returns.

    Raises: StorageFullError, StorageFailedError; then nothing may be destroyed.
    """
    write([Disposed(now, current_office(), kind, thing) for thing in ids])


def write(lines: Iterable[Disposed]) -> None:
    """Append lines, durably. Raises: StorageFullError, StorageFailedError."""
    data = b"".join(line.to_line() for line in lines)
    if not data:
        return
    try:
        _append(data)
    except OSError as error:
        logger.error("disposals: the list could not be written: %s", os.strerror(error.errno or 0))  # noqa: TRY400
        raise (StorageFullError() if error.errno in _FULL else StorageFailedError()) from None


def _append(data: bytes) -> None:
    place = path()
    fresh = not place.exists()
    handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # let go by the kernel when the process dies
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            data = _TORN + data
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    if fresh:
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class DamagedListError(ValueError):
    """A line that was once whole can no longer be read: which one, counted from 1."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def read(place: Path) -> Iterator[Disposed]:
    """Read a list; none where there is no file. What a crash tore off is passed over.

    Raises: DamagedListError.
    """
    with suppress(FileNotFoundError), place.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.endswith(_TORN) or not line.endswith(b"\n"):
                continue
            try:
                yield Disposed.parse(line)
            except ValueError:
                raise DamagedListError(number) from None
