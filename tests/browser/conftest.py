"""A served site with demo data in a data folder of its own, and a Chromium on it."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tools import canary

if TYPE_CHECKING:
    from tests.browser.papers import Desk

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "azukari-demo-2026"
RECORD_PASSWORD = "kiroku-no-gamen"


@dataclass(frozen=True)
class Site:
    """Where the served site is, and its data folder."""

    url: str
    data: Path
    environment: dict[str, str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if shutil.which("chromium") is None:
                item.add_marker(pytest.mark.skip(reason="no chromium on this machine"))


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Set up, fill and serve a site, as `make run` does."""
    data = tmp_path_factory.mktemp("served") / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "AZUKARI_DATA": str(data),
        "AZUKARI_TRIAL": "1",
        "AZUKARI_DATABASE": "",
        "AZUKARI_KEYS_DATABASE": "",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    azukari = [sys.executable, "-m", "azukari"]
    for command in (["setup"], ["demo-data", "--size", "small"]):
        subprocess.run([*azukari, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    log = (data / "server.log").open("w")
    server = subprocess.Popen([*azukari, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log)
    url = f"http://localhost:{port}"
    try:
        _wait_for(url)
        yield Site(url, data, environment)
    finally:
        server.terminate()
        server.wait(20)
        log.close()
    # After everything the stories did, no number lies anywhere: databases, WAL, key store, log.
    numbers = canary.sheet_numbers(ROOT / "tests" / "fixtures" / "sheets") | _demo_numbers(environment)
    assert len(numbers) > 1500
    assert canary.scan([data], numbers) == []


def _demo_numbers(environment: dict[str, str]) -> set[str]:
    """Open every number of みなと in a process of its own, with a key holder's password."""
    told = subprocess.run(
        [sys.executable, "-m", "tests.browser.all_numbers"],
        env={**environment, "DJANGO_SETTINGS_MODULE": "azukari.config.settings", "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return set(told.stdout.split())


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{url}/login/", timeout=2).close()  # noqa: S310  (our own http address)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not start")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium, without a sandbox of its own where we are root, and silent towards the network."""
    quiet = ["--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run", "--no-sandbox"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=quiet)
        yield started
        started.close()


@pytest.fixture(params=[{"width": 1440, "height": 900}], ids=["1440"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh browser profile; the test fails on any script error or refused content."""
    context = browser.new_context(locale="ja-JP", viewport=request.param, accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()
    assert not troubles


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """An office that signs good and bad papers."""
    from tests.browser.papers import Desk

    return Desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="session")
def opened(browser: Browser) -> Iterator[Page]:
    """The verifying page from the disk, without a network; a script error, refused content or a request is a failure."""
    here = (ROOT / "src" / "azukari" / "press" / "verifier" / "verify.html").as_uri()
    context = browser.new_context(locale="ja-JP", viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    page.set_default_timeout(20_000)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text))
    page.on("request", lambda asked: None if asked.url == here else troubles.append(asked.url))
    page.goto(here)
    yield page
    context.close()
    assert not troubles


def forget_counters(site: Site) -> None:
    """A code is good once in 30 seconds; the tests log in more often than people do."""
    with closing(sqlite3.connect(site.data / "azukari.sqlite3", timeout=20)) as database, database:
        database.execute("UPDATE tenancy_totpdevice SET last_counter = 0")
        database.execute("UPDATE tenancy_operatortotp SET last_counter = 0")


def log_in(page: Page, site: Site, login_id: str, office: str = "minato") -> None:
    """Log in as one of the demo staff."""
    log_in_at(page, site, "/", login_id, office=office)


def log_in_at(page: Page, site: Site, door: str, login_id: str, office: str = "") -> None:
    """Log in at a door as one of the invented people, with the code that trial mode shows."""
    forget_counters(site)
    page.goto(f"{site.url}{door}login/")
    if office:
        page.fill("[name=office_code]", office)
    page.fill("[name=login_id]", login_id)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.primary")
    page.wait_for_url(f"{site.url}{door}login/code/")
    page.fill("[name=code]", page.inner_text("[data-trial-code]"))
    page.click("main form button.primary")
    page.wait_for_url(f"{site.url}{door}")


def open_record(page: Page, site: Site) -> None:
    """Give the password of the record's screens."""
    page.goto(f"{site.url}/log/open/")
    page.fill("[name=password]", RECORD_PASSWORD)
    page.click("main form button.primary")
    page.wait_for_url(f"{site.url}/log/")


def unlock(page: Page, site: Site, purpose: str = "sheet") -> None:
    """Open the vault for this browser."""
    page.goto(f"{site.url}/unlock/")
    page.fill("[name=password]", PASSWORD)
    page.select_option("[name=purpose]", purpose)
    page.click("main form button.primary")
