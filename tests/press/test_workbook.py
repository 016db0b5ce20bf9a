"""Reading sheets somebody handed in: honest ones as openpyxl sees them, hostile ones refused before they cost."""

from __future__ import annotations

import contextlib
import io
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from azukari.kernel.check_digits import synthetic_number
from azukari.press import errors, workbook, workbook_child
from azukari.press.workbook import Cell, Row, Workbook, check_file, read_workbook, shown_file_name
from azukari.press.workbook_sheet import column_of, day_of, plain_number

SHEETS = Path(__file__).parents[1] / "fixtures" / "sheets"
NUMBER = synthetic_number(7)


def package(sheet: str = "", *, extra: dict[str, bytes] | None = None, strings: str = "", styles: str = "") -> bytes:
    """Write the smallest package Excel opens, around the XML of one sheet."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = '<Relationship Id="r{n}" Type="http://x/{kind}" Target="{target}"/>'
    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f"<R>{relation.format(n=1, kind='officeDocument', target='xl/workbook.xml')}</R>",
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="人" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<R>"
        + relation.format(n=1, kind="worksheet", target="worksheets/sheet1.xml")
        + relation.format(n=2, kind="sharedStrings", target="sharedStrings.xml")
        + relation.format(n=3, kind="styles", target="/xl/styles.xml")
        + "</R>",
        "xl/worksheets/sheet1.xml": sheet if sheet.startswith("<") else f"<worksheet>{sheet}</worksheet>",
        "xl/sharedStrings.xml": f"<sst>{strings}</sst>",
        "xl/styles.xml": f"<styleSheet>{styles}</styleSheet>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in members.items():
            file.writestr(name, text)
        for name, data in (extra or {}).items():
            file.writestr(name, data)
    return stream.getvalue()


def data(rows: str) -> str:
    return f"<worksheet><sheetData>{rows}</sheetData></worksheet>"


def only_row(file: bytes) -> Row:
    (row,) = read_workbook(file, "a.xlsx").sheets[0].rows
    return row


# --- honest files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(SHEETS.glob("*.xlsx")), ids=lambda path: path.name)
def test_reads_what_openpyxl_reads(path: Path) -> None:
    book = read_workbook(path.read_bytes(), path.name)
    oracle = openpyxl.load_workbook(path, read_only=True, data_only=True)
    assert [sheet.name for sheet in book.sheets] == oracle.sheetnames
    for sheet in book.sheets:
        seen = {row.number: row for row in sheet.rows}
        last = sheet.rows[-1].number
        merged_down = {1, 5, 6} if path.name.startswith("tatami") else set()
        for number, values in enumerate(oracle[sheet.name].iter_rows(max_row=last + 200, values_only=True), 1):
            if number in merged_down:
                continue
            expected = ["" if value is None else _plain(value) for value in values]
            while expected and not expected[-1]:
                expected.pop()
            assert list(seen[number].texts if number in seen else ()) == expected


def _plain(value: object) -> str:
    return value.date().isoformat() if hasattr(value, "date") else str(value)


@pytest.mark.parametrize("path", sorted(SHEETS.glob("*.[cx][sl]*")), ids=lambda path: path.name)
def test_packing_and_unpacking_changes_nothing(path: Path) -> None:
    book = read_workbook(path.read_bytes(), path.name)
    assert Workbook.from_bytes(book.to_bytes()) == book


def test_sixty_thousand_banded_rows_cost_no_minutes() -> None:
    # Read within the child's own limits of time and memory, or refused.
    book = read_workbook((SHEETS / "umineko_1200名.xlsx").read_bytes(), "umineko.xlsx")
    assert book.row_count == 1203


def test_reads_what_excel_writes(tmp_path: Path) -> None:
    path = tmp_path / "made.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("名簿")
    struck, text = book.add_format({"font_strikeout": True}), book.add_format({"num_format": "@"})
    sheet.write_string(0, 0, NUMBER, text)
    sheet.write_number(0, 1, int(NUMBER), book.add_format({"num_format": "000000000000"}))
    sheet.write_formula(0, 2, "=A1", None, NUMBER)
    sheet.write_datetime(0, 3, date(1980, 3, 1), book.add_format({"num_format": "[$-411]ggge年m月d日"}))
    sheet.write_string(0, 4, "退職", struck)
    sheet.write_string(2, 0, "隠した行")
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.merge_range(4, 0, 6, 0, "E1")
    for row, name in enumerate(("甲", "乙", "丙"), 4):
        sheet.write_string(row, 1, name)
    book.close()
    rows = {row.number: row for row in read_workbook(path.read_bytes(), "made.xlsx").sheets[0].rows}
    assert rows[1].cell(0) == Cell(NUMBER, "text")
    assert rows[1].cell(1) == Cell(str(int(NUMBER)), "number", number_format="000000000000")
    assert rows[1].cell(2) == Cell(NUMBER, "text", is_formula=True)
    assert rows[1].cell(3) == Cell("1980-03-01", "date")
    assert rows[1].cell(4) == Cell("退職", "text", struck_out=True)
    assert not rows[1].struck_out
    assert not rows[1].hidden
    assert rows[3].hidden
    assert [rows[number].texts for number in (5, 6, 7)] == [("E1", "甲"), ("E1", "乙"), ("E1", "丙")]


def test_readings_over_kanji_are_no_part_of_the_text() -> None:
    strings = '<si><r><t>佐</t></r><r><t>藤</t></r><rPh sb="0" eb="2"><t>サトウ</t></rPh></si>'
    assert only_row(package(data('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), strings=strings)).texts == ("佐藤",)


def test_tags_with_a_prefix_and_without_references() -> None:
    sheet = (
        '<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>甲</x:t></x:is></x:c><x:c/>'
        "<x:c><x:v>1.5E+3</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    row = only_row(package(sheet))
    assert (row.number, row.texts) == (1, ("甲", "", "1500"))


def test_a_formula_without_a_value_is_seen() -> None:
    row = only_row(package(data('<row r="3"><c r="A3"><f>B9</f></c><c r="B3" t="str"><v>甲</v></c></row>')))
    assert row.cell(0) == Cell("", "empty", is_formula=True)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy/m/d", "date"),
        ("[$-411]ge.m.d;@", "date"),
        ("General", "number"),
        ('0"de"', "number"),
        ("0.00E+00", "number"),
    ],
)
def test_which_formats_are_days(code: str, kind: str) -> None:
    quoted = code.replace('"', "&quot;")
    styles = f'<numFmts><numFmt numFmtId="170" formatCode="{quoted}"/></numFmts><cellXfs><xf numFmtId="170"/></cellXfs>'
    row = only_row(package(data('<row r="1"><c r="A1" s="0"><v>29281</v></c></row>'), styles=styles))
    assert row.cell(0).kind == kind


def test_a_japanese_built_in_format_is_a_day() -> None:
    row = only_row(
        package(
            data('<row r="1"><c r="A1" s="0"><v>29281</v></c></row>'), styles='<cellXfs><xf numFmtId="57"/></cellXfs>'
        )
    )
    assert row.cell(0) == Cell("1980-03-01", "date")


def test_numbers_and_days_of_a_sheet() -> None:
    assert [plain_number(value) for value in ("4.2E11", "12.0", "1.25", "-3", "x")] == [
        "420000000000",
        "12",
        "1.25",
        "-3",
        "x",
    ]
    assert day_of("29281", epoch_1904=False) == day_of("27819", epoch_1904=True) == "1980-03-01"
    assert day_of("59", epoch_1904=False) == "1900-02-28"
    assert day_of("60", epoch_1904=False) is None
    assert day_of("61.5", epoch_1904=False) == "1900-03-01 12:00:00"
    assert day_of("123456789012", epoch_1904=False) is None
    assert [column_of(letters) for letters in ("A", "Z", "AA", "XFD")] == [0, 25, 26, 16383]


# --- csv ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_csv_in_the_codes_programs_write(codec: str) -> None:
    text = f'氏名,番号\r\n髙﨑①㈱表,"=""{NUMBER}"""\r\n"二\r\n行",\'{NUMBER}\r\n'
    book = read_workbook(text.encode(codec), "a.csv")
    assert book.kind == "csv"
    assert [row.texts for row in book.sheets[0].rows] == [("氏名", "番号"), ("髙﨑①㈱表", NUMBER), ("二\r\n行", NUMBER)]


