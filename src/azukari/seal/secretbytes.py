"""`Secret`: 32 or so bytes of key material that do not slip out by accident.

`repr`, `str` and `format` are masked; it cannot be pickled, copied or put into JSON; `.reveal()` is the one
way and one grep. Python cannot wipe memory reliably, so this class does not claim to.
"""

from __future__ import annotations

import os
from hmac import compare_digest
from typing import NoReturn


class Guarded:
    """Base of values that must not be shown, pickled or copied by accident."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} ••••>"

    def __str__(self) -> str:
        return repr(self)

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        # Also what copy.copy, copy.deepcopy and dataclasses.asdict call.
        raise TypeError(f"{type(self).__name__} cannot be pickled or copied")

    def __getstate__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} cannot be pickled or copied")


class Secret(Guarded):
    """Key material. Compare with `==` (constant time); read with `reveal()`."""

    __slots__ = ("_value",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: bytes) -> None:
        if type(value) is not bytes or not value:
            raise TypeError("a Secret is made of bytes")
        self._value = value

    @classmethod
    def random(cls, size: int = 32) -> Secret:
        """Make a new secret of `size` bytes from the operating system."""
        return cls(os.urandom(size))

    def reveal(self) -> bytes:
        """Give out the bytes."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and compare_digest(self._value, other._value)
