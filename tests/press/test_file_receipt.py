"""受領書: facts that come back exactly, one page that shows them, a file that refuses any changed byte."""

from __future__ import annotations

import dataclasses
import hashlib
import random
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from azukari.kernel.text import mask_long_digits
from azukari.press import signed
from azukari.press.canonical import NotCanonicalError
from azukari.press.document_errors import CertificateFileError
from azukari.press.documents import disposal_certificate, file_receipt
from azukari.press.documents.disposal_certificate.sample import sample_certificate
from azukari.press.documents.file_receipt import FileReceipt
from azukari.press.documents.file_receipt.errors import ReceiptFileError
from azukari.press.documents.file_receipt.sample import CLIENT, ENTRY, FILE, OFFICE, PROOF, sample_receipt
from azukari.press.signed import glyphs
from tests.press import test_documents as certificates
from tests.press.test_documents import (
    SIGNED_AT,
    TWELVE_DIGITS,
    fonts_not_embedded,
    new_signer,
    page_count,
    squeezed,
    text_of,
)


@pytest.fixture(scope="module")
def signer() -> tuple[bytes, bytes]:
    return new_signer()


@pytest.fixture(scope="module")
def receipt(signer: tuple[bytes, bytes]) -> FileReceipt:
    return sample_receipt(signer_certificate_sha256=hashlib.sha256(signer[1]).hexdigest())


@pytest.fixture(scope="module")
def pdf(signer: tuple[bytes, bytes], receipt: FileReceipt) -> bytes:
    return file_receipt.sign(drawn(receipt), *signer, SIGNED_AT)


def drawn(receipt: FileReceipt) -> bytes:
    return file_receipt.render(receipt, PROOF, ENTRY)


# --- facts -----------------------------------------------------------------------------------------------


def test_facts_come_back_exactly() -> None:
    receipt = sample_receipt()
    assert FileReceipt.from_bytes(receipt.to_bytes()) == receipt
    assert FileReceipt.from_bytes(receipt.to_bytes()).to_bytes() == receipt.to_bytes()
    assert receipt.fingerprint() == hashlib.sha256(receipt.to_bytes()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"\n",
        lambda data: data.replace(b'":"', b'": "', 1),
        lambda data: data.replace(b'{"', b'{"extra":1,"', 1),
        lambda data: data.replace(b"/v1", b"/v2"),
        lambda data: data.replace(b"file-receipt", b"disposal-certificate"),
        lambda data: data.replace(b"2026-10-20T09:41:10Z", b"2026-10-20T18:41:10+09:00"),
        lambda data: data.replace(b'"protected":true', b'"protected":1'),
        lambda data: data.replace(b'"size":', b'"size":-'),
        lambda data: re.sub(rb'"size":(\d+)', rb'"size":\1.0', data),
        lambda data: re.sub(rb'"size":(\d+)', rb'"size":true', data),
        lambda data: data.replace("受".encode(), b"\\u53d7"),
        lambda data: data[:-1],
    ],
)
def test_facts_written_differently_are_refused(change: Any) -> None:
    data = sample_receipt().to_bytes()
    assert change(data) != data
    with pytest.raises(NotCanonicalError):
        FileReceipt.from_bytes(change(data))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"number": "廃-2026-000123"}, "look like"),
        ({"number": "受-2026-123"}, "look like"),
        ({"number": "受-2026-000123\n"}, "look like"),
        ({"received_at": datetime(2026, 10, 20, 9, 41, 11, tzinfo=UTC)}, "follows"),
        ({"received_at": datetime(2026, 10, 20, 9, 41, 9)}, "time zone"),
        ({"issued_at": datetime(2026, 10, 20, 9, 41, 10, 1, tzinfo=UTC)}, "to the second"),
        ({"size": -1}, "count of bytes"),
        ({"size": 2**53}, "count of bytes"),
        ({"sha256": "AB" * 32}, "64 lower-case"),
        ({"sha256": "ab" * 16}, "64 lower-case"),
        ({"signer_certificate_sha256": ""}, "64 lower-case"),
        ({"salt": ""}, "16 bytes"),
        ({"salt": "c3" * 32}, "16 bytes"),
        ({"check_result": "clean"}, "Japanese word"),
        ({"check_result": "検査済み。安全"}, "Japanese word"),
        ({"file_name": ""}, "1 to 255"),
        ({"file_name": "a" * 256}, "1 to 255"),
        ({"file_name": "給与\u202excod.exe"}, "direction"),
        ({"file_name": "給与\n.xlsx"}, "controls"),
        ({"file_name": "123456789012.xlsx"}, "My Number"),
        ({"file_name": "番号１２３４－５６７８－９０１２.pdf"}, "My Number"),
        ({"receiver": ""}, "need a name"),
        ({"receiver": "1234 5678 9012"}, "My Number"),
        ({"sender": dataclasses.replace(CLIENT, person="1234・5678・9012")}, "My Number"),
    ],
)
def test_facts_that_cannot_be_true_are_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        dataclasses.replace(sample_receipt(), **changes)


