"""廃棄: request, approval, destruction of keys, certificate.

Approval and disposal are one transaction: record, emptied rows, states. After its commit the numbers open no
more; then the keys are destroyed in the key store, then the certificate is issued with its proof. Every later
step can be repeated, so `finish_disposal` completes what a crash left behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from azukari.journal import actions as journal
from azukari.journal import queries as journal_queries
from azukari.journal.rules import Line, Operation, TakenOut
from azukari.kernel.actor import ROLE_LABELS, Actor, Role
from azukari.kernel.clock import jst_day
from azukari.kernel.text import mask_long_digits
from azukari.press.documents import disposal_certificate
from azukari.press.documents.disposal_certificate import facts as press
from azukari.roster import actions as roster_actions
from azukari.roster import queries as roster
from azukari.roster.rules import NumberState
from azukari.seal import checkpoint, document_signer
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import keys as office_keys
from azukari.tenancy.rules.settings import needs_two_persons
from azukari.vault import errors, policy, queries
from azukari.vault.actions import keystore
from azukari.vault.actions.parcels import kept_for
from azukari.vault.models import Certificate, Disposal, DisposalItem, DuplicateTag, NumberRecord
from azukari.vault.rules import disposal as rules
from azukari.vault.rules import events, retention
from azukari.vault.rules.disposal import REASON_LABELS, Reason, State
from azukari.vault.rules.numbers import RecordState
from azukari.vault.rules.purposes import Purpose

SCREEN = "廃棄"
# 社労士法19条 asks two years for the office's books; law.md 2.4 advises seven for the record of handling.
_RECORD_YEARS = 7


@dataclass
class _Backups:
    """How long backups of the key store are kept; told by the app's start."""

    days: int = 35


_backups = _Backups()


def use_backup_days(days: int) -> None:
    """Tell after how many days no backup of the key store is left."""
    _backups.days = days


def backup_days() -> int:
    """Tell after how many days no backup of the key store is left."""
    return _backups.days


def request_disposal(
    *, actor: Actor, client_id: UUID, record_ids: Sequence[UUID], reason: Reason, now: datetime
) -> list[UUID]:
    """Ask for the disposal of some numbers of one client. Gives the ids: one disposal for each certificate's worth.

    Raises: PersonNotFoundError, PermissionNotAllowed, NothingToDisposeError, DisposalPendingError,
    RetentionRunsError, PeriodNotStartedError, ContractRunsError, ReasonNotAllowedError.
    """
    policy.check_can(actor, "vault:number:dispose", client_id)
    client = tenancy.get_client_for(actor, client_id)
    with transaction.atomic():
        journal.lock()  # one order of locks everywhere: the record's head first
        records = _lock_records(client_id, record_ids)
        if not records or len(records) != len(set(record_ids)):
            raise errors.NothingToDisposeError
        people = roster.find_people([record.person_id for record in records])
        periods = {
            record.id: retention.build_periods(
                [Purpose(code) for code in record.purposes], people[record.person_id].completed_on
            )
            for record in records
        }
        for record in records:
            rules.check_reason(
                reason,
                periods=periods[record.id],
                contract_ended_on=client.contract_ended_on,
                replaced_only=record.state == RecordState.REPLACED,
                today=jst_day(now),
            )
        setting = tenancy.get_office().two_person_disposal
        two_persons = needs_two_persons(setting, tenancy.count_key_holders())
        ids = []
        for part in batched(records, press.MOST_ROWS):
            disposal = Disposal.objects.create(
                client_id=client_id,
                state=State.REQUESTED,
                reason=reason,
                two_persons=two_persons,
                requested_by=actor.staff_id,
                requested_by_name=actor.name,
                requested_by_role=actor.role.value,
                requested_at=now,
            )
            DisposalItem.objects.bulk_create(
                _item(disposal, record, people[record.person_id], periods[record.id]) for record in part
            )
            ids.append(disposal.id)
        journal.append(
            actor=actor,
            operation=Operation(
                event=events.DISPOSAL_REQUESTED,
                screen=SCREEN,
                lines=(
                    Line(
                        client_id=client_id,
                        client_name=client.name,
                        person_id=records[0].person_id if len(records) == 1 else None,
                        person_name=people[records[0].person_id].name if len(records) == 1 else f"（{len(records)}件）",
                        detail=f"理由：{REASON_LABELS[reason]}",
                    ),
                ),
            ),
            now=now,
        )
    return ids


