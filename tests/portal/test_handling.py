"""個人番号の取扱い at the client companies' door: one's own lines, live, with proof; nobody else's, and no number."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from azukari.entrance.doors import OFFICE
from azukari.journal import actions as journal
from azukari.journal import queries as record
from azukari.journal.rules import Line, Operation, Result, TakenOut
from azukari.journal.rules.takeouts import TakeOutFacts
from azukari.oversight.actions import settings as settings_actions
from azukari.oversight.rules import proof_file
from azukari.oversight.rules.settings import OversightSettings
from azukari.portal.urls import urlpatterns
from azukari.store.scope import office_scope
from azukari.vault.rules import events as vault_events
from tests.cast import NOW, Cast, Office, number_of
from tests.exchange.hands import hand_in
from tests.portal.conftest import MOMENT, enter
from tests.vault.test_numbers import register, reveal

# Statuses of GET and POST for nonaka (窓口担当者), tanabe (窓口責任者), and tanabe gone over to みずほ, on a line of あおば.
HANDLINGS = {
    "handlings": ("403 200 200", "405 405 405"),
    "handling": ("403 200 404", "405 405 405"),
    "handling-proof": ("405 405 405", "403 200 404"),
    "handling-pack": ("405 405 405", "403 422 422"),
}
ROUTES = {pattern.name: pattern for pattern in urlpatterns if pattern.name.startswith("handling")}


@pytest.fixture
def busy(cast: Cast) -> Iterator[Office]:
    """あおば with two numbers and a use, みずほ with a use of its own, and lines about nobody."""
    office = cast.minato
    with office_scope(office.id):
        register(office, "ishihara", 1)
        register(office, "takahashi", 2)
        reveal(
            office,
            "takahashi",
            leaves=TakeOutFacts(kind=TakenOut.DOCUMENT, at_once=True, note="源泉徴収票"),
        )
        hand_in(office)
        handle(office, "mizuho", "みずほ運輸株式会社", "秋山 二郎")
        yield office


def handle(office: Office, client: str, name: str, person: str, times: int = 1, **facts) -> int:
    """Write lines about a client straight into the record. Gives the place of the last."""
    for _ in range(times):
        done = journal.append(
            actor=office.actor("saeki"),
            operation=Operation(
                event=vault_events.REVEALED,
                screen="個人番号台帳",
                lines=(Line(client_id=office.clients[client], client_name=name, person_name=person, **facts),),
            ),
            now=NOW,
        )
    return done.first_seq


def line_of(office: Office, client: str = "aoba") -> int:
    rows = record.list_entries(office.actor("aoki"), record.Filter(client_id=office.clients[client])).rows
    return next(row.seq for row in rows if row.label == "マイナンバー閲覧")


def over(office: Office) -> Client:
    """Tanabe's browser, gone over to the other company: みずほ first in reading, あおば in force before."""
    client = enter(office, "tanabe")
    client.post("/p/switch/", {"company": str(office.clients["mizuho"])}, secure=True)
    return client


def page_of(client: Client, query: str = "", **options) -> str:
    return client.get(f"/p/handling/{query}", secure=True, **options).content.decode()


def rows_of(page: str) -> int:
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    return body.count("/p/handling/")


def test_a_new_url_needs_a_row() -> None:
    assert set(ROUTES) == set(HANDLINGS)


@pytest.mark.parametrize("name", HANDLINGS)
def test_who_may_do_what(busy: Office, name: str) -> None:
    converters = ROUTES[name].pattern.converters
    url = reverse(f"portal:{name}", kwargs=dict.fromkeys(converters, line_of(busy)))
    clients = [enter(busy, "nonaka"), enter(busy, "tanabe"), over(busy)]
    for method, expected in zip(("get", "post"), HANDLINGS[name], strict=True):
        for client, status in zip(clients, expected.split(), strict=True):
            assert getattr(client, method)(url, secure=True).status_code == int(status), (method, name)
        for stranger in (Client(), enter(busy, "aoki", OFFICE)):
            answer = getattr(stranger, method)(url, secure=True)
            if expected.startswith("405"):
                assert answer.status_code == 405
            else:
                assert answer["Location"].startswith("/p/login/")
    assert clients[1].delete(url, secure=True).status_code == 405


