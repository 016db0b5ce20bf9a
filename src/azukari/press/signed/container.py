"""The CMS container of a signed paper: one shape only, rebuilt from its own parts and compared.

A reader that only verified the signature would leave bytes free to change (other encodings, unsigned attributes,
more certificates). Here the container must equal the one `signature.sign` can have written for these parts.
Source: RFC 5652 section 5, RFC 5035 section 3.
"""

from __future__ import annotations

from hashlib import sha256

from azukari.press.signed.errors import CHANGED, SIGNATURE_CHANGED, SignedFileError

# DER, written by hand.
_OID_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_OID_DATA = bytes.fromhex("06092a864886f70d010701")
_OID_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
_OID_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_OID_SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")
_SHA256_ALGORITHM = bytes.fromhex("300d06096086480165030402010500")
_ECDSA_SHA256_ALGORITHM = bytes.fromhex("300a06082a8648ce3d040302")
_VERSION_1 = bytes.fromhex("020101")
_SEQUENCE, _SET, _OCTETS, _TAG_0, _TAG_4 = 0x30, 0x31, 0x04, 0xA0, 0xA4


def certificate_of(padded: bytes, digest: bytes) -> bytes:
    """Check a container and its zero padding, byte for byte, against the digest of the file; give the certificate.

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
        certificate_der: bytes = certificate.dump()
        _, valid = validate_sig_integrity(info, certificate, "data", digest)
        signature_value: bytes = info["signature"].native
        embedded: bytes = signed["signer_infos"][0]["signed_attrs"][1]["values"][0].native
        issuer, serial = certificate.issuer.dump(), certificate["tbs_certificate"]["serial_number"].dump()
    except Exception as error:
        # asn1crypto and pyHanko raise many kinds on malformed input; all of them mean the same here.
        raise SignedFileError(SIGNATURE_CHANGED) from error
    parts = (certificate_der, issuer, serial, signature_value)
    if padded[len(container) :].strip(b"\0") or container != _container(*parts, embedded) or not valid:
        raise SignedFileError(SIGNATURE_CHANGED)
    if embedded != digest:
        raise SignedFileError(CHANGED)
    return certificate_der


def _container(certificate: bytes, issuer: bytes, serial: bytes, signature: bytes, digest: bytes) -> bytes:
    """Write the one container that `sign` can have written for these parts."""
    signing_certificate = _der(
        _SEQUENCE,
        _der(_OCTETS, sha256(certificate).digest()),
        _der(_SEQUENCE, _der(_SEQUENCE, _der(_TAG_4, issuer)), serial),
    )
    attributes = (
        _der(_SEQUENCE, _OID_CONTENT_TYPE, _der(_SET, _OID_DATA)),
        _der(_SEQUENCE, _OID_MESSAGE_DIGEST, _der(_SET, _der(_OCTETS, digest))),
        _der(
            _SEQUENCE,
            _OID_SIGNING_CERTIFICATE_V2,
            _der(_SET, _der(_SEQUENCE, _der(_SEQUENCE, signing_certificate))),
        ),
    )
    signer = _der(
        _SEQUENCE,
        _VERSION_1,
        _der(_SEQUENCE, issuer, serial),
        _SHA256_ALGORITHM,
        _der(_TAG_0, *attributes),
        _ECDSA_SHA256_ALGORITHM,
        _der(_OCTETS, signature),
    )
    signed = _der(
        _SEQUENCE,
        _VERSION_1,
        _der(_SET, _SHA256_ALGORITHM),
        _der(_SEQUENCE, _OID_DATA),
        _der(_TAG_0, certificate),
        _der(_SET, signer),
    )
    return _der(_SEQUENCE, _OID_SIGNED_DATA, _der(_TAG_0, signed))


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + body
