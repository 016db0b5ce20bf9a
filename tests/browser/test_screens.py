"""Every screen: axe finds nothing, the page does not scroll sideways, and the key paths work by keys and without scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PASSWORD, Site, log_in, log_in_at, open_record, unlock
from tests.browser.test_story import SHEETS, open_people

AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def check(page: Page, name: str, brand: str = "あずかり") -> None:
    """Run axe in the page and look at its width. axe is evaluated, not added as a script: the CSP stays in force."""
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags}).then(r => r.violations)", RULES)
    problems = [(item["id"], [node["target"] for node in item["nodes"]][:3]) for item in found]
    assert not problems, (name, problems)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, (name, f"scrolls {wide} px sideways")
    assert page.locator("h1").count() == 1, name
    assert f"｜{brand}" in page.title(), name


@pytest.mark.parametrize(
    "page", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}], ids=["1440", "390"], indirect=True
)
def test_screens_are_accessible_at_desk_and_phone_width(page: Page, served: Site) -> None:
    page.goto(f"{served.url}/login/")
    check(page, "login")
    log_in(page, served, "aoki")
    unlock(page, served, "recovery")
    page.goto(f"{served.url}/log/open/")
    check(page, "record-open")
    open_record(page, served)
    for path in (
        "/", "/clients/", "/clients/?q=雲雀", "/clients/?q=nobody", "/imports/", "/disposal/", "/disposal/?tab=done",
        "/disposal/?tab=open", "/log/", "/log/?result=FAILURE&group=day", "/log/?group=operation", "/log/?since=2026/13/40",
        "/log/output/", "/log/views/", "/settings/",
        "/disposal/?when=late", "/settings/retention/",
        "/settings/office/", "/settings/password/", "/settings/password/record/", "/settings/staff/",
        "/settings/staff/new/", "/settings/contract/", "/settings/support/", "/settings/documents/",
        "/settings/recovery/", "/settings/clients/", "/settings/clients/new/", "/settings/clients/import/", "/account/",
        "/account/password/", "/account/totp/", "/account/passkey/", "/unlock/", "/nowhere/",
    ):  # fmt: skip
        page.goto(served.url + path)
        check(page, path)
    page.goto(f"{served.url}/log/")
    page.locator("tbody a").first.click()
    check(page, "entry")
    open_people(page, served, "hibari")
    check(page, "people")
    page.goto(f"{page.url}?state=REGISTERED")
    page.get_by_role("table").get_by_role("link").first.click()
    page.wait_for_url("**/people/*/")
    check(page, "person")
    person = page.url
    for path in ("reveal/", "number/change/", "retention/"):
        page.goto(person + path)
        check(page, path)
    page.goto(f"{served.url}/disposal/new/person/{person.rstrip('/').rsplit('/', 1)[1]}/")
    check(page, "disposal request")
    page.goto(f"{served.url}/clients/?q=tatami")
    page.get_by_role("table").get_by_role("link").first.click()
    check(page, "client")
    page.get_by_role("link", name=re.compile("取り込")).first.click()
    check(page, "upload")
    page.set_input_files("[name=file]", SHEETS / "tatami_他社様式.xlsx")
    page.locator("main form button.primary").click()
    page.wait_for_selector("text=登録できます", timeout=60_000)
    check(page, "check page")
    page.goto(f"{page.url.split('?')[0]}columns/")
    check(page, "columns")


def open_reveal_dialog(page: Page, served: Site) -> None:
    open_people(page, served, "hibari")
    page.goto(f"{page.url}?state=REGISTERED")
    page.get_by_role("table").get_by_role("link").first.click()
    page.wait_for_url("**/people/*/")
    page.get_by_role("link", name="番号を表示").click()
    page.wait_for_selector("dialog[open]")


def first_use(page: Page, scope: str) -> None:
    page.locator(f"{scope} [name=use]").select_option(index=1)
    page.check(f"{scope} [name=taken_out][value=SCREEN]")


def test_the_dialog_shows_and_hides_a_number_by_keys(page: Page, served: Site) -> None:
    log_in(page, served, "saeki")
    open_reveal_dialog(page, served)
    check(page, "dialog")
    page.fill("dialog[open] [name=password]", "wrong password wrong")
    first_use(page, "dialog[open]")
    page.keyboard.press("Enter") if page.evaluate("document.activeElement.name") == "password" else page.click(
        "dialog[open] button[type=submit], dialog[open] button.primary"
    )
    expect(page.locator("dialog[open]")).to_contain_text("パスワードが正しくありません")
    page.fill("dialog[open] [name=password]", PASSWORD)
    page.locator("dialog[open] [name=password]").press("Enter")
    expect(page.locator("[data-revealed]")).to_be_visible()
    assert re.search(r"\d{4}\s*\d{4}\s*\d{4}", page.locator("[data-digits]").first.inner_text())
    page.keyboard.press("Escape")
    expect(page.locator("[data-digits]")).to_have_count(0)
    assert not re.search(r"\d{4}\s*\d{4}\s*\d{4}", page.locator("main").inner_text())


def show_for_ten_seconds(page: Page, served: Site) -> None:
    page.goto(f"{served.url}/settings/office/")
    page.fill("[name=reveal_seconds]", "10")
    page.get_by_role("button", name="設定を保存").click()
    page.fill("[name=confirm_password]", PASSWORD)
    page.locator("main form button.primary").click()
    expect(page.locator("main")).to_contain_text("保存しました")


def test_a_shown_number_hides_by_itself_after_the_offices_seconds(page: Page, served: Site) -> None:
    log_in(page, served, "aoki")
    show_for_ten_seconds(page, served)
    open_reveal_dialog(page, served)
    page.fill("dialog[open] [name=password]", PASSWORD)
    first_use(page, "dialog[open]")
    page.locator("dialog[open] button.primary").click()
    expect(page.locator("[data-digits]")).to_be_visible()
    expect(page.locator("[data-digits]")).to_have_count(0, timeout=14_000)


def test_without_scripts_a_number_is_shown_and_the_page_hides_it(browser: Browser, served: Site) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ja-JP", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    log_in(page, served, "aoki")
    show_for_ten_seconds(page, served)
    open_people(page, served, "hibari")
    page.goto(f"{page.url}?state=REGISTERED")
    page.get_by_role("table").get_by_role("link").first.click()
    page.get_by_role("link", name="番号を表示").click()
    page.wait_for_url("**/reveal/")
    page.fill("[name=password]", PASSWORD)
    first_use(page, "main")
    page.locator("main form button.primary").click()
    assert re.search(r"\d{4}\s*\d{4}\s*\d{4}", page.locator("[data-digits]").first.inner_text())
    assert 'http-equiv="refresh"' in page.content()
    page.wait_for_url(re.compile(r"/people/[^/]+/$"), timeout=15_000)
    assert not re.search(r"\d{4}\s*\d{4}\s*\d{4}", page.locator("main").inner_text())
    context.close()


@pytest.mark.parametrize(
    "page", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}], ids=["1440", "390"], indirect=True
)
def test_the_other_doors_are_accessible_too(page: Page, served: Site) -> None:
    for name in ("login", "activate", "login/forgotten", "login/passkey"):
        page.goto(f"{served.url}/p/{name}/")
        check(page, f"portal {name}", "事業所マイページ")
    log_in_at(page, served, "/p/", "tanabe", office="minato")
    for name in ("", "files/", "documents/", "tools/", "users/", "account/", "account/password/", "account/totp/"):
        page.goto(f"{served.url}/p/{name}")
        check(page, f"portal {name}", "事業所マイページ")
    page.goto(f"{served.url}/operator/login/")
    check(page, "console login", "あずかり 運用画面")
    log_in_at(page, served, "/operator/", "unei")
    for name in ("", "offices/new/", "operators/", "events/", "account/", "nowhere/"):
        page.goto(f"{served.url}/operator/{name}")
        check(page, f"console {name}", "あずかり")
    page.goto(f"{served.url}/operator/")
    page.get_by_role("link", name="みなと社会保険労務士法人").click()
    check(page, "console office", "あずかり 運用画面")
