"""The vault key: what an unlocked session has, made of both halves (docs/seal-format.md 4).

Both halves go into one HKDF, so neither alone gives anything. The keys for records, parcels and duplicate
tags are separate, and so is the private key of what others seal to the office. The value is opaque: masked, not picklable, not copyable.
"""

# ruff: noqa: SLF001 - a VaultKey shows its keys to no one; this module is the exception.
from __future__ import annotations

import hmac
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from azukari.seal.context import length_prefixed
from azukari.seal.envelope import KEY_SIZE, MAX_VERSION, check_key, derive
from azukari.seal.errors import FormatError
from azukari.seal.grants import PRIVATE_KEY_SIZE, MemberKey, member_key_from
from azukari.seal.secretbytes import Guarded, Secret

_TAG_LABEL = b"azukari/duplicate-tag/1"


def check_digits(digits: str) -> None:
    """Check that a number is 12 ASCII digits; the check digit is the vault's rule. Step N1.

    Raises: FormatError, without what was given.
    """
    if type(digits) is not str or len(digits) != 12 or not (digits.isascii() and digits.isdigit()):
        raise FormatError("個人番号は 12 桁の半角数字で渡してください。")


class VaultKey(Guarded):
    """Keys of one office in one epoch. Made by `derive_vault_key` only."""

    __slots__ = ("_intake", "_parcels", "_records", "_tag_key", "_tag_prefix", "epoch", "office")

    def __init__(self, records: bytes, parcels: bytes, tags: bytes, office: UUID, epoch: int, *, intake: bytes) -> None:
        self._records = AESGCM(records)
        self._parcels = AESGCM(parcels)
        self._tag_key = tags
        self._tag_prefix = _TAG_LABEL + office.bytes
        self._intake = intake
        self.office = office
        self.epoch = epoch

    def intake_public_key(self) -> bytes:
        """Compute the public key that others seal files to (1216 bytes)."""
        return intake_key(self).public_key

    def tag(self, client: UUID, digits: str) -> int:
        """Compute the 16-bit duplicate tag of a number within one client company.

        16 bits on purpose (docs/seal-format.md 4): whoever has the key could turn a longer tag into the number.

        Raises: FormatError when the digits are not 12 ASCII digits.
        """
        check_digits(digits)
        message = self._tag_prefix + client.bytes + digits.encode()
        return int.from_bytes(hmac.digest(self._tag_key, message, "sha256")[:2])


def derive_vault_key(office_secret: Secret, server_half: Secret, office: UUID, epoch: int = 1) -> VaultKey:
    """Derive the vault key of an office from both halves.

    `epoch` counts renewals of the office secret or the server half; wraps carry it.

    Raises: FormatError when a half has not 32 bytes or the epoch is out of range.
    """
    halves = office_secret.reveal(), server_half.reveal()
    for half in halves:
        check_key(half)
    if not 1 <= epoch <= MAX_VERSION:
        raise FormatError("金庫の鍵の版が正しくありません。")

    def subkey(label: bytes, length: int = KEY_SIZE) -> bytes:
        info = length_prefixed(label) + office.bytes + epoch.to_bytes(2)
        return derive(b"".join(halves), b"azukari/vault-key/1", info, length)

    return VaultKey(
        subkey(b"record-key"),
        subkey(b"parcel-key"),
        subkey(b"duplicate-tag"),
        office,
        epoch,
        intake=subkey(b"intake-key", PRIVATE_KEY_SIZE),
    )


def intake_key(vault_key: VaultKey) -> MemberKey:
    """Give the office's private key for what others sealed to it. Internal to this package."""
    return member_key_from(vault_key._intake)
