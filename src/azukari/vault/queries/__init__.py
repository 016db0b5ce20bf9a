"""Reads of the vault: states, periods, disposals. Nothing here gives out a number or a sealed byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Length

from azukari.kernel.actor import Actor
from azukari.vault import errors
from azukari.vault.models import Certificate, Disposal, DisposalItem, NumberRecord, SealedParcel
from azukari.vault.rules import disposal as disposal_rules
from azukari.vault.rules.disposal import REASON_LABELS, STATE_LABELS, Reason, State
from azukari.vault.rules.numbers import VERIFICATION_LABELS, RecordState, Verification
from azukari.vault.rules.purposes import PURPOSE_LABELS, Purpose


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


def numbers_by_id(record_ids: Sequence[UUID]) -> dict[UUID, NumberFacts]:
    """Give the facts of some numbers that are not disposed of. Callers have passed the gates of their clients."""
    found = {}
    for start in range(0, len(record_ids), 500):
        rows = NumberRecord.objects.defer("sealed").filter(id__in=record_ids[start : start + 500])
        found.update({row.id: _facts(row) for row in rows.exclude(state=RecordState.DISPOSED)})
    return found


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


def list_destroyed() -> list[tuple[UUID, datetime]]:
    """List the records whose keys were destroyed, with when: what the list of disposals must know."""
    found = NumberRecord.objects.filter(key_destroyed_at__isnull=False)
    return [(record, at) for record, at in found.values_list("id", "key_destroyed_at") if at is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalRow:
    """A disposal as lists show it."""

    id: UUID
    client_id: UUID
    batch: UUID | None
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
    unrecoverable_on: date | None
    unrecoverable_no: str


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
    found = Disposal.objects.filter(visible_to(actor), state__in=states)
    if client_id is not None:
        found = found.filter(client_id=client_id)
    return _disposals(found)


def list_batch(actor: Actor, batch: UUID) -> list[DisposalRow]:
    """List the requests of one act over several clients, those this actor sees. Raises: DisposalNotFoundError."""
    rows = _disposals(Disposal.objects.filter(visible_to(actor), batch=batch))
    if not rows:
        raise errors.DisposalNotFoundError
    return rows


def _disposals(found: QuerySet[Disposal]) -> list[DisposalRow]:
    rows = list(found.annotate(count=Count("items")).order_by("-requested_at")[:500])
    numbers = _standing_numbers([row.id for row in rows])
    # Last one wins, so the first person of each disposal remains.
    items = DisposalItem.objects.filter(disposal_id__in=[row.id for row in rows]).order_by("-id")
    names = dict(items.values_list("disposal_id", "person_name"))
    return [_disposal(row, row.count, names.get(row.id, ""), numbers.get(row.id, "")) for row in rows]


def get_disposal_for(actor: Actor, disposal_id: UUID) -> DisposalRow:
    """Get a disposal this actor may see. Raises: DisposalNotFoundError."""
    row = Disposal.objects.filter(visible_to(actor), id=disposal_id).first()
    if row is None:
        raise errors.DisposalNotFoundError
    items = row.items.order_by("id")
    first = items.first()
    numbers = _standing_numbers([row.id])
    return _disposal(row, items.count(), first.person_name if first else "", numbers.get(row.id, ""))


def _standing_numbers(disposal_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Give the number of the certificate that stands for each disposal as a whole."""
    found = Certificate.objects.filter(disposal_id__in=disposal_ids, person_id=None, replaced_at=None).exclude(pdf=b"")
    return {
        pk: certificate_number(year, serial) for pk, year, serial in found.values_list("disposal_id", "year", "serial")
    }


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
    return Disposal.objects.filter(visible_to(actor), state=State.REQUESTED).count()


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """An issued certificate as lists show it. `person` is empty for the one of the whole disposal."""

    id: UUID
    number: str
    person: str
    issued_at: datetime
    replaced_at: datetime | None
    replaces: str
    why: str
    stamped_at: datetime | None
    waits_for_stamp: bool


