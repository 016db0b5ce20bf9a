"""Two looks at the clock before anything is destroyed (security.md 6.12)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azukari.store.scope import office_scope
from azukari.tenancy.actions import looks
from azukari.tenancy.rules.clock import APART, Looks, look
from tests.cast import NOW, Cast, Office

HOUR, DAY, YEARS = timedelta(hours=1), timedelta(days=1), timedelta(days=3650)
MORNING = NOW


def after(*moments: datetime) -> datetime | None:
    """Look at each of these moments. Gives what is confirmed at the end."""
    seen = None
    for moment in moments:
        seen = look(seen, moment)
    assert seen is not None
    return seen.older


@pytest.mark.parametrize(
    ("moments", "confirmed"),
    [
        ([NOW], None),
        ([NOW, NOW + DAY - HOUR], None),
        ([NOW, NOW + DAY], NOW),
        ([NOW + hour * HOUR for hour in range(48)], NOW),
        ([NOW + hour * HOUR for hour in range(49)], NOW + DAY),
        # An office's machine that runs from nine to six, and over a long holiday.
        ([MORNING + day * DAY for day in range(5)], MORNING + 3 * DAY),
        ([MORNING, MORNING + 10 * DAY], MORNING),
        ([MORNING, MORNING + 10 * DAY, MORNING + 11 * DAY], MORNING + 10 * DAY),
        # Ten years ahead: the last honest look is what counts, until the wrong clock has stood for a day.
        ([NOW, NOW + DAY, NOW + YEARS], NOW + DAY),
        ([NOW, NOW + DAY, NOW + YEARS, NOW + YEARS + DAY - HOUR], NOW + DAY),
        ([NOW, NOW + DAY, NOW + YEARS, NOW + YEARS + DAY], NOW + YEARS),
        # Ahead and back again: what was seen of the future is forgotten.
        ([NOW, NOW + DAY, NOW + YEARS, NOW + DAY + HOUR], NOW + DAY),
        ([NOW, NOW + DAY, NOW + YEARS, NOW + DAY + HOUR, NOW + 2 * DAY + HOUR], NOW + DAY + HOUR),
        ([NOW, NOW + YEARS, NOW + YEARS + DAY, NOW + 2 * DAY], NOW + 2 * DAY),
        # Ten years back, and right again.
        ([NOW, NOW + DAY, NOW - YEARS], NOW - YEARS),
        ([NOW, NOW + DAY, NOW - YEARS, NOW + DAY], NOW - YEARS),
        ([NOW, NOW + DAY, NOW - YEARS, NOW + DAY, NOW + 2 * DAY], NOW + DAY),
        # A clock that stands still confirms nothing.
        ([NOW] * 50, None),
    ],
)
def test_what_is_confirmed(moments: list[datetime], confirmed: datetime | None) -> None:
    assert after(*moments) == confirmed


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=40),
    st.integers(0, 39),
    st.sampled_from([-YEARS, -DAY, -HOUR, HOUR, DAY, YEARS]),
    st.integers(1, 5),
)
def test_a_clock_off_for_less_than_a_day_confirms_nothing_early(
    hours: list[int], at: int, off: timedelta, length: int
) -> None:
    """Honest time goes on by hours; for some looks, less than a day in all, the clock is off."""
    time, seen = NOW, None
    wrong = timedelta()
    for place, step in enumerate(hours):
        is_off = at <= place < at + length and wrong + timedelta(hours=step) < APART
        wrong += timedelta(hours=step) if is_off else timedelta()
        time += timedelta(hours=step)
        seen = look(seen, time + off if is_off else time)
        assert seen.older is None or seen.older <= time


@given(st.lists(st.integers(1, 200), min_size=1, max_size=20))
def test_an_honest_clock_gets_there(hours: list[int]) -> None:
    """However a machine was switched on and off: two days of running confirm whatever was before them."""
    moments = [NOW + timedelta(hours=sum(hours[: place + 1])) for place in range(len(hours))]
    confirmed = after(*moments, *(moments[-1] + hour * HOUR for hour in range(1, 49)))
    assert confirmed is not None and confirmed >= moments[-1]


def test_each_office_looks_for_itself(cast: Cast) -> None:
    with office_scope(cast.minato.id):
        assert looks.confirm(now=NOW) is None
        assert looks.confirm(now=NOW + DAY) == NOW
    with office_scope(cast.kamome.id):
        assert looks.confirm(now=NOW + DAY) is None


def test_a_look_is_written_only_when_it_changes_something(minato: Office, django_assert_max_num_queries) -> None:
    looks.confirm(now=NOW)
    with django_assert_max_num_queries(4):
        looks.confirm(now=NOW + HOUR)
    assert look(Looks(None, NOW), NOW + HOUR) == Looks(None, NOW)
