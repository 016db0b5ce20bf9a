"""Names and numbers of other clients in what is about to be sent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.exchange.rules import recipients
from azukari.exchange.rules.recipients import ClientName, find_other_clients, stem_of

pytestmark = pytest.mark.no_database

KAWARA = ClientName("1", "株式会社かわら製菓", "001", "7000012050002", ("1301-123456-7", "12-345678"))
TATAMI = ClientName("2", "たたみ工業（株）", "002", "1000012080001", ("2705-654321-9",))
UMINEKO = ClientName("3", "有限会社 うみねこ 運輸", "003")
SHORT = ClientName("4", "㈱ＡＢ")
LONG = ClientName("5", "株式会社かわら製菓販売")
LATIN = ClientName("6", "Yayoi Systems Co., Ltd.")
KANJI = ClientName("7", "髙橋商店")
ALL = (KAWARA, TATAMI, UMINEKO, SHORT, LONG, LATIN, KANJI)


def ids(text: str, *, chosen: ClientName = UMINEKO, others: tuple[ClientName, ...] = ALL) -> list[str]:
    return [client.id for client in find_other_clients([text], chosen=chosen, others=others)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("うみねこ運輸の給与です", []),
        ("株式会社かわら製菓 御中", ["1"]),
        ("(株)かわら製菓御中", ["1"]),
        ("㈱カワラ製菓", ["1"]),
        ("かわら\n製菓", ["1"]),
        ("たたみ工業株式会社の件", ["2"]),
        ("かわら製菓と、たたみ工業", ["1", "2"]),
        ("かわら製菓販売の見積", ["5"]),
        ("かわら製菓販売と株式会社かわら製菓", ["1", "5"]),
        ("株式会社ＡＢ", []),
        ("YAYOI SYSTEMS", ["6"]),
        ("YayoiSystemsX", []),
        ("高橋商店", ["7"]),
        ("髙橋商店様", ["7"]),
        ("法人番号 7000012050002", ["1"]),
        ("法人番号 ７０００-０１２０５０００２", ["1"]),
        ("T1000012080001", ["2"]),
        ("17000012050002", []),
        ("1301-123456-7", ["1"]),
        ("13011234567", ["1"]),
        ("1301ー123456ー7", ["1"]),
        ("12-345678", ["1"]),
        ("2705 654321 9", ["2"]),
        ("112-345678", []),
    ],
)
def test_what_is_found(text: str, found: list[str]) -> None:
    assert ids(text) == found


def test_the_chosen_clients_own_name_and_numbers_do_not_count() -> None:
    assert ids("かわら製菓 7000012050002 1301-123456-7", chosen=KAWARA) == []
    # A name the chosen one contains.
    assert ids("かわら製菓販売 かわら製菓", chosen=LONG) == []
    # The other way round it is somebody else.
    assert ids("かわら製菓販売", chosen=KAWARA) == ["5"]


def test_a_number_two_clients_share_tells_nothing_about_the_chosen() -> None:
    twin = ClientName("9", "別会社", "", "", ("1301-123456-7",))
    assert ids("13011234567", chosen=KAWARA, others=(twin,)) == []
    assert ids("13011234567", others=(twin, KAWARA)) == ["9", "1"]


def test_two_clients_of_one_name() -> None:
    twin = ClientName("9", "合同会社かわら製菓")
    assert ids("かわら製菓", others=(KAWARA, twin)) == ["1", "9"]
    assert ids("かわら製菓", chosen=twin, others=(KAWARA, twin)) == []


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("株式会社アイス", "アイスクリームを買う", False),
        ("株式会社アイス", "アイスの件", False),
        ("株式会社アイス", "株式会社アイスの件", True),
        ("株式会社アイス", "アイス（株）", True),
        ("株式会社アイス", "「アイス」", True),
        ("株式会社さくら", "株式会社さくらの給与", True),
        ("株式会社さくら", "さくらんぼ", False),
        ("サービス株式会社", "サービスの案内", False),
        ("ABC", "abc", True),
        ("ABC", "abcd", False),
    ],
)
def test_where_a_name_ends(name: str, text: str, found: bool) -> None:
    assert bool(ids(text, others=(ClientName("x", name),))) is found


@pytest.mark.parametrize(
    "name",
    ["株式会社さくら", "さくら株式会社", "㈱さくら", "さくら（株）", "有限会社　さくら", "合同会社サクラ", "さくら"],
)
def test_the_kind_of_company_is_no_part_of_its_name(name: str) -> None:
    assert stem_of(name) == "サクラ"


def test_order_is_that_of_the_others_and_each_comes_once() -> None:
    texts = ["たたみ工業 かわら製菓", "かわら製菓", "高橋商店"]
    found = find_other_clients(texts, chosen=UMINEKO, others=[KANJI, TATAMI, KAWARA])
    assert found == [KANJI, TATAMI, KAWARA]


def test_a_thousand_clients_are_compared_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    alone = recipients._stands_alone

    def counted(text: str, start: int, end: int) -> bool:
        nonlocal asked
        asked += 1
        return alone(text, start, end)

    monkeypatch.setattr(recipients, "_stands_alone", counted)
    clients = [ClientName(str(n), f"株式会社第{n:04d}製作") for n in range(1000)]
    text = "第0500製作と、関係のない文章。" * 1000
    assert [client.id for client in find_other_clients([text], chosen=UMINEKO, others=clients)] == ["500"]
    assert asked <= 2000


NAMES = st.text(alphabet="株式会社かわらカワラ製菓販売ーaB 1", max_size=12)


@settings(deadline=None)
@given(NAMES, st.lists(NAMES, max_size=6), st.text(max_size=60))
def test_the_chosen_is_never_found(chosen: str, others: list[str], text: str) -> None:
    own = ClientName("own", chosen)
    clients = [own, *(ClientName(str(n), name) for n, name in enumerate(others))]
    found = find_other_clients([text, *others, chosen], chosen=own, others=clients)
    assert own not in found
    assert find_other_clients([chosen], chosen=own, others=clients) == []


@settings(deadline=None)
@given(st.lists(NAMES, max_size=6))
def test_a_name_alone_on_a_page_is_found(others: list[str]) -> None:
    for name in others:
        client = ClientName("x", name)
        stem = stem_of(name)
        if len(stem) >= 3 and stem not in stem_of("さくら") and stem not in recipients._TOO_COMMON:
            assert find_other_clients([name], chosen=ClientName("own", "さくら"), others=[client]) == [client]
