"""Codes on paper that let a person in: the activation code (有効化コード) and the backup codes (予備コード).

An activation code has 120 bits, so a plain hash of it may be stored (ASVS 5.0, V6.5.2: from 112 bits). A backup
code has 50 and is stretched like a password. Both are typed by hand: Crockford's base32 (docs/seal-format.md 6).
"""

from __future__ import annotations

from hashlib import sha256
from typing import Self

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from azukari.seal.base32 import (
    ALPHABET,
    VALUES,
    decode_number,
    encode_number,
    groups_of_four,
    tidy_group,
    weighted_sum,
)
from azukari.seal.errors import FormatError, MistypedCodeError
from azukari.seal.grants import PasswordCost
from azukari.seal.secretbytes import Guarded, Secret

__all__ = ["ActivationCode", "BackupCodes", "backup_digest", "new_activation_code", "new_backup_codes"]

_ACTIVATION_SIZE = 15
_ACTIVATION_LENGTH = 24
_BACKUP_CODES = 10
_BACKUP_LENGTH = 10
_SALT_SIZE = 16
_DIGEST_SIZE = 32


class ActivationCode(Guarded):
    """15 random bytes with a form for paper: 24 characters and a check character."""

    __slots__ = ("_value",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: Secret) -> None:
        if len(value.reveal()) != _ACTIVATION_SIZE:
            raise FormatError("有効化コードの長さが正しくありません。")
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ActivationCode) and self._value == other._value

    def text(self) -> str:
        """Write the code in 25 characters without separators."""
        text = encode_number(int.from_bytes(self._value.reveal()), _ACTIVATION_LENGTH)
        return text + ALPHABET[weighted_sum(text)]

    def groups(self) -> list[str]:
        """Write the code as six groups: five of four characters, the last of five."""
        *groups, last, check = groups_of_four(self.text())
        return [*groups, last + check]

    def digest(self) -> bytes:
        """Compute the 32 bytes that are stored in the place of the code."""
        return sha256(b"azukari/activation-code/1" + self._value.reveal()).digest()

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Read what a person typed: any case, width and spacing; O as 0, I and L as 1. Steps A1 to A3.

        Raises: MistypedCodeError, which names the group (from 1) of a strange character. One check character
        finds a slip or a swap anywhere, but not where.
        """
        text = tidy_group(typed)  # A1
        if len(text) != _ACTIVATION_LENGTH + 1:  # A2
            raise MistypedCodeError("文字の数（4 文字のまとまりが 5 つと 5 文字）")
        strange = next((place for place, character in enumerate(text) if character not in VALUES), None)
        if strange is not None:
            group = min(strange // 4, 5) + 1
            raise MistypedCodeError(f"{group} 番目のまとまり", group=group)
        if VALUES[text[-1]] != weighted_sum(text[:-1]):  # A3
            raise MistypedCodeError("いずれかの文字、または順番")
        return cls(Secret(decode_number(text[:-1]).to_bytes(_ACTIVATION_SIZE)))


class BackupCodes(Guarded):
    """Ten codes for the day the second factor is lost. `shown()` is the one way to show them."""

    __slots__ = ("_codes",)

    def __init__(self, codes: tuple[str, ...]) -> None:
        self._codes = codes

    def shown(self) -> list[str]:
        """Write the codes for paper, `XXXXX-XXXXX` each."""
        return [f"{code[:5]}-{code[5:]}" for code in self._codes]

    def stored(self, cost: PasswordCost) -> tuple[bytes, list[bytes]]:
        """Compute what is stored: the salt of the set (16 bytes) and a digest of 32 bytes for each code.

        One salt for the ten, so that a typed code costs one Argon2id and not ten. Takes ten times as long as a
        password (about 1 s at the default cost): outside a transaction, please.
        """
        salt = Secret.random(_SALT_SIZE).reveal()
        return salt, [backup_digest(code, salt, cost) for code in self._codes]


def new_activation_code() -> ActivationCode:
    """Make an activation code."""
    return ActivationCode(Secret.random(_ACTIVATION_SIZE))


def new_backup_codes() -> BackupCodes:
    """Make ten backup codes of 50 bits."""
    return BackupCodes(tuple(_new_backup_code() for _ in range(_BACKUP_CODES)))


def backup_digest(typed: str, salt: bytes, cost: PasswordCost) -> bytes:
    """Compute the digest a typed code is looked up by, 32 bytes. Step A4.

    What cannot be a code costs the same time and gives a digest that is stored nowhere.

    Raises: FormatError when the salt has not 16 bytes.
    """
    if len(salt) != _SALT_SIZE:
        raise FormatError("予備コードのソルトの長さが正しくありません。")
    code = tidy_group(typed)
    if len(code) != _BACKUP_LENGTH or any(character not in VALUES for character in code):
        code = ""
    return Argon2id(
        salt=salt, length=_DIGEST_SIZE, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory
    ).derive(b"azukari/backup-code/1" + code.encode())


def _new_backup_code() -> str:
    # encode_number takes the lowest 50 of 56 bits.
    return encode_number(int.from_bytes(Secret.random(7).reveal()), _BACKUP_LENGTH)
