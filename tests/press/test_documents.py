"""Documents out: facts that come back exactly, pages that show them, a file that refuses any changed byte."""

from __future__ import annotations

import dataclasses
import hashlib
import random
import re
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from azukari.press.canonical import NotCanonicalError
from azukari.press.dates import long_day, long_moment
from azukari.press.document_errors import CertificateFileError
from azukari.press.documents import disposal_certificate, recovery_sheet, rejected_rows
from azukari.press.documents.disposal_certificate import page
from azukari.press.documents.disposal_certificate import sample as certificates
from azukari.press.documents.disposal_certificate.facts import Approval, ApprovalRule, DisposalCertificate
from azukari.press.documents.recovery_sheet import sample as sheets
from azukari.press.documents.rejected_rows import sample as rejected
from azukari.press.typesetting import FONT_FOLDER

SIGNED_AT = datetime(2026, 10, 20, 9, 42, tzinfo=UTC)
TWELVE_DIGITS = re.compile(r"(?<!\d)\d{12}(?!\d)")


def new_signer(curve: ec.EllipticCurve | None = None) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(curve or ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "みなと社会保険労務士法人"),
            x509.NameAttribute(NameOID.COMMON_NAME, "みなと社会保険労務士法人 廃棄証明書"),
        ]
    )
    start = datetime(2026, 4, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return private, certificate.public_bytes(Encoding.DER)


def facts(people: int, certificate_der: bytes) -> DisposalCertificate:
    digest = hashlib.sha256(certificate_der).hexdigest()
    return certificates.sample_certificate(people, signer_certificate_sha256=digest)


def drawn(certificate: DisposalCertificate) -> bytes:
    return disposal_certificate.render(certificate, certificates.PROOF, certificates.ENTRY)


@pytest.fixture(scope="module")
def signer() -> tuple[bytes, bytes]:
    return new_signer()


@pytest.fixture(scope="module")
def signed(signer: tuple[bytes, bytes]) -> bytes:
    return disposal_certificate.sign(drawn(facts(6, signer[1])), *signer, SIGNED_AT)


def text_of(pdf: bytes) -> str:
    """Read the text of a PDF with poppler where it is there, else put together what the fonts say."""
    if program := shutil.which("pdftotext"):
        done = subprocess.run([program, "-", "-"], input=pdf, capture_output=True, check=True)
        return done.stdout.decode("utf-8")
    return _text_by_unicode_maps(pdf)


def _text_by_unicode_maps(pdf: bytes) -> str:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return "".join(_page_text(one) for one in opened.pages)


def _page_text(one: pikepdf.Page) -> str:
    maps = {str(name): _unicode_map(font) for name, font in one.Resources.Font.items()}
    words, current = [], {}
    for instruction in pikepdf.parse_content_stream(one):
        operands, operator = instruction.operands, instruction.operator
        if str(operator) == "Tf":
            current = maps[str(operands[0])]
        if str(operator) in ("Tj", "TJ"):
            items = operands[0] if str(operator) == "TJ" else operands
            for item in items:
                if isinstance(item, pikepdf.String):
                    raw = bytes(item)
                    words += [current.get(raw[n : n + 2].hex(), "") for n in range(0, len(raw), 2)]
    return "".join(words)


def _unicode_map(font: Any) -> dict[str, str]:
    table = font.ToUnicode.read_bytes().decode("ascii")
    pairs = re.findall(r"^<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>$", table, re.MULTILINE)
    return {code.lower(): bytes.fromhex(value).decode("utf-16-be") for code, value in pairs}


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def fonts_not_embedded(pdf: bytes) -> list[str]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        descriptors = [
            item
            for item in opened.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"
        ]
        assert descriptors
        return [str(item.FontName) for item in descriptors if "/FontFile2" not in item and "/FontFile3" not in item]


def page_count(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return len(opened.pages)


# --- facts -----------------------------------------------------------------------------------------------


def test_facts_come_back_exactly() -> None:
    certificate = certificates.sample_certificate(6)
    data = certificate.to_bytes()
    assert DisposalCertificate.from_bytes(data) == certificate
    assert DisposalCertificate.from_bytes(data).to_bytes() == data


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"\n",
        lambda data: data.replace(b'":"', b'": "', 1),
        lambda data: data.replace(b'{"', b'{"extra":1,"', 1),
        lambda data: data.replace(b"/v1", b"/v2"),
        lambda data: data.replace(b"2026-10-20T09:41:10Z", b"2026-10-20T18:41:10+09:00"),
        lambda data: data.replace(b'"index":5127', b'"index":5127.0'),
        lambda data: data.replace(b'"index":5127', b'"index":"5127"'),
        lambda data: data.replace(b'"backup_days":35', b'"backup_days":true'),
        lambda data: data.replace("廃".encode(), b"\\u5ec3"),
        lambda data: data[:-1],
        lambda _: b"[" * 100_000,
        lambda data: b"\xff" + data,
    ],
)
def test_facts_written_differently_are_refused(change: Any) -> None:
    with pytest.raises(NotCanonicalError):
        DisposalCertificate.from_bytes(change(certificates.sample_certificate().to_bytes()))


