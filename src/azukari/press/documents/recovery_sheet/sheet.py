"""What a recovery sheet shows. The code is a secret: it is not in `repr` and must not reach a log."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_GROUP = re.compile(r"[0-9A-Z]{2,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverySheet:
    """One sheet. `groups` is the recovery code as `seal` writes it (18 groups of four characters)."""

    office_name: str
    office_code: str
    number: int
    groups: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a code that is none. Raises: ValueError, which does not repeat it."""
        if not self.groups or not all(_GROUP.fullmatch(group) for group in self.groups):
            raise ValueError("the recovery code must be groups of capital letters and digits")
