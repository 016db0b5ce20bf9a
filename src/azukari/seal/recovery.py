"""The recovery code: the office secret's last way back, printed once on paper (docs/seal-format.md 6).

256 bits in 18 groups of four characters. Each group carries a check character, so that a slip is found in the
group where it was made; a checksum over the whole finds what the groups cannot.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from typing import Self

from azukari.seal.base32 import ALPHABET, VALUES, encode_number, groups_of_four
from azukari.seal.envelope import KEY_SIZE, check_key
from azukari.seal.errors import RecoveryCodeError
from azukari.seal.secretbytes import Guarded, Secret

GROUPS = 18
_CHECK_BITS = GROUPS * 15 - KEY_SIZE * 8  # 14
_LOOKALIKES = str.maketrans("OIL", "011")
# Spaces and every hyphen, dash and long-vowel mark a Japanese keyboard gives; after NFKC.
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\u30fc\u2500\u00ad\u200b]+")


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
        return [part + ALPHABET[_check_value(part, index)] for index, part in enumerate(parts)]

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
            if VALUES[group[3]] != _check_value(group, index):  # C3
                raise _slip(index)
            for character in group[:3]:
                bits = bits << 5 | VALUES[character]
        value = (bits >> _CHECK_BITS).to_bytes(KEY_SIZE)
        if bits & (1 << _CHECK_BITS) - 1 != _checksum(value):  # C4
            raise RecoveryCodeError("2 か所以上")
        return cls(Secret(value))


def tidy_group(text: str) -> str:
    """Fold what a person typed of a code, a group or the whole: width, case, spacing, look-alikes. Step C1."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return _SEPARATORS.sub("", folded).translate(_LOOKALIKES)


def new_recovery_code() -> RecoveryCode:
    """Make a recovery code."""
    return RecoveryCode(Secret.random(KEY_SIZE))


def _slip(index: int) -> RecoveryCodeError:
    return RecoveryCodeError(f"{index + 1} 番目のまとまり", group=index + 1)


def _checksum(value: bytes) -> int:
    return int.from_bytes(sha256(b"azukari/recovery-code/1" + value).digest()[:2]) >> 16 - _CHECK_BITS


def _check_value(group: str, index: int) -> int:
    # A field, not numbers modulo 32: only in a field do all weights and all their differences have an
    # inverse, which is what finds every single slip and every swap.
    total = index
    for weight, character in zip((1, 2, 3), group, strict=False):
        total ^= _times_power_of_two(VALUES[character], weight)
    return total


def _times_power_of_two(value: int, power: int) -> int:
    # Multiplication by 2^power in GF(32) modulo x^5 + x^2 + 1.
    for _ in range(power):
        value <<= 1
        if value & 0x20:
            value ^= 0x25
    return value
