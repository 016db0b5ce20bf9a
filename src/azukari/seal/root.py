"""Root keys: what wraps the server half of each office (docs/seal-format.md 3).

`RootKeys` is the interface that a key file, AWS KMS, OpenBao transit and PKCS#11 share. `LocalRootKeys` is
the default; reading and guarding the file is the caller's. The version in the ciphertext chooses the key;
none is ever tried.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from azukari.seal.context import Context
from azukari.seal.envelope import (
    KEY_SIZE,
    MAX_VERSION,
    Format,
    build_header,
    check_key,
    open_box,
    read_header,
    seal_box,
)
from azukari.seal.errors import FormatError, KeyMissingError
from azukari.seal.secretbytes import Guarded, Secret

_TITLE = "azukari-root-keys 1"
_LINE = re.compile(r"([1-9][0-9]{0,4}) ([0-9a-f]{64}) ([0-9a-f]{8})", re.ASCII)


class RootKeys(Protocol):
    """Wraps and unwraps small secrets (up to a few hundred bytes) outside the database."""

    @property
    def version(self) -> int:
        """The version that wraps now."""
        ...

    def wrap(self, plain: bytes, context: Context) -> bytes:
        """Wrap a secret, bound to its context."""
        ...

    def unwrap(self, sealed: bytes, context: Context) -> bytes:
        """Unwrap a secret; raises a SealError."""
        ...


class LocalRootKeys(Guarded):
    """Root keys out of a key file. The highest version wraps, every version unwraps."""

    __slots__ = ("_ciphers", "_keys", "version")

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        """Take version → 32 bytes.

        Raises: FormatError when there is none, a version is out of range, or a key appears twice.
        """
        if not keys or len(set(keys.values())) != len(keys):  # R4
            raise FormatError("ルート鍵がないか、同じ鍵が二度使われています。")
        for version, key in keys.items():
            check_key(key)
            if not 1 <= version <= MAX_VERSION:
                raise FormatError("ルート鍵の版が正しくありません。")
        self._keys = dict(sorted(keys.items()))
        self._ciphers = {version: AESGCM(key) for version, key in self._keys.items()}
        self.version = max(self._keys)

    @property
    def versions(self) -> tuple[int, ...]:
        """All versions, oldest first."""
        return tuple(self._keys)

    @classmethod
    def generate(cls) -> LocalRootKeys:
        """Make a first root key."""
        return cls({1: Secret.random(KEY_SIZE).reveal()})

    def rotated(self) -> LocalRootKeys:
        """Give the same keys and one more, which wraps from now on."""
        return LocalRootKeys({**self._keys, self.version + 1: Secret.random(KEY_SIZE).reveal()})

    def wrap(self, plain: bytes, context: Context) -> bytes:
        """Wrap under the highest version."""
        header = build_header(Format.ROOT_WRAP, self.version)
        return seal_box(self._ciphers[self.version], header, plain, context.encode())

    def unwrap(self, sealed: bytes, context: Context) -> bytes:
        """Unwrap under the version that the ciphertext names. Steps B1 to B6.

        Raises: FormatError, KeyMissingError, OpeningError.
        """
        _, version = read_header(sealed, (Format.ROOT_WRAP,))
        cipher = self._ciphers.get(version)  # B4
        if cipher is None:
            raise KeyMissingError(version)
        return open_box(cipher, sealed, context.encode())

    def serialize(self) -> str:
        """Write the content of the key file."""
        lines = (f"{version} {key.hex()} {_checksum(version, key)}" for version, key in self._keys.items())
        return "\n".join((_TITLE, *lines)) + "\n"

    @classmethod
    def parse(cls, text: str) -> LocalRootKeys:
        """Read the content of a key file. Steps R1 to R4.

        Raises: FormatError, which names the line number and never shows the line.
        """
        numbered = enumerate(text.splitlines(), start=1)
        lines = [(number, line) for number, line in numbered if line.strip() and not line.startswith("#")]
        if not lines or lines[0][1] != _TITLE:  # R1
            raise FormatError("ルート鍵ファイルの先頭行が正しくありません。")
        keys: dict[int, bytes] = {}
        for number, line in lines[1:]:
            found = _LINE.fullmatch(line)  # R2
            if found is None:
                raise FormatError(f"ルート鍵ファイルの {number} 行目を読み取れません。")
            version, key = int(found[1]), bytes.fromhex(found[2])
            if version > MAX_VERSION or _checksum(version, key) != found[3]:  # R3
                raise FormatError(f"ルート鍵ファイルの {number} 行目は、写し間違いがあります。")
            if version in keys:  # R4
                raise FormatError(f"ルート鍵ファイルの {number} 行目の版は、すでにあります。")
            keys[version] = key
        return cls(keys)


def _checksum(version: int, key: bytes) -> str:
    return sha256(b"azukari/root-key/1" + version.to_bytes(2) + key).hexdigest()[:8]
