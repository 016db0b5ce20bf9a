"""Crockford's base32 for what people read from paper: recovery codes and fingerprints.

No I, L, O, U in the alphabet; I and L are read as 1, O as 0. Internal to this package.
"""

from __future__ import annotations

from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {character: value for value, character in enumerate(ALPHABET)}


def encode_number(number: int, length: int) -> str:
    """Write a number in `length` characters, most significant first."""
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def groups_of_four(text: str) -> list[str]:
    """Cut text into groups of four characters."""
    return [text[start : start + 4] for start in range(0, len(text), 4)]


def fingerprint_of(text: str) -> str:
    """Write 160 bits of SHA-256 over a text as 8 groups of 4 characters (docs/seal-format.md 8)."""
    digest = sha256(b"azukari/fingerprint/1" + text.encode()).digest()
    return " ".join(groups_of_four(encode_number(int.from_bytes(digest[:20]), 32)))