def _lock_records(client_id: UUID, record_ids: Sequence[UUID]) -> list[NumberRecord]:
    """Lock the records of a request that are still there. Raises: DisposalPendingError."""
    records: list[NumberRecord] = []
    for start in range(0, len(record_ids), 500):
        part = record_ids[start : start + 500]
        if DisposalItem.objects.filter(record_id__in=part, open=True).exists():
            raise errors.DisposalPendingError
        found = NumberRecord.objects.lock().filter(client_id=client_id, id__in=part)
        records += found.exclude(state=RecordState.DISPOSED)
    return sorted(records, key=lambda record: (record.person_id, record.version))


def _item(
    disposal: Disposal, record: NumberRecord, person: roster.PersonRow, periods: Sequence[retention.Period]
) -> DisposalItem:
    return DisposalItem(
        disposal=disposal,
        record_id=record.id,
        person_id=record.person_id,
        person_code=person.employee_code,
        # A name never holds a number; should somebody have typed one there, it must not get onto paper.
        person_name=mask_long_digits(person.name),
        relationship=mask_long_digits(person.relationship),
        former=record.state == RecordState.REPLACED,
        periods=[
            {
                "label": period.label,
                "law": f"{period.law}（{period.years}年）",
                "starts_on": period.starts_on.isoformat(),
                "last_on": period.last_on.isoformat(),
            }
            for period in periods
        ],
    )


def cancel_disposal(*, actor: Actor, disposal_id: UUID, now: datetime) -> None:
    """Take a request back before it was carried out. Raises: DisposalNotFoundError, DisposalStateError."""
    seen = queries.get_disposal_for(actor, disposal_id)
    policy.check_can(actor, "vault:number:dispose", seen.client_id)
    client = tenancy.get_client_for(actor, seen.client_id)
    with transaction.atomic():
        journal.lock()
        disposal = _lock(disposal_id, State.REQUESTED)
        disposal.state, disposal.cancelled_at = State.CANCELLED, now
        disposal.save()
        disposal.items.update(open=False)
        journal.append(
            actor=actor,
            operation=Operation(
                event=events.DISPOSAL_CANCELLED,
                screen=SCREEN,
                lines=(Line(client_id=client.id, client_name=client.name, person_name=f"（{seen.count}件）"),),
            ),
            now=now,
        )


def carry_out(*, actor: Actor, disposal_id: UUID, now: datetime) -> None:
    """Approve a disposal as the second person, or carry out one's own after 24 hours, and destroy the numbers.

    At the end of this call the certificate is issued; a crash in between is completed by `finish_disposal`.
    Must not run inside a transaction.
    Raises: DisposalNotFoundError, SamePersonNotAllowed, PermissionNotAllowed, DisposalStateError, WaitNotOverError.
    """
    seen = queries.get_disposal_for(actor, disposal_id)
    policy.check_can(actor, "vault:number:dispose", seen.client_id)
    if seen.two_persons:
        policy.check_can_approve(
            actor,
            requested_by=seen.requested_by,
            other_managers=tenancy.count_approvers(seen.requested_by),
        )
    client = tenancy.get_client_for(actor, seen.client_id)
    with transaction.atomic(durable=True):
        journal.lock()
        disposal = _lock(disposal_id, State.REQUESTED)
        rules.check_executable(two_persons=disposal.two_persons, requested_at=disposal.requested_at, now=now)
        items = list(disposal.items.order_by("id"))
        appended = journal.append(
            actor=actor,
            operation=Operation(
                event=events.DISPOSED,
                screen=SCREEN,
                lines=[
                    Line(
                        client_id=client.id,
                        client_name=client.name,
                        person_id=item.person_id,
                        person_name=item.person_name,
                        record_id=item.record_id,
                        detail=f"理由：{REASON_LABELS[Reason(disposal.reason)]}",
                    )
                    for item in items
                ],
            ),
            now=now,
        )
        for line, item in enumerate(items, start=1):
            item.line, item.open = line, False
        DisposalItem.objects.bulk_update(items, ["line", "open"], batch_size=500)
        _empty_records([item.record_id for item in items], now=now)
        _mark_people({item.person_id for item in items}, now=now)
        disposal.state, disposal.operation = State.EXECUTED, appended.number
        disposal.executed_by, disposal.executed_by_name = actor.staff_id, actor.name
        disposal.executed_by_role, disposal.executed_at = actor.role.value, now
        disposal.save()
    finish_disposal(disposal_id, actor=actor, now=now)


