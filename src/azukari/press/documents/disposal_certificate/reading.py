"""Takes a certificate file apart and refuses it unless it is, byte for byte, what `signature.sign` wrote.

A PDF reader forgives; this one does not. Every byte is either covered by the signature or fixed by the
checks below: the hole that holds the signature must be upper-case hexadecimal of one canonical CMS container
followed by zeros, and the container must equal the one rebuilt from its own parts, so that nothing in it is
free to change. (ECDSA has a second valid signature for the same content; whoever makes it changes no word.)

Left to the caller on purpose: whether the signer is to be trusted. The certificate is self-signed; the facts
name its SHA-256, and the entry and proof attached lead to the log key the client company holds. `read` does
not look at the drawn page: whoever holds the office's signing key could draw another. The facts are what
counts, and `azukari verify` shows them; `page_shows_facts` draws them again and compares.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

from azukari.press.document_errors import CertificateFileError
from azukari.press.documents.disposal_certificate.facts import DisposalCertificate
from azukari.press.documents.disposal_certificate.page import ENTRY_NAME, FACTS_NAME, PROOF_NAME, render
from azukari.press.documents.disposal_certificate.signature import FIELD_NAME, SUBFILTER, with_hole

# 27,000 numbers of the largest office make about 40 MB.
LARGEST_FILE = 64 * 1024 * 1024

_SIGNATURE = re.compile(rb"/Contents <([0-9A-F]+)>\n/ByteRange \[0 ([0-9]+) ([0-9]+) ([0-9]+)\] *\n")
_ROOT_KEYS = frozenset(
    {"/AF", "/AcroForm", "/Lang", "/MarkInfo", "/Metadata", "/Names", "/Outlines", "/OutputIntents"}
    | {"/Pages", "/StructTreeRoot", "/Type", "/ViewerPreferences"}
)
_ACTIVE_KEYS = frozenset({"/AA", "/JS", "/JavaScript", "/OpenAction", "/RichMediaContent", "/XFA"})
_ACTIONS = frozenset(
    {"/GoToE", "/GoToR", "/Hide", "/ImportData", "/JavaScript", "/Launch", "/Movie", "/Named", "/Rendition"}
    | {"/ResetForm", "/RichMediaExecute", "/SetOCGState", "/Sound", "/SubmitForm", "/URI"}
)
_LOOKS_ACTIVE = re.compile("|".join(f"{name}(?![0-9A-Za-z])" for name in sorted(_ACTIVE_KEYS | _ACTIONS)).encode())

_NOT_PDF = "PDFではありません。"
_TOO_LARGE = "ファイルが大きすぎます。"
_NO_SIGNATURE = "署名がありません。"
_SEVERAL = "署名が1つではありません。"
_ADDED = "署名したあとに内容が追加されています。"
_CHANGED = "署名したあとに変更されています。"
_SIGNATURE_CHANGED = "署名の部分が変更されています。"
_NOT_OURS = "あずかりの廃棄証明書ではありません。"
_ACTIVE = "廃棄証明書にない動作（スクリプトなど）が含まれています。"
_OTHER_SIGNER = "証明書に書かれた署名者と、実際の署名者が違います。"


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
    signer_certificate_der = _check_signature(pdf)
    facts_bytes, entry_bytes, proof_bytes = _attachments(pdf)
    try:
        certificate = DisposalCertificate.from_bytes(facts_bytes)
    except ValueError as error:
        raise CertificateFileError(_NOT_OURS) from error
    if certificate.signer_certificate_sha256 != sha256(signer_certificate_der).hexdigest():
        raise CertificateFileError(_OTHER_SIGNER)
    return CertificateFile(
        certificate=certificate,
        facts_bytes=facts_bytes,
        entry_bytes=entry_bytes,
        proof_bytes=proof_bytes,
        signer_certificate_der=signer_certificate_der,
    )


def page_shows_facts(pdf: bytes) -> bool:
    """Draw the facts of a certificate file again and tell whether the file is just that, signed.

    True is certain. False may also mean that another version of the program or of its fonts drew the file:
    say "cannot decide", not "changed". Raises: CertificateFileError as `read` does.
    """
    file = read(pdf)
    drawn = render(file.certificate, file.proof_bytes, file.entry_bytes)
    again = with_hole(drawn, file.signer_certificate_der, _signed_at(pdf))
    return _without_hole(again) == _without_hole(pdf)


def _signed_at(pdf: bytes) -> datetime:
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as opened:
        text = str(opened.Root.AcroForm.Fields[0].V.get("/M", ""))
    try:
        return datetime.strptime(text, "D:%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise CertificateFileError(_NOT_OURS) from error


def _without_hole(pdf: bytes) -> tuple[bytes, bytes] | None:
    found = _SIGNATURE.search(pdf)
    return (pdf[: found.start(1)], pdf[found.end(1) :]) if found else None


def _check_signature(pdf: bytes) -> bytes:
    """Check that one signature covers the whole file; give the signer's certificate."""
    if not pdf.startswith(b"%PDF-"):
        raise CertificateFileError(_NOT_PDF)
    if len(pdf) > LARGEST_FILE:
        raise CertificateFileError(_TOO_LARGE)
    found = list(_SIGNATURE.finditer(pdf))
    if not found:
        # A damaged signature looks like none; the words tell the two apart for the person.
        raise CertificateFileError(_SIGNATURE_CHANGED if b"/ByteRange" in pdf else _NO_SIGNATURE)
    if len(found) > 1 or pdf.count(b"/ByteRange") != 1:
        raise CertificateFileError(_SEVERAL)
    hole_start, hole_end = found[0].start(1) - 1, found[0].end(1) + 1
    before, after, length = (int(number) for number in found[0].groups()[1:])
    if (before, after) != (hole_start, hole_end):
        raise CertificateFileError(_SIGNATURE_CHANGED)
    if after + length != len(pdf):
        raise CertificateFileError(_ADDED if after + length < len(pdf) else _CHANGED)
    covered = sha256(pdf[:hole_start])
    covered.update(pdf[hole_end:])
    return _check_container(bytes.fromhex(_even(found[0][1])), covered.digest())


