"""Salted commitments for names and free text in the journal (docs/seal-format.md 9).

One salt per entry, one field salt per field out of it: a field can be disclosed alone. With the salt gone the
value can no longer be tested. Never commit to a My Number: whoever has the salt could try them all.
"""

from __future__ import annotations

import hmac
import os
from hashlib import sha256
from hmac import compare_digest

from azukari.seal.context import length_prefixed, utf8
from azukari.seal.errors import FormatError, ProofError

SALT_SIZE = 32


def new_salt() -> bytes:
    """Make the salt of one journal entry (32 bytes)."""
    return os.urandom(SALT_SIZE)


def field_salt(salt: bytes, field: str) -> bytes:
    """Derive the salt of one field, which may be given out to disclose that field alone.

    Raises: FormatError when the salt has not 32 bytes.
    """
    if len(salt) != SALT_SIZE:
        raise FormatError("ソルトの長さが正しくありません。")
    return hmac.digest(salt, b"azukari/field-salt/1" + utf8(field), "sha256")


def commit(salt: bytes, field: str, value: str) -> bytes:
    """Compute the commitment to a value (32 bytes), under the salt of the entry.

    Raises: FormatError.
    """
    return commit_disclosed(field_salt(salt, field), field, value)


def commit_disclosed(disclosed_salt: bytes, field: str, value: str) -> bytes:
    """Compute the commitment from the field's own salt, as a verifier does.

    Raises: FormatError.
    """
    if len(disclosed_salt) != SALT_SIZE:
        raise FormatError("ソルトの長さが正しくありません。")
    head = b"azukari/commitment/1" + disclosed_salt + length_prefixed(utf8(field))
    return sha256(head + utf8(value)).digest()


def verify_commitment(commitment: bytes, disclosed_salt: bytes, field: str, value: str) -> None:
    """Verify a disclosed field against its commitment.

    Raises: ProofError when it does not fit; FormatError.
    """
    if not compare_digest(commit_disclosed(disclosed_salt, field, value), commitment):
        raise ProofError("開示された内容が記録と一致しません。")