def _empty_records(record_ids: Sequence[UUID], *, now: datetime) -> None:
    for start in range(0, len(record_ids), 500):
        part = record_ids[start : start + 500]
        NumberRecord.objects.filter(id__in=part).update(state=RecordState.DISPOSED, sealed=None, disposed_at=now)
        DuplicateTag.objects.filter(record_id__in=part).delete()


def _mark_people(person_ids: set[UUID], *, now: datetime) -> None:
    """A person is 廃棄済み when no number is left; one whose former number went stays 登録済み."""
    still: set[UUID] = set()
    ids = list(person_ids)
    for start in range(0, len(ids), 500):
        found = NumberRecord.objects.filter(person_id__in=ids[start : start + 500], state=RecordState.ACTIVE)
        still |= set(found.values_list("person_id", flat=True))
    roster_actions.mark_numbers(sorted(person_ids - still), NumberState.DISPOSED, now=now)


def finish_disposal(disposal_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Destroy the keys of an executed disposal and issue its certificate. Repeating it does no harm."""
    record_ids = list(DisposalItem.objects.filter(disposal_id=disposal_id).values_list("record_id", flat=True))
    if not keystore.destroy_keys(record_ids):
        return  # the key store is being read; the sweeper comes back, the certificate waits
    for start in range(0, len(record_ids), 500):
        NumberRecord.objects.filter(id__in=record_ids[start : start + 500], key_destroyed_at=None).update(
            key_destroyed_at=now
        )
    with transaction.atomic(durable=True):
        journal.lock()
        disposal = Disposal.objects.lock().get(id=disposal_id)
        if disposal.state != State.EXECUTED:
            return
        certificate = Certificate.objects.filter(disposal=disposal).first() or _record_certificate(
            actor, disposal, now=now
        )
    _sign_certificate(certificate, now=now)


def sweep_unfinished(*, now: datetime) -> int:
    """Complete the disposals of the office in force that a crash left between act and certificate."""
    system = Actor(
        office_id=tenancy.get_office().id,
        staff_id=None,
        name="システム",
        role=Role.SYSTEM,
        may_handle=False,
        client_ids=None,
    )
    waiting = list(Disposal.objects.filter(state=State.EXECUTED).values_list("id", flat=True))
    for disposal_id in waiting:
        finish_disposal(disposal_id, actor=system, now=now)
    return len(waiting)


def _record_certificate(actor: Actor, disposal: Disposal, *, now: datetime) -> Certificate:
    """Append the issue to the record and keep what the certificate will say."""
    place = journal.lock()
    year = jst_day(now).year
    serial = (Certificate.objects.filter(year=year).aggregate(last=Max("serial"))["last"] or 0) + 1
    number = queries.certificate_number(year, serial)
    client = tenancy.find_clients(actor, [disposal.client_id])[disposal.client_id]
    facts = _facts(disposal, client, number, place, now=now)
    facts_bytes = facts.to_bytes()
    journal.append(
        actor=actor,
        operation=Operation(
            event=events.CERTIFICATE_ISSUED,
            screen=SCREEN,
            taken_out=TakenOut.FILE,
            taken_out_note=number,
            lines=(
                Line(
                    client_id=client.id,
                    client_name=client.name,
                    person_name=f"（{len(facts.rows)}件）",
                    detail=number,
                    document_sha256=hashlib.sha256(facts_bytes).hexdigest(),
                ),
            ),
        ),
        now=now,
    )
    return Certificate.objects.create(
        disposal=disposal, year=year, serial=serial, issued_at=now, facts=facts_bytes, entry_seq=place.index
    )


def _sign_certificate(certificate: Certificate, *, now: datetime) -> None:
    """Sign the head that holds the issue, and keep the PDF with facts, entry and proof inside.

    After the commit of the entry, for what could still be rolled back must not be signed.
    """
    facts, index = press.DisposalCertificate.from_bytes(bytes(certificate.facts)), certificate.entry_seq
    assert index is not None
    head = office_keys.sign_record(now=now)
    proof = checkpoint.build_proof(index, journal_queries.inclusion_proof(index, head.size), head.note)
    signing = office_keys.document_keys()
    pdf = disposal_certificate.render(facts, proof=proof.encode(), entry=journal_queries.entry_body(index))
    signed = disposal_certificate.sign(
        pdf, signing.private_key_der, signing.certificate_der, _second(certificate.issued_at)
    )
    with transaction.atomic(durable=True):
        Certificate.objects.filter(id=certificate.id, pdf=b"").update(pdf=signed, facts=b"")
        Disposal.objects.filter(id=certificate.disposal_id).update(state=State.CERTIFIED)


def _facts(
    disposal: Disposal, client: tenancy.ClientRow, number: str, place: journal.Place, *, now: datetime
) -> press.DisposalCertificate:
    office = tenancy.get_office()
    items = list(disposal.items.select_related("record").order_by("id"))
    assert disposal.executed_at is not None
    verifier_key = office_keys.verifier_key()
    today = jst_day(now)
    return press.DisposalCertificate(
        number=number,
        issued_at=_second(now),
        office=press.IssuingOffice(
            code=office.code,
            name=office.name,
            address=office.address,
            sharoushi_name=office.sharoushi_name,
            registration_number=office.registration_number or None,
        ),
        addressee=press.Addressee(code=client.code, name=client.name),
        file=press.NumberFile(kind="特定個人情報ファイル", name=f"{client.name} 個人番号台帳"),
        rows=tuple(
            press.DisposedNumber(
                person_code=item.person_code,
                name=item.person_name,
                relationship=item.relationship,
                kind=press.NumberKind.FORMER if item.former else press.NumberKind.CURRENT,
                registered_on=jst_day(item.record.registered_at),
                record_no=f"{disposal.operation}-{item.line}",
            )
            for item in items
        ),
        ended_purposes=_ended_purposes(items),
        reason=press.DisposalReason(disposal.reason),
        reason_note="",
        method=press.DisposalMethod.KEY_ERASURE,
        executed_at=_second(disposal.executed_at),
        executor=_person(disposal.requested_by_name, disposal.requested_by_role),
        approval=press.Approval(
            rule=press.ApprovalRule.TWO_PERSONS if disposal.two_persons else press.ApprovalRule.ONE_PERSON_WAIT,
            person=_person(disposal.executed_by_name, disposal.executed_by_role),
            at=_second(disposal.executed_at if disposal.two_persons else disposal.requested_at),
        ),
        scope=press.Scope(
            vault="個人番号台帳に登録した番号と、その番号だけに使う鍵",
            sheets=f"取り込みに使った登録シートの写し（取り込みの完了時または{kept_for().days}日以内に廃棄）",
            backup_days=_backups.days,
            unrecoverable_on=jst_day(disposal.executed_at) + timedelta(days=_backups.days + 1),
        ),
        kept_until=date(today.year + _RECORD_YEARS, 12, 31),
        record=press.RecordReference(
            origin=place.origin,
            verifier_key=verifier_key,
            verifier_key_fingerprint=checkpoint.fingerprint(verifier_key),
            index=place.index,
            operation_no=f"{place.number}-1",
        ),
        signer_certificate_sha256=document_signer.certificate_fingerprint(office_keys.document_keys().certificate_der),
    )


def _second(moment: datetime) -> datetime:
    """A document tells time to the second."""
    return moment.replace(microsecond=0)


def _person(name: str, role: str) -> press.HandlingPerson:
    return press.HandlingPerson(name=name, role=ROLE_LABELS[Role(role)])


def _ended_purposes(items: Sequence[DisposalItem]) -> tuple[press.EndedPurpose, ...]:
    """Sum up the periods of all numbers, one line a purpose: from the earliest start to the latest end."""
    spans: dict[tuple[str, str], tuple[date, date]] = {}
    for item in items:
        for period in item.periods:
            key = (period["label"], period["law"])
            starts_on, last_on = date.fromisoformat(period["starts_on"]), date.fromisoformat(period["last_on"])
            known = spans.get(key, (starts_on, last_on))
            spans[key] = (min(known[0], starts_on), max(known[1], last_on))
    return tuple(
        press.EndedPurpose(name=label, basis=law, starts_on=starts_on, last_on=last_on)
        for (label, law), (starts_on, last_on) in sorted(spans.items())
    )


def _lock(disposal_id: UUID, state: State) -> Disposal:
    disposal = Disposal.objects.lock().get(id=disposal_id)
    if disposal.state != state:
        raise errors.DisposalStateError
    return disposal
