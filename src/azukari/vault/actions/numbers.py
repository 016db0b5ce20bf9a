"""Registering, showing and replacing numbers.

Order of a registration: keys are committed to the key store, then record, tag and handling record in one
transaction. Order of showing: the handling record is committed, then key and sealed number are read and opened.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.actions import Appended, takeouts
from azukari.journal.rules import Line, Operation, TakenOut
from azukari.journal.rules.takeouts import TakeOutFacts
from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst_day
from azukari.kernel.ids import new_id
from azukari.roster import actions as roster_actions
from azukari.roster import queries as roster
from azukari.roster.rules import NumberState
from azukari.seal import sealing
from azukari.seal.opening import OpenedNumber
from azukari.seal.vaultkey import VaultKey
from azukari.store.bulk import insert_rows
from azukari.store.scope import current_office
from azukari.tenancy import queries as tenancy
from azukari.vault import errors, policy, queries
from azukari.vault.actions import comparison, keystore, openings
from azukari.vault.models import DuplicateTag, NumberRecord
from azukari.vault.rules import events, numbers
from azukari.vault.rules.numbers import Identity, RecordState, ReplaceReason
from azukari.vault.rules.purposes import USES_BY_CODE, Purpose, purposes_for

SCREEN = "個人情報"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNumber:
    """A number to register for one person. `repr` never shows the digits."""

    person_id: UUID
    person_name: str
    digits: str
    purposes: tuple[Purpose, ...]
    identity: Identity
    replaces: UUID | None = None
    replace_reason: ReplaceReason | None = None
    version: int = 1

    def __repr__(self) -> str:
        return f"NewNumber(person_id={self.person_id})"


@dataclass(frozen=True, slots=True)
class Shown:
    """A number that may be shown now, and the NO of the record that was written before."""

    number: OpenedNumber
    record_no: str


def register_number(
    *,
    actor: Actor,
    vault_key: VaultKey,
    person_id: UUID,
    digits: str,
    purposes: Sequence[Purpose],
    identity: Identity,
    now: datetime,
) -> str:
    """Register a person's first number. Gives the NO of the record.

    Raises: PersonNotFoundError, PermissionNotAllowed, NumberLengthError, CheckDigitError, PurposeMissingError,
    ContractOverError, AlreadyRegisteredError, DuplicateNumberError.
    """
    return _write_one(
        actor=actor,
        vault_key=vault_key,
        person_id=person_id,
        digits=digits,
        purposes=purposes,
        identity=identity,
        reason=None,
        now=now,
    )


def replace_number(
    *,
    actor: Actor,
    vault_key: VaultKey,
    person_id: UUID,
    digits: str,
    purposes: Sequence[Purpose],
    identity: Identity,
    reason: ReplaceReason,
    now: datetime,
) -> str:
    """Register a changed number; the old one stays as a record of its own, under its own key, until disposed of.

    Raises: as `register_number`, and NumberNotFoundError, SameNumberError.
    """
    return _write_one(
        actor=actor,
        vault_key=vault_key,
        person_id=person_id,
        digits=digits,
        purposes=purposes,
        identity=identity,
        reason=reason,
        now=now,
    )


def _write_one(
    *,
    actor: Actor,
    vault_key: VaultKey,
    person_id: UUID,
    digits: str,
    purposes: Sequence[Purpose],
    identity: Identity,
    reason: ReplaceReason | None,
    now: datetime,
) -> str:
    person = roster.get_person_for(actor, person_id)
    policy.check_can(actor, "vault:number:register", person.client_id)
    _check_new(actor, person.client_id, digits, purposes_for(purposes, is_employee=person.is_employee), now=now)
    _check_state(person_id, replacing=reason is not None)
    tag = vault_key.tag(person.client_id, digits)
    seen = _candidates(person.client_id, tag)
    found = comparison.compare_numbers(
        actor=actor,
        vault_key=vault_key,
        client_id=person.client_id,
        wanted=[(person_id, digits)],
        screen=SCREEN,
        now=now,
    )[0]
    if found.owner is not None:
        raise errors.DuplicateNumberError(name=roster.find_people([found.owner])[found.owner].name)
    if found.same:
        raise errors.SameNumberError
    with transaction.atomic():
        journal.lock()
        old = _check_state(person_id, replacing=reason is not None)
        if _candidates(person.client_id, tag) != seen:
            raise errors.ChangedMeanwhileError
        new = NewNumber(
            person_id=person_id,
            person_name=person.name,
            digits=digits,
            purposes=purposes_for(purposes, is_employee=person.is_employee),
            identity=identity,
            replaces=old,
            replace_reason=reason,
            version=_next_version(person_id),
        )
        sealed = seal_numbers(vault_key=vault_key, client_id=person.client_id, new=[new], now=now)
        return write_numbers(actor=actor, numbers_to_write=sealed, screen=SCREEN, now=now).label()


def _check_state(person_id: UUID, *, replacing: bool) -> UUID | None:
    """Check that there is a number to replace, or none yet. Gives the id of the one to replace."""
    old = queries.find_number(person_id)
    if replacing and old is None:
        raise errors.NumberNotFoundError
    if not replacing and old is not None:
        raise errors.AlreadyRegisteredError
    return old.id if old else None


def _candidates(client_id: UUID, tag: int) -> set[UUID]:
    return set(DuplicateTag.objects.filter(client_id=client_id, tag=tag).values_list("record_id", flat=True))


@dataclass(frozen=True, slots=True)
class SealedNumbers:
    """Numbers sealed and with their keys already in the key store: ready to be written."""

    client_id: UUID
    new: Sequence[NewNumber]
    ids: Sequence[UUID]
    sealed: Sequence[bytes]
    tags: Sequence[int]


def seal_numbers(*, vault_key: VaultKey, client_id: UUID, new: Sequence[NewNumber], now: datetime) -> SealedNumbers:
    """Seal numbers that were checked and commit their keys to the key store, before any lock is taken.

    If the writing never comes, the sweeper removes the keys. Raises: NumberLengthError, CheckDigitError.
    """
    ids = [new_id() for _ in new]
    wrapped_keys, sealed_numbers, tags = [], [], []
    for record_id, item in zip(ids, new, strict=True):
        numbers.check_number(item.digits)
        context = openings.context_of(record_id, client_id, item.person_id, item.purposes, item.version)
        wrapped, sealed = sealing.seal_number_record(vault_key, item.digits, context)
        wrapped_keys.append(wrapped)
        sealed_numbers.append(sealed)
        tags.append(vault_key.tag(client_id, item.digits))
    keystore.put_keys(zip(ids, wrapped_keys, strict=True), now=now)
    return SealedNumbers(client_id, new, ids, sealed_numbers, tags)


def write_numbers(
    *,
    actor: Actor,
    numbers_to_write: SealedNumbers,
    screen: str,
    now: datetime,
    detail: str = "",
    marked: Collection[UUID] = (),
) -> Appended:
    """Write sealed numbers of one client as one operation. Must run inside the caller's transaction.

    First and replaced numbers may be mixed; each line says which. `marked` are people the caller adds as 登録済み in
    the same transaction. Called here and by intake for a sheet.
    """
    client_id, new, ids = numbers_to_write.client_id, numbers_to_write.new, numbers_to_write.ids
    client = tenancy.get_client_for(actor, client_id)
    office = current_office()
    appended = journal.append(
        actor=actor,
        operation=Operation(
            event=events.REPLACED if any(item.replaces for item in new) else events.REGISTERED,
            screen=screen,
            lines=[
                Line(
                    client_id=client_id,
                    client_name=client.name,
                    person_id=item.person_id,
                    person_name=item.person_name,
                    record_id=record_id,
                    detail=_detail(item, detail),
                )
                for record_id, item in zip(ids, new, strict=True)
            ],
        ),
        now=now,
    )
    _retire([item for item in new if item.replaces], now=now)
    insert_rows(
        NumberRecord,
        _COLUMNS,
        (
            (
                record_id, office, client_id, item.person_id, item.version, RecordState.ACTIVE.value, sealed,
                [purpose.value for purpose in item.purposes], item.identity.way.value, item.identity.number_document,
                item.identity.person_document, item.identity.checked_on, item.identity.checked_by, now,
                actor.staff_id, appended.label(place), "",
            )
            for place, (record_id, item, sealed) in enumerate(zip(ids, new, numbers_to_write.sealed, strict=True), start=1)
        ),
    )  # fmt: skip
    insert_rows(
        DuplicateTag,
        ["id", "office_id", "record", "client", "tag"],
        (
            (new_id(), office, record_id, client_id, tag)
            for record_id, tag in zip(ids, numbers_to_write.tags, strict=True)
        ),
    )
    unmarked = [item.person_id for item in new if item.person_id not in marked]
    roster_actions.mark_numbers(unmarked, NumberState.REGISTERED, now=now)
    return appended


_COLUMNS = (
    "id", "office_id", "client", "person", "version", "state", "sealed", "purposes", "way", "number_document",
    "person_document", "checked_on", "checked_by", "registered_at", "registered_by", "registered_no", "replace_reason",
)  # fmt: skip


def _retire(replacing: Sequence[NewNumber], *, now: datetime) -> None:
    for item in replacing:
        assert item.replaces is not None and item.replace_reason is not None
        NumberRecord.objects.filter(id=item.replaces, state=RecordState.ACTIVE).update(
            state=RecordState.REPLACED, replaced_at=now, replace_reason=item.replace_reason.value
        )


def _detail(item: NewNumber, detail: str) -> str:
    if item.replace_reason is None:
        return detail
    reason = numbers.REPLACE_REASON_LABELS[item.replace_reason]
    return f"{detail}・変更の理由：{reason}" if detail else f"変更の理由：{reason}"


def reveal_number(
    *,
    actor: Actor,
    vault_key: VaultKey,
    person_id: UUID,
    use_code: str,
    leaves: TakeOutFacts | None = None,
    now: datetime,
) -> Shown:
    """Show one person's number: the record is committed first, then the number is opened. No record, no number.

    With `leaves` it goes onto a paper, into a program or a medium, and a take-out is opened with the record; without,
    it is looked at only. Must not run inside a transaction. Law: ガイドライン別添1 2C b, 2E c.
    Raises: PersonNotFoundError, PermissionNotAllowed, NumberNotFoundError, PurposeNotAllowed, NumberDamagedError,
    those of `takeouts.take_out`.
    """
    person = roster.get_person_for(actor, person_id)
    policy.check_can(actor, "vault:number:reveal", person.client_id)
    found = queries.find_number(person_id)
    use = USES_BY_CODE.get(use_code)
    if found is None:
        raise errors.NumberNotFoundError
    if use is None or use.purpose not in found.purposes:
        raise errors.PurposeNotAllowed
    client = tenancy.get_client_for(actor, person.client_id)
    operation = Operation(
        event=events.REVEALED,
        screen=SCREEN,
        purpose=use.code,
        taken_out=TakenOut.SCREEN,
        lines=(
            Line(
                client_id=client.id,
                client_name=client.name,
                person_id=person_id,
                person_name=person.name,
                record_id=found.id,
                detail=use.label if leaves else f"{use.label}（提出先：{use.submitted_to}）",
            ),
        ),
    )
    with transaction.atomic(durable=True):
        if leaves is None:
            appended = journal.append(actor=actor, operation=operation, now=now)
        else:
            facts = replace(leaves, submitted_to=leaves.submitted_to.strip() or use.submitted_to)
            appended = takeouts.take_out(actor=actor, operation=operation, facts=facts, now=now)
    number = openings.open_number(vault_key, found)
    return Shown(number, appended.label())


def _check_new(actor: Actor, client_id: UUID, digits: str, purposes: Sequence[Purpose], *, now: datetime) -> None:
    numbers.check_number(digits)
    if not purposes:
        raise errors.PurposeMissingError
    client = tenancy.get_client_for(actor, client_id)
    if client.contract_ended_on is not None and client.contract_ended_on <= jst_day(now):
        raise errors.ContractOverError


def _next_version(person_id: UUID) -> int:
    return NumberRecord.objects.filter(person_id=person_id).count() + 1
