"""Client companies from an Excel: read, shown for a check, then registered as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.kernel.actor import Actor
from azukari.kernel.ids import ClientId
from azukari.press.workbook import Sheet, read_workbook, shown_file_name
from azukari.tenancy import errors, policy
from azukari.tenancy.actions import clients
from azukari.tenancy.models import ClientCompany, ClientImport
from azukari.tenancy.rules.client_sheet import (
    COLUMNS,
    MOST_ROWS,
    NEEDED,
    CheckedRow,
    ClientFacts,
    Verdict,
    check_rows,
    from_json,
    to_json,
)

_SCREEN = "顧問先の取り込み"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A sheet that was read: its id for the registration, and the rows to show."""

    import_id: UUID
    file_name: str
    rows: tuple[CheckedRow, ...]


def read_sheet(data: bytes, file_name: str, *, actor: Actor, now: datetime) -> Read:
    """Read an Excel or CSV of client companies and keep what it would do. Nothing is registered.

    Raises: PermissionNotAllowed, SheetRefusedError, ClientSheetError when a needed column is missing.
    """
    policy.check_may(actor, "tenancy:client:manage")
    assert actor.staff_id is not None
    book = read_workbook(data, file_name)
    sheet = book.sheets[0]
    known, hidden = _known(actor)
    checked = check_rows(_typed_rows(sheet), known, hidden=hidden)
    if not checked:
        raise errors.ClientSheetError(why="データの行がありません。")
    row = ClientImport.objects.create(
        file_name=shown_file_name(file_name),
        rows=[
            {
                "row": found.row,
                "verdict": found.verdict.value,
                "typed": dict(found.typed),
                "facts": to_json(found.facts) if found.facts else None,
                "faults": list(found.faults),
                "changes": list(found.changes),
            }
            for found in checked
        ],
        made_by=actor.staff_id,
        made_at=now,
    )
    return Read(import_id=row.id, file_name=row.file_name, rows=tuple(checked))


def _typed_rows(sheet: Sheet) -> list[tuple[int, dict[str, str]]]:
    head = sheet.rows[0]
    places = {COLUMNS[name.strip()]: place for place, name in enumerate(head.texts) if name.strip() in COLUMNS}
    missing = [name for name in NEEDED if COLUMNS[name] not in places]
    if missing:
        raise errors.ClientSheetError(why=f"1行目に「{'」「'.join(missing)}」の見出しがありません。")
    rows = [
        (row.number, {name: row.cell(place).text for name, place in places.items()})
        for row in sheet.rows[1:]
        if any(row.texts)
    ]
    if len(rows) > MOST_ROWS:
        raise errors.ClientSheetError(why=f"1回に取り込めるのは{MOST_ROWS:,}行までです。")
    return rows


def _known(actor: Actor) -> tuple[dict[str, ClientFacts], set[str]]:
    """Give the companies the actor sees, by code, and the codes of the others."""
    rows = list(ClientCompany.objects.all())
    known = {row.code: clients.facts_of(row) for row in rows if actor.sees(ClientId(row.id))}
    return known, {row.code for row in rows} - set(known)


def get_import(import_id: UUID, *, actor: Actor) -> Read:
    """Get a sheet that waits, as its reader left it. Raises: ClientSheetGoneError when it was registered or is another's."""
    row = _open(import_id, actor, lock=False)
    rows = tuple(
        CheckedRow(
            row=found["row"],
            verdict=Verdict(found["verdict"]),
            typed=found["typed"],
            facts=from_json(found["facts"]) if found["facts"] else None,
            faults=tuple(found["faults"]),
            changes=tuple(found["changes"]),
        )
        for found in row.rows
    )
    return Read(import_id=row.id, file_name=row.file_name, rows=rows)


def _open(import_id: UUID, actor: Actor, *, lock: bool) -> ClientImport:
    policy.check_may(actor, "tenancy:client:manage")
    assert actor.staff_id is not None
    rows = ClientImport.objects.lock() if lock else ClientImport.objects.all()
    row = rows.filter(id=import_id, made_by=actor.staff_id, done_at__isnull=True).first()
    if row is None:
        raise errors.ClientSheetGoneError
    return row


@transaction.atomic
def register_sheet(import_id: UUID, *, actor: Actor, now: datetime) -> tuple[int, int]:
    """Add and change what the sheet says, all or nothing. Gives how many were added and changed.

    Rows with a fault are left out. Raises: ClientSheetGoneError, CodeTakenError, LimitReachedError.
    """
    added = changed = 0
    row = _open(import_id, actor, lock=True)
    ids = dict(ClientCompany.objects.values_list("code", "id"))
    for found in row.rows:
        if found["facts"] is None or found["verdict"] == Verdict.SAME:
            continue
        facts = from_json(found["facts"])
        if facts.code in ids:
            clients.change_client(ids[facts.code], facts, version=None, actor=actor, screen=_SCREEN, now=now)
            changed += 1
        else:
            clients.add_client(facts, actor=actor, screen=_SCREEN, now=now)
            added += 1
    ClientImport.objects.filter(id=import_id).update(done_at=now, rows=[])
    return added, changed


def sweep_old(*, before: datetime) -> int:
    """Delete sheets that nobody registered."""
    return ClientImport.objects.filter(made_at__lt=before).delete()[0]
