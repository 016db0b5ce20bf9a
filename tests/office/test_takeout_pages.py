"""持ち出しの記録 on the screens: asked, listed, chased on home, ended, warned of before a disposal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from azukari.journal.models import Entry, TakeOut
from azukari.journal.queries import takeouts
from azukari.journal.rules.takeouts import TakenOut, TakeOutFacts
from azukari.store.scope import office_scope
from tests.cast import TODAY, Cast, Office, number_of
from tests.journal.test_takeouts import PAPER, take
from tests.office.conftest import MOMENT, SignIn, browser, hidden
from tests.vault.test_numbers import register

LIST, CLOSE = reverse("office:takeouts"), reverse("office:takeouts-close")
FORM = {"use": "tax_withholding", "taken_out": "DOCUMENT", "submitted_to": "税務署", "due_on": "2026/11/25"}
DONE = {"outcome": "SUBMITTED", "on": "2026/11/24", "receipt": "2026-0012", "how": "窓口"}


@pytest.fixture
def minato(cast: Cast) -> Iterator[Office]:
    """みなと, in its scope."""
    with office_scope(cast.minato.id):
        yield cast.minato


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def get(browser: Client, url: str, **query: str) -> str:
    response = browser.get(url, query, secure=True)
    assert response.status_code == 200
    return text_of(response)


def test_two_days_of_a_form(cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shown for a form, open on every screen it concerns, late the day after next, handed in, gone from home."""
    office = cast.minato
    with office_scope(office.id):
        register(office, "ishihara", 1)
    person = office.people["ishihara"]
    shown = browser(office, "saeki", unlocked=True).post(reverse("office:reveal", args=[person]), FORM, secure=True)
    assert number_of(1)[:4] in text_of(shown)
    with office_scope(office.id):
        (row,) = takeouts.list_open(office.actor("saeki"))
    pages = [
        LIST,
        reverse("office:person", args=[person]),
        reverse("office:client", args=[office.clients["aoba"]]),
        reverse("office:home"),
    ]
    for page in pages:
        assert f"{CLOSE}?takeout={row.id}" in get(sign_in("saeki"), page), page
    # The manager's home does not show what is still in time; two days later it does.
    assert str(row.id) not in get(sign_in("aoki"), reverse("office:home"))
    monkeypatch.setattr("azukari.entrance.middleware.utc_now", lambda: MOMENT + timedelta(days=2))
    monkeypatch.setattr("tests.office.conftest.MOMENT", MOMENT + timedelta(days=2))
    aoki = browser(office, "aoki")
    assert str(row.id) in get(aoki, reverse("office:home"))
    listed = get(aoki, LIST)
    assert "1日超過" in listed and '<tr class="bad">' in listed
    assert re.search(r'class="n late">1<', listed)
    done = aoki.post(CLOSE, {"takeout": str(row.id), **DONE, "on": "2026/11/26"}, secure=True, follow=True)
    assert "1件の持ち出しの終わりを記録しました" in text_of(done)
    assert "提出済み・2026/11/26・控え 2026-0012・窓口" in text_of(done)
    for page in pages[1:]:
        assert f"takeout={row.id}" not in get(aoki, page), page
    entry = get(aoki, reverse("office:record-entry", args=[row.seq]))
    assert "提出済み・2026/11/26" in entry
    with office_scope(office.id):
        assert takeouts.verify_take_outs() == 1


def test_looking_on_the_screen_takes_nothing_out(cast: Cast) -> None:
    office = cast.minato
    with office_scope(office.id):
        register(office, "ishihara", 1)
    url = reverse("office:reveal", args=[office.people["ishihara"]])
    typed = FORM | {"taken_out": "SCREEN"}
    assert number_of(1)[:4] in text_of(browser(office, "saeki", unlocked=True).post(url, typed, secure=True))
    with office_scope(office.id):
        assert not TakeOut.objects.exists()


def test_everything_that_is_missing_is_said_at_once_and_nothing_is_shown(cast: Cast) -> None:
    office = cast.minato
    with office_scope(office.id):
        register(office, "ishihara", 1)
    saeki = browser(office, "saeki", unlocked=True)
    with office_scope(office.id):
        before = Entry.objects.count()
    url = reverse("office:reveal", args=[office.people["ishihara"]])
    page = text_of(saeki.post(url, {"use": "tax_withholding", "taken_out": "MEDIUM"}, secure=True))
    for field in ("due_on", "medium", "submitted_to", "protections", "note"):
        assert f'href="#id_{field}"' in page, field
    assert number_of(1)[:4] not in page
    with office_scope(office.id):
        assert Entry.objects.count() == before