@pytest.mark.parametrize(
    "name",
    [
        "1234・5678・9012.pdf",
        "1234-5678-9012",
        "１２３４　５６７８　９０１２.xls",
        "20261124123456.jpg",
        "2026_11_24_1234.csv",
    ],
)
def test_a_name_that_was_masked_coming_in_gets_its_receipt(name: str) -> None:
    shown = mask_long_digits(name)
    assert dataclasses.replace(sample_receipt(), file_name=shown).file_name == shown


def test_no_two_receipts_of_one_file_share_the_hash_of_their_facts() -> None:
    """The record holds that hash; the salt keeps it from telling which file it was."""
    one = sample_receipt()
    assert one.fingerprint() != dataclasses.replace(one, salt="d4" * 16).fingerprint()


# --- the page --------------------------------------------------------------------------------------------


def test_receipt_is_one_page_that_shows_its_facts(pdf: bytes, receipt: FileReceipt) -> None:
    text = text_of(pdf)
    shown = squeezed(text)
    for expected in (
        "受領書",
        "有限会社北川商店御中",
        "顧問先コードK-0012",
        "受-2026-000123",
        "有限会社北川商店北川千尋",
        "みなと社会保険労務士法人",
        "令和8年（2026年）10月20日18時41分09秒",
        "賃金台帳_2026年9月.xlsx",
        "1.17MB（1,226,862バイト）",
        "検査済み",
        "取扱記録NO3178-1",
        "7Q2M0XKD5R8VPZ3C9HWB41TNE6GY2JSA",
        "azukariverify受領書.pdf--file元のファイル",
        "受け取ったファイルが消去されたあとも確認できます",
    ):
        assert expected in shown
    assert receipt.sha256 in shown
    assert receipt.fingerprint() in shown
    assert receipt.sha256[:4] + " " + receipt.sha256[4:8] in text
    assert page_count(pdf) == 1


def test_receipt_holds_no_number_nothing_of_the_file_and_every_font(pdf: bytes) -> None:
    assert not TWELVE_DIGITS.search(text_of(pdf))
    assert fonts_not_embedded(pdf) == []
    assert len(pdf) < 250_000
    assert b"invented content" in FILE
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert sorted(opened.attachments) == ["entry.json", "proof.tlog-proof", "receipt.json"]


def test_same_facts_give_the_same_bytes(receipt: FileReceipt) -> None:
    assert drawn(receipt) == drawn(receipt)


