"""Headings, columns, single cells, doubles and the comparison with the 台帳, on small sheets made here."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.intake import errors
from azukari.intake.rules.cells import NumberReading, is_employee_word, read_birth_date, read_number, read_sex
from azukari.intake.rules.columns import Mapping, check_mapping, propose_mapping
from azukari.intake.rules.comparison import (
    Compared,
    KnownPerson,
    NumberComparison,
    Standing,
    compare,
    match_people,
)
from azukari.intake.rules.documents import DEAD_DOCUMENTS, find_dead_documents
from azukari.intake.rules.fields import FIELD_LABELS, Field, read_group, read_heading
from azukari.intake.rules.outcome import OUTCOME_OF, Finding, Outcome, Reason
from azukari.intake.rules.people import JudgedPerson, judge, list_skipped
from azukari.intake.rules.progress import Verdict
from azukari.intake.rules.rows import SkipCause
from azukari.kernel.check_digits import synthetic_number
from azukari.kernel.errors import InvalidError
from azukari.kernel.ids import PersonId
from azukari.kernel.text import HYPHENS
from azukari.press.workbook import Cell, Row, Sheet, Workbook

pytestmark = pytest.mark.no_database

TODAY = date(2026, 11, 23)
ONE, TWO, THREE = synthetic_number(1), synthetic_number(2), synthetic_number(3)
ZERO = "012345678903"
HEADING = ["社員番号", "氏名", "続柄", "生年月日", "個人番号", "備考"]


def sheet(
    *rows: list[str], name: str = "名簿", first: int = 1, merges: tuple[tuple[int, int, int, int], ...] = ()
) -> Sheet:
    filled = [(number, texts) for number, texts in enumerate(rows, first) if any(texts)]
    return Sheet(name, False, tuple(Row(number, False, False, 0, tuple(texts)) for number, texts in filled), merges)


def book(*sheets: Sheet) -> Workbook:
    return Workbook("xlsx", sheets)


def judged(*rows: list[str], heading: list[str] = HEADING) -> tuple[JudgedPerson, ...]:
    workbook = book(sheet(heading, *rows))
    return judge(workbook, propose_mapping(workbook), "client", TODAY)


def person(**changes: object) -> JudgedPerson:
    (one,) = judged(["E1", "山田 太郎", "本人", "1980/3/1", ONE, ""])
    return replace(one, **changes)  # type: ignore[arg-type]


# --- headings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "field", "whose"),
    [
        ("個人番号", Field.NUMBER, ""),
        ("マイナンバー12桁", Field.NUMBER, ""),
        ("マイナンバー（12桁）", Field.NUMBER, ""),
        ("個人番号（必須）※", Field.NUMBER, ""),
        ("個人番号（確認）", Field.NUMBER_AGAIN, ""),
        ("個人番号(確認用)", Field.NUMBER_AGAIN, ""),
        ("ﾏｲﾅﾝﾊﾞｰ", Field.NUMBER, ""),
        ("社員Ｎｏ．", Field.EMPLOYEE_CODE, ""),
        ("従業員ｺｰﾄﾞ", Field.EMPLOYEE_CODE, ""),
        ("姓(ｶﾅ)", Field.FAMILY_KANA, ""),
        ("氏　名", Field.NAME, ""),
        ("生年\n月日", Field.BIRTH_DATE, ""),
        ("本人／家族", Field.RELATIONSHIP, ""),
        ("家族1氏名", Field.NAME, "家族1"),
        ("家族氏名２", Field.NAME, "家族2"),
        ("扶養親族3の個人番号", Field.NUMBER, "家族3"),
        ("配偶者のマイナンバー", Field.NUMBER, "配偶者"),
        ("配偶者氏名", Field.NAME, "配偶者"),
        ("番号確認", Field.NUMBER_CHECK_DOCUMENT, ""),
    ],
)
def test_words_of_headings(words: str, field: Field, whose: str) -> None:
    assert read_heading(words) == (field, whose)


@pytest.mark.parametrize(
    "words",
    [
        "個人番号提出日",
        "マイナンバーの有無",
        "妻のマイナンバー",
        "事業所",
        "所属",
        "No.",
        "",
        "個人番号利用目的",
        "名簿",
    ],
)
def test_words_that_are_no_field(words: str) -> None:
    assert read_heading(words) is None


@pytest.mark.parametrize(
    ("words", "group"),
    [
        ("従　業　員", ""),
        ("家族1", "家族1"),
        ("家族（2人目）", "家族2"),
        ("扶養親族", "家族1"),
        ("配偶者", "配偶者"),
        ("基本情報", None),
    ],
)
def test_words_over_several_columns(words: str, group: str | None) -> None:
    assert read_group(words) == group


def test_every_field_has_a_label() -> None:
    assert set(FIELD_LABELS) == set(Field)


def test_a_heading_may_stand_under_thirty_lines_of_remarks() -> None:
    remarks = [[f"注意{n}"] for n in range(28)]
    workbook = book(sheet(*remarks, HEADING, ["E1", "山田 太郎", "本人", "1980/3/1", ONE]))
    assert propose_mapping(workbook).sheets[0].bottom == 29


def test_a_workbook_without_a_heading_is_refused() -> None:
    with pytest.raises(errors.HeadingNotFoundError):
        propose_mapping(book(sheet(["E1", "山田 太郎", "本人", "1980/3/1", ONE])))


def test_a_sheet_without_a_heading_is_set_aside_when_another_has_one() -> None:
    mapping = propose_mapping(book(sheet(["本人", "妻", "夫"], name="選択肢"), sheet(HEADING, ["E1", "甲"])))
    assert mapping.skipped == ("選択肢",)
    assert [found.sheet for found in mapping.sheets] == [1]


def test_a_sheet_without_numbers_is_set_aside_when_another_has_them() -> None:
    mapping = propose_mapping(book(sheet(["社員番号", "氏名", "性別"], ["E1", "甲", "男"]), sheet(HEADING)))
    assert [found.used for found in mapping.sheets] == [False, True]


def test_two_tables_with_different_headings_on_one_sheet_are_refused() -> None:
    other = ["氏名", "社員番号", "個人番号", "生年月日"]
    rows = (HEADING, ["E1", "甲", "本人", "1980/3/1", ONE], [], other, ["乙", "E2", TWO, "1980/3/1"])
    with pytest.raises(errors.TwoHeadingsError) as caught:
        propose_mapping(book(sheet(*rows)))
    assert "1行目と4行目" in caught.value.reason


def test_a_second_heading_with_nobody_under_the_first_is_the_heading() -> None:
    mapping = propose_mapping(
        book(sheet(["例", "氏名", "社員番号", "個人番号"], HEADING, ["E1", "甲", "本人", "", ONE]))
    )
    assert mapping.sheets[0].bottom == 2


def test_the_same_heading_again_is_skipped() -> None:
    rows = (HEADING, ["E1", "甲", "本人", "1980/3/1", ONE], HEADING, ["E2", "乙", "本人", "1981/3/1", TWO])
    workbook = book(sheet(*rows))
    mapping = propose_mapping(workbook)
    assert [p.row for p in judge(workbook, mapping, "client", TODAY)] == [2, 4]
    assert [(row.row, row.cause) for row in list_skipped(workbook, mapping)] == [(3, SkipCause.HEADING_AGAIN)]


@pytest.mark.parametrize("merges", [(), ((1, 0, 1, 2), (1, 3, 1, 5), (1, 6, 1, 8))])
def test_a_heading_of_two_rows_gives_each_person_their_columns(merges: tuple[tuple[int, int, int, int], ...]) -> None:
    upper = ["従業員", "", "", "家族1", "", "", "配偶者", "", ""]
    lower = ["社員番号", "氏名", "個人番号", *["氏名", "続柄", "個人番号"] * 2]
    row = ["E1", "甲", ONE, "乙", "子", TWO, "丙", "", THREE]
    workbook = book(sheet(upper, lower, row, merges=merges))
    mapping = propose_mapping(workbook)
    assert (mapping.sheets[0].top, mapping.sheets[0].bottom) == (1, 2)
    found = judge(workbook, mapping, "client", TODAY)
    assert [(p.slot, p.name, p.relationship, p.digits) for p in found] == [
        ("本人", "甲", "本人", ONE),
        ("家族1", "乙", "子", TWO),
        ("配偶者", "丙", "配偶者", THREE),
    ]
    assert {p.employee_code for p in found} == {"E1"}
    assert [p.employee_key for p in found] == ["", found[0].key, found[0].key]


# --- mapping -----------------------------------------------------------------------------------------------------


def test_a_column_can_be_taken_for_something_else() -> None:
    workbook = book(
        sheet(["コード", "氏名", "区分", "生年月日", "ナンバー", "続柄"], ["E1", "甲", "x", "1980/3/1", ONE, "本人"])
    )
    mapping = propose_mapping(workbook)
    with pytest.raises(errors.NumberColumnMissingError):
        check_mapping(mapping, workbook)
    changed = mapping.with_column(0, 4, Field.NUMBER).with_column(0, 0, Field.EMPLOYEE_CODE)
    (found,) = judge(workbook, changed, "client", TODAY)
    assert (found.employee_code, found.digits) == ("E1", ONE)
    assert mapping.sheets[0].columns[4].field is Field.IGNORE
    assert [column.letter for column in changed.sheets[0].columns] == list("ABCDEF")
    assert changed.sheets[0].columns[4].label == "個人番号"


def test_two_columns_of_one_field_are_a_question() -> None:
    workbook = book(sheet(["氏名", "個人番号", "個人番号"], ["甲", ONE, TWO]), sheet(HEADING))
    mapping = propose_mapping(workbook)
    with pytest.raises(errors.ColumnTwiceError) as caught:
        check_mapping(mapping, workbook)
    assert "「個人番号」の列が2つあります" in caught.value.reason
    check_mapping(mapping.with_column(0, 2, Field.NUMBER_AGAIN), workbook)


def test_a_mapping_needs_a_name_and_a_sheet() -> None:
    workbook = book(sheet(HEADING, ["E1", "甲", "本人", "1980/3/1", ONE]))
    mapping = propose_mapping(workbook)
    with pytest.raises(errors.NameColumnMissingError):
        check_mapping(mapping.with_column(0, 1, Field.IGNORE), workbook)
    with pytest.raises(errors.NothingToReadError):
        check_mapping(mapping.with_sheet(0, used=False), workbook)


def test_a_mapping_of_another_workbook_is_refused() -> None:
    mapping = propose_mapping(book(sheet(["x"]), sheet(HEADING)))
    with pytest.raises(errors.MappingMismatchError):
        check_mapping(mapping, book(sheet(HEADING)))
    with pytest.raises(errors.MappingMismatchError):
        mapping.with_column(0, 99, Field.NOTE)
    with pytest.raises(errors.MappingMismatchError):
        mapping.with_sheet(7, used=True)


def test_a_mapping_comes_back_from_json() -> None:
    mapping = propose_mapping(book(sheet(HEADING), sheet(["x"], name="他")))
    assert Mapping.from_json(mapping.to_json()) == mapping


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{}", '{"v":2}', '{"v":1,"sheets":[{}],"skipped":[]}', '{"v":1,"sheets":3,"skipped":[]}']
)
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(errors.MappingMismatchError):
        Mapping.from_json(text)


def test_a_heading_with_a_number_in_it_is_masked() -> None:
    mapping = propose_mapping(book(sheet(["氏名", "社員番号", "個人番号", f"例：{ONE}です"], ["甲"])))
    assert ONE not in mapping.to_json()


# --- the number --------------------------------------------------------------------------------------------------


def reasons(reading: NumberReading) -> list[Reason]:
    return [finding.reason for finding in reading.findings]


@given(
    st.integers(),
    st.lists(st.sampled_from(["", " ", "\u3000", *HYPHENS]), min_size=13, max_size=13),
    st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_a_number_is_read_whatever_its_width_and_whatever_stands_between(
    seed: int, between: list[str], wide: list[bool]
) -> None:
    number = synthetic_number(seed)
    digits = [chr(0xFF10 + int(digit)) if full else digit for digit, full in zip(number, wide, strict=True)]
    written = between[0] + "".join(digit + mark for digit, mark in zip(digits, between[1:], strict=True))
    reading = read_number(Cell(written, "text"))
    assert (reading.digits, reading.findings) == (number, ())


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (Cell("123456789012", "text"), Reason.CHECK_DIGIT),
        (Cell("12345678901", "text"), Reason.LENGTH),
        (Cell("1234567890188", "text"), Reason.LENGTH),
        (Cell("1234567890l8", "text"), Reason.NOT_DIGITS),
        (Cell("①23456789018", "text"), Reason.NOT_DIGITS),
        (Cell("一二三四五六七八九〇一八", "text"), Reason.NOT_DIGITS),
        (Cell(f"'{ONE}", "text"), Reason.NOT_DIGITS),
        (Cell(f"{ONE}.0", "text"), Reason.NOT_DIGITS),
        (Cell("-", "text"), Reason.NOT_DIGITS),
        (Cell("未提出", "text"), Reason.NOT_DIGITS),
        (Cell("000000000000", "text"), Reason.NUMBER_ALL_ZERO),
        (Cell("0", "number", number_format="000000000000"), Reason.NUMBER_ALL_ZERO),
        (Cell("1.23457E+11", "text"), Reason.DAMAGED_SCIENTIFIC),
        (Cell("１．２３Ｅ＋１１", "text"), Reason.DAMAGED_SCIENTIFIC),
        (Cell("200000000000", "number"), Reason.DAMAGED_SCIENTIFIC),
        (Cell("12345000000", "number"), Reason.DAMAGED_SCIENTIFIC),
        (Cell(ONE, "number", number_format="0.00E+00"), Reason.DAMAGED_SCIENTIFIC),
        (Cell(ZERO[1:], "number"), Reason.LEADING_ZERO_LOST),
        (Cell("12345678902", "number"), Reason.LENGTH),
        (Cell("123456789012", "number"), Reason.CHECK_DIGIT),
        (Cell("1234567890.5", "number"), Reason.NOT_DIGITS),
        (Cell("2026-04-01", "date"), Reason.NOT_DIGITS),
        (Cell("#REF!", "error"), Reason.NOT_DIGITS),
        (Cell("", "empty", is_formula=True), Reason.FORMULA_WITHOUT_VALUE),
        (Cell("#REF!", "error", is_formula=True), Reason.FORMULA_WITHOUT_VALUE),
    ],
)
def test_a_number_that_is_refused(cell: Cell, reason: Reason) -> None:
    reading = read_number(cell)
    assert reading.digits is None
    assert reason in reasons(reading)
    assert OUTCOME_OF[reason] is Outcome.REFUSED


@pytest.mark.parametrize(
    ("cell", "digits", "expected"),
    [
        (Cell(TWO, "number", number_format="0"), TWO, [Reason.STORED_AS_NUMBER]),
        (Cell(ZERO[1:], "number", number_format="000000000000"), ZERO, [Reason.STORED_AS_NUMBER]),
        (Cell(ZERO[1:], "number", number_format="0000\\-0000\\-0000"), ZERO, [Reason.STORED_AS_NUMBER]),
        (Cell(TWO, "text", is_formula=True), TWO, [Reason.FORMULA]),
        (Cell(TWO, "number", is_formula=True), TWO, [Reason.FORMULA, Reason.STORED_AS_NUMBER]),
        (Cell("200000000000", "text"), "200000000000", []),
    ],
)
def test_a_number_that_needs_a_look(cell: Cell, digits: str, expected: list[Reason]) -> None:
    reading = read_number(cell)
    assert (reading.digits, reasons(reading)) == (digits, expected)


@given(st.text(max_size=30))
def test_no_text_passes_that_is_not_a_number(text: str) -> None:
    reading = read_number(Cell(text, "text"))
    assert reading.digits is None or (len(reading.digits) == 12 and reading.digits.isascii())


# --- other cells -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["2026/11/24", "1890/1/1", "2023/2/30", "平成31年5月1日", "33909", "不明"])
def test_a_birth_date_that_is_none(written: str) -> None:
    day, finding = read_birth_date(Cell(written, "text"), TODAY)
    assert day is None
    assert finding is not None
    assert finding.reason is Reason.BIRTH_DATE_INVALID


def test_an_impossible_era_is_refused_with_a_suggestion() -> None:
    _, finding = read_birth_date(Cell("平成31年5月1日", "text"), TODAY)
    assert finding is not None
    assert "令和元年5月1日ではありませんか？" in finding.text


def test_sex_and_relationship() -> None:
    assert [read_sex(text) for text in ("男", "女性", "Ｍ", "f", "１", "2")] == list("男女男女男女")
    assert [read_sex(text) for text in ("", "不明")] == ["", ""]
    assert is_employee_word("本人")
    assert is_employee_word("")
    assert not is_employee_word("妻")


@pytest.mark.parametrize(
    ("written", "day", "dead"),
    [
        ("健康保険証", date(2026, 1, 1), ("健康保険証",)),
        ("健康保険被保険者証＋運転免許証", date(2026, 1, 1), ("健康保険証",)),
        ("健康保険証", date(2024, 12, 1), ()),
        ("健康保険証", date(2024, 12, 2), ("健康保険証",)),
        ("年金手帳（青）", date(2022, 3, 31), ()),
        ("年金手帳", date(2022, 4, 1), ("年金手帳",)),
        ("特別児童扶養手当証書", date(2024, 7, 1), ("特別児童扶養手当証書",)),
        ("個人番号通知書", date(2021, 1, 1), ("個人番号通知書",)),
        ("資格確認書・介護保険被保険者証", date(2026, 1, 1), ()),
        ("マイナ保険証", date(2026, 1, 1), ()),
        ("個人番号カード", date(2026, 1, 1), ()),
        ("児童扶養手当証書", date(2026, 1, 1), ()),
    ],
)
def test_documents_number_act_16_rule_2(written: str, day: date, dead: tuple[str, ...]) -> None:
    assert find_dead_documents(written, day) == dead


def test_every_dead_document_has_a_source() -> None:
    assert all(document.source and document.words for document in DEAD_DOCUMENTS)


# --- people ------------------------------------------------------------------------------------------------------


def outcomes(people: tuple[JudgedPerson, ...]) -> list[tuple[Outcome, tuple[Reason, ...]]]:
    return [(p.outcome, p.reasons) for p in people]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["E1", "", "本人", "1980/3/1", ONE], Reason.NAME_MISSING),
        (["E1", "#", "本人", "1980/3/1", ONE], Reason.NAME_UNREADABLE),
        (["E1", "高\ue000橋", "本人", "1980/3/1", ONE], Reason.NAME_UNREADABLE),
        (["E1", "〓田 太郎", "本人", "1980/3/1", ONE], Reason.NAME_UNREADABLE),
        (["E1", f"甲 {TWO}", "本人", "1980/3/1", ONE], Reason.NAME_HAS_NUMBER),
        (["E1", TWO[1:], "本人", "1980/3/1", ONE], Reason.NAME_HAS_NUMBER),
        (["E1", "甲" * 121, "本人", "1980/3/1", ONE], Reason.TOO_LONG),
        ([TWO, "甲", "本人", "1980/3/1", ONE], Reason.EMPLOYEE_CODE_LIKE_NUMBER),
        (["E" * 41, "甲", "本人", "1980/3/1", ONE], Reason.TOO_LONG),
        (["E1", "甲", "本人", "1980/3/1", ""], Reason.NUMBER_MISSING),
        (["E1", "甲", "本人", "1980/3/1", "", "国外にいるため"], Reason.NO_NUMBER_WITH_REASON),
        (["E1", "甲", "本人", "", ONE], Reason.BIRTH_DATE_MISSING),
    ],
)
def test_one_person_one_reason(row: list[str], reason: Reason) -> None:
    (found,) = judged(row)
    assert found.reasons == (reason,)
    assert found.outcome is OUTCOME_OF[reason]
    assert found.digits == (ONE if found.outcome is Outcome.WARNING and row[4] else None)
    assert TWO[1:] not in f"{found!r}{found.sentences}"


def test_a_note_with_a_number_in_it_is_masked() -> None:
    (found,) = judged(["E1", "甲", "本人", "1980/3/1", "", f"旧番号 {TWO[:4]}-{TWO[4:8]}-{TWO[8:]}"])
    assert TWO[8:] not in repr(found)
    assert TWO[8:] not in found.sentences[0]


def test_the_second_entry() -> None:
    heading = ["氏名", "生年月日", "個人番号", "個人番号（確認）"]
    rows = [
        ["甲", "1980/3/1", ONE, "－".join((ONE[:4], ONE[4:8], ONE[8:]))],
        ["乙", "1980/3/2", TWO, THREE],
        ["丙", "1980/3/3", synthetic_number(4), ""],
        ["丁", "1980/3/4", "", synthetic_number(5)],
        ["戊", "1980/3/5", "123456789012", "123456789012"],
        ["己", "1980/3/6", "12345678901", "12345678901"],
    ]
    found = judged(*rows, heading=heading)
    assert [p.reasons for p in found] == [
        (),
        (Reason.MISMATCH,),
        (Reason.MISMATCH,),
        (Reason.MISMATCH,),
        (Reason.CHECK_DIGIT,),
        (Reason.LENGTH,),
    ]
    assert "2回のうち1回しか" in found[2].sentences[0]


def test_one_number_for_two_people_refuses_both() -> None:
    found = judged(["E1", "甲", "本人", "1980/3/1", ONE], ["E2", "乙", "本人", "1981/3/1", ONE])
    assert outcomes(found) == [(Outcome.REFUSED, (Reason.DUPLICATE,))] * 2
    assert found[0].sentences[0].startswith("2行目 甲：乙さんと同じ個人番号です。")


def test_a_number_without_its_zero_is_the_same_number() -> None:
    rows = (Row(2, False, False, 0, ("E1", "甲", "本人", "1980/3/1", ZERO)),)
    lost = Row(3, False, False, 0, ("E2", "乙", "本人", "1981/3/1", ZERO[1:]), {"4": ["n", "General"]})
    heading = Row(1, False, False, 0, tuple(HEADING))
    workbook = Workbook("xlsx", (Sheet("", False, (heading, *rows, lost)),))
    found = judge(workbook, propose_mapping(workbook), "client", TODAY)
    assert [p.outcome for p in found] == [Outcome.REFUSED] * 2
    assert found[0].reasons == (Reason.DUPLICATE,)


def test_the_same_person_twice() -> None:
    row = ["E1", "髙橋 一", "本人", "1980/3/1", ONE]
    found = judged(row, ["E1", "高橋　一", "本人", "S55.3.1", ONE])
    assert outcomes(found) == [(Outcome.ACCEPTED, ()), (Outcome.REFUSED, (Reason.PERSON_TWICE,))]
    found = judged(row, ["E1", "髙橋 一", "本人", "1980/3/1", TWO])
    assert outcomes(found) == [(Outcome.REFUSED, (Reason.PERSON_TWICE_DIFFERENT,))] * 2


def test_the_same_person_as_employee_and_as_spouse() -> None:
    found = judged(["E1", "甲", "妻", "1980/3/1", ONE], ["E2", "甲", "本人", "1980/3/1", ONE])
    assert outcomes(found) == [(Outcome.ACCEPTED, ()), (Outcome.REFUSED, (Reason.PERSON_TWICE,))]


def test_one_number_on_every_line_takes_no_longer_than_many() -> None:
    began = time.monotonic()
    found = judged(*[[f"E{n % 2}", f"甲{n}", "本人", "1980/3/1", ONE] for n in range(10_000)])
    assert time.monotonic() - began < 5
    assert "甲1さん、甲2さん、甲3さんほか9996名さんと" not in found[0].sentences[0]
    assert {p.digits for p in found} == {None}


def test_two_employees_of_one_code_are_refused() -> None:
    found = judged(["E1", "甲", "本人", "1980/3/1", ONE], ["E1", "乙", "", "1981/3/1", TWO])
    assert outcomes(found) == [(Outcome.REFUSED, (Reason.EMPLOYEE_CODE_TWICE,))] * 2


def test_family_without_a_code_is_asked_about() -> None:
    found = judged(["E1", "甲", "本人", "1980/3/1", ONE], ["", "乙", "妻", "1981/3/1", TWO])
    assert found[1].reasons == (Reason.FAMILY_OF_ROW_ABOVE,)
    assert found[1].employee_key == found[0].key
    assert "甲さんの家族" in found[1].sentences[0]


def test_a_code_is_read_as_the_cell_shows_it() -> None:
    row = Row(2, False, False, 0, ("12", "甲", "本人", "1980/3/1", ONE), {"0": ["n", "0000"]})
    workbook = Workbook("xlsx", (Sheet("", False, (Row(1, False, False, 0, tuple(HEADING)), row)),))
    (found,) = judge(workbook, propose_mapping(workbook), "client", TODAY)
    assert found.employee_code == "0012"


def test_hidden_sheets_and_struck_out_family() -> None:
    heading = Row(1, False, False, 0, ("社員番号", "氏名", "個人番号", "家族1氏名", "家族1個人番号"))
    row = Row(2, False, False, 0, ("E1", "甲", ONE, "乙", TWO), {"3": ["s"]})
    workbook = Workbook("xlsx", (Sheet("", False, (heading, row)),))
    found = judge(workbook, propose_mapping(workbook), "client", TODAY)
    assert [p.reasons for p in found] == [(), (Reason.STRUCK_OUT,)]
    hidden = Workbook("xlsx", (Sheet("", True, (heading, row)),))
    found = judge(hidden, propose_mapping(hidden), "client", TODAY)
    assert all(Reason.HIDDEN_ROW in p.reasons for p in found)


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        (["合計", "40", "", "", ""], SkipCause.SUBTOTAL),
        (["小 計", "3名", "", "", ""], SkipCause.SUBTOTAL),
        (["計：12名", "", "", "", ""], SkipCause.SUBTOTAL),
        (["", "", "本人", "", "", ""], SkipCause.NOT_A_PERSON),
        (["※印は退職者", "", "", "", "", ""], SkipCause.NOT_A_PERSON),
    ],
)
def test_rows_that_are_nobody(row: list[str], cause: SkipCause) -> None:
    workbook = book(sheet(HEADING, ["E1", "甲", "本人", "1980/3/1", ONE], row))
    mapping = propose_mapping(workbook)
    assert len(judge(workbook, mapping, "client", TODAY)) == 1
    assert [(skipped.row, skipped.cause) for skipped in list_skipped(workbook, mapping)] == [(3, cause)]


def test_somebody_called_kei_is_a_person() -> None:
    heading = ["姓", "名", "生年月日", "個人番号"]
    (found,) = judged(["計", "一", "1980/3/1", ONE], heading=heading)
    assert (found.name, found.outcome) == ("計 一", Outcome.ACCEPTED)


def test_one_name_of_two_is_asked_about() -> None:
    heading = ["姓", "名", "生年月日", "個人番号"]
    (found,) = judged(["SUKARNO", "", "1980/3/1", ONE], heading=heading)
    assert (found.name, found.reasons) == ("SUKARNO", (Reason.NAME_INCOMPLETE,))


def test_every_reason_has_an_outcome_and_a_sentence() -> None:
    for reason in Reason:
        text = Finding(reason, "甲").text
        assert text.endswith("。")
        assert "{" not in text
        assert "することができ" not in text
        assert OUTCOME_OF[reason] is not Outcome.ACCEPTED


@pytest.mark.parametrize(
    "error",
    [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, InvalidError) and cls.code],
)
def test_every_error_has_three_sentences(error: type[InvalidError]) -> None:
    made = error(sheet="シート「名簿」", first=1, second=2, slot="本人", field="氏名")
    assert all(text.endswith("。") and "{" not in text for text in (made.event, made.reason, made.advice))


def test_thirty_thousand_people_are_judged_in_seconds() -> None:
    rows = [[f"E{n}", f"山田 {n}郎", "本人", "1980/3/1", synthetic_number(n), ""] for n in range(30_000)]
    workbook = book(sheet(HEADING, *rows))
    mapping = propose_mapping(workbook)
    began = time.monotonic()
    people = judge(workbook, mapping, "client", TODAY)
    matched = match_people(people, [known(person_id=n, employee_code=f"E{n}") for n in range(30_000)])
    assert time.monotonic() - began < 10
    assert sum(match.known is not None for match in matched) == 30_000


# --- comparison --------------------------------------------------------------------------------------------------


def known(**changes: object) -> KnownPerson:
    number = int(str(changes.pop("person_id", 1)))
    facts: dict[str, object] = {
        "employee_code": "E1",
        "relationship": "本人",
        "is_employee": True,
        "name": "山田 太郎",
        "kana": "",
        "birth_date": date(1980, 3, 1),
        "sex": "",
        "dependant_kind": "",
        "joined_on": None,
        "left_on": None,
        "number_state": "MISSING",
    }
    return KnownPerson(person_id=PersonId(UUID(int=number)), **{**facts, **changes})  # type: ignore[arg-type]


def compared(
    one: JudgedPerson,
    ledger: list[KnownPerson],
    number: NumberComparison | None = NumberComparison.SAME,
    taken: tuple[str, ...] = (),
) -> Compared:
    numbers = {one.key: number} if number else {}
    (result,) = compare(match_people([one], ledger), today=TODAY, numbers=numbers, taken=taken)
    return result


def test_somebody_new() -> None:
    result = compared(person(), [], None)
    assert (result.standing, result.outcome, result.verdict) == (Standing.NEW, Outcome.ACCEPTED, Verdict.NEW)


def test_nothing_changes() -> None:
    result = compared(person(), [known()])
    assert (result.standing, result.outcome, result.differences) == (Standing.SAME, Outcome.ACCEPTED, ())
    assert result.verdict is Verdict.SAME


def test_a_first_number_is_a_change_without_a_question() -> None:
    result = compared(person(), [known()], NumberComparison.NONE)
    assert (result.standing, result.outcome, result.verdict) == (Standing.CHANGED, Outcome.ACCEPTED, Verdict.CHANGED)


def test_another_number_needs_a_deliberate_tick() -> None:
    result = compared(person(), [known()], NumberComparison.DIFFERENT)
    assert result.reasons == (Reason.NUMBER_CHANGES,)
    assert result.verdict is Verdict.WARNING
    assert result.may_register


def test_a_number_held_for_somebody_else_is_refused() -> None:
    one = person()
    result = compared(one, [], None, (one.key,))
    assert result.reasons == (Reason.DUPLICATE_IN_LEDGER,)
    assert result.verdict is Verdict.WRONG
    assert not result.may_register


def test_another_name_is_asked_about_and_shown() -> None:
    result = compared(person(), [known(name="佐藤 太郎")])
    assert result.reasons == (Reason.NAME_DIFFERS,)
    assert "氏名が違います　台帳：佐藤 太郎" in result.sentences[0]
    assert [(d.label, d.ledger, d.sheet) for d in result.differences] == [("氏名", "佐藤 太郎", "山田 太郎")]


def test_name_and_birth_date_both_differ_under_one_code_is_somebody_else() -> None:
    result = compared(person(), [known(name="佐藤 花子", birth_date=date(1990, 1, 1))])
    assert result.reasons == (Reason.OTHER_PERSON,)
    assert result.outcome is Outcome.REFUSED


def test_somebody_who_left() -> None:
    assert compared(person(), [known(left_on=date(2026, 9, 30))]).reasons == (Reason.PERSON_LEFT,)
    assert compared(person(), [known(left_on=date(2026, 12, 31))]).reasons == ()


@pytest.mark.parametrize(
    ("ledger", "found", "expected"),
    [
        ([known(employee_code="")], 1, ()),
        ([known(employee_code="E9")], 1, (Reason.EMPLOYEE_CODE_DIFFERS,)),
        ([known(employee_code="Ｅ１ ")], 1, ()),
        ([known(employee_code="", birth_date=None)], 1, (Reason.MATCHED_BY_NAME_ONLY,)),
        ([known(employee_code="E9", birth_date=None)], None, ()),
        ([known(employee_code="", birth_date=date(1990, 1, 1))], None, ()),
        ([known(employee_code=""), known(employee_code="", person_id=2)], None, (Reason.AMBIGUOUS_PERSON,)),
        ([known(name="山田太郎")], 1, (Reason.NAME_DIFFERS,)),
        ([known(), known(person_id=2, name="山田 次郎")], 1, ()),
        ([known(is_employee=False, relationship="妻")], 1, ()),
    ],
)
def test_who_is_found(ledger: list[KnownPerson], found: int | None, expected: tuple[Reason, ...]) -> None:
    result = compared(person(), ledger, None)
    assert (result.known.person_id.int if result.known else None) == found
    assert result.reasons == expected


def test_family_is_found_by_code_and_name() -> None:
    one = person(name="山田 花", is_employee=False, relationship="長女", birth_date=date(2010, 5, 5))
    twins = [
        known(person_id=2, name="山田 花", is_employee=False, relationship="長女", birth_date=date(2010, 5, 5)),
        known(person_id=3, name="山田 葉", is_employee=False, relationship="次女", birth_date=date(2010, 5, 5)),
    ]
    result = compared(one, [known(), *twins])
    assert result.known is twins[0]
    assert result.verdict is Verdict.SAME


def test_two_rows_for_one_known_person_are_refused() -> None:
    one, other = person(), person(key="0-3-0", place="3行目", name="山田 太朗", birth_date=None)
    results = compare(match_people([one, other], [known()]), today=TODAY, numbers={})
    assert all(Reason.TWO_ROWS_ONE_PERSON in result.reasons for result in results)
    assert {result.outcome for result in results} == {Outcome.REFUSED}


def test_an_empty_cell_is_no_difference() -> None:
    blank = person(kana="", sex="", dependant_kind="", birth_date=None)
    full = known(kana="ヤマダ タロウ", sex="M", dependant_kind="税", joined_on=date(2010, 4, 1))
    assert compared(blank, [full]).differences == ()


def test_readings_and_sex_are_compared_by_what_they_mean() -> None:
    assert compared(person(kana="ヤマダ タロウ", sex="男"), [known(kana="ﾔﾏﾀﾞﾀﾛｳ", sex="M")]).differences == ()
    changed = compared(person(kana="ヤマタ タロウ", sex="女"), [known(kana="サトウ", sex="M")]).differences
    assert [difference.label for difference in changed] == ["性別", "フリガナ"]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["甲", "乙", "丙"]), st.integers(0, 5)), max_size=12))
def test_no_two_people_of_a_sheet_ever_share_a_registrable_number(rows: list[tuple[str, str, int]]) -> None:
    lines = [[code, name, "本人", "1980/3/1", synthetic_number(seed), ""] for code, name, seed in rows]
    people = judged(*lines)
    held = [one.digits for one in people if one.digits]
    assert len(set(held)) == len(held)
