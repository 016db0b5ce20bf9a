"""Makes good and bad signed papers: whole ones, and ones with one part changed."""

from __future__ import annotations

import dataclasses
import json
from base64 import b64encode
from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import rfc8785
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key

from azukari.press.documents import disposal_certificate, file_receipt
from azukari.press.documents.disposal_certificate import sample as certificates
from azukari.press.documents.file_receipt.sample import sample_receipt
from azukari.press.signed import STAMP_ROOM, container, reading, sign, signature_of, stamp
from azukari.seal import checkpoint, time_stamps
from azukari.seal.document_signer import certificate_fingerprint
from tests import tsa
from tests.ops.test_verify_receipt import ISSUED_AT, PLACE, Log, new_log

RECEIPT, CERTIFICATE = "receipt.json", "certificate.json"
EVENTS = {RECEIPT: "exchange.file.received", CERTIFICATE: "vault.certificate.issued"}


class Desk:
    """An office that signs what it is told to, quickly: a page is drawn once, its attachments are exchanged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log: Log = new_log(1)
        self.other: Log = new_log(2)

    @cached_property
    def pages(self) -> dict[str, bytes]:
        receipt = file_receipt.render(sample_receipt(), b"x", b"{}")
        return {
            RECEIPT: receipt,
            CERTIFICATE: disposal_certificate.render(certificates.sample_certificate(3), b"x", b"{}"),
        }

    @cached_property
    def receipt(self) -> bytes:
        """A good one, as the product makes it."""
        return self.log.sign(self.log.facts())

    def facts(self, kind: str = RECEIPT, **changes: Any) -> bytes:
        """Facts with changes by path (`office__name`), canonical even where they cannot be true."""
        digest = certificate_fingerprint(self.log.documents.certificate_der)
        if kind == RECEIPT:
            told: Any = self.log.facts()
        else:
            told = dataclasses.replace(
                certificates.sample_certificate(3, signer_certificate_sha256=digest), record=self.log.reference()
            )
        body = json.loads(told.to_bytes())
        for path, value in changes.items():
            inner: Any = body
            keys: list[Any] = [int(key) if key.isdigit() else key for key in path.split("__")]
            for key in keys[:-1]:
                inner = inner[key]
            if value is ...:
                del inner[keys[-1]]
            else:
                inner[keys[-1]] = value
        return rfc8785.dumps(body)

    def entry(self, facts: bytes, kind: str = RECEIPT, **changes: Any) -> bytes:
        return self.log.entry(facts, **{"event": EVENTS[kind], **changes})

    def paper(
        self,
        kind: str = RECEIPT,
        *,
        facts: bytes | None = None,
        entry: bytes | None = None,
        proof: bytes | None = None,
        change: Callable[[pikepdf.Pdf], None] | None = None,
        signer: tuple[bytes, bytes] | None = None,
        stamp_room: int = 0,
    ) -> bytes:
        """A signed paper with these attachments; what is left out fits."""
        facts = self.facts(kind) if facts is None else facts
        entry = self.entry(facts, kind) if entry is None else entry
        proof = self.log.proof(entry) if proof is None else proof
        out = BytesIO()
        with pikepdf.open(BytesIO(self.pages[kind])) as opened:
            for name, data in ((kind, facts), ("entry.json", entry), ("proof.tlog-proof", proof)):
                del opened.attachments[name]
                opened.attachments[name] = pikepdf.AttachedFileSpec(opened, data, filename=name)
            if change:
                change(opened)
            opened.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        key = signer or (self.log.documents.private_key_der, self.log.documents.certificate_der)
        return sign(out.getvalue(), *key, ISSUED_AT, stamp_room=stamp_room)

    @cached_property
    def authority(self) -> tsa.Authority:
        return tsa.make(self.folder / "tsa")

    def stamped(self, change: Callable[[bytes], bytes] = lambda token: token, of: bytes = b"") -> bytes:
        """The receipt with a real time stamp beside its signature, or one `of` something else, or a changed one."""
        pdf = self.paper(stamp_room=STAMP_ROOM)
        data = of or signature_of(pdf)
        answer = self.authority.reply(time_stamps.ask(data))
        return stamp(pdf, change(time_stamps.token_of(answer, data, [])))

    def with_another_certificate(self, token: bytes) -> bytes:
        """A time stamp whose authority's certificate is not the one it names: its last byte is another."""
        pem = x509.load_pem_x509_certificate((self.authority.folder / "tsa.pem").read_bytes())
        end = token.index(certificate := pem.public_bytes(Encoding.DER)) + len(certificate)
        return token[: end - 1] + bytes([token[end - 1] ^ 1]) + token[end:]

    # --- parts, each with one thing changed -----------------------------------------------------------------

    def with_facts(self, kind: str = RECEIPT, **changes: Any) -> bytes:
        return self.paper(kind, facts=self.facts(kind, **changes))

    def with_rewritten_facts(self, change: Callable[[bytes], bytes], kind: str = RECEIPT) -> bytes:
        return self.paper(kind, facts=change(self.facts(kind)))

    def with_entry(self, **changes: Any) -> bytes:
        facts = self.facts()
        return self.paper(facts=facts, entry=self.entry(facts, **changes))

    def with_rewritten_entry(self, change: Callable[[bytes], bytes]) -> bytes:
        facts = self.facts()
        return self.paper(facts=facts, entry=change(self.entry(facts)))

    def with_proof(self, change: Callable[[bytes], bytes]) -> bytes:
        facts = self.facts()
        entry = self.entry(facts)
        return self.paper(facts=facts, entry=entry, proof=change(self.log.proof(entry)))

    def with_head(self, text: str) -> bytes:
        """The proof with a head of the office's own making in place of its head; {root} is the true root."""
        facts = self.facts()
        entry = self.entry(facts)
        proof = checkpoint.parse_proof(self.log.proof(entry).decode())
        root = proof.checkpoint.split("\n")[2]
        note = self.log.signer.sign_text(text.replace("{root}", root).replace("{origin}", self.log.origin))
        return self.paper(facts=facts, entry=entry, proof=checkpoint.build_proof(PLACE, proof.hashes, note).encode())

    def with_key(self, verifier_key: str, fingerprint: str = "") -> bytes:
        return self.with_facts(record__verifier_key=verifier_key, record__verifier_key_fingerprint=fingerprint)

    def with_hole(self, change: Callable[[bytearray], bytes | None]) -> bytes:
        """The good receipt with its container changed, in the hole of the same size."""
        pdf = self.receipt
        start = pdf.rfind(b"/Contents <") + 11
        end = pdf.find(b">", start)
        padded = bytearray.fromhex(pdf[start:end].decode())
        padded = bytearray(change(padded) or padded)
        changed = bytes(padded).hex().upper().encode()
        assert len(changed) == end - start
        return pdf[:start] + changed + pdf[end:]


