"""The story of one client company at an office: taken over at one go, then people who come, leave and are disposed of.

An office begins with this system some years after numbers came into use. So whoever was disposed of before is not
told of; whoever is left is registered at the take-over with the day of the old identity check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules.takeouts import TakenOut, TakeOutFacts
from azukari.kernel.actor import Actor
from azukari.kernel.ids import ClientId, new_id
from azukari.ops.demo.companies import CompanySpec
from azukari.ops.demo.diary import Diary, Use, at, workday
from azukari.ops.demo.filing import Digits, facts_of, number_of
from azukari.ops.demo.people import NumberState, PersonSpec, households
from azukari.ops.demo.staff import Desk
from azukari.roster import actions as roster
from azukari.roster.rules import NumberState as Registered
from azukari.roster.rules import PersonFacts
from azukari.tenancy.actions import clients
from azukari.tenancy.rules.client_sheet import ClientFacts
from azukari.vault import queries as vault
from azukari.vault.actions import disposal, numbers, requests
from azukari.vault.actions.numbers import NewNumber
from azukari.vault.queries import approvals
from azukari.vault.rules.disposal import REASON_LABELS, Reason
from azukari.vault.rules.numbers import ReplaceReason
from azukari.vault.rules.purposes import USES_BY_CODE

# People disposed of within a month of the take-over are left out: nobody would have taken them over.
_SETTLING = timedelta(days=30)


@dataclass(slots=True, kw_only=True)
class Life:
    """One person of a client, as the story knows them."""

    id: UUID
    head_id: UUID | None
    spec: PersonSpec
    left_on: date | None

    @property
    def registered(self) -> bool:
        """Tell whether the person's number comes into the vault at all."""
        return self.spec.registered_on is not None

    def uses(self, codes: tuple[str, ...]) -> list[Use]:
        """List showings for those pieces of work that this person's purposes allow, as entered on a form."""
        fit = [code for code in codes if USES_BY_CODE[code].purpose in self.spec.purposes]
        return [Use(self.id, code, TakeOutFacts(kind=TakenOut.DOCUMENT)) for code in fit]


@dataclass(slots=True, kw_only=True)
class ClientStory:
    """A client company, its people, and who of the office serves it. `since` is the day of the take-over."""

    company: CompanySpec
    id: ClientId
    in_charge: str
    since: date
    until: date
    lives: list[Life] = field(default_factory=list)
    digits: Digits = field(default_factory=Digits)

    @property
    def ended_on(self) -> date | None:
        """Give the day the contract ended."""
        return self.company.contract_ended_on

    def clamp(self, day: date) -> date:
        """Move a day to a working day of the story."""
        return workday(min(max(day, self.since), self.until))


def add_client(desk: Desk, company: CompanySpec, *, now: datetime) -> ClientId:
    """Add an invented company as a client."""
    return clients.add_client(
        ClientFacts(
            code=company.code,
            name=company.name,
            kana=company.name_kana,
            contract_from=company.contract_started_on,
            contract_ended_on=company.contract_ended_on,
            address=company.address,
        ),
        actor=desk.actor(desk.manager),
        now=now,
    )


def lives_of(company: CompanySpec, people: int, *, since: date, today: date) -> Iterator[Life]:
    """Give exactly `people` lives of a company that reach past the take-over, one household after the other."""
    given = 0
    # Some households drop out; a surplus of three times is never used up.
    for household in households(company, company.seed, people * 3 + 30, today=today):
        employee = household.employee
        if not _lasts(employee, since):
            continue
        head_id = new_id()
        for person in household.people:
            if not _lasts(person, since):
                continue
            yield Life(
                id=head_id if person is employee else new_id(),
                head_id=None if person is employee else head_id,
                spec=person,
                left_on=employee.left_on,
            )
            given += 1
            if given == people:
                return


def _lasts(person: PersonSpec, since: date) -> bool:
    return person.disposed_on is None or person.disposed_on > since + _SETTLING


def tell(diary: Diary, story: ClientStory) -> None:
    """Write the whole story of a client into the diary: take-over, later households, showings, disposals."""
    families: dict[UUID, list[Life]] = {}
    for life in story.lives:
        families.setdefault(life.head_id or life.id, []).append(life)
    later = [family for family in families.values() if _last_day(story, family) > story.since]
    first = [life for family in families.values() if _last_day(story, family) <= story.since for life in family]
    _register(diary, story, first, at(story.since, 10, diary.rng.randint(0, 59)), screen="登録シート")
    for family in later:
        day = max(story.clamp(_last_day(story, family)), story.since + timedelta(days=1))
        _register(diary, story, family, diary.moment(day, 13, 16), screen="個人情報")
        _show_newcomers(diary, story, family, day)
    for life in story.lives:
        if life.left_on and life.spec.is_employee and story.since < life.left_on < story.until - timedelta(days=5):
            uses = life.uses(("hp_loss", "ei_loss"))
            diary.use_numbers(story.in_charge, diary.moment(life.left_on + timedelta(days=4), 9, 12), uses)
    _dispose(diary, story)


def _last_day(story: ClientStory, family: list[Life]) -> date:
    """The day on which all of a household is there, with every number it hands in at all."""
    joined_on = family[0].spec.joined_on or story.since
    days = [life.spec.registered_on for life in family if life.spec.registered_on]
    return max(joined_on, story.company.contract_started_on, *days)


