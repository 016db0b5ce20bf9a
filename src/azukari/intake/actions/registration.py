"""Registering what a person confirmed on the check page: people, numbers and record in one transaction.

All or nothing: until the commit nothing of the sheet is in the 台帳; a process that dies before leaves only keys
without records, which the sweeper removes. The same sheet twice finds everybody 同じ and changes nothing.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from azukari.intake import errors, queries
from azukari.intake.actions import sheets
from azukari.intake.models import SheetImport, SheetRow
from azukari.intake.rules.comparison import NumberComparison
from azukari.intake.rules.events import Events
from azukari.intake.rules.progress import WAITING, State
from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation, TakenOut
from azukari.kernel.actor import Actor
from azukari.kernel.ids import new_id
from azukari.press.documents import rejected_rows
from azukari.roster import actions as roster_actions
from azukari.roster import queries as roster
from azukari.roster.rules import NumberState, PersonFacts, Sex
from azukari.seal.vaultkey import VaultKey
from azukari.tenancy import policy as office_policy
from azukari.tenancy import queries as tenancy
from azukari.vault import queries as vault
from azukari.vault.actions import numbers, parcels
from azukari.vault.actions.numbers import NewNumber
from azukari.vault.rules.numbers import Identity, ReplaceReason, Verification
from azukari.vault.rules.purposes import Purpose, purposes_for

_SEX = {"男": Sex.MALE, "女": Sex.FEMALE, "M": Sex.MALE, "F": Sex.FEMALE}


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything one registration writes."""

    new_people: list[tuple[UUID, PersonFacts]]
    changed_people: list[tuple[UUID, PersonFacts]]
    numbers: list[NewNumber]


def start_registration(*, actor: Actor, import_id: UUID, now: datetime) -> None:
    """Close the check page and hand the import over to the background: from now on nobody changes its ticks.

    Raises: ImportNotFoundError, ImportStateError, NothingChosenError.
    """
    queries.get_import_for(actor, import_id)
    office_policy.check_may(actor, "intake:sheet:import")
    if not queries.count_chosen(import_id):
        raise errors.NothingChosenError
    found = SheetImport.objects.filter(id=import_id, state=State.CHECKED)
    if not found.update(state=State.REGISTERING, step_at=now):
        raise errors.ImportStateError


def register_sheet(*, actor: Actor, import_id: UUID, vault_key: VaultKey, now: datetime) -> None:
    """Register the ticked people of an import, or nothing.

    Raises: LedgerChangedError (and the import is CHECKED again, with a new comparison), ParcelGoneError.
    """
    sheet = SheetImport.objects.get(id=import_id, state=State.REGISTERING)
    assert sheet.numbers_parcel is not None
    data = parcels.open_parcel(vault_key=vault_key, parcel_id=sheet.numbers_parcel)
    digits: dict[str, str] = json.loads(zlib.decompress(data))
    if sheets.ledger_mark(sheet.client_id) != sheet.ledger_mark:
        _check_again(actor, import_id, vault_key, now=now)
        raise errors.LedgerChangedError
    # While the state is REGISTERING nobody changes the ticks, so all that takes long is done before the locks.
    rows = list(
        SheetRow.objects.filter(sheet_import_id=import_id, chosen=True)
        .order_by("place")
        .values_list("id", "facts", "person_id")
    )
    plan = _plan(rows, digits, sheet)
    sealed = numbers.seal_numbers(vault_key=vault_key, client_id=sheet.client_id, new=plan.numbers, now=now)
    try:
        _write(actor, import_id, plan, sealed, len(rows), now=now)
    except errors.LedgerChangedError:
        _check_again(actor, import_id, vault_key, now=now)
        raise


