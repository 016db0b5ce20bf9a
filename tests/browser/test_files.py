"""Files from hand to hand in a real browser: broken off and gone on with, from a phone, without scripts, 保護."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from azukari.kernel.check_digits import synthetic_number
from tests.browser.conftest import PASSWORD, Site, _wait_for, log_in, log_in_at

MIB = 1024 * 1024
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@dataclass
class Server:
    """A second server on the same data, that can be killed and started again at the same address."""

    site: Site
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "azukari", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=self.site.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        _wait_for(self.site.url)

    def kill(self) -> None:
        """Kill it and its workers at once."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def second(served: Site) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(replace(served, url=f"http://localhost:{port}"), port)
    server.start()
    yield server
    server.kill()


def big_csv(folder: Path, mib: int) -> Path:
    """A file of text that is not the same in any two places."""
    path = folder / "勤怠の一覧.csv"
    with path.open("wb") as file:
        for number in range(mib * 1024):
            line = hashlib.sha512(str(number).encode()).hexdigest()
            file.write(",".join([line] * 7 + [line[:119]]).encode() + b"\n")
    return path


def slow_down(page: Page, bytes_per_second: int) -> None:
    """Make the line out of the browser slow."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_second},
    )


@contextmanager
def at_portal(browser: Browser, site: Site, login: str, **options: object) -> Iterator[Page]:
    """A page of a person of a client company."""
    context: BrowserContext = browser.new_context(**options)  # type: ignore[arg-type]
    page = context.new_page()
    log_in_at(page, site, "/p/", login, office="minato")
    try:
        yield page
    finally:
        context.close()


def going(page: Page) -> Callable[[], None]:
    """Wait until a good part is on its way."""

    def wait() -> None:
        page.wait_for_function(
            "() => { const it = document.querySelector('.sent progress'); return it && it.value >= 25 && it.value < 90; }",
            timeout=60_000,
        )

    return wait


def office_download(browser: Browser, site: Site, name: str) -> bytes:
    """Open a file as the office and give what came."""
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    log_in(page, site, "saeki")
    page.goto(f"{site.url}/files/?q={name}")
    page.locator("tbody th a").first.click()
    with page.expect_download() as got:
        page.locator("a.primary", has_text="ダウンロード").click()
    data = Path(got.value.path()).read_bytes()
    context.close()
    return data


def test_a_killed_server_and_a_lost_line_cost_nothing(
    browser: Browser, served: Site, second: Server, tmp_path: Path
) -> None:
    path = big_csv(tmp_path, 40)
    with at_portal(browser, second.site, "nonaka") as page:
        page.goto(f"{second.site.url}/p/files/")
        slow_down(page, 12 * MIB)
        page.set_input_files("#drop-files", path)
        going(page)()
        second.kill()
        expect(page.locator(".sent li").first).to_contain_text("途中で止まっています", timeout=30_000)
        second.start()
        expect(page.locator(".sent li").first).to_contain_text("受領書 受-", timeout=90_000)
    assert office_download(browser, served, path.name) == path.read_bytes()


def test_a_closed_page_is_gone_on_with_from_where_it_was(browser: Browser, served: Site, tmp_path: Path) -> None:
    path = big_csv(tmp_path, 32)
    with at_portal(browser, served, "tanabe") as page:
        page.goto(f"{served.url}/p/files/")
        slow_down(page, 8 * MIB)
        page.set_input_files("#drop-files", path)
        going(page)()
        page.wait_for_timeout(1500)
        page.goto("about:blank")
        page.goto(f"{served.url}/p/files/")
        expect(page.locator(".sent")).to_contain_text("途中まで受け取っています")
        offsets: list[str] = []
        page.on(
            "request",
            lambda request: offsets.append(request.headers["upload-offset"]) if request.method == "PATCH" else None,
        )
        page.set_input_files("#drop-files", path)
        expect(page.locator(".sent li").first).to_contain_text("受領書 受-", timeout=60_000)
        assert int(offsets[0]) >= 8 * MIB
    assert office_download(browser, served, path.name)[-1000:] == path.read_bytes()[-1000:]


def photo(number: int) -> bytes:
    from PIL import Image

    out = BytesIO()
    Image.effect_noise((1200, 1600), 40 + number).convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def test_three_photos_from_a_phone(browser: Browser, served: Site) -> None:
    with at_portal(browser, served, "nonaka", **PHONE) as page:
        page.goto(f"{served.url}/p/files/")
        expect(page.locator("label", has_text="写真を撮って送る")).to_be_visible()
        page.locator(".ask a", has_text="ファイルを送る").first.click()
        photos = [
            {"name": f"IMG_{number}.jpg", "mimeType": "image/jpeg", "buffer": photo(number)} for number in range(3)
        ]
        page.set_input_files("#drop-files", photos)
        for number in range(3):
            expect(page.locator(".sent li", has_text=f"IMG_{number}.jpg")).to_contain_text("受領書 受-", timeout=30_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.goto(f"{served.url}/p/files/")
        expect(page.locator(".ask")).to_contain_text("事務所が確認しています")
        page.locator(".cards a", has_text="表示").first.click()
        with page.expect_download() as got:
            page.click("text=受領書（PDF）")
        assert Path(got.value.path()).read_bytes().startswith(b"%PDF-")


def test_without_scripts_a_plain_form_sends(browser: Browser, served: Site) -> None:
    with at_portal(browser, served, "nonaka", java_script_enabled=False) as page:
        page.goto(f"{served.url}/p/files/")
        page.set_input_files(
            "#drop-files",
            [
                {"name": "届出.txt", "mimeType": "text/plain", "buffer": "届出です\n".encode() * 20},
                {"name": "給与.exe", "mimeType": "application/x", "buffer": b"MZ" + b"\0" * 200},
            ],
        )
        page.click("form.drop button.primary")
        expect(page.locator("main")).to_contain_text("1件を送信しました。")
        expect(page.locator("main")).to_contain_text("プログラムのファイル")
        page.goto(f"{served.url}/p/files/")
        expect(page.locator("table")).to_contain_text("届出.txt")


def test_protected_both_ways(browser: Browser, served: Site) -> None:
    lines = ["氏名,個人番号", *(f"見本{n},{synthetic_number(9_200_000 + n)}" for n in range(3))]
    secret = "\n".join(lines).encode()
    with at_portal(browser, served, "nonaka") as page:
        page.goto(f"{served.url}/p/files/")
        page.check("[name=protected]")
        page.set_input_files("#drop-files", {"name": "扶養.csv", "mimeType": "text/csv", "buffer": secret})
        expect(page.locator(".sent li").first).to_contain_text("受領書 受-", timeout=20_000)

    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    log_in(page, served, "saeki")
    page.goto(f"{served.url}/files/?q=扶養.csv")
    page.locator("tbody th a").first.click()
    page.locator(".act a.primary").click()
    page.fill("[name=password]", PASSWORD)
    page.select_option("[name=use]", index=1)
    page.check("[name=taken_out][value=FILE]")
    page.click("text=記録してダウンロード")
    expect(page.locator("main")).to_contain_text("いつまでかが入力されていません。")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=note]", "健康保険の届出のため")
    page.check("[name=at_once]")
    with page.expect_download() as got:
        page.click("text=記録してダウンロード")
    assert Path(got.value.path()).read_bytes() == secret

    # … and back: prepared, warned of, sent as 保護, opened with the receiver's password.
    page.goto(f"{served.url}/files/")
    page.locator("tr", has_text="扶養.csv").locator("a", has_text="返信").first.click()
    page.set_input_files("#drop-files", {"name": "確認済み.csv", "mimeType": "text/csv", "buffer": secret})
    expect(page.locator(".sent li").first).to_contain_text("個人番号らしい数字", timeout=20_000)
    page.click("text=宛先を確認して送信")
    expect(page.locator("[name=protected]")).to_be_checked()
    page.click("main button.primary")
    expect(page.locator("main")).to_contain_text("チェックを入れてください")
    page.check("[name=checked]")
    page.click("main button.primary")
    expect(page.locator("main")).to_contain_text("を送信しました。")
    context.close()

    with at_portal(browser, served, "nonaka", accept_downloads=True) as page:
        page.goto(f"{served.url}/p/files/")
        page.locator(".got li", has_text="確認済み.csv").locator("a").click()
        page.fill("[name=password]", "not the password")
        page.click("main button.primary")
        expect(page.locator("[data-error-summary]")).to_be_visible()
        page.fill("[name=password]", PASSWORD)
        with page.expect_download() as got:
            page.click("main button.primary")
        assert Path(got.value.path()).read_bytes() == secret


def test_sent_to_many_withdrawn_and_asked_for(browser: Browser, served: Site) -> None:
    context = browser.new_context()
    page = context.new_page()
    log_in(page, served, "saeki")
    page.goto(f"{served.url}/files/send/")
    page.set_input_files(
        "#drop-files", {"name": "瓦沢製陶所の件.txt", "mimeType": "text/plain", "buffer": "お知らせ\n".encode() * 30}
    )
    expect(page.locator(".sent li").first).to_contain_text("準備ができました", timeout=20_000)
    page.locator("label.check", has_text="うみねこ").locator("input").check()
    page.click("text=宛先を確認して送信")
    expect(page.locator("main")).to_contain_text("別の顧問先（株式会社瓦沢製陶所）")
    expect(page.locator(".to-whom")).to_contain_text("うみねこ浜水産加工株式会社")
    page.check("[name=checked]")
    page.click("main button.primary")
    page.click("text=送信を取り消す")
    expect(page.locator("main")).to_contain_text("送信を取り消しました。相手は開いていません。")

    page.goto(f"{served.url}/requests/new/")
    page.select_option("[name=client]", label="うみねこ浜水産加工株式会社")
    page.fill("[name=title]", "12月分の勤怠")
    page.fill("[name=due_on]", "R8.12.28")
    page.fill("[name=items]", "タイムカード\n\n残業の申請書")
    page.click("main button.primary")
    expect(page.locator("main")).to_contain_text("お願いを送りました。")
    expect(page.locator("tbody tr")).to_have_count(2)
    context.close()
