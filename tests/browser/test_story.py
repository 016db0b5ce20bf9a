"""The main job in a real browser: from a client's sheet to a 廃棄証明書 that anybody can check."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Site, log_in, unlock

SHEETS = Path(__file__).resolve().parents[1] / "fixtures" / "sheets"


def import_sheet(page: Page, served: Site, code: str, file: str) -> None:
    page.goto(f"{served.url}/clients/?q={code}")
    page.get_by_role("table").get_by_role("link").first.click()
    page.get_by_role("link", name=re.compile("取り込")).first.click()
    page.set_input_files("[name=file]", SHEETS / file)
    page.locator("main form button.primary").click()
    page.wait_for_selector("text=登録できます", timeout=60_000)


def open_people(page: Page, served: Site, code: str) -> None:
    page.goto(f"{served.url}/clients/?q={code}")
    page.get_by_role("table").get_by_role("link").first.click()
    page.get_by_role("link", name=re.compile("個人情報一覧")).first.click()
    page.wait_for_url("**/people/")


def test_a_sheet_is_imported_checked_and_registered(page: Page, served: Site) -> None:
    log_in(page, served, "saeki")
    unlock(page, served)
    import_sheet(page, served, "kawara", "kawara_登録シート.xlsx")
    body = page.locator("main").inner_text()
    assert "22名" in body
    assert not re.search(r"\d{12}", page.content())
    page.locator("button[name=act][value=register]").click()
    page.locator("main form button.primary").click()
    page.wait_for_selector("text=登録しました", timeout=60_000)
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Excel")).click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_a_number_is_shown_on_a_deliberate_act_and_recorded(page: Page, served: Site) -> None:
    log_in(page, served, "saeki")
    open_people(page, served, "hibari")
    page.goto(f"{page.url.split('?')[0]}?state=REGISTERED")
    page.get_by_role("table").get_by_role("link").first.click()
    page.wait_for_url("**/people/*/")
    person = page.url
    assert not re.search(r"\d{4}</span>\s*<span[^>]*>\d{4}", page.content())
    page.goto(f"{person}reveal/")
    page.fill("[name=password]", "wrong password wrong")
    page.select_option("[name=use]", index=1)
    use = page.locator("[name=use]").input_value()
    page.check("[name=taken_out][value=DOCUMENT]")
    page.fill("[name=due_on]", "R20.1.1")
    page.locator("main form button.primary").click()
    expect(page.locator("main")).to_contain_text("パスワードが正しくありません")
    assert page.locator("[name=use]").input_value() == use
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button.primary").click()
    expect(page.locator("main")).to_contain_text("記録しました")
    shown = page.locator("[data-revealed]").inner_text()
    assert re.search(r"\d{4}\s*\d{4}\s*\d{4}", shown)
    page.goto(person)
    assert not re.search(r"\d{4}\s*\d{4}\s*\d{4}", page.locator("main").inner_text())
    expect(page.locator("main")).to_contain_text("マイナンバー閲覧")


def test_numbers_are_disposed_of_by_two_and_the_certificate_holds_offline(
    page: Page, served: Site, tmp_path: Path
) -> None:
    log_in(page, served, "saeki")
    unlock(page, served, "disposal")
    page.goto(f"{served.url}/clients/?contract=ended")
    page.get_by_role("table").get_by_role("link").first.click()
    page.get_by_role("link", name="廃棄の手続き").first.click()
    page.check("[name=reason][value=CONTRACT_ENDED]")
    page.check("[name=read_notes]")
    page.fill("[name=typed]", "廃棄")
    page.locator("main form button[type=submit]:not([disabled])").last.click()
    expect(page.locator("main")).to_contain_text("申請しました")
    address = page.url
    page.context.clear_cookies()
    log_in(page, served, "aoki")
    unlock(page, served, "disposal")
    page.goto(address)
    # Everything of a client, inside its periods: the brake asks for the count.
    page.locator("form[action$='carry-out/'] button").click()
    expect(page.locator("main")).to_contain_text("廃棄する件数が入力されていないか、対象の件数と一致しません。")
    page.fill("[name=typed_count]", re.findall(r"([\d,]+)件の個人番号を廃棄", page.locator("main").inner_text())[0])
    page.locator("form[action$='carry-out/'] button").click()
    page.fill("[name=confirm_password]", PASSWORD)
    page.locator("main form button.primary").click()
    expect(page.locator("main")).to_contain_text("廃棄しました")
    with page.expect_download() as download:
        page.locator("a[href$='certificate.pdf']").first.click()
    certificate = tmp_path / "certificate.pdf"
    download.value.save_as(certificate)
    verify = [sys.executable, "-m", "azukari", "verify", str(certificate)]
    said = subprocess.run(verify, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert said.returncode == 0, said.stdout
    assert said.stdout.startswith("有効：廃-")
    changed = bytearray(certificate.read_bytes())
    changed[len(changed) // 2] ^= 1
    certificate.write_bytes(changed)
    said = subprocess.run(verify, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert said.returncode == 1
    assert said.stdout.startswith("無効：")


def test_staff_without_the_right_sees_no_number_and_no_menu_for_it(page: Page, served: Site) -> None:
    log_in(page, served, "miyake")
    menu = page.get_by_role("navigation", name="主なメニュー")
    expect(menu).not_to_contain_text("廃棄")
    expect(menu).not_to_contain_text("登録シート")
    open_people(page, served, "hibari")
    page.get_by_role("table").get_by_role("link").first.click()
    page.wait_for_url("**/people/*/")
    assert page.get_by_role("link", name="番号を表示").count() == 0
    response = page.goto(f"{page.url}reveal/")
    assert response is not None
    assert response.status == 403
    expect(page.locator("main")).to_contain_text("権限がありません")
