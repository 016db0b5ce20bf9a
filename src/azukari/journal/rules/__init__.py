"""What an entry of the handling record is made of: events, kinds, results, take-outs, and its canonical bytes.

The ten columns of 個人番号関係事務処理一覧 come from here. The bytes of an entry are RFC 8785 JSON; names and free
text enter only as salted commitments, so the tree stays valid when a text is erased.
Law: 特定個人情報ガイドライン（事業者編）別添1 2C b.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Flag, StrEnum, auto
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

import rfc8785

from azukari.journal.rules.takeouts import TAKEN_OUT_LABELS, TakenOut, TakeOutFacts
from azukari.kernel.actor import Actor

__all__ = [
    "ABOUT_CLIENT",
    "ABOUT_OFFICE",
    "ABOUT_PEOPLE",
    "ABOUT_RECORDS",
    "ENTRY_VERSION",
    "KIND_LABELS",
    "MAX_ENTRY_BYTES",
    "PART_LABELS",
    "RESULT_LABELS",
    "TAKEN_OUT_LABELS",
    "Event",
    "Kind",
    "Line",
    "Operation",
    "Part",
    "Result",
    "TakenOut",
    "build_entry",
    "parse_body",
    "texts_of",
]

ENTRY_VERSION = 1
# The text that only the entry of a take-out has: whoever reads the entry's bytes knows that there must be one.
UNTIL = "until"
MAX_ENTRY_BYTES = 65_535  # C2SP tlog-tiles: an entry's length has 16 bits


class Kind(StrEnum):
    """処理: what sort of handling it was."""

    REGISTER = "REGISTER"
    VIEW = "VIEW"
    OUTPUT = "OUTPUT"
    DELETE = "DELETE"
    ACCESS = "ACCESS"
    RECEIVE = "RECEIVE"
    SEND = "SEND"


KIND_LABELS = {
    Kind.REGISTER: "登録",
    Kind.VIEW: "照会",
    Kind.OUTPUT: "出力",
    Kind.DELETE: "削除",
    Kind.ACCESS: "認証",
    Kind.RECEIVE: "受信",
    Kind.SEND: "送信",
}


class Result(StrEnum):
    """結果."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"


RESULT_LABELS = {Result.SUCCESS: "成功", Result.FAILURE: "失敗"}


class Part(Flag):
    """What a line of an event may hold beside who, when and where: the event declares it."""

    CLIENT = auto()
    PERSON = auto()
    RECORD = auto()
    DOCUMENT = auto()
    DETAIL = auto()


PART_LABELS = {
    Part.CLIENT: "事業所",
    Part.PERSON: "対象者",
    Part.RECORD: "もとの記録かファイルのID",
    Part.DOCUMENT: "書類の照合値",
    Part.DETAIL: "備考",
}
ABOUT_OFFICE = Part.DETAIL
ABOUT_CLIENT = Part.CLIENT | Part.DETAIL
ABOUT_PEOPLE = Part.CLIENT | Part.PERSON | Part.DETAIL
ABOUT_RECORDS = Part.CLIENT | Part.PERSON | Part.RECORD | Part.DETAIL

