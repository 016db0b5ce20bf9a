"""Reads of imports: the list, one import, a page of its people. No number is in any of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from azukari.intake import errors
from azukari.intake.models import SheetImport, SheetRow
from azukari.intake.rules.columns import Mapping
from azukari.intake.rules.progress import STATE_LABELS, VERDICT_LABELS, WAITING, State, Verdict
from azukari.kernel.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """One import as lists and pages show it. `counts` is people by verdict."""

    id: UUID
    client_id: UUID
    state: State
    state_label: str
    file_name: str
    purposes: tuple[str, ...]
    counts: dict[Verdict, int]
    people: int
    error: dict[str, str] | None
    made_by_name: str
    made_at: datetime
    finished_at: datetime | None
    operation: str

    @property
    def registrable(self) -> int:
        """Count the people that can be registered without a question."""
        return self.counts.get(Verdict.NEW, 0) + self.counts.get(Verdict.CHANGED, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One person of a sheet on the check page."""

    place: int
    sheet: str
    row: int
    slot: str
    facts: dict[str, Any]
    verdict: Verdict
    verdict_label: str
    chosen: bool
    may_choose: bool
    registered: bool
    person_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """One page of a check and how many rows the filter has."""

    rows: list[CheckRow]
    total: int


def get_import_for(actor: Actor, import_id: UUID) -> ImportRow:
    """Get an import of a client this actor sees. Raises: ImportNotFoundError."""
    row = SheetImport.objects.filter(_visible(actor), id=import_id).first()
    if row is None:
        raise errors.ImportNotFoundError
    return _import(row)


def list_imports(
    actor: Actor, *, client_id: UUID | None = None, waiting: bool = False, limit: int = 100
) -> list[ImportRow]:
    """List imports, newest first; `waiting` for those that wait for a person."""
    found = SheetImport.objects.filter(_visible(actor))
    if client_id is not None:
        found = found.filter(client_id=client_id)
    if waiting:
        found = found.filter(state__in=WAITING)
    return [_import(row) for row in found.order_by("-made_at")[:limit]]


def count_waiting(actor: Actor) -> int:
    """Count the imports that wait for a person."""
    return SheetImport.objects.filter(_visible(actor), state__in=WAITING).count()


def waiting_by_client(client_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the people of waiting imports, by client."""
    counts: dict[UUID, int] = {}
    for client_id, people in SheetImport.objects.filter(client_id__in=client_ids, state__in=WAITING).values_list(
        "client_id", "people"
    ):
        counts[client_id] = counts.get(client_id, 0) + people
    return counts


def list_rows(import_id: UUID, *, verdicts: Sequence[Verdict] = (), page: int = 1, size: int = 50) -> CheckPage:
    """List the people of an import in the order of the sheet. Callers have passed the import's gate."""
    found = SheetRow.objects.filter(sheet_import_id=import_id)
    if verdicts:
        found = found.filter(verdict__in=verdicts)
    start = (page - 1) * size
    return CheckPage(rows=[_row(row) for row in found.order_by("place")[start : start + size]], total=found.count())


def list_rejected(import_id: UUID) -> list[CheckRow]:
    """List the people that were not registered and need the client's answer: wrong, or asked about and not ticked."""
    found = SheetRow.objects.filter(
        Q(verdict=Verdict.WRONG) | Q(verdict=Verdict.WARNING, registered=False, chosen=False),
        sheet_import_id=import_id,
    )
    return [_row(row) for row in found.order_by("place")]


def list_wrong(import_id: UUID, *, limit: int = 20) -> list[CheckRow]:
    """List the first people that cannot be registered: for the summary on top."""
    found = SheetRow.objects.filter(sheet_import_id=import_id, verdict=Verdict.WRONG)
    return [_row(row) for row in found.order_by("place")[:limit]]


def count_chosen(import_id: UUID) -> int:
    """Count the ticked people."""
    return SheetRow.objects.filter(sheet_import_id=import_id, chosen=True).count()


def get_mapping(import_id: UUID) -> Mapping | None:
    """Give the columns as proposed or changed. Callers have passed the import's gate."""
    text = SheetImport.objects.values_list("mapping", flat=True).get(id=import_id)
    return Mapping.from_json(text) if text else None


def place_on_page(import_id: UUID, place: int, *, size: int = 50) -> int:
    """Tell on which page of the whole list a person stands."""
    before = SheetRow.objects.filter(sheet_import_id=import_id, place__lt=place).count()
    return before // size + 1


def _visible(actor: Actor) -> Q:
    return Q() if actor.client_ids is None else Q(client_id__in=actor.client_ids)


def _import(row: SheetImport) -> ImportRow:
    state = State(row.state)
    return ImportRow(
        id=row.id,
        client_id=row.client_id,
        state=state,
        state_label=STATE_LABELS[state],
        file_name=row.file_name,
        purposes=tuple(row.purposes),
        counts={Verdict(code): count for code, count in row.counts.items()},
        people=row.people,
        error=row.error,
        made_by_name=row.made_by_name,
        made_at=row.made_at,
        finished_at=row.finished_at,
        operation=row.operation,
    )


def _row(row: SheetRow) -> CheckRow:
    verdict = Verdict(row.verdict)
    return CheckRow(
        place=row.place,
        sheet=row.sheet,
        row=row.row,
        slot=row.slot,
        facts=row.facts,
        verdict=verdict,
        verdict_label=VERDICT_LABELS[verdict],
        chosen=row.chosen,
        may_choose=verdict in {Verdict.NEW, Verdict.CHANGED, Verdict.WARNING},
        registered=row.registered,
        person_id=row.person_id,
    )
