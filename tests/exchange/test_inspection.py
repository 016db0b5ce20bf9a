"""The look inside: real files are accepted, made ones refused or flagged."""

from __future__ import annotations

import contextlib
import io
import random
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.exchange.errors import content as errors
from azukari.exchange.rules import archives, images, inspection, pdf
from azukari.exchange.rules.flags import Flag
from azukari.exchange.rules.inspection import Findings, inspect
from azukari.exchange.rules.kinds import Kind
from azukari.exchange.rules.names import clean_file_name

pytestmark = pytest.mark.no_database

SHEETS = Path(__file__).parent.parent / "fixtures" / "sheets"
MZ = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200)


def look(data: bytes, name: str) -> Findings:
    return inspect(io.BytesIO(data), size=len(data), name=clean_file_name(name))


def flags(data: bytes, name: str) -> set[Flag]:
    return set(look(data, name).flags)


def refusal(data: bytes, name: str) -> errors.ContentRefusedError:
    with pytest.raises(errors.ContentRefusedError) as caught:
        look(data, name)
    assert caught.value.__cause__ is None
    for sentence in (caught.value.event, caught.value.reason, caught.value.advice):
        assert sentence.endswith("。")
        assert "{" not in sentence
    return caught.value


def pack(files: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.comment = comment
    return stream.getvalue()


# --- files as people send them -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(SHEETS.glob("*.[xc]*")), ids=lambda path: path.name)
def test_sheets_of_clients_are_accepted(path: Path) -> None:
    assert look(path.read_bytes(), path.name) == Findings(Kind(path.suffix[1:]))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", "メモ\r\n".encode("cp932")),
        ("a.csv", '氏名,番号\r\n"甲|乙",=A1+B2\r\n-5,\'-\r\n'.encode()),
        ("a.zip", pack({"賃金/台帳.csv": b"a,b\n", "写真.jpg": b"\xff\xd8\xff" + bytes(100)})),
        ("a.zip", pack({"a.txt": b"x" * 100_000}, comment="作成：総務".encode("cp932"))),
        ("a.zip", pack({}, zipfile.ZIP_STORED)),
        ("a.zip", pack({"a.txt": b"", "folder/": b""}, zipfile.ZIP_STORED)),
        ("a.zip", pack({"1.zip": pack({"2.xlsx": (SHEETS / "kawara_登録シート.xlsx").read_bytes()})})),
    ],
    ids=str,
)
def test_plain_files_have_no_flags(name: str, data: bytes) -> None:
    assert flags(data, name) == set()


def test_a_mixed_name_is_flagged() -> None:
    assert flags(b"memo", "a.pdf.txt") == {Flag.MIXED_NAME}


def test_an_empty_file() -> None:
    assert isinstance(refusal(b"", "台帳.xlsx"), errors.EmptyContentError)
    assert refusal(b"", "台帳.xlsx").reason == "「台帳.xlsx」は中身が空です。"


def test_every_flag_explains_itself() -> None:
    assert all(flag.explanation.endswith("。") for flag in Flag)
    assert len({flag.label for flag in Flag}) == len(Flag)


# --- text --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", ["=cmd|' /C calc'!A0", '"=DDE|x!y"', "1,+cmd|'/c x'!A1", "a,@SUM(cmd|'x'!A)", "-2+cmd|' /C x'!A0"]
)
def test_a_cell_that_calls_a_program(line: str) -> None:
    assert flags(f"氏名,番号\r\n{line}\r\n".encode(), "a.csv") == {Flag.DDE}


def test_lists_and_tables_in_a_memo_call_nothing() -> None:
    assert flags("- 項目|注意!\r\n=見出し|x!\r\n-5|-6\r\n".encode(), "a.txt") == set()


def test_a_text_that_turns_into_something_else_later() -> None:
    assert isinstance(refusal(b"a" * 70_000 + b"\x00\x01", "a.txt"), errors.ContentDisagreesError)


def test_a_long_text_is_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "MAX_TEXT", 1000)
    assert flags(b"a" * 2000, "a.txt") == {Flag.NOT_READ}


# --- zip ---------------------------------------------------------------------------------------------------------


def unsafe(data: bytes, words: str, name: str = "a.zip") -> None:
    error = refusal(data, name)
    assert isinstance(error, errors.UnsafeArchiveError)
    assert words in error.reason


