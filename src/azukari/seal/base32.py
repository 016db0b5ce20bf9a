"""Crockford's base32 for what people read from paper: codes and fingerprints.

No I, L, O, U in the alphabet; I and L are read as 1, O as 0. Internal to this package.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {character: value for value, character in enumerate(ALPHABET)}
_LOOKALIKES = str.maketrans("OIL", "011")
# Spaces and every hyphen, dash and long-vowel mark a Japanese keyboard gives; after NFKC.
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\u30fc\u2500\u00ad\u200b]+")


def encode_number(number: int, length: int) -> str:
    """Write a number in `length` characters, most significant first."""
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def decode_number(text: str) -> int:
    """Read a number from characters of the alphabet, most significant first."""
    number = 0
    for character in text:
        number = number << 5 | VALUES[character]
    return number


def tidy_group(text: str) -> str:
    """Fold what a person typed of a code, a group or the whole: width, case, spacing, look-alikes. Step C1."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return _SEPARATORS.sub("", folded).translate(_LOOKALIKES)


def weighted_sum(text: str) -> int:
    """Compute 2·c₁ + 4·c₂ + 8·c₃ + … in GF(32), the ground of every check character; at most 30 characters.

    A field, not numbers modulo 32: only in a field do all weights and all their differences have an inverse,
    which is what finds every single slip and every swap.
    """
    total = 0
    for character in reversed(text):
        total = _twice(total ^ VALUES[character])
    return total


def groups_of_four(text: str) -> list[str]:
    """Cut text into groups of four characters."""
    return [text[start : start + 4] for start in range(0, len(text), 4)]


def fingerprint_of(text: str) -> str:
    """Write 160 bits of SHA-256 over a text as 8 groups of 4 characters (docs/seal-format.md 8)."""
    digest = sha256(b"azukari/fingerprint/1" + text.encode()).digest()
    return " ".join(groups_of_four(encode_number(int.from_bytes(digest[:20]), 32)))


def _twice(value: int) -> int:
    # Multiplication by 2 in GF(32) modulo x^5 + x^2 + 1; 2 has order 31 there.
    value <<= 1
    return value ^ 0x25 if value & 0x20 else value