@pytest.mark.parametrize("text", ["番号 123456789012", "1234-5678-9012", "１２３４　５６７８　９０１２"])
def test_facts_with_a_possible_number_are_refused(text: str) -> None:
    """ガイドライン別添1 2E: the disposal record does not contain the number."""
    with pytest.raises(ValueError, match="My Number"):
        dataclasses.replace(certificates.sample_certificate(), reason_note=text)


def test_facts_keep_days_and_telephone_numbers() -> None:
    note = "2026-10-20から2026-11-25まで、03-1234-5678、法人番号1234567890123"
    assert dataclasses.replace(certificates.sample_certificate(), reason_note=note).reason_note == note


def test_facts_need_their_order_in_time() -> None:
    certificate = certificates.sample_certificate()
    with pytest.raises(ValueError, match="follow each other"):
        dataclasses.replace(certificate, issued_at=certificate.executed_at - timedelta(seconds=1))


@pytest.mark.parametrize("people", [0, 2_001])
def test_certificate_is_for_one_to_two_thousand(people: int) -> None:
    with pytest.raises(ValueError, match="1 to 2000"):
        certificates.sample_certificate(people)


def test_one_person_alone_must_have_waited() -> None:
    certificate = certificates.sample_certificate()
    hasty = Approval(
        rule=ApprovalRule.ONE_PERSON_WAIT,
        person=certificate.executor,
        at=certificate.executed_at - timedelta(hours=23, minutes=59),
    )
    with pytest.raises(ValueError, match="24 hours"):
        dataclasses.replace(certificate, approval=hasty)


def test_dates_show_both_calendars() -> None:
    assert long_day(date(2019, 5, 1)) == "令和元年（2019年）5月1日"
    assert long_moment(datetime(2026, 10, 20, 15, 0, 2, tzinfo=UTC)) == "令和8年（2026年）10月21日 0時00分02秒"


# --- the certificate's page ------------------------------------------------------------------------------


def test_certificate_shows_its_facts(signed: bytes) -> None:
    shown = squeezed(text_of(signed))
    for expected in (
        "個人番号廃棄証明書",
        "有限会社北川商店御中",
        "廃-2026-0041",
        "令和8年（2026年）10月20日18時40分02秒",
        "令和8年（2026年）11月25日",
        "鍵の消去による復元不能化",
        "佐伯舞（事務取扱担当者）",
        "三宅隆（責任者）",
        "登録番号第13990001号",
        "変更前の番号",
        "所得税法施行規則76条の3",
    ):
        assert expected in shown
    *japanese, vietnamese = certificates.NAMES
    for name in japanese:
        assert squeezed(name) in shown
    # Readers break a word where the font changes (ễ comes from the second font); no character may be missing.
    assert set(squeezed(vietnamese)) <= set(shown)


def test_certificate_holds_no_number_and_every_font(signed: bytes) -> None:
    assert not TWELVE_DIGITS.search(text_of(signed))
    assert fonts_not_embedded(signed) == []
    assert len(signed) < 250_000


def test_same_facts_give_the_same_bytes() -> None:
    certificate = certificates.sample_certificate(6)
    assert drawn(certificate) == drawn(certificate)