def entry(name: str, *, mode: int = 0o100644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def pack_entries(*entries: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in entries:
            archive.writestr(info, data)
    return stream.getvalue()


def test_a_link() -> None:
    unsafe(pack_entries((entry("link", mode=stat.S_IFLNK | 0o777), b"/etc/passwd")), "リンク")
    unsafe(pack_entries((entry("pipe", mode=stat.S_IFIFO | 0o644), b"")), "リンク")


@pytest.mark.parametrize(
    "name", ["/etc/a.txt", "../a.txt", "a/../../b.txt", "C:\\a.txt", "a\\..\\b.txt", "a//b.txt", "./a.txt", ".. /a.txt"]
)
def test_ways_out(name: str) -> None:
    unsafe(pack_entries((entry(name), b"x")), "フォルダーの外")


def test_an_invisible_character_in_a_name() -> None:
    unsafe(pack({"請求書\u202efdp.txt": b"x"}), "見えない文字")


def test_names_in_cp932_are_read() -> None:
    # 表 ends with 0x5C in CP932: not a separator.
    data = pack({"AABBCC.csv": b"x,y\n"}).replace(b"AABBCC", "表示ー".encode("cp932"))
    assert flags(data, "a.zip") == set()
    data = pack({"AABB.exe": b"x"}).replace(b"AABB", "請求".encode("cp932"))
    assert isinstance(refusal(data, "a.zip"), errors.ProgramFileError)


def test_a_name_in_no_code() -> None:
    unsafe(pack({"AB.csv": b"x"}).replace(b"AB.csv", b"\xef .csv"), "文字コード")


@pytest.mark.parametrize("names", [("a.txt", "A.TXT"), ("が.txt", "か\u3099.txt"), ("a.txt", "a.txt "), ("b/", "b")])
def test_two_of_one_name(names: tuple[str, str]) -> None:
    unsafe(pack(dict.fromkeys(names, b"x")), "同じ名前")


def test_too_many_entries() -> None:
    assert flags(pack({f"{n}.txt": b"" for n in range(1000)}), "a.zip") == set()
    unsafe(pack({f"{n}.txt": b"" for n in range(1001)}), "1,000個")
    inner = pack({f"{n}.txt": b"" for n in range(600)})
    unsafe(pack({"1.zip": inner, "2.zip": inner}), "1,000個")


def test_a_bomb_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "open_entries", lambda *_: pytest.fail("opened"))
    monkeypatch.setattr(inspection, "open_entries", lambda *_, **__: pytest.fail("opened"))
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("a.txt", "w") as member,
    ):
        for _ in range(80):
            member.write(bytes(1024 * 1024))
    unsafe(stream.getvalue(), "異常に大きく")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"x")
    big = bytearray(stream.getvalue())
    at = big.rindex(b"PK\x01\x02")
    big[at + 24 : at + 28] = struct.pack("<L", 501 * 1024 * 1024)
    unsafe(bytes(big), "500MB")


def test_small_bombs_nested_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "Budget", lambda: archives.Budget(opened=1_000_000))
    inner = pack({"a.txt": bytes(400_000)})
    assert flags(pack({"1.zip": inner, "2.zip": inner}), "a.zip") == set()
    unsafe(pack({"1.zip": inner, "2.zip": inner, "3.zip": inner}), "合計")


def test_depth() -> None:
    two = pack({"b.zip": pack({"a.txt": b"x"})})
    assert flags(two, "a.zip") == set()
    unsafe(pack({"c.zip": two}), "ZIPの中のZIP")
    # Named otherwise it is a ZIP all the same.
    unsafe(pack({"c.dat": two}), "ZIPの中のZIP")


def test_an_inner_zip_longer_than_a_piece() -> None:
    noise = random.Random(1).randbytes(700_000)  # noqa: S311 - only to be incompressible
    inner = pack({"a.bin.txt": noise, "b.scr": b"x"})
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert isinstance(refusal(pack({"a.zip": inner}, method), "b.zip"), errors.ProgramFileError)
    assert flags(pack({"a.zip": pack({"a.txt": noise, "b.pdf": made_pdf(b"/Launch")})}), "b.zip") == {Flag.ACTIVE_PDF}


def test_a_zip_that_contains_itself_forever_ends() -> None:
    data = b"x"
    for _ in range(20):
        data = pack({"q.zip": data})
    unsafe(data, "ZIPの中のZIP")


@pytest.mark.parametrize("where", ["before", "after", "between"])
def test_data_nobody_asked_for(where: str) -> None:
    data = pack({"a.txt": b"x", "b.txt": b"y"})
    directory = data.index(b"PK\x01\x02")
    made = {
        "before": b"JUNK" + data,
        "after": data + b"JUNK",
        "between": data[:directory] + b"JUNK" + data[directory:],
    }[where]
    if where == "before":
        assert isinstance(refusal(made, "a.zip"), errors.ContentDisagreesError)
        unsafe(pack({"z.txt": b"x"}) + data, "前か途中")
    elif where == "after":
        unsafe(made, "後ろ")
    else:
        unsafe(made, "前か途中")
        # The offset of the directory set right: what remains is a gap.
        moved = bytearray(made)
        moved[-6:-2] = struct.pack("<L", directory + 4)
        unsafe(bytes(moved), "前か途中")


