"""Takes a signed paper apart and refuses it unless it is, byte for byte, what `signature.sign` wrote.

A PDF reader forgives; this one does not. Every byte is either covered by the signature or fixed by the
checks below: the hole that holds the signature must be upper-case hexadecimal of one canonical CMS container
followed by zeros, and the container must equal the one rebuilt from its own parts (`container.py`), so that
nothing in it is free to change. (ECDSA has a second valid signature for the same content; whoever makes it
changes no word.)

Left to the caller on purpose: whether the signer is to be trusted. The certificate is self-signed; the facts
name its SHA-256, and the entry and proof attached lead to the log key the client company holds. `read` does
not look at the drawn page: whoever holds the office's signing key could draw another. The facts are what
counts, and `azukari verify` shows them; `page_shows_facts` draws them again and compares.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, Protocol

from azukari.press.signed.attachments import ENTRY_NAME, PROOF_NAME, RecordReference
from azukari.press.signed.container import Parts, parts_of
from azukari.press.signed.errors import CHANGED, SIGNATURE_CHANGED, SignedFileError
from azukari.press.signed.signature import FIELD_NAME, SUBFILTER, with_hole

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
_NOT_OURS = "あずかりの{what}ではありません。"
_ACTIVE = "{what}にない動作（スクリプトなど）が含まれています。"
_OTHER_SIGNER = "{what}に書かれた署名者と、実際の署名者が違います。"


class Facts(Protocol):
    """What the facts of every signed paper name: its place in the record, and who signed it."""

    @property
    def record(self) -> RecordReference:
        """Where the act stands in the handling record."""

    @property
    def signer_certificate_sha256(self) -> str:
        """The SHA-256 of the certificate the paper was signed with, in lower-case hexadecimal."""


@dataclass(frozen=True, slots=True)
class Kind[F: Facts]:
    """One kind of signed paper. `what` is its name in sentences, `facts_name` the attachment of its facts.

    `from_bytes` reads the facts strictly (ValueError on anything but their canonical bytes); `render` draws
    facts, proof and entry, unsigned.
    """

    what: str
    facts_name: str
    from_bytes: Callable[[bytes], F]
    render: Callable[[F, bytes, bytes], bytes]


@dataclass(frozen=True, slots=True)
class SignedFile[F: Facts]:
    """What an unchanged signed paper carries. `facts_bytes` are canonical; `facts` holds them.

    `time_stamp` is a token that says when `signature` was there (RFC 3161), unchecked; None without one.
    """

    kind: Kind[F]
    facts: F
    facts_bytes: bytes
    entry_bytes: bytes
    proof_bytes: bytes
    signer_certificate_der: bytes
    signature: bytes
    time_stamp: bytes | None


def read[F: Facts](pdf: bytes, *kinds: Kind[F]) -> SignedFile[F]:
    """Take a signed paper of one of these kinds apart; its attachments say which.

    Raises: SignedFileError, saying why in one Japanese sentence.
    """
    what = "または".join(kind.what for kind in kinds)
    signed = check_signature(pdf)
    try:
        kind, facts_bytes, entry_bytes, proof_bytes = _attachments(pdf, kinds, what)
        facts = kind.from_bytes(facts_bytes)
    except ValueError as error:
        raise SignedFileError(_NOT_OURS.format(what=what)) from error
    if facts.signer_certificate_sha256 != sha256(signed.certificate).hexdigest():
        raise SignedFileError(_OTHER_SIGNER.format(what=kind.what))
    return SignedFile(
        kind=kind,
        facts=facts,
        facts_bytes=facts_bytes,
        entry_bytes=entry_bytes,
        proof_bytes=proof_bytes,
        signer_certificate_der=signed.certificate,
        signature=signed.signature,
        time_stamp=signed.token,
    )


def page_shows_facts[F: Facts](pdf: bytes, kind: Kind[F]) -> bool:
    """Draw the facts of a signed paper again and tell whether the file is just that, signed.

    True is certain. False may also mean that another version of the program or of its fonts drew the file:
    say "cannot decide", not "changed". Raises: SignedFileError as `read` does.
    """
    file = read(pdf, kind)
    drawn = kind.render(file.facts, file.proof_bytes, file.entry_bytes)
    again = with_hole(drawn, file.signer_certificate_der, _signed_at(pdf, kind.what), reserved=len(hole_of(pdf)))
    return _without_hole(again) == _without_hole(pdf)


def _signed_at(pdf: bytes, what: str) -> datetime:
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as opened:
        text = str(opened.Root.AcroForm.Fields[0].V.get("/M", ""))
    try:
        return datetime.strptime(text, "D:%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise SignedFileError(_NOT_OURS.format(what=what)) from error


def _without_hole(pdf: bytes) -> tuple[bytes, bytes] | None:
    found = _SIGNATURE.search(pdf)
    return (pdf[: found.start(1)], pdf[found.end(1) :]) if found else None


def hole_of(pdf: bytes) -> bytes:
    """Give the hexadecimal digits of the hole that holds the signature, padding included, of a checked file."""
    found = _SIGNATURE.search(pdf)
    return found[1] if found else b""


def check_signature(pdf: bytes) -> Parts:
    """Check that one signature covers the whole file; give what its container is made of. Raises: SignedFileError."""
    if not pdf.startswith(b"%PDF-"):
        raise SignedFileError(_NOT_PDF)
    if len(pdf) > LARGEST_FILE:
        raise SignedFileError(_TOO_LARGE)
    found = list(_SIGNATURE.finditer(pdf))
    if not found:
        # A damaged signature looks like none; the words tell the two apart for the person.
        raise SignedFileError(SIGNATURE_CHANGED if b"/ByteRange" in pdf else _NO_SIGNATURE)
    if len(found) > 1 or pdf.count(b"/ByteRange") != 1:
        raise SignedFileError(_SEVERAL)
    hole_start, hole_end = found[0].start(1) - 1, found[0].end(1) + 1
    before, after, length = (int(number) for number in found[0].groups()[1:])
    if (before, after) != (hole_start, hole_end):
        raise SignedFileError(SIGNATURE_CHANGED)
    if after + length != len(pdf):
        raise SignedFileError(_ADDED if after + length < len(pdf) else CHANGED)
    covered = sha256(pdf[:hole_start])
    covered.update(pdf[hole_end:])
    return parts_of(bytes.fromhex(_even(found[0][1])), covered.digest())


def _even(digits: bytes) -> str:
    if len(digits) % 2:
        raise SignedFileError(SIGNATURE_CHANGED)
    return digits.decode("ascii")


def _attachments[F: Facts](pdf: bytes, kinds: Sequence[Kind[F]], what: str) -> tuple[Kind[F], bytes, bytes, bytes]:
    """Give the kind that the attachments name, then facts, entry and proof."""
    import pikepdf

    try:
        with pikepdf.open(BytesIO(pdf)) as opened:
            kind = _kind_of(opened, kinds)
            if kind is None or opened.is_encrypted or pdf.count(b"startxref") != 2:
                raise SignedFileError(_NOT_OURS.format(what=what))
            _check_structure(opened, kind.what)
            facts, entry, proof = (
                _unpacked(opened.attachments[name].get_file().obj) for name in (kind.facts_name, ENTRY_NAME, PROOF_NAME)
            )
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
        raise SignedFileError(_NOT_OURS.format(what=what)) from error
    return kind, facts, entry, proof


def _kind_of[F: Facts](opened: Any, kinds: Sequence[Kind[F]]) -> Kind[F] | None:
    names = sorted(opened.attachments)
    for kind in kinds:
        if names == sorted((kind.facts_name, ENTRY_NAME, PROOF_NAME)):
            return kind
    return None


def _unpacked(stream: Any) -> bytes:
    """Unpack an attachment with a bound: a validly signed file may still be made to fill the memory."""
    packed: bytes = stream.read_raw_bytes()
    filters = str(stream.stream_dict.get("/Filter", ""))
    if not filters:
        return packed
    inflater = zlib.decompressobj()
    unpacked = inflater.decompress(packed, LARGEST_FILE)
    if filters != "/FlateDecode" or not inflater.eof:
        raise ValueError("packed in another way, or too large")
    return unpacked


def _check_structure(opened: Any, what: str) -> None:
    """Check that the file holds one drawn document, one signature field, and nothing that acts."""
    root = opened.Root
    if not set(root.keys()) <= _ROOT_KEYS or set(root.Names.keys()) != {"/EmbeddedFiles"}:
        raise SignedFileError(_ACTIVE.format(what=what))
    fields = list(root.AcroForm.Fields)
    if len(fields) != 1 or str(fields[0].FT) != "/Sig" or str(fields[0].T) != FIELD_NAME:
        raise SignedFileError(_SEVERAL)
    if str(fields[0].V.SubFilter) != SUBFILTER:
        raise SignedFileError(_NOT_OURS.format(what=what))
    annotations = [annotation for one in opened.pages for annotation in one.obj.get("/Annots", ())]
    if [annotation.objgen for annotation in annotations] != [fields[0].objgen]:
        raise SignedFileError(_ACTIVE.format(what=what))
    if any(_acts(item) for item in opened.objects):
        raise SignedFileError(_ACTIVE.format(what=what))


def _acts(item: Any) -> bool:
    """Tell whether an object, or one written inside it, does something when the file is opened or clicked."""
    import pikepdf

    written = item.stream_dict if isinstance(item, pikepdf.Stream) else item
    if not isinstance(written, (pikepdf.Dictionary, pikepdf.Array)):
        return False
    # The text is searched first because it is quick; only what looks active is walked. Resolved: the text of an object
    # with a number of its own would else be that number.
    return bool(_LOOKS_ACTIVE.search(written.unparse(resolved=True))) and _holds_action(written)


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
