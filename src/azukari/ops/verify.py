"""`azukari verify`: checks a signed paper of ours with nothing but the file. No server, no database, no Django.

What it shows, for a 廃棄証明書 and a 受領書 alike: the file is as it was signed; the office's record holds exactly
these facts at the named place, under a head signed with the key named in the file. Whether that key is the
office's own is shown by comparing the fingerprint with one the office gave by another way (`--key`). For a receipt
`--file` shows whether a file at hand is the very one that was received.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import rfc8785

from azukari.kernel.clock import jst, jst_minute
from azukari.kernel.errors import AzukariError
from azukari.press import signed
from azukari.press.documents import disposal_certificate, file_receipt
from azukari.press.documents.disposal_certificate import DisposalCertificate
from azukari.press.documents.file_receipt import FileReceipt
from azukari.press.signed.attachments import grouped
from azukari.seal import chain, checkpoint, time_stamps
from azukari.seal.time_stamps import Stamp

ISSUED_EVENT = "vault.certificate.issued"
RECEIVED_EVENT = "exchange.file.received"

# The event that a paper's entry in the record must be, by the name of its kind.
_EVENTS = {disposal_certificate.KIND.what: ISSUED_EVENT, file_receipt.KIND.what: RECEIVED_EVENT}

_KINDS: tuple[signed.Kind[Any], ...] = (disposal_certificate.KIND, file_receipt.KIND)

type Paper = DisposalCertificate | FileReceipt


class InvalidCertificateError(AzukariError):
    """A paper that is whole and signed, yet does not hold: another record, another key, other facts."""

    code = "ops.invalid_certificate"
    happened = "この書類は無効です。"
    cause = "{why}"
    remedy = "発行した事務所に問い合わせてください。"


@dataclass(frozen=True, slots=True)
class Verified:
    """A paper that holds, and the fingerprint of the key that vouches for it."""

    facts: Paper
    fingerprint: str
    stamp: Stamp | None


def verify_file(path: str, key: str | None, file: str | None = None, roots: str | None = None) -> int:
    """Verify a file and say the result in Japanese.

    `file` is a file at hand, to be compared with the one a receipt names; `roots` a PEM file with the certificates of
    time-stamping authorities to trust.
    Exit codes: 0 valid (and the very file), 1 invalid or another file, 2 cannot be read.
    """
    try:
        pdf = Path(path).read_bytes()
    except OSError:
        return _unreadable(path)
    try:
        trusted = time_stamps.read_roots(Path(roots).read_bytes()) if roots else []
        verified = verify(pdf, key, trusted)
    except OSError:
        return _unreadable(roots or "")
    except AzukariError as error:
        sys.stdout.write(f"無効：{error.reason or error.event}\n")
        return 1
    facts = verified.facts
    sys.stdout.write(_told_receipt(facts) if isinstance(facts, FileReceipt) else _told_certificate(facts))
    sys.stdout.write(
        f"  記録：NO {facts.record.operation_no}（{facts.record.origin} の {facts.record.index} 番目）\n"
        f"  鍵の指紋：{verified.fingerprint}\n"
    )
    if verified.stamp:
        vouched = (
            "指定された証明書で確かめました"
            if verified.stamp.trusted
            else "認証局の署名は確かめていません。--tsa-root で指定できます"
        )
        sys.stdout.write(
            f"  時刻の証明：{jst(verified.stamp.at):%Y/%m/%d %H:%M:%S}"
            f"（{_plain(verified.stamp.authority)}。{vouched}）\n"
        )
    if key:
        sys.stdout.write("  発行元：指定された鍵と一致しました。\n")
    else:
        sys.stdout.write(
            "  発行元：事務所から別に受け取った鍵の指紋と、上の指紋が同じことを確かめてください（--key で指定できます）。\n"
        )
    return 0 if file is None else _compare(facts, file)


def verify(pdf: bytes, key: str | None = None, roots: Sequence[Any] = ()) -> Verified:
    """Check a signed paper step by step. `key` is the fingerprint of the office's key, as printed.

    Steps: 1 the file is whole and signed, by the one named in its facts; 2 the entry is canonical and tells of
    these very facts; 3 the entry stands at the named place of the office's record, under a head signed with the
    named key; 4 that key is the expected one, if one was given; 5 a time stamp, where there is one, is of this
    signature (`roots`: of an authority to be trusted).
    Raises: InvalidCertificateError, SignedFileError, ProofError, TimeStampError.
    """
    file = signed.read(pdf, *_KINDS)  # 1
    what, record = file.kind.what, file.facts.record
    _check_entry(file)  # 2
    proof_text = file.proof_bytes.decode("utf-8", "replace")
    if checkpoint.parse_proof(proof_text).index != record.index:
        raise InvalidCertificateError(why="証明が、別の場所の記録を指しています。")
    checkpoint.verify_proof(proof_text, chain.leaf_hash(file.entry_bytes), record.verifier_key, record.origin)  # 3
    fingerprint = checkpoint.fingerprint(record.verifier_key)
    if fingerprint != record.verifier_key_fingerprint:
        raise InvalidCertificateError(why=f"{what}に書かれた鍵の指紋が、鍵と一致しません。")
    if key is not None and _bare(key) != _bare(fingerprint):  # 4
        raise InvalidCertificateError(why="指定された鍵（事務所から受け取った指紋）とは別の鍵で署名されています。")
    stamp = time_stamps.read_token(file.time_stamp, file.signature, roots) if file.time_stamp else None  # 5
    return Verified(file.facts, fingerprint, stamp)


def _check_entry(file: signed.SignedFile[Any]) -> None:
    what, record = file.kind.what, file.facts.record
    try:
        told = json.loads(file.entry_bytes)
        canonical = rfc8785.dumps(told) == file.entry_bytes
    except (ValueError, RecursionError):
        canonical = False
    if not canonical or not isinstance(told, dict):
        raise InvalidCertificateError(why="記録の写しを読めません。書き換えられた可能性があります。")
    if (told.get("event"), told.get("document")) != (_EVENTS[what], hashlib.sha256(file.facts_bytes).hexdigest()):
        raise InvalidCertificateError(why=f"{what}の内容が、記録に残っているものと一致しません。")
    try:
        origin = f"azukari/office/{UUID(str(told.get('office')))}"
    except ValueError:
        origin = ""
    if origin != record.origin:
        raise InvalidCertificateError(why="別の事務所の記録が付いています。")
    if (told.get("seq"), f"{told.get('operation')}-{told.get('line')}") != (record.index, record.operation_no):
        raise InvalidCertificateError(why=f"{what}に書かれた記録の番号が、記録の写しと一致しません。")


def _told_certificate(facts: DisposalCertificate) -> str:
    return (
        f"有効：{facts.number}\n"
        f"  発行：{_plain(facts.office.name)}（{jst_minute(facts.issued_at)}）\n"
        f"  宛先：{_plain(facts.addressee.name)} 御中、{len(facts.rows)}件の個人番号\n"
        f"  廃棄日時：{jst_minute(facts.executed_at)}、復元できなくなる日：{facts.scope.unrecoverable_on:%Y/%m/%d}\n"
    )


def _told_receipt(facts: FileReceipt) -> str:
    return (
        f"有効：{facts.number}\n"
        f"  発行：{_plain(facts.office.name)}（{jst_minute(facts.issued_at)}）\n"
        f"  送り主：{_plain(facts.sender.company)} {_plain(facts.sender.person)}\n"
        f"  受取先：{_plain(facts.receiver)}\n"
        f"  受取日時：{jst(facts.received_at):%Y/%m/%d %H:%M:%S}\n"
        f"  ファイル：{_plain(facts.file_name)}（{facts.size:,}バイト、{facts.check_result}）\n"
        f"  照合値（SHA-256）：{grouped(facts.sha256)}\n"
    )


def _plain(text: str) -> str:
    # A name must not steer the terminal that shows the result.
    return "".join(character if character.isprintable() else "〓" for character in text)


def _compare(facts: Paper, path: str) -> int:
    """Say whether a file at hand is the very one that a receipt names."""
    if not isinstance(facts, FileReceipt):
        sys.stdout.write("--file は、受領書を確かめるときだけ使えます。\n")
        return 2
    try:
        with Path(path).open("rb") as at_hand:
            digest = hashlib.file_digest(at_hand, "sha256").hexdigest()
    except OSError:
        return _unreadable(path)
    if digest != facts.sha256:
        sys.stdout.write(f"一致しません：{path} は、受け取ったファイルと中身が違います。\n")
        return 1
    sys.stdout.write(f"一致：{path} は、受け取ったファイルそのものです。\n")
    return 0


def _unreadable(path: str) -> int:
    sys.stdout.write(f"確かめられません：{path} を読めません。\n")
    return 2


def _bare(fingerprint: str) -> str:
    return "".join(character for character in fingerprint.upper() if character.isalnum())