def test_bytes_hidden_behind_a_compressed_stream() -> None:
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = raw.compress(b"hello") + raw.flush()
    hidden = body + b"HIDDEN"
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, zlib.crc32(b"hello"), len(hidden), 5, 5, 0)
    central = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, zlib.crc32(b"hello"), len(hidden), 5, 5, 0, 0, 0, 0, 0, 0
    )
    start = len(local) + 5 + len(hidden)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(central) + 5, start, 0)
    unsafe(local + b"a.txt" + hidden + central + b"a.txt" + end, "前か途中")


@pytest.mark.parametrize(
    ("offset", "value"),
    [(8, b"\x00\x00"), (14, b"\x01\x02\x03\x04"), (18, b"\x01\x00\x00\x00"), (22, b"\x63\x00\x00\x00"), (30, b"b")],
    ids=["method", "crc", "packed", "opened", "name"],
)
def test_headers_that_disagree(offset: int, value: bytes) -> None:
    data = bytearray(pack({"a.txt": b"hello " * 20}))
    data[offset : offset + len(value)] = value
    unsafe(bytes(data), "食い違って")


def test_both_headers_lie_about_the_length() -> None:
    data = bytearray(pack({"a.txt": b"hello " * 2000}))
    at = data.rindex(b"PK\x01\x02")
    for length in (10, 20_000):
        data[22:26] = data[at + 24 : at + 28] = struct.pack("<L", length)
        unsafe(bytes(data), "食い違って")


def test_a_wrong_checksum_is_a_broken_file() -> None:
    data = bytearray(pack({"a.txt": b"hello"}, zipfile.ZIP_STORED))
    data[data.index(b"hello")] = ord("j")
    assert isinstance(refusal(bytes(data), "a.zip"), errors.BrokenContentError)


