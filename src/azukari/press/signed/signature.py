"""Seals a drawn paper: PAdES B-B, ECDSA P-256 with SHA-256, one signature over the whole file.

No network, no time-stamping authority, no clock: the caller says when, and may leave room for a time stamp that
comes later (`stamping`). The signature is invisible; the page
says that the file is signed. The container is kept as plain as it can be (one certificate, no unsigned
attributes, zero padding), because `reading` accepts nothing else. Two signings of one file differ in the
signature only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

FIELD_NAME = "Signature"
SUBFILTER = "/ETSI.CAdES.detached"

# The container holds the certificate, its issuer twice and its serial twice; attributes and a P-256 signature
# stay below 500 bytes. The rest is zero padding.
_CONTAINER_BESIDES_NAMES = 1_000


def sign(
    pdf: bytes, private_key_der: bytes, certificate_der: bytes, signed_at: datetime, *, stamp_room: int = 0
) -> bytes:
    """Sign a drawn paper, with room for a time stamp of `stamp_room` bytes.

    `private_key_der` is PKCS#8 (P-256), `certificate_der` its certificate; both come from `seal`, and
    neither is kept. Raises: ValueError when they do not belong together, or `signed_at` has no zone.
    """
    from asn1crypto import keys
    from pyhanko.sign import signers

    certificate = _p256_certificate(certificate_der)
    key = keys.PrivateKeyInfo.load(private_key_der, strict=True)
    # RFC 5915 leaves the public key in a private key optional; where it is missing, nothing is compared.
    public = key["private_key"].parsed["public_key"].native if key.algorithm == "ec" else b""
    if public and public != certificate.public_key["public_key"].native:
        raise ValueError("key and certificate do not belong together")
    signer = signers.SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=_no_more_certificates())
    # In hexadecimal, two digits a byte.
    reserved = 2 * (2 * len(certificate_der) + _CONTAINER_BESIDES_NAMES + stamp_room)
    return _with_signer(pdf, signer, signed_at, reserved)


def with_hole(pdf: bytes, certificate_der: bytes, signed_at: datetime, *, reserved: int) -> bytes:
    """Prepare a drawn paper as `sign` would, with a worthless signature in a hole of `reserved` digits.

    For comparing everything but the signature with a file that came back. Raises: ValueError, as `sign`.
    """
    from pyhanko.sign import signers

    signer = signers.ExternalSigner(
        signing_cert=_p256_certificate(certificate_der),
        cert_registry=_no_more_certificates(),
        signature_value=bytes(64),
    )
    return _with_signer(pdf, signer, signed_at, reserved)


def _no_more_certificates() -> Any:
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    return SimpleCertificateStore()  # type: ignore[no-untyped-call]


def _p256_certificate(certificate_der: bytes) -> Any:
    from asn1crypto import x509

    certificate = x509.Certificate.load(certificate_der, strict=True)
    if certificate.public_key.algorithm != "ec" or certificate.public_key.curve != ("named", "secp256r1"):
        raise ValueError("papers are signed with a P-256 key")
    return certificate


def _with_signer(pdf: bytes, signer: Any, signed_at: datetime, reserved: int) -> bytes:
    from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    if signed_at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    moment = signed_at.astimezone(UTC).replace(microsecond=0)

    class Update(IncrementalPdfFileWriter):
        # pyHanko would raise the file to PDF 2.0, write the machine's time into its metadata and draw a
        # random id; PDF/A-3 is PDF 1.7, and the update shall hold the signature and nothing else.
        output_version = (1, 7)

        def _update_meta(self) -> None:
            pass

        def ensure_output_version(self, version: tuple[int, int]) -> None:
            pass

        def register_extension(self, ext: object) -> None:
            pass

        @classmethod
        def _handle_id(cls, prev: Any) -> Any:
            first = prev.trailer["/ID"][0].original_bytes
            return ArrayObject([ByteStringObject(first), ByteStringObject(sha256(first).digest()[:16])])

    class Signing(signers.PdfSigner):
        # pyHanko takes the machine's time for /M; ours is told.
        def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> Any:
            session = super().init_signing_session(pdf_out, existing_fields_only)
            session.system_time = moment
            return session

    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD_NAME, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
    )
    out = BytesIO()
    Signing(metadata, signer=signer).sign_pdf(Update(BytesIO(pdf)), bytes_reserved=reserved, output=out)
    return out.getvalue()
