"""The header that every ciphertext starts with, and the AES-256-GCM box behind it (docs/seal-format.md 1).

Internal to this package: other packages use `sealing`, `opening`, `root` and `grants`. The header is always
part of the associated data, so a byte changed in it fails like any other.
"""

from __future__ import annotations

import os
from enum import IntEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from azukari.seal.errors import FormatError, OpeningError

KEY_SIZE = 32
HEADER_SIZE = 4
NONCE_SIZE = 12
OVERHEAD = HEADER_SIZE + NONCE_SIZE + 16
MAX_VERSION = 0xFFFF


class Format(IntEnum):
    """First byte of a ciphertext. Values are never reused."""

    ROOT_WRAP = 0x01
    RECORD_KEY = 0x02
    PARCEL_KEY = 0x03
    NUMBER = 0x04
    PARCEL = 0x05
    MEMBER_KEY = 0x06
    GRANT = 0x07
    SESSION_LOCK = 0x08
    FILE_KEY = 0x09
    FILE_GRANT = 0x0A
    FILE_FACTS = 0x0B


class Algorithm(IntEnum):
    """Second byte of a ciphertext. Values are never reused."""

    GCM = 0x01
    ARGON2ID_GCM = 0x02
    HPKE = 0x03
    HKDF_GCM = 0x04


_ALGORITHM = {
    Format.ROOT_WRAP: Algorithm.GCM,
    Format.RECORD_KEY: Algorithm.GCM,
    Format.PARCEL_KEY: Algorithm.GCM,
    Format.NUMBER: Algorithm.GCM,
    Format.PARCEL: Algorithm.GCM,
    Format.MEMBER_KEY: Algorithm.ARGON2ID_GCM,
    Format.GRANT: Algorithm.HPKE,
    Format.SESSION_LOCK: Algorithm.HKDF_GCM,
    Format.FILE_KEY: Algorithm.HKDF_GCM,
    Format.FILE_GRANT: Algorithm.HPKE,
    Format.FILE_FACTS: Algorithm.HKDF_GCM,
}


def build_header(kind: Format, version: int = 0) -> bytes:
    """Build the four bytes before a ciphertext."""
    return bytes((kind, _ALGORITHM[kind])) + version.to_bytes(2)


def read_header(sealed: bytes, kinds: tuple[Format, ...], size: int | None = None) -> tuple[Format, int]:
    """Read format and key version; `size` is the exact length of a fixed-size kind. Steps B1 to B3.

    Raises: FormatError.
    """
    if type(sealed) is not bytes or len(sealed) < OVERHEAD or (size is not None and len(sealed) != size):
        raise FormatError("保管データの長さが正しくありません。")  # B1
    for kind in kinds:
        if sealed[0] == kind:  # B2
            break
    else:
        raise FormatError("保管データの種類が正しくありません。")
    if sealed[1] != _ALGORITHM[kind]:  # B3
        raise FormatError("保管データの暗号方式が正しくありません。")
    return kind, int.from_bytes(sealed[2:HEADER_SIZE])


def check_unversioned(version: int) -> None:
    """Check that the key version is 0, for kinds whose key has none. Step B4.

    Raises: FormatError.
    """
    if version:
        raise FormatError("保管データの鍵の版が正しくありません。")


def seal_box(cipher: AESGCM, header: bytes, plain: bytes, context: bytes) -> bytes:
    """Seal into header, nonce, ciphertext and tag, bound to header and context."""
    nonce = os.urandom(NONCE_SIZE)
    return header + nonce + cipher.encrypt(nonce, plain, header + context)


def open_box(cipher: AESGCM, sealed: bytes, context: bytes) -> bytes:
    """Open a box whose header was read and whose key was chosen by it. Steps B5, B6.

    Raises: OpeningError, which does not say what was wrong.
    """
    body = memoryview(sealed)
    start = HEADER_SIZE + NONCE_SIZE
    try:
        return cipher.decrypt(sealed[HEADER_SIZE:start], body[start:], sealed[:HEADER_SIZE] + context)
    except InvalidTag:
        raise OpeningError from None


def derive(material: bytes, salt: bytes, info: bytes = b"", length: int = KEY_SIZE) -> bytes:
    """Derive a key by HKDF-SHA256 (RFC 5869)."""
    return HKDF(SHA256(), length, salt, info).derive(material)


def check_key(key: bytes) -> None:
    """Check that a key has 32 bytes: a shorter one is a mistake of the caller, not of the data.

    Raises: FormatError.
    """
    if type(key) is not bytes or len(key) != KEY_SIZE:
        raise FormatError("鍵の長さが正しくありません。")
