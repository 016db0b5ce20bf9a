"""保存期間: the cases of law.md 4.3, computed there by hand from the articles."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azukari.vault.rules.purposes import Purpose, purposes_for
from azukari.vault.rules.retention import Start, build_periods, due_on, first_day, last_day

pytestmark = pytest.mark.no_database


@pytest.mark.parametrize(
    ("deadline_year", "start", "last"),
    [
        (2016, "2017-01-11", "2024-01-10"),
        (2018, "2019-01-11", "2026-01-10"),
        (2019, "2020-01-11", "2027-01-10"),
        (2025, "2026-01-11", "2033-01-10"),
        (2026, "2027-01-11", "2034-01-10"),
    ],
)
def test_income_tax_rule_76_3_withholding_form(deadline_year: int, start: str, last: str) -> None:
    first = first_day(Start.TAX_YEAR, date(deadline_year, 6, 1))
    assert (first.isoformat(), last_day(first, 7).isoformat()) == (start, last)


@pytest.mark.parametrize(
    ("purpose", "completed", "start", "last"),
    [
        (Purpose.EMPLOYMENT_INSURANCE, "2026-03-31", "2026-04-01", "2030-03-31"),
        (Purpose.EMPLOYMENT_INSURANCE, "2022-12-31", "2023-01-01", "2026-12-31"),
        (Purpose.EMPLOYMENT_INSURANCE, "2024-02-28", "2024-02-29", "2028-02-28"),
        (Purpose.EMPLOYMENT_INSURANCE, "2024-02-29", "2024-03-01", "2028-02-29"),
        (Purpose.HEALTH_PENSION, "2026-03-31", "2026-04-01", "2028-03-31"),
        (Purpose.HEALTH_PENSION, "2024-02-28", "2024-02-29", "2026-02-28"),
        (Purpose.WORKERS_COMPENSATION, "2026-03-31", "2026-04-01", "2029-03-31"),
    ],
)
def test_insurance_rules_143_34_28_51_with_civil_code_143(
    purpose: Purpose, completed: str, start: str, last: str
) -> None:
    (period,) = build_periods([purpose], date.fromisoformat(completed))
    assert (period.starts_on.isoformat(), period.last_on.isoformat()) == (start, last)
    assert period.disposable_from == date.fromisoformat(last) + timedelta(days=1)


def test_the_longest_period_decides_and_none_runs_while_the_person_is_there() -> None:
    both = [Purpose.TAX, Purpose.EMPLOYMENT_INSURANCE]
    assert due_on(build_periods(both, date(2026, 10, 20))) == date(2034, 1, 10)
    assert due_on(build_periods(both, None)) is None


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.sampled_from([2, 3, 4, 7]))
def test_civil_code_143_a_period_of_years_ends_within_a_day_of_its_anniversary(first: date, years: int) -> None:
    last = last_day(first, years)
    assert (last.year - first.year) in {years, years - 1}
    assert 0 <= (last - first).days - years * 365 + 1 <= 2


def test_purposes_that_do_not_fit_a_person_are_left_out() -> None:
    chosen = list(Purpose)
    assert Purpose.CATEGORY3 not in purposes_for(chosen, is_employee=True)
    assert purposes_for([Purpose.EMPLOYMENT_INSURANCE, Purpose.TAX], is_employee=False) == (Purpose.TAX,)