def test_two_entries_over_the_same_bytes() -> None:
    data = bytearray(pack({"a.txt": b"hello", "b.txt": b"hello"}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = bytes(4)
    unsafe(bytes(data), "")


def test_an_entry_of_a_stream_with_a_descriptor() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"hello" * 100)
        with archive.open("b.txt", "w", force_zip64=True) as member:
            member.write(b"x" * 1000)
    assert flags(pipe.data, "a.zip") == set()
    damaged = pipe.data.replace(b"PK\x07\x08", b"PK\x07\x09", 1)
    unsafe(damaged, "食い違って")


def test_an_encrypted_entry_is_flagged() -> None:
    data = bytearray(pack({"a.txt": b"hello", "b.txt": b"x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert flags(bytes(data), "a.zip") == {Flag.ENCRYPTED}
    # Also one that is called a program.
    data = bytearray(pack({"a.exe": b"hello"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert isinstance(refusal(bytes(data), "a.zip"), errors.ProgramFileError)


def test_an_encrypted_zip_inside() -> None:
    inner = bytearray(pack({"a.txt": b"hello"}))
    inner[6] |= 1
    inner[inner.index(b"PK\x01\x02") + 8] |= 1
    assert flags(pack({"a.zip": bytes(inner)}), "b.zip") == {Flag.ENCRYPTED}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_uncommon_compression(method: int) -> None:
    unsafe(pack({"a.txt": b"hello" * 100}, method), "圧縮方式")


@pytest.mark.parametrize(
    "files",
    [
        {"setup.exe": b"x"},
        {"folder/請求書.pdf.js": b"x"},
        {"請求書．ｅｘｅ": b"x"},
        {"請求書.pdf": MZ},
        {"画像.jpg": b"\x7fELF" + bytes(40)},
        {"inner.zip": pack({"a.scr": b"x"})},
        {"inner.zip": pack({"a.txt": MZ})},
        {"a.lnk": b"x"},
    ],
    ids=str,
)
def test_programs_inside(files: dict[str, bytes | str]) -> None:
    assert isinstance(refusal(pack(files), "a.zip"), errors.ProgramFileError)


def test_archives_we_cannot_read_inside() -> None:
    assert flags(pack({"a.7z": b"7z\xbc\xaf\x27\x1c" + bytes(40)}), "a.zip") == {Flag.NOT_READ}
    assert flags(pack({"a.lzh": b"\x20\x00-lh5-" + bytes(40)}), "a.zip") == {Flag.NOT_READ}


def test_broken_documents_inside_are_told() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40)
    assert flags(pack({"a.xls": ole}), "a.zip") == {Flag.NOT_READ}
    assert flags(pack({"a.pdf": b"%PDF-1.7 cut"}), "a.zip") == {Flag.NOT_READ}
    assert flags(office(XLSX, xl__oddity_bin=ole), "a.xlsx") == set()


def test_an_entry_too_long_to_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_HELD_BYTES", 1000)
    monkeypatch.setattr(inspection, "MAX_HELD_BYTES", 1000)
    assert flags(pack({"a.txt": b"a" * 2000}), "a.zip") == {Flag.NOT_READ}
    assert isinstance(refusal(pack({"a.txt": MZ * 10}), "a.zip"), errors.ProgramFileError)


def test_two_formats_at_once() -> None:
    document = made_pdf()
    archive = pack({"a.txt": b"x"})
    unsafe(document + archive, "兼ねる", "a.pdf")
    # The other way round: the end of the PDF in the comment of the ZIP.
    unsafe(document[:-6] + pack({"a.txt": b"x"}, comment=b"startxref 0 %%EOF"), "兼ねる", "a.pdf")
    picture = made_jpeg(10, 10)
    unsafe(picture + archive, "兼ねる", "a.jpg")
    unsafe(pack({"%PDF-1.7 a.txt": b"x"}), "兼ねる")
    assert flags(pack({"a.pdf": document}, zipfile.ZIP_STORED), "a.zip") == set()


def test_a_truncated_zip() -> None:
    data = pack({"a.txt": b"hello" * 100})
    for cut in range(30, len(data)):
        assert isinstance(refusal(data[:cut], "a.zip"), errors.BrokenContentError | errors.UnsafeArchiveError)


# --- office ------------------------------------------------------------------------------------------------------

MAIN = "application/vnd.openxmlformats-officedocument."
XLSX = f"{MAIN}spreadsheetml.sheet.main+xml"
DOCX = f"{MAIN}wordprocessingml.document.main+xml"
PPTX = f"{MAIN}presentationml.presentation.main+xml"
XLSM = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def types(*content_types: str) -> str:
    overrides = "".join(f'<Override PartName="/p{n}.xml" ContentType="{t}"/>' for n, t in enumerate(content_types))
    return f'<?xml version="1.0"?><Types xmlns="x">{overrides}</Types>'


def office(main: str, **parts: str | bytes) -> bytes:
    named = {name.replace("__", "/").replace("_", "."): data for name, data in parts.items()}
    return pack({"[Content_Types].xml": types(main), "_rels/.rels": "<Relationships/>", **named})


def saved_workbook() -> bytes:
    stream = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "氏名"
    book.active["A2"].hyperlink = "https://example.com/"
    book.save(stream)
    return stream.getvalue()


def test_office_documents() -> None:
    assert look(saved_workbook(), "a.xlsx") == Findings(Kind.XLSX)
    assert look(office(DOCX, word__document_xml="<w/>"), "a.docx") == Findings(Kind.DOCX)
    assert look(office(PPTX), "a.pptx") == Findings(Kind.PPTX)


@pytest.mark.parametrize(
    "data",
    [
        office(XLSM),
        office(XLSX.replace("main", "main") + '"/><Override ContentType="' + XLSM),
        office("application/vnd.ms-excel.sheet.macro&#69;nabled.main+xml"),
        office(XLSX, xl__vbaProject_bin=b"x"),
        office(XLSX, xl__macrosheets__sheet1_xml="x"),
        pack({"[Content_Types].xml": types(XLSM).encode("utf-16")}),
        pack({"[content_types].xml": types(XLSM)}),
    ],
    ids=range(7),
)
def test_macro_documents_under_a_plain_name(data: bytes) -> None:
    assert isinstance(refusal(data, "a.xlsx"), errors.MacroFileError)
    assert isinstance(refusal(pack({"中/a.xlsx": data}), "a.zip"), errors.MacroFileError)


def test_macro_documents_inside_a_zip_by_name() -> None:
    assert isinstance(refusal(pack({"a.XLSM": b"x"}), "a.zip"), errors.MacroFileError)


@pytest.mark.parametrize(
    ("data", "name", "found"),
    [
        (office(DOCX), "a.xlsx", "Word"),
        (office(XLSX), "a.docx", "Excel"),
        (office(XLSX), "a.pptx", "Excel"),
        (office("application/x-other"), "a.xlsx", "Office以外"),
        (pack({"a.txt": b"x"}), "a.xlsx", "ZIP"),
        (office(XLSX), "a.zip", "Office文書"),
        (pack({"[Content_Types].xml": types(XLSX, DOCX)}), "a.xlsx", "Excel・Word"),
    ],
)
def test_office_documents_of_another_kind(data: bytes, name: str, found: str) -> None:
    error = refusal(data, name)
    assert isinstance(error, errors.ContentDisagreesError)
    assert found in error.reason


def relation(kind: str, target: str = "https://example.com/a") -> str:
    return f'<Relationships><Relationship Id="r1" Type="http://x/{kind}" Target="{target}" TargetMode="External"/></Relationships>'


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"xl__externalLinks__externalLink1_xml": "<externalLink/>"}, {Flag.EXTERNAL_LINK}),
        ({"xl__externalLinks__externalLink1_xml": "<x:ddeLink ddeService='cmd'/>"}, {Flag.EXTERNAL_LINK, Flag.DDE}),
        ({"xl__connections_xml": "<connections/>"}, {Flag.EXTERNAL_LINK}),
        ({"xl__worksheets___rels__sheet1_xml_rels": relation("hyperlink")}, set()),
        ({"xl__worksheets___rels__sheet1_xml_rels": relation("oleObject")}, {Flag.EXTERNAL_LINK}),
    ],
)
def test_links_of_a_workbook(parts: dict[str, str], expected: set[Flag]) -> None:
    named = {name.replace("___", "/_").replace("__", "/").replace("_xml", ".xml").replace("_rels.", "_rels."): data
             for name, data in parts.items()}  # fmt: skip
    named = {name.replace(".xml_rels", ".xml.rels"): data for name, data in named.items()}
    assert flags(pack({"[Content_Types].xml": types(XLSX), **named}), "a.xlsx") == expected


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<w:instrText>PAGE</w:instrText>", set()),
        ("<w:t>DDEという言葉</w:t>", set()),
        ('<w:instrText xml:space="preserve">DDEAUTO c:\\\\a</w:instrText>', {Flag.DDE}),
        ("<w:instrText>D</w:instrText><w:instrText>DE</w:instrText><w:instrText> x</w:instrText>", {Flag.DDE}),
        ('<w:fldSimple w:instr="DDE excel a"/>', {Flag.DDE}),
    ],
)
def test_fields_of_word(xml: str, expected: set[Flag]) -> None:
    assert flags(office(DOCX, word__document_xml=xml), "a.docx") == expected


