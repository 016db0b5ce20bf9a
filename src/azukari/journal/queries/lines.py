"""Lines of the record as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from azukari.journal import errors
from azukari.journal.models import Entry, EntryText
from azukari.journal.rules import KIND_LABELS, RESULT_LABELS, TAKEN_OUT_LABELS, Kind, Result, TakenOut


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One line of 個人番号関係事務処理一覧, with the ten columns as people read them."""

    id: UUID
    seq: int
    operation: int
    number: str
    at: datetime
    staff: str
    client: str
    person: str
    screen: str
    label: str
    taken_out: str
    kind: str
    result: str
    failed: bool
    detail: str
    purpose: str
    staff_id: UUID | None
    client_id: UUID | None
    person_id: UUID | None


COLUMNS = (
    "id", "seq", "operation", "line", "at", "staff_id", "client_id", "person_id", "label", "kind", "result", "screen",
    "purpose", "taken_out",
)  # fmt: skip


def to_rows(columns: Sequence[dict[str, Any]]) -> list[EntryRow]:
    texts = dict(EntryText.objects.filter(id__in=[row["id"] for row in columns]).values_list("id", "texts"))
    return [_row(row, texts.get(row["id"], {})) for row in columns]


def _row(row: dict[str, Any], words: dict[str, str]) -> EntryRow:
    taken_out = TAKEN_OUT_LABELS[TakenOut(row["taken_out"])]
    if words.get("taken_out"):
        taken_out = f"{taken_out}：{words['taken_out']}" if taken_out else words["taken_out"]
    return EntryRow(
        id=row["id"],
        seq=row["seq"],
        operation=row["operation"],
        number=f"{row['operation']}-{row['line']}",
        at=row["at"],
        staff=words.get("staff", ""),
        client=words.get("client", ""),
        person=words.get("person", ""),
        screen=row["screen"],
        label=row["label"],
        taken_out=taken_out,
        kind=KIND_LABELS[Kind(row["kind"])],
        result=RESULT_LABELS[Result(row["result"])],
        failed=row["result"] == Result.FAILURE,
        detail=words.get("detail", ""),
        purpose=row["purpose"],
        staff_id=row["staff_id"],
        client_id=row["client_id"],
        person_id=row["person_id"],
    )


def entry_body(seq: int) -> bytes:
    """Give the canonical bytes of one entry. Raises: EntryNotFoundError."""
    body = Entry.objects.filter(seq=seq).values_list("body", flat=True).first()
    if body is None:
        raise errors.EntryNotFoundError
    return bytes(body)