def test_certificate_claims_pdf_a3a_and_ua1(signed: bytes) -> None:
    with pikepdf.open(BytesIO(signed)) as opened:
        with opened.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            claims = (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"])
        assert claims == ("3", "A", "1")
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == "ja-JP"
        assert "/OutputIntents" in opened.Root
        assert opened.pdf_version == "1.7"


def test_one_person_is_named_on_the_first_page_and_waits_24_hours() -> None:
    certificate = certificates.sample_certificate(1)
    alone = Approval(
        rule=ApprovalRule.ONE_PERSON_WAIT,
        person=certificate.executor,
        at=certificate.executed_at - timedelta(hours=25),
    )
    pdf = drawn(dataclasses.replace(certificate, approval=alone))
    assert page_count(pdf) == 2
    assert "柴田昭夫（社員番号0207・本人）" in squeezed(text_of(pdf))
    assert "申請から24時間以上おいて実行" in squeezed(text_of(pdf))


def test_markup_in_a_name_stays_text() -> None:
    certificate = certificates.sample_certificate(1)
    hostile = dataclasses.replace(certificate.rows[0], name='#read("x") *太字* $x$ `y` \\ <a>')
    assert '#read("x")*太字*$x$`y`\\<a>' in squeezed(text_of(drawn(dataclasses.replace(certificate, rows=(hostile,)))))


def test_certificate_for_1200_people(signer: tuple[bytes, bytes]) -> None:
    pdf = disposal_certificate.sign(drawn(facts(1200, signer[1])), *signer, SIGNED_AT)
    file = disposal_certificate.read(pdf)
    assert len(file.certificate.rows) == 1200
    assert len(pdf) < 4_000_000
    text = text_of(pdf)
    assert text.count("番号の区分") == page_count(pdf) - 1 or text.count("番号の区分") == page_count(pdf) - 2
    assert f"1 / {page_count(pdf)}" in text
    assert not TWELVE_DIGITS.search(text)


# --- the certificate's file ------------------------------------------------------------------------------


def test_signed_file_comes_back(signed: bytes, signer: tuple[bytes, bytes]) -> None:
    file = disposal_certificate.read(signed)
    assert file.certificate == facts(6, signer[1])
    assert file.facts_bytes == file.certificate.to_bytes()
    assert (file.entry_bytes, file.proof_bytes) == (certificates.ENTRY, certificates.PROOF)
    assert file.signer_certificate_der == signer[1]
    assert disposal_certificate.page_shows_facts(signed)


def test_another_reader_finds_the_signature_valid(signed: bytes, tmp_path: Any) -> None:
    program = shutil.which("pdfsig")
    if program is None:
        pytest.skip("pdfsig (poppler-utils) is not installed")
    (tmp_path / "signed.pdf").write_bytes(signed)
    # No certificate store: pdfsig then says what it thinks of the signature alone.
    said = subprocess.run([program, "-nocert", tmp_path / "signed.pdf"], capture_output=True, check=False).stdout
    assert b"Signature is Valid" in said
    assert b"Total document signed" in said


def _why_refused(pdf: bytes) -> str | None:
    try:
        disposal_certificate.read(pdf)
    except CertificateFileError as error:
        return error.why
    return None


def test_every_changed_byte_is_refused(signed: bytes) -> None:
    """The whole signature hole, both ends, everything after the hole, and a sample of the rest."""
    hole = range(signed.rfind(b"/Contents <") - 20, signed.find(b"/ByteRange", signed.rfind(b"/Contents <")))
    rest = random.Random(2026).sample(range(len(signed)), 400)  # noqa: S311 - a sample, no secret
    ends = [*range(24), *range(hole.stop, len(signed))]
    unseen = []
    for number, place in enumerate([*hole, *rest, *ends]):
        changed = bytearray(signed)
        changed[place] ^= (0x01, 0x20, 0x80, 0xFF, 0x02)[number % 5]
        if _why_refused(bytes(changed)) is None:
            unseen.append(place)
    assert unseen == []


def test_lower_case_hexadecimal_in_the_signature_is_refused(signed: bytes) -> None:
    start = signed.rfind(b"/Contents <") + 11
    end = signed.find(b">", start)
    with pytest.raises(CertificateFileError, match="署名の部分が変更されています"):
        disposal_certificate.read(signed[:start] + signed[start:end].lower() + signed[end:])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda _: b"", "PDFではありません"),
        (lambda pdf: b"PK\x03\x04" + pdf, "PDFではありません"),
        (lambda pdf: pdf + b"\n", "追加されています"),
        (lambda pdf: pdf + b"\n%%EOF\n", "追加されています"),
        (lambda pdf: pdf[:-1], "変更されています"),
        (lambda pdf: pdf[: len(pdf) // 2], "署名がありません"),
    ],
)
def test_changed_files_say_why(signed: bytes, change: Any, why: str) -> None:
    with pytest.raises(CertificateFileError, match=why):
        disposal_certificate.read(change(signed))


