"""Time stamps of a time-stamping authority (RFC 3161): what is asked, and whether an answer holds.

A stamp shows that some bytes were there at a moment, by somebody else's clock and key. Whether that authority is to be
trusted is decided by root certificates the caller gives; without them a stamp is told, not vouched for: anybody could
have made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1, sha256, sha384, sha512

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    VerifierBuilder,
    decode_timestamp_response,
)

from azukari.seal.errors import TimeStampError

# TimeStampResp with the status granted, around a token that stands alone (RFC 3161 2.4.2).
_GRANTED = bytes.fromhex("3003020100")
_OTHER = "時刻の証明が、この署名のものではないか、壊れています。"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp that holds: when, by whom (the name in its certificate), and whether a given root vouches for it."""

    at: datetime
    authority: str
    trusted: bool


def ask(data: bytes) -> bytes:
    """Give the request (DER) for a stamp of some bytes: their SHA-256, a random nonce, the certificate wanted."""
    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build().as_bytes()


def read_roots(pem: bytes) -> list[x509.Certificate]:
    """Read root certificates. Raises: TimeStampError."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise TimeStampError("時刻認証局の証明書（PEM）を読めません。") from error


def token_of(answer: bytes, data: bytes, roots: Sequence[x509.Certificate]) -> bytes:
    """Take the token (DER) out of an authority's answer, if it holds. Raises: TimeStampError."""
    try:
        response = decode_timestamp_response(answer)
    except ValueError as error:
        raise TimeStampError("時刻認証局の答えを読めません。") from error
    if response.status not in {PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS}:
        raise TimeStampError("時刻認証局が、時刻の証明を断りました。")
    token = response.time_stamp_token()
    read_token(token, data, roots)
    return token


def read_token(token: bytes, data: bytes, roots: Sequence[x509.Certificate] = ()) -> Stamp:
    """Check a token for some bytes; without roots only that it is of these bytes. Raises: TimeStampError."""
    try:
        response = decode_timestamp_response(_sequence(_GRANTED + token))
        certificates = [x509.load_der_x509_certificate(der) for der in response.signed_data.certificates]
        (signer,) = response.signed_data.signer_infos
        sid = (signer.issuer, signer.serial_number)
        (leaf,) = [found for found in certificates if (found.issuer, found.serial_number) == sid]
        if roots:
            between = [found for found in certificates if found not in roots]
            verifier = VerifierBuilder(roots=list(roots), intermediates=between).build()
            verifier.verify(response, sha256(data).digest())
        same = response.tst_info.message_imprint.message == sha256(data).digest()
        # RFC 5035: the signed attributes name the certificate by its hash; the library does not compare it.
        encoded = leaf.public_bytes(Encoding.DER)
        named = any(digest(encoded).digest() in token for digest in (sha1, sha256, sha384, sha512))
    except Exception as error:
        # The library raises many kinds on malformed input; all of them mean the same here.
        raise TimeStampError(_OTHER) from error
    if not same:
        raise TimeStampError(_OTHER)
    if not named:
        raise TimeStampError("時刻の証明に入っている認証局の証明書が、署名したものと違います。")
    return Stamp(at=response.tst_info.gen_time.astimezone(UTC), authority=_name(leaf), trusted=bool(roots))


def _sequence(body: bytes) -> bytes:
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return bytes((0x30, 0x80 | len(length))) + length + body


def _name(certificate: x509.Certificate) -> str:
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in certificate.subject.get_attributes_for_oid(oid):
            return str(attribute.value)
    return certificate.subject.rfc4514_string()


__all__ = ["Stamp", "ask", "read_roots", "read_token", "token_of"]
