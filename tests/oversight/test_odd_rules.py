"""The rules of odd use as tables: 別添1 2C b・d, 2F b. What is found, and what just is not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from azukari.kernel.clock import JST
from azukari.oversight.rules import settings
from azukari.oversight.rules.odd import RULES, Act, Rule, Threshold, Thresholds, find, sentence

pytestmark = pytest.mark.no_database

DAY = date(2026, 11, 24)  # a Tuesday
REVEAL, UNLOCK, LOGIN, DEVICE = (
    "vault.number.revealed", "tenancy.vault.unlocked", "tenancy.staff.logged_in", "tenancy.device.added",
)  # fmt: skip


def at(hour: int, minute: int = 0, *, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=JST).astimezone(UTC)


def acts(*moments: datetime, event: str = REVEAL, **facts) -> list[Act]:
    return [Act(seq=place, at=moment, event=event, **facts) for place, moment in enumerate(moments)]


def only(rule: Rule, number: int = 0, **facts) -> Thresholds:
    """Every rule off but one."""
    rules = {each: Threshold(each is rule, number) for each in Rule}
    return Thresholds(rules=rules, **facts)


def found(given: list[Act], thresholds: Thresholds, day: date = DAY) -> dict[Rule, int]:
    return {met.rule: len(met.seqs) for met in find(given, day, thresholds)}


SATURDAY, HOLIDAY = date(2026, 11, 28), date(2026, 11, 23)


@pytest.mark.parametrize(
    ("moment", "facts", "odd"),
    [
        (at(21, 59), {}, False),
        (at(22, 0), {}, True),
        (at(23, 59), {}, True),
        (at(0, 0), {}, True),
        (at(5, 59), {}, True),
        (at(6, 0), {}, False),
        (at(12, 0, day=SATURDAY), {}, True),
        (at(12, 0, day=SATURDAY), {"weekends": False}, False),
        (at(12, 0, day=HOLIDAY), {}, False),
        (at(12, 0, day=HOLIDAY), {"closed_days": frozenset({HOLIDAY})}, True),
        (at(3, 0), {"night_from": 1, "night_until": 3}, False),
        (at(2, 59), {"night_from": 1, "night_until": 3}, True),
        (at(12, 0), {"night_from": 5, "night_until": 5}, False),  # the same hour: no night at all
    ],
)
def test_night_and_days_off_on_the_japanese_clock(moment: datetime, facts: dict, odd: bool) -> None:
    day = moment.astimezone(JST).date()
    assert bool(found(acts(moment), only(Rule.NIGHT, **facts), day)) is odd


@pytest.mark.parametrize(
    ("minutes", "number", "odd"),
    [
        ([0, 10, 59], 3, 3),
        ([0, 10, 60], 3, 0),  # sixty minutes later is the next hour
        ([0, 10, 20, 75, 76], 4, 0),
        ([0, 10, 20, 75, 76], 3, 3),
        ([0, 30, 61, 62, 63], 3, 4),  # the densest window, not the first
    ],
)
def test_many_in_any_sixty_minutes(minutes: list[int], number: int, odd: int) -> None:
    given = acts(*(at(9) + timedelta(minutes=minute) for minute in minutes))
    assert found(given, only(Rule.MANY_HOUR, number)) == ({Rule.MANY_HOUR: odd} if odd else {})


@pytest.mark.parametrize(("uses", "number", "odd"), [(99, 100, False), (100, 100, True)])
def test_many_on_one_day(uses: int, number: int, odd: bool) -> None:
    given = acts(*(at(9) + timedelta(minutes=4 * place) for place in range(uses)))
    assert bool(found(given, only(Rule.MANY_DAY, number))) is odd


@pytest.mark.parametrize(
    ("left", "odd"),
    [(None, False), (DAY, False), (DAY - timedelta(days=60), False), (DAY - timedelta(days=61), True)],
)
def test_people_who_have_left_for_longer_than_the_days(left: date | None, odd: bool) -> None:
    assert bool(found(acts(at(9), completed_on=left), only(Rule.RETIRED, 60))) is odd


def test_a_company_in_the_care_of_others() -> None:
    assert found(acts(at(9), others_client=True), only(Rule.UNASSIGNED)) == {Rule.UNASSIGNED: 1}
    assert found(acts(at(9)), only(Rule.UNASSIGNED)) == {}


@pytest.mark.parametrize(
    ("rule", "event"),
    [(Rule.FAILED_UNLOCKS, UNLOCK), (Rule.FAILED_LOGINS, LOGIN), (Rule.FAILED_LOGINS, "tenancy.factor.failed")],
)
def test_failures_of_a_day_and_not_what_went_well(rule: Rule, event: str) -> None:
    tries = acts(at(9), at(10), at(11), event=event, failed=True)
    assert found(tries, only(rule, 3)) == {rule: 3}
    assert found(tries, only(rule, 4)) == {}
    assert found(acts(at(9), at(10), at(11), event=event), only(rule, 3)) == {}


@pytest.mark.parametrize(
    ("device", "use", "odd"),
    [
        (at(9), at(9, 60 - 1), True),
        (at(9), at(10), True),
        (at(9), at(10, 1), False),
        (at(9), at(8, 59), False),  # before the device came
        (at(23, 50, day=DAY - timedelta(days=1)), at(0, 10), True),  # over midnight
    ],
)
def test_a_use_soon_after_a_new_device(device: datetime, use: datetime, odd: bool) -> None:
    given = sorted([*acts(device, event=DEVICE), *acts(use)], key=lambda act: act.at)
    assert bool(found(given, only(Rule.NEW_DEVICE, 60))) is odd


def test_a_refused_use_is_no_use() -> None:
    assert find(acts(at(23), failed=True, others_client=True), DAY, Thresholds()) == []


def test_of_another_day_nothing_is_counted() -> None:
    assert find(acts(at(23, day=DAY - timedelta(days=1))), DAY, Thresholds()) == []


@pytest.mark.parametrize("rule", Rule)
def test_a_rule_that_is_off_finds_nothing(rule: Rule) -> None:
    given = [
        *acts(at(2), event=DEVICE),
        *acts(*(at(2, minute) for minute in range(60)), completed_on=date(2020, 1, 1), others_client=True),
        *acts(*(at(3, minute) for minute in range(9)), event=UNLOCK, failed=True),
        *acts(*(at(4, minute) for minute in range(9)), event=LOGIN, failed=True),
    ]
    low = {each: Threshold(True, 5) for each in Rule}
    assert set(found(given, Thresholds(rules=low))) == set(Rule)
    assert set(found(given, Thresholds(rules={**low, rule: Threshold(False, 5)}))) == set(Rule) - {rule}


@pytest.mark.parametrize("rule", Rule)
def test_every_find_is_one_sentence_with_who_when_and_how_many(rule: Rule) -> None:
    said = sentence(rule=rule, day=DAY, count=1234, first_at=at(22, 10), last_at=at(23, 5), number=30, who="佐伯 舞")
    assert said.startswith("佐伯 舞さんが、11月24日（火）22:10〜23:05に、")
    assert said.endswith("。")
    assert said.count("。") == 1
    assert "1,234" in said


@pytest.mark.parametrize("rule", Rule)
def test_a_rule_reads_with_its_number_and_has_bounds_around_its_default(rule: Rule) -> None:
    text = RULES[rule]
    assert "{" not in text.in_words(7)
    if text.unit:
        assert "7" in text.in_words(7)
        assert text.least <= text.default.number <= text.most


def test_settings_come_back_as_they_went_out() -> None:
    given = settings.OversightSettings(
        thresholds=Thresholds(
            rules={rule: Threshold(rule is Rule.NIGHT, 9) for rule in Rule},
            night_from=20,
            night_until=7,
            weekends=False,
            closed_days=frozenset({HOLIDAY}),
        ),
        sub_processors=(settings.SubProcessor(name="甲", work="入力", since="2025年"),),
        members_see=True,
    )
    assert settings.from_json(settings.to_json(given)) == given
    assert settings.from_json({}) == settings.OversightSettings()
