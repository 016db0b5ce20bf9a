"""The key and certificate for signed PDFs."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from cryptography.x509.oid import NameOID

from azukari.seal.document_signer import certificate_fingerprint, new_document_signer
from azukari.seal.errors import FormatError

START, END = datetime(2026, 4, 1, tzinfo=UTC), datetime(2036, 4, 1, tzinfo=UTC)


def test_key_and_certificate_belong_together_and_say_what_they_are_for() -> None:
    made = new_document_signer("あずかり 証明書署名", "社会保険労務士法人 あさがお", 20260401, START, END)
    key = load_der_private_key(made.private_key_der, None)
    certificate = x509.load_der_x509_certificate(made.certificate_der)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert isinstance(key.curve, ec.SECP256R1)
    assert certificate.public_key() == key.public_key()
    certificate.verify_directly_issued_by(certificate)
    assert isinstance(certificate.signature_hash_algorithm, SHA256)
    names = certificate.subject
    assert names.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "あずかり 証明書署名"
    assert names.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "社会保険労務士法人 あさがお"
    assert (certificate.serial_number, certificate.not_valid_before_utc) == (20260401, START)
    assert certificate.not_valid_after_utc == END
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate_fingerprint(made.certificate_der) == hashlib.sha256(made.certificate_der).hexdigest()


@pytest.mark.parametrize(
    ("common_name", "serial", "start", "end"),
    [
        ("", 1, START, END),
        ("長" * 65, 1, START, END),
        ("名", 0, START, END),
        ("名", -1, START, END),
        ("名", 1 << 160, START, END),
        ("名", 1, END, START),
        ("名", 1, START.replace(tzinfo=None), END),
    ],
)
def test_what_cannot_stand_in_a_certificate_is_refused(
    common_name: str, serial: int, start: datetime, end: datetime
) -> None:
    with pytest.raises(FormatError):
        new_document_signer(common_name, "事務所", serial, start, end)