def _write(
    actor: Actor, import_id: UUID, plan: _Plan, sealed: numbers.SealedNumbers, rows: int, *, now: datetime
) -> None:
    with transaction.atomic():
        place = journal.lock()
        sheet = SheetImport.objects.lock().get(id=import_id)
        if sheet.state != State.REGISTERING:
            raise errors.ImportStateError
        if sheets.ledger_mark(sheet.client_id) != sheet.ledger_mark:
            raise errors.LedgerChangedError
        sheets.record(
            actor,
            Events.IMPORTED,
            sheet.client_id,
            detail=f"{sheet.file_name}（{rows}名、うち個人番号{len(plan.numbers)}件）",
            now=now,
        )
        marked = _write_people(actor, sheet.client_id, plan, now=now)
        operation = f"{place.number}-1"
        if plan.numbers:
            operation = numbers.write_numbers(
                actor=actor,
                numbers_to_write=sealed,
                screen=sheets.SCREEN,
                detail=sheet.file_name,
                marked=marked,
                now=now,
            ).label()
        SheetRow.objects.filter(sheet_import_id=import_id, chosen=True).update(registered=True)
        sheet.operation = operation
        sheets.end_import(sheet, State.DONE, now=now)


def _check_again(actor: Actor, import_id: UUID, vault_key: VaultKey, *, now: datetime) -> None:
    SheetImport.objects.filter(id=import_id, state=State.REGISTERING).update(state=State.READING, step_at=now)
    mapping = queries.get_mapping(import_id)
    assert mapping is not None
    sheets.check_sheet(
        actor=actor,
        import_id=import_id,
        vault_key=vault_key,
        workbook=sheets.open_workbook(import_id, vault_key),
        mapping=mapping,
        now=now,
    )


def _plan(
    rows: Iterable[tuple[UUID, dict[str, Any], UUID | None]], digits: dict[str, str], sheet: SheetImport
) -> _Plan:
    chosen = [Purpose(code) for code in sheet.purposes]
    versions = vault.last_versions(sheet.client_id)
    active = {facts.person_id: facts.id for facts in vault.numbers_of_people_of_client(sheet.client_id)}
    listed = list(rows)
    ids = [person_id or new_id() for _, _, person_id in listed]
    heads = _heads(sheet.client_id, listed, ids)
    plan = _Plan([], [], [])
    for (_, facts, known_id), person_id in zip(listed, ids, strict=True):
        head = None if facts["is_employee"] else heads.get(facts["employee_key"] or facts["employee_code"])
        person = _person(facts, head)
        if known_id is None:
            plan.new_people.append((person_id, person))
        elif facts["differences"]:
            plan.changed_people.append((person_id, person))
        number = digits.get(facts["key"])
        if number is None or facts["number"] == NumberComparison.SAME:
            continue
        replaces = active.get(person_id)
        plan.numbers.append(
            NewNumber(
                person_id=person_id,
                person_name=facts["name"],
                digits=number,
                purposes=purposes_for(chosen, is_employee=facts["is_employee"]),
                identity=_identity(facts),
                replaces=replaces,
                replace_reason=ReplaceReason.CHANGED if replaces else None,
                version=versions.get(person_id, 0) + 1,
            )
        )
    return plan


def _heads(
    client_id: UUID, rows: Sequence[tuple[UUID, dict[str, Any], UUID | None]], ids: Sequence[UUID]
) -> dict[str, UUID]:
    """Find the employee a dependant belongs to: by the sheet's own row, by employee code in the sheet or the 台帳."""
    heads: dict[str, UUID] = {
        row.employee_code: row.id for row in roster.all_of_client(client_id) if row.is_employee and row.employee_code
    }
    for (_, facts, _), person_id in zip(rows, ids, strict=True):
        if facts["is_employee"]:
            heads[facts["key"]] = person_id
            if facts["employee_code"]:
                heads[facts["employee_code"]] = person_id
    return heads


def _person(facts: dict[str, Any], head: UUID | None) -> PersonFacts:
    return PersonFacts(
        employee_code=facts["employee_code"][:40],
        name=facts["name"],
        kana=facts["kana"],
        birth_date=_day(facts["birth_date"]),
        sex=_SEX.get(facts["sex"], Sex.UNKNOWN),
        relationship=facts["relationship"],
        is_employee=facts["is_employee"],
        dependant_kind=facts["dependant_kind"],
        head_id=head,
        joined_on=_day(facts["joined_on"]),
        left_on=_day(facts["left_on"]),
        note=facts["note"],
    )


