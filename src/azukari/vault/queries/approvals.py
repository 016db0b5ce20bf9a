"""What an approver is shown of a request: exactly its people, what has changed since, and which second look is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import InvalidError
from azukari.kernel.text import mask_long_digits
from azukari.roster import queries as roster
from azukari.roster.queries import PersonRow
from azukari.tenancy import queries as tenancy
from azukari.vault.models import DisposalItem, NumberRecord
from azukari.vault.queries import NumberFacts, get_disposal_for, numbers_by_id
from azukari.vault.queries.holding import get_setting, holdings_of
from azukari.vault.rules import disposal as rules
from azukari.vault.rules.brake import LOOK_LABELS, Load, Look, looks_for
from azukari.vault.rules.disposal import Item, Reason
from azukari.vault.rules.numbers import RecordState
from azukari.vault.rules.retention import Holding

_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A request as it stands now. `seen` is the digest an approver's form carries back."""

    seen: str
    count: int
    changes: list[str]
    looks: tuple[Look, ...]

    @property
    def look_labels(self) -> list[str]:
        """Say why a second look is asked for."""
        return [LOOK_LABELS[look] for look in self.looks]


def prepare(actor: Actor, disposal_id: UUID, *, now: datetime) -> Approval:
    """Show a request as it stands now. Raises: DisposalNotFoundError."""
    row = get_disposal_for(actor, disposal_id)
    return state_of(row.client_id, row.reason, items_asked(disposal_id), now=now)


def state_of(client_id: UUID, reason: Reason, asked: Sequence[Item], *, now: datetime) -> Approval:
    """Compare what was asked for with what is there now."""
    numbers = numbers_by_id([item.record_id for item in asked])
    people = roster.find_people([number.person_id for number in numbers.values()])
    held = holdings_of(numbers.values(), people)
    present = [item_of(number, people[number.person_id], held[number.id]) for number in numbers.values()]
    return Approval(
        seen=rules.digest_of(client_id, reason, present),
        count=len(asked),
        changes=rules.changes_of(asked, present) + _refusals(client_id, reason, numbers.values(), people, held, now),
        looks=looks(client_id, reason, numbers.values(), held, now=now),
    )


def _refusals(
    client_id: UUID,
    reason: Reason,
    numbers: Iterable[NumberFacts],
    people: dict[UUID, PersonRow],
    held: dict[UUID, Holding],
    now: datetime,
) -> list[str]:
    """Say whose number may no longer go for the reason: a contract resumed, a period lengthened, a clock set right."""
    (client,) = tenancy.list_clients_by_id([client_id])
    said = []
    for number in numbers:
        try:
            rules.check_reason(
                reason,
                holding=held[number.id],
                contract_ended_on=client.contract_ended_on,
                replaced_only=number.state is RecordState.REPLACED,
                today=jst_day(now),
            )
        except InvalidError as error:
            said.append(f"{people[number.person_id].name}さん：{error.reason}")
    return said


def looks(
    client_id: UUID, reason: Reason, numbers: Iterable[NumberFacts], held: dict[UUID, Holding], *, now: datetime
) -> tuple[Look, ...]:
    """Tell which second look the disposal of some numbers of a client needs now.

    What was destroyed by a clock that ran ahead counts too: its time lies after `now`.
    """
    found = list(numbers)
    done = DisposalItem.objects.filter(disposal__executed_at__gt=now - _DAY)
    load = Load(
        asked=len(found),
        done=done.count(),
        done_of_client=done.filter(disposal__client_id=client_id).count(),
        held_of_client=NumberRecord.objects.filter(client_id=client_id).exclude(state=RecordState.DISPOSED).count(),
    )
    today = jst_day(now)
    early = any(
        rules.is_early(reason, held[number.id], former=number.state is RecordState.REPLACED, today=today)
        for number in found
    )
    return looks_for(load, early=early, brake=get_setting().brake)


def items_asked(disposal_id: UUID) -> list[Item]:
    """Give the numbers of a request as they stood when it was made."""
    return [
        Item(
            record_id=row.record_id,
            person_id=row.person_id,
            person_code=row.person_code,
            person_name=row.person_name,
            relationship=row.relationship,
            former=row.former,
            periods=row.periods,
        )
        for row in DisposalItem.objects.filter(disposal_id=disposal_id).order_by("id")
    ]


def item_of(number: NumberFacts, person: PersonRow, holding: Holding) -> Item:
    """Build what is shown of one number, and goes onto the certificate."""
    return Item(
        record_id=number.id,
        person_id=number.person_id,
        person_code=person.employee_code,
        # A name never holds a number; should somebody have typed one there, it must not get onto paper.
        person_name=mask_long_digits(person.name),
        relationship=mask_long_digits(person.relationship),
        former=number.state is RecordState.REPLACED,
        periods=[
            {
                "document": period.document,
                "label": period.label,
                "law": f"{period.law}（{period.years}年、{period.rule}から）",
                "starts_on": period.starts_on.isoformat(),
                "last_on": period.last_on.isoformat(),
            }
            for period in holding.periods
        ],
    )
