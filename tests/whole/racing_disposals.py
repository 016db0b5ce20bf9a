"""Two at the same disposal at the same moment: approvals, cancelling, a changed day, a lengthening, a second request.

Started by test_race_disposals.py as `python -m tests.whole.racing_disposals <rounds>` in a site of its own, with real
commits. Each race runs freely, and with either side stopped in the middle of its transaction.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import django

django.setup()

from azukari.journal import queries as journal  # noqa: E402
from azukari.journal.models import Entry  # noqa: E402
from azukari.kernel.ids import PersonId, new_id  # noqa: E402
from azukari.roster import actions as roster  # noqa: E402
from azukari.roster.models import Person  # noqa: E402
from azukari.roster.rules import NumberState, PersonFacts, Sex  # noqa: E402
from azukari.store.scope import office_scope  # noqa: E402
from azukari.vault import queries  # noqa: E402
from azukari.vault.actions import disposal, keystore, requests, retention  # noqa: E402
from azukari.vault.models import Certificate, NumberRecord  # noqa: E402
from azukari.vault.queries import approvals  # noqa: E402
from azukari.vault.rules.disposal import Reason, State  # noqa: E402
from azukari.vault.rules.documents import EventKind  # noqa: E402
from azukari.vault.rules.purposes import Purpose  # noqa: E402
from tests.cast import NOW, Office, make_cast  # noqa: E402
from tests.vault.test_numbers import register  # noqa: E402
from tests.whole.racing_files import WON, at_once, within  # noqa: E402

LATER = NOW + timedelta(hours=1)
HEAD = r"SELECT.*journal_head"
CHANGED, STATE = "vault.changed_since_asked", "vault.disposal_state"
NOTHING = "vault.nothing_to_extend"


class World:
    """One more person of あおば who left long ago, with a number and a request for its disposal."""

    count = 100

    def __init__(self, office: Office) -> None:
        World.count += 1
        self.office, self.person = office, PersonId(new_id())
        with office_scope(office.id):
            self.handler, self.manager = office.actor("saeki"), office.actor("aoki")
            facts = PersonFacts(
                employee_code=str(World.count),
                name="競争 太郎",
                kana="",
                birth_date=None,
                sex=Sex.UNKNOWN,
                relationship="本人",
                is_employee=True,
                left_on=date(2016, 10, 20),
            )
            people = [(self.person, facts)]
            roster.add_people(client_id=office.clients["aoba"], people=people, state=NumberState.MISSING, now=NOW)
            office.people["racer"] = self.person
            register(office, "racer", World.count, purposes=[Purpose.EMPLOYMENT_INSURANCE])
            (self.record,) = queries.live_numbers([self.person])
            self.disposal_id = self.ask()
            self.since = journal.tree_size()

    def ask(self) -> UUID:
        (made,) = requests.request_disposal(
            actor=self.handler,
            client_id=self.office.clients["aoba"],
            record_ids=[self.record.id],
            reason=Reason.PERIOD_ENDED,
            now=NOW,
        )
        return made

    def approving(self) -> Callable[[], object]:
        """Give an approval whose page was read before the race."""
        with office_scope(self.office.id):
            seen = approvals.prepare(self.manager, self.disposal_id, now=LATER)
        return lambda: disposal.carry_out(
            actor=self.manager, disposal_id=self.disposal_id, seen=seen.seen, typed_count=1, now=LATER
        )

    def cancel(self) -> None:
        requests.cancel_disposal(actor=self.handler, disposal_id=self.disposal_id, now=LATER)

    def record_day(self) -> None:
        days = {("ei_insured", EventKind.NOTICE): date(2017, 1, 5)}
        retention.record_days(actor=self.handler, person_id=self.person, days=days, now=LATER)

    def move_leaving(self) -> None:
        Person.objects.filter(id=self.person).update(left_on=date(2017, 1, 5))

    def extend(self) -> None:
        until = date(2027, 3, 31)
        retention.extend(actor=self.manager, person_id=self.person, until=until, reason="審査請求への対応", now=LATER)

    def check(self, *, destroyed: bool) -> None:
        """Both stores, the record and the certificate agree on whether it was destroyed, once."""
        with office_scope(self.office.id):
            row = NumberRecord.objects.get(id=self.record.id)
            assert (row.sealed is None) == destroyed
            assert (keystore.find_key(row.id) is None) == destroyed
            state = queries.get_disposal_for(self.manager, self.disposal_id).state
            assert (state is State.CERTIFIED) == destroyed, state
            assert Certificate.objects.filter(disposal_id=self.disposal_id).count() == destroyed
            assert self.recorded("vault.number.disposed") == destroyed

    def recorded(self, event: str) -> int:
        return Entry.objects.filter(seq__gte=self.since, event=event).count()


def ways(office: Office, race: Callable[[World], tuple[Callable[[], object], Callable[[], object]]]):
    """Run a race freely and with either side stopped after it read the record's head. Gives world and both results."""
    for way in ("free", "first", "second"):
        world = World(office)
        first, second = race(world)
        if way == "free":
            results = tuple(at_once(office, [first, second]))
        elif way == "first":
            results = within(office, first, HEAD, second)
        else:
            results = tuple(reversed(within(office, second, HEAD, first)))
        yield world, results