def _identity(facts: dict[str, Any]) -> Identity:
    return Identity(
        way=Verification.BY_CLIENT if facts["is_employee"] else Verification.BY_EMPLOYEE,
        number_document=facts["number_document"][:60],
        person_document=facts["person_document"][:120],
        checked_on=_day(facts["checked_on"]),
        checked_by=facts["checked_by"][:60],
    )


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _write_people(actor: Actor, client_id: UUID, plan: _Plan, *, now: datetime) -> frozenset[UUID]:
    """Write new and changed people; gives those added as 登録済み because their number follows at once."""
    if plan.changed_people:
        client = tenancy.get_client_for(actor, client_id)
        journal.append(
            actor=actor,
            operation=Operation(
                event=Events.PEOPLE_CHANGED,
                screen=sheets.SCREEN,
                lines=[
                    Line(client_id=client_id, client_name=client.name, person_id=person_id, person_name=facts.name)
                    for person_id, facts in plan.changed_people
                ],
            ),
            now=now,
        )
    # Heads first: a dependant's row points at its employee's.
    ordered = sorted(plan.new_people, key=lambda item: not item[1].is_employee)
    numbered = frozenset(item.person_id for item in plan.numbers)
    with_number = [item for item in ordered if item[0] in numbered]
    without = [item for item in ordered if item[0] not in numbered]
    roster_actions.add_people(client_id=client_id, people=with_number, state=NumberState.REGISTERED, now=now)
    roster_actions.add_people(client_id=client_id, people=without, state=NumberState.MISSING, now=now)
    roster_actions.change_people(plan.changed_people, now=now)
    return frozenset(person_id for person_id, _ in with_number)


def return_rejected(*, actor: Actor, import_id: UUID, now: datetime) -> bytes:
    """Make the Excel of the rows that were not registered, for the client to correct; recorded before it is made.

    It holds no number: the column is there to be filled in anew. Raises: ImportNotFoundError, ImportStateError.
    """
    sheet = queries.get_import_for(actor, import_id)
    office_policy.check_may(actor, "intake:sheet:import")
    if sheet.state not in (*WAITING, State.DONE):
        raise errors.ImportStateError
    rejected = queries.list_rejected(import_id)
    client = tenancy.get_client_for(actor, sheet.client_id)
    with transaction.atomic(durable=True):
        journal.append(
            actor=actor,
            operation=Operation(
                event=Events.RETURNED,
                screen=sheets.SCREEN,
                taken_out=TakenOut.FILE,
                taken_out_note=f"差し戻し用Excel（{len(rejected)}名、個人番号なし）",
                lines=(Line(client_id=client.id, client_name=client.name, detail=sheet.file_name),),
            ),
            now=now,
        )
    return rejected_rows.render(
        [_rejected(row, client.code) for row in rejected], client.name, tenancy.get_office().name, now
    )


def _rejected(row: queries.CheckRow, client_code: str) -> rejected_rows.RejectedRow:
    facts = row.facts
    return rejected_rows.RejectedRow(
        source=facts["place"],
        reasons=tuple(facts["sentences"]),
        workplace_code=client_code,
        employee_code=facts["employee_code"],
        name=facts["name"],
        kana=facts["kana"],
        birth_date=_slashed(facts["birth_date"]),
        sex=facts["sex"],
        relationship=facts["relationship"],
        dependent_kind=facts["dependant_kind"],
        number_document=facts["number_document"],
        person_document=facts["person_document"],
        checked_on=_slashed(facts["checked_on"]),
        checked_by=facts["checked_by"],
        note=facts["note"],
    )


def _slashed(day: str | None) -> str:
    return day.replace("-", "/") if day else ""
