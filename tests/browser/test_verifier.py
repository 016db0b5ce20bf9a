"""The verifying page in a real browser, opened from the disk: it says what `azukari verify` says, of every paper."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, Page, expect

from azukari.kernel.errors import AzukariError
from azukari.ops.verify import verify
from azukari.press import verifier
from azukari.press.dates import long_moment
from azukari.press.documents.file_receipt.sample import FILE
from azukari.seal import checkpoint
from tests.browser.paper_rows import AT_NIGHT, ROWS, UNKNOWN_TO_THE_PAGE
from tests.browser.papers import CERTIFICATE, Desk
from tests.browser.test_screens import AXE, RULES

PAGE = Path(verifier.__file__).with_name("verify.html")


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


@pytest.mark.parametrize("name", [name for name in ROWS if name not in AT_NIGHT])
def test_the_page_says_what_the_program_says(opened: Page, desk: Desk, name: str) -> None:
    check_agreement(opened, desk, name)


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(AT_NIGHT))
def test_the_page_says_what_the_program_says_of_all_the_rest(opened: Page, desk: Desk, name: str) -> None:
    check_agreement(opened, desk, name)


def check_agreement(opened: Page, desk: Desk, name: str) -> None:
    pdf = made(lambda: ROWS[name](desk))
    verdict, sentence = said(opened, pdf)
    if name in UNKNOWN_TO_THE_PAGE:
        assert (verdict, sentence[-29:]) == ("確かめられません", "azukari verify コマンドで確かめてください。")
    else:
        assert (verdict, sentence) == of_the_program(pdf)


def test_every_byte_of_the_hole_counts(opened: Page, desk: Desk) -> None:
    """A flipped bit in each place of the container, without the roundabout way through the form."""
    pdf = made(lambda: desk.receipt)
    start = pdf.rfind(b"/Contents <") - 20
    places = range(start, pdf.find(b"/ByteRange", start) + 40, 13)
    unseen = opened.evaluate(
        """async ([text, places]) => {
            const pdf = Uint8Array.from(atob(text), (character) => character.charCodeAt(0)), unseen = [];
            for (const place of places) {
                pdf[place] ^= 1;
                try { await verifyPaper(pdf); unseen.push(place); } catch (error) { if (!(error instanceof Invalid)) unseen.push(place); }
                pdf[place] ^= 1;
            }
            return unseen;
        }""",
        [b64encode(pdf).decode(), list(places)],
    )
    assert unseen == []
    assert said(opened, pdf)[0] == "有効"


def test_without_ed25519_in_the_browser_the_page_reckons_itself(page: Page, desk: Desk) -> None:
    page.evaluate(
        """() => {
            const real = SubtleCrypto.prototype.importKey;
            window.refused = 0;
            SubtleCrypto.prototype.importKey = function (form, key, algorithm, ...rest) {
                if (algorithm.name === "Ed25519") { window.refused += 1; return Promise.reject(new DOMException("", "NotSupportedError")); }
                return real.call(this, form, key, algorithm, ...rest);
            };
        }"""
    )
    for name in ("受領書", "証明：署名の1ビット"):
        pdf = made(lambda name=name: ROWS[name](desk))
        assert said(page, pdf) == of_the_program(pdf)
    assert page.evaluate("window.refused") == 2


# --- a time stamp beside the signature ----------------------------------------------------------------------


def test_a_time_stamp_is_shown_as_not_checked(page: Page, desk: Desk) -> None:
    pdf = made(desk.stamped)
    assert said(page, pdf) == of_the_program(pdf)
    told = verify(pdf).stamp
    assert told is not None
    shown = page.locator("dd", has_text="認証局の署名は、このページでは確かめていません")
    expect(shown).to_contain_text(f"{long_moment(told.at)}（{told.authority}。")


# --- the page -----------------------------------------------------------------------------------------------


def test_the_facts_and_the_fingerprint_are_shown(page: Page, desk: Desk) -> None:
    said(page, made(lambda: desk.receipt))
    shown = page.inner_text("#result")
    key = checkpoint.fingerprint(desk.log.signer.verifier_key())
    for expected in (
        "受-2026-000123",
        "みなと社会保険労務士法人",
        "有限会社北川商店 北川 千尋",
        "令和8年（2026年）10月20日 18時41分09秒",
    ):
        assert expected in shown
    for expected in (
        "賃金台帳_2026年9月.xlsx",
        f"{len(FILE):,}バイト",
        "検査済み",
        "NO 3178-1",
        sha256(FILE).hexdigest()[:4],
    ):
        assert expected in shown
    assert page.inner_text(".print").split() == key.split()
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.print')).fontSize)")
    assert size >= 26
    said(page, made(lambda: desk.paper(CERTIFICATE)))
    for expected in (
        "廃-2026-0041",
        "有限会社北川商店 御中",
        "保存期間の満了",
        "鍵の消去による復元不能化",
        "三宅 隆（責任者）",
        "NO 3178-2",
        "3件",
    ):
        assert expected in page.inner_text("#result")


def test_the_key_typed_in_any_way_is_compared(page: Page, desk: Desk) -> None:
    key = checkpoint.fingerprint(desk.log.signer.verifier_key())
    wide = key.lower().replace(" ", "－").translate({n: n + 0xFEE0 for n in range(0x30, 0x7B)})
    verdict, origin = page.locator(".verdict h2"), page.locator(".verdict .said")
    page.fill("#key", key)
    said(page, made(lambda: desk.receipt))
    expect(origin).to_contain_text("一致しました")
    for typed in (wide, key.replace("1", "l").replace("0", "o"), f"  {key.replace(' ', '')} "):
        page.fill("#key", "")
        expect(origin).to_contain_text("まだ確かめていません")
        page.fill("#key", typed)
        expect(origin).to_contain_text("一致しました")
        expect(verdict).to_have_text("有効")
    for typed in (key[:-1], key[:-1] + ("A" if key[-1] != "A" else "B"), "AAAA BBBB"):
        page.fill("#key", typed)
        expect(verdict).to_have_text("無効")
        expect(page.locator(".verdict p").first).to_contain_text("別の鍵で署名されています")


def test_a_forgery_with_a_key_of_its_own_is_told_by_the_fingerprint(page: Page, desk: Desk) -> None:
    page.fill("#key", checkpoint.fingerprint(desk.log.signer.verifier_key()))
    choose(page, made(lambda: ROWS["別の鍵で作り直したもの（指紋だけが違う）"](desk)))
    expect(page.locator(".verdict:not(.busy) h2")).to_have_text("無効")


def test_the_file_at_hand_is_compared(page: Page, desk: Desk) -> None:
    said(page, made(lambda: desk.receipt))
    choose(page, FILE, "写し.xlsx", "#file")
    expect(page.locator("#compared")).to_have_text("一致：写し.xlsx は、受け取ったファイルそのものです。")
    for data in (FILE[:-1], FILE + b"\n", b""):
        choose(page, data, "別.xlsx", "#file")
        expect(page.locator("#compared")).to_have_text("一致しません：別.xlsx は、受け取ったファイルと中身が違います。")
    said(page, made(lambda: desk.paper(CERTIFICATE)))
    expect(page.locator("#file")).to_have_count(0)


def test_a_large_file_is_compared_in_pieces(page: Page, desk: Desk, tmp_path: Path) -> None:
    data = bytes(1 << 20) * 30 + b"end"
    (tmp_path / "large.bin").write_bytes(data)
    digest = sha256(data).hexdigest()
    said(page, made(lambda: desk.with_facts(sha256=digest, size=len(data))))
    page.set_input_files("#file", tmp_path / "large.bin")
    expect(page.locator("#compared")).to_contain_text("一致：large.bin", timeout=30_000)


def test_what_is_too_large_to_be_a_paper_is_not_read(page: Page, tmp_path: Path) -> None:
    (tmp_path / "large.pdf").write_bytes(b"%PDF-" + bytes(64 * 1024 * 1024))
    assert of_the_program((tmp_path / "large.pdf").read_bytes()) == ("無効", "ファイルが大きすぎます。")
    page.set_input_files("#paper", tmp_path / "large.pdf")
    expect(page.locator(".verdict:not(.busy) p").first).to_have_text("ファイルが大きすぎます。")


def test_names_are_shown_as_text_and_steer_nothing(page: Page, desk: Desk) -> None:
    name, person = "<img src=x onerror=document.title=1>.xlsx", "千尋\u202egnp"
    said(page, made(lambda: desk.with_facts(file_name=name, sender__person=person)))
    expect(page.locator("dd", has_text=name)).to_be_visible()
    expect(page.locator("dd", has_text="千尋〓gnp")).to_be_visible()
    assert page.locator("#result img").count() == 0


def test_a_dropped_file_is_taken_wherever_it_falls(page: Page, desk: Desk) -> None:
    text = b64encode(made(lambda: desk.receipt)).decode()
    drop = """([text, where, count]) => {
        const data = new DataTransfer(), bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        for (let n = 0; n < count; n += 1) data.items.add(new File([bytes], `${n}.pdf`));
        const event = new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true});
        document.querySelector(where).dispatchEvent(event);
        return event.defaultPrevented;
    }"""
    for where in ("#paper-drop", "h1"):
        assert page.evaluate(drop, [text, where, 1])
        expect(page.locator(".verdict:not(.busy) h2")).to_have_text("有効")
        page.reload()
    assert page.evaluate(drop, [text, "#paper-drop", 2])
    expect(page.locator(".verdict:not(.busy) h2")).to_have_text("確かめられません")


def test_by_keyboard_alone(page: Page, desk: Desk) -> None:
    for expected in ("paper", "key"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == expected
    said(page, made(lambda: desk.receipt))
    # The verdict is where the reading goes on, and the next stop is the file at hand.
    assert page.evaluate("document.activeElement.classList.contains('verdict')")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "file"


@pytest.mark.parametrize("width", [390, 1280])
def test_in_every_state_nothing_runs_out_of_the_page_and_axe_finds_nothing(page: Page, desk: Desk, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate(AXE)
    for name in ("", "廃棄証明書", "受領書", "署名がない", "P-384の鍵"):
        if name:
            said(page, made(lambda name=name: ROWS[name](desk)))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.set_viewport_size({"width": width, "height": 800})
        found = page.evaluate("tags => axe.run(document, {runOnly: tags}).then(r => r.violations)", RULES)
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_the_result_is_printed_on_a4_for_the_binder(page: Page, desk: Desk) -> None:
    said(page, made(lambda: desk.paper(CERTIFICATE)))
    page.emulate_media(media="print")
    try:
        for hidden in ("#paper-drop", "#key", "#result button"):
            expect(page.locator(hidden).first).to_be_hidden()
        for seen in ("#printed", ".stamps", ".verdict h2", ".print"):
            expect(page.locator(seen)).to_be_visible()
        assert re.match(r"確かめた日時：令和\d+年", page.inner_text("#printed"))
    finally:
        page.emulate_media(media="null")
    with pikepdf.open(BytesIO(page.pdf(prefer_css_page_size=True))) as paper:
        width, height = (round(float(side) / 72 * 25.4) for side in paper.pages[0].mediabox[2:])
        assert (width, height) == (210, 297)
        assert len(paper.pages) <= 2


def test_without_scripts_there_is_a_plain_sentence(browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(PAGE.as_uri())
    expect(page.get_by_text("このページで確かめるには、新しいブラウザーとJavaScriptが要ります。")).to_be_visible()
    expect(page.locator("#tool")).to_be_hidden()
    context.close()


def test_the_policy_lets_run_what_is_written_and_nothing_else() -> None:
    """After a change of style or script its hash in the policy must follow; this test says what it is."""
    text = verifier.page().decode()
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    assert policy
    hashes = [
        b64encode(sha256(body.encode()).digest()).decode()
        for body in re.findall(r"(?s)<(?:style|script)>(.*?)</", text)
    ]
    style, script = hashes
    assert policy[1] == (
        f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'"
    )
    assert not re.search(
        r"\sstyle=|\son[a-z]+=|innerHTML|outerHTML|insertAdjacent|eval\(|https?://|\b(?:src|href)=", text
    )