def _even(digits: bytes) -> str:
    if len(digits) % 2:
        raise CertificateFileError(_SIGNATURE_CHANGED)
    return digits.decode("ascii")


def _check_container(padded: bytes, digest: bytes) -> bytes:
    """Check the CMS container, byte for byte, against the digest of the file; give the certificate."""
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
        raise CertificateFileError(_SIGNATURE_CHANGED) from error
    parts = (certificate_der, issuer, serial, signature_value)
    if padded[len(container) :].strip(b"\0") or container != _container(*parts, embedded) or not valid:
        raise CertificateFileError(_SIGNATURE_CHANGED)
    if embedded != digest:
        raise CertificateFileError(_CHANGED)
    return certificate_der


# DER, written by hand: the container has one shape only. Source: RFC 5652 section 5, RFC 5035 section 3.
_OID_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_OID_DATA = bytes.fromhex("06092a864886f70d010701")
_OID_CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
_OID_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_OID_SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")
_SHA256_ALGORITHM = bytes.fromhex("300d06096086480165030402010500")
_ECDSA_SHA256_ALGORITHM = bytes.fromhex("300a06082a8648ce3d040302")
_VERSION_1 = bytes.fromhex("020101")
_SEQUENCE, _SET, _OCTETS, _TAG_0, _TAG_4 = 0x30, 0x31, 0x04, 0xA0, 0xA4


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


def _attachments(pdf: bytes) -> tuple[bytes, bytes, bytes]:
    import pikepdf

    try:
        with pikepdf.open(BytesIO(pdf)) as opened:
            _check_structure(opened, pdf)
            facts, entry, proof = (
                _unpacked(opened.attachments[name].get_file().obj) for name in (FACTS_NAME, ENTRY_NAME, PROOF_NAME)
            )
    except CertificateFileError:
        raise
    except (
        pikepdf.PdfError,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
        RecursionError,
        zlib.error,
    ) as error:
        # Unchanged since it was signed, but not built as ours: somebody else's signed PDF.
        raise CertificateFileError(_NOT_OURS) from error
    return facts, entry, proof


def _unpacked(stream: Any) -> bytes:
    """Unpack an attachment with a bound: a validly signed file may still be made to fill the memory."""
    packed: bytes = stream.read_raw_bytes()
    filters = str(stream.stream_dict.get("/Filter", ""))
    if not filters:
        return packed
    inflater = zlib.decompressobj()
    unpacked = inflater.decompress(packed, LARGEST_FILE)
    if filters != "/FlateDecode" or not inflater.eof:
        raise CertificateFileError(_NOT_OURS)
    return unpacked


def _check_structure(opened: Any, pdf: bytes) -> None:
    """Check that the file holds one drawn document, one signature field, and nothing that acts."""
    if opened.is_encrypted or pdf.count(b"startxref") != 2:
        raise CertificateFileError(_NOT_OURS)
    if sorted(opened.attachments) != sorted((FACTS_NAME, ENTRY_NAME, PROOF_NAME)):
        raise CertificateFileError(_NOT_OURS)
    root = opened.Root
    if not set(root.keys()) <= _ROOT_KEYS or set(root.Names.keys()) != {"/EmbeddedFiles"}:
        raise CertificateFileError(_ACTIVE)
    fields = list(root.AcroForm.Fields)
    if len(fields) != 1 or str(fields[0].FT) != "/Sig" or str(fields[0].T) != FIELD_NAME:
        raise CertificateFileError(_SEVERAL)
    if str(fields[0].V.SubFilter) != SUBFILTER:
        raise CertificateFileError(_NOT_OURS)
    annotations = [annotation for one in opened.pages for annotation in one.obj.get("/Annots", ())]
    if [annotation.objgen for annotation in annotations] != [fields[0].objgen]:
        raise CertificateFileError(_ACTIVE)
    if any(_acts(item) for item in opened.objects):
        raise CertificateFileError(_ACTIVE)


def _acts(item: Any) -> bool:
    """Tell whether an object, or one written inside it, does something when the file is opened or clicked."""
    import pikepdf

    written = item.stream_dict if isinstance(item, pikepdf.Stream) else item
    if not isinstance(written, (pikepdf.Dictionary, pikepdf.Array)):
        return False
    # The text is searched first because it is quick; only what looks active is walked.
    return bool(_LOOKS_ACTIVE.search(written.unparse())) and _holds_action(written)


def _holds_action(item: Any) -> bool:
    import pikepdf

    if isinstance(item, pikepdf.Array):
        return any(_holds_action(part) for part in item if not _is_indirect(part))
    if not isinstance(item, pikepdf.Dictionary):
        return False
    if not _ACTIVE_KEYS.isdisjoint(item.keys()) or str(item.get("/S", "")) in _ACTIONS:
        return True
    return any(_holds_action(part) for _, part in item.items() if not _is_indirect(part))


def _is_indirect(part: Any) -> bool:
    # Indirect objects are in the list of all objects and get their own turn; following them could go in
    # circles.
    return bool(getattr(part, "is_indirect", False))