def test_csv_counts_fields_and_empty_records() -> None:
    book = read_workbook(b"a,b\n\n,,\nc,d,\n", "a.csv")
    assert [(row.number, row.width, row.texts) for row in book.sheets[0].rows] == [
        (1, 2, ("a", "b")),
        (4, 3, ("c", "d")),
    ]


def test_tabs_and_an_apostrophe_that_belongs_to_a_name() -> None:
    book = read_workbook("氏名\tメモ\n'Ofa\t'12\n".encode(), "a.txt")
    assert book.sheets[0].rows[1].texts == ("'Ofa", "12")


def test_a_quote_that_is_not_closed_does_not_swallow_people() -> None:
    for text in ('氏名,備考\n甲,"あ\n乙,い\n', '氏名,備考\n甲,"あ\n乙,"い"\n'):
        with pytest.raises(errors.UnpairedQuotesError):
            read_workbook(text.encode(), "a.csv")


# --- what is refused before anything is opened ---------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("file", "error", "words"),
    [
        (b"", errors.EmptyFileError, "空"),
        (b"%PDF-1.7\n", errors.NotASheetError, "PDF"),
        (b"\x89PNG\r\n\x1a\n", errors.NotASheetError, "画像（PNG）"),
        (b"\xff\xd8\xff\xe0", errors.NotASheetError, "画像（JPEG）"),
        (b"\x00\x00\x00\x18ftypheic", errors.NotASheetError, "HEIC"),
        (b"MZ\x90\x00\x03", errors.NotASheetError, "プログラム"),
        (b"#!/bin/sh\n", errors.NotASheetError, "プログラム"),
        (b"<html><table>", errors.NotASheetError, "HTML"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), errors.PasswordProtectedError, "パスワード"),
        (OLE + "Workbook".encode("utf-16-le"), errors.OldExcelError, ".xls"),
        (OLE + "WordDocument".encode("utf-16-le"), errors.NotASheetError, "Word"),
        (b"PK\x05\x06" + bytes(18), errors.NotASheetError, "ZIP"),
        (b"PK\x03\x04 no directory follows", errors.BrokenWorkbookError, "壊れて"),
        (b"\x00\x01\x02\x03", errors.UnknownFileError, "CSV"),
        (b"\xef\xbb\xbf\r\n,,\r\n", errors.NoRowsError, "行"),
        (package(extra={"xl/vbaProject.bin": b"x"}), errors.MacroWorkbookError, "マクロ"),
        (package(extra={"word/document.xml": b"x"}), errors.NotASheetError, "Word"),
        (package(extra={"xl/workbook.bin": b"x"}), errors.OldExcelError, ".xlsb"),
    ],
)
def test_refused_by_its_first_bytes(file: bytes, error: type[errors.SheetRefusedError], words: str) -> None:
    with pytest.raises(error) as caught:
        check_file(file, "登録シート.xlsx")
    assert type(caught.value) is error
    assert words in caught.value.short


