"""保存期間: the cases of law.md 4.3, computed there by hand from the articles, and the laws of counting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azukari.vault.rules import documents
from azukari.vault.rules.documents import DOCUMENTS, Completion, EventKind, Start, check_documents
from azukari.vault.rules.purposes import Purpose, purposes_for
from azukari.vault.rules.retention import Days, Extension, Holding, Missing, first_day, hold, last_day

pytestmark = pytest.mark.no_database

DAYS = st.dates(date(2015, 10, 5), date(2060, 12, 31))
RULES = st.fixed_dictionaries({row.code: st.sampled_from(list(Completion)) for row in documents.CHOSEN})
KEYS = [(row.code, kind) for row in DOCUMENTS for kind in documents.asked_of(row)]
# 完結 on the day of leaving: the table of law.md 4.3 begins with that day.
LEFT = dict.fromkeys((row.code for row in documents.CHOSEN), Completion.LEFT)


def period_of(document: str, days: Days, rules: dict[str, Completion] | None = None):
    found = hold(list(Purpose), days, rules=rules)
    return next(period for period in found.periods if period.document == document)


@pytest.mark.parametrize(
    ("deadline_year", "start", "last", "disposable_from"),
    [
        (2016, "2017-01-11", "2024-01-10", "2024-01-11"),
        (2018, "2019-01-11", "2026-01-10", "2026-01-11"),
        (2019, "2020-01-11", "2027-01-10", "2027-01-11"),
        (2025, "2026-01-11", "2033-01-10", "2033-01-11"),
        (2026, "2027-01-11", "2034-01-10", "2034-01-11"),
    ],
)
def test_income_tax_rule_76_3_withholding_form(deadline_year: int, start: str, last: str, disposable_from: str) -> None:
    period = period_of("tax_exemption", Days(left_on=date(deadline_year, 6, 1)))
    assert (period.starts_on.isoformat(), period.last_on.isoformat()) == (start, last)
    assert period.disposable_from.isoformat() == disposable_from


@pytest.mark.parametrize(
    ("document", "completed", "start", "last", "disposable_from"),
    [
        ("ei_insured", "2026-03-31", "2026-04-01", "2030-03-31", "2030-04-01"),
        ("ei_insured", "2022-12-31", "2023-01-01", "2026-12-31", "2027-01-01"),
        ("ei_insured", "2024-02-28", "2024-02-29", "2028-02-28", "2028-02-29"),
        ("ei_insured", "2024-02-29", "2024-03-01", "2028-02-29", "2028-03-01"),
        ("health", "2026-03-31", "2026-04-01", "2028-03-31", "2028-04-01"),
        ("pension", "2026-03-31", "2026-04-01", "2028-03-31", "2028-04-01"),
        ("health", "2024-02-28", "2024-02-29", "2026-02-28", "2026-03-01"),
        ("pension", "2024-02-28", "2024-02-29", "2026-02-28", "2026-03-01"),
        ("workers_compensation", "2026-03-31", "2026-04-01", "2029-03-31", "2029-04-01"),
    ],
)
def test_insurance_rules_143_34_28_51_with_civil_code_143(
    document: str, completed: str, start: str, last: str, disposable_from: str
) -> None:
    period = period_of(document, Days(left_on=date.fromisoformat(completed)), LEFT)
    assert (period.starts_on.isoformat(), period.last_on.isoformat()) == (start, last)
    assert period.disposable_from.isoformat() == disposable_from


@pytest.mark.parametrize(
    ("document", "received", "last"),
    [
        ("tax_secondary", "2026-05-01", "2034-01-10"),  # 76条の3: the year of receipt
        ("tax_retirement", "2026-12-31", "2034-01-10"),  # 77条6項
        ("tax_retirement_long", "2026-12-31", "2037-01-10"),  # 77条6項: ten years
        ("tax_pension", "2027-01-01", "2035-01-10"),  # 77条の4第9項
        ("tax_book_change", "2026-05-01", "2030-01-10"),  # 76条の2第9項: three years
    ],
)
def test_income_tax_rules_76_2_76_3_77_77_4_count_from_the_receipt(document: str, received: str, last: str) -> None:
    day = date.fromisoformat(received)
    days = Days(left_on=date(2020, 6, 1), recorded={(document, EventKind.RECEIVED): day})
    assert period_of(document, days).last_on.isoformat() == last


@pytest.mark.parametrize(
    ("recorded", "last"),
    [
        (None, "2034-01-10"),
        ("2025-12-31", "2033-01-10"),  # first pay-day on January 1, 2026: the deadline lay in the year before
        ("2026-01-31", "2034-01-10"),
        ("2024-12-31", "2033-01-10"),  # two years before: not believed
        ("2027-01-20", "2035-01-10"),
    ],
)
def test_income_tax_rule_76_3_the_year_of_the_deadline_counts_and_not_that_on_the_form(
    recorded: str | None, last: str
) -> None:
    key = ("tax_exemption", EventKind.DEADLINE)
    known = {key: date.fromisoformat(recorded)} if recorded else {}
    assert period_of("tax_exemption", Days(left_on=date(2026, 1, 20), recorded=known)).last_on.isoformat() == last


@pytest.mark.parametrize(
    ("rule", "recorded", "starts_on"),
    [
        (Completion.LATER, {}, "2026-04-02"),  # 資格喪失日 is the day after 退職日
        (Completion.LATER, {EventKind.NOTICE: "2026-04-20"}, "2026-04-21"),
        (Completion.LATER, {EventKind.NOTICE: "2026-03-20"}, "2026-04-02"),
        (Completion.LATER, {EventKind.LOST: "2026-03-16"}, "2026-03-17"),
        (Completion.LOSS, {EventKind.NOTICE: "2026-04-20"}, "2026-04-02"),
        (Completion.LEFT, {EventKind.NOTICE: "2026-04-20"}, "2026-04-01"),
        (Completion.LEFT_OR_NOTICE, {}, "2026-04-01"),
        (Completion.LEFT_OR_NOTICE, {EventKind.NOTICE: "2026-04-20"}, "2026-04-21"),
        (Completion.NOTICE, {EventKind.NOTICE: "2026-04-20"}, "2026-04-21"),
        (Completion.FILED, {EventKind.FILED: "2026-04-08"}, "2026-04-09"),
    ],
)
def test_employment_insurance_rule_143_completion_as_the_office_defines_it(
    rule: Completion, recorded: dict[EventKind, str], starts_on: str
) -> None:
    known = {("ei_insured", kind): date.fromisoformat(day) for kind, day in recorded.items()}
    days = Days(left_on=date(2026, 3, 31), recorded=known)
    assert period_of("ei_insured", days, {"ei_insured": rule}).starts_on.isoformat() == starts_on


def test_workers_compensation_rule_51_knows_no_loss_of_insurance() -> None:
    days = Days(left_on=date(2026, 3, 31))
    assert period_of("workers_compensation", days).starts_on == date(2026, 4, 1)
    (document,) = [row for row in DOCUMENTS if row.code == "workers_compensation"]
    assert EventKind.LOST not in documents.asked_of(document)


def test_a_missing_day_holds_the_number_and_is_asked_for() -> None:
    days = Days(left_on=date(2010, 3, 31))
    found = hold([Purpose.EMPLOYMENT_INSURANCE], days, rules={"ei_insured": Completion.NOTICE})
    assert found.due_on is None
    assert [row.missing for row in found.asks] == [EventKind.NOTICE]
    nobody_asked = hold([Purpose.EMPLOYMENT_INSURANCE], Days(left_on=None), rules={"ei_insured": Completion.NOTICE})
    assert (nobody_asked.due_on, nobody_asked.asks) == (None, ())
    assert [row.missing for row in nobody_asked.waiting] == [Missing.RELATION]


def test_the_insurance_may_end_before_the_work_does() -> None:
    lost = {("ei_insured", EventKind.LOST): date(2026, 3, 16)}
    only = hold([Purpose.EMPLOYMENT_INSURANCE], Days(left_on=None, recorded=lost))
    assert only.due_on == date(2030, 3, 16)
    assert hold([Purpose.EMPLOYMENT_INSURANCE, Purpose.TAX], Days(left_on=None, recorded=lost)).due_on is None


def test_the_longest_period_decides_and_none_runs_while_the_person_is_there() -> None:
    both = [Purpose.TAX, Purpose.EMPLOYMENT_INSURANCE]
    assert hold(both, Days(left_on=date(2026, 10, 20))).due_on == date(2034, 1, 10)
    assert hold(both, Days(left_on=None)).due_on is None


def test_a_lengthening_only_adds() -> None:
    days = Days(left_on=date(2026, 10, 20))
    longer = Extension(until=date(2040, 3, 31), reason="審査請求", by="青木")
    assert hold([Purpose.TAX], days, extension=longer).due_on == date(2040, 3, 31)
    shorter = Extension(until=date(2030, 3, 31), reason="審査請求", by="青木")
    assert hold([Purpose.TAX], days, extension=shorter).due_on == date(2034, 1, 10)
    assert hold([Purpose.TAX], Days(left_on=None), extension=longer).due_on is None


@given(DAYS, st.integers(1, 30))
def test_civil_code_140_the_first_day_is_left_out(event: date, years: int) -> None:
    first = first_day(Start.COMPLETION, event)
    assert first == event + timedelta(days=1)
    assert last_day(first, years) >= event + timedelta(days=365 * years)


@given(DAYS, st.integers(1, 30))
def test_civil_code_143_a_period_of_years_ends_the_day_before_its_anniversary_or_with_the_month(
    first: date, years: int
) -> None:
    last = last_day(first, years)
    try:
        anniversary = first.replace(year=first.year + years)
    except ValueError:
        assert (last.month, last.day) == (2, 28)  # no February 29: 143条2項ただし書
        assert last.year == first.year + years
    else:
        assert last == anniversary - timedelta(days=1)


@given(DAYS, st.integers(1, 30), st.integers(0, 800))
def test_a_period_is_never_shorter_when_its_first_day_moves_later(first: date, years: int, later: int) -> None:
    assert last_day(first + timedelta(days=later), years) >= last_day(first, years)


@given(st.none() | DAYS, st.dictionaries(st.sampled_from(KEYS), DAYS), RULES, st.data())
def test_a_number_is_never_held_shorter_when_an_event_moves_later(left_on, recorded, rules, data) -> None:
    before = hold(list(Purpose), Days(left_on=left_on, recorded=recorded), rules=rules)
    moved, later = dict(recorded), timedelta(days=data.draw(st.integers(1, 2000)))
    key = data.draw(st.sampled_from([None, *sorted(recorded)]))
    if key is None:
        left_on = left_on + later if left_on else None
    else:
        moved[key] = recorded[key] + later
    after = hold(list(Purpose), Days(left_on=left_on, recorded=moved), rules=rules)
    ends = {period.document: period.last_on for period in after.periods}
    for period in before.periods:
        assert ends[period.document] >= period.last_on, period.document
    assert (before.due_on is None) == (after.due_on is None)


@given(st.sets(st.sampled_from(list(Purpose)), min_size=1), st.sampled_from(list(Purpose)), DAYS, RULES)
def test_one_more_purpose_never_holds_a_number_shorter(purposes, more, left_on, rules) -> None:
    days = Days(left_on=left_on)
    few, many = hold(purposes, days, rules=rules), hold(purposes | {more}, days, rules=rules)
    assert many.due_on is None or (few.due_on is not None and many.due_on >= few.due_on)


def test_a_number_without_a_period_has_no_end() -> None:
    assert Holding().due_on is None
    assert Holding().runs_on(date(2026, 1, 1))


# The table


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"years": 0}, "years"),
        ({"law": ""}, "article"),
        ({"sure": "多分"}, "source"),
        ({"valid_until": date(2030, 3, 31)}, "no state of the law"),
        ({"always": False, "completions": ()}, "without a paper|nothing tells"),
        ({"completions": ()}, "an office decides"),
    ],
)
def test_a_wrong_line_in_the_table_of_papers_never_starts(change: dict[str, object], said: str) -> None:
    rows = [replace(row, **change) if row.code == "ei_insured" else row for row in DOCUMENTS]
    with pytest.raises(ValueError, match=said):
        check_documents(rows)


def test_a_changed_law_is_a_new_line_and_the_old_one_keeps_what_was_completed_before() -> None:
    (old,) = [row for row in DOCUMENTS if row.code == "ei_insured"]
    rows = [row for row in DOCUMENTS if row.code != "ei_insured"]
    states = [
        replace(old, valid_until=date(2027, 3, 31)),
        replace(old, years=5, valid_from=date(2027, 4, 1), law="改正後の143条"),
    ]
    check_documents([*rows, *states])
    left = [date(2027, 3, 31), date(2027, 4, 1)]
    found = [hold([Purpose.EMPLOYMENT_INSURANCE], Days(left_on=day), rules=LEFT, documents=states) for day in left]
    assert [holding.periods[0].years for holding in found] == [4, 5]
    gap = [replace(states[0], valid_until=date(2027, 3, 30)), states[1]]
    with pytest.raises(ValueError, match="gap"):
        check_documents([*rows, *gap])


def test_purposes_that_do_not_fit_a_person_are_left_out() -> None:
    chosen = list(Purpose)
    assert Purpose.CATEGORY3 not in purposes_for(chosen, is_employee=True)
    assert purposes_for([Purpose.EMPLOYMENT_INSURANCE, Purpose.TAX], is_employee=False) == (Purpose.TAX,)
