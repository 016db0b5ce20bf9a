"""The read side: the one module that turns a sealed number back into digits (docs/seal-format.md 5).

Only `vault.actions` may import it (import contract). The caller has written its record
before it calls. What comes out is an `OpenedNumber`, whose `.digits()` is the one way to the digits and one
grep.
"""

# ruff: noqa: SLF001 - a VaultKey shows its ciphers to no one; this package is the exception.
from __future__ import annotations

from hmac import compare_digest

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from azukari.seal.context import Context
from azukari.seal.envelope import (
    KEY_SIZE,
    OVERHEAD,
    Format,
    check_unversioned,
    open_box,
    read_header,
)
from azukari.seal.errors import KeyMissingError, OpeningError
from azukari.seal.secretbytes import Guarded
from azukari.seal.vaultkey import VaultKey

_NUMBER_SIZE = OVERHEAD + 12
_WRAP_SIZE = OVERHEAD + KEY_SIZE


class OpenedNumber(Guarded):
    """A number in the clear: masked, not picklable, not copyable, no JSON."""

    __slots__ = ("_digits",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, digits: str) -> None:
        self._digits = digits

    def digits(self) -> str:
        """Give out the 12 digits."""
        return self._digits

    def same_as(self, digits: str) -> bool:
        """Compare with digits, in constant time for equal lengths."""
        return compare_digest(self._digits.encode(), digits.encode(errors="surrogatepass"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OpenedNumber) and self.same_as(other._digits)


def open_number(vault_key: VaultKey, wrapped_key: bytes, sealed: bytes, context: Context) -> OpenedNumber:
    """Open a number. Steps N3 to N5.

    Raises: FormatError, KeyMissingError (another epoch), OpeningError.
    """
    _, version = read_header(sealed, (Format.NUMBER,), _NUMBER_SIZE)
    check_unversioned(version)
    bound = context.encode()
    key = _unwrap(vault_key, wrapped_key, (Format.RECORD_KEY,), bound)
    digits = open_box(AESGCM(key), sealed, bound)  # N4
    if not (digits.isascii() and digits.isdigit()):  # N5
        raise OpeningError
    return OpenedNumber(digits.decode())


def open_parcel(vault_key: VaultKey, wrapped_key: bytes, sealed: bytes, context: Context) -> bytes:
    """Open a parcel. Steps N3, N4.

    Raises: FormatError, KeyMissingError (another epoch), OpeningError.
    """
    _, version = read_header(sealed, (Format.PARCEL,))
    check_unversioned(version)
    bound = context.encode()
    key = _unwrap(vault_key, wrapped_key, (Format.PARCEL_KEY, Format.RECORD_KEY), bound)
    return open_box(AESGCM(key), sealed, bound)


def _unwrap(vault_key: VaultKey, wrapped_key: bytes, kinds: tuple[Format, ...], bound: bytes) -> bytes:
    # N3. The format byte chooses the key, the key version only confirms it (B4).
    kind, version = read_header(wrapped_key, kinds, _WRAP_SIZE)
    if version != vault_key.epoch:
        raise KeyMissingError(version)
    cipher = vault_key._records if kind == Format.RECORD_KEY else vault_key._parcels
    return open_box(cipher, wrapped_key, bound)
