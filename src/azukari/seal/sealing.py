"""The write side: who may seal cannot thereby open (docs/seal-format.md 5).

A record key seals one thing and is wrapped once. `seal_number_record` and `seal_parcel_record` do both steps
and leave no record key in the caller's hands; take the single steps only where a key must be wrapped anew.
"""

# ruff: noqa: SLF001 - a VaultKey shows its ciphers to no one; this package is the exception.
from __future__ import annotations

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from azukari.seal.context import Context
from azukari.seal.envelope import (
    KEY_SIZE,
    NONCE_SIZE,
    Format,
    build_header,
    check_key,
    seal_box,
)
from azukari.seal.errors import FormatError
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import VaultKey, check_digits

MAX_PARCEL = 64 * 1024 * 1024

_NUMBER_HEADER = build_header(Format.NUMBER)
_PARCEL_HEADER = build_header(Format.PARCEL)


def new_record_key() -> Secret:
    """Make a record key: 32 random bytes, for one number or one parcel. Step N2."""
    return Secret.random(KEY_SIZE)


def wrap_record_key(vault_key: VaultKey, record_key: Secret, context: Context) -> bytes:
    """Wrap a record key for the key store, bound to the context of its number (64 bytes).

    Raises: FormatError when the key has not 32 bytes or the context is of another office.
    """
    return _wrap(vault_key, vault_key._records, Format.RECORD_KEY, record_key, context)


def wrap_parcel_key(vault_key: VaultKey, parcel_key: Secret, context: Context) -> bytes:
    """Wrap the key of a parcel for the key store (64 bytes).

    Raises: FormatError when the key has not 32 bytes or the context is of another office.
    """
    return _wrap(vault_key, vault_key._parcels, Format.PARCEL_KEY, parcel_key, context)


def seal_number(record_key: Secret, digits: str, context: Context) -> bytes:
    """Seal the 12 digits of a number under its record key (44 bytes).

    Raises: FormatError when the digits are not 12 ASCII digits.
    """
    check_digits(digits)
    check_key(record_key.reveal())
    return seal_box(AESGCM(record_key.reveal()), _NUMBER_HEADER, digits.encode(), context.encode())


def seal_parcel(record_key: Secret, data: bytes, context: Context) -> bytes:
    """Seal a parcel of up to 64 MiB under its key; compress before, not after.

    Raises: FormatError when it is larger.
    """
    if len(data) > MAX_PARCEL:
        raise FormatError("一度に封印できるのは 64 MiB までです。")
    check_key(record_key.reveal())
    return seal_box(AESGCM(record_key.reveal()), _PARCEL_HEADER, data, context.encode())


def seal_number_record(vault_key: VaultKey, digits: str, context: Context) -> tuple[bytes, bytes]:
    """Seal a number under a new record key; give the wrapped key and the sealed number.

    The same bytes as wrap_record_key and seal_number would give, with one call for randomness: made for
    imports of tens of thousands.

    Raises: FormatError as those do.
    """
    check_digits(digits)
    _check_office(vault_key, context)
    bound = context.encode()
    fresh = os.urandom(KEY_SIZE + 2 * NONCE_SIZE)
    key, wrap_nonce, nonce = fresh[:KEY_SIZE], fresh[KEY_SIZE:-NONCE_SIZE], fresh[-NONCE_SIZE:]
    header = build_header(Format.RECORD_KEY, vault_key.epoch)
    wrapped = header + wrap_nonce + vault_key._records.encrypt(wrap_nonce, key, header + bound)
    sealed = AESGCM(key).encrypt(nonce, digits.encode(), _NUMBER_HEADER + bound)
    return wrapped, _NUMBER_HEADER + nonce + sealed


def seal_parcel_record(vault_key: VaultKey, data: bytes, context: Context) -> tuple[bytes, bytes]:
    """Seal a parcel under a new key; give the wrapped key and the sealed parcel.

    Raises: FormatError when the parcel is larger than 64 MiB or the context is of another office.
    """
    key = new_record_key()
    return wrap_parcel_key(vault_key, key, context), seal_parcel(key, data, context)


def _wrap(vault_key: VaultKey, cipher: AESGCM, kind: Format, key: Secret, context: Context) -> bytes:
    _check_office(vault_key, context)
    check_key(key.reveal())
    return seal_box(cipher, build_header(kind, vault_key.epoch), key.reveal(), context.encode())


def _check_office(vault_key: VaultKey, context: Context) -> None:
    # It would open only for an office that has this key under that name, so a slip here is data lost.
    if context.office != vault_key.office:
        raise FormatError("鍵と封印の対象の事務所が違います。")
