"""A sheet from upload to the check page: received, read, judged, compared.

What was read is kept as two sealed parcels: the workbook (so that columns can be mapped anew) and the digits by
row. The rows of the check page hold everything else. Every step writes its record first.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from azukari.intake import errors, queries
from azukari.intake.errors import (
    ColumnTwiceError,
    NameColumnMissingError,
    NothingToReadError,
    NumberColumnMissingError,
)
from azukari.intake.models import SheetImport, SheetRow
from azukari.intake.rules.columns import Mapping, propose_mapping
from azukari.intake.rules.comparison import Compared, KnownPerson, NumberComparison, Standing, compare, match_people
from azukari.intake.rules.events import Events
from azukari.intake.rules.people import judge
from azukari.intake.rules.progress import STALE_AFTER, WAITING, WORKING, State, Verdict
from azukari.journal import actions as journal
from azukari.journal.rules import Event, Line, Operation
from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import AzukariError
from azukari.kernel.ids import new_id
from azukari.press.workbook import Workbook, check_file, read_workbook, shown_file_name
from azukari.roster import queries as roster
from azukari.seal.vaultkey import VaultKey
from azukari.store.bulk import insert_rows
from azukari.store.scope import current_office
from azukari.tenancy import policy as office_policy
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import holders
from azukari.tenancy.actions.looks import Confirmed
from azukari.vault import errors as vault_errors
from azukari.vault import queries as vault
from azukari.vault.actions import comparison, parcels
from azukari.vault.rules.purposes import Purpose

SCREEN = "登録シート"
# These ask for another choice of columns; every other refusal ends the import.
_NEEDS_MAPPING = (ColumnTwiceError, NameColumnMissingError, NothingToReadError, NumberColumnMissingError)


def receive_sheet(
    *, actor: Actor, client_id: UUID, data: bytes, file_name: str, purposes: Sequence[Purpose], now: datetime
) -> UUID:
    """Take a sheet in: look at the file, record that it came, and make the import. `read_sheet` goes on with it.

    Raises: ClientNotFoundError, PermissionNotAllowed, PurposeMissingError, ContractOverError, FileMissingError, and
    what `check_file` raises for a file that is no readable sheet.
    """
    client = tenancy.get_client_for(actor, client_id)
    office_policy.check_may(actor, "intake:sheet:import")
    if not purposes:
        raise vault_errors.PurposeMissingError
    if client.contract_ended_on is not None and client.contract_ended_on <= jst_day(now):
        raise vault_errors.ContractOverError
    check_file(data, file_name)
    shown = shown_file_name(file_name)
    with transaction.atomic():
        journal.append(
            actor=actor,
            operation=Operation(
                event=Events.RECEIVED,
                screen=SCREEN,
                lines=(Line(client_id=client_id, client_name=client.name, detail=shown),),
            ),
            now=now,
        )
        sheet = SheetImport.objects.create(
            client_id=client_id,
            state=State.READING,
            file_name=shown,
            purposes=[purpose.value for purpose in purposes],
            step_at=now,
            made_by=actor.staff_id,
            made_by_name=actor.name,
            made_at=now,
        )
    return sheet.id


def read_sheet(
    *, actor: Actor, import_id: UUID, vault_key: VaultKey, data: bytes, file_name: str, now: datetime
) -> None:
    """Read the file in its child process, seal what was read, and check it with the columns it proposes.

    Must not run inside a transaction. Raises: what the reader raises, ImportStateError when it was cancelled.
    """
    workbook = read_workbook(data, file_name)
    sheet = SheetImport.objects.get(id=import_id)
    parcel_id = parcels.put_parcel(vault_key=vault_key, client_id=sheet.client_id, data=workbook.to_bytes(), now=now)
    _advance(import_id, from_states=(State.READING,), now=now, workbook_parcel=parcel_id)
    mapping = propose_mapping(workbook)
    _advance(import_id, from_states=(State.READING,), now=now, mapping=mapping.to_json())
    try:
        check_sheet(actor=actor, import_id=import_id, vault_key=vault_key, workbook=workbook, mapping=mapping, now=now)
    except _NEEDS_MAPPING:
        _advance(import_id, from_states=(State.READING,), now=now, state=State.MAPPING)


def change_mapping(*, actor: Actor, import_id: UUID, vault_key: VaultKey, mapping: Mapping, now: datetime) -> None:
    """Check the sheet anew with other columns. Must not run inside a transaction.

    Raises: ImportNotFoundError, ImportStateError, ParcelGoneError, and what `check_mapping` raises.
    """
    sheet = queries.get_import_for(actor, import_id)
    office_policy.check_may(actor, "intake:sheet:import")
    if sheet.state not in WAITING:
        raise errors.ImportStateError
    workbook = open_workbook(import_id, vault_key)
    check_sheet(actor=actor, import_id=import_id, vault_key=vault_key, workbook=workbook, mapping=mapping, now=now)


def open_workbook(import_id: UUID, vault_key: VaultKey) -> Workbook:
    """Open what was read of a sheet. Callers have passed the import's gate. Raises: ParcelGoneError."""
    parcel_id = SheetImport.objects.values_list("workbook_parcel", flat=True).get(id=import_id)
    if parcel_id is None:
        raise vault_errors.ParcelGoneError
    return Workbook.from_bytes(parcels.open_parcel(vault_key=vault_key, parcel_id=parcel_id))


