"""The four sheets of clients against the tables of their README: every person, row by row.

The tables are parsed from the README itself, so that they cannot drift apart. Numbers are compared with the cell,
normalised here by a second implementation after the habit the table names.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from azukari.intake.rules.columns import Mapping, propose_mapping
from azukari.intake.rules.outcome import Outcome, Reason
from azukari.intake.rules.people import JudgedPerson, judge, list_skipped
from azukari.intake.rules.rows import SkipCause
from azukari.kernel.check_digits import is_valid_my_number
from azukari.press.workbook import Workbook, read_workbook

pytestmark = pytest.mark.no_database

SHEETS = Path(__file__).parents[1] / "fixtures" / "sheets"
TODAY = date(2026, 11, 23)
FILES = {
    "kawara": "kawara_登録シート.xlsx",
    "tatami": "tatami_他社様式.xlsx",
    "umineko": "umineko_1200名.xlsx",
    "yayoi": "yayoi_cp932.csv",
}


@cache
def tables(file: str) -> tuple[tuple[dict[str, str], ...], ...]:
    """Parse the tables below the heading of a file in the README."""
    text = (SHEETS / "README.md").read_text()
    section = text.split(f"## `{file}`", 1)[1].split("\n## ", 1)[0]
    found: list[list[dict[str, str]]] = []
    head: list[str] | None = None
    for line in section.splitlines():
        if not line.startswith("|"):
            head = None
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if head is None:
            head = cells
            found.append([])
        elif not set("".join(cells)) <= set("- "):
            found[-1].append(dict(zip(head, cells, strict=True)))
    return tuple(tuple(table) for table in found)


@cache
def counts() -> dict[str, tuple[int, int, int, int]]:
    """Parse the table of counts at the top of the README."""
    pattern = re.compile(r"^\| `(\w+?)_[^`]*` \|[^|]*\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
    rows = pattern.findall((SHEETS / "README.md").read_text())
    return {name: (int(a), int(b), int(c), int(d)) for name, a, b, c, d in rows}


@cache
def judged(client: str) -> tuple[Workbook, Mapping, tuple[JudgedPerson, ...]]:
    """Read and judge a file as an import into an empty ledger."""
    workbook = read_workbook((SHEETS / FILES[client]).read_bytes(), FILES[client])
    mapping = propose_mapping(workbook)
    return workbook, mapping, judge(workbook, mapping, client, TODAY)


def people(client: str) -> tuple[JudgedPerson, ...]:
    return judged(client)[2]


def expected(result: str) -> tuple[Outcome, tuple[Reason, ...]]:
    """Read a cell of the result column: accepted, or **warning** / **refused** with a code word."""
    if result == "accepted":
        return Outcome.ACCEPTED, ()
    match = re.fullmatch(r"\*\*(warning|refused)\*\* `(\w+)`", result)
    assert match
    return Outcome(match[1].upper()), (Reason(match[2].upper()),)


def rows_of(text: str) -> list[int]:
    """Read 2–48, 50 as the numbers it means."""
    numbers: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("–")
        numbers.extend(range(int(first), int(last or first) + 1))
    return numbers


def same_name(person: JudgedPerson, written: str) -> bool:
    """Compare code point by code point; the table has one blank between the parts."""
    return [ord(c) for c in person.name] == [ord(c) for c in " ".join(written.split())]


def normalised(cell: object) -> str:
    """The rule of law.md 1.1 in other words than the product's: NFKC, blanks and hyphens out."""
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    text = re.sub(r'^="(.*)"$', r"\1", text).removeprefix("'")
    return "".join(c for c in text if c not in " \u3000-‐‑‒–—―−ー")


@pytest.mark.parametrize("client", FILES)
def test_counts_of_the_readme(client: str) -> None:
    outcomes = Counter(person.outcome for person in people(client))
    assert (
        len(people(client)),
        outcomes[Outcome.ACCEPTED],
        outcomes[Outcome.WARNING],
        outcomes[Outcome.REFUSED],
    ) == counts()[client]


# --- kawara ------------------------------------------------------------------------------------------------------


def test_kawara_row_by_row() -> None:
    (table,) = tables(FILES["kawara"])
    assert [person.row for person in people("kawara")] == [int(line["row"]) for line in table]
    cells = openpyxl.load_workbook(SHEETS / FILES["kawara"])["登録シート"]
    for person, line in zip(people("kawara"), table, strict=True):
        assert (person.outcome, person.reasons) == expected(line["result"])
        assert same_name(person, line["氏名"])
        assert (person.employee_code, person.relationship) == (line["社員番号"], line["続柄"])
        assert person.is_employee == (line["続柄"] == "本人")
        assert person.birth_date == date.fromisoformat(cells.cell(person.row, 6).value.replace("/", "-"))
        number = cells.cell(person.row, 10).value
        assert person.digits == (number if person.outcome is Outcome.ACCEPTED else None)


