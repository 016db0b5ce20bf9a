"""廃棄証明書: the signed PDF a client company receives when numbers it entrusted have been disposed of.

`DisposalCertificate` holds the facts, `render` draws them with the record's proof attached, `sign` seals the
file (PAdES B-B), `read` takes a file apart again and refuses it if a single byte differs. Whether the signer
and the log key are to be trusted is the caller's question: the facts name both.
"""

from azukari.press.documents.disposal_certificate.facts import DisposalCertificate
from azukari.press.documents.disposal_certificate.page import render
from azukari.press.documents.disposal_certificate.reading import KIND, CertificateFile, page_shows_facts, read
from azukari.press.signed import sign

__all__ = ["KIND", "CertificateFile", "DisposalCertificate", "page_shows_facts", "read", "render", "sign"]
