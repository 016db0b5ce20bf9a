"""One-time codes of an authenticator app (RFC 6238): 160-bit secret, 6 digits, 30 seconds, HMAC-SHA-1.

SHA-1 because every app knows it and many know nothing else; HMAC does not rest on what SHA-1 has lost. The
caller keeps the secret sealed and the last accepted counter beside it (docs/seal-format.md 6).
"""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

from pyotp import TOTP

from azukari.kernel.text import fold_number
from azukari.seal.base32 import groups_of_four
from azukari.seal.errors import FormatError
from azukari.seal.secretbytes import Secret

__all__ = ["code_of", "counter_at", "find_counter", "new_totp_secret", "totp_groups", "totp_uri"]

_SECRET_SIZE = 20
_DIGITS = 6
_STEP = timedelta(seconds=30)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WINDOW = (-1, 0, 1)


def new_totp_secret() -> Secret:
    """Make the 20 bytes an app and the server share (RFC 4226, 4: 160 bits are recommended)."""
    return Secret.random(_SECRET_SIZE)


def totp_uri(secret: Secret, *, account: str, issuer: str) -> str:
    """Build the otpauth:// address for a QR code. It holds the secret: shown once, logged never.

    Raises: FormatError when the secret has not 20 bytes.
    """
    return _app(secret).provisioning_uri(name=account, issuer_name=issuer)


def totp_groups(secret: Secret) -> list[str]:
    """Write the secret for typing by hand: 8 groups of 4 in the base32 of RFC 4648.

    Raises: FormatError when the secret has not 20 bytes.
    """
    return groups_of_four(_app(secret).secret)


def counter_at(now: datetime) -> int:
    """Count the steps of 30 seconds since 1970.

    Raises: TypeError on a moment without a zone.
    """
    return (now - _EPOCH) // _STEP


def code_of(secret: Secret, counter: int) -> str:
    """Compute the six digits of a counter.

    Raises: FormatError when the secret has not 20 bytes.
    """
    return _app(secret).generate_otp(counter)


def find_counter(secret: Secret, typed: str, now: datetime) -> int | None:
    """Find the counter a typed code belongs to: this step, the one before or the one after; else None.

    A code is good for one login only (RFC 6238, 5.2), and this function does not remember: the caller refuses a
    counter not greater than the last accepted one and stores the new one by compare-and-set in the database, so
    that of two requests with one code one is refused.

    Raises: FormatError when the secret has not 20 bytes.
    """
    app = _app(secret)
    code = fold_number(typed)
    if len(code) != _DIGITS or not (code.isascii() and code.isdigit()):
        return None
    steps = [counter_at(now) + offset for offset in _WINDOW]
    # All steps are computed and compared whichever agrees; of two that agree the earlier counts, so that a used
    # code does not come to life again as the next one.
    agree = [step for step in steps if compare_digest(app.generate_otp(step), code)]
    return agree[0] if agree else None


def _app(secret: Secret) -> TOTP:
    if len(secret.reveal()) != _SECRET_SIZE:
        raise FormatError("ワンタイムコードの鍵の長さが正しくありません。")
    return TOTP(b32encode(secret.reveal()).decode(), digits=_DIGITS, interval=int(_STEP.total_seconds()))
