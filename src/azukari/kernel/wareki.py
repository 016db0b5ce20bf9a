"""Days as Japanese papers write them: every notation in, 和暦 out.

A day is a plain `date`. Reading takes 西暦 and 和暦 in the notations people type (昭和55年3月1日, S55.3.1,
平2/4/5, 令和元年5月1日, 1980/3/1, 19800301; any width). A day outside its era is refused with the right one as
a suggestion, never corrected silently. Eras change on exact days: 昭和64年1月7日 is a day, 昭和64年1月8日 is not.

Law: 元号法; 昭和64年政令第1号 (平成), 平成31年政令第143号 (令和): each new era began on the day after.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from azukari.kernel.errors import InvalidError


class UnreadableDateError(InvalidError):
    """What was written is in no notation we know."""

    code = "kernel.date_unreadable"
    happened = "日付を読み取れません。"
    cause = "日付の書き方が決まりと違います。"
    remedy = "1985/4/12、S60.4.12、昭和60年4月12日のように書いてください。"


class NoSuchDayError(InvalidError):
    """A readable notation of a day the calendar does not have, such as 30 February."""

    code = "kernel.no_such_day"
    happened = "日付を読み取れません。"
    cause = "暦にない日付です。"
    remedy = "年月日を確認して書き直してください。"


class EraMismatchError(InvalidError):
    """A day that lies outside the era it is written in. `suggestion` is the same day in its own era."""

    code = "kernel.era_mismatch"
    happened = "日付を読み取れません。"
    cause = "元号と年月日が合いません。"
    remedy = "{suggestion}ではありませんか？　年月日を確認して書き直してください。"


@dataclass(frozen=True, slots=True)
class Era:
    """An era and its first and last day. The last day of 明治 and of 大正 is also the first of the next."""

    name: str
    short: str
    letter: str
    first: date
    last: date


ERAS = (
    Era("令和", "令", "R", date(2019, 5, 1), date.max),
    Era("平成", "平", "H", date(1989, 1, 8), date(2019, 4, 30)),
    Era("昭和", "昭", "S", date(1926, 12, 25), date(1989, 1, 7)),
    Era("大正", "大", "T", date(1912, 7, 30), date(1926, 12, 25)),
    # Japan counts days by the Gregorian calendar since 明治6年1月1日; before that the same words name other days.
    Era("明治", "明", "M", date(1873, 1, 1), date(1912, 7, 30)),
)
_MEIJI_OFFSET = 1867

_ERA_BY_SIGN = {sign: era for era in ERAS for sign in (era.name, era.short, era.letter)}

# What people put between the parts, after NFKC: slash, full stop, hyphens, minus, long vowel mark, middle dot.
_BETWEEN = r"[/.\-‐-―−ー・]"
_WAREKI = re.compile(
    rf"(明治|大正|昭和|平成|令和|[明大昭平令MTSHR]){_BETWEEN}?(元|\d{{1,2}})(?:年|{_BETWEEN})"
    rf"(\d{{1,2}})(?:月|{_BETWEEN})(\d{{1,2}})日?"
)
_WAREKI_SOLID = re.compile(r"(明治|大正|昭和|平成|令和|[明大昭平令MTSHR])(\d\d)(\d\d)(\d\d)")
_SEIREKI = re.compile(rf"(?:西暦)?(\d{{4}})(?:年|{_BETWEEN})(\d{{1,2}})(?:月|{_BETWEEN})(\d{{1,2}})日?")
_SEIREKI_SOLID = re.compile(r"(\d{4})(\d\d)(\d\d)")
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?$")
_BIRTH_SUFFIX = re.compile(r"(?:生まれ|生れ|生)$")


def parse_date(text: str) -> date:
    """Read a day in any notation people type.

    Raises: UnreadableDateError, NoSuchDayError, EraMismatchError (with `suggestion`).
    """
    # Dates are folded with NFKC: it also opens the square eras (㍻). Names are never treated like this.
    folded = unicodedata.normalize("NFKC", text).strip()
    folded = _MIDNIGHT.sub("", folded)
    folded = _BIRTH_SUFFIX.sub("", "".join(folded.split())).upper()
    if match := _SEIREKI.fullmatch(folded) or _SEIREKI_SOLID.fullmatch(folded):
        return _day(*(int(part) for part in match.groups()))
    if match := _WAREKI.fullmatch(folded) or _WAREKI_SOLID.fullmatch(folded):
        sign, year, month, day = match.groups()
        return _era_day(_ERA_BY_SIGN[sign], 1 if year == "元" else int(year), int(month), int(day))
    raise UnreadableDateError


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NoSuchDayError from None


def _era_day(era: Era, year: int, month: int, day: int) -> date:
    if year < 1:
        raise NoSuchDayError
    first_year = _MEIJI_OFFSET + 1 if era.letter == "M" else era.first.year
    written = _day(first_year + year - 1, month, day)
    if not era.first <= written <= era.last:
        if written < ERAS[-1].first:
            raise NoSuchDayError
        raise EraMismatchError(suggestion=format_wareki(written))
    return written


def era_of(day: date) -> Era:
    """Find the era a day is written in today: on the two days that have two, the newer one.

    Raises: ValueError before 明治6年1月1日.
    """
    for era in ERAS:
        if day >= era.first:
            return era
    raise ValueError("no era before 明治6年1月1日 in this calendar")


def _era_year(era: Era, day: date) -> int:
    return day.year - (_MEIJI_OFFSET if era.letter == "M" else era.first.year - 1)


def format_wareki(day: date) -> str:
    """Write a day in full: 令和8年4月1日, with 元年 for the first year. Raises: ValueError before 明治6年."""
    era = era_of(day)
    year = _era_year(era, day)
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def format_era_year(day: date) -> str:
    """Write the era and its year in short, as beside a 西暦 date: 昭60, 平元. Raises: ValueError before 明治6年."""
    era = era_of(day)
    year = _era_year(era, day)
    return f"{era.short}{'元' if year == 1 else year}"


def age_on(birth: date, day: date) -> int:
    """Count full years of age as people say it: one more on the birthday (29 February: on 1 March).

    Statutory ages are reached at the end of the day before (年齢計算ニ関スル法律); a rule that needs them asks with
    the next day.
    """
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
