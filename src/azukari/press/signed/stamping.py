"""Puts a time stamp beside the signature of a signed paper: into the zero padding, so nothing signed changes.

The token is made by a time-stamping authority of the signature's bytes (RFC 3161 appendix A: PAdES B-T). Who gets and
checks it is the caller.
"""

from __future__ import annotations

from dataclasses import replace

from azukari.press.signed.container import build
from azukari.press.signed.reading import check_signature, hole_of

# Tokens of common authorities, their chain included, are 3 to 7 KB.
STAMP_ROOM = 10 * 1024


def signature_of(pdf: bytes) -> bytes:
    """Give what a time stamp is made of: the raw signature. Raises: SignedFileError."""
    return check_signature(pdf).signature


def stamp(pdf: bytes, token: bytes) -> bytes:
    """Put a token in. Raises: SignedFileError on a changed file, ValueError when it has one, or no room for it."""
    parts, hole = check_signature(pdf), hole_of(pdf)
    if parts.token is not None:
        raise ValueError("one time stamp is enough")
    container = build(replace(parts, token=token)).hex().upper().encode()
    if len(container) > len(hole):
        raise ValueError("no room for the time stamp")
    begin = pdf.index(hole)
    return pdf[:begin] + container.ljust(len(hole), b"0") + pdf[begin + len(hole) :]