def test_unsigned_certificate_is_refused(signer: tuple[bytes, bytes]) -> None:
    with pytest.raises(CertificateFileError, match="署名がありません"):
        disposal_certificate.read(drawn(facts(1, signer[1])))


def test_second_signature_is_refused(signed: bytes) -> None:
    twice = disposal_certificate.sign(_field_renamed(signed), *new_signer(), SIGNED_AT)
    with pytest.raises(CertificateFileError, match="署名が1つではありません"):
        disposal_certificate.read(twice)


def _field_renamed(signed: bytes) -> bytes:
    # The signing code refuses to fill a field twice; a second one needs the first under another name.
    return signed.replace(b"/T (Signature)", b"/T (Signatura)")


def test_signer_other_than_the_facts_name_is_refused(signer: tuple[bytes, bytes]) -> None:
    pdf = disposal_certificate.sign(drawn(facts(1, signer[1])), *new_signer(), SIGNED_AT)
    with pytest.raises(CertificateFileError, match="実際の署名者が違います"):
        disposal_certificate.read(pdf)


def _with_script(opened: pikepdf.Pdf) -> None:
    opened.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def _with_link_action(opened: pikepdf.Pdf) -> None:
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=[0, 0, 100, 100],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://example.jp/")),
    )
    opened.pages[0].Annots = opened.make_indirect(pikepdf.Array([opened.make_indirect(link)]))


def _with_action_in_an_object_of_its_own(opened: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("calc.exe"))
    opened.pages[0].PieceInfo = opened.make_indirect(pikepdf.Dictionary(A=pikepdf.Array([action])))


def _with_attachment(opened: pikepdf.Pdf) -> None:
    opened.attachments["more.txt"] = pikepdf.AttachedFileSpec(opened, b"more", filename="more.txt")


def _with_other_facts(opened: pikepdf.Pdf) -> None:
    del opened.attachments[page.FACTS_NAME]
    opened.attachments[page.FACTS_NAME] = pikepdf.AttachedFileSpec(opened, b"{}", filename=page.FACTS_NAME)


def _without_proof(opened: pikepdf.Pdf) -> None:
    del opened.attachments[page.PROOF_NAME]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_with_script, "動作"),
        (_with_link_action, "動作"),
        (_with_action_in_an_object_of_its_own, "動作"),
        (_with_attachment, "あずかりの廃棄証明書ではありません"),
        (_with_other_facts, "あずかりの廃棄証明書ではありません"),
        (_without_proof, "あずかりの廃棄証明書ではありません"),
    ],
)
def test_other_signed_pdfs_are_refused(signer: tuple[bytes, bytes], change: Any, why: str) -> None:
    """Validly signed by the very key, yet not what we make."""
    out = BytesIO()
    with pikepdf.open(BytesIO(drawn(facts(1, signer[1])))) as opened:
        change(opened)
        opened.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pytest.raises(CertificateFileError, match=why):
        disposal_certificate.read(disposal_certificate.sign(out.getvalue(), *signer, SIGNED_AT))


def test_page_that_says_something_else_is_noticed(signer: tuple[bytes, bytes]) -> None:
    """Only the holder of the key can do this: facts of one certificate, page of another."""
    certificate = facts(1, signer[1])
    lie = dataclasses.replace(certificate, number="廃-2026-0099")
    pdf = drawn(lie)
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        del opened.attachments[page.FACTS_NAME]
        opened.attachments[page.FACTS_NAME] = pikepdf.AttachedFileSpec(
            opened, certificate.to_bytes(), filename=page.FACTS_NAME
        )
        opened.save(out, deterministic_id=True)
    signed = disposal_certificate.sign(out.getvalue(), *signer, SIGNED_AT)
    assert disposal_certificate.read(signed).certificate == certificate
    assert not disposal_certificate.page_shows_facts(signed)


def test_signing_needs_a_p256_key_of_the_certificate(signer: tuple[bytes, bytes]) -> None:
    pdf = drawn(facts(1, signer[1]))
    with pytest.raises(ValueError, match="P-256"):
        disposal_certificate.sign(pdf, *new_signer(ec.SECP384R1()), SIGNED_AT)
    with pytest.raises(ValueError, match="belong together"):
        disposal_certificate.sign(pdf, new_signer()[0], signer[1], SIGNED_AT)
    with pytest.raises(ValueError, match="time zone"):
        disposal_certificate.sign(pdf, *signer, SIGNED_AT.replace(tzinfo=None))