def test_several_are_ended_at_once_and_what_was_ended_meanwhile_is_not_asked_again(
    minato: Office, sign_in: SignIn
) -> None:
    rows = take(minato, people=("ishihara", "misato"))
    ids = [str(row.id) for row in rows]
    saeki, aoki = sign_in("saeki"), sign_in("aoki")
    assert "2件の終わりを記録" in text_of(saeki.get(CLOSE, {"takeout": ids}, secure=True))
    assert aoki.post(CLOSE, {"takeout": ids[:1], **DONE}, secure=True).status_code == 302
    late = saeki.post(CLOSE, {"takeout": ids, **DONE}, secure=True, follow=True)
    assert "1件の持ち出しの終わりを記録しました" in text_of(late)
    again = saeki.post(CLOSE, {"takeout": ids, **DONE}, secure=True, follow=True)
    assert "もう終わりを記録してあります" in text_of(again)
    assert takeouts.verify_take_outs() == 2


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"outcome": ""}, "outcome", "終わり方が選択されていません。"),
        ({"outcome": "MISTAKEN", "how": " "}, "how", "記録の誤りのときは、理由の記入が要ります。"),
        ({"on": "2026/11/25"}, "on", "持ち出した日（2026/11/24）から今日（2026/11/24）まで"),
        ({"on": "きのう"}, "on", "日付"),
        ({"receipt": number_of(1)}, "receipt", "個人番号と同じ形をしています。"),
    ],
)
def test_a_wrong_ending_says_what_and_records_nothing(
    minato: Office, sign_in: SignIn, wrong: dict[str, str], field: str, words: str
) -> None:
    (row,) = take(minato)
    before = Entry.objects.count()
    response = sign_in("saeki").post(CLOSE, {"takeout": str(row.id), **DONE, **wrong}, secure=True)
    assert response.status_code == 422
    assert f'href="#id_{field}"' in text_of(response) and words in text_of(response)
    assert Entry.objects.count() == before


@pytest.mark.parametrize("typed", ["abc", "01890000-0000-7000-8000-000000000000"])
def test_what_is_not_there_is_404(cast: Cast, sign_in: SignIn, typed: str) -> None:
    assert sign_in("saeki").get(CLOSE, {"takeout": typed}, secure=True).status_code == 404


def test_what_is_not_yours_is_not_there(cast: Cast, minato: Office, sign_in: SignIn) -> None:
    (row,) = take(minato)
    TakeOut.objects.filter(id=row.id).update(client_id=minato.clients["kitagawa"])
    ono = sign_in("ono")
    assert ono.get(CLOSE, {"takeout": str(row.id)}, secure=True).status_code == 404
    assert str(row.id) not in get(ono, LIST)


def test_the_auditor_reads_and_ends_nothing(minato: Office, sign_in: SignIn) -> None:
    (row,) = take(minato)
    kanno = sign_in("kanno")
    page = get(kanno, LIST)
    assert row.number in page and "持ち出し中" in page and "終わりを記録" not in page
    assert kanno.post(CLOSE, {"takeout": str(row.id), **DONE}, secure=True).status_code == 403


def test_the_list_is_narrowed_and_empty_in_words(minato: Office, sign_in: SignIn) -> None:
    saeki = sign_in("saeki")
    assert "持ち出しはまだありません。" in get(saeki, LIST)
    take(minato)
    take(minato, TakeOutFacts(kind=TakenOut.FILE, at_once=True), people=("misato",))
    assert "misato" not in get(saeki, LIST, kind="DOCUMENT")
    assert "条件に合う持ち出しはありません。" in get(saeki, LIST, state="LATE")
    assert "抽出条件" in get(saeki, LIST, client=str(minato.clients["aoba"]), since="2026/11/24")
    wrong = saeki.get(LIST, {"since": "2026/11/25", "until": "2026/11/24"}, secure=True)
    assert wrong.status_code == 422


def test_a_disposal_of_a_number_that_is_out_warns_and_lists_it(cast: Cast, sign_in: SignIn) -> None:
    office = cast.minato
    with office_scope(office.id):
        register(office, "ishihara", 1)
    person = office.people["ishihara"]
    saeki = browser(office, "saeki", unlocked=True)
    ask = reverse("office:disposal-person", args=[person])
    assert "持ち出したままのもの" not in get(saeki, ask)
    saeki.post(reverse("office:reveal", args=[person]), FORM, secure=True)
    page = get(saeki, ask)
    assert "持ち出したままのものが 1件あります。" in page and "2026/11/25 まで" in page
    shown = hidden(saeki.get(ask, secure=True))
    typed = {"reason": "REGISTERED_BY_MISTAKE", "read_notes": "on", "typed": "廃棄", **shown}
    asked = saeki.post(ask, typed, secure=True)
    assert asked.status_code == 302  # a warning, no wall: the paper may be with the authority for good
    assert "持ち出したままのものが 1件あります。" in get(saeki, asked["Location"])


def test_a_change_of_the_due_day_is_no_button(minato: Office, sign_in: SignIn) -> None:
    """What was promised stands in the record: a longer time is a new take-out, the old one is closed."""
    (row,) = take(minato, PAPER)
    page = text_of(sign_in("saeki").get(CLOSE, {"takeout": str(row.id)}, secure=True))
    assert 'name="due_on"' not in page
    assert row.due_on == TODAY + timedelta(days=7)


@pytest.mark.parametrize("login", ["aoki", "kanno", "saeki"])
def test_the_table_of_events_is_linked_from_the_record_and_complete(cast: Cast, sign_in: SignIn, login: str) -> None:
    client = sign_in(login)
    assert reverse("office:record-events") in get(client, reverse("office:record"))
    page = get(client, reverse("office:record-events"))
    for words in ("マイナンバー閲覧", "保護ファイル閲覧", "記録の誤り", "ログイン", "番号法20条"):
        assert words in page
