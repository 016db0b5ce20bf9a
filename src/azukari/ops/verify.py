"""`azukari verify`: checks a 廃棄証明書 with nothing but the file. No server, no database, no Django.

What it shows: the file is as it was signed; the office's record holds exactly these facts at the named place,
under a head signed with the key named in the file. Whether that key is the office's own is shown by comparing
the fingerprint with one the office gave by another way (`--key`).
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import rfc8785

from azukari.kernel.clock import jst
from azukari.kernel.errors import AzukariError
from azukari.press.canonical import NotCanonicalError
from azukari.press.documents import disposal_certificate
from azukari.press.documents.disposal_certificate.facts import DisposalCertificate
from azukari.seal import chain, checkpoint, document_signer

ISSUED_EVENT = "vault.certificate.issued"


class InvalidCertificateError(AzukariError):
    code = "ops.invalid_certificate"
    happened = "この廃棄証明書は無効です。"
    cause = "{why}"
    remedy = "発行した事務所に問い合わせてください。"


@dataclass(frozen=True, slots=True)
class Verified:
    """A certificate that holds, and the fingerprint of the key that vouches for it."""

    facts: DisposalCertificate
    fingerprint: str


def verify_file(path: str, key: str | None) -> int:
    """Verify a file and say the result in Japanese. Exit codes: 0 valid, 1 invalid, 2 cannot be read."""
    try:
        pdf = Path(path).read_bytes()
    except OSError:
        sys.stdout.write(f"確かめられません：{path} を読めません。\n")
        return 2
    try:
        verified = verify(pdf, key)
    except AzukariError as error:
        sys.stdout.write(f"無効：{error.reason or error.event}\n")
        return 1
    facts = verified.facts
    sys.stdout.write(
        f"有効：{facts.number}\n"
        f"  発行：{facts.office.name}（{jst(facts.issued_at):%Y/%m/%d %H:%M}）\n"
        f"  宛先：{facts.addressee.name} 御中、{len(facts.rows)}件の個人番号\n"
        f"  廃棄日時：{jst(facts.executed_at):%Y/%m/%d %H:%M}、復元できなくなる日：{facts.scope.unrecoverable_on:%Y/%m/%d}\n"
        f"  記録：NO {facts.record.operation_no}（{facts.record.origin} の {facts.record.index} 番目）\n"
        f"  鍵の指紋：{verified.fingerprint}\n"
    )
    if key:
        sys.stdout.write("  発行元：指定された鍵と一致しました。\n")
    else:
        sys.stdout.write(
            "  発行元：事務所から別に受け取った鍵の指紋と、上の指紋が同じことを確かめてください（--key で指定できます）。\n"
        )
    return 0


def verify(pdf: bytes, key: str | None = None) -> Verified:
    """Check a certificate file step by step. `key` is the fingerprint of the office's key, as printed.

    Steps: 1 the file is whole and signed; 2 the signer is the one named in the facts; 3 the entry is canonical
    and tells of these very facts; 4 the entry stands at the named place of the office's record, under a head
    signed with the named key; 5 that key is the expected one, if one was given.
    Raises: InvalidCertificateError, CertificateFileError, ProofError.
    """
    file = disposal_certificate.read(pdf)  # 1
    try:
        facts = DisposalCertificate.from_bytes(file.facts_bytes)
    except (NotCanonicalError, ValueError):
        raise InvalidCertificateError(why="証明書の内容を読めません。書き換えられた可能性があります。") from None
    if document_signer.certificate_fingerprint(file.signer_certificate_der) != facts.signer_certificate_sha256:  # 2
        raise InvalidCertificateError(why="証明書に書かれた事務所とは別の鍵で署名されています。")
    _check_entry(file.entry_bytes, file.facts_bytes, facts)  # 3
    record = facts.record
    proof = checkpoint.parse_proof(file.proof_bytes.decode("utf-8", "replace"))
    if proof.index != record.index:
        raise InvalidCertificateError(why="証明が、別の場所の記録を指しています。")
    checkpoint.verify_proof(
        file.proof_bytes.decode("utf-8", "replace"),
        chain.leaf_hash(file.entry_bytes),
        record.verifier_key,
        record.origin,
    )  # 4
    fingerprint = checkpoint.fingerprint(record.verifier_key)
    if fingerprint != record.verifier_key_fingerprint:
        raise InvalidCertificateError(why="証明書に書かれた鍵の指紋が、鍵と一致しません。")
    if key is not None and _bare(key) != _bare(fingerprint):  # 5
        raise InvalidCertificateError(why="指定された鍵（事務所から受け取った指紋）とは別の鍵で署名されています。")
    return Verified(facts, fingerprint)


def _check_entry(entry: bytes, facts_bytes: bytes, facts: DisposalCertificate) -> None:
    try:
        told = json.loads(entry)
        canonical = rfc8785.dumps(told) == entry
    except ValueError:
        canonical = False
    if not canonical or not isinstance(told, dict):
        raise InvalidCertificateError(why="記録の写しを読めません。書き換えられた可能性があります。")
    if told.get("event") != ISSUED_EVENT or told.get("document") != hashlib.sha256(facts_bytes).hexdigest():
        raise InvalidCertificateError(why="証明書の内容が、記録に残っているものと一致しません。")
    try:
        origin = f"azukari/office/{UUID(str(told.get('office')))}"
    except ValueError:
        origin = ""
    if origin != facts.record.origin:
        raise InvalidCertificateError(why="別の事務所の記録が付いています。")
    if (told.get("seq"), f"{told.get('operation')}-{told.get('line')}") != (
        facts.record.index,
        facts.record.operation_no,
    ):
        raise InvalidCertificateError(why="証明書に書かれた記録の番号が、記録の写しと一致しません。")


def _bare(fingerprint: str) -> str:
    return "".join(character for character in fingerprint.upper() if character.isalnum())
