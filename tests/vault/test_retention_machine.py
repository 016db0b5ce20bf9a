"""Registrations, days, lengthenings, requests and approvals in any order, and a clock that jumps, against a plain model.

The model knows the law by heart and by itself: 雇用保険法施行規則143条 (4年), 所得税法施行規則76条の3 (7年), 民法140条・143条.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from azukari.kernel.errors import AzukariError
from azukari.kernel.ids import PersonId, new_id
from azukari.roster import actions as roster_actions
from azukari.roster import queries as roster
from azukari.roster.models import Person
from azukari.roster.rules import NumberState, PersonFacts, Sex
from azukari.vault import errors, queries
from azukari.vault.actions import disposal, keystore, requests, retention
from azukari.vault.models import NumberRecord
from azukari.vault.queries import approvals, due, holding
from azukari.vault.rules.disposal import Reason
from azukari.vault.rules.documents import EventKind
from azukari.vault.rules.purposes import Purpose
from tests.cast import NOW, TODAY, Office
from tests.vault.test_numbers import register

EI, TAX = Purpose.EMPLOYMENT_INSURANCE, Purpose.TAX
NOTICE, DEADLINE = ("ei_insured", EventKind.NOTICE), ("tax_exemption", EventKind.DEADLINE)
LEAVING = st.none() | st.dates(date(2015, 12, 1), date(2026, 11, 1))
WHO = st.integers(0, 1)


def years_after(first: date, years: int) -> date:
    """The day before the anniversary; without one, the last of the month."""
    try:
        return date(first.year + years, first.month, first.day) - timedelta(days=1)
    except ValueError:
        return date(first.year + years, 2, 28)


@dataclass
class Known:
    """One person as the plain model sees it."""

    purposes: tuple[Purpose, ...]
    left: date | None
    notice: date | None = None
    deadline: date | None = None
    longer: date | None = None
    gone: bool = False
    asked: tuple | None = None

    def ends(self) -> tuple[tuple[date, date], ...]:
        if self.left is None:
            return ()
        found = []
        if EI in self.purposes:
            day = self.left + timedelta(days=1)
            first = max(day, self.notice or day) + timedelta(days=1)
            found.append((first, years_after(first, 4)))
        if TAX in self.purposes:
            year = self.left.year if self.deadline is None else max(self.deadline.year, self.left.year - 1)
            found.append((date(year + 1, 1, 11), date(year + 8, 1, 10)))
        return tuple(found)

    def law(self) -> date | None:
        return max((last for _, last in self.ends()), default=None)

    def until(self) -> date | None:
        law = self.law()
        return law if law is None or self.longer is None else max(law, self.longer)

    def may_go(self, reason: Reason, today: date) -> bool:
        if reason is Reason.REGISTERED_BY_MISTAKE:
            return True
        until = self.until()
        return until is not None and until < today and (self.longer is None or self.longer < today)


class Retaining(RuleBasedStateMachine):
    office: Office

    @initialize(leavings=st.tuples(LEAVING, LEAVING), both=st.booleans())
    def begin(self, leavings, both) -> None:
        self.today, self.people, self.ids = TODAY, [], []
        for place, left in enumerate(leavings):
            self.add(left, (EI, TAX) if both else ((EI,), (TAX,))[place])

    def add(self, left: date | None, purposes: tuple[Purpose, ...]) -> None:
        Count.numbers += 1
        person = PersonId(new_id())
        facts = PersonFacts(
            employee_code=str(Count.numbers),
            name="模型 太郎",
            kana="",
            birth_date=None,
            sex=Sex.UNKNOWN,
            relationship="本人",
            is_employee=True,
            left_on=left,
        )
        client = self.office.clients["aoba"]
        roster_actions.add_people(client_id=client, people=[(person, facts)], state=NumberState.MISSING, now=NOW)
        self.office.people["model"] = person
        register(self.office, "model", Count.numbers, purposes=list(purposes))
        self.people.append(Known(purposes=purposes, left=left))
        self.ids.append((person, queries.live_numbers([person])[0].id))

    @property
    def now(self):
        return NOW + (self.today - TODAY)

    @contextmanager
    def expect(self, error: type[AzukariError] | tuple[type[AzukariError], ...] | None):
        if error is None:
            yield
            return
        with pytest.raises(error):
            yield

    @rule(days=st.sampled_from([-4000, -400, -1, 0, 1, 400, 4000]) | st.integers(-2000, 2000))
    def clock_jumps(self, days: int) -> None:
        self.today = min(max(self.today + timedelta(days=days), date(2016, 1, 1)), date(2060, 1, 1))

    @rule(who=WHO, left=LEAVING)
    def leaving_changes(self, who: int, left: date | None) -> None:
        Person.objects.filter(id=self.ids[who][0]).update(left_on=left)
        self.people[who].left = left

    @rule(who=WHO, notice=st.none() | st.dates(date(2016, 1, 1), date(2027, 12, 31)))
    def notice_is_recorded(self, who: int, notice: date | None) -> None:
        self.record(who, NOTICE, notice)
        self.people[who].notice = notice

    @rule(who=WHO, deadline=st.none() | st.dates(date(2015, 11, 1), date(2027, 12, 31)))
    def deadline_is_recorded(self, who: int, deadline: date | None) -> None:
        known = self.people[who]
        wrong = deadline not in {None, known.deadline} and (
            known.left is None or deadline < date(known.left.year - 1, 12, 1)
        )
        with self.expect(errors.DeadlineTooEarlyError if wrong else None):
            self.record(who, DEADLINE, deadline)
        if not wrong:
            known.deadline = deadline

    def record(self, who: int, key, day: date | None) -> None:
        actor = self.office.actor("saeki")
        retention.record_days(actor=actor, person_id=self.ids[who][0], days={key: day}, now=self.now)

    @rule(who=WHO, days=st.integers(-10, 1500))
    def it_is_lengthened(self, who: int, days: int) -> None:
        known, until = self.people[who], self.today + timedelta(days=days)
        # The end of what runs now, a lengthening left aside, and three years more.
        latest = years_after(max(self.today, known.law() or self.today), 3)
        wrong = errors.NothingToExtendError if known.gone else errors.ExtensionDayError
        bad = known.gone or not self.today < until <= latest
        with self.expect(wrong if bad else None):
            retention.extend(
                actor=self.office.actor("aoki"), person_id=self.ids[who][0], until=until, reason="調査", now=self.now
            )
        if not bad:
            known.longer = until

    @rule(who=WHO)
    def the_lengthening_is_taken_back(self, who: int) -> None:
        known = self.people[who]
        with self.expect(errors.ExtensionGoneError if known.longer is None else None):
            retention.end_extension(actor=self.office.actor("aoki"), person_id=self.ids[who][0], now=self.now)
        known.longer = None

    @rule(who=WHO, reason=st.sampled_from([Reason.PERIOD_ENDED, Reason.PERIOD_ENDED, Reason.REGISTERED_BY_MISTAKE]))
    def it_is_asked_for(self, who: int, reason: Reason) -> None:
        known = self.people[who]
        bad = known.gone or known.asked is not None or not known.may_go(reason, self.today)
        with self.expect((errors.InvalidError, errors.ConflictError) if bad else None):
            (made,) = requests.request_disposal(
                actor=self.office.actor("saeki"),
                client_id=self.office.clients["aoba"],
                record_ids=[self.ids[who][1]],
                reason=reason,
                now=self.now,
            )
            known.asked = (made, reason, known.ends())

    @rule(who=WHO)
    def it_is_cancelled(self, who: int) -> None:
        known = self.people[who]
        if known.asked is not None:
            requests.cancel_disposal(actor=self.office.actor("saeki"), disposal_id=known.asked[0], now=self.now)
            known.asked = None

    @rule(who=WHO)
    def it_is_approved(self, who: int) -> None:
        known = self.people[who]
        if known.asked is None:
            return
        disposal_id, reason, ends = known.asked
        actor = self.office.actor("aoki")
        state = approvals.prepare(actor, disposal_id, now=self.now)
        stale = ends != known.ends() or not known.may_go(reason, self.today)
        assert bool(state.changes) == stale, state.changes
        with self.expect(errors.ChangedSinceAskedError if stale else None):
            disposal.carry_out(actor=actor, disposal_id=disposal_id, seen=state.seen, typed_count=1, now=self.now)
        if not stale:
            known.gone, known.asked = True, None

    @invariant()
    def the_model_is_right(self) -> None:
        if not hasattr(self, "people"):
            return
        listed = {row.record_id for row in due.list_due(self.office.actor("aoki"), until=self.today)}
        people = roster.find_people([person for person, _ in self.ids])
        for known, (person, record) in zip(self.people, self.ids, strict=True):
            row = NumberRecord.objects.get(id=record)
            assert (row.sealed is None) == known.gone
            assert (keystore.find_key(record) is None) == known.gone
            live = queries.live_numbers([person])
            if live:
                assert holding.holdings_of(live, people)[record].due_on == known.until()
            until = known.until()
            is_due = until is not None and until <= self.today and not known.gone and known.asked is None
            assert (record in listed) == is_due, (known, self.today)


class Count:
    """Numbers are never used twice, over all examples."""

    numbers = 5000


def check(office: Office, examples: int, steps: int) -> None:
    machine = type("Machine", (Retaining,), {"office": office})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_retention_in_any_order_is_what_the_plain_model_says(minato: Office) -> None:
    check(minato, 8, 12)


@pytest.mark.nightly
def test_retention_in_any_order_for_longer(minato: Office) -> None:
    check(minato, 150, 40)
