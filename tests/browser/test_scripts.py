"""What the scripts do with a shown number, the dialog, the badge, ticks and keys, under the policy of the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from playwright.sync_api import Page, Route, expect

STATIC = Path(__file__).resolve().parents[2] / "src/azukari/ui/static"
SITE = "http://azukari.test"
PERSON = SimpleNamespace(id=UUID("01900000-0000-7000-8000-000000000001"), name="石原 亮太")
PERSON_PATH = f"/people/{PERSON.id}/"
NUMBER = re.compile(r"1234\s*5678\s*9018")
POLICY = "; ".join(f"{name} {' '.join(values)}" for name, values in settings.SECURE_CSP.items())
MASK = f'<div data-number-panel><p class="mask">隠しています</p><a href="{PERSON_PATH}reveal/" data-dialog>番号を表示</a></div>'
BADGE = (
    '<form class="bar-item unlock" data-unlock data-seconds-left="{left}">'
    "<span>利用認証中 <span data-unlock-left>あと 5分</span></span><button>終える</button></form>"
)
ASK = (
    '<form method="post" action="'
    + PERSON_PATH
    + 'reveal/" data-dialog-content><header><h2 id="dialog-title">番号の表示</h2></header>'
    '<div class="body">{error}<label for="pw">パスワード</label><input id="pw" name="password" type="password"></div>'
    '<footer><button type="button" data-close>キャンセル</button><button class="primary">番号を表示</button></footer></form>'
)
WRONG = '<div class="note err" tabindex="-1" data-error-summary>パスワードが正しくありません。</div>'

type Answer = Callable[[Route], tuple[int, str]]


def document(body: str, badge: str = "") -> str:
    """A page as the base template makes it, around `body`."""
    bar = f'<header class="bar"><form role="search"><input data-search></form>{badge}</header><main id="main" tabindex="-1">{body}</main>'
    source = '{% extends "ui/base.html" %}{% block title %}x{% endblock %}{% block body %}' + bar + "{% endblock %}"
    return Template(source).render(Context())


def revealed(seconds: int = 60) -> str:
    context = {"groups": ["1234", "5678", "9018"], "record_no": "300-1", "seconds": seconds, "person": PERSON}
    return render_to_string("office/people/_revealed.html", context)


@pytest.fixture
def site(page: Page) -> dict[str, Answer]:
    """Answers by path; static files come from the source. What is not there is 404."""
    answers: dict[str, Answer] = {}

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE).split("?")[0]
        if path.startswith("/static/"):
            route.fulfill(path=STATIC / path.removeprefix("/static/"))
            return
        status, html = answers[path](route) if path in answers else (404, "")
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
        route.fulfill(status=status, body=html, headers=headers)

    page.route("**/*", answer)
    return answers


def serve(answers: dict[str, Answer], path: str, html: str) -> None:
    answers[path] = lambda _: (200, html)


def open_revealed(page: Page, site: dict[str, Answer], seconds: int = 60) -> None:
    serve(site, f"{PERSON_PATH}reveal/", document(f"<div data-number-panel>{revealed(seconds)}</div>"))
    serve(site, PERSON_PATH, document(MASK))
    page.clock.install()
    page.goto(f"{SITE}{PERSON_PATH}reveal/")
    expect(page.locator("[data-digits]")).to_have_text(NUMBER)


def test_a_shown_number_goes_away_by_itself_and_is_announced_three_times(page: Page, site: dict[str, Answer]) -> None:
    open_revealed(page, site)
    page.evaluate(
        """() => {
        const status = document.querySelector("[data-countdown-said]");
        window.said = [];
        new MutationObserver(() => window.said.push(status.textContent)).observe(status, {childList: true});
        }"""
    )
    assert "あと 60秒" in str(page.locator("[data-countdown-said]").text_content())
    page.clock.run_for(59_000)
    expect(page.locator("[data-countdown]")).to_have_text("あと 1秒")
    assert [re.sub(r"\D", "", text) for text in page.evaluate("window.said")] == ["30", "10"]
    page.clock.run_for(1_500)
    expect(page.locator(".mask")).to_be_visible()
    assert page.url == f"{SITE}{PERSON_PATH}"
    assert not NUMBER.search(page.content())


def test_escape_hides_it(page: Page, site: dict[str, Answer]) -> None:
    open_revealed(page, site)
    page.keyboard.press("Escape")
    expect(page.locator(".mask")).to_be_visible()


def test_the_way_back_does_not_lead_to_the_number(page: Page, site: dict[str, Answer]) -> None:
    serve(site, "/", document("<p>ホーム</p>"))
    page.goto(f"{SITE}/")
    open_revealed(page, site)
    page.locator("[data-hide]").click()
    expect(page.locator(".mask")).to_be_visible()
    page.go_back()
    assert not NUMBER.search(page.content())


def test_it_goes_when_nobody_looks_at_the_window(page: Page, site: dict[str, Answer]) -> None:
    open_revealed(page, site, seconds=120)
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    page.clock.run_for(19_000)
    expect(page.locator("[data-digits]")).to_be_visible()
    page.clock.run_for(2_000)
    expect(page.locator(".mask")).to_be_visible()


def test_a_page_that_is_left_keeps_no_number(page: Page, site: dict[str, Answer]) -> None:
    open_revealed(page, site)
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    assert not NUMBER.search(page.content())


def test_a_shown_number_is_not_printed(page: Page, site: dict[str, Answer]) -> None:
    open_revealed(page, site)
    page.emulate_media(media="print")
    for group in page.locator("[data-digits] > span:not(.vh)").all():
        expect(group).not_to_be_visible()


def test_the_dialog_keeps_errors_and_then_shows_the_number_in_the_page(page: Page, site: dict[str, Answer]) -> None:
    unlocked: list[bool] = []

    def ask(route: Route) -> tuple[int, str]:
        assert route.request.headers["x-partial"] == "1"
        if route.request.method == "GET":
            return 200, ASK.format(error="")
        if "right" not in (route.request.post_data or ""):
            return 422, ASK.format(error=WRONG)
        unlocked.append(True)
        return 200, revealed()

    site[f"{PERSON_PATH}reveal/"] = ask
    site[PERSON_PATH] = lambda _: (200, document(MASK, BADGE.format(left=300) if unlocked else ""))
    page.goto(f"{SITE}{PERSON_PATH}")
    page.locator("[data-dialog]").click()
    expect(page.locator("dialog[open] #pw")).to_be_focused()
    page.keyboard.type("wrong")
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog [data-error-summary]")).to_be_focused()
    expect(page.locator("[data-unlock]")).to_have_count(0)
    page.locator("#pw").fill("right")
    page.locator("dialog .primary").click()
    expect(page.locator("[data-number-panel] [data-digits]")).to_be_focused()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert "right" not in page.content()
    expect(page.locator("[data-unlock]")).to_contain_text("利用認証中 あと 5分")


def test_the_dialog_closes_without_a_trace(page: Page, site: dict[str, Answer]) -> None:
    serve(site, f"{PERSON_PATH}reveal/", ASK.format(error=""))
    serve(site, PERSON_PATH, document(MASK))
    page.goto(f"{SITE}{PERSON_PATH}")
    page.locator("[data-dialog]").click()
    page.locator("#pw").fill("secret")
    page.keyboard.press("Escape")
    expect(page.locator("#pw")).to_have_count(0)
    expect(page.locator("[data-dialog]")).to_be_focused()


def test_a_link_that_has_no_dialog_to_give_is_followed(page: Page, site: dict[str, Answer]) -> None:
    serve(site, f"{PERSON_PATH}reveal/", document("<h1>ログイン</h1>"))
    serve(site, PERSON_PATH, document(MASK))
    page.goto(f"{SITE}{PERSON_PATH}")
    page.locator("[data-dialog]").click()
    expect(page.locator("h1")).to_have_text("ログイン")


def test_the_badge_counts_minutes_speaks_once_and_leaves(page: Page, site: dict[str, Answer]) -> None:
    serve(site, "/", document("<p>ホーム</p>", BADGE.format(left=150)))
    page.clock.install()
    page.goto(f"{SITE}/")
    status = page.locator(".bar [role=status]")
    expect(page.locator("[data-unlock-left]")).to_have_text("あと 3分")
    page.clock.run_for(60_000)
    expect(page.locator("[data-unlock-left]")).to_have_text("あと 2分")
    expect(status).to_be_empty()
    page.clock.run_for(31_000)
    expect(status).to_have_text("利用認証中 あと 1分")
    page.clock.run_for(60_000)
    expect(page.locator("[data-unlock]")).to_have_count(0)


TICKS = (
    "<form data-ticks><table><thead><tr><th scope='col'>登録</th><th scope='col'>氏名</th></tr></thead><tbody>"
    "<tr><td><input type='checkbox' checked></td><td>一</td></tr><tr><td><input type='checkbox'></td><td>二</td></tr>"
    "<tr><td><input type='checkbox' disabled></td><td>三</td></tr></tbody></table>"
    "<button><span data-ticked='1201'>1,201</span>名を登録</button></form>"
)


def test_ticks_are_counted_and_one_box_ticks_the_page(page: Page, site: dict[str, Answer]) -> None:
    serve(site, "/", document(TICKS))
    page.goto(f"{SITE}/")
    every = page.get_by_label("登録", exact=True)
    assert every.evaluate("box => box.indeterminate")
    every.check()
    expect(page.locator("form[data-ticks] button")).to_have_text("1,202名を登録")
    every.uncheck()
    expect(page.locator("form[data-ticks] button")).to_have_text("1,200名を登録")
    assert not page.locator("input[disabled]").is_checked()


def test_arrow_keys_go_from_row_to_row_and_space_ticks(page: Page, site: dict[str, Answer]) -> None:
    serve(site, "/", document(TICKS))
    page.goto(f"{SITE}/")
    boxes = page.locator("tbody input:not([disabled])")
    boxes.nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(boxes.nth(1)).to_be_focused()
    page.keyboard.press("Space")
    expect(boxes.nth(1)).to_be_checked()


def test_keys_lead_to_the_search_and_to_the_list_of_keys(page: Page, site: dict[str, Answer]) -> None:
    serve(site, "/", document("<p>ホーム</p>"))
    page.goto(f"{SITE}/")
    page.keyboard.press("Control+k")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("あおば")
    page.keyboard.press("Escape")
    expect(page.locator("[data-search]")).to_have_value("")
    page.keyboard.press("Control+/")
    expect(page.get_by_role("dialog", name="キーボードの操作")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_form_says_that_it_is_busy_and_is_sent_once(page: Page, site: dict[str, Answer]) -> None:
    sent: list[str] = []

    def register(route: Route) -> tuple[int, str]:
        sent.append(route.request.method)
        return 204, ""

    site["/register/"] = register
    form = '<form method="post" action="/register/" data-busy="登録しています…"><button class="primary">登録</button></form>'
    serve(site, "/", document(form))
    page.goto(f"{SITE}/")
    button = page.locator("main button")
    button.click()
    expect(button).to_have_text("登録しています…")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)  # aria-disabled: it can still be pressed
    assert sent == ["POST"]


def test_the_enter_that_ends_a_conversion_sends_nothing(page: Page, site: dict[str, Answer]) -> None:
    serve(site, "/", document('<form method="post"><input id="name"><button>保存</button></form>'))
    page.goto(f"{SITE}/")
    prevented = page.evaluate(
        """() => {
        const event = new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true});
        return !document.getElementById("name").dispatchEvent(event);
        }"""
    )
    assert prevented


def test_nothing_is_refused_by_the_policy(page: Page, site: dict[str, Answer]) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    serve(
        site,
        "/",
        document(
            Template('{% load azukari %}{% icon "key" %}<select class="ctl" aria-label="x"></select>').render(Context())
        ),
    )
    page.goto(f"{SITE}/", wait_until="networkidle")
    assert refused == []