def test_a_template_from_elsewhere() -> None:
    data = pack({"[Content_Types].xml": types(DOCX), "word/_rels/settings.xml.rels": relation("attachedTemplate")})
    assert flags(data, "a.docx") == {Flag.EXTERNAL_LINK}
    assert flags(pack({"a.docx": data}), "a.zip") == {Flag.EXTERNAL_LINK}


def test_what_is_embedded_in_a_document() -> None:
    inner = office(XLSX)
    assert flags(office(DOCX, word__embeddings__a_xlsx=inner), "a.docx") == set()
    assert isinstance(refusal(office(DOCX, word__embeddings__a_bin=MZ), "a.docx"), errors.ProgramFileError)
    assert isinstance(refusal(office(DOCX, word__embeddings__a_exe=b"x"), "a.docx"), errors.ProgramFileError)
    assert flags(office(DOCX, word__embeddings__o_bin=compound({"Workbook": b"x" * 5000})), "a.docx") == set()
    assert flags(office(XLSX, xl__printerSettings1_bin=b"\x00\x01printer"), "a.xlsx") == set()


def test_a_list_of_parts_cannot_hide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_HELD_BYTES", 1000)
    monkeypatch.setattr(inspection, "MAX_HELD_BYTES", 1000)
    data = pack({"[Content_Types].xml": types(XLSM) + " " * 2000})
    assert isinstance(refusal(data, "a.xlsx"), errors.BrokenContentError)
    locked = bytearray(office(XLSX))
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert isinstance(refusal(bytes(locked), "a.xlsx"), errors.BrokenContentError)


def test_packages_of_other_kinds_inside() -> None:
    drawing = office("application/vnd.ms-visio.drawing.main+xml")
    assert flags(pack({"図.vsdx": drawing}), "a.zip") == set()
    assert flags(office(DOCX, word__embeddings__a_vsdx=drawing), "a.docx") == set()
    assert isinstance(refusal(drawing, "a.docx"), errors.ContentDisagreesError)


def test_a_program_put_into_a_document_as_an_icon() -> None:
    for label, error in (("請求書.exe", errors.ProgramFileError), ("メモ.txt", None)):
        native = bytes(6) + label.encode("cp932") + b"\x00C:\\tmp\\" + label.encode("cp932") + b"\x00" + bytes(9)
        data = office(DOCX, word__embeddings__oleObject1_bin=compound({"\x01Ole10Native": native}))
        if error:
            assert isinstance(refusal(data, "a.docx"), error)
        else:
            assert flags(data, "a.docx") == set()


def test_printer_settings_are_no_program_by_their_name() -> None:
    assert flags(office(XLSX, xl__printerSettings__printerSettings1_bin=b"\x00\x01"), "a.xlsx") == set()


# --- the old formats ---------------------------------------------------------------------------------------------


