"""いつもと違う利用: what waits for a look and what was looked at, each as a sentence with its lines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from azukari.journal import queries as journal
from azukari.oversight import errors
from azukari.oversight.models import OddUse
from azukari.oversight.rules.odd import RULES, Rule, sentence
from azukari.tenancy import queries as tenancy

COUNT_CAP = 999


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRow:
    """One find as people read it. `capped`: it has more lines than are kept with it."""

    id: UUID
    label: str
    says: str
    count: int
    last_at: datetime
    seqs: tuple[int, ...]
    reviewed_at: datetime | None
    reviewed_by: str
    word: str

    @property
    def capped(self) -> bool:
        """Tell whether there are more lines than are shown."""
        return self.count > len(self.seqs)


@dataclass(frozen=True, slots=True, kw_only=True)
class OddPage:
    """One page, newest first; `older` is where the next one begins, "" at the end."""

    rows: list[OddRow]
    older: str


def count_waiting() -> int:
    """Count the finds nobody has reviewed, at most 999."""
    return OddUse.objects.filter(reviewed_at__isnull=True).values("id")[:COUNT_CAP].count()


def list_odd(*, waiting: bool, before: UUID | None = None, size: int = 50) -> OddPage:
    """List finds, newest first: those that wait for a look, or those that were reviewed."""
    found = OddUse.objects.filter(reviewed_at__isnull=waiting)
    edge = OddUse.objects.filter(id=before).values_list("last_at", "id").first() if before else None
    if edge:
        found = found.filter(last_at__lte=edge[0]).exclude(last_at=edge[0], id__gte=edge[1])
    rows = list(found.order_by("-last_at", "-id")[: size + 1])
    shown = rows[:size]
    return OddPage(rows=_rows(shown), older=str(shown[-1].id) if len(rows) > size else "")


def get_odd(odd_id: UUID) -> OddRow:
    """Get one find of the office in force. Raises: OddUseNotFoundError."""
    row = OddUse.objects.filter(id=odd_id).first()
    if row is None:
        raise errors.OddUseNotFoundError
    return _rows([row])[0]


def lines_of(row: OddRow) -> list[journal.EntryRow]:
    """List the lines of the record behind a find."""
    return journal.list_at(row.seqs)


def _rows(rows: Collection[OddUse]) -> list[OddRow]:
    names = _names({row.who for row in rows})
    return [
        OddRow(
            id=row.id,
            label=RULES[Rule(row.rule)].label,
            says=sentence(
                rule=Rule(row.rule),
                day=row.day,
                count=row.count,
                first_at=row.first_at,
                last_at=row.last_at,
                number=row.number,
                who=names.get(row.who, "顧問先の利用者"),
            ),
            count=row.count,
            last_at=row.last_at,
            seqs=tuple(row.seqs),
            reviewed_at=row.reviewed_at,
            reviewed_by=row.reviewed_by,
            word=row.word,
        )
        for row in rows
    ]


def _names(ids: Collection[UUID]) -> dict[UUID, str]:
    return {row.id: row.name for row in tenancy.list_staff() if row.id in ids} if ids else {}