def test_receipt_claims_pdf_a3a_and_ua1(pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as opened:
        with opened.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            claims = (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"])
        assert claims == ("3", "A", "1")
        assert opened.pdf_version == "1.7"


def test_a_file_that_went_out_names_the_office_as_its_sender() -> None:
    out = dataclasses.replace(
        sample_receipt(),
        sender=file_receipt.Sender(code=OFFICE.code, company=OFFICE.name, person="佐伯 舞"),
        receiver="有限会社北川商店",
        protected=False,
        check_result="未検査",
    )
    shown = squeezed(text_of(drawn(out)))
    for expected in (
        "みなと社会保険労務士法人御中",
        "事務所コードminato",
        "有限会社北川商店",
        "佐伯舞",
        "通常",
        "未検査",
    ):
        assert expected in shown


@pytest.mark.parametrize(
    "name",
    [
        "給与😀.xlsx",
        "한글 급여.pdf",
        "简体中文.docx",
        "ไทย ำ้.csv",
        "العربية.pdf",
        "👨\u200d👩\u200d👧.png",
        "\ue000外字.txt",
        "か\u3099.txt",
        '#read("x") *太字* $x$ `y` \\ <a>.md',
        "W" * 255,
        "長い名前" * 63,
        "a.b" * 80 + ".txt",
    ],
)
def test_any_name_gets_a_receipt_of_one_page(name: str) -> None:
    """PDF/A refuses a character without a glyph; a file must not stay without its receipt for that."""
    receipt = dataclasses.replace(sample_receipt(), file_name=name)
    pdf = drawn(receipt)
    assert page_count(pdf) == 1
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert FileReceipt.from_bytes(opened.attachments["receipt.json"].get_file().read_bytes()).file_name == name


def test_a_character_without_a_glyph_is_marked_and_said() -> None:
    shown = squeezed(text_of(drawn(dataclasses.replace(sample_receipt(), file_name="給与😀.xlsx"))))
    assert "給与〓.xlsx" in shown
    assert "正確な名前は" in shown
    assert "正確な名前は" not in squeezed(text_of(drawn(sample_receipt())))


@pytest.mark.parametrize("name", ["김민준", "刘洋 简", "สมชาย", "أحمد"])
def test_a_disposal_certificate_is_not_stopped_by_a_name_either(name: str) -> None:
    certificate = sample_certificate(1)
    row = dataclasses.replace(certificate.rows[0], name=name)
    shown = squeezed(text_of(certificates.drawn(dataclasses.replace(certificate, rows=(row,)))))
    assert squeezed(glyphs.printable(name)) in shown
    assert "〓" in shown


def test_what_our_fonts_have_is_printed_as_it_is() -> None:
    for text in ("髙﨑 \U00020bb7男", "辻\U000e0100 \ufa19子", "Nguyễn Thị Hương", "㈱①Ⅲ㌔～−", "か\u3099"):
        assert glyphs.printable(text) == text
    assert glyphs.printable("a\u202eb\u200dc\t") == "abc〓"
    assert glyphs.printable("😀\ufe0f") == "〓"


# --- the file --------------------------------------------------------------------------------------------


def test_signed_receipt_comes_back(pdf: bytes, receipt: FileReceipt, signer: tuple[bytes, bytes]) -> None:
    file = file_receipt.read(pdf)
    assert file.facts == receipt
    assert file.facts_bytes == receipt.to_bytes()
    assert (file.entry_bytes, file.proof_bytes) == (ENTRY, PROOF)
    assert file.signer_certificate_der == signer[1]
    assert file_receipt.page_shows_facts(pdf)


def test_changed_bytes_are_refused(pdf: bytes) -> None:
    start = pdf.rfind(b"/Contents <")
    places = [*range(start - 20, start + 40), *random.Random(7).sample(range(len(pdf)), 150)]  # noqa: S311 - no secret
    for number, place in enumerate(places):
        changed = bytearray(pdf)
        changed[place] ^= (0x01, 0x20, 0x80, 0xFF)[number % 4]
        with pytest.raises(ReceiptFileError):
            file_receipt.read(bytes(changed))


def test_each_paper_is_only_what_it_is(pdf: bytes, signer: tuple[bytes, bytes]) -> None:
    certificate = disposal_certificate.sign(certificates.drawn(certificates.facts(1, signer[1])), *signer, SIGNED_AT)
    with pytest.raises(ReceiptFileError, match="あずかりの受領書ではありません"):
        file_receipt.read(certificate)
    with pytest.raises(CertificateFileError, match="あずかりの廃棄証明書ではありません"):
        disposal_certificate.read(pdf)
    both: tuple[Any, ...] = (disposal_certificate.KIND, file_receipt.KIND)
    assert signed.read(pdf, *both).kind.what == "受領書"
    assert signed.read(certificate, *both).kind.what == "廃棄証明書"


def _with_facts(receipt: FileReceipt, data: bytes) -> bytes:
    out = BytesIO()
    with pikepdf.open(BytesIO(drawn(receipt))) as opened:
        del opened.attachments["receipt.json"]
        opened.attachments["receipt.json"] = pikepdf.AttachedFileSpec(opened, data, filename="receipt.json")
        opened.save(out, deterministic_id=True)
    return out.getvalue()


def test_facts_of_another_paper_under_the_receipts_name_are_refused(
    signer: tuple[bytes, bytes], receipt: FileReceipt
) -> None:
    data = certificates.facts(1, signer[1]).to_bytes()
    both: tuple[Any, ...] = (disposal_certificate.KIND, file_receipt.KIND)
    with pytest.raises(signed.SignedFileError, match="あずかりの廃棄証明書または受領書ではありません"):
        signed.read(file_receipt.sign(_with_facts(receipt, data), *signer, SIGNED_AT), *both)


def test_a_page_that_says_something_else_is_noticed(signer: tuple[bytes, bytes], receipt: FileReceipt) -> None:
    """Only the holder of the key can do this: facts of one receipt, page of another."""
    lie = dataclasses.replace(receipt, received_at=receipt.received_at - timedelta(days=1))
    pdf = file_receipt.sign(_with_facts(lie, receipt.to_bytes()), *signer, SIGNED_AT)
    assert file_receipt.read(pdf).facts == receipt
    assert not file_receipt.page_shows_facts(pdf)


def test_a_signer_other_than_the_facts_name_is_refused(receipt: FileReceipt) -> None:
    with pytest.raises(ReceiptFileError, match="実際の署名者が違います"):
        file_receipt.read(file_receipt.sign(drawn(receipt), *new_signer(), SIGNED_AT))
