"""The key and certificate that sign certificates as PDF (PAdES): ECDSA P-256, self-signed X.509.

`press` hands the DER to pyHanko. The certificate vouches for nobody: its fingerprint is printed and given to
the client company beside the verifier key. The caller wraps the private key before it is stored; times are
the caller's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from azukari.seal.errors import FormatError

_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336


@dataclass(frozen=True, slots=True)
class DocumentSigner:
    """Private key (PKCS #8, DER, in the clear) and certificate (DER)."""

    private_key_der: bytes = field(repr=False)
    certificate_der: bytes = field(repr=False)


def new_document_signer(
    common_name: str, organisation: str, serial: int, not_before: datetime, not_after: datetime
) -> DocumentSigner:
    """Make a signing key and its self-signed certificate; names may be Japanese, 1 to 64 characters.

    `serial` is positive and of at most 159 bits; times carry their time zone.

    Raises: FormatError when a name, the serial or the times cannot stand in a certificate.
    """
    if not_before.tzinfo is None or not_after.tzinfo is None:
        raise FormatError("証明書の期間には時間帯が必要です。")
    key = ec.generate_private_key(ec.SECP256R1())
    try:
        certificate = _build(key, common_name, organisation, serial, not_before, not_after)
    except (ValueError, TypeError):
        raise FormatError("証明書の名前、番号または期間が正しくありません。") from None
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DocumentSigner(private, certificate.public_bytes(Encoding.DER))


def certificate_fingerprint(certificate_der: bytes) -> str:
    """Compute the SHA-256 of the certificate, lower-case hex."""
    return sha256(certificate_der).hexdigest()


def _build(
    key: ec.EllipticCurvePrivateKey,
    common_name: str,
    organisation: str,
    serial: int,
    start: datetime,
    end: datetime,
) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(key, SHA256())
    )
