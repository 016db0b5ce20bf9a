"""Blobs as files below one folder: what is answered for is on the disk, and a disk that failed once is not trusted.

    .incoming/<random>   being written, or left behind by a kill; swept after a day
    .trash/<when>.…      orphans put aside
    .suspect             is there after a failed fsync; nothing is written while it is
    files/<office>/…     blobs, at their keys

The order of a commit is the promise (security.md 5.4): write, fsync of the file, close, a handle on the folder, link,
fsync of the folder by that handle. Keys have no dots, so no blob can lie in the three places above.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from azukari.kernel.clock import utc_now
from azukari.kernel.ids import new_id
from azukari.store.blobs.errors import (
    BlobExistsError,
    BlobMissingError,
    StorageFailedError,
    StorageFullError,
    StorageSuspectError,
    StorageUnavailableError,
    StorageUnreadableError,
)
from azukari.store.blobs.interface import BlobFacts, check_key, check_prefix, trash_name, went_before

logger = logging.getLogger(__name__)

RESERVE = 2 * 1024**3
SUSPECT = ".suspect"
_INCOMING = ".incoming"
_TRASH = ".trash"
_ABSENT = (FileNotFoundError, NotADirectoryError)
_FULL = {errno.ENOSPC, errno.EDQUOT}
# Folders this near to the root (`files`, `files/<office>`) are never removed, so one fsync of what holds them is
# enough for the life of a process. Deeper ones go with their last blob, and are made durable again with each.
_KEPT = 2
# How often a commit makes its folder anew when somebody deletes the last neighbour at the same moment.
_TRIES = 20


class Folder:
    """Blobs below one folder of this machine. Safe for many threads and many processes at once."""

    name = "フォルダー"

    def __init__(self, root: Path, *, reserve: int = RESERVE) -> None:
        self._root = root.absolute()
        self._reserve = reserve
        self._durable: set[Path] = set()
        self._flag_failed = False

    def create(self, key: str) -> FolderWriter:
        """Begin a new blob."""
        path = self._root / check_key(key)
        self.check_trusted()
        with self.writing("create"):
            if os.path.lexists(path):
                raise BlobExistsError
            self._make(self._root)
            self._make(self._root / _INCOMING)
            return FolderWriter(self, key, self._root / _INCOMING / new_id().hex)

    def open(self, key: str) -> FolderReader:
        """Open a blob from its beginning."""
        path = self._root / check_key(key)
        with self.reading("open"):
            try:
                # NONBLOCK: a pipe somebody put there must not hang a thread; it means nothing for files.
                handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            except _ABSENT:
                raise BlobMissingError from None
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                os.close(handle)
                raise BlobMissingError
            return FolderReader(self, handle)

    def size(self, key: str) -> int:
        """Tell how many bytes a blob has."""
        path = self._root / check_key(key)
        with self.reading("stat"):
            try:
                found = path.lstat()
            except _ABSENT:
                raise BlobMissingError from None
        if not stat.S_ISREG(found.st_mode):
            raise BlobMissingError
        return found.st_size

    def delete(self, key: str) -> None:
        """Remove a blob for good."""
        path = self._root / check_key(key)
        with self.writing("delete"):
            try:
                folder = _open_folder(path.parent)
            except _ABSENT:
                return
            try:
                with suppress(FileNotFoundError, IsADirectoryError):
                    os.unlink(path.name, dir_fd=folder)
                # Also when nothing was there: the call before this one may have removed it and then failed.
                self._sync(folder)
            finally:
                os.close(folder)
        self._prune(path.parent)

    def list(self, prefix: str = "", /) -> Iterator[BlobFacts]:
        """Go through the blobs whose keys begin with `prefix`."""
        return self._walk(check_prefix(prefix).rpartition("/")[0], prefix)

    def move_to_trash(self, key: str) -> None:
        """Put an orphan aside."""
        path = self._root / check_key(key)
        self.size(key)
        trash = self._root / _TRASH
        with self.writing("trash"):
            self._make(trash)
            try:
                path.rename(trash / trash_name(key))
            except _ABSENT:
                raise BlobMissingError from None
            # Where it arrived first: a power loss between the two finds it in one place or in both, never in none.
            for folder in (trash, self._root, path.parent):
                with suppress(*_ABSENT):
                    self._sync_path(folder)
        self._prune(path.parent)

    def empty_trash(self, before: datetime) -> int:
        """Remove for good what went to the trash before this moment."""
        trash = self._root / _TRASH
        return self._remove(trash, lambda entry: went_before(entry.name, before))

    def sweep_temporary(self, before: datetime) -> int:
        """Remove files nobody has written to since this moment: what a kill left behind."""
        limit = before.timestamp()
        return self._remove(self._root / _INCOMING, lambda entry: entry.stat(follow_symlinks=False).st_mtime < limit)

    def check_room(self, wanted: int) -> None:
        """Check that `wanted` bytes and a tenth more fit without touching 5 % of the disk or the reserve."""
        self.check_trusted()
        with self.writing("statvfs"):
            place = self._root
            while not place.exists():
                place = place.parent
            facts = os.statvfs(place)
        free = facts.f_bavail * facts.f_frsize
        kept = max(facts.f_blocks * facts.f_frsize // 20, self._reserve)
        if free - wanted - wanted // 10 < kept:
            raise StorageFullError

    def check_trusted(self) -> None:
        """Check that no write has failed in a way that makes the disk doubtful.

        Raises: StorageSuspectError.
        """
        if self._flag_failed:
            raise StorageSuspectError
        with self.writing("look for the mark"), suppress(*_ABSENT):
            (self._root / SUSPECT).lstat()
            raise StorageSuspectError

    def clear_suspect(self) -> None:
        """Trust the disk again; the operator says so. The same as removing the file `.suspect` by hand."""
        self._flag_failed = False
        with self.writing("clear"):
            (self._root / SUSPECT).unlink(missing_ok=True)

    @contextmanager
    def writing(self, step: str, *, doubtful: bool = False) -> Iterator[None]:
        """Turn errors of the system into ours. The path in an OSError holds a key, so the chain is cut."""
        try:
            yield
        except OSError as error:
            raise self._refuse(step, error, doubtful=doubtful) from None

    @contextmanager
    def reading(self, step: str) -> Iterator[None]:
        """The same for what only reads: the person is told that a file does not open."""
        try:
            yield
        except OSError as error:
            logger.error("files: %s failed: %s", step, _name(error))  # noqa: TRY400 - a traceback would show the path
            raise StorageUnreadableError from None

    def _refuse(self, step: str, error: OSError, *, doubtful: bool) -> StorageUnavailableError:
        logger.error("files: %s failed: %s", step, _name(error))
        if error.errno in _FULL:
            return StorageFullError()
        if doubtful or error.errno == errno.EIO:
            self._suspect(step, error)
        return StorageFailedError()

    def _suspect(self, step: str, error: OSError) -> None:
        """Leave the mark. Where even that fails, this process at least remembers until it ends."""
        try:
            handle = os.open(self._root / SUSPECT, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                os.write(handle, f"{utc_now().isoformat(timespec='seconds')} {step} {_name(error)}\n".encode())
                os.fsync(handle)
            finally:
                os.close(handle)
            self._sync_path(self._root)
        except OSError:
            self._flag_failed = True
            logger.error("files: the mark could not be written")  # noqa: TRY400 - the same
        logger.critical("files: the volume is suspect, nothing more is written to it; see docs/operate/files.md")

    def _sync(self, folder: int) -> None:
        with self.writing("fsync of a folder", doubtful=True):
            os.fsync(folder)

    def _sync_path(self, path: Path) -> None:
        folder = _open_folder(path)
        try:
            self._sync(folder)
        finally:
            os.close(folder)

    def _make(self, path: Path) -> None:
        """Make one folder for our eyes only. The root may need those above it, as on a fresh machine."""
        if path.is_dir():
            return
        if path == self._root:
            missing = [path, *path.parents]
            for above in reversed(missing[: next(place for place, one in enumerate(missing) if one.exists())]):
                with suppress(FileExistsError):
                    above.mkdir(0o700)
                self._sync_path(above.parent)
            return
        with suppress(FileExistsError):
            path.mkdir(0o700)

    def _hold_folder(self, key: str) -> int:
        """Open a handle on the folder of a key, made if need be, and make that folder itself durable.

        The handle comes first: it stands for one very folder. If somebody removes that one and makes another, a link
        by the handle fails, and if nobody does, the fsyncs after it hold its name for sure.
        """
        folders = [self._root]
        for part in key.split("/")[:-1]:
            folders.append(folders[-1] / part)
            self._make(folders[-1])
        handle = _open_folder(folders[-1])
        try:
            for depth in range(len(folders) - 1, 0, -1):
                # Not only when we made it: another process may have, and not have come to its fsync.
                if folders[depth] not in self._durable:
                    self._sync_path(folders[depth - 1])
                    if depth <= _KEPT:
                        self._durable.add(folders[depth])
        except BaseException:
            os.close(handle)
            raise
        return handle

    def publish(self, key: str, temporary: Path) -> None:
        """Give the finished file its name and make the name durable.

        Why link and not rename: rename replaces silently what is there, link fails when the name is taken, on every
        local file system and on NFS. (renameat2 with RENAME_NOREPLACE would save the unlink, but Python has no call
        for it and older file systems answer EINVAL.) A kill between link and unlink leaves a second name in
        `.incoming`, which the sweep takes away; the blob has its own.
        """
        name = key.rpartition("/")[2]
        for _ in range(_TRIES):
            with self.writing("link"), suppress(FileNotFoundError):
                try:
                    folder = self._hold_folder(key)
                    try:
                        _link(temporary, folder, name)
                        self._confirm(folder, name)
                    finally:
                        os.close(folder)
                except NotADirectoryError:
                    raise BlobExistsError from None
                return
        raise StorageFailedError

    def _confirm(self, folder: int, name: str) -> None:
        try:
            self._sync(folder)
        except StorageUnavailableError:
            # Whether the name is on the disk is unknown now. Take it back; what was not promised may be lost.
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)
            raise

    def _prune(self, folder: Path) -> None:
        """Remove the folder of a deleted blob when it was the last. Not durable and need not be."""
        if len(folder.relative_to(self._root).parts) > _KEPT:
            with suppress(OSError):
                folder.rmdir()

    def _walk(self, folder: str, prefix: str) -> Iterator[BlobFacts]:
        with self.reading("list"):
            try:
                with os.scandir(self._root / folder) as entries:
                    found = [*entries]
            except _ABSENT:
                return
        for entry in found:
            key = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if f"{key}/".startswith(prefix):
                    yield from self._walk(key, prefix)
            elif key.startswith(prefix) and (facts := self._facts(key, entry)):
                yield facts

    def _facts(self, key: str, entry: os.DirEntry[str]) -> BlobFacts | None:
        with self.reading("list"), suppress(FileNotFoundError):  # deleted since the folder was read
            found = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(found.st_mode):
                moment = datetime.fromtimestamp(found.st_mtime, UTC)
                return BlobFacts(key=key, size=found.st_size, modified_at=moment)
        return None

    def _remove(self, folder: Path, chosen: Callable[[os.DirEntry[str]], bool]) -> int:
        count = 0
        with self.writing("sweep"):
            try:
                with os.scandir(folder) as found:
                    entries = [*found]
            except _ABSENT:
                return 0
            for entry in entries:
                with suppress(FileNotFoundError):
                    if entry.is_file(follow_symlinks=False) and chosen(entry):
                        Path(entry.path).unlink()
                        count += 1
            if count:
                self._sync_path(folder)
        return count


class FolderWriter:
    """One file in `.incoming` until it is committed."""

    def __init__(self, folder: Folder, key: str, temporary: Path) -> None:
        self._folder = folder
        self._key = key
        self._temporary: Path | None = temporary
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._handle: int | None = os.open(temporary, flags, 0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Append bytes."""
        handle, _ = self._held()
        left = memoryview(data).cast("B")
        try:
            with self._folder.writing("write"):
                while left:
                    left = left[os.write(handle, left) :]
        except StorageUnavailableError:
            self._drop()
            raise

    def commit(self) -> None:
        """Make the blob durable under its key."""
        handle, temporary = self._held()
        folder = self._folder
        try:
            # After a failed fsync the kernel may call the lost pages clean, and a second fsync would then succeed
            # over a hole. So: once, and on failure the file is dropped.
            with folder.writing("fsync", doubtful=True):
                os.fsync(handle)
            self._handle = None  # close once, whatever it says: on Linux the number is free after an error too
            with folder.writing("close", doubtful=True):
                os.close(handle)
            folder.check_trusted()  # another blob may have failed since this one was begun
            folder.publish(self._key, temporary)
        finally:
            self._drop()

    def _held(self) -> tuple[int, Path]:
        if self._handle is None or self._temporary is None:
            raise ValueError("this blob is committed or dropped")
        return self._handle, self._temporary

    def _drop(self) -> None:
        """Remove the temporary name. What cannot be removed now is swept later."""
        if self._handle is not None:
            with suppress(OSError):
                os.close(self._handle)
            self._handle = None
        if self._temporary is not None:
            with suppress(OSError):
                self._temporary.unlink(missing_ok=True)
            self._temporary = None


class FolderReader:
    """An open file."""

    def __init__(self, folder: Folder, handle: int) -> None:
        self._folder = folder
        self._file = FileIO(handle, "rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, size: int = -1, /) -> bytes:
        """Give the next `size` bytes."""
        with self._folder.reading("read"):
            if size < 0:
                return self._file.readall()
            parts: list[bytes] = []
            while size > 0 and (part := self._file.read(size)):
                parts.append(part)
                size -= len(part)
            return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Let go of the file."""
        with suppress(OSError):  # nothing was written by this handle, so nothing can be lost
            self._file.close()


def _open_folder(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _link(temporary: Path, folder: int, name: str) -> None:
    """Give a file its second name. On NFS an answer can be lost and the repeated call then finds our own link."""
    try:
        os.link(temporary, name, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        if not os.path.samestat(temporary.lstat(), os.stat(name, dir_fd=folder, follow_symlinks=False)):
            raise BlobExistsError from None


def _name(error: OSError) -> str:
    """Name an error for the log; its text would hold the path."""
    return errno.errorcode.get(error.errno or 0, "unknown")