def list_certificates(disposal_id: UUID) -> list[CertificateRow]:
    """List the certificates of a disposal: the whole one first, then those of persons. Callers have passed its gate."""
    names = dict(DisposalItem.objects.filter(disposal_id=disposal_id).values_list("person_id", "person_name"))
    found = Certificate.objects.defer("pdf").filter(disposal_id=disposal_id).exclude(pdf=b"")
    rows = found.order_by("issued_at", "serial")[:500]
    numbers = {row.id: certificate_number(row.year, row.serial) for row in rows}
    return [
        CertificateRow(
            id=row.id,
            number=numbers[row.id],
            person=names[row.person_id] if row.person_id else "",
            issued_at=row.issued_at,
            replaced_at=row.replaced_at,
            replaces=numbers.get(row.replaces_id, "") if row.replaces_id else "",
            why=row.why,
            stamped_at=row.stamped_at,
            waits_for_stamp=row.stamp_wanted and row.stamped_at is None,
        )
        for row in sorted(rows, key=lambda row: (row.person_id is not None, row.issued_at))
    ]


def disposal_of_certificate(actor: Actor, certificate_id: UUID) -> UUID:
    """Give the disposal a certificate is of. Raises: CertificateNotFoundError, DisposalNotFoundError."""
    found = Certificate.objects.filter(id=certificate_id).values_list("disposal_id", flat=True).first()
    if found is None:
        raise errors.CertificateNotFoundError
    return get_disposal_for(actor, found).id


def standing_certificate(actor: Actor, disposal_id: UUID) -> UUID:
    """Give the certificate that stands for a disposal. Raises: CertificateNotFoundError, DisposalNotFoundError."""
    get_disposal_for(actor, disposal_id)
    found = Certificate.objects.filter(disposal_id=disposal_id, person_id=None, replaced_at=None).exclude(pdf=b"")
    certificate_id = found.values_list("id", flat=True).first()
    if certificate_id is None:
        raise errors.CertificateNotFoundError
    return certificate_id


def certificate_pdf(actor: Actor, certificate_id: UUID) -> tuple[str, bytes]:
    """Give number and PDF of a certificate. Raises: CertificateNotFoundError, DisposalNotFoundError."""
    row = Certificate.objects.filter(id=certificate_id).exclude(pdf=b"").first()
    if row is None:
        raise errors.CertificateNotFoundError
    get_disposal_for(actor, row.disposal_id)
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


def visible_to(actor: Actor) -> Q:
    """Narrow rows that carry a client to those of this actor."""
    return Q() if actor.client_ids is None else Q(client_id__in=actor.client_ids)


def _disposal(row: Disposal, count: int, first_name: str, number: str) -> DisposalRow:
    state, reason = State(row.state), Reason(row.reason)
    return DisposalRow(
        id=row.id,
        client_id=row.client_id,
        batch=row.batch,
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
        certificate_number=number,
        unrecoverable_on=row.unrecoverable_on,
        unrecoverable_no=row.unrecoverable_no,
    )


def list_disposals_of(person_id: UUID) -> list[tuple[datetime, str]]:
    """List when a person's numbers were disposed of and by which certificate ("" while it is not issued), newest first.

    Callers have passed the person's gate.
    """
    found = Disposal.objects.filter(items__person_id=person_id, executed_at__isnull=False)
    rows = dict(found.order_by("-executed_at").values_list("id", "executed_at"))
    numbers = _standing_numbers(list(rows))
    return [(executed_at, numbers.get(pk, "")) for pk, executed_at in rows.items() if executed_at]


def list_certificates_of(client_id: UUID, *, since: datetime, until: datetime) -> list[tuple[str, datetime, bytes]]:
    """List number, moment and PDF of the certificates issued to a client in a span. Callers have passed its gate."""
    found = Certificate.objects.filter(
        disposal__client_id=client_id, issued_at__gte=since, issued_at__lt=until
    ).order_by("year", "serial")
    return [(certificate_number(row.year, row.serial), row.issued_at, bytes(row.pdf)) for row in found]
