"""Names of files as people and attackers write them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.exchange.errors.content import ContentRefusedError, ProgramFileError, UnusableNameError
from azukari.exchange.rules.names import (
    MAX_NAME_BYTES,
    PROGRAM_EXTENSIONS,
    NameWarning,
    check_no_program,
    clean_file_name,
    search_key,
    split_extension,
)
from azukari.kernel.check_digits import synthetic_number
from azukari.kernel.text import MASK

pytestmark = pytest.mark.no_database

NUMBER = synthetic_number(4)
RLO = "\u202e"


@pytest.mark.parametrize(
    ("typed", "shown", "extension"),
    [
        ("給与明細.xlsx", "給与明細.xlsx", "xlsx"),
        ("給与　明細 （11月）.PDF", "給与　明細 （11月）.PDF", "pdf"),
        ("神﨑髙.pdf", "神﨑髙.pdf", "pdf"),
        ("\ufa19.pdf", "\ufa19.pdf", "pdf"),
        ("葛\U000e0100飾区.docx", "葛\U000e0100飾区.docx", "docx"),
        ("か\u3099くせい.csv", "か\u3099くせい.csv", "csv"),
        ("C:\\受信\\賃金台帳.csv", "賃金台帳.csv", "csv"),
        ("C:賃金台帳.csv", "賃金台帳.csv", "csv"),
        ("\\\\server\\share\\a.csv", "a.csv", "csv"),
        ("../../etc/a.txt", "a.txt", "txt"),
        ("..\\..\\a.txt", "a.txt", "txt"),
        ("folder/", "folder", ""),
        ("資料．ｐｄｆ", "資料.pdf", "pdf"),
        ("資料。ＸＬＳＸ", "資料.xlsx", "xlsx"),
        ("資料｡xlsx", "資料.xlsx", "xlsx"),
        ("モー娘。.pdf", "モー娘。.pdf", "pdf"),
        ("  台帳.pdf . ", "台帳.pdf", "pdf"),
        ("...台帳.pdf", "台帳.pdf", "pdf"),
        ("台\r\n帳\x00.pdf", "台帳.pdf", "pdf"),
        ("台\u200b帳\ufeff\u2066.pdf", "台帳.pdf", "pdf"),
        ("CON.pdf", "_CON.pdf", "pdf"),
        ("nul", "_nul", ""),
        ("com¹.xlsx", "_com¹.xlsx", "xlsx"),
        ("lpt9 .2024.txt", "_lpt9 .2024.txt", "txt"),
        ("contract.pdf", "contract.pdf", "pdf"),
        ('契約 "案" <1>?.docx', "契約 ＂案＂ ＜1＞？.docx", "docx"),
        ("a.pdf:b", "a.pdf：b", ""),
        ("議事録", "議事録", ""),
        ("a" + " " * 90 + ".pdf", "a .pdf", "pdf"),
    ],
)
def test_what_a_name_becomes(typed: str, shown: str, extension: str) -> None:
    name = clean_file_name(typed)
    assert (name.shown, name.extension) == (shown, extension)


@pytest.mark.parametrize("typed", ["", " ", "..", "/", "\u202e", "....", "　", "a" * 5_000, "C:", "\x00"])
def test_nothing_is_left(typed: str) -> None:
    with pytest.raises(UnusableNameError):
        clean_file_name(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "setup.exe",
        "請求書.pdf.exe",
        "report.xlsx.scr",
        "請求書.pdf                                            .exe",
        "請求書．exe",
        "請求書。ｅｘｅ",
        "請求書｡EXE",
        "請求書.exe.",
        "請求書.exe . .",
        "請求書.ex\u200be",
        f"請求書{RLO}fdp.exe",
        f"請求書{RLO}xslx.js",
        "a.lnk",
        "a.vbs",
        "a.HTA",
        "a.ps1",
        "a.msi",
        "a.ⓙⓢ",
        "a.bat",
        "x/y\\z.jar",
        "見積.url",
    ],
)
def test_programs_by_name(typed: str) -> None:
    with pytest.raises(ProgramFileError) as caught:
        clean_file_name(typed)
    assert caught.value.reason.startswith("プログラムのファイル（.")


def test_a_turned_name_loses_its_turn() -> None:
    assert clean_file_name(f"請求書{RLO}fdp.xlsx").shown == "請求書fdp.xlsx"


def test_an_alternate_stream_of_windows_is_no_stream_any_more() -> None:
    assert ":" not in clean_file_name("a.txt:evil.pdf").shown


@pytest.mark.parametrize(
    ("typed", "warnings"),
    [
        ("請求書.pdf", ()),
        ("請求書.pdf.xlsx", (NameWarning.MIXED_EXTENSION,)),
        ("setup.exe.pdf", (NameWarning.MIXED_EXTENSION,)),
        ("見積.2024.pdf", ()),
        ("www.example.co.jp.pdf", ()),
        ("{number}.pdf", (NameWarning.NUMBER_HIDDEN,)),
        ("NUL.pdf", (NameWarning.REPAIRED,)),
        ("a\u200b.pdf", (NameWarning.REPAIRED,)),
        ("あ" * 100 + ".pdf", (NameWarning.SHORTENED,)),
        ("C:\\fakepath\\a.pdf", ()),
    ],
)
def test_warnings(typed: str, warnings: tuple[NameWarning, ...]) -> None:
    assert clean_file_name(typed.replace("{number}", NUMBER)).warnings == warnings
    assert all(warning.label.endswith("。") for warning in warnings)


@pytest.mark.parametrize(
    "typed",
    [
        "控え{0}{1}{2}.pdf",
        "{0}-{1}-{2}控え.pdf",
        "{0}{1}\u200b{2}.pdf",
        "{3}.pdf",
        "{0}{1}。{2}",
        "{0}.{1}.{2}",
        "{0}/{3}",
    ],
)
def test_a_name_holds_no_number(typed: str) -> None:
    wide = "".join(chr(0xFF10 + int(digit)) for digit in NUMBER)
    shown = clean_file_name(typed.format(NUMBER[:4], NUMBER[4:8], NUMBER[8:], wide)).shown
    assert MASK in shown
    assert NUMBER[4:8] not in unicodedata.normalize("NFKC", shown)


def test_a_long_name_keeps_its_extension_and_whole_characters() -> None:
    shown = clean_file_name("葛\U000e0100" * 60 + ".XLSX").shown
    assert len(shown.encode()) <= MAX_NAME_BYTES
    assert shown.endswith("葛\U000e0100.XLSX")


def test_names_are_found_by_their_variants() -> None:
    assert search_key("髙﨑ショウジ.PDF") == search_key("高崎しょうじ.pdf")


@pytest.mark.parametrize("name", ["a.exe", "ｂ．ＳＣＲ", "c.js ", "d.cmd.", f"e{RLO}.pif"])
def test_names_inside_archives(name: str) -> None:
    with pytest.raises(ProgramFileError):
        check_no_program(name)


def test_extensions_are_split_where_people_see_a_dot() -> None:
    assert split_extension("a.b.c") == ("a.b", "c")
    assert split_extension("a．Ｂ") == ("a", "b")
    assert split_extension("a.株式会社") == ("a.株式会社", "")
    assert split_extension("a") == ("a", "")


TRICKY = st.text(
    alphabet=st.one_of(
        st.sampled_from("aAeExX..．。｡ /\\:　 0123456789０１９-ーpdfCONul\u202e\u200b\ufeff\x00●¹_"), st.characters()
    ),
    max_size=300,
)


@settings(deadline=None)
@given(TRICKY, st.sampled_from(["", ".pdf", ".xlsx", "．ｃｓｖ", ".exe", "。2"]))
def test_any_name_is_cleaned_or_refused(typed: str, ending: str) -> None:
    try:
        name = clean_file_name(typed + ending)
    except ContentRefusedError:
        return
    shown = name.shown
    assert 0 < len(shown.encode()) <= MAX_NAME_BYTES
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in shown)
    assert not any(unicodedata.bidirectional(character) in {"RLO", "LRO", "RLE", "LRE", "PDF"} for character in shown)
    assert not set(shown) & set('/\\:*?"<>|\u200b\u200e\u200f\ufeff\u2066\u2067\u2068\u2069')
    assert not shown.endswith((".", " "))
    assert name.extension.isascii() and name.extension == name.extension.lower()
    assert name.extension not in PROGRAM_EXTENSIONS
    again = clean_file_name(shown)
    assert (again.shown, again.extension) == (name.shown, name.extension)
