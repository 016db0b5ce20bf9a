"""Reading from a file object that may give less than it was asked for, as one over encrypted parts does."""

from __future__ import annotations

from typing import BinaryIO


def read_up_to(file: BinaryIO, limit: int) -> bytes:
    """Read `limit` bytes, or all there are until the end."""
    first = file.read(limit)
    if len(first) == limit or not first:
        return first
    parts = [first]
    limit -= len(first)
    while limit > 0 and (part := file.read(limit)):
        parts.append(part)
        limit -= len(part)
    return b"".join(parts)
