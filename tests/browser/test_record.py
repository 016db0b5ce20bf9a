"""The record in a real browser, by keyboard and without scripts: narrowed, folded, kept under a name, written out."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, log_in, open_record


def test_the_record_is_narrowed_folded_kept_and_taken_out_without_scripts(browser: Browser, served: Site) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ja-JP", accept_downloads=True)
    page = context.new_page()
    log_in(page, served, "aoki")
    open_record(page, served)
    page.get_by_role("link", name="操作ごと").click()
    folded = page.locator("th.no a[aria-expanded=false]").first
    number = folded.inner_text()
    folded.click()
    expect(page.locator("tr.same").first).to_contain_text(f"{number}-")
    page.select_option("[name=kind]", "ACCESS")
    page.get_by_role("button", name="抽出").click()
    assert "group=operation" in page.url
    page.locator("details.menu summary").press("Enter")
    page.locator("#view_name").press_sequentially("認証だけ")
    page.locator("#view_name").press("Enter")
    expect(page.locator("main")).to_contain_text("この条件を「認証だけ」として保存しました。")
    page.goto(f"{served.url}/log/")
    page.get_by_role("link", name="認証だけ").press("Enter")
    assert "kind=ACCESS" in page.url
    page.get_by_role("link", name="印刷・書き出し").click()
    page.check("[name=form][value=utf8]")
    page.fill("[name=note]", "点検のため、所内に保存")
    with page.expect_download() as download:
        page.get_by_role("button", name="書き出す").click()
    told = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_bytes().decode("utf-8-sig"), newline="")))
    assert told and {row["処理"] for row in told} == {"認証"}
    with page.expect_download() as paper:
        page.get_by_role("button", name=re.compile("PDF")).click()
    assert Path(paper.value.path()).read_bytes().startswith(b"%PDF-")
    page.goto(f"{served.url}/log/?kind=OUTPUT")
    expect(page.locator("tbody tr").nth(0)).to_contain_text("事務処理の記録の印刷")
    expect(page.locator("tbody tr").nth(1)).to_contain_text("点検のため、所内に保存")
    context.close()


def test_a_changed_filter_brings_the_rows_and_what_hangs_on_them(page: Page, served: Site) -> None:
    log_in(page, served, "aoki")
    open_record(page, served)
    page.select_option("[name=result]", "FAILURE")
    expect(page.locator("#record-rows")).to_contain_text("（抽出中）")
    href = page.get_by_role("link", name="印刷・書き出し").get_attribute("href")
    assert href is not None and href.endswith("?result=FAILURE")