def _register(diary: Diary, story: ClientStory, lives: list[Life], moment: datetime, *, screen: str) -> None:
    """Take people into the 台帳 and register their numbers: by sheet in one operation, by hand one by one."""

    def act(now: datetime) -> None:
        numbers_there = [life for life in lives if life.registered]
        people = [(life.id, facts_of(life.spec, head_id=life.head_id, left_on=life.left_on)) for life in lives]
        new = [
            number_of(life.spec, life.id, story.digits.draw(life.spec.number_seed), day=moment.date())
            for life in numbers_there
        ]
        by_hand = screen != "登録シート" and len(new) == 1
        register(diary, story, people, [] if by_hand else new, screen=screen, now=now)
        if by_hand:
            (one,) = new
            numbers.register_number(
                actor=diary.desk.actor(story.in_charge, diary.new_session()),
                vault_key=diary.desk.vault_key,
                person_id=one.person_id,
                digits=one.digits,
                purposes=one.purposes,
                identity=one.identity,
                now=now,
            )

    diary.add(moment, act)


def register(
    diary: Diary,
    story: ClientStory,
    people: list[tuple[UUID, PersonFacts]],
    new: list[NewNumber],
    *,
    screen: str,
    now: datetime,
) -> None:
    """Write people and their numbers in one transaction."""
    sealed = numbers.seal_numbers(vault_key=diary.desk.vault_key, client_id=story.id, new=new, now=now)
    with transaction.atomic():
        if new:
            journal.lock()
        roster.add_people(client_id=story.id, people=people, state=Registered.MISSING, now=now)
        if new:
            numbers.write_numbers(
                actor=diary.desk.actor(story.in_charge, diary.new_session()),
                numbers_to_write=sealed,
                screen=screen,
                detail=f"{story.company.name}_登録シート.xlsx" if screen == "登録シート" else "",
                now=now,
            )


def _show_newcomers(diary: Diary, story: ClientStory, family: list[Life], day: date) -> None:
    uses: list[Use] = []
    for life in family:
        if life.registered:
            uses += life.uses(
                ("hp_acquisition", "ei_acquisition") if life.spec.is_employee else ("np_category3", "hp_dependant")
            )[: 2 if life.spec.is_employee else 1]
    diary.use_numbers(story.in_charge, diary.moment(min(day + timedelta(days=3), story.until), 16, 18), uses[:4])


def _dispose(diary: Diary, story: ClientStory) -> None:
    """Dispose of what ran out twice a year, with a certificate each time."""
    groups: dict[tuple[int, bool], list[Life]] = {}
    for life in story.lives:
        day = life.spec.disposed_on
        if life.spec.number_state is NumberState.DISPOSED and day and day < story.until - timedelta(days=4):
            groups.setdefault((day.year, day.month > 6), []).append(life)
    for lives in groups.values():
        day = max(life.spec.disposed_on for life in lives if life.spec.disposed_on)
        ended = story.ended_on is not None and lives[0].spec.note == REASON_LABELS[Reason.CONTRACT_ENDED]
        reason = Reason.CONTRACT_ENDED if ended else Reason.PERIOD_ENDED
        dispose(diary, story, lives, workday(day), reason)


def dispose(diary: Diary, story: ClientStory, lives: list[Life], day: date, reason: Reason) -> None:
    """Ask on the working day before, and have it carried out on `day` by the second person, or alone after 24 hours."""
    asked = at(workday(day - timedelta(days=1)), 9, diary.rng.randint(0, 50))
    done = at(day, 11, diary.rng.randint(0, 50))
    ids: list[UUID] = []
    diary.add(asked, lambda now: ids.extend(ask_disposal(diary, story, lives, reason, now=now)))

    def carry_out(now: datetime) -> None:
        actor = diary.desk.actor(diary.desk.manager, diary.new_session())
        for disposal_id in ids:
            approve(actor, disposal_id, now=now)

    diary.add(done, carry_out)


def approve(actor: Actor, disposal_id: UUID, *, now: datetime) -> None:
    """Approve a request as somebody does who has looked at all of it."""
    state = approvals.prepare(actor, disposal_id, now=now)
    disposal.carry_out(actor=actor, disposal_id=disposal_id, seen=state.seen, typed_count=state.count, now=now)


def ask_disposal(
    diary: Diary, story: ClientStory, lives: list[Life], reason: Reason, *, now: datetime, former_only: bool = False
) -> list[UUID]:
    """Ask for the disposal of everything held of some people, or of their former numbers alone."""
    found = vault.live_numbers([life.id for life in lives])
    wanted = [facts.id for facts in found if not former_only or facts.replaced_at is not None]
    if not wanted:
        return []
    return requests.request_disposal(
        actor=diary.desk.actor(story.in_charge, diary.new_session()),
        client_id=story.id,
        record_ids=wanted,
        reason=reason,
        now=now,
    )


def replace_number(diary: Diary, story: ClientStory, life: Life, moment: datetime, reason: ReplaceReason) -> None:
    """Let a number change; the new one has a seed of its own."""

    def act(now: datetime) -> None:
        if vault.find_number(life.id) is None:
            return
        new = number_of(life.spec, life.id, story.digits.draw(life.spec.number_seed + 700_000), day=moment.date())
        numbers.replace_number(
            actor=diary.desk.actor(story.in_charge, diary.new_session()),
            vault_key=diary.desk.vault_key,
            person_id=life.id,
            digits=new.digits,
            purposes=new.purposes,
            identity=new.identity,
            reason=reason,
            now=now,
        )

    diary.add(moment, act)