# The law behind a kind of event, where the event names no other.
KIND_LAWS = {
    Kind.REGISTER: "別添1 2C b（利用・出力状況の記録）",
    Kind.VIEW: "別添1 2C b（利用・出力状況の記録）",
    Kind.OUTPUT: "別添1 2C b（利用・出力状況の記録）",
    Kind.DELETE: "番号法20条、別添1 2C b・2E d（削除・廃棄の記録）",
    Kind.ACCESS: "別添1 2C b・2F b（情報システムの利用状況の記録）",
    Kind.RECEIVE: "別添1 2C b（取得の記録）",
    Kind.SEND: "別添1 2C b（提供の記録）",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of thing that can be recorded: past-tense code (never reused), 処理内容 in Japanese, 処理.

    `holds` is what its lines may hold, and `Operation` refuses more. `law` is empty where the kind's own says it.
    """

    code: str
    label: str
    kind: Kind
    holds: Part = ABOUT_OFFICE
    law: str = ""

    @property
    def basis(self) -> str:
        """Give the law that asks for the record of this event."""
        return self.law or KIND_LAWS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an operation: about whom, with what result. Names as they are at that time."""

    client_id: UUID | None = None
    client_name: str = ""
    person_id: UUID | None = None
    person_name: str = ""
    detail: str = ""
    result: Result = Result.SUCCESS
    record_id: UUID | None = None
    document_sha256: str = ""

    def parts(self) -> Part:
        """Tell what this line holds."""
        held = {
            Part.CLIENT: self.client_id or self.client_name,
            Part.PERSON: self.person_id or self.person_name,
            Part.RECORD: self.record_id,
            Part.DOCUMENT: self.document_sha256,
            Part.DETAIL: self.detail,
        }
        return reduce(or_, (part for part, value in held.items() if value), Part(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One act of one person, with a line for each person concerned. With `take_out` something leaves by it.

    Raises: ValueError when a line holds what its event does not declare.
    """

    event: Event
    screen: str
    purpose: str = ""
    taken_out: TakenOut = TakenOut.NONE
    taken_out_note: str = ""
    take_out: TakeOutFacts | None = None
    lines: Sequence[Line] = field(default_factory=lambda: (Line(),))

    def __post_init__(self) -> None:
        for line in self.lines:
            if line.parts() & ~self.event.holds:
                raise ValueError(f"a line of {self.event.code} holds more than the event declares")


def build_entry(
    *,
    actor: Actor,
    operation: Operation,
    line: Line,
    seq: int,
    number: int,
    line_number: int,
    at: datetime,
    commitments: Mapping[str, str],
) -> bytes:
    """Build the canonical bytes of one entry. `commitments` maps a text's name to the hex of its commitment.

    Source: RFC 8785. Raises: ValueError when the entry is longer than 65,535 bytes.
    """
    body: dict[str, object] = {
        "v": ENTRY_VERSION,
        "office": str(actor.office_id),
        "seq": seq,
        "operation": number,
        "line": line_number,
        "at": at.isoformat(timespec="microseconds"),
        "actor": {
            "staff": str(actor.staff_id) if actor.staff_id else None,
            "role": actor.role.value,
            "session": actor.session,
        },
        "event": operation.event.code,
        "label": operation.event.label,
        "kind": operation.event.kind.value,
        "result": line.result.value,
        "screen": operation.screen,
        "purpose": operation.purpose,
        "taken_out": operation.taken_out.value,
        "client": str(line.client_id) if line.client_id else None,
        "person": str(line.person_id) if line.person_id else None,
        "commitments": dict(commitments),
    }
    if actor.user_id:
        body["user"] = str(actor.user_id)
    if line.record_id:
        body["record"] = str(line.record_id)
    if line.document_sha256:
        body["document"] = line.document_sha256
    encoded = rfc8785.dumps(body)  # type: ignore[arg-type]
    if len(encoded) > MAX_ENTRY_BYTES:
        raise ValueError("an entry is at most 65,535 bytes")
    return encoded


def parse_body(body: bytes) -> dict[str, Any]:
    """Read an entry's bytes back. Raises: ValueError when they are not canonical (RFC 8785)."""
    told: dict[str, Any] = json.loads(body)
    if rfc8785.dumps(told) != body:
        raise ValueError("an entry is canonical JSON")
    return told


def texts_of(actor: Actor, operation: Operation, line: Line) -> dict[str, str]:
    """Collect the texts of a line that stand beside the tree: names and free text, the empty ones left out."""
    texts = {
        "staff": actor.name,
        "address": actor.address,
        "client": line.client_name,
        "person": line.person_name,
        "detail": line.detail,
        "taken_out": operation.taken_out_note,
        UNTIL: operation.take_out.until() if operation.take_out else "",
        "submitted_to": operation.take_out.submitted_to if operation.take_out else "",
    }
    return {name: value for name, value in texts.items() if value}