def test_kawara_families_know_their_employee() -> None:
    by_key = {person.key: person for person in people("kawara")}
    for person in people("kawara"):
        if not person.is_employee:
            assert by_key[person.employee_key].employee_code == person.employee_code
            assert by_key[person.employee_key].is_employee


# --- tatami ------------------------------------------------------------------------------------------------------

SLOTS = {"本人": 11, "家族1": 16, "家族2": 21, "家族3": 26}


def test_tatami_person_by_person() -> None:
    (table,) = tables(FILES["tatami"])
    lines = [line for line in table if line["who"]]
    found = {(person.row, person.slot): person for person in people("tatami")}
    assert list(found) == [(int(line["row"]), line["who"]) for line in lines]
    cells = openpyxl.load_workbook(SHEETS / FILES["tatami"], data_only=True)["収集台帳"]
    for line in lines:
        person = found[int(line["row"]), line["who"]]
        assert (person.outcome, person.reasons) == expected(line["result"]), line
        assert same_name(person, line["name"]), line
        assert person.birth_date == date.fromisoformat(line["birth date"]), line
        assert person.is_employee == (line["who"] == "本人")
        number = cells.cell(person.row, SLOTS[person.slot]).value
        if person.outcome is Outcome.REFUSED or number is None:
            assert person.digits is None
        else:
            assert person.digits == normalised(number), line["number as written"]
            assert is_valid_my_number(person.digits or "")


def test_tatami_special_characters_survive() -> None:
    (table,) = tables(FILES["tatami"])
    found = {(str(person.row), person.slot): person for person in people("tatami")}
    for line in table:
        for code in re.findall(r"U\+([0-9A-F]{4,6})", line["special characters"]):
            assert chr(int(code, 16)) in found[line["row"], line["who"]].name


def test_tatami_family_belongs_to_the_employee_of_the_row() -> None:
    by_key = {person.key: person for person in people("tatami")}
    family = [person for person in people("tatami") if not person.is_employee]
    assert all(by_key[person.employee_key].row == person.row for person in family)
    assert all(person.employee_code == by_key[person.employee_key].employee_code for person in family)


def test_tatami_total_is_no_person() -> None:
    workbook, mapping, _ = judged("tatami")
    assert [(row.row, row.cause) for row in list_skipped(workbook, mapping)] == [(47, SkipCause.SUBTOTAL)]


def test_tatami_employees_have_kana_and_the_day_they_joined() -> None:
    first = people("tatami")[0]
    assert (first.kana, first.joined_on, first.sex) == ("サトウ ショウ", date(2000, 4, 1), "男")


# --- yayoi -------------------------------------------------------------------------------------------------------


@cache
def records() -> list[list[str]]:
    text = (SHEETS / FILES["yayoi"]).read_bytes().decode("cp932")
    return [[], *csv.reader(io.StringIO(text, newline=""))]


def test_yayoi_record_by_record() -> None:
    _, table = tables(FILES["yayoi"])
    found = {person.row: person for person in people("yayoi")}
    assert list(found) == list(range(2, 122))
    seen: set[int] = set()
    for line in table:
        for row in rows_of(line["record"]):
            assert (found[row].outcome, found[row].reasons) == expected(line["result"]), row
            seen.add(row)
        if line["who"] != "all others" and "moved" not in line["who"]:
            code, name = line["who"].split(" ", 1)
            assert found[row].employee_code == code
            assert same_name(found[row], name)
    assert seen == set(found)


def test_yayoi_names_and_numbers_whatever_the_habit() -> None:
    habits, _ = tables(FILES["yayoi"])
    habit_of = {row: line["habit"] for line in habits if "number" in line["habit"] for row in rows_of(line["records"])}
    for person in people("yayoi"):
        if person.row == 40:
            continue
        record = records()[person.row]
        assert same_name(person, record[3])
        if person.outcome is Outcome.ACCEPTED:
            assert person.digits == normalised(record[8]), habit_of.get(person.row)
        else:
            assert person.digits is None


