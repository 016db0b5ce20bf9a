"""What a sender wants with a file that is still on its way: kept beside the upload until it is whole."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Memo, the line it answers, the item it fulfils, the line it replaces, and the act it belongs to.

    `batch` is one for all files that are sent together.
    """

    memo: str = ""
    reply_to: UUID | None = None
    item: UUID | None = None
    replaces: UUID | None = None
    batch: UUID | None = None

    def to_json(self) -> dict[str, str]:
        """Write for a row."""
        return {name: str(value) for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Wishes:
        """Read from a row."""
        return cls(**{name: value if name == "memo" else UUID(value) for name, value in stored.items()})  # type: ignore[arg-type]
