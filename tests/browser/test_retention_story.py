"""The end of a number's time in a real browser: what is due is ticked over clients, asked for, and approved together."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Site, log_in, unlock


def test_what_is_due_is_ticked_asked_for_and_approved_by_the_other_with_the_count(page: Page, served: Site) -> None:
    log_in(page, served, "saeki")
    unlock(page, served, "disposal")
    page.goto(f"{served.url}/disposal/?when=late")
    expect(page.locator("main")).to_contain_text("件が期限を過ぎています。最も古いものは")
    # One by keyboard, one by mouse; of different clients, so that two requests come of it.
    rows = page.locator("tbody tr")
    clients = rows.locator("td:nth-child(5)").all_inner_texts()
    other = next(place for place, name in enumerate(clients) if name != clients[0])
    names = [rows.nth(place).locator("th b").inner_text() for place in (0, other)]
    rows.nth(0).locator("input[type=checkbox]").focus()
    page.keyboard.press("Space")
    rows.nth(other).locator("input[type=checkbox]").check()
    page.get_by_role("button", name="選んだ個人番号の廃棄を申請").click()
    expect(page.locator("h1 + p")).to_contain_text("2件の申請・個人番号 2件")
    for name in names:
        expect(page.locator("main")).to_contain_text(name)
    page.check("[name=read_notes]")
    page.fill("[name=typed]", "廃棄")
    page.locator("main form button.danger").click()
    expect(page.locator("main")).to_contain_text("2件の個人番号の廃棄を申請しました。")
    expect(page.locator("main")).to_contain_text("申請した人は承認できません。")
    address = page.url
    page.context.clear_cookies()
    log_in(page, served, "aoki")
    unlock(page, served, "disposal")
    page.goto(address)
    if page.locator("[name=typed_count]").count():
        page.fill("[name=typed_count]", "２件")
    page.locator("main form button.danger").click()
    page.fill("[name=confirm_password]", PASSWORD)
    page.locator("main form button.primary").click()
    expect(page.locator("main")).to_contain_text("2件の個人番号を廃棄しました。")
    page.goto(f"{served.url}/disposal/?when=late")
    assert not set(names) & set(page.locator("tbody th b").all_inner_texts())


def test_a_number_is_held_longer_for_a_reason_and_let_go_again(page: Page, served: Site) -> None:
    log_in(page, served, "aoki")
    page.goto(f"{served.url}/disposal/?when=late")
    page.locator("tbody th a").first.click()
    person = page.url
    page.get_by_role("link", name="日付の記録・延長").click()
    page.fill("[name=reason]", "審査請求への対応")
    page.fill("[name=until]", "平成30年1月1日")
    page.get_by_role("button", name="延長する").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("延長の最後の日は、")
    page.fill("[name=until]", "令和10年3月31日")
    page.get_by_role("button", name="延長する").click()
    page.wait_for_url(person)
    expect(page.locator("main")).to_contain_text(re.compile("「審査請求への対応」のため、2028/03/31まで"))
    page.get_by_role("link", name="日付の記録・延長").click()
    page.get_by_role("button", name="延長を取り消す").click()
    page.wait_for_url(person)
    expect(page.locator("main")).not_to_contain_text("審査請求への対応")
