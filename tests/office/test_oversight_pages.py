"""What is handed out at the office door, and いつもと違う利用: pages end to end, and no number in any answer."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.http import HttpResponse
from django.test import Client

from azukari.journal import queries as record
from azukari.oversight import queries
from azukari.oversight.actions import odd
from azukari.store.scope import office_scope
from tests.cast import NOW, Cast, number_of
from tests.office.conftest import SignIn, confirmed
from tests.oversight.test_odd import NIGHT, use
from tests.vault.test_numbers import register


@pytest.fixture
def aoki(sign_in: SignIn) -> Client:
    return sign_in("aoki")


def text_of(response: HttpResponse) -> str:
    if response["Content-Type"] != "application/pdf":
        return response.content.decode()
    made = subprocess.run(["pdftotext", "-layout", "-", "-"], input=response.content, capture_output=True, check=True)
    return made.stdout.decode()


def last_line(cast: Cast) -> record.EntryRow:
    with office_scope(cast.minato.id):
        return record.list_entries(cast.minato.actor("aoki"), record.Filter(), size=1).rows[0]


def test_a_pack_from_the_client_page(cast: Cast, aoki: Client) -> None:
    aoba = cast.minato.clients["aoba"]
    url = f"/clients/{aoba}/pack/"
    assert f'href="{url}"' in aoki.get(f"/clients/{aoba}/", secure=True).content.decode()
    assert 'value="2025/12/01"' in aoki.get(url, secure=True).content.decode()
    answer = aoki.post(url, {"since": "2026/4/1", "until": "2026/11/24"}, secure=True)
    assert answer["Content-Type"] == "application/zip"
    assert "aoba_20261124" in answer["Content-Disposition"]
    with ZipFile(BytesIO(answer.getvalue())) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 3
    assert (last_line(cast).label, last_line(cast).client) == ("委託先監督資料の発行", "株式会社あおば製作所")
    wrong = aoki.post(url, {"since": "2026/11/25", "until": "2026/11/24"}, secure=True)
    assert (wrong.status_code, "開始日が終了日より後" in wrong.content.decode()) == (422, True)


def test_a_slip_is_printed_opens_the_page_and_is_stopped(cast: Cast, sign_in: SignIn) -> None:
    saeki, person = sign_in("saeki"), cast.minato.people["ishihara"]
    assert "お預かり控え" not in saeki.get(f"/people/{person}/", secure=True).content.decode()
    with office_scope(cast.minato.id):
        register(cast.minato, "ishihara", 1)
    assert "お預かり控えを発行" in saeki.get(f"/people/{person}/", secure=True).content.decode()
    answer = saeki.post(f"/people/{person}/slip.pdf", secure=True)
    text = text_of(answer)
    assert number_of(1) not in text
    first = re.findall(r"\b[0-9A-Z]{4,5}\b", text[text.index("お預かり番号") : text.index("ページ")])
    code = "".join(group for group in first if group.isupper() or group.isdigit())[:25]
    fields = {"office_code": "minato", "code": code}
    assert "石○ 亮○" in Client().post("/mine/", fields, secure=True).content.decode()
    page = saeki.get(f"/people/{person}/", secure=True).content.decode()
    assert "2026/11/24 に発行済み" in page
    assert code not in page
    assert saeki.post(f"/people/{person}/slip/end/", secure=True).status_code == 302
    assert last_line(cast).label == "お預かり控えの停止"
    assert Client().post("/mine/", fields, secure=True).status_code == 422


def test_a_slip_for_a_person_without_a_number_is_refused_in_words(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in("saeki").post(f"/people/{cast.minato.people['takahashi']}/slip.pdf", secure=True)
    assert answer.status_code == 409
    assert "まだ登録されていません" in answer.content.decode()


@pytest.fixture
def found(cast: Cast) -> None:
    """A use in the night, found."""
    with office_scope(cast.minato.id):
        use(cast.minato, at=NIGHT - timedelta(days=1))
        odd.sweep(now=NOW)


def test_home_counts_what_waits_and_the_list_says_it_in_sentences(found: None, aoki: Client, sign_in: SignIn) -> None:
    assert "いつもと違う利用（2件）" in aoki.get("/", secure=True).content.decode()
    assert "いつもと違う利用" not in sign_in("saeki").get("/", secure=True).content.decode()
    page = aoki.get("/odd-uses/", secure=True).content.decode()
    assert "佐伯 舞さんが、11月24日（火）00:00に、夜間か休日に、番号を1件使いました。" in page
    for rule in ("1時間に30件以上の番号を使ったとき", "1日に5回以上、ログインか確認コードに失敗したとき"):
        assert rule in page, rule


def test_a_find_is_looked_into_with_a_word(cast: Cast, found: None, aoki: Client) -> None:
    with office_scope(cast.minato.id):
        row = queries.list_odd(waiting=True).rows[0]
    url = f"/odd-uses/{row.id}/"
    page = aoki.get(url, secure=True).content.decode()
    for word in ("株式会社あおば製作所", "髙橋 誠", "マイナンバー閲覧"):
        assert word in page, word
    assert aoki.post(url, {"word": " "}, secure=True).status_code == 422
    assert aoki.post(url, {"word": "本人に確認した"}, secure=True)["Location"] == "/odd-uses/"
    assert "本人に確認した" in aoki.get("/odd-uses/?show=reviewed", secure=True).content.decode()
    assert "青木 由美さんが確認しました：本人に確認した" in aoki.get(url, secure=True).content.decode()
    assert last_line(cast).label == "いつもと違う利用の確認"


def test_the_lines_of_the_record_stand_behind_its_password(found: None, aoki: Client) -> None:
    session = aoki.session
    del session["record_opened_at"]
    session.save()
    assert aoki.get("/odd-uses/", secure=True)["Location"].startswith("/log/open/")


def fields_of(page: str) -> dict[str, str]:
    """What the settings form would send as it stands."""
    form = page[page.index('aria-label="監督と見守りの設定"') :]
    inputs = re.findall(r"<input [^>]*>", form)
    sent = {}
    for tag in inputs:
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] != "csrfmiddlewaretoken" and ("checkbox" not in tag or "checked" in tag):
            sent[name[1]] = value[1] if value else "on"
    return sent | {"closed_days": "", "sub_processors": ""}


def test_settings_are_saved_after_a_proof_and_read_back(cast: Cast, aoki: Client) -> None:
    url = "/settings/oversight/"
    fields = fields_of(aoki.get(url, secure=True).content.decode())
    fields |= {
        "number_MANY_HOUR": "7",
        "closed_days": "2026/12/29\r\nR9.1.4\r\n",
        "sub_processors": "甲計算センター／年末調整の入力／2025年11月\r\n",
        "members_see": "on",
    }
    del fields["on_NIGHT"]
    answer = confirmed(aoki, url, fields, follow=True)
    page = answer.content.decode()
    assert "監督と見守りの設定を保存しました" in page
    assert last_line(cast).label == "監督と見守りの設定の変更"
    assert "2026/12/29\n2027/01/04" in page.replace("\r", "")
    with office_scope(cast.minato.id):
        settings, version = queries.get_settings()
    assert version == 1
    assert settings.members_see
    assert settings.sub_processors[0].name == "甲計算センター"
    assert (settings.thresholds.of(odd_rule("NIGHT")).on, settings.thresholds.of(odd_rule("MANY_HOUR")).number) == (
        False,
        7,
    )
    assert "1時間に7件以上" in aoki.get("/odd-uses/", secure=True).content.decode()


def odd_rule(code: str):
    from azukari.oversight.rules.odd import Rule

    return Rule(code)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"number_MANY_HOUR": "1"}, "2"),
        ({"number_MANY_HOUR": ""}, "短い時間に多く"),
        ({"night_from": "24"}, "23"),
        ({"closed_days": "2026/13/40"}, "2026/13/40"),
        ({"sub_processors": "甲だけ"}, "／で区切って"),
    ],
)
def test_settings_with_a_fault_are_told(aoki: Client, change: dict[str, str], says: str) -> None:
    url = "/settings/oversight/"
    fields = fields_of(aoki.get(url, secure=True).content.decode()) | change
    answer = aoki.post(url, fields, secure=True)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_no_page_of_oversight_holds_a_number(cast: Cast, found: None, aoki: Client) -> None:
    with office_scope(cast.minato.id):
        register(cast.minato, "ishihara", 1)
        row = queries.list_odd(waiting=True).rows[0]
    aoba = cast.minato.clients["aoba"]
    for url in ("/odd-uses/", f"/odd-uses/{row.id}/", "/settings/oversight/", f"/clients/{aoba}/pack/"):
        assert number_of(1) not in aoki.get(url, secure=True).content.decode()