def compound(streams: dict[str, bytes], *, root_class: bytes = bytes(16)) -> bytes:
    """Write a compound file ([MS-CFB]) of 512-byte sectors; short streams go to the mini stream."""
    none, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    sectors: list[bytes] = [b""]  # sector 0: FAT
    fat: list[int] = [fat_mark]

    def put(data: bytes) -> int:
        first = len(sectors)
        parts = [data[at : at + 512].ljust(512, b"\x00") for at in range(0, len(data), 512)]
        sectors.extend(parts)
        fat.extend([*range(first + 1, first + len(parts)), end])
        return first

    mini, mini_fat, records = b"", [], []

    def record(name: str, kind: int, start: int, size: int, class_id: bytes = bytes(16)) -> bytes:
        raw = (name + "\0").encode("utf-16-le")
        return (
            raw.ljust(64, b"\x00") + struct.pack("<HBB3L", len(raw), kind, 1, none, none, none)
            + class_id + bytes(20) + struct.pack("<LQ", start, size)
        )  # fmt: skip

    for name, data in streams.items():
        if len(data) >= 4096:
            records.append(record(name, 2, put(data), len(data)))
        elif data:
            start = len(mini_fat)
            count = -(-len(data) // 64)
            mini += data.ljust(count * 64, b"\x00")
            mini_fat += [*range(start + 1, start + count), end]
            records.append(record(name, 2, start, len(data)))
        else:
            records.append(record(name, 1, 0, 0))
    mini_start = put(mini) if mini else end
    mini_fat_start = put(struct.pack(f"<{len(mini_fat)}L", *mini_fat)) if mini_fat else end
    directory = record("Root Entry", 5, mini_start, len(mini), root_class) + b"".join(records)
    directory_start = put(directory)
    assert len(fat) <= 128
    sectors[0] = struct.pack("<128L", *fat, *[none] * (128 - len(fat)))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
        + struct.pack("<LL", 1, directory_start) + struct.pack("<6L", 0, 4096, mini_fat_start, 1 if mini_fat else 0, end, 0)
    )  # fmt: skip
    header = header[:40] + struct.pack("<9L", 0, 1, directory_start, 0, 4096, mini_fat_start, 1, end, 0)
    return header + struct.pack("<109L", 0, *[none] * 108) + b"".join(sectors)


def records(*pairs: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<2H", kind, len(body)) + body for kind, body in pairs)


BOF, EOF = (0x809, bytes(16)), (0x0A, b"")


def sheet(kind: int) -> tuple[int, bytes]:
    return 0x85, struct.pack("<LBB", 0, 0, kind) + b"\x01\x00A"


@pytest.mark.parametrize("padding", [0, 5000], ids=["mini", "long"])
@pytest.mark.parametrize(
    ("streams", "name", "expected"),
    [
        ({"Workbook": records(BOF, sheet(0), EOF)}, "a.xls", set()),
        ({"Book": records(BOF, sheet(0), EOF)}, "a.xls", set()),
        ({"Workbook": records(BOF, sheet(1), EOF)}, "a.xls", {Flag.MACRO}),
        ({"Workbook": records(BOF, EOF), "_VBA_PROJECT_CUR": b""}, "a.xls", {Flag.MACRO}),
        ({"Workbook": records(BOF, (0x2F, bytes(6)), sheet(1))}, "a.xls", {Flag.ENCRYPTED}),
        ({"Workbook": records(BOF, (0x1AE, b"\x01\x00\x01\x04"), EOF)}, "a.xls", set()),
        ({"Workbook": records(BOF, (0x1AE, b"\x01\x00\x05\x00\x00file"), EOF)}, "a.xls", {Flag.EXTERNAL_LINK}),
        ({"Workbook": records(BOF, (0x1AE, b"\x00\x00\x05\x00\x00cmd"), EOF)}, "a.xls", {Flag.DDE}),
        ({"WordDocument": bytes(64)}, "a.doc", set()),
        ({"WordDocument": bytes(11) + b"\x01" + bytes(60)}, "a.doc", {Flag.ENCRYPTED}),
        ({"WordDocument": bytes(64), "Macros": b"", "VBA": b""}, "a.doc", {Flag.MACRO}),
        ({"EncryptedPackage": b"x" * 70, "EncryptionInfo": b"y"}, "a.xlsx", {Flag.ENCRYPTED}),
        ({"EncryptedPackage": b"x" * 70}, "a.docx", {Flag.ENCRYPTED}),
    ],
)
def test_old_documents(streams: dict[str, bytes], name: str, expected: set[Flag], padding: int) -> None:
    made = compound({stream: data + bytes(padding) if data else data for stream, data in streams.items()})
    assert flags(made, name) == expected
    assert flags(pack({"a.dat": made}), "b.zip") == expected


@pytest.mark.parametrize(
    ("streams", "name", "found"),
    [
        ({"Workbook": b"x"}, "a.doc", "Excel"),
        ({"WordDocument": b"x"}, "a.xls", "Word"),
        ({"WordDocument": b"x"}, "a.docx", "Word"),
        ({"EncryptedPackage": b"x"}, "a.xls", "パスワード"),
        ({"PowerPoint Document": b"x"}, "a.doc", "PowerPoint"),
        ({"other": b"x"}, "a.xls", "Office以外"),
    ],
)
def test_old_documents_of_another_kind(streams: dict[str, bytes], name: str, found: str) -> None:
    error = refusal(compound(streams), name)
    assert isinstance(error, errors.ContentDisagreesError)
    assert found in error.reason


def test_an_installer() -> None:
    made = compound({"Workbook": b"x"}, root_class=bytes.fromhex("84100c0000000000c000000000000046"))
    assert isinstance(refusal(made, "a.xls"), errors.ProgramFileError)
    assert isinstance(refusal(pack({"a.xls": made}), "a.zip"), errors.ProgramFileError)


def test_chains_that_never_end() -> None:
    made = bytearray(compound({"Workbook": b"x" * 5000}))
    made[512 + 4 : 512 + 8] = struct.pack("<L", 1)
    assert look(bytes(made), "a.xls").kind is Kind.XLS


# --- pdf ---------------------------------------------------------------------------------------------------------


def made_pdf(extra: bytes = b"", *, prefix: bytes = b"") -> bytes:
    body = prefix + b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R" + extra + b">>\nendobj\n"
    xref = len(body)
    return body + b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % xref


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (b"", set()),
        (b"/OpenAction[3 0 R/Fit]", set()),
        (b"/JavaScripting", set()),
        (b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>", {Flag.ACTIVE_PDF}),
        (b"/OpenAction<</S/J#61vaScript/JS 4 0 R>>", {Flag.ACTIVE_PDF}),
        (b"/A<</S/#4c#61#75#6E#63#68/F(cmd.exe)>>", {Flag.ACTIVE_PDF}),
        (b"/Names<</EmbeddedFiles 5 0 R>>", {Flag.ACTIVE_PDF}),
        (b"/Encrypt 9 0 R", {Flag.ENCRYPTED}),
        (b"/#45ncrypt<</Filter/Standard>>", {Flag.ENCRYPTED}),
    ],
)
def test_names_in_a_pdf(extra: bytes, expected: set[Flag]) -> None:
    assert flags(made_pdf(extra), "a.pdf") == expected
    assert flags(pack({"a.pdf": made_pdf(extra)}), "a.zip") == expected


