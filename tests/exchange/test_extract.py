"""Words of files, read by a child process under limits."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

from azukari.kernel.check_digits import synthetic_number
from azukari.press import extract, extract_child
from azukari.press.extract import Extracted, extract_text

pytestmark = pytest.mark.no_database

SHEETS = Path(__file__).parent.parent / "fixtures" / "sheets"
NUMBER = synthetic_number(7)


def inside(data: bytes, kind: str) -> tuple[str, bool]:
    """Read in this process: what the child does, without its start."""
    answer = extract_child.read(kind, data)
    return answer[1:].decode(), answer[:1] == b"C"


def pack(files: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名簿＆他"
    sheet["A1"] = "氏名"
    sheet["B1"] = "<個人番号>"
    sheet["B2"] = int("9" + NUMBER[1:])
    sheet["A3"] = '="甲"&"乙"'
    sheet["A1"].comment = Comment("控えのメモ", "総務")
    sheet.oddHeader.center.text = "見出し社"
    book.properties.creator = "山田商事"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def made_pdf(text: str) -> bytes:
    content = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Annots[6 0 R]/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/F 4/T(n)/V(field words)/Rect[20 20 200 40]/DA(/F1 12 Tf)/AP<</N 7 0 R>>>>",
        b"<</Subtype/Form/BBox[0 0 180 20]/Resources<</Font<</F1 5 0 R>>>>/Length 39>>stream\n%s\nendstream"
        % b"BT /F1 12 Tf 2 4 Td (field words) Tj ET",
    ]
    body = b"%PDF-1.7\n"
    places = []
    for number, made in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, made)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
        len(objects) + 1,
        len(body),
    )


# --- through the child -------------------------------------------------------------------------------------------


def test_every_kind_through_the_child() -> None:
    docx = pack({"word/document.xml": "<w:p><w:r><w:t>契</w:t></w:r><w:r><w:t>約</w:t></w:r></w:p>"})
    pptx = pack({"ppt/slides/slide1.xml": "<a:p><a:t>表紙</a:t></a:p>"})
    for kind, data, words in (
        ("csv", "氏名,番号".encode("cp932"), "氏名,番号"),
        ("txt", "メモ".encode("utf-16"), "メモ"),
        ("xlsx", workbook(), "<個人番号>"),
        ("docx", docx, "契約"),
        ("pptx", pptx, "表紙"),
        ("pdf", made_pdf("hello words"), "hello words"),
    ):
        found = extract_text(data, kind)
        assert words in found.text, kind
        assert found.complete, kind


@pytest.mark.parametrize("kind", ["xlsx", "docx", "pptx", "pdf"])
def test_what_cannot_be_read_is_no_error(kind: str) -> None:
    for data in (b"", b"nothing", b"PK\x03\x04 broken"):
        assert extract_text(data, kind) == Extracted("", complete=False)


def test_other_kinds_and_long_files_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "_run_child", lambda *_: pytest.fail("the child was started"))
    assert extract_text(b"x", "exe") == Extracted("", complete=False)
    monkeypatch.setattr(extract, "MAX_BYTES", 10)
    assert extract_text(b"x" * 11, "txt") == Extracted("", complete=False)


def test_a_child_that_takes_too_long_is_stopped() -> None:
    assert extract._run_child("csv", b"a,b\n", wall_seconds=0.001) == Extracted("", complete=False)


def test_a_child_that_runs_out_of_memory_says_so() -> None:
    script = (
        "import sys; from azukari.press import extract_child as child; child.MEMORY_LIMIT = 200 << 20; child.limit();"
        "sys.stdout.buffer.write(child.read('txt', b'a' * (120 << 20)))"
    )
    source = str(Path(extract.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], env={"PYTHONPATH": source}, capture_output=True, check=True
    )
    assert done.stdout == b"P"


def test_nothing_on_the_command_line_and_no_secret_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[tuple[list[str], dict[str, str]]] = []
    run = subprocess.run

    def spy(command: list[str], **options: object) -> object:
        commands.append((command, options["env"]))  # type: ignore[arg-type]
        return run(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", spy)
    monkeypatch.setenv("AZUKARI_SECRET", "key")
    extract_text(NUMBER.encode(), "txt")
    ((command, environment),) = commands
    assert NUMBER not in " ".join(command)
    assert set(environment) == {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"}


def test_the_child_knows_no_django() -> None:
    script = "import sys, azukari.press.extract_child; print([n for n in sys.modules if n.startswith('django')])"
    source = str(Path(extract.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], env={"PYTHONPATH": source}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_no_repr_shows_the_text() -> None:
    assert NUMBER not in repr(Extracted(NUMBER, complete=True))
    assert NUMBER not in str([Extracted(NUMBER, complete=True)])


# --- the readers -------------------------------------------------------------------------------------------------


def test_a_workbook_with_all_its_corners() -> None:
    text, complete = inside(workbook(), "xlsx")
    assert complete
    lines = text.split("\n")
    for words in ("名簿＆他", "氏名", "<個人番号>", f"9{NUMBER[1:]}", "控えのメモ", "山田商事"):
        assert words in lines
    assert "見出し社" in text


@pytest.mark.parametrize("path", sorted(SHEETS.glob("*.[xc]*")), ids=lambda path: path.name)
def test_sheets_of_clients(path: Path) -> None:
    text, complete = inside(path.read_bytes(), path.suffix[1:])
    assert complete
    assert "氏名" in text


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("<c r='A1'/><c r='B1'><v>12</v></c>", ["12"]),
        ("<c r='A1' t='s'><v>0</v></c><c r='B1'><v>5</v></c>", ["5"]),
        ("<c r='A1' t='s'><v>x</v></c><c r='B1'><f>1+1</f></c>", []),
        ("<c r='A1' t='str'><f>x</f><v>a&amp;b</v></c>", ["a&b"]),
        ("<c r='A1' t='inlineStr'><is><r><t>個</t></r><r><t>人</t></r><rPh><t>コ</t></rPh></is></c>", ["個人"]),
        ("<x:c r='A1'><x:v>7</x:v></x:c>", ["7"]),
        ("<c><v>1.23456E11</v></c>", ["123456000000"]),
        ("<c><v>1.5E-3</v></c>", ["1.5E-3"]),
        ("<row><c r='A1'>", []),
    ],
)
def test_cells(cells: str, words: list[str]) -> None:
    text, _ = inside(pack({"xl/worksheets/sheet1.xml": f"<sheetData>{cells}</sheetData>"}), "xlsx")
    assert text.split("\n") == (words or [""])


def test_shared_strings_stand_where_their_cells_are() -> None:
    strings = (
        "<sst><si><t>氏名</t></si><si/><si><r><t>個人</t></r><r><t>番号</t></r><rPh><t>コジン</t></rPh></si></sst>"
    )
    cells = "".join(f"<c t='s'><v>{n}</v></c>" for n in (2, 1, 0, 2, 9))
    data = pack({"xl/sharedStrings.xml": strings, "xl/worksheets/sheet1.xml": f"<row>{cells}</row>"})
    assert inside(data, "xlsx") == ("個人番号\n氏名\n個人番号", True)


def test_words_in_a_document() -> None:
    body = (
        "<w:p><w:r><w:t>一</w:t><w:tab/><w:t xml:space='preserve'> 二&#x4E09;</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:t>左</w:t></w:p></w:tc><w:tc><w:p><w:t>右</w:t></w:p></w:tc></w:tr></w:tbl>"
        "<w:p><w:t>上</w:t><w:br/><w:t>下</w:t></w:p><w:p><w:del><w:delText>消した</w:delText></w:del></w:p>"
        "<w:p><w:t><![CDATA[<囲み>]]></w:t></w:p><w:t/>"
    )
    text, complete = inside(pack({"word/header1.xml": "<w:p><w:t>柱</w:t></w:p>", "word/document.xml": body}), "docx")
    assert complete
    assert text.split("\n") == ["一\t 二三", "左", "右", "上", "下", "消した", "<囲み>", "柱"]


def test_slides_in_their_order() -> None:
    slides = {f"ppt/slides/slide{n}.xml": f"<a:p><a:t>{n}</a:t></a:p>" for n in (10, 2, 1)}
    assert (
        inside(pack({**slides, "ppt/notesSlides/notesSlide1.xml": "<a:p><a:t>控え</a:t></a:p>"}), "pptx")[0]
        == "控え\n1\n2\n10"
    )


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "utf-16", "iso2022_jp"])
def test_codes_of_text(codec: str) -> None:
    assert inside("氏名,番号\r\n".encode(codec), "csv") == ("氏名,番号\r\n", True)


def test_a_text_in_no_code_is_read_in_part() -> None:
    text, complete = inside(b"abc\x81\xff\xfe\ndef", "txt")
    assert "abc" in text and "def" in text
    assert not complete


def test_fields_filled_into_a_pdf() -> None:
    text, complete = inside(made_pdf("hello"), "pdf")
    assert "hello" in text and "field words" in text
    assert complete


def test_a_page_that_is_an_image_is_not_read() -> None:
    content = b"q 100 0 0 100 0 0 cm /I Do Q"
    data = made_pdf("x")
    scanned = (
        data.replace(
            data[data.index(b"<</Length") : data.index(b"\nendstream")],
            b"<</Length %d>>stream\n%s" % (len(content), content),
        )
        .replace(b"/Annots[6 0 R]", b"")
        .replace(b"/Resources<</Font<</F1 5 0 R>>>>", b"/Resources<</XObject<</I 5 0 R>>>>", 1)
        .replace(
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\nA\nendstream",
        )
    )
    assert inside(scanned, "pdf") == ("", False)


def test_too_much_text_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract_child, "MAX_CHARACTERS", 1000)
    text, complete = inside(b"a" * 5000, "txt")
    assert len(text) == 1000
    assert not complete
    monkeypatch.setattr(extract_child, "MAX_PART", 100)
    assert not inside(pack({"word/document.xml": "<w:p><w:t>a</w:t></w:p>" * 50}), "docx")[1]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["xlsx", "docx", "pptx", "csv", "txt"]))
def test_any_bytes_give_an_answer(data: bytes, kind: str) -> None:
    assert extract_child.read(kind, data)[:1] in (b"C", b"P")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_xml_gives_an_answer(xml: str) -> None:
    data = pack(
        {"word/document.xml": xml.encode(errors="replace"), "xl/worksheets/sheet1.xml": xml.encode(errors="replace")}
    )
    for kind in ("docx", "xlsx"):
        assert extract_child.read(kind, data)[:1] == b"C"
