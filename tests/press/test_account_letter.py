"""The letter that hands over an account: what shows in the window, what must not, one page each."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from azukari.press.documents import account_letter
from azukari.press.documents.account_letter import AccountLetter, LetterKind, sample
from azukari.press.typesetting import qr_svg

STAFF = replace(sample.SAMPLE, kind=LetterKind.STAFF, number="minato-2", postal_code="", address="", sender_address="")
LONG = replace(
    sample.SAMPLE,
    organisation="株式会社\U00020bb7髙﨑" + "総合物流製作所" * 13 + "北店",
    address="東京都青葉市若草" + "一丁目二番三号 みなとビル" * 6,
    person="\U00020bb7野 髙﨑之助衛門",
    sender_name="社会保険労務士法人" + "みなと労務管理総合研究所" * 7,
    sender_address="東京都風待市港町" + "三丁目四番五号" * 8,
    office_name="社会保険労務士法人" + "みなと労務管理総合研究所" * 7,
    office_code="m" * 40,
    login_id="l" * 40,
    page_address="https://" + "long-name." * 5 + "azukari.example/p/activate/",
)
POINTS_PER_MM = 72 / 25.4
needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed"
)


def drawn(*letters: AccountLetter) -> bytes:
    return account_letter.render(letters, sample.ISSUED_AT)


def words(pdf: bytes) -> list[tuple[float, float, float, float, str]]:
    """Read the words of the first page with their box in mm: left, top, right, bottom."""
    done = subprocess.run(["pdftotext", "-l", "1", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    found = re.findall(
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', done.stdout.decode()
    )
    return [(*(float(number) / POINTS_PER_MM for number in box), text) for *box, text in found]


def within(pdf: bytes, left: float, top: float, right: float, bottom: float) -> str:
    return "".join(t for x, y, r, b, t in words(pdf) if x < right and r > left and y < bottom and b > top)


def page_count(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return len(opened.pages)


EVERY = pytest.mark.parametrize(
    "letter", [sample.SAMPLE, sample.OFFICE_SAMPLE, STAFF, LONG], ids=["client", "office", "bare", "long"]
)


@EVERY
def test_each_letter_is_one_a4_page(letter: AccountLetter) -> None:
    pdf = drawn(letter, letter, letter)
    with pikepdf.open(BytesIO(pdf)) as opened:
        sizes = [[round(float(edge) / POINTS_PER_MM) for edge in one.mediabox] for one in opened.pages]
    assert sizes == [[0, 0, 210, 297]] * 3


@needs_poppler
@EVERY
def test_first_third_holds_no_secret(letter: AccountLetter) -> None:
    top = within(drawn(letter), 0, 0, 210, 99)
    for secret in (*letter.code_groups, letter.login_id, letter.page_address):
        assert secret not in top


@needs_poppler
@EVERY
def test_window_shows_the_recipient_whole_and_alone(letter: AccountLetter) -> None:
    """The smallest common part of all windows: 22 to 108 mm from the left, 15 to 57 mm from the top."""
    pdf = drawn(letter)
    recipient = re.sub(r"\s", "", f"{letter.address}{letter.organisation}{letter.person}様")
    recipient = (f"〒{letter.postal_code}" if letter.postal_code else "") + recipient
    widest = re.sub(r"\s", "", within(pdf, 12, 10, 112, 60))
    smallest = re.sub(r"\s", "", within(pdf, 22, 15, 108, 57))
    assert sorted(widest) == sorted(recipient) == sorted(smallest)


@needs_poppler
@EVERY
def test_no_words_lie_on_each_other_or_off_the_page(letter: AccountLetter) -> None:
    found = words(drawn(letter))
    for x, t, r, b, _ in found:
        assert x >= 0 and r <= 210 and t >= 0 and b <= 297
    for n, (x, t, r, b, text) in enumerate(found):
        for l2, t2, r2, b2, other in found[n + 1 :]:
            overlap_x, overlap_y = min(r, r2) - max(x, l2), min(b, b2) - max(t, t2)
            assert not (overlap_x > 0.5 and overlap_y > 1.6), (text, other)


@needs_poppler
@EVERY
def test_letter_says_what_it_must(letter: AccountLetter) -> None:
    shown = re.sub(r"\s", "", "".join(text for *_, text in words(drawn(letter))))
    for text in (*letter.code_groups, letter.login_id, letter.office_code, letter.number, "I・L・O・U", "1/1"):
        assert text in shown
    assert ("鍵の控え" in shown) == (letter.kind is LetterKind.OFFICE)


def test_code_is_not_in_repr_or_metadata() -> None:
    pdf = drawn(sample.SAMPLE)
    with pikepdf.open(BytesIO(pdf)) as opened:
        told = str(dict(opened.docinfo)) + opened.Root.Metadata.read_bytes().decode()
    for group in sample.SAMPLE.code_groups:
        assert group not in repr(sample.SAMPLE)
        assert group not in told
    assert sample.SAMPLE.activation_address not in repr(sample.SAMPLE)


def test_qr_opens_the_activation_page(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("azukari.press.documents.account_letter.page.qr_svg", lambda t: asked.append(t) or qr_svg(t))
    drawn(sample.SAMPLE)
    assert asked == [sample.SAMPLE.activation_address]


def test_no_letter_is_refused() -> None:
    with pytest.raises(ValueError, match="no letter"):
        account_letter.render((), sample.ISSUED_AT)
