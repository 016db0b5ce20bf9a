"""From nothing to a client's user at the door: operator, letter, 責任者, recovery sheet, client company, letter, passkey."""

from __future__ import annotations

import re
import subprocess
from base64 import b32decode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from azukari.seal import one_time
from azukari.seal.secretbytes import Secret
from tests.browser.conftest import PASSWORD, Site, log_in, log_in_at, unlock

OWN = "kawa yama umi sora mori"  # the password people choose here


def text_of(pdf: Path) -> str:
    made = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
    return made.stdout


def code_in(letter: str) -> str:
    """The six groups of the activation code on a letter."""
    groups = re.findall(r"\b[0-9A-HJKMNP-TV-Z]{4,5}\b", letter[letter.index("有効化コード") :])
    return "".join(groups[:6])


def download(page: Page, press: Callable[[], None]) -> Path:
    with page.expect_download() as waited:
        press()
    return Path(waited.value.path())


def confirm(page: Page, password: str) -> None:
    """Answer 本人の確認."""
    expect(page.get_by_role("heading", level=1)).to_have_text("本人の確認")
    page.fill("[name=confirm_password]", password)
    page.locator("main form button.primary").click()


def main_button(page: Page) -> None:
    page.locator("main form button.primary").first.click()


def activate(page: Page, site: Site, prefix: str, office: str, login: str, code: str) -> None:
    """Open the letter's link, whose fragment fills the page in, and choose a password."""
    page.goto(f"{site.url}{prefix}activate/#{office}/{login}/{code}")
    expect(page.locator("[name=login_id]")).to_have_value(login)
    assert "#" not in page.url
    main_button(page)
    page.wait_for_url("**/activate/password/")
    page.fill("[name=password]", OWN)
    page.fill("[name=again]", OWN)
    main_button(page)
    page.wait_for_url("**/enrol/")


def enrol_app(page: Page) -> Secret:
    """Add an app by hand, keep the codes."""
    page.goto(page.url.replace("/enrol/", "/enrol/totp/"))
    groups = re.findall(r">([A-Z2-7]{4})<", page.content())[:8]
    secret = Secret(b32decode("".join(groups)))
    page.fill("[name=code]", one_time.code_of(secret, one_time.counter_at(datetime.now(UTC))))
    main_button(page)
    keep_codes(page)
    return secret


