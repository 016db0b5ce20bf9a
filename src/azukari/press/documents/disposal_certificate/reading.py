"""Takes a certificate file apart: the general reader of signed papers, asked for a 廃棄証明書.

What is checked, and what is left to the caller, stands in `press.signed.reading`.
"""

from __future__ import annotations

from dataclasses import dataclass

from azukari.press import signed
from azukari.press.document_errors import CertificateFileError
from azukari.press.documents.disposal_certificate.facts import DisposalCertificate
from azukari.press.documents.disposal_certificate.page import FACTS_NAME, render

KIND = signed.Kind("廃棄証明書", FACTS_NAME, DisposalCertificate.from_bytes, render)


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """What an unchanged certificate file carries. `facts_bytes` are canonical; `certificate` holds them."""

    certificate: DisposalCertificate
    facts_bytes: bytes
    entry_bytes: bytes
    proof_bytes: bytes
    signer_certificate_der: bytes


def read(pdf: bytes) -> CertificateFile:
    """Take a certificate file apart. Raises: CertificateFileError, saying why in one Japanese sentence."""
    try:
        file = signed.read(pdf, KIND)
    except signed.SignedFileError as error:
        raise CertificateFileError(error.why) from error
    return CertificateFile(
        certificate=file.facts,
        facts_bytes=file.facts_bytes,
        entry_bytes=file.entry_bytes,
        proof_bytes=file.proof_bytes,
        signer_certificate_der=file.signer_certificate_der,
    )


def page_shows_facts(pdf: bytes) -> bool:
    """Draw the facts of a certificate file again and tell whether the file is just that, signed.

    True is certain; False may also mean another version of program or fonts. Raises: CertificateFileError.
    """
    try:
        return signed.page_shows_facts(pdf, KIND)
    except signed.SignedFileError as error:
        raise CertificateFileError(error.why) from error
