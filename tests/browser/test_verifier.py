"""The verifying page in a real browser, opened from the disk: it says what `azukari verify` says, of every paper."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from playwright.sync_api import Browser, Page, expect

from azukari.kernel.errors import AzukariError
from azukari.ops.verify import verify
from azukari.press import verifier
from azukari.press.dates import long_day, long_moment
from azukari.press.documents.file_receipt.sample import FILE
from azukari.seal import chain, checkpoint
from tests.browser.papers import AT_NIGHT, CERTIFICATE, ROWS, UNKNOWN_TO_THE_PAGE, Desk, stamped
from tests.browser.test_screens import AXE, RULES

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
    places = range(start, pdf.find(b"/ByteRange", start) + 40, 7)
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


# --- known answers for the page's own arithmetic ------------------------------------------------------------

# RFC 8032, 7.1: TEST 1, 2, 3 and SHA(abc): public key, message, signature.
ED25519 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]
BY_BOTH = "async (all) => Promise.all(all.flatMap(([key, message, signature]) => [verifyEd25519Here, verifyEd25519].map((verify) => verify(fromHex(key), fromHex(message), fromHex(signature)))))"


def by_us(key: str, message: str, signature: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), bytes.fromhex(message))
    except InvalidSignature:
        return False
    return True


def test_ed25519_gives_the_answers_of_rfc_8032(opened: Page) -> None:
    assert opened.evaluate(BY_BOTH, ED25519) == [True] * 8


def test_ed25519_refuses_what_the_program_refuses(opened: Page) -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    key, message, signature = (bytes.fromhex(item) for item in ED25519[2])
    again = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    bad = [
        (key, message, signature[:32] + again),  # s is not smaller than the order (RFC 8032, 5.1.7)
        (key, message, signature[:-1]),
        (key, message, signature + b"\0"),
        (key, message + b"\0", signature),
        (key, message, bytes(64)),
        (bytes.fromhex("ee" + "ff" * 30 + "7f"), message, signature),  # y is not smaller than p
        (bytes.fromhex("02" + "00" * 31), message, signature),  # no point of the curve
        *[(key[:n] + bytes([key[n] ^ 1]) + key[n + 1 :], message, signature) for n in (0, 31)],
        *[(key, message, signature[:n] + bytes([signature[n] ^ 1]) + signature[n + 1 :]) for n in (0, 31, 32, 63)],
    ]
    told = [[item.hex() for item in row] for row in bad]
    assert [by_us(*row) for row in told] == [False] * len(bad)
    assert opened.evaluate(BY_BOTH, told) == [False] * 2 * len(bad)


def test_ed25519_agrees_on_chance_keys(opened: Page) -> None:
    rows = []
    for length in (0, 1, 63, 64, 65, 127, 128, 300):
        key = Ed25519PrivateKey.generate()
        message = bytes(length)
        rows.append((key.public_key().public_bytes_raw().hex(), message.hex(), key.sign(message).hex()))
    assert opened.evaluate(BY_BOTH, rows) == [True] * 16


def test_sha256_in_pieces_of_any_size(opened: Page) -> None:
    data = bytes(range(256)) * 2
    lengths = [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 512]
    told = opened.evaluate(
        """(lengths) => lengths.map((length) => {
            const data = Uint8Array.from({length}, (_, n) => n & 255);
            return [1, 7, 64, 65, 512].map((step) => {
                const hash = new Sha256();
                for (let at = 0; at < length; at += step) hash.update(data.subarray(at, at + step));
                return hex(hash.digest());
            });
        })""",
        lengths,
    )
    assert told == [[sha256(data[:length]).hexdigest()] * 5 for length in lengths]


def test_the_tree_gives_the_answers_of_rfc_6962(opened: Page) -> None:
    """Every place in every size of the reference tree; and nothing next to it."""
    tree = VECTORS["tree"]
    leaves = [chain.leaf_hash(bytes.fromhex(data)) for data in tree["inputs"]]
    rows = []
    for size in range(1, 9):
        for index in range(size):

            def subtree(level: int, place: int) -> bytes:
                return chain.Frontier().append_many(leaves[place << level : (place + 1) << level]).root()

            path = [item.hex() for item in chain.inclusion_proof(index, size, subtree)]
            rows.append([tree["inputs"][index], str(index), str(size), path, tree["roots"][size]])
    one = tree["inclusion"][0]
    rows.append(
        [tree["inputs"][one["index"]], str(one["index"]), str(one["size"]), one["proof"], tree["roots"][one["size"]]]
    )
    holds = opened.evaluate(
        """(rows) => rows.map(([data, index, size, path, root]) => {
            const holds = (index, size, path) => {
                try { verifyInclusion(leafHash(fromHex(data)), BigInt(index), BigInt(size), path.map(fromHex), fromHex(root)); return true; }
                catch (error) { if (!(error instanceof Invalid)) throw error; return false; }
            };
            return [holds(index, size, path), holds(index, size, [...path, root]), holds(index, size, path.slice(1)) && path.length > 0,
                    holds(BigInt(index) + 1n, size, path), holds(index, 1n << 63n, path)];
        })""",
        rows,
    )
    assert holds == [[True, False, False, False, False]] * len(rows)


def test_the_note_of_the_specification_verifies(opened: Page, desk: Desk) -> None:
    note = VECTORS["note"]
    told = [f"{note['text']}\n{note['signatures']}", note["verifier_key"]]
    assert opened.evaluate("([text, key]) => verifyNote(text, parseVerifierKey(key))", told) == note["text"]
    key = desk.log.signer.verifier_key()
    assert opened.evaluate("(key) => fingerprintOf(key)", key) == checkpoint.fingerprint(key)


def test_days_and_moments_are_written_as_on_the_paper(opened: Page) -> None:
    days = [
        date(2019, 4, 30),
        date(2019, 5, 1),
        date(1989, 1, 7),
        date(1989, 1, 8),
        date(1926, 12, 24),
        date(1926, 12, 25),
    ]
    days += [date(1912, 7, 29), date(1912, 7, 30), date(1873, 1, 1), date(2026, 12, 31), date(2024, 2, 29)]
    assert opened.evaluate("(days) => days.map(longDay)", [day.isoformat() for day in days]) == [
        long_day(day) for day in days
    ]
    moments = [datetime(2026, 10, 20, 14, 59, 59, tzinfo=UTC) + timedelta(seconds=n) for n in (0, 1, 3661)]
    told = [moment.isoformat().replace("+00:00", "Z") for moment in moments]
    assert opened.evaluate("(moments) => moments.map(longMoment)", told) == [long_moment(moment) for moment in moments]


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
    assert said(page, made(lambda: stamped(desk)))[0] == "有効"
    expect(page.locator("dd", has_text="このページでは確かめていません")).to_contain_text(
        "令和8年（2026年）10月20日 18時41分11秒"
    )


@pytest.mark.parametrize("changes", [{"imprint": bytes(32)}, {"times": 2}, {"attribute": "1.2.840.113549.1.9.16.2.48"}])
def test_any_other_attribute_beside_the_signature_is_refused(page: Page, desk: Desk, changes: dict[str, Any]) -> None:
    assert said(page, made(lambda: stamped(desk, **changes))) == ("無効", "署名の部分が変更されています。")


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


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_in_every_state_nothing_runs_out_of_the_page_and_axe_finds_nothing(page: Page, desk: Desk, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate(AXE)
    for name in ("", "廃棄証明書", "受領書", "署名がない", "P-384の鍵"):
        if name:
            said(page, made(lambda name=name: ROWS[name](desk)))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
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
    expect(page.get_by_text("このページで確かめるには、ブラウザーのJavaScriptが要ります。")).to_be_visible()
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
