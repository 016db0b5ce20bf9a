"""What every place for files can do: opaque bytes under a key, whole and durable or not there at all.

The bytes are encrypted before they come here; nothing here knows what they are. Keys look like
`files/<office>/<file>/<name>`; a key that is the folder of another one (`a` beside `a/b`) is not for use, since a
folder on a disk cannot hold both. No implementation writes a key, a path or a secret into a log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from azukari.kernel.clock import utc_now
from azukari.kernel.ids import new_id

KEY_SIZE = 200
_KEY = re.compile(r"(?!/)(?!.*//)[a-z0-9/-]{1,200}(?<!/)", re.ASCII)
_PREFIX = re.compile(r"(?!/)(?!.*//)[a-z0-9/-]{0,200}", re.ASCII)
_TRASHED = re.compile(r"(\d{8}T\d{6})\.[0-9a-f]{32}\.[a-z0-9.-]+", re.ASCII)
_STAMP = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobFacts:
    """What a list says about one blob. `size` in bytes, `modified_at` in UTC."""

    key: str
    size: int
    modified_at: datetime


class BlobWriter(Protocol):
    """One blob being written; a context manager. Leaving the block without `commit` removes what was written."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Append bytes; all of them are taken.

        Raises: StorageFullError, StorageFailedError.
        """

    def commit(self) -> None:
        """Make the blob durable under its key. When this returns, a power loss cannot take it away.

        Raises: BlobExistsError when somebody else took the key; StorageFullError, StorageFailedError. After any of
        them the writer is spent. After StorageFailedError alone the blob may be there, whole, or not at all.
        """


class BlobReader(Protocol):
    """One blob being read; a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def read(self, size: int = -1, /) -> bytes:
        """Give the next `size` bytes, fewer only at the end, all that is left when negative.

        Raises: StorageUnreadableError, also when the other side stops before the end of the blob.
        """

    def close(self) -> None:
        """Let go of the file or the connection."""


class Blobs(Protocol):
    """A place for blobs. Every method may raise StorageUnavailableError's children and checks keys (ValueError)."""

    @property
    def name(self) -> str:
        """What people call this place."""

    def create(self, key: str) -> BlobWriter:
        """Begin a new blob.

        Raises: BlobExistsError here or at `commit`; StorageSuspectError.
        """

    def open(self, key: str) -> BlobReader:
        """Open a blob from its beginning.

        Raises: BlobMissingError.
        """

    def size(self, key: str) -> int:
        """Tell how many bytes a blob has.

        Raises: BlobMissingError.
        """

    def delete(self, key: str) -> None:
        """Remove a blob for good, durably. Nothing happens when there is none."""

    def list(self, prefix: str = "", /) -> Iterator[BlobFacts]:
        """Go through the blobs whose keys begin with `prefix`, the trash left out.

        In no order: Amazon sorts by whole keys, SeaweedFS folder by folder, a disk not at all. What is made or
        deleted meanwhile may be in it or not.
        """

    def move_to_trash(self, key: str) -> None:
        """Put an orphan aside: it is no longer under its key, but not yet gone.

        Raises: BlobMissingError.
        """

    def empty_trash(self, before: datetime) -> int:
        """Remove for good what went to the trash before this moment; tell how many."""

    def sweep_temporary(self, before: datetime) -> int:
        """Remove what broken-off writes left behind and did not touch since this moment; tell how many."""

    def check_room(self, wanted: int) -> None:
        """Check that `wanted` bytes and a tenth more fit without touching the reserve.

        The caller adds up what it has promised and not yet written.

        Raises: StorageFullError; StorageSuspectError.
        """


def check_key(key: str) -> str:
    """Give the key back when it is one.

    Raises: ValueError, without the key, which belongs in no log.
    """
    if not _KEY.fullmatch(key):
        raise ValueError("not a key of a blob")
    return key


def check_prefix(prefix: str) -> str:
    """Give the beginning of keys back when it is one; it may be empty.

    Raises: ValueError.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("not the beginning of a key")
    return prefix


def trash_name(key: str) -> str:
    """Build the name of a blob in the trash: when it went there, a random part, its key with dots for slashes.

    The moment stands in the name because copying a trash to another disk changes the times of files.
    """
    return f"{utc_now().strftime(_STAMP)}.{new_id().hex}.{key.replace('/', '.')}"


def went_before(name: str, before: datetime) -> bool:
    """Tell whether a name in the trash is older than a moment. A name that is not ours never is."""
    found = _TRASHED.fullmatch(name)
    return found is not None and found[1] < before.astimezone(utc_now().tzinfo).strftime(_STAMP)
