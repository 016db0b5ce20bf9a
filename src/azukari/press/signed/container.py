"""The CMS container of a signed paper: one shape only, rebuilt from its own parts and compared.

A reader that only verified the signature would leave bytes free to change (other encodings, unsigned attributes,
more certificates). Here the container must equal the one `signature.sign` can have written for these parts.
A time stamp may stand beside the signature: one unsigned attribute with one token, which the caller checks; it was
made of the signature and is signed itself.
Source: RFC 5652 section 5, RFC 5035 section 3, RFC 3161 appendix A.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from azukari.press.signed.errors import CHANGED, SIGNATURE_CHANGED, SignedFileError

# DER, written by hand.
_OID_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_OID_DATA = bytes.fromhex("06092a864886f70d010701")
_OID_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
_OID_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_OID_TIME_STAMP_TOKEN = bytes.fromhex("060b2a864886f70d010910020e")
_OID_SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")
_SHA256_ALGORITHM = bytes.fromhex("300d06096086480165030402010500")
_ECDSA_SHA256_ALGORITHM = bytes.fromhex("300a06082a8648ce3d040302")
_VERSION_1 = bytes.fromhex("020101")
_SEQUENCE, _SET, _OCTETS, _TAG_0, _TAG_1, _TAG_4 = 0x30, 0x31, 0x04, 0xA0, 0xA1, 0xA4


@dataclass(frozen=True, slots=True)
class Parts:
    """What a container is made of; everything else in it follows. DER, but for the raw digest of the file.

    `token` is the time stamp of `signature` (a TimeStampToken), None without one.
    """

    certificate: bytes
    issuer: bytes
    serial: bytes
    signature: bytes
    digest: bytes
    token: bytes | None = None


def parts_of(padded: bytes, digest: bytes) -> Parts:
    """Check a container and its zero padding, byte for byte, against the digest of the file; give its parts.

    Raises: SignedFileError.
    """
    from asn1crypto import cms, parser
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    try:
        container = padded[: parser.peek(padded)]
        signed = cms.ContentInfo.load(container)["content"]
        (info,) = signed["signer_infos"]
        (choice,) = signed["certificates"]
        certificate = choice.chosen
        _, valid = validate_sig_integrity(info, certificate, "data", digest)
        unsigned = list(info["unsigned_attrs"])
        parts = Parts(
            certificate=certificate.dump(),
            issuer=certificate.issuer.dump(),
            serial=certificate["tbs_certificate"]["serial_number"].dump(),
            signature=info["signature"].native,
            digest=signed["signer_infos"][0]["signed_attrs"][1]["values"][0].native,
            token=unsigned[0]["values"][0].dump() if unsigned else None,
        )
    except Exception as error:
        # asn1crypto and pyHanko raise many kinds on malformed input; all of them mean the same here.
        raise SignedFileError(SIGNATURE_CHANGED) from error
    if padded[len(container) :].strip(b"\0") or container != build(parts) or not valid:
        raise SignedFileError(SIGNATURE_CHANGED)
    if parts.digest != digest:
        raise SignedFileError(CHANGED)
    return parts


def build(parts: Parts) -> bytes:
    """Write the one container that there can be for these parts."""
    signing_certificate = _der(
        _SEQUENCE,
        _der(_OCTETS, sha256(parts.certificate).digest()),
        _der(_SEQUENCE, _der(_SEQUENCE, _der(_TAG_4, parts.issuer)), parts.serial),
    )
    attributes = (
        _der(_SEQUENCE, _OID_CONTENT_TYPE, _der(_SET, _OID_DATA)),
        _der(_SEQUENCE, _OID_MESSAGE_DIGEST, _der(_SET, _der(_OCTETS, parts.digest))),
        _der(
            _SEQUENCE,
            _OID_SIGNING_CERTIFICATE_V2,
            _der(_SET, _der(_SEQUENCE, _der(_SEQUENCE, signing_certificate))),
        ),
    )
    stamps = [_der(_TAG_1, _der(_SEQUENCE, _OID_TIME_STAMP_TOKEN, _der(_SET, parts.token)))] if parts.token else []
    signer = _der(
        _SEQUENCE,
        _VERSION_1,
        _der(_SEQUENCE, parts.issuer, parts.serial),
        _SHA256_ALGORITHM,
        _der(_TAG_0, *attributes),
        _ECDSA_SHA256_ALGORITHM,
        _der(_OCTETS, parts.signature),
        *stamps,
    )
    signed = _der(
        _SEQUENCE,
        _VERSION_1,
        _der(_SET, _SHA256_ALGORITHM),
        _der(_SEQUENCE, _OID_DATA),
        _der(_TAG_0, parts.certificate),
        _der(_SET, signer),
    )
    return _der(_SEQUENCE, _OID_SIGNED_DATA, _der(_TAG_0, signed))


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + body