def saved_pdf(*, streams: bool, script: bool = False, **options: object) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    if script:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    stream = io.BytesIO()
    mode = pikepdf.ObjectStreamMode.generate if streams else pikepdf.ObjectStreamMode.disable
    document.save(stream, object_stream_mode=mode, **options)  # type: ignore[arg-type]
    return stream.getvalue()


@pytest.mark.parametrize("streams", [False, True])
def test_saved_documents(streams: bool) -> None:
    assert flags(saved_pdf(streams=streams), "a.pdf") == set()
    scripted = saved_pdf(streams=streams, script=True)
    assert (b"/JavaScript" in scripted) is not streams
    assert flags(scripted, "a.pdf") == {Flag.ACTIVE_PDF}
    locked = saved_pdf(streams=streams, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert flags(locked, "a.pdf") == {Flag.ENCRYPTED}


@pytest.mark.parametrize("data", [b"%PDF-1.7\nnothing more", made_pdf()[:-40], b"%PDF-1.7 %%EOF"])
def test_a_pdf_that_does_not_end(data: bytes) -> None:
    assert isinstance(refusal(data, "a.pdf"), errors.BrokenContentError)


def test_a_name_over_the_border_of_two_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_BLOCK", 100)
    for shift in range(60, 110):
        assert flags(made_pdf(b" " * shift + b"/JavaScript 1 0 R"), "a.pdf") == {Flag.ACTIVE_PDF}


def test_a_huge_pdf_is_searched_at_its_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_SEARCHED", 1000)
    monkeypatch.setattr(pdf, "ENDS_SEARCHED", 300)
    filler = b" " * 2000
    assert flags(made_pdf(filler + b"/Encrypt 9 0 R"), "a.pdf") == {Flag.NOT_READ, Flag.ENCRYPTED}
    assert flags(made_pdf(b"/Launch " + filler), "a.pdf") == {Flag.NOT_READ, Flag.ACTIVE_PDF}


# --- images ------------------------------------------------------------------------------------------------------


def made_jpeg(width: int, height: int) -> bytes:
    exif = b"\xff\xe1\x00\x10Exif\x00\x00" + bytes(8)
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">2H", height, width) + b"\x03" + bytes(9)
    return b"\xff\xd8" + exif + frame + b"\xff\xda\x00\x02" + bytes(20) + b"\xff\xd9"


def made_png(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">L", 13) + header + struct.pack(">L", zlib.crc32(header))
        + b"\x00\x00\x00\x00IEND\xae\x42\x60\x82"
    )  # fmt: skip