def test_yayoi_birth_dates() -> None:
    habits, _ = tables(FILES["yayoi"])
    japanese = {row for line in habits if "birth date" in line["habit"] for row in rows_of(line["records"])}
    first_years = {"明": 1867, "大": 1911, "昭": 1925, "平": 1988, "令": 2018}
    letters = {"M": "明", "T": "大", "S": "昭", "H": "平", "R": "令"}
    for person in people("yayoi"):
        if person.row == 40:
            continue
        written = unicodedata.normalize("NFKC", records()[person.row][5])
        year, month, day = (int(n) for n in re.findall(r"\d+", written.replace("元", "1")))
        if person.row in japanese:
            year += first_years[letters.get(written[0], written[0])]
        assert person.birth_date == date(year, month, day), person.row


def test_yayoi_half_width_kana_becomes_full_width() -> None:
    kana = "".join(person.kana for person in people("yayoi"))
    assert unicodedata.normalize("NFKC", kana) == kana


def test_yayoi_same_numbers_in_two_spellings_name_each_other() -> None:
    found = {person.row: person for person in people("yayoi")}
    assert found[92].sentences == (
        "92行目 矢野 陽子：小山 弘美さんと同じ個人番号です。どちらの番号か、写しを確認してください。",
    )
    assert "矢野 陽子さん" in found[98].sentences[0]


# --- umineko -----------------------------------------------------------------------------------------------------

COLUMNS = {
    "本社・冷凍": {"name": 3, "number": 9, "birth": 5, "code": 2, "kana": 4},
    "加工場": {"name": 4, "number": 1, "birth": 7, "code": 8, "kana": 5},
    "直売店・パート": {"name": 3, "number": 7, "birth": 5, "code": 4, "kana": 2},
}


def test_umineko_row_by_row() -> None:
    (table,) = tables(FILES["umineko"])
    found = {(person.sheet, person.row): person for person in people("umineko")}
    seen: set[tuple[str, int]] = set()
    for line in table:
        for row in rows_of(line["row"]):
            person = found[line["sheet"], row]
            assert (person.outcome, person.reasons) == expected(line["result"]), (line["sheet"], row)
            seen.add((line["sheet"], row))
        if line["who"] != "all others":
            code, name = line["who"].split(" ", 1)
            assert person.employee_code == code
            assert same_name(person, "" if name == "(no name)" else name)
    assert seen == set(found)


def test_umineko_names_numbers_and_birth_dates() -> None:
    book = openpyxl.load_workbook(SHEETS / FILES["umineko"], read_only=True, data_only=True)
    rows = {name: [[], *book[name].iter_rows(max_row=501, values_only=True)] for name in COLUMNS}
    for person in people("umineko"):
        at = COLUMNS[person.sheet]
        cells = rows[person.sheet][person.row]
        assert same_name(person, cells[at["name"] - 1] or "")
        assert person.employee_code == cells[at["code"] - 1]
        number = normalised(cells[at["number"] - 1])
        assert person.digits == (number if person.outcome is Outcome.ACCEPTED else None)
        if Reason.BIRTH_DATE_INVALID not in person.reasons:
            assert person.birth_date == _day(cells[at["birth"] - 1])


def _day(value: object) -> date:
    if hasattr(value, "date"):
        return value.date()
    year, month, day = (int(n) for n in re.findall(r"\d+", str(value).replace("元年", "1年")))
    return date(year + {"昭": 1925, "平": 1988, "令": 2018}.get(str(value)[0], 0), month, day)


def test_umineko_documents_that_ended_are_named() -> None:
    (person,) = (person for person in people("umineko") if Reason.DEAD_DOCUMENT in person.reasons)
    assert person.sentences == (
        "加工場 262行目 加藤 裕子：健康保険証・年金手帳は本人確認に使えません。使える書類で確認し直してください。",
    )


def test_umineko_has_nothing_but_people_below_its_headings() -> None:
    workbook, mapping, _ = judged("umineko")
    assert list_skipped(workbook, mapping) == ()


# --- all four ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", FILES)
def test_no_digit_of_a_number_is_shown(client: str) -> None:
    for person in people(client):
        shown = f"{person!r} {' '.join(person.sentences)}"
        assert not re.search(r"\d{10}", shown)
        if person.digits:
            assert person.digits not in shown
            assert person.digits[:6] not in shown


@pytest.mark.parametrize("client", FILES)
def test_a_sheet_sent_to_the_wrong_client_is_refused_where_it_names_one(client: str) -> None:
    workbook, mapping, _ = judged(client)
    others = judge(workbook, mapping, "somebody-else", TODAY)
    if client in ("kawara", "umineko"):
        assert {person.outcome for person in others} == {Outcome.REFUSED}
        assert all(Reason.WRONG_COMPANY in person.reasons for person in others)


@pytest.mark.parametrize("client", FILES)
def test_keys_name_one_person_each(client: str) -> None:
    keys = [person.key for person in people(client)]
    assert len(set(keys)) == len(keys)