def test_the_list_says_who_of_whom_what_for_and_where_to(busy: Office, tanabe: Client) -> None:
    page = page_of(tanabe)
    for word in (
        "佐伯 舞", "事務取扱担当者", "髙橋 誠", "石原 亮太", "マイナンバー閲覧", "マイナンバー登録",
        "源泉徴収票・給与支払報告書の作成", "税務署・市町村", "書類に記入", "成功",
    ):  # fmt: skip
        assert word in page, word
    assert rows_of(page) == 3


def secrets_of(office: Office) -> list[str]:
    return [
        number_of(1), number_of(2), "秋山 二郎", "柴田 昭夫", "北川", "かもめ", "勤怠.txt", "127.0.0.1", "ログイン失敗",
    ]  # fmt: skip


def test_no_answer_holds_a_number_another_company_or_a_line_about_none(busy: Office, tanabe: Client) -> None:
    handle(busy, "kitagawa", "有限会社北川商店", "柴田 昭夫")
    seq = line_of(busy)
    answers = [
        tanabe.get("/p/handling/", secure=True),
        tanabe.get("/p/handling/?person=柴田", secure=True),
        tanabe.get(f"/p/handling/{seq}/", secure=True),
        tanabe.post(f"/p/handling/{seq}/proof.json", secure=True),
        tanabe.get(f"/p/handling/{line_of(busy, 'kitagawa')}/", secure=True),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 404]
    for answer in answers:
        text = re.sub(r'value="柴田"|対象者：柴田', "", answer.content.decode())
        assert [word for word in secrets_of(busy) if word in text + str(answer.headers)] == []


def test_every_line_that_is_not_ones_own_is_not_there(busy: Office, tanabe: Client) -> None:
    rows = record.list_entries(busy.actor("aoki"), record.Filter(), size=200).rows
    own = {row.seq for row in rows if row.client_id == busy.clients["aoba"] and row.label.startswith("マイナンバー")}
    assert len(own) == 3
    for row in rows:
        status = tanabe.get(f"/p/handling/{row.seq}/", secure=True).status_code
        assert status == (200 if row.seq in own else 404), row


def test_the_other_company_of_the_same_login_sees_its_own(busy: Office) -> None:
    page = page_of(over(busy))
    assert rows_of(page) == 1
    assert "秋山 二郎" in page
    assert "髙橋 誠" not in page


def test_it_is_live_and_failures_are_on_it(busy: Office, tanabe: Client) -> None:
    before = rows_of(page_of(tanabe))
    handle(busy, "aoba", "株式会社あおば製作所", "髙橋 誠", result=Result.FAILURE)
    page = page_of(tanabe)
    assert rows_of(page) == before + 1
    assert "失敗" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?person=髙橋", 2),
        ("?person=イシハラ", 1),
        ("?person=だれか", 0),
        ("?kind=VIEW", 1),
        ("?kind=REGISTER", 2),
        ("?since=2026/11/24&until=R8.11.24", 3),
        ("?until=2026/11/23", 0),
        ("?since=2026/11/25", 0),
    ],
)
def test_filters(busy: Office, tanabe: Client, query: str, count: int) -> None:
    assert rows_of(page_of(tanabe, query)) == count


@pytest.mark.parametrize("query", ["?since=x", "?since=2026/11/25&until=2026/11/24", "?kind=ACCESS"])
def test_a_filter_with_a_fault_says_so_and_keeps_what_was_typed(tanabe: Client, query: str) -> None:
    answer = tanabe.get(f"/p/handling/{query}", secure=True)
    assert answer.status_code == 422
    assert "入力内容に直すところがあります" in answer.content.decode()


