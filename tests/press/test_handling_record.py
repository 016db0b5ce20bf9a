"""The record on its way out: cells that neither run nor change, letters that cp932 lacks, a page for the binder."""

from __future__ import annotations

import csv
import io
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime

import openpyxl
import pikepdf
import pytest

from azukari.kernel.clock import jst
from azukari.press.documents import handling_record as record
from azukari.press.documents.handling_record import Encoding, RecordLine, page, plain
from azukari.press.documents.handling_record.sample import HEAD, sample_lines
from tests.press.test_documents import TWELVE_DIGITS, fonts_not_embedded, page_count, squeezed, text_of

# What somebody might have typed as a name or a note, and what the cell of a CSV then holds.
CELLS = [
    ("", ""),
    ("石原 亮太", "石原 亮太"),
    ("=1+1", "'=1+1"),
    ('=HYPERLINK("http://x","見る")', '\'=HYPERLINK("http://x","見る")'),
    ("+81", "'+81"),
    ("-1+1", "'-1+1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("＝１＋１", "'＝１＋１"),
    ("＋1", "'＋1"),
    ("－1", "'－1"),
    ("＠A", "'＠A"),
    ("  =1", "'  =1"),
    ("\u3000=1", "'\u3000=1"),
    ("\t=1", "'\t=1"),
    ("\r=1", "'\r=1"),
    ("\n=1", "'\n=1"),
    ("|calc", "'|calc"),
    ("'=1", "''=1"),
    ("'", "''"),
    ("3-2", "'3-2"),
    ("300-2", "'300-2"),
    ("3月2日", "'3月2日"),
    ("１２", "'１２"),
    ("1E5", "'1E5"),
    ("0012", "'0012"),
    ("3号室", "3号室"),
    ("a=1", "a=1"),
    ('甲,乙"丙"\r\n丁', '甲,乙"丙"\r\n丁'),
]


def typed(text: str) -> RecordLine:
    return replace(sample_lines(1)[0], person=text, detail=text, client=text)


def rows_of(data: bytes, encoding: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(encoding), newline="")))


@pytest.mark.parametrize(("text", "cell"), CELLS)
def test_a_cell_neither_runs_nor_changes_and_reads_back(text: str, cell: str) -> None:
    assert plain.cell(text) == cell
    (row,) = rows_of(b"".join(record.write_plain([typed(text)], Encoding.UTF8)), "utf-8-sig")
    for heading in ("対象者", "備考", "事業所"):
        assert row[heading].removeprefix("'") == text


@pytest.mark.parametrize(("text", "cell"), CELLS)
def test_in_excel_everything_typed_is_text(text: str, cell: str) -> None:
    out = io.BytesIO()
    record.write_book(HEAD, [typed(text)], out)
    found = openpyxl.load_workbook(out).worksheets[0]["F2"]
    # ECMA-376 18.18.82 ST_Xstring: a control character is written as its code; openpyxl leaves it so.
    assert (found.value or "").replace("_x000D_", "\r") == text
    assert found.data_type == "s" or not text
    assert found.hyperlink is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("髙﨑 隆", "髙﨑 隆"),
        ("\U00020bb7田", "〓(U+20BB7)田"),
        ("辻\U000e0100", "辻〓(U+E0100)"),
        ("①㈱Ⅳ", "①㈱Ⅳ"),
        ("é🙂", "〓(U+00E9)〓(U+1F642)"),
        ("10〜12−3", "10～12－3"),
    ],
)
def test_what_cp932_lacks_is_seen_and_found_again(text: str, shown: str) -> None:
    (row,) = rows_of(b"".join(record.write_plain([typed(text)], Encoding.CP932)), "cp932")
    assert row["対象者"].removeprefix("'") == shown


def test_utf8_begins_with_its_mark_and_keeps_every_letter() -> None:
    lines = sample_lines(40)
    data = b"".join(record.write_plain(lines, Encoding.UTF8))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = rows_of(data, "utf-8-sig")
    assert [row["NO"].removeprefix("'") for row in rows] == [line.number for line in lines]
    assert [row["対象者"] for row in rows] == [line.person for line in lines]
    assert [row["日時"] for row in rows] == [f"{jst(line.at):%Y/%m/%d %H:%M:%S}" for line in lines]


def test_a_book_goes_on_with_another_sheet_and_says_its_conditions() -> None:
    out = io.BytesIO()
    lines = sample_lines(25)
    record.write_book(HEAD, lines, out, sheet_rows=10)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["事務処理一覧", "事務処理一覧 2", "事務処理一覧 3", "抽出条件"]
    found = [row for sheet in book.worksheets[:3] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [row[0] for row in found] == [line.number for line in lines]
    assert found[0][1] == datetime(2026, 10, 1, 9, 31, 7)
    assert HEAD.conditions[0] in str(book["抽出条件"]["B2"].value)


def test_memory_does_not_grow_with_the_lines() -> None:
    line = sample_lines(1)[0]

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in record.write_plain((line for _ in range(count)), Encoding.CP932):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(10)
    assert peak(20_000) < 2 * peak(2_000)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return record.render(HEAD, sample_lines(90))


def test_paper_is_a4_landscape_with_its_head_on_the_first_page(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for sheet in document.pages:
            left, bottom, right, top = (float(side) for side in sheet.mediabox)
            assert (round((right - left) / 72 * 25.4), round((top - bottom) / 72 * 25.4)) == (297, 210)
    told = squeezed(text_of(pdf))
    for word in (
        "個人番号関係事務処理一覧",
        "抽出条件",
        "処理者：青木由美",
        "90件",
        "菅野律子",
        "責任者",
        "担当者",
        "確認日",
    ):
        assert word in told
    assert not fonts_not_embedded(pdf)
    assert not TWELVE_DIGITS.search(text_of(pdf))


def test_every_page_says_which_of_how_many_and_repeats_the_headings(pdf: bytes) -> None:
    pages = page_count(pdf)
    told = squeezed(text_of(pdf))
    assert pages >= 3
    for number in range(1, pages + 1):
        assert f"{number}/{pages}" in told
    assert told.count("処理内容") == pages


def test_a_name_no_font_draws_does_not_stop_the_print() -> None:
    assert record.render(HEAD, [typed("🙂 김 \U000e0101")]).startswith(b"%PDF-")
    assert record.render(HEAD, []).startswith(b"%PDF-")


def test_a_print_of_any_moment_is_drawn() -> None:
    """The clock gives microseconds."""
    head = replace(HEAD, made_at=HEAD.made_at.replace(microsecond=123_456))
    assert record.render(head, sample_lines(2)) == record.render(HEAD, sample_lines(2))


def test_more_lines_than_a_binder_takes_are_refused() -> None:
    with pytest.raises(ValueError, match="too many"):
        record.render(HEAD, sample_lines(page.MOST_LINES + 1))


def test_moments_are_on_the_japanese_clock() -> None:
    line = replace(sample_lines(1)[0], at=datetime(2026, 12, 31, 15, 0, tzinfo=UTC))
    (row,) = rows_of(b"".join(record.write_plain([line], Encoding.UTF8)), "utf-8-sig")
    assert row["日時"] == "2027/01/01 00:00:00"
