"""What others see of the office's handling, in a real browser: a client company on a phone, and a person with a slip."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, log_in, log_in_at

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@contextmanager
def phone(browser: Browser) -> Iterator[Page]:
    """A phone of its own; the page itself never scrolls sideways."""
    context = browser.new_context(locale="ja-JP", accept_downloads=True, **PHONE)
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def check_width(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_client_company_looks_at_its_handlings_and_takes_them_home(
    browser: Browser, served: Site, tmp_path: Path
) -> None:
    with phone(browser) as page:
        log_in_at(page, served, "/p/", "kanzaki", office="minato")
        page.click("text=個人番号の取扱い")
        expect(page.locator("h1")).to_have_text("個人番号の取扱い")
        assert page.locator("tbody tr").count() == 50
        check_width(page)
        page.select_option("[name=kind]", "VIEW")
        page.click("form.filter button.primary")
        expect(page.locator("tbody tr").first).to_contain_text("マイナンバー閲覧")
        page.locator("tbody a").first.click()
        expect(page.locator("h1")).to_contain_text("取扱いの記録 NO")
        check_width(page)
        with page.expect_download() as line:
            page.click("text=検証用ファイルをダウンロード")
        line.value.save_as(tmp_path / "line.json")
        page.click("text=一覧に戻る")
        with page.expect_download() as pack:
            page.click("button:has-text('委託先監督資料をダウンロード')")
        pack.value.save_as(tmp_path / "pack.zip")
    with ZipFile(tmp_path / "pack.zip") as archive:
        assert archive.testzip() is None
        assert "委託先監督資料.pdf" in archive.namelist()
    azukari = [sys.executable, "-m", "azukari", "verify", str(tmp_path / "line.json")]
    said = subprocess.run(azukari, env=served.environment, capture_output=True, text=True, check=True).stdout
    assert said.startswith("有効：取扱いの記録")


def test_a_person_opens_the_page_with_the_slip(browser: Browser, page: Page, served: Site, tmp_path: Path) -> None:
    log_in(page, served, "aoki")
    page.goto(f"{served.url}/clients/?q=菫野")
    page.locator("tbody th a").first.click()
    page.goto(f"{page.url}people/?state=REGISTERED")
    page.locator("tbody th a").first.click()
    name = page.inner_text("h1")
    with page.expect_download() as printed:
        page.click("text=お預かり控えを発行")
    printed.value.save_as(tmp_path / "slip.pdf")
    made = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / "slip.pdf"), "-"], capture_output=True, text=True, check=True
    )
    numbered = made.stdout[made.stdout.index("お預かり番号") :]
    code = "".join(re.findall(r"\b[0-9A-Z]{4,5}\b", numbered[: numbered.index("ページ")]))
    with phone(browser) as mine:
        mine.goto(f"{served.url}/mine/#minato//{code}")
        expect(mine.locator("[data-activate-filled]")).to_be_visible()
        assert "#" not in mine.url  # what opened it stands in no history
        check_width(mine)
        mine.click("main button.primary")
        expect(mine.locator("h1")).to_have_text("お預かりの内容")
        text = mine.inner_text("body")
        check_width(mine)
        assert name not in text
        assert name[0] + "○" in text
        assert not re.search(r"\d{4}\s?\d{4}\s?\d{4}", text)
