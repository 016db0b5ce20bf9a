"""Every notation of a day that the input rules and the sheets know, and the borders of the eras."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azukari.kernel.wareki import (
    EraMismatchError,
    NoSuchDayError,
    UnreadableDateError,
    age_on,
    format_era_year,
    format_wareki,
    parse_date,
)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("1985/4/12", date(1985, 4, 12)),
        ("1985-04-12", date(1985, 4, 12)),
        ("19850412", date(1985, 4, 12)),
        ("1985年4月12日", date(1985, 4, 12)),
        ("西暦1985年4月12日", date(1985, 4, 12)),
        ("1985.4.12", date(1985, 4, 12)),
        ("S60.4.12", date(1985, 4, 12)),
        ("s60.4.12", date(1985, 4, 12)),
        ("昭60.4.12", date(1985, 4, 12)),
        ("昭和60年4月12日", date(1985, 4, 12)),
        ("昭和 60年 4月12日生", date(1985, 4, 12)),
        ("S600412", date(1985, 4, 12)),
        ("昭和６０年４月１２日", date(1985, 4, 12)),
        ("平2/4/5", date(1990, 4, 5)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("昭39／12／1", date(1964, 12, 1)),
        ("昭３９／１２／１", date(1964, 12, 1)),
        ("S４８．３．２０", date(1973, 3, 20)),
        ("Ｓ５５／１／２", date(1980, 1, 2)),
        ("R8.4.1", date(2026, 4, 1)),
        ("㍻2年4月5日", date(1990, 4, 5)),
        ("1968-09-13 00:00:00", date(1968, 9, 13)),
        ("1968-09-13T00:00:00", date(1968, 9, 13)),
        ("2000−01−31", date(2000, 1, 31)),
        ("明治45年7月30日", date(1912, 7, 30)),
        ("大正元年7月30日", date(1912, 7, 30)),
        ("T15.12.25", date(1926, 12, 25)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("S64.1.7", date(1989, 1, 7)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("  H1.1.30  ", date(1989, 1, 30)),
    ],
)
def test_reads(written: str, day: date) -> None:
    assert parse_date(written) == day


@pytest.mark.parametrize(
    ("written", "suggestion"),
    [
        ("平成31年5月1日", "令和元年5月1日"),
        ("令和元年4月30日", "平成31年4月30日"),
        ("昭和64年1月8日", "平成元年1月8日"),
        ("昭和65年2月3日", "平成2年2月3日"),
        ("H1.1.7", "昭和64年1月7日"),
        ("昭和元年12月24日", "大正15年12月24日"),
        ("大正元年7月29日", "明治45年7月29日"),
    ],
)
def test_a_day_outside_its_era_is_refused_with_the_right_one_era_act(written: str, suggestion: str) -> None:
    with pytest.raises(EraMismatchError) as caught:
        parse_date(written)
    assert caught.value.advice.startswith(f"{suggestion}ではありませんか？")


@pytest.mark.parametrize(
    "written", ["1999/2/30", "20230229", "S60.13.1", "昭和60年4月31日", "明治5年12月2日", "S0.1.1"]
)
def test_a_day_the_calendar_does_not_have(written: str) -> None:
    with pytest.raises(NoSuchDayError):
        parse_date(written)


@pytest.mark.parametrize(
    "written", ["", "不明", "85/4/12", "4/12", "昭和", "昭和60年", "X60.4.12", "33909", "3600412", "1985/4/12 10:30"]
)
def test_what_is_no_day(written: str) -> None:
    with pytest.raises(UnreadableDateError):
        parse_date(written)


@given(st.dates(min_value=date(1873, 1, 1), max_value=date(2100, 12, 31)))
def test_what_is_written_is_read(day: date) -> None:
    assert (
        parse_date(format_wareki(day)) == parse_date(f"{day:%Y%m%d}") == parse_date(f"{day.year}/{day.month}/{day.day}")
    )
    assert parse_date(day.isoformat()) == day


def test_formats() -> None:
    assert format_wareki(date(2026, 4, 1)) == "令和8年4月1日"
    assert format_wareki(date(2019, 5, 1)) == "令和元年5月1日"
    assert format_wareki(date(1926, 12, 25)) == "昭和元年12月25日"
    assert format_wareki(date(1900, 1, 1)) == "明治33年1月1日"
    assert format_era_year(date(1985, 4, 12)) == "昭60"
    assert format_era_year(date(1989, 1, 8)) == "平元"


def test_age_counts_birthdays() -> None:
    assert age_on(date(1985, 4, 12), date(2026, 4, 11)) == 40
    assert age_on(date(1985, 4, 12), date(2026, 4, 12)) == 41
    assert age_on(date(2004, 2, 29), date(2026, 2, 28)) == 21
    assert age_on(date(2004, 2, 29), date(2026, 3, 1)) == 22