def test_a_macro_file_by_name() -> None:
    with pytest.raises(errors.MacroWorkbookError):
        check_file(package(), "登録シート.XLSM")


def test_fifty_megabytes_are_refused_unread() -> None:
    with pytest.raises(errors.FileTooLargeError) as caught:
        check_file(bytes(50 * 1024 * 1024), "a.csv")
    assert "20MB" in caught.value.reason


def test_a_zip_bomb_is_refused_unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_run_child", lambda *_: pytest.fail("the child was started"))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        with file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as member:
            for _ in range(300):
                member.write(bytes(1024 * 1024))
    with pytest.raises(errors.CompressionBombError):
        read_workbook(stream.getvalue(), "a.xlsx")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused() -> None:
    with pytest.raises(errors.CompressionBombError):
        check_file(package(extra={"xl/Workbook.xml": b"<other/>"}), "a.xlsx")


def test_thousands_of_members_are_refused() -> None:
    with pytest.raises(errors.CompressionBombError):
        check_file(package(extra={f"xl/media/{n}": b"" for n in range(2_001)}), "a.xlsx")


def test_an_encrypted_zip_is_refused() -> None:
    file = bytearray(package())
    at = file.rindex(b"PK\x01\x02")
    file[at + 8] |= 1
    with pytest.raises(errors.PasswordProtectedError):
        check_file(bytes(file), "a.xlsx")


# --- what the child refuses ----------------------------------------------------------------------------------------


def test_two_hundred_thousand_rows_are_refused_quickly() -> None:
    row = '<row r="{n}"><c r="A{n}"><v>1</v></c></row>'
    file = package(data("".join(row.format(n=n) for n in range(1, 200_001))))
    began = time.monotonic()
    with pytest.raises(errors.TooManyRowsError) as caught:
        read_workbook(file, "a.xlsx")
    assert time.monotonic() - began < 5
    assert "50,000行" in caught.value.reason


def test_too_many_records_are_refused() -> None:
    with pytest.raises(errors.TooManyRowsError):
        read_workbook(b"x\n" * 60_000, "a.csv")


@pytest.mark.parametrize(
    "sheet",
    [
        "<worksheet>not closed",
        '<row r="1"><c r="A1"><v>1</v>',
        data('<row r="1"><c r="A1" t="s"><v>9</v></c></row>'),
        data('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>'),
        data('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'),
        data('<row r="1"><c r="C1"/><c><v>1</v></c></row>'),
        data('<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>'),
        '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">]><worksheet><sheetData>&a;</sheetData></worksheet>',
    ],
)
def test_what_nobody_can_read_with_certainty_is_broken(sheet: str) -> None:
    with pytest.raises(errors.BrokenWorkbookError):
        read_workbook(package(sheet), "a.xlsx")


