"""The recovery code: the office secret's last way back, printed once on paper (docs/seal-format.md 6).

256 bits in 18 groups of four characters. Each group carries a check character, so that a slip is found in the
group where it was made; a checksum over the whole finds what the groups cannot.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Self

from azukari.seal.base32 import (
    ALPHABET,
    VALUES,
    decode_number,
    encode_number,
    groups_of_four,
    tidy_group,
    weighted_sum,
)
from azukari.seal.envelope import KEY_SIZE, check_key
from azukari.seal.errors import RecoveryCodeError
from azukari.seal.secretbytes import Guarded, Secret

__all__ = ["GROUPS", "RecoveryCode", "new_recovery_code", "tidy_group"]

GROUPS = 18
_CHECK_BITS = GROUPS * 15 - KEY_SIZE * 8  # 14


class RecoveryCode(Guarded):
    """32 random bytes with a form for paper. `groups()` is the one way to show it."""

    __slots__ = ("_value",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: Secret) -> None:
        check_key(value.reveal())
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecoveryCode) and self._value == other._value

    def secret(self) -> Secret:
        """Give the 32 bytes as key material."""
        return self._value

    def groups(self) -> list[str]:
        """Write the code as 18 groups of four characters."""
        value = self._value.reveal()
        bits = int.from_bytes(value) << _CHECK_BITS | _checksum(value)
        text = encode_number(bits, GROUPS * 3)
        parts = [text[start : start + 3] for start in range(0, GROUPS * 3, 3)]
        return [part + ALPHABET[index ^ weighted_sum(part)] for index, part in enumerate(parts)]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what a person typed: any case, width and spacing; O as 0, I and L as 1. Steps C1 to C4.

        Raises: RecoveryCodeError, which names the group (from 1) where the slip is.
        """
        typed = tidy_group(text)  # C1
        strange = next((place for place, character in enumerate(typed) if character not in VALUES), None)
        if len(typed) != GROUPS * 4:  # C2
            raise RecoveryCodeError("文字の数（4 文字のまとまりが 18）、または使われている文字")
        if strange is not None:
            raise _slip(strange // 4)
        bits = 0
        for index, group in enumerate(groups_of_four(typed)):
            if VALUES[group[3]] != index ^ weighted_sum(group[:3]):  # C3
                raise _slip(index)
            bits = bits << 15 | decode_number(group[:3])
        value = (bits >> _CHECK_BITS).to_bytes(KEY_SIZE)
        if bits & (1 << _CHECK_BITS) - 1 != _checksum(value):  # C4
            raise RecoveryCodeError("2 か所以上")
        return cls(Secret(value))


def new_recovery_code() -> RecoveryCode:
    """Make a recovery code."""
    return RecoveryCode(Secret.random(KEY_SIZE))


def _slip(index: int) -> RecoveryCodeError:
    return RecoveryCodeError(f"{index + 1} 番目のまとまり", group=index + 1)


def _checksum(value: bytes) -> int:
    return int.from_bytes(sha256(b"azukari/recovery-code/1" + value).digest()[:2]) >> 16 - _CHECK_BITS