def test_pages_go_on_without_a_gap_or_a_double(busy: Office, tanabe: Client) -> None:
    handle(busy, "aoba", "株式会社あおば製作所", "髙橋 誠", times=105)
    seen: list[str] = []
    query = ""
    for _ in range(4):
        page = page_of(tanabe, query)
        seen += re.findall(r'href="/p/handling/(\d+)/"', page)
        older = re.search(r'href="\?(before=\d+)"[^>]*>古い取扱い', page)
        if not older:
            break
        query = f"?{older[1]}"
    assert len(seen) == len(set(seen)) == 108
    assert [int(seq) for seq in seen] == sorted(map(int, seen), reverse=True)
    assert "新しい取扱い" in page


def readings(office: Office) -> int:
    rows = record.list_entries(office.actor("aoki"), record.Filter(), size=200).rows
    return sum(row.label == "個人番号の取扱いの閲覧" for row in rows)


def test_reading_is_recorded_once_for_a_while(busy: Office, tanabe: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    page_of(tanabe)
    page_of(tanabe, "?kind=VIEW")
    tanabe.get(f"/p/handling/{line_of(busy)}/", secure=True)
    assert readings(busy) == 1
    monkeypatch.setattr("azukari.entrance.middleware.utc_now", lambda: MOMENT + timedelta(minutes=15))
    page_of(tanabe)
    assert readings(busy) == 2
    page_of(over(busy))
    assert readings(busy) == 3


def test_what_is_refused_is_not_a_reading(busy: Office, nonaka: Client) -> None:
    assert nonaka.get("/p/handling/", secure=True).status_code == 403
    assert readings(busy) == 0
    assert 'href="/p/handling/"' not in nonaka.get("/p/", secure=True).content.decode()


def test_the_office_may_let_the_others_look_too(busy: Office, nonaka: Client) -> None:
    given = OversightSettings(members_see=True)
    settings_actions.change_settings(actor=busy.actor("aoki"), settings=given, version=0, now=NOW)
    page = page_of(nonaka)
    assert rows_of(page) == 3
    assert "委託先監督資料" not in page
    assert 'href="/p/handling/"' in nonaka.get("/p/", secure=True).content.decode()


def test_the_menu_still_has_four_words_and_the_list_stands_below(tanabe: Client) -> None:
    page = tanabe.get("/p/", secure=True).content.decode()
    nav = page[page.index('class="p-nav') : page.index("</nav>")]
    assert nav.count("<li>") == 4
    assert 'href="/p/handling/"' in page


def test_a_line_with_its_proof(busy: Office, tanabe: Client) -> None:
    answer = tanabe.post(f"/p/handling/{line_of(busy)}/proof.json", secure=True)
    assert "azukari-record-" in answer["Content-Disposition"]
    line = proof_file.verify(answer.content)
    assert json.loads(answer.content)["format"] == proof_file.FORMAT
    assert line.texts["person"] == "髙橋 誠"
    last = record.list_entries(busy.actor("aoki"), record.Filter(), size=1).rows[0]
    assert (last.label, last.client) == ("取扱いの検証用ファイルの出力", "株式会社あおば製作所")


def test_the_pack_comes_as_one_zip(busy: Office, tanabe: Client) -> None:
    answer = tanabe.post("/p/handling/pack.zip", {"since": "R8.4.1", "until": "2026/11/24"}, secure=True)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    with ZipFile(BytesIO(answer.getvalue())) as archive:
        assert archive.testzip() is None
        assert "委託先監督資料.pdf" in archive.namelist()
    wrong = tanabe.post("/p/handling/pack.zip", {"since": "2026/11/25", "until": "2026/11/24"}, secure=True)
    assert wrong.status_code == 422
    assert "開始日が終了日より後" in wrong.content.decode()
