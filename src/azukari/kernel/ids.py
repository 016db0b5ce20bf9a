"""Identifiers: UUIDv7 (RFC 9562), random enough to say nothing of volume, ordered enough to index well.

Python 3.14 has `uuid.uuid7`; until 3.12 and 3.13 are gone this is the one way to make an id.
"""

from __future__ import annotations

import os
import time
from typing import NewType
from uuid import UUID

OfficeId = NewType("OfficeId", UUID)
StaffId = NewType("StaffId", UUID)
ClientId = NewType("ClientId", UUID)
PersonId = NewType("PersonId", UUID)
RecordId = NewType("RecordId", UUID)


def new_id() -> UUID:
    """Make a UUIDv7: 48 bits of Unix milliseconds, then 74 random bits. Source: RFC 9562 section 5.7."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    value &= ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=value | (0x7 << 76) | (0x2 << 62))
