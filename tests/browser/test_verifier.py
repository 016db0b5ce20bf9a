"""The verifying page in a real browser, opened from the disk: it says what `azukari verify` says, of every paper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from azukari.kernel.errors import AzukariError
from azukari.ops.verify import verify
from azukari.press import verifier
from tests.browser.papers import ROWS, UNKNOWN_TO_THE_PAGE, Desk

PAGE = Path(verifier.__file__).with_name("verify.html")
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "log.json").read_text())


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[Page]:
    """The page from the disk, without a network; the tests fail on any script error or refused content."""
    context = browser.new_context(locale="ja-JP", viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    page.set_default_timeout(20_000)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text))
    page.on("request", lambda asked: troubles.append(asked.url) if not asked.url.startswith(PAGE.as_uri()) else None)
    page.goto(PAGE.as_uri())
    yield page
    context.close()
    assert not troubles


@pytest.fixture
def page(opened: Page) -> Page:
    opened.set_viewport_size({"width": 1280, "height": 900})
    opened.reload()
    return opened


def made[T](make: Callable[[], T]) -> T:
    """Sign in a thread of its own: pyHanko and Playwright each want the event loop of theirs."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(make).result()


def choose(page: Page, pdf: bytes, name: str = "書類.pdf", into: str = "#paper") -> None:
    page.set_input_files(into, {"name": name, "mimeType": "application/pdf", "buffer": pdf})


def said(page: Page, pdf: bytes) -> tuple[str, str]:
    """Hand in a paper as a person does: the verdict, and the first sentence under it."""
    choose(page, pdf)
    page.wait_for_selector("#result .verdict:not(.busy)")
    return page.inner_text("#result .verdict h2"), page.inner_text("#result .verdict p:nth-of-type(1)")


def of_the_program(pdf: bytes) -> tuple[str, str]:
    try:
        what = verify(pdf).facts.number[0]
    except AzukariError as error:
        return "無効", error.reason
    kind = {"受": "受領書", "廃": "廃棄証明書"}[what]
    return "有効", f"この{kind}は、発行されたときのまま変わっていません。事務所の記録にも、同じ内容で残っています。"


# --- the same verdicts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in ROWS if name != "大きすぎる"])
def test_the_page_says_what_the_program_says(opened: Page, desk: Desk, name: str) -> None:
    pdf = made(lambda: ROWS[name](desk))
    verdict, sentence = said(opened, pdf)
    if name in UNKNOWN_TO_THE_PAGE:
        assert (verdict, sentence[-29:]) == ("確かめられません", "azukari verify コマンドで確かめてください。")
    else:
        assert (verdict, sentence) == of_the_program(pdf)
