"""Codes that hand an account over on paper: the activation code, and the backup codes of a second factor."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from azukari.seal.base32 import ALPHABET, VALUES, encode_number
from azukari.seal.errors import RecoveryCodeError
from azukari.seal.grants import PasswordCost
from azukari.seal.recovery import _times_power_of_two, tidy_group
from azukari.seal.secretbytes import Guarded, Secret

_CODE_LENGTH = 24


class ActivationCode(Guarded):
    """24 random characters and a check character."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self) -> str:
        """Write the code without separators."""
        return self._text

    def groups(self) -> list[str]:
        """Write the code in six groups, the last one with the check character."""
        return [self._text[start : start + 4] for start in range(0, 20, 4)] + [self._text[20:]]

    def digest(self) -> bytes:
        """Give what is stored."""
        return sha256(b"azukari/activation-code/1" + self._text.encode()).digest()

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Read a typed code."""
        text = tidy_group(typed)
        if len(text) != _CODE_LENGTH + 1 or any(letter not in VALUES for letter in text):
            raise RecoveryCodeError("有効化コードの文字")
        if _check(text[:-1]) != text[-1]:
            raise RecoveryCodeError("有効化コードの文字")
        return cls(text)


def new_activation_code() -> ActivationCode:
    """Make a code."""
    text = encode_number(int.from_bytes(Secret.random(15).reveal()), _CODE_LENGTH)
    return ActivationCode(text + _check(text))


def _check(text: str) -> str:
    total = 0
    for place, letter in enumerate(text):
        total ^= _times_power_of_two(VALUES[letter], place + 1)
    return ALPHABET[total]


@dataclass(frozen=True, slots=True, repr=False)
class BackupCodes:
    """Ten codes."""

    codes: tuple[str, ...]

    def shown(self) -> list[str]:
        """Write them for paper."""
        return [f"{code[:5]}-{code[5:]}" for code in self.codes]

    def stored(self, cost: PasswordCost) -> tuple[bytes, list[bytes]]:
        """Give salt and digests."""
        salt = Secret.random(16).reveal()
        return salt, [backup_digest(code, salt, cost) for code in self.codes]


def new_backup_codes() -> BackupCodes:
    """Make ten codes."""
    return BackupCodes(tuple(encode_number(int.from_bytes(Secret.random(7).reveal()) >> 6, 10) for _ in range(10)))


def backup_digest(typed: str, salt: bytes, cost: PasswordCost) -> bytes:
    """Give the digest of a typed code."""
    return Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory).derive(
        tidy_group(typed).encode() or b"-"
    )
