"""What is due for disposal, over all clients. Computed from the rules each time: nothing here can grow stale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst_day
from azukari.roster import queries as roster
from azukari.roster.queries import PersonRow
from azukari.tenancy import queries as tenancy
from azukari.vault.models import DisposalItem, NumberRecord, RetentionDay
from azukari.vault.queries import NumberFacts, numbers_by_id, visible_to
from azukari.vault.queries.holding import find_days, find_extensions, get_setting, holdings_of, sentences_of
from azukari.vault.rules.disposal import Reason
from azukari.vault.rules.documents import EventKind
from azukari.vault.rules.numbers import RecordState
from azukari.vault.rules.purposes import Purpose
from azukari.vault.rules.retention import FORMER_DAYS, SHORTEST_YEARS, Days, Holding, hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A number that has to go: after which day, and for which reason."""

    record_id: UUID
    person_id: UUID
    client_id: UUID
    due_on: date
    reason: Reason
    former: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A due number with what lists show of it."""

    due: Due
    person: PersonRow
    number: NumberFacts
    holding: Holding
    sentence: str


def list_due(actor: Actor, *, until: date, client_id: UUID | None = None) -> list[Due]:
    """List the numbers that are due up to a day, earliest first, but those a request already asks for.

    Periods ended, former numbers, and everything of a client whose contract ended.
    """
    latest = until - timedelta(days=SHORTEST_YEARS * 365)
    lost = RetentionDay.objects.filter(person_id=OuterRef("person_id"), kind=EventKind.LOST, on__lte=until)
    found = NumberRecord.objects.filter(
        Q(state=RecordState.REPLACED)
        | Q(client__contract_ended_on__lte=until)
        | Q(person__left_on__lte=latest)
        | Q(person__left_on=None, person__head__left_on__lte=latest)
        | Exists(lost),
        visible_to(actor),
    ).exclude(state=RecordState.DISPOSED)
    if client_id is not None:
        found = found.filter(client_id=client_id)
    rows: Sequence[Mapping[str, Any]] = list(
        found.order_by().values(
            "id", "person_id", "client_id", "state", "purposes", "replaced_at",
            "person__left_on", "person__head__left_on", "client__contract_ended_on",
        )
    )  # fmt: skip
    if not rows:
        return []
    waiting = set(DisposalItem.objects.filter(open=True).values_list("record_id", flat=True))
    due = [one for row in _with_holding(rows) if (one := _due_of(*row)) and one.due_on <= until]
    return sorted(
        (row for row in due if row.record_id not in waiting), key=lambda row: (row.due_on, row.client_id, row.person_id)
    )


def _with_holding(rows: Sequence[Mapping[str, Any]]) -> Iterable[tuple[Mapping[str, Any], Holding]]:
    rules = get_setting().completion
    # Few have days of their own: less is read this way than by naming ten thousand people.
    days, extensions = find_days(None), find_extensions(None)
    # Thousands who left share a few days of leaving and purposes.
    plain: dict[tuple[date | None, tuple[str, ...]], Holding] = {}
    for row in rows:
        person_id = row["person_id"]
        left_on = row["person__left_on"] or row["person__head__left_on"]
        if person_id in days or person_id in extensions:
            known = Days(left_on=left_on, recorded=days.get(person_id, {}))
            yield row, hold(_purposes(row), known, rules=rules, extension=extensions.get(person_id))
            continue
        key = (left_on, tuple(row["purposes"]))
        if key not in plain:
            plain[key] = hold(_purposes(row), Days(left_on=left_on), rules=rules)
        yield row, plain[key]


def _purposes(row: Mapping[str, Any]) -> list[Purpose]:
    return [Purpose(code) for code in row["purposes"]]


def _due_of(row: Mapping[str, Any], holding: Holding) -> Due | None:
    former = row["state"] == RecordState.REPLACED
    found = []
    if holding.last_on is not None:
        found.append((holding.last_on, Reason.PERIOD_ENDED))
    if row["client__contract_ended_on"] is not None:
        found.append((row["client__contract_ended_on"], Reason.CONTRACT_ENDED))
    if former:
        found.append((_former_until(row["replaced_at"]), Reason.NUMBER_CHANGED))
    if not found:
        return None
    due_on, reason = min(found, key=lambda pair: pair[0])
    if holding.extension is not None:
        due_on = max(due_on, holding.extension.until)
    return Due(
        record_id=row["id"],
        person_id=row["person_id"],
        client_id=row["client_id"],
        due_on=due_on,
        reason=reason,
        former=former,
    )


def _former_until(replaced_at: datetime) -> date:
    return jst_day(replaced_at) + timedelta(days=FORMER_DAYS)


def due_rows(found: Sequence[Due], *, today: date) -> list[DueRow]:
    """Give some due numbers with person, periods and the sentence, in the order given."""
    if not found:
        return []
    numbers = numbers_by_id([due.record_id for due in found])
    people = roster.find_people(list({due.person_id for due in found}))
    held = holdings_of(numbers.values(), people)
    clients = tenancy.list_clients_by_id({due.client_id for due in found})
    ended: dict[UUID, date | None] = {client.id: client.contract_ended_on for client in clients}
    said = sentences_of(numbers.values(), people, held, ended=ended, today=today)
    return [
        DueRow(
            due=due,
            person=people[due.person_id],
            number=numbers[due.record_id],
            holding=held[due.record_id],
            sentence=said[due.record_id],
        )
        for due in found
        if due.record_id in numbers
    ]


def may_be_asked(found: Iterable[Due], today: date) -> list[Due]:
    """Narrow due numbers to those whose day has come: a period ends after its last day, a contract with it."""
    return [
        due
        for due in found
        if (due.due_on <= today if due.reason is Reason.CONTRACT_ENDED else due.due_on < today)
        or due.reason is Reason.NUMBER_CHANGED
    ]