def made_heic(*sizes: tuple[int, int]) -> bytes:
    boxes = b"".join(b"\x00\x00\x00\x14ispe" + struct.pack(">3L", 0, *size) for size in sizes)
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00\x00\x10\x00meta" + boxes


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", made_jpeg(4000, 3000)),
        ("a.png", made_png(1, 1)),
        ("a.heic", made_heic((512, 512), (8064, 6048))),
    ],
)
def test_pictures(name: str, data: bytes) -> None:
    assert flags(data, name) == set()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", made_jpeg(10_000, 5_001)),
        ("a.png", made_png(100_000, 100_000)),
        ("a.heic", made_heic((512, 512), (20_000, 20_000))),
    ],
)
def test_pictures_too_large_to_open(name: str, data: bytes) -> None:
    error = refusal(data, name)
    assert isinstance(error, errors.ContentTooLargeError)
    assert "5,000万画素" in error.reason


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", made_jpeg(0, 10)),
        ("a.jpg", b"\xff\xd8\xff\xe1\x00\x00"),
        ("a.jpg", b"\xff\xd8\xff\xe1\xff\xff"),
        ("a.jpg", b"\xff\xd8\xff\xd9"),
        ("a.jpg", b"\xff\xd8" + b"\xff" * 3000),
        ("a.png", made_png(5, 5)[:-4]),
        ("a.png", made_png(5, 5).replace(b"\x08\x02", b"\x08\x03")),
        ("a.heic", made_heic()),
    ],
)
def test_broken_pictures(name: str, data: bytes) -> None:
    assert isinstance(refusal(data, name), errors.BrokenContentError)


def test_the_limit_is_the_one_written() -> None:
    assert images.MAX_PIXELS == 5000 * 10_000


# --- nothing else gets out ---------------------------------------------------------------------------------------

SEEDS = {
    "a.zip": pack({"a.txt": b"hello" * 50, "b/c.xlsx": office(XLSX)}),
    "a.xlsx": office(XLSX, xl__workbook_xml="<w/>"),
    "a.xls": compound({"Workbook": records(BOF, sheet(0), EOF) + bytes(5000), "small": b"x" * 100}),
    "a.pdf": made_pdf(b"/Names<</EmbeddedFiles 5 0 R>>"),
    "a.jpg": made_jpeg(100, 100),
    "a.png": made_png(100, 100),
    "a.heic": made_heic((100, 100)),
    "a.csv": "氏名,番号\r\n".encode("cp932"),
}


@pytest.mark.parametrize("name", SEEDS)
def test_damaged_files_are_accepted_or_refused_and_nothing_else(name: str) -> None:
    chance = random.Random(20261124)  # noqa: S311 - the same damage every time
    for _ in range(300):
        damaged = bytearray(SEEDS[name])
        for _ in range(chance.randrange(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        if chance.random() < 0.2:
            del damaged[chance.randrange(len(damaged)) :]
        with contextlib.suppress(errors.ContentRefusedError):
            look(bytes(damaged), name)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), st.binary(max_size=200), st.integers(0, 600))
def test_any_bytes_behind_a_right_head(name: str, tail: bytes, cut: int) -> None:
    with contextlib.suppress(errors.ContentRefusedError):
        look(SEEDS[name][:cut] + tail, name)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text(alphabet="abcあ表 1", min_size=1, max_size=12).map(str.strip).filter(bool),
        st.text(max_size=300),
        max_size=8,
    ),
    st.booleans(),
)
def test_any_zip_of_texts_is_accepted_and_any_cut_of_it_refused(files: dict[str, str], stored: bool) -> None:
    names = {name.casefold() for name in files}
    data = pack(
        {f"書類/{name}.txt": f"メモ{text}".encode(errors="replace") for name, text in files.items()},
        zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED,
    )
    assert len(names) == len(files)
    assert look(data, "a.zip") == Findings(Kind.ZIP)
    for made in (data[:-1], data[:-30], data + b"\x00", data[:4] + b"\x00" + data[4:]):
        refusal(made, "a.zip")


class CountedFile(io.BytesIO):
    """Counts how often reading jumps backwards."""

    jumps = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        before = self.tell()
        after = super().seek(offset, whence)
        self.jumps += after < before
        return after


def test_a_zip_is_read_in_order() -> None:
    data = pack({f"{n}.txt": bytes([n]) * 50_000 for n in range(200)})
    file = CountedFile(data)
    inspect(file, size=len(data), name=clean_file_name("a.zip"))
    assert file.jumps < 8


class ShortFile(io.BytesIO):
    """Gives less than it was asked for, as a file over parts does at their borders."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(7, size) if size and size > 0 else size)


@pytest.mark.parametrize("name", SEEDS)
def test_short_reads_change_nothing(name: str) -> None:
    data = SEEDS[name]
    assert inspect(ShortFile(data), size=len(data), name=clean_file_name(name)) == look(data, name)
