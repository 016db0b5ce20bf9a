"""委託先監督資料 and お預かり控え as paper: every fact is on it, names of any kind are drawn, the secret stays off `repr`."""

from __future__ import annotations

import dataclasses
import re
import subprocess

import pytest

from azukari.press.documents import holding_slip, oversight_report
from azukari.press.documents.holding_slip import sample as slips
from azukari.press.documents.oversight_report import sample as reports
from azukari.press.typesetting import qr_svg

TWELVE_DIGITS = re.compile(r"(?<!\d)\d{12}(?!\d)")


def text_of(pdf: bytes) -> str:
    made = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return made.stdout.decode()


def pages_of(pdf: bytes) -> int:
    return text_of(pdf).count("\f")


def test_the_report_says_everything() -> None:
    text = text_of(oversight_report.render(reports.SAMPLE, reports.MADE_AT))
    facts = reports.SAMPLE
    for word in (
        facts.company, facts.office_name, facts.sharoushi_name, "令和8年（2026年）4月1日", "128件", "大野 健一",
        "2025/10/03", "全顧問先", "1,204", "1,238", "給与計算センター", "廃-2026-0007", "12,045件", facts.key_fingerprint,
    ):  # fmt: skip
        assert word in text, word
    assert not TWELVE_DIGITS.search(re.sub(r"\S*-\S*", "", text))


def test_a_report_with_nothing_in_it_says_so() -> None:
    empty = dataclasses.replace(reports.SAMPLE, readers=(), months=(), sub_processors=(), certificates=())
    text = text_of(oversight_report.render(empty, reports.MADE_AT))
    for word in ("個人番号を見られる人はいません", "この期間の取扱いはありません"):
        assert word in text
    assert text.count("なし") == 2


def test_a_long_report_runs_over_pages_and_repeats_its_heads() -> None:
    many = dataclasses.replace(
        reports.SAMPLE,
        readers=reports.SAMPLE.readers * 60,
        certificates=reports.SAMPLE.certificates * 90,
    )
    pdf = oversight_report.render(many, reports.MADE_AT)
    assert pages_of(pdf) > 3
    assert text_of(pdf).count("権限を付けた日") > 1


def test_the_same_facts_give_the_same_bytes() -> None:
    assert oversight_report.render(reports.SAMPLE, reports.MADE_AT) == oversight_report.render(
        reports.SAMPLE, reports.MADE_AT
    )


@pytest.mark.parametrize("name", ["𠮷田 誠", "Nguyễn Văn An", "김철수", "a" * 60, "長" * 60, "#strong[x] $y$"])
def test_a_slip_takes_any_name_on_one_page(name: str) -> None:
    slip = dataclasses.replace(slips.SAMPLE, person=name, company=name, office_name=name)
    assert pages_of(holding_slip.render(slip, slips.ISSUED_AT)) == 1


def test_the_slip_shows_office_number_and_address() -> None:
    text = text_of(holding_slip.render(slips.SAMPLE, slips.ISSUED_AT))
    for word in ("石原 亮太 様", "minato", "https://azukari.example/mine/", *slips.SAMPLE.groups):
        assert word in text, word


def test_the_number_of_a_slip_is_not_in_its_repr() -> None:
    shown = repr(slips.SAMPLE)
    assert not [group for group in slips.SAMPLE.groups if group in shown]


def test_the_qr_code_opens_the_page_with_the_number_behind_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("azukari.press.documents.holding_slip.page.qr_svg", lambda t: asked.append(t) or qr_svg(t))
    holding_slip.render(slips.SAMPLE, slips.ISSUED_AT)
    assert asked == [slips.SAMPLE.link]
    before, _, behind = slips.SAMPLE.link.partition("#")
    assert before == slips.SAMPLE.page_address
    assert behind.endswith("".join(slips.SAMPLE.groups))
