"""Reads of the vault: states, periods, disposals. Nothing here gives out a number or a sealed byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Length

from azukari.kernel.actor import Actor
from azukari.roster import queries as roster
from azukari.roster.queries import PersonRow
from azukari.vault import errors
from azukari.vault.models import Certificate, Disposal, DisposalItem, NumberRecord, SealedParcel
from azukari.vault.rules import disposal as disposal_rules
from azukari.vault.rules import retention
from azukari.vault.rules.disposal import REASON_LABELS, STATE_LABELS, Reason, State
from azukari.vault.rules.numbers import VERIFICATION_LABELS, RecordState, Verification
from azukari.vault.rules.purposes import PURPOSE_LABELS, Purpose
from azukari.vault.rules.retention import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFacts:
    """What may be said of a registered number without opening it."""

    id: UUID
    person_id: UUID
    client_id: UUID
    version: int
    state: RecordState
    purposes: tuple[Purpose, ...]
    purpose_labels: tuple[str, ...]
    way_label: str
    number_document: str
    person_document: str
    checked_on: date | None
    checked_by: str
    registered_at: datetime
    registered_no: str
    replaced_at: datetime | None
    disposed_at: datetime | None


def _facts(row: NumberRecord) -> NumberFacts:
    purposes = tuple(Purpose(code) for code in row.purposes)
    return NumberFacts(
        id=row.id,
        person_id=row.person_id,
        client_id=row.client_id,
        version=row.version,
        state=RecordState(row.state),
        purposes=purposes,
        purpose_labels=tuple(PURPOSE_LABELS[purpose] for purpose in purposes),
        way_label=VERIFICATION_LABELS[Verification(row.way)],
        number_document=row.number_document,
        person_document=row.person_document,
        checked_on=row.checked_on,
        checked_by=row.checked_by,
        registered_at=row.registered_at,
        registered_no=row.registered_no,
        replaced_at=row.replaced_at,
        disposed_at=row.disposed_at,
    )


def find_number(person_id: UUID) -> NumberFacts | None:
    """Find the active number of a person. Callers have passed the person's gate."""
    # No order: there is one at most, and an ORDER BY id would make SQLite walk the whole office.
    rows = NumberRecord.objects.defer("sealed").filter(person_id=person_id, state=RecordState.ACTIVE).order_by()[:1]
    return next((_facts(row) for row in rows), None)


def list_numbers(person_id: UUID) -> list[NumberFacts]:
    """List every number record of a person, newest first: active, replaced and disposed."""
    rows = NumberRecord.objects.defer("sealed").filter(person_id=person_id).order_by("-version")
    return [_facts(row) for row in rows]


def numbers_of_people(person_ids: Sequence[UUID]) -> dict[UUID, NumberFacts]:
    """Give the active number facts of some people."""
    rows = NumberRecord.objects.defer("sealed").filter(person_id__in=person_ids, state=RecordState.ACTIVE)
    return {row.person_id: _facts(row) for row in rows}


def numbers_of_people_of_client(client_id: UUID) -> list[NumberFacts]:
    """List the active number facts of one client. Callers have passed the client's gate."""
    rows = NumberRecord.objects.defer("sealed").filter(client_id=client_id, state=RecordState.ACTIVE)
    return [_facts(row) for row in rows]


def mark_of_client(client_id: UUID) -> str:
    """Give a mark that changes whenever a client's numbers change."""
    found = NumberRecord.objects.filter(client_id=client_id).aggregate(
        n=Count("id"), registered=Max("registered_at"), disposed=Max("disposed_at")
    )
    return f"{found['n']}:{found['registered']}:{found['disposed']}"


def last_versions(client_id: UUID) -> dict[UUID, int]:
    """Give the version of the newest number record by person, for one client."""
    found = NumberRecord.objects.filter(client_id=client_id).order_by().values("person_id")
    return dict(found.annotate(last=Max("version")).values_list("person_id", "last"))


def periods_of(person: PersonRow, number: NumberFacts | None) -> list[Period]:
    """Build the retention periods of a person's number from 完結の日: own, or the employee's for a dependant."""
    return retention.build_periods(number.purposes, person.completed_on) if number else []


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A person whose number is due for disposal, or soon."""

    person: PersonRow
    number: NumberFacts
    due_on: date
    law: str


def list_due(actor: Actor, *, until: date) -> list[DueRow]:
    """List the numbers whose last retention period ends up to a day, earliest first.

    Only people who have left can be due; their number's periods are computed from the rules, not stored.
    """
    found = NumberRecord.objects.defer("sealed").filter(
        Q(person__left_on__lte=until) | Q(person__left_on=None, person__head__left_on__lte=until),
        _visible(actor),
        state=RecordState.ACTIVE,
    )
    numbers = [_facts(row) for row in found]
    people = roster.find_people([number.person_id for number in numbers])
    waiting = set(DisposalItem.objects.filter(open=True).values_list("record_id", flat=True))
    rows = []
    for number in numbers:
        person = people[number.person_id]
        periods = periods_of(person, number)
        due = retention.due_on(periods)
        if due is not None and due <= until and number.id not in waiting:
            law = max(periods, key=lambda period: period.last_on).law
            rows.append(DueRow(person=person, number=number, due_on=due, law=law))
    return sorted(rows, key=lambda row: (row.due_on, row.person.kana))


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalRow:
    """A disposal as lists show it."""

    id: UUID
    client_id: UUID
    state: State
    state_label: str
    reason: Reason
    reason_label: str
    two_persons: bool
    requested_by: UUID | None
    requested_by_name: str
    requested_at: datetime
    executable_from: datetime
    executed_by_name: str
    executed_at: datetime | None
    count: int
    first_name: str
    certificate_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One number of a disposal."""

    person_id: UUID
    person_code: str
    person_name: str
    relationship: str
    former: bool
    registered_at: datetime
    number: str


