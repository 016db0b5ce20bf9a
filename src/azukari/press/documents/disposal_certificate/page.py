"""Draws a disposal certificate: facts in, unsigned PDF/A-3a out, with facts, entry and proof attached.

The words stand in `template.typ`; here facts become the strings it shows (和暦, labels, grouped hexadecimal).
PDF/A-3 because PDF/A-2 allows no attachments. Same facts, entry and proof, same bytes: the timestamp of the
file is the moment of issue.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from azukari.kernel.clock import jst_day
from azukari.kernel.wareki import format_wareki
from azukari.press.dates import long_day, long_moment
from azukari.press.documents.disposal_certificate.facts import (
    ApprovalRule,
    DisposalCertificate,
    DisposalMethod,
    DisposalReason,
    DisposedNumber,
    EndedPurpose,
    NumberKind,
    Replaced,
)
from azukari.press.signed.attachments import PROOF_NAME, grouped
from azukari.press.signed.glyphs import drawable
from azukari.press.typesetting import Standard, qr_svg, typeset

FACTS_NAME = "certificate.json"

_TEMPLATE = Path(__file__).parent / "template.typ"
_STANDARDS: tuple[Standard, ...] = ("a-3a", "ua-1")

_KINDS = {NumberKind.CURRENT: "現在の番号", NumberKind.FORMER: "変更前の番号"}
_REASONS = {
    DisposalReason.PERIOD_ENDED: ("保存期間の満了", "保存期間の満了により"),
    DisposalReason.PURPOSE_ENDED: ("利用する事務の終了", "利用する事務が終了したため"),
    DisposalReason.CONTRACT_ENDED: ("委託契約の終了", "委託契約の終了により"),
    DisposalReason.REGISTERED_BY_MISTAKE: ("誤った登録", "誤って登録したものであるため"),
    DisposalReason.NUMBER_CHANGED: ("個人番号の変更", "ご本人の個人番号が変更されたため"),
}
_METHODS = {DisposalMethod.KEY_ERASURE: "鍵の消去による復元不能化"}


def render(certificate: DisposalCertificate, proof: bytes, entry: bytes) -> bytes:
    """Draw the certificate, unsigned.

    `entry` is the canonical bytes of the journal entry, `proof` its `.tlog-proof`; both are text in UTF-8.
    Raises: ValueError when they are not; TypesettingError on a fault of the template.
    """
    texts = {
        "facts": certificate.to_bytes().decode("utf-8"),
        "entry": entry.decode("utf-8"),
        "proof": proof.decode("utf-8"),
    }
    qr = qr_svg(f"AZUKARI-DISPOSAL-1 {certificate.number} sha256:{certificate.fingerprint()}")
    shown = {**drawable(_shown(certificate)), "qr": qr}
    return typeset(_TEMPLATE, shown, standards=_STANDARDS, made_at=certificate.issued_at, texts=texts)


def _shown(certificate: DisposalCertificate) -> dict[str, Any]:
    reason, opening = _REASONS[certificate.reason]
    return {
        "number": certificate.number,
        "issued_on": long_day(jst_day(certificate.issued_at)),
        "office": {
            "code": certificate.office.code,
            "name": certificate.office.name,
            "address": certificate.office.address,
            "sharoushi": certificate.office.sharoushi_name,
            "registration": certificate.office.registration_number,
        },
        "addressee": {"name": certificate.addressee.name, "code": certificate.addressee.code},
        "file": {"name": certificate.file.name, "kind": certificate.file.kind},
        "persons": len({(row.person_code, row.name, row.relationship) for row in certificate.rows}),
        "named": _named(certificate.rows),
        "rows": [
            [
                row.record_no,
                row.person_code,
                row.name,
                row.relationship,
                _KINDS[row.kind],
                format_wareki(row.registered_on),
            ]
            for row in certificate.rows
        ],
        "purposes": [_purpose(purpose) for purpose in certificate.ended_purposes],
        "replaces": _replaced(certificate.replaces) if certificate.replaces else None,
        "extract_of": certificate.extract_of,
        "outstanding": certificate.outstanding,
        "reason": reason,
        "reason_note": certificate.reason_note,
        "opening": opening,
        "method": _METHODS[certificate.method],
        "executed_at": long_moment(certificate.executed_at),
        "executor": _person(certificate.executor.name, certificate.executor.role),
        "two_persons": certificate.approval.rule is ApprovalRule.TWO_PERSONS,
        "approver": _person(certificate.approval.person.name, certificate.approval.person.role),
        "approved_at": long_moment(certificate.approval.at),
        "scope": {
            "vault": certificate.scope.vault,
            "sheets": certificate.scope.sheets,
            "days": certificate.scope.backup_days,
            "unrecoverable_on": long_day(certificate.scope.unrecoverable_on),
        },
        "kept_until": long_day(certificate.kept_until),
        "record": {
            "origin": certificate.record.origin,
            "operation": certificate.record.operation_no,
            "index": f"{certificate.record.index:,}",
            "key": certificate.record.verifier_key_fingerprint,
        },
        "signer": grouped(certificate.signer_certificate_sha256),
        "fingerprint": grouped(certificate.fingerprint()),
    }


def _replaced(replaced: Replaced) -> dict[str, str]:
    return {"number": replaced.number, "issued_on": long_day(jst_day(replaced.issued_at)), "why": replaced.why}


def _named(rows: Sequence[DisposedNumber]) -> list[str]:
    # A few people are named on the first page, as on paper; more are in the annex only.
    people = dict.fromkeys((row.name, row.person_code, row.relationship) for row in rows)
    if len(people) > 3:
        return []
    return [f"{name}（社員番号 {code}・{relationship}）" for name, code, relationship in people]


def _person(name: str, role: str) -> str:
    return f"{name}（{role}）" if role else name


def _purpose(purpose: EndedPurpose) -> dict[str, str]:
    period = ""
    if purpose.starts_on is not None and purpose.last_on is not None:
        period = f"{format_wareki(purpose.starts_on)}から{format_wareki(purpose.last_on)}まで"
    return {"name": purpose.name, "basis": purpose.basis, "period": period}


# PROOF_NAME is every paper's; it can be had from here as well.
__all__ = ["FACTS_NAME", "PROOF_NAME", "render"]