def in_hole(pdf: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The digits of the hole rewritten; where they stand is told anew, as a forger would."""
    start = pdf.rfind(b"/Contents <") + 11
    end = pdf.find(b">", start)
    digits = change(pdf[start:end])
    rest = pdf[end:].replace(b" %d " % (end + 1), b" %d " % (start + len(digits) + 1), 1)
    return pdf[:start] + digits + rest


def container_end(padded: bytes) -> int:
    return 4 + int.from_bytes(padded[2:4])


def signature_at(padded: bytes) -> int:
    """Where the ECDSA signature stands in its octets: the last element of the container."""
    return padded.rindex(bytes.fromhex("300a06082a8648ce3d04030204"), 0, container_end(padded)) + 14


def flip(place: Callable[[bytes], int]) -> Callable[[bytearray], None]:
    def change(padded: bytearray) -> None:
        padded[place(padded)] ^= 1

    return change


def other_signature_number(padded: bytearray) -> None:
    """The second signature of ECDSA: s becomes n - s. Whoever makes it changes no word."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    start = signature_at(padded)
    end = container_end(padded)
    r, s = decode_dss_signature(bytes(padded[start:end]))
    other = encode_dss_signature(r, order - s)
    if len(other) == end - start:
        padded[start:end] = other


def swap(old: str | bytes, new: str | bytes, count: int = 1) -> Callable[[bytes], bytes]:
    before, after = (item.encode() if isinstance(item, str) else item for item in (old, new))

    def change(data: bytes) -> bytes:
        assert before in data
        return data.replace(before, after, count)

    return change


def attach(name: str, data: bytes) -> Callable[[pikepdf.Pdf], None]:
    def change(opened: pikepdf.Pdf) -> None:
        opened.attachments[name] = pikepdf.AttachedFileSpec(opened, data, filename=name)

    return change


def without(name: str) -> Callable[[pikepdf.Pdf], None]:
    def change(opened: pikepdf.Pdf) -> None:
        del opened.attachments[name]

    return change


def script(opened: pikepdf.Pdf) -> None:
    opened.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def hidden_script(opened: pikepdf.Pdf) -> None:
    """In an object nobody points to from the catalogue: in the metadata of a page."""
    opened.pages[0].PieceInfo = opened.make_indirect(
        pikepdf.Dictionary(A=pikepdf.Array([pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("x"))]))
    )


def link(opened: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.jp/"))
    annotation = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    opened.pages[0].Annots = opened.make_indirect(pikepdf.Array([opened.make_indirect(annotation)]))


def note(opened: pikepdf.Pdf) -> None:
    annotation = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9])
    opened.pages[0].Annots = opened.make_indirect(pikepdf.Array([opened.make_indirect(annotation)]))


def new_root_key(opened: pikepdf.Pdf) -> None:
    opened.Root.PageLayout = pikepdf.Name.SinglePage


def new_name_tree(opened: pikepdf.Pdf) -> None:
    opened.Root.Names.Dests = pikepdf.Dictionary(Names=[])


def pack(name: str, data: bytes, filters: pikepdf.Object | None) -> Callable[[pikepdf.Pdf], None]:
    """Put bytes in the place of an attachment as they are, under a filter."""

    def change(opened: pikepdf.Pdf) -> None:
        stream = opened.attachments[name].obj.EF.F
        stream.write(data, filter=filters)
        opened.attachments[name].obj.EF.UF = stream

    return change


