"""A browser as a witness of the record: it keeps the signed head, computes the proof itself, and says when history changed."""

from __future__ import annotations

import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from azukari.seal import chain, checkpoint
from tests.browser.conftest import Site, log_in_at

NAME = "azukari/office/01890000-0000-7000-8000-000000000001"
KEY = checkpoint.LogSigner.from_private_bytes(NAME, b"\1" * 32)
OTHER = checkpoint.LogSigner.from_private_bytes(NAME, b"\2" * 32)
LEAVES = [chain.leaf_hash(bytes([n])) for n in range(80)]
BANNER = "[data-witness-banner]"


@contextmanager
def portal(browser: Browser, site: Site, **options: object) -> Iterator[Page]:
    context = browser.new_context(locale="ja-JP", accept_downloads=True, **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(10_000)
    log_in_at(page, site, "/p/", "tanabe", office="minato")
    yield page
    context.close()


def kept(page: Page) -> dict:
    """What the browser keeps, once it keeps something."""
    for _ in range(100):
        found = page.evaluate("Object.entries(localStorage).find(([k]) => k.startsWith('azukari-record:'))")
        if found:
            return {"place": found[0], **json.loads(found[1])}
        page.reload()
        time.sleep(0.2)
    raise AssertionError("nothing is kept")


def keep(page: Page, place: str, value: dict) -> None:
    page.evaluate("([place, value]) => localStorage.setItem(place, value)", [place, json.dumps(value)])


def test_a_browser_keeps_the_head_and_says_when_history_changed(browser: Browser, served: Site, tmp_path: Path) -> None:
    with portal(browser, served) as page:
        first = kept(page)
        assert first["note"].startswith("azukari/office/")
        page.goto(f"{served.url}/p/record-copy/")
        page.wait_for_selector("text=正しく続いていることを確かめました")
        assert not page.locator(BANNER).count()
        page.screenshot(path=str(tmp_path / "copy.png"), full_page=True)
        # The same size with another root: what a rewritten record looks like to a browser.
        lines = first["note"].split("\n")
        root = bytearray(b64decode(lines[2]))
        root[0] ^= 1
        lines[2] = b64encode(root).decode()
        keep(page, first["place"], {**first, "note": "\n".join(lines), "at": 0})
        page.goto(f"{served.url}/p/")
        page.wait_for_selector(BANNER)
        assert "前の控えを保存" in page.inner_text(BANNER)
        page.goto(f"{served.url}/p/files/")  # it does not go away
        page.wait_for_selector(BANNER)
        page.screenshot(path=str(tmp_path / "banner.png"), full_page=True)
        with page.expect_download() as download:
            page.click(f"{BANNER} button")
        assert Path(download.value.path()).read_text("utf-8") == "\n".join(lines)
        page.goto(f"{served.url}/p/record-copy/")
        with page.expect_download():  # the old note is kept before a new beginning
            page.click("[data-witness-restart] button")
        page.wait_for_selector("text=正しく続いていることを確かめました")
        assert not page.locator(BANNER).count()


def root(size: int) -> bytes:
    return chain.Frontier().append_many(LEAVES[:size]).root()


def proof(old: int, new: int) -> list[bytes]:
    return chain.consistency_proof(
        old, new, lambda level, at: chain.Frontier().append_many(LEAVES[at << level : (at + 1) << level]).root()
    )


def note(size: int, *, signer: checkpoint.LogSigner = KEY, origin: str = NAME, of: bytes | None = None) -> str:
    return checkpoint.sign_checkpoint(signer, origin, size, of or root(size))


def told(note: str | None, hashes: list[bytes] | None, key: checkpoint.LogSigner = KEY) -> dict:
    return {"note": note, "key": key.verifier_key(), "proof": hashes and [b64encode(item).decode() for item in hashes]}


ANSWERS = {
    "nothing signed any more": told(None, []),
    "shorter": told(note(9), None),
    "same size, other root": told(note(20, of=root(21)), []),
    "longer, no proof": told(note(30), None),
    "longer, empty proof": told(note(30), []),
    "longer, proof of another size": told(note(30), proof(19, 30)),
    "longer, a hash too few": told(note(30), proof(20, 30)[:-1]),
    "longer, a hash too many": told(note(30), [*proof(20, 30), bytes(32)]),
    "longer, another root": told(note(30, of=root(31)), proof(20, 30)),
    "another key": told(note(30, signer=OTHER), proof(20, 30), OTHER),
    "another key's signature": told(note(30, signer=OTHER), proof(20, 30)),
    "another origin": told(note(30, origin=f"{NAME}/2"), proof(20, 30)),
    "no note": told("x", proof(20, 30)),
}


@pytest.fixture(scope="module")
def answered(browser: Browser, served: Site) -> Iterator[tuple[Page, dict, str]]:
    """A page whose questions for proofs are answered by the test; and the place of what it keeps."""
    with portal(browser, served) as page:
        place, answer = kept(page)["place"], {}

        def fulfil(route: Route) -> None:
            route.fulfill(json=answer)

        page.route("**/record-copy/proof/*", fulfil)
        yield page, answer, place


def ask(answered: tuple[Page, dict, str], old: int, answer: dict) -> dict:
    """Let the browser that kept the head of `old` meet an answer. Gives what it keeps then."""
    page, to, place = answered
    to.clear()
    to.update(answer)
    keep(page, place, {"note": note(old), "key": KEY.verifier_key(), "size": old, "at": 0})
    with page.expect_response("**/record-copy/proof/*"):
        page.reload()
    page.wait_for_function(
        "place => { const k = JSON.parse(localStorage.getItem(place)); return k.at > 0 || k.changed }", arg=place
    )
    return json.loads(page.evaluate("place => localStorage.getItem(place)", place))


@pytest.mark.parametrize(
    ("old", "new"), [(1, 1), (1, 2), (2, 3), (3, 8), (8, 8), (8, 9), (7, 64), (63, 65), (64, 80), (33, 80)]
)
def test_it_follows_a_record_that_goes_on(answered: tuple[Page, dict, str], old: int, new: int) -> None:
    found = ask(answered, old, told(note(new), proof(old, new)))
    assert (found["size"], found.get("changed")) == (new, None)
    assert not answered[0].locator(BANNER).count()


@pytest.mark.parametrize("name", ANSWERS)
def test_it_says_so_when_it_does_not(answered: tuple[Page, dict, str], name: str) -> None:
    if name == "another key's signature" and not answered[0].evaluate(
        "crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']).then(() => true, () => false)"
    ):
        pytest.skip("this browser has no Ed25519; the proof is checked all the same")
    found = ask(answered, 20, ANSWERS[name])
    assert found["changed"] and found["note"] == note(20)
    answered[0].wait_for_selector(BANNER)


def test_without_scripts_the_page_is_whole(browser: Browser, served: Site) -> None:
    with portal(browser, served) as page:
        kept(page)
        state = page.context.storage_state()
    with closing(browser.new_context(java_script_enabled=False, storage_state=state)) as context:
        page = context.new_page()
        page.goto(f"{served.url}/p/record-copy/")
        assert "最新の控え" in page.inner_text("main")
        assert not page.locator("[data-witness-own]:visible").count()
