"""A number goes onto a 資格取得届, stays open in the list, and is closed as handed in."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Site
from tests.browser.test_screens import open_reveal_dialog
from tests.browser.test_story import log_in


def test_a_number_goes_onto_a_form_and_the_form_is_handed_in(page: Page, served: Site) -> None:
    log_in(page, served, "saeki")
    open_reveal_dialog(page, served)
    person = page.url
    dialog = page.locator("dialog[open]")
    # What concerns a take-out alone is not there while the number is only looked at.
    page.check("dialog[open] [name=taken_out][value=SCREEN]")
    expect(dialog.locator("[name=due_on]")).to_be_hidden()
    page.check("dialog[open] [name=taken_out][value=PROGRAM]")
    expect(dialog.locator("[name=medium]")).to_be_hidden()
    page.check("dialog[open] [name=taken_out][value=DOCUMENT]")
    for name in ("submitted_to", "due_on", "at_once", "medium", "note"):
        expect(dialog.locator(f"[name={name}]")).to_be_visible()
    dialog.locator("[name=use]").select_option(index=1)
    page.fill("dialog[open] [name=password]", PASSWORD)
    dialog.locator("footer button:not([data-close])").click()
    expect(page.locator("dialog[open]")).to_contain_text("いつまでかが入力されていません。")
    page.fill("dialog[open] [name=password]", PASSWORD)
    page.fill("dialog[open] [name=due_on]", "R20.1.1")
    page.locator("dialog[open] footer button:not([data-close])").click()
    page.wait_for_selector("[data-revealed]")
    number = re.search(r"NO (\d+-1)", page.locator("[data-number-panel]").inner_text())
    assert number

    page.goto(person)
    out = page.locator("section", has=page.get_by_role("heading", name="持ち出し中"))
    expect(out).to_contain_text(number[1])
    page.goto(f"{served.url}/take-outs/?state=OPEN")
    row = page.locator("tbody tr", has_text=number[1])
    expect(row).to_contain_text("2038/01/01")
    row.locator("input[type=checkbox]").check()
    page.get_by_role("button", name="選んだものの終わりを記録").click()
    page.get_by_role("button", name="1件の終わりを記録").click()
    expect(page.locator("main")).to_contain_text("終わり方が選択されていません。")
    page.check("[name=outcome][value=SUBMITTED]")
    page.fill("[name=receipt]", "202611260912345678")
    page.get_by_role("button", name="1件の終わりを記録").click()
    expect(page.locator("main")).to_contain_text("1件の持ち出しの終わりを記録しました")
    expect(page.locator("tbody tr", has_text=number[1])).to_contain_text("控え 202611260912345678")
    page.goto(person)
    expect(page.locator("main")).to_contain_text("持ち出したものの提出")
    expect(out.filter(has_text=number[1])).to_have_count(0)