def witnessed(proof: bytes, lines: int = 1, again: bytes = b"") -> bytes:
    """Signature lines of keys the reader does not know stand beside the office's."""
    more = b"".join(
        b"\xe2\x80\x94 witness.example/%d %s\n" % (number, b64encode(bytes([number]) * 12)) for number in range(lines)
    )
    return proof + again + more


def own_line(proof: bytes) -> bytes:
    return proof[proof.rindex(b"\n", 0, -1) + 1 :]


def proof_of(hashes: int, index: int = PLACE) -> Callable[[bytes], bytes]:
    """The proof with another number of hashes, or another index."""

    def change(proof: bytes) -> bytes:
        parsed = checkpoint.parse_proof(proof.decode())
        told = [*parsed.hashes, *[bytes(32)] * 99][:hashes]
        return checkpoint.build_proof(index, told, parsed.checkpoint).encode()

    return change


def at_place(desk: Desk, place: int) -> bytes:
    facts = desk.facts(record__index=place)
    entry = desk.entry(facts, seq=place)
    return desk.paper(facts=facts, entry=entry, proof=desk.log.proof(entry, place))


def whole_proof(desk: Desk, entry: bytes, leaf: bytes) -> bytes:
    """A proof in a tree of the office's own, for a leaf of its choice."""
    head = checkpoint.sign_checkpoint(desk.log.signer, desk.log.origin, 1, leaf)
    return checkpoint.build_proof(0, [], head).encode()


def of_nobody(desk: Desk) -> bytes:
    """A forger with keys of his own makes everything anew: consistent, and told only by the fingerprint."""
    forger = dataclasses.replace(desk.log, signer=desk.other.signer, documents=desk.other.documents)
    signer = checkpoint.LogSigner.from_private_bytes(desk.log.origin, desk.other.signer.private_bytes())
    forger = dataclasses.replace(forger, signer=signer)
    return forger.sign(forger.facts())


def flipped(place: int, bit: int) -> Callable[[Desk], bytes]:
    def make(desk: Desk) -> bytes:
        changed = bytearray(desk.receipt)
        changed[place % len(changed)] ^= bit
        return bytes(changed)

    return make


def signed_by_hand(
    desk: Desk, signer: tuple[bytes, bytes], spoil: Callable[[bytes], bytes] = lambda certificate: certificate
) -> bytes:
    """A receipt in our one shape, by a key or with a certificate that `sign` refuses to use: somebody's own work."""
    key, real = load_der_private_key(signer[0], None), x509.load_der_x509_certificate(signer[1])
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    certificate = spoil(signer[1])
    pdf = desk.paper(facts=desk.facts(signer_certificate_sha256=certificate_fingerprint(certificate)))
    found = next(reading._SIGNATURE.finditer(pdf))
    digest = sha256(pdf[: found.start(1) - 1] + pdf[found.end(1) + 1 :]).digest()
    length = real.serial_number.bit_length() // 8 + 1
    serial = bytes((2, length)) + real.serial_number.to_bytes(length)

    def whole(signature: bytes) -> bytes:
        issuer = real.issuer.public_bytes()
        return container.build(container.Parts(certificate, issuer, serial, signature=signature, digest=digest))

    empty = whole(b"")
    attributes = empty[empty.rindex(b"\xa0", 0, empty.index(bytes.fromhex("06092a864886f70d010903")) - 2) :]
    attributes = attributes[: attributes.index(bytes.fromhex("300a06082a8648ce3d040302"))]
    digits = whole(key.sign(b"\x31" + attributes[1:], ec.ECDSA(SHA256()))).hex().upper().encode()
    return pdf[: found.start(1)] + digits.ljust(len(found[1]), b"0") + pdf[found.end(1) :]


def with_more_inside(certificate: bytes) -> bytes:
    """A certificate with an element that no certificate has, at the end of what is signed."""
    inner = x509.load_der_x509_certificate(certificate).tbs_certificate_bytes
    longer = container._der(0x30, inner[4:], b"\x05\x00")
    return container._der(0x30, longer, certificate[4 + len(inner) :])


def other_attributes(pdf: bytes, times: int = 1, kind: str = "1.2.840.113549.1.9.16.2.14") -> bytes:
    """A stamped paper with its time stamp several times, or as another kind of attribute (RFC 5652, 11)."""
    from asn1crypto import cms

    digits = reading.hole_of(pdf)
    padded = bytes.fromhex(digits.decode())
    whole = cms.ContentInfo.load(padded[: container_end(padded)])
    info = whole["content"]["signer_infos"][0]
    one = cms.CMSAttribute({"type": kind, "values": [info["unsigned_attrs"][0]["values"][0]]})
    info["unsigned_attrs"] = cms.CMSAttributes([one] * times)
    return pdf.replace(digits, whole.dump().ljust(len(padded), b"\0").hex().upper().encode())