def list_disposals(actor: Actor, states: Sequence[State], *, client_id: UUID | None = None) -> list[DisposalRow]:
    """List disposals in some states, newest first, at most 500."""
    found = Disposal.objects.filter(_visible(actor), state__in=states).annotate(count=Count("items"))
    if client_id is not None:
        found = found.filter(client_id=client_id)
    rows = list(found.select_related("certificate").order_by("-requested_at")[:500])
    # Last one wins, so the first person of each disposal remains.
    items = DisposalItem.objects.filter(disposal_id__in=[row.id for row in rows]).order_by("-id")
    names = dict(items.values_list("disposal_id", "person_name"))
    return [_disposal(row, row.count, names.get(row.id, "")) for row in rows]


def get_disposal_for(actor: Actor, disposal_id: UUID) -> DisposalRow:
    """Get a disposal this actor may see. Raises: DisposalNotFoundError."""
    row = Disposal.objects.select_related("certificate").filter(_visible(actor), id=disposal_id).first()
    if row is None:
        raise errors.DisposalNotFoundError
    items = row.items.order_by("id")
    first = items.first()
    return _disposal(row, items.count(), first.person_name if first else "")


def list_items(disposal_id: UUID) -> list[ItemRow]:
    """List the numbers of a disposal. Callers have passed its gate."""
    rows = DisposalItem.objects.filter(disposal_id=disposal_id).select_related("record", "disposal").order_by("id")
    return [
        ItemRow(
            person_id=row.person_id,
            person_code=row.person_code,
            person_name=row.person_name,
            relationship=row.relationship,
            former=row.former,
            registered_at=row.record.registered_at,
            number=f"{row.disposal.operation}-{row.line}" if row.line else "",
        )
        for row in rows
    ]


def count_open_disposals(actor: Actor) -> int:
    """Count the disposals that wait for approval or for their 24 hours."""
    return Disposal.objects.filter(_visible(actor), state=State.REQUESTED).count()


def certificate_pdf(actor: Actor, disposal_id: UUID) -> tuple[str, bytes]:
    """Give number and PDF of a disposal's certificate. Raises: CertificateNotFoundError."""
    get_disposal_for(actor, disposal_id)
    row = Certificate.objects.filter(disposal_id=disposal_id).exclude(pdf=b"").first()
    if row is None:
        raise errors.CertificateNotFoundError
    return certificate_number(row.year, row.serial), bytes(row.pdf)


def certificate_number(year: int, serial: int) -> str:
    """Give the number of a certificate as printed."""
    return f"廃-{year}-{serial:04d}"


def disposable_people(client_id: UUID) -> list[UUID]:
    """List the people of a client who have a number that is not disposed of."""
    found = NumberRecord.objects.filter(client_id=client_id).exclude(state=RecordState.DISPOSED)
    return list(found.order_by().values_list("person_id", flat=True).distinct())


def live_numbers(person_ids: Sequence[UUID]) -> list[NumberFacts]:
    """List the numbers of some people that are not disposed of: what a disposal would destroy."""
    found = NumberRecord.objects.defer("sealed").filter(person_id__in=person_ids)
    rows = found.exclude(state=RecordState.DISPOSED).order_by("person_id", "version")
    return [_facts(row) for row in rows]


def count_numbers() -> int:
    """Count the numbers the office in force keeps: those not disposed of, former ones too."""
    return NumberRecord.objects.exclude(state=RecordState.DISPOSED).count()


def count_stored_bytes() -> int:
    """Count the sealed bytes the office in force keeps: numbers, parcels and certificates."""
    lengths = (
        NumberRecord.objects.filter(sealed__isnull=False).aggregate(n=Sum(Length("sealed")))["n"],
        SealedParcel.objects.aggregate(n=Sum(Length("sealed")))["n"],
        Certificate.objects.aggregate(n=Sum(Length("pdf")))["n"],
    )
    return sum(length or 0 for length in lengths)


def count_live_numbers(client_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the numbers not disposed of, by client."""
    found = NumberRecord.objects.filter(client_id__in=client_ids).exclude(state=RecordState.DISPOSED)
    return dict(found.order_by().values("client_id").annotate(n=Count("id")).values_list("client_id", "n"))


def parcel_exists(parcel_id: UUID) -> bool:
    """Tell whether a parcel is still there."""
    return SealedParcel.objects.filter(id=parcel_id).exists()


def _visible(actor: Actor) -> Q:
    return Q() if actor.client_ids is None else Q(client_id__in=actor.client_ids)


def _disposal(row: Disposal, count: int, first_name: str) -> DisposalRow:
    certificate = getattr(row, "certificate", None)
    state, reason = State(row.state), Reason(row.reason)
    return DisposalRow(
        id=row.id,
        client_id=row.client_id,
        state=state,
        state_label=STATE_LABELS[state],
        reason=reason,
        reason_label=REASON_LABELS[reason],
        two_persons=row.two_persons,
        requested_by=row.requested_by,
        requested_by_name=row.requested_by_name,
        requested_at=row.requested_at,
        executable_from=row.requested_at if row.two_persons else row.requested_at + disposal_rules.WAIT_ALONE,
        executed_by_name=row.executed_by_name,
        executed_at=row.executed_at,
        count=count,
        first_name=first_name,
        certificate_number=certificate_number(certificate.year, certificate.serial)
        if certificate and state is State.CERTIFIED
        else "",
    )