# --- recovery sheet --------------------------------------------------------------------------------------


def test_recovery_sheet_is_one_page_with_the_code() -> None:
    pdf = recovery_sheet.render(sheets.SAMPLE, sheets.ISSUED_AT)
    shown = text_of(pdf)
    assert page_count(pdf) == 1
    assert fonts_not_embedded(pdf) == []
    assert len(pdf) < 250_000
    for group in sheets.SAMPLE.groups:
        assert group in shown
    for expected in (
        "鍵の控え",
        "この紙だけでは個人番号を開けません",
        "azukarirecover",
        "保管場所",
        "耐火金庫",
    ):
        assert expected in squeezed(shown)
    assert not TWELVE_DIGITS.search(shown)


def test_recovery_sheet_does_not_show_its_code_by_accident() -> None:
    assert sheets.SAMPLE.groups[0] not in repr(sheets.SAMPLE)
    with pytest.raises(ValueError, match=r"^the recovery code must be groups of capital letters and digits$"):
        dataclasses.replace(sheets.SAMPLE, groups=("secret!",))


def test_recovery_sheet_with_a_long_office_name_stays_one_page() -> None:
    long_name = "社会保険労務士法人" + "みなと労務管理総合研究所" * 5
    sheet = dataclasses.replace(sheets.SAMPLE, office_name=long_name, number=123)
    assert page_count(recovery_sheet.render(sheet, sheets.ISSUED_AT)) == 1


# --- rejected rows ---------------------------------------------------------------------------------------


def rejected_sheet() -> Any:
    data = rejected_rows.render(rejected.SAMPLE, rejected.CLIENT_NAME, rejected.OFFICE_NAME, rejected.MADE_AT)
    return openpyxl.load_workbook(BytesIO(data)).active


def headed(sheet: Any) -> tuple[int, list[str]]:
    for row in sheet.iter_rows():
        headings = [str(cell.value or "") for cell in row]
        if "個人番号（確認）" in headings:
            return row[0].row, headings
    raise AssertionError("no header row")


def test_rejected_rows_leave_the_numbers_empty_open_and_as_text() -> None:
    sheet = rejected_sheet()
    header, headings = headed(sheet)
    assert sheet.protection.sheet
    assert not sheet.protection.password
    for heading in ("個人番号", "個人番号（確認）"):
        column = headings.index(heading) + 1
        for row in range(header + 1, header + 1 + len(rejected.SAMPLE)):
            cell = sheet.cell(row, column)
            assert (cell.value, cell.number_format, cell.protection.locked) == (None, "@", False)
    assert sum(len(str(rule.sqref).split(":")) == 2 for rule in sheet.data_validations.dataValidation) == 2


def test_rejected_rows_hold_no_number_and_no_formula() -> None:
    cells = [cell for row in rejected_sheet().iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type == "s" for cell in cells)
    assert any(cell.value == "=cmd|' /C calc'!A0" for cell in cells)
    assert not any(re.search(r"0000-?1111-?2222", str(cell.value)) for cell in cells)
    assert any("この表には個人番号を載せていません" in str(cell.value) for cell in cells)


def test_rejected_rows_keep_names_as_typed_and_print_well() -> None:
    sheet = rejected_sheet()
    values = [cell.value for row in sheet.iter_rows() for cell in row]
    for row in rejected.SAMPLE:
        assert not row.name or row.name in values
    header, _ = headed(sheet)
    assert sheet.page_setup.orientation == "landscape"
    assert str(sheet.page_setup.paperSize) == "9"
    assert sheet.print_title_rows == f"${header}:${header}"


def test_rejected_rows_may_be_none() -> None:
    assert rejected_rows.render((), "甲", "乙", rejected.MADE_AT).startswith(b"PK")


# --- fonts -----------------------------------------------------------------------------------------------


def test_fonts_are_those_the_readme_names() -> None:
    listed = dict(
        re.findall(r"^\| (\S+\.ttf) .* ([0-9a-f]{64}) \|$", (FONT_FOLDER / "README.md").read_text(), re.MULTILINE)
    )
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONT_FOLDER.glob("*.ttf")}
    assert found == listed
    assert sum(path.stat().st_size for path in FONT_FOLDER.iterdir()) < 40_000_000
