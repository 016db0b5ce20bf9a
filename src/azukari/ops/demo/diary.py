"""A diary of acts that is written down in any order and lived through in the order of time.

The record of an office must be appended chronologically, while a story is easier told person by person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.actions import takeouts
from azukari.journal.queries import takeouts as take_outs
from azukari.journal.rules import Event, Line, Operation, Result
from azukari.journal.rules.takeouts import Ending, Outcome, TakeOutFacts
from azukari.kernel.actor import Actor
from azukari.kernel.clock import JST, jst_day
from azukari.ops.demo.staff import Desk
from azukari.tenancy.rules.events import Events
from azukari.vault import queries as vault
from azukari.vault.actions import numbers
from azukari.vault.rules.purposes import USES_BY_CODE

Act = Callable[[datetime], None]

# A form is promised back within two days and handed in after four: so the newest are still out, some of them late.
_OUT, _HANDED_IN = timedelta(days=2), timedelta(days=4)


def workday(day: date) -> date:
    """Give the day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Give a moment on a Japanese wall clock, as UTC."""
    return datetime.combine(day, time(hour, minute), JST).astimezone(UTC)


@dataclass(slots=True)
class Diary:
    """The acts of one office, with their moments."""

    desk: Desk
    rng: Random
    today: date
    _acts: list[tuple[datetime, int, Act]] = field(default_factory=list)

    def add(self, moment: datetime, act: Act) -> None:
        """Write an act down. Acts of the same moment keep their order."""
        self._acts.append((moment, len(self._acts), act))

    def live(self) -> None:
        """Do everything, in order of time. Call inside the office's scope, outside a transaction."""
        for moment, _, act in sorted(self._acts, key=lambda item: item[:2]):
            act(moment)
        self._acts.clear()

    def new_session(self) -> str:
        """Make up the id of a login session; it begins with a letter, so that it never looks like a number."""
        return f"d{self.rng.getrandbits(44):011x}"

    def moment(self, day: date, first: int = 9, last: int = 17) -> datetime:
        """Draw a moment within the office hours of a working day."""
        return at(workday(day), self.rng.randint(first, last - 1), self.rng.randint(0, 59))

    def sign_in(self, login_id: str, moment: datetime, *, fails: bool = False) -> Actor:
        """Let somebody log in, or fail to. Gives the actor of that session."""
        actor = self.desk.actor(login_id, self.new_session())
        self.add(moment, lambda now: enter(actor, Events.LOGGED_IN, "ログイン", now, fails=fails))
        return actor

    def sign_out(self, actor: Actor, moment: datetime) -> None:
        """Let somebody log out."""
        self.add(moment, lambda now: enter(actor, Events.LOGGED_OUT, "ログイン", now))

    def use_numbers(self, login_id: str, start: datetime, uses: list[Use]) -> None:
        """Let somebody log in, unlock, see some numbers, lock and log out again."""
        if not uses:
            return
        session = self.sign_in(login_id, start).session
        moment = start + timedelta(minutes=self.rng.randint(1, 4))
        purpose = uses[0].code

        def unlock(now: datetime) -> None:
            enter(self.desk.actor(login_id, session), Events.UNLOCKED, "従業員利用認証", now, purpose=purpose)

        self.add(moment, unlock)
        for use in uses:
            moment += timedelta(seconds=self.rng.randint(40, 170))
            self.add(moment, lambda now, use=use: use.show(self.desk, login_id, session, now))  # type: ignore[misc]
        if any(use.leaves for use in uses):
            self._hand_in(login_id, start + _HANDED_IN)
        moment += timedelta(minutes=self.rng.randint(1, 3))
        actor = self.desk.actor(login_id, session)
        self.add(moment, lambda now: enter(actor, Events.UNLOCK_ENDED, "従業員利用認証", now))
        self.sign_out(actor, moment + timedelta(minutes=self.rng.randint(1, 20)))

    def _hand_in(self, login_id: str, moment: datetime) -> None:
        """Let somebody record, some days later, that what was taken out was handed in. The newest stay open."""
        if moment > at(self.today, 0):
            return

        def hand_in(now: datetime) -> None:
            actor = self.desk.actor(login_id, self.new_session())
            out = [row.id for row in take_outs.list_open(actor, own=True) if row.at < now - timedelta(hours=20)]
            if out:
                ending = Ending(outcome=Outcome.SUBMITTED, on=jst_day(now), how="電子申請・窓口")
                takeouts.close(actor=actor, ids=out, ending=ending, now=now)

        self.add(moment, hand_in)


@dataclass(frozen=True, slots=True)
class Use:
    """One showing of one person's number."""

    person_id: UUID
    code: str
    leaves: TakeOutFacts | None

    def show(self, desk: Desk, login_id: str, session: str, now: datetime) -> None:
        """Show the number, if it is still there and was taken for this purpose; nobody looks at it.

        What leaves for a day gets this many days from the showing: `due_on` of the facts is not known before.
        """
        found = vault.find_number(self.person_id)
        if found is None or USES_BY_CODE[self.code].purpose not in found.purposes:
            return
        numbers.reveal_number(
            actor=desk.actor(login_id, session),
            vault_key=desk.vault_key,
            person_id=self.person_id,
            use_code=self.code,
            leaves=replace(self.leaves, due_on=jst_day(now) + _OUT) if self.leaves else None,
            now=now,
        )


def enter(actor: Actor, event: Event, screen: str, now: datetime, *, purpose: str = "", fails: bool = False) -> None:
    """Enter something into the record that the real action would only do with a password hash each time."""
    result = Result.FAILURE if fails else Result.SUCCESS
    with transaction.atomic():
        journal.append(
            actor=actor,
            operation=Operation(event=event, screen=screen, purpose=purpose, lines=(Line(result=result),)),
            now=now,
        )
