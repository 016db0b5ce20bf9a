"""Draws a receipt: facts in, unsigned PDF/A-3a out, with facts, entry and proof attached.

The words stand in `template.typ`; here facts become the strings it shows. Same facts, entry and proof, same
bytes: the timestamp of the file is the moment of issue.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from azukari.kernel.clock import jst_day
from azukari.press.dates import long_day, long_moment
from azukari.press.documents.file_receipt.facts import FileReceipt
from azukari.press.signed.attachments import grouped
from azukari.press.signed.glyphs import GETA, drawable, printable
from azukari.press.typesetting import Standard, qr_svg, typeset

FACTS_NAME = "receipt.json"

_TEMPLATE = Path(__file__).parent / "template.typ"
_STANDARDS: tuple[Standard, ...] = ("a-3a", "ua-1")

# By whether the file came to the office.
_OPENINGS = {
    True: "お送りいただいたファイルを、下記のとおり受け取りました。",
    False: "下記のファイルが、受取先に届いたことを証明します。",
}
_PROTECTED = {True: "保護（取扱担当者だけが開けるファイル）", False: "通常"}
_MEBIBYTE = 1024 * 1024
# A run with no place to break a line would run out of the table.
_LONG_RUN = re.compile(r"[!-~]{30,}")
_BREAK_HERE = "\u200b"


def render(receipt: FileReceipt, proof: bytes, entry: bytes) -> bytes:
    """Draw the receipt, unsigned.

    `entry` is the canonical bytes of the journal entry, `proof` its `.tlog-proof`; both are text in UTF-8.
    Raises: ValueError when they are not; TypesettingError on a fault of the template.
    """
    texts = {
        "facts": receipt.to_bytes().decode("utf-8"),
        "entry": entry.decode("utf-8"),
        "proof": proof.decode("utf-8"),
    }
    qr = qr_svg(f"AZUKARI-RECEIPT-1 {receipt.number} sha256:{receipt.fingerprint()}")
    shown = {**drawable(_shown(receipt)), **_shown_name(receipt.file_name), "qr": qr}
    return typeset(_TEMPLATE, shown, standards=_STANDARDS, made_at=receipt.issued_at, texts=texts)


def _shown(receipt: FileReceipt) -> dict[str, Any]:
    return {
        "number": receipt.number,
        "issued_on": long_day(jst_day(receipt.issued_at)),
        "to_office": receipt.to_office,
        "opening": _OPENINGS[receipt.to_office],
        "office": {"code": receipt.office.code, "name": receipt.office.name, "address": receipt.office.address},
        "sender": {
            "code": receipt.sender.code,
            "company": receipt.sender.company,
            "person": receipt.sender.person,
        },
        "receiver": receipt.receiver,
        "received_at": long_moment(receipt.received_at),
        "size": f"{_megabytes(receipt.size)}（{receipt.size:,}バイト）",
        "sha256": grouped(receipt.sha256),
        "protected": _PROTECTED[receipt.protected],
        "check": receipt.check_result,
        "record": {
            "origin": receipt.record.origin,
            "operation": receipt.record.operation_no,
            "index": f"{receipt.record.index:,}",
            "key": receipt.record.verifier_key_fingerprint,
        },
        "signer": grouped(receipt.signer_certificate_sha256),
        "fingerprint": grouped(receipt.fingerprint()),
    }


def _shown_name(file_name: str) -> dict[str, Any]:
    shown = printable(file_name)
    return {
        "file_name": _LONG_RUN.sub(lambda run: _BREAK_HERE.join(run[0]), shown),
        "long": len(shown) > 60,
        "missing": shown.count(GETA) > file_name.count(GETA),
    }


def _megabytes(size: int) -> str:
    # As Windows reckons it: what a person sees in the properties of the file.
    return f"{size / _MEBIBYTE:,.2f}MB" if size >= _MEBIBYTE / 100 else "0.01MB未満"
