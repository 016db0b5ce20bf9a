"""Reading a file out of its parts: as a stream, from any byte on, or as a file one can seek in."""

from __future__ import annotations

import io
from collections.abc import Buffer, Iterator
from dataclasses import dataclass
from uuid import UUID

from azukari.exchange.errors.files import FileDamagedError
from azukari.exchange.models import FilePart
from azukari.seal import files
from azukari.seal.errors import SealError
from azukari.seal.secretbytes import Secret
from azukari.store import blobs
from azukari.store.blobs import BlobMissingError
from azukari.store.scope import current_office

_BLOCK = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Part:
    number: int
    length: int
    blob: str
    start: int


class Contents:
    """A file that can be read, by whoever holds its key. Nothing of it needs the database after it was made."""

    def __init__(self, file_id: UUID, key: Secret) -> None:
        self._office = current_office()
        self._file_id = file_id
        self._key = key
        self._parts: list[_Part] = []
        start = 0
        rows = FilePart.objects.filter(file_id=file_id).order_by("number").values_list("number", "length", "blob")
        for expected, (number, length, blob) in enumerate(rows):
            if number != expected:
                raise FileDamagedError
            self._parts.append(_Part(number, length, blob, start))
            start += length
        self.size = start

    def stream(self, first: int = 0, last: int | None = None) -> Iterator[bytes]:
        """Give the bytes from `first` to `last` (both counted). Raises: FileDamagedError at the first wrong part."""
        end = self.size if last is None else min(last + 1, self.size)
        for part in self._parts:
            if part.start + part.length <= first or part.start >= end:
                continue
            place = part.start
            for piece in self._open(part):
                here, place = place, place + len(piece)
                if place <= first or here >= end:
                    continue
                yield piece[max(0, first - here) : len(piece) - max(0, place - end)]

    def _open(self, part: _Part) -> Iterator[bytes]:
        context = files.part_context(self._office, self._file_id, part.number)
        try:
            with blobs.blobs().open(part.blob) as sealed:
                yield from files.open_part(self._key, iter(lambda: sealed.read(_BLOCK), b""), context, part.length)
        except (SealError, BlobMissingError) as error:
            raise FileDamagedError from error

    def whole_part(self, place: int) -> tuple[int, bytes]:
        """Give the part that holds a byte, and where it starts; nothing behind the end."""
        for part in self._parts:
            if part.start <= place < part.start + part.length:
                return part.start, b"".join(self._open(part))
        return place, b""

    def seekable(self) -> io.BufferedReader:
        """Give the file as one to seek in, for checks that read here and there. One part is kept in memory."""
        return io.BufferedReader(_SeekableContents(self), 64 * 1024)


class _SeekableContents(io.RawIOBase):
    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._place = 0
        self._start, self._bytes = 0, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._contents.size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the start of the file")
        self._place = base + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Buffer) -> int:
        if not self._start <= self._place < self._start + len(self._bytes):
            self._start, self._bytes = self._contents.whole_part(self._place)
        view = memoryview(buffer).cast("B")
        offset = self._place - self._start
        piece = self._bytes[offset : offset + len(view)]
        view[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)