def check_sheet(
    *,
    actor: Actor,
    import_id: UUID,
    vault_key: VaultKey,
    workbook: Workbook,
    mapping: Mapping,
    now: datetime,
) -> None:
    """Judge everybody in a sheet, compare with 台帳 and vault, and keep the outcome for the check page.

    Raises: what `judge` raises, ImportStateError when the import has moved on.
    """
    sheet = SheetImport.objects.get(id=import_id)
    client = tenancy.get_client_for(actor, sheet.client_id)
    today = jst_day(now)
    people = judge(workbook, mapping, client.code, today)
    mark = ledger_mark(client.id)
    matches = match_people(people, [_known(row) for row in roster.all_of_client(client.id)])
    with_digits = [match for match in matches if match.person.digits is not None]
    answers = comparison.compare_numbers(
        actor=actor,
        vault_key=vault_key,
        client_id=client.id,
        wanted=[(match.known.person_id if match.known else None, match.person.digits or "") for match in with_digits],
        screen=SCREEN,
        now=now,
    )
    said: dict[str, NumberComparison] = {}
    taken: set[str] = set()
    for match, answer in zip(with_digits, answers, strict=True):
        if match.known is not None:
            said[match.person.key] = _comparison(answer)
        if answer.owner is not None:
            taken.add(match.person.key)
    compared = compare(matches, today=today, numbers=said, taken=taken)
    digits = {line.person.key: line.person.digits for line in compared if line.person.digits and line.may_register}
    parcel_id = parcels.put_parcel(
        vault_key=vault_key, client_id=client.id, data=zlib.compress(json.dumps(digits).encode(), 1), now=now
    )
    _keep_rows(import_id, compared, mapping=mapping, parcel_id=parcel_id, mark=mark, now=now)


def ledger_mark(client_id: UUID) -> str:
    """Give a mark that changes whenever people or numbers of a client change."""
    return f"{roster.mark_of_client(client_id)}|{vault.mark_of_client(client_id)}"


def _comparison(answer: comparison.Comparison) -> NumberComparison:
    if answer.same:
        return NumberComparison.SAME
    return NumberComparison.DIFFERENT if answer.registered else NumberComparison.NONE


def _known(row: roster.PersonRow) -> KnownPerson:
    return KnownPerson(
        person_id=row.id,
        employee_code=row.employee_code,
        relationship=row.relationship,
        is_employee=row.is_employee,
        name=row.name,
        kana=row.kana,
        birth_date=row.birth_date,
        sex=row.sex_label,
        dependant_kind=row.dependant_kind,
        joined_on=row.joined_on,
        left_on=row.left_on,
        number_state=row.number_state.value,
    )


def _keep_rows(
    import_id: UUID, compared: Sequence[Compared], *, mapping: Mapping, parcel_id: UUID, mark: str, now: datetime
) -> None:
    office = current_office()
    verdicts = Counter(_verdict(line) for line in compared)
    with transaction.atomic():
        sheet = _locked(import_id, (State.READING, *WAITING))
        SheetRow.objects.filter(sheet_import_id=import_id).delete()
        insert_rows(
            SheetRow,
            _COLUMNS,
            (
                (
                    new_id(), office, import_id, place, line.person.sheet[:100], line.person.row, line.person.slot[:20],
                    _facts(line), _verdict(line).value, _verdict(line) in _TICKED,
                    line.known.person_id if line.known else None, False,
                )
                for place, line in enumerate(compared)
            ),
        )  # fmt: skip
        if sheet.numbers_parcel:
            parcels.drop_parcel(sheet.numbers_parcel, now=now)
        sheet.mapping = mapping.to_json()
        sheet.numbers_parcel, sheet.ledger_mark = parcel_id, mark
        sheet.counts = {verdict.value: count for verdict, count in verdicts.items()}
        sheet.people, sheet.state, sheet.step_at = len(compared), State.CHECKED, now
        sheet.save()


_COLUMNS = (
    "id", "office_id", "sheet_import", "place", "sheet", "row", "slot", "facts", "verdict", "chosen", "person_id",
    "registered",
)  # fmt: skip
_TICKED = (Verdict.NEW, Verdict.CHANGED)


def _verdict(line: Compared) -> Verdict:
    """What would change nothing is 同じ, whatever its cells look like: there is nothing to ask about."""
    if line.may_register and line.standing is Standing.SAME:
        return Verdict.SAME
    return line.verdict


