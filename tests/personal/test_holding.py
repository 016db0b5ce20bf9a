"""お預かりの確認: the door of one person without an account. One answer for what does not fit, and never a number."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from azukari.entrance.access import PUBLIC
from azukari.oversight.actions import slips
from azukari.personal.urls import urlpatterns
from azukari.store.scope import office_scope
from tests.cast import NOW, Cast, number_of
from tests.vault.test_numbers import register, reveal

MOMENT = NOW + timedelta(hours=2)
URL = "/mine/"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Every request of a test happens at one moment."""
    monkeypatch.setattr("azukari.entrance.middleware.utc_now", lambda: MOMENT)
    return MOMENT


@pytest.fixture
def code(cast: Cast) -> str:
    with office_scope(cast.minato.id):
        register(cast.minato, "ishihara", 1)
        register(cast.minato, "takahashi", 2)
        reveal(cast.minato, "ishihara")
        issued = slips.issue(actor=cast.minato.actor("saeki"), person_id=cast.minato.people["ishihara"], now=NOW)
    return issued.code.text()


def post(code: str, office: str = "minato", client: Client | None = None):
    return (client or Client()).post(URL, {"office_code": office, "code": code}, secure=True)


# GET, POST without fields, PUT, DELETE: whoever comes.
ROWS = {"holding": (200, 422, 405, 405)}


def test_a_new_url_needs_a_row() -> None:
    assert {pattern.name for pattern in urlpatterns} == set(ROWS)
    assert {pattern.callback.permission for pattern in urlpatterns} == {PUBLIC}


@pytest.mark.parametrize("name", ROWS)
def test_what_whoever_comes_meets(name: str) -> None:
    url = reverse(f"personal:{name}")
    for method, status in zip(("get", "post", "put", "delete"), ROWS[name], strict=True):
        assert getattr(Client(), method)(url, secure=True).status_code == status


def test_the_page_shows_what_is_held_and_not_the_number_nor_the_whole_name(cast: Cast, code: str) -> None:
    answer = post(code)
    page = answer.content.decode()
    assert answer.status_code == 200
    for word in (
        "石○ 亮○ 様", "みなと社会保険労務士法人", "株式会社あおば製作所", "扶養控除等申告書・源泉徴収票の作成",
        "2026年11月24日", "源泉徴収票・給与支払報告書の作成", "税務署・市町村", "所得税法施行規則76条の3",
    ):  # fmt: skip
        assert word in page, word
    text = page + str(answer.headers)
    for never in (
        number_of(1), number_of(2), "石原", "亮太", "髙橋", "佐伯", "青木", "北川", "みずほ", "かもめ", code, "12桁", "1042",
    ):  # fmt: skip
        assert never not in text, never


def test_the_answer_is_stored_nowhere_and_sets_no_session(code: str) -> None:
    answer = post(code)
    assert "no-store" in answer["Cache-Control"]
    assert [name for name in answer.cookies if "csrf" not in name] == []


def bare(page: str) -> str:
    """Without what was typed and what changes by itself."""
    import re

    return re.sub(r'value="[^"]*"', "", page)


def test_unknown_ended_and_foreign_numbers_get_the_same_bytes(cast: Cast, code: str) -> None:
    with office_scope(cast.minato.id):
        slips.end(actor=cast.minato.actor("saeki"), person_id=cast.minato.people["ishihara"], now=NOW)
    answers = [post(code), post("0" * 25), post(code, "kamome"), post(code, "nowhere"), post("x"), post("0" * 24 + "1")]
    assert {answer.status_code for answer in answers} == {422}
    assert len({bare(answer.content.decode()) for answer in answers}) == 1


def test_too_many_tries_are_told_how_long_to_wait(code: str) -> None:
    for _ in range(20):
        post("0" * 25)
    answer = post(code)
    assert answer.status_code == 422
    assert "5分間お待ちいただきます" in answer.content.decode()


def test_staff_and_people_of_companies_are_nobody_here(cast: Cast, code: str) -> None:
    from azukari.entrance.doors import PORTAL
    from tests.portal.conftest import enter

    client = enter(cast.minato, "tanabe", PORTAL)
    page = client.get(URL, secure=True).content.decode()
    assert "田辺" not in page
    assert post(code, client=client).status_code == 200


def test_a_page_that_is_not_there_and_a_missing_token_lead_back_to_this_door() -> None:
    answer = Client().get("/mine/elsewhere/", secure=True)
    assert answer.status_code == 404
    assert 'href="/mine/"' in answer.content.decode()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(URL, {"office_code": "minato", "code": "x"}, secure=True).status_code == 403