def keep_codes(page: Page) -> None:
    assert len(set(re.findall(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", page.content()))) == 10
    page.check("[name=kept]")
    main_button(page)


def with_authenticator(context: BrowserContext, page: Page) -> None:
    """Give the browser an authenticator of its own, as a laptop with a fingerprint reader has."""
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.fixture
def visit(browser: Browser):
    """Open one more browser, of somebody else."""
    contexts: list[BrowserContext] = []

    def open_one() -> tuple[BrowserContext, Page]:
        context = browser.new_context(locale="ja-JP", viewport={"width": 1280, "height": 900}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        return context, page

    yield open_one
    for context in contexts:
        context.close()


def test_from_an_operator_to_a_clients_user(served: Site, visit) -> None:
    # The operator opens an office and prints its letter.
    _, operator = visit()
    log_in_at(operator, served, "/operator/", "unei")
    operator.goto(f"{served.url}/operator/offices/new/")
    for name, value in {
        "code": "chidori", "name": "ちどり社労士事務所", "manager_name": "千原 薫", "manager_login": "chihara",
        "address": "東京都風待市千鳥1-2-3", "postal_code": "１００-０００１", "starts_on": "令和8年4月1日",
    }.items():  # fmt: skip
        operator.fill(f"[name={name}]", value)
    main_button(operator)
    confirm(operator, PASSWORD)
    expect(operator.get_by_role("heading", level=1)).to_have_text("ちどり社労士事務所")
    main_button(operator)
    letter = text_of(download(operator, lambda: confirm(operator, PASSWORD)))
    assert "千原 薫" in letter and "chidori" in letter

    # The 責任者 activates the account: code, password, second factor, codes.
    _, manager = visit()
    activate(manager, served, "/", "chidori", "chihara", code_in(letter))
    enrol_app(manager)

    # Is led to the recovery sheet, prints it and confirms it.
    manager.wait_for_url("**/settings/recovery/")
    manager.goto(f"{served.url}/unlock/?next=/settings/recovery/")
    manager.fill("[name=password]", OWN)
    manager.select_option("[name=purpose]", "recovery")
    main_button(manager)
    manager.wait_for_url("**/settings/recovery/")
    manager.get_by_role("button", name=re.compile("控えをダウンロード")).click()
    sheet = text_of(download(manager, lambda: confirm(manager, OWN)))
    groups = dict(re.findall(r"\b(\d{1,2})\s+([0-9A-HJKMNP-TV-Z]{4})\b", sheet))
    assert len(groups) == 18
    manager.goto(f"{served.url}/settings/recovery/")
    for box in manager.locator("input.group-in").all():
        box.fill(groups[re.sub(r"\D", "", box.get_attribute("name") or "")].lower())
    manager.get_by_role("button", name=re.compile("控えを確認")).click()
    expect(manager.locator("main")).to_contain_text("確認済み")

    # Adds a client company and somebody of it, and prints the letter.
    manager.goto(f"{served.url}/settings/clients/new/")
    for name, value in {
        "code": "kawara", "name": "かわら屋株式会社", "kana": "かわらや", "contract_from": "2026/4/1",
    }.items():  # fmt: skip
        manager.fill(f"[name={name}]", value)
    main_button(manager)
    manager.wait_for_url(re.compile(r"/clients/[0-9a-f-]{36}/"))
    client_id = re.search(r"[0-9a-f-]{36}", manager.url)
    assert client_id
    manager.goto(f"{served.url}/clients/{client_id.group()}/users/new/")
    form = manager.locator("form", has=manager.locator("[name=name]"))
    form.locator("[name=login_id]").fill("kawai")
    form.locator("[name=name]").fill("河合 恵")
    form.locator("[name=role]").first.check()
    form.locator("button.primary").click()
    confirm(manager, OWN)
    expect(manager.locator("main")).to_contain_text("河合 恵")
    manager.get_by_role("button", name="案内を発行").click()
    letter = text_of(download(manager, lambda: confirm(manager, OWN)))
    assert "河合 恵" in letter and "かわら屋株式会社" in letter

    # The client's user activates with a passkey, logs out, and comes back with the passkey alone.
    context, user = visit()
    with_authenticator(context, user)
    activate(user, served, "/p/", "chidori", "kawai", code_in(letter))
    user.goto(f"{served.url}/p/enrol/passkey/")
    main_button(user)
    user.wait_for_selector("[name=kept]")
    keep_codes(user)
    user.wait_for_url(f"{served.url}/p/")
    expect(user.get_by_role("heading", level=1)).to_contain_text("かわら屋株式会社 様")
    user.get_by_role("button", name="ログアウト").first.click()
    user.wait_for_url("**/p/login/")
    user.get_by_role("link", name=re.compile("パスキー")).click()
    main_button(user)
    user.wait_for_url(f"{served.url}/p/")

    # The operator sees counts, and no name that came after the letter.
    operator.goto(f"{served.url}/operator/?q=chidori")
    row = operator.get_by_role("row", name=re.compile("ちどり")).inner_text()
    assert re.search(r"\b1\b", row)
    for word in ("かわら屋", "河合", "kawai"):
        assert word not in operator.content()


def test_without_javascript_the_same_way_by_hand(served: Site, browser: Browser) -> None:
    context = browser.new_context(locale="ja-JP", java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.set_default_timeout(15_000)
    log_in_at(page, served, "/p/", "nonaka", office="minato")
    expect(page.locator("main")).to_contain_text("ファイル管理")
    page.goto(f"{served.url}/p/account/")
    page.get_by_role("button", name=re.compile("作り直す")).click()
    confirm(page, "wrong password wrong")
    expect(page.locator("main")).to_contain_text("パスワードが正しくありません")
    confirm(page, PASSWORD)
    assert len(set(re.findall(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", page.content()))) == 10
    page.goto(f"{served.url}/p/account/")
    page.get_by_role("button", name="ログアウト").first.click()
    page.wait_for_url("**/p/login/")
    context.close()


def test_a_certificate_is_verified_with_the_page_handed_out_beside_it(
    served: Site, page: Page, browser: Browser, tmp_path: Path
) -> None:
    """What the client company does with the two files and the letter, on a computer without a network."""
    log_in(page, served, "aoki")
    unlock(page, served)
    page.goto(f"{served.url}/disposal/?tab=done")
    page.locator('tbody a[href^="/disposal/"]:not([href$=".pdf"])').first.click()
    for link, name in (("certificate.pdf", "paper.pdf"), ("/verify/", "page.html")):
        with page.expect_download() as download:
            page.click(f'a[href$="{link}"]')
        download.value.save_as(tmp_path / name)
    page.goto(f"{served.url}/settings/")
    fingerprint = page.inner_text("section:has(#fingerprint) .big-hash")
    context = browser.new_context(locale="ja-JP", offline=True)
    offline = context.new_page()
    offline.goto((tmp_path / "page.html").as_uri())
    offline.fill("#key", fingerprint)
    offline.set_input_files("#paper", tmp_path / "paper.pdf")
    expect(offline.locator("#result .verdict h2")).to_have_text("有効")
    expect(offline.locator("#result .verdict")).to_contain_text("入力された鍵の指紋と一致しました")
    context.close()