def _facts(line: Compared) -> dict[str, Any]:
    """What the check page shows and the registration needs of a person: never a digit."""
    person = line.person
    return {
        "key": person.key,
        "employee_key": person.employee_key,
        "place": person.place,
        "employee_code": person.employee_code,
        "name": person.name,
        "kana": person.kana,
        "birth_date": person.birth_date.isoformat() if person.birth_date else None,
        "sex": person.sex,
        "relationship": person.relationship,
        "is_employee": person.is_employee,
        "dependant_kind": person.dependant_kind,
        "number_document": person.number_document,
        "person_document": person.person_document,
        "checked_on": person.checked_on.isoformat() if person.checked_on else None,
        "checked_by": person.checked_by,
        "joined_on": person.joined_on.isoformat() if person.joined_on else None,
        "left_on": person.left_on.isoformat() if person.left_on else None,
        "note": person.note,
        "digit_count": person.digit_count,
        "number": line.number.value if line.number else "",
        "reasons": [reason.value for reason in line.reasons],
        "sentences": [finding.text for finding in line.findings],
        "differences": [[found.label, found.ledger, found.sheet] for found in line.differences],
    }


def fail_import(import_id: UUID, error: AzukariError, *, now: datetime, states: Sequence[State] = WORKING) -> None:
    """Say why an import ended without a result; what was read is destroyed."""
    with transaction.atomic():
        sheet = SheetImport.objects.lock().filter(id=import_id, state__in=states).first()
        if sheet is None:
            return
        system = holders.system_actor(name="システム")
        record(system, Events.ENDED, sheet.client_id, detail=f"{sheet.file_name}　{error.event}", now=now)
        sheet.error = {"code": error.code, "event": error.event, "reason": error.reason, "advice": error.advice}
        end_import(sheet, State.FAILED, now=now)


def cancel_import(*, actor: Actor, import_id: UUID, now: datetime) -> None:
    """Give an import up: nothing is registered, what was read is destroyed.

    Raises: ImportNotFoundError, ImportStateError.
    """
    seen = queries.get_import_for(actor, import_id)
    office_policy.check_may(actor, "intake:sheet:import")
    with transaction.atomic():
        sheet = _locked(import_id, (State.READING, *WAITING))
        record(actor, Events.CANCELLED, seen.client_id, detail=seen.file_name, now=now)
        end_import(sheet, State.CANCELLED, now=now)


def choose_rows(*, actor: Actor, import_id: UUID, shown: Sequence[int], chosen: Sequence[int]) -> None:
    """Keep the ticks of one page: of the `shown` places the `chosen` ones are ticked, the others not.

    Raises: ImportNotFoundError, ImportStateError.
    """
    queries.get_import_for(actor, import_id)
    office_policy.check_may(actor, "intake:sheet:import")
    with transaction.atomic():
        _locked(import_id, WAITING)
        rows = SheetRow.objects.filter(
            sheet_import_id=import_id, place__in=shown, verdict__in=[*_TICKED, Verdict.WARNING]
        )
        rows.filter(place__in=chosen).update(chosen=True)
        rows.exclude(place__in=chosen).update(chosen=False)


def record(actor: Actor, event: Event, client_id: UUID, *, detail: str, now: datetime) -> journal.Appended:
    """Record an act on a sheet in the running transaction."""
    client = tenancy.get_client_for(actor, client_id)
    return journal.append(
        actor=actor,
        operation=Operation(
            event=event,
            screen=SCREEN,
            lines=(Line(client_id=client_id, client_name=client.name, detail=detail),),
        ),
        now=now,
    )


def sweep_stale(*, now: datetime) -> int:
    """End imports whose background work died with its process. Gives how many.

    By the clock alone: whoever waits for it is told soon, and still has the sheet.
    """
    stale = SheetImport.objects.filter(state__in=WORKING, step_at__lt=now - STALE_AFTER)
    ids = list(stale.values_list("id", flat=True))
    for import_id in ids:
        fail_import(import_id, errors.ImportInterruptedError(), now=now)
    return len(ids)


def sweep_expired(*, due: Confirmed, now: datetime) -> int:
    """End imports nobody had decided about in the office's days (file_days) at `due`: their contents are destroyed."""
    expired = SheetImport.objects.filter(state__in=WAITING, made_at__lte=due - parcels.kept_for())
    ids = list(expired.values_list("id", flat=True))
    for import_id in ids:
        fail_import(import_id, errors.ImportExpiredError(), now=now, states=WAITING)
    return len(ids)


def _locked(import_id: UUID, states: Sequence[State]) -> SheetImport:
    sheet = SheetImport.objects.lock().filter(id=import_id, state__in=states).first()
    if sheet is None:
        raise errors.ImportStateError
    return sheet


def _advance(import_id: UUID, *, from_states: Sequence[State], now: datetime, **changes: Any) -> None:
    """Move an import on, if it still is where we left it. Raises: ImportStateError."""
    found = SheetImport.objects.filter(id=import_id, state__in=from_states)
    if not found.update(step_at=now, **changes):
        raise errors.ImportStateError


def end_import(sheet: SheetImport, state: State, *, now: datetime) -> None:
    """Bring an import to its end: both parcels are dropped, their keys destroyed after the commit."""
    for parcel_id in (sheet.workbook_parcel, sheet.numbers_parcel):
        if parcel_id:
            parcels.drop_parcel(parcel_id, now=now)
    sheet.workbook_parcel = sheet.numbers_parcel = None
    sheet.state, sheet.finished_at, sheet.step_at = state, now, now
    sheet.save()