def two_approvals(office: Office) -> None:
    for world, results in ways(office, lambda world: (world.approving(), world.approving())):
        assert sorted(results) == sorted([WON, STATE]), results
        world.check(destroyed=True)


def many_approvals(office: Office) -> None:
    world = World(office)
    results = at_once(office, [world.approving() for _ in range(12)])
    assert results.count(WON) == 1, results
    assert set(results) == {WON, STATE}, results
    world.check(destroyed=True)


def approval_or_cancel(office: Office) -> None:
    for world, results in ways(office, lambda world: (world.approving(), world.cancel)):
        assert sorted(results) == sorted([WON, STATE]), results
        world.check(destroyed=results[0] == WON)


def approval_while_a_day_is_recorded(office: Office) -> None:
    for world, results in ways(office, lambda world: (world.approving(), world.record_day)):
        assert results in {(WON, WON), (CHANGED, WON)}, results
        world.check(destroyed=results[0] == WON)
        with office_scope(office.id):
            entries = Entry.objects.filter(seq__gte=world.since).order_by("seq").values_list("event", flat=True)
            told = [event for event in entries if event in {"vault.number.disposed", "vault.retention.days_recorded"}]
        # Where both went well the number was gone before the day was recorded.
        assert told[-1] == "vault.retention.days_recorded", told


def approval_while_leaving_moves(office: Office) -> None:
    """The 台帳 is changed by whoever imports a sheet, without the vault's knowledge."""
    for way in range(3):
        world = World(office)
        approve = world.approving()
        acts = [approve, world.move_leaving]
        if way == 0:
            results = tuple(at_once(office, acts))
        elif way == 1:
            results = within(office, approve, HEAD, world.move_leaving)
        else:
            with office_scope(office.id):
                world.move_leaving()
            (result,) = at_once(office, [approve])
            assert result == CHANGED
            results = (result, WON)
        assert results in {(WON, WON), (CHANGED, WON)}, results
        world.check(destroyed=results[0] == WON)


def approval_or_lengthening(office: Office) -> None:
    for world, results in ways(office, lambda world: (world.approving(), world.extend)):
        assert results in {(WON, NOTHING), (CHANGED, WON)}, results
        world.check(destroyed=results[0] == WON)


def two_requests(office: Office) -> None:
    world = World(office)
    with office_scope(office.id):
        world.cancel()
    results = at_once(office, [world.ask] * 8)
    assert results.count(WON) == 1, results
    assert set(results) == {WON, "vault.disposal_pending"}, results


RACES = (
    two_approvals,
    many_approvals,
    approval_or_cancel,
    approval_while_a_day_is_recorded,
    approval_while_leaving_moves,
    approval_or_lengthening,
    two_requests,
)

if __name__ == "__main__":
    made = make_cast()
    for _ in range(int(sys.argv[1])):
        for run in RACES:
            run(made.minato)
            sys.stdout.write(f"{run.__name__}\n")
    with office_scope(made.minato.id):
        journal.verify_record()