def test_a_cell_far_away_costs_nothing() -> None:
    with pytest.raises(errors.TooManyColumnsError):
        read_workbook(
            package(data('<row r="1048576"><c r="A1048576"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>')), "a"
        )


def test_no_filled_row() -> None:
    with pytest.raises(errors.NoRowsError):
        read_workbook(package(data('<row r="1"><c r="A1"/></row>')), "a.xlsx")


@pytest.mark.parametrize("file", [b"\x81\xff\xfe\n", b"\xff\xfe\x00"])
def test_a_text_in_no_code_we_know(file: bytes) -> None:
    with pytest.raises(errors.UnknownEncodingError):
        read_workbook(file, "a.csv")


def test_a_merge_over_a_million_rows_is_refused() -> None:
    merges = "".join(f'<mergeCell ref="A{n}:A1048576"/>' for n in (1, 2))
    sheet = f'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>{merges}</worksheet>'
    with pytest.raises(errors.TooMuchTextError):
        read_workbook(package(sheet), "a.xlsx")


def test_a_child_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(errors.ReadingFailedError):
        workbook._run_child("csv", b"a,b\n", wall_seconds=0.001)


def test_a_cell_longer_than_excel_writes_is_refused() -> None:
    with pytest.raises(errors.TooMuchTextError):
        read_workbook(package(data(f'<row r="1"><c r="A1" t="str"><v>{"あ" * 40_000}</v></c></row>')), "a.xlsx")


def test_a_child_that_runs_out_of_memory_is_a_refusal() -> None:
    # Eight times what the door lets in, so that the limit of the process itself is what stops it.
    with pytest.raises(errors.ReadingFailedError):
        workbook._run_child("csv", b"a,b\n" * 40_000_000)


def test_damaged_files_are_read_or_refused_and_nothing_else() -> None:
    whole = (SHEETS / "kawara_登録シート.xlsx").read_bytes()
    chance = random.Random(20261123)  # noqa: S311 - the same damage every time
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with contextlib.suppress(errors.SheetRefusedError):
            if check_file(bytes(damaged), "a.xlsx") == "xlsx":
                assert workbook_child.read("xlsx", bytes(damaged))[:2] in (b"OK", b"NG")


# --- nothing leaks -------------------------------------------------------------------------------------------------


def test_no_temporary_file_and_nothing_on_the_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    commands: list[tuple[list[str], dict[str, str]]] = []
    run = subprocess.run

    def spy(command: list[str], **options: object) -> object:
        commands.append((command, options["env"]))  # type: ignore[arg-type]
        return run(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", spy)
    monkeypatch.setenv("AZUKARI_SECRET", "key")
    read_workbook(f"氏名,番号\n甲,{NUMBER}\n".encode(), f"{NUMBER}.csv")
    assert not list(tmp_path.iterdir())
    ((command, environment),) = commands
    assert NUMBER not in " ".join(command)
    assert set(environment) == {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}


def test_the_child_knows_no_django() -> None:
    script = "import sys, azukari.press.workbook_child; print([n for n in sys.modules if n.startswith('django')])"
    source = str(Path(workbook.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], env={"PYTHONPATH": source}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_no_repr_shows_a_cell() -> None:
    book = read_workbook(f"氏名,番号\n甲,{NUMBER}\n".encode(), "a.csv")
    row = book.sheets[0].rows[1]
    for value in (book, book.sheets[0], row, row.cell(1), book.sheets[0].rows):
        assert NUMBER not in repr(value)
        assert "甲" not in repr(value)


def test_a_broken_parcel_says_nothing_of_itself() -> None:
    with pytest.raises(errors.ReadingFailedError) as caught:
        Workbook.from_bytes(NUMBER.encode())
    assert caught.value.__cause__ is None
    assert NUMBER not in str(caught.value)


def test_sheet_and_file_names_are_shown_without_numbers() -> None:
    file = package(data('<row r="1"><c r="A1"><v>1</v></c></row>'))
    assert read_workbook(file, "a.xlsx").sheets[0].name == "人"
    assert NUMBER not in shown_file_name(f"C:\\受信\\{NUMBER}  控え.xlsx")
    assert shown_file_name("/受信/登録 シート.xlsx") == "登録 シート.xlsx"


@pytest.mark.parametrize("error", errors.SheetRefusedError.__subclasses__())
def test_every_refusal_has_three_sentences(error: type[errors.SheetRefusedError]) -> None:
    made = error(limit_mb=20, limit=300, kind="PDF", suffix=".xls")
    for sentence in (made.event, made.reason, made.advice):
        assert sentence.endswith("。")
        assert "することができ" not in sentence
        assert "{" not in sentence
    assert made.code.startswith("press.sheet_")
