"""Names as typed, keys for search, readings, and the mask over long runs of digits."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azukari.kernel.check_digits import synthetic_number
from azukari.kernel.text import (
    HYPHENS,
    KANA_ROWS,
    MASK,
    clean_name,
    fold_digits,
    fold_name,
    kana_key,
    kana_row,
    mask_long_digits,
    to_katakana,
)


@pytest.mark.parametrize("name", ["神\ufa19", "辻\U000e0100", "髙﨑", "𠮷田", "がガ", "ﾀﾛｳ"])
def test_a_name_keeps_its_characters(name: str) -> None:
    assert clean_name(f" {name}\u3000\n {name}\t") == f"{name} {name}"


def test_a_name_is_not_normalised() -> None:
    name = "\ufa19谷"
    assert clean_name(name) == name != unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("渡邉", "渡辺"),
        ("渡邊", "渡辺"),
        ("𠮷田", "吉田"),
        ("辻\U000e0100", "辻"),
        ("\ufa19谷", "神谷"),
        ("齋藤", "斎藤"),
        ("佐々木", "佐佐木"),
        ("ＳＡＮＴＯＳ　Maria", "santosmaria"),
        ("山田　太郎", "山田太郎"),
        ("ﾔﾏﾀﾞ", "やまだ"),
        ("ジョン・スミス", "ジョンスミス"),
        ("濵田", "浜田"),
    ],
)
def test_names_that_are_searched_as_one(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


def test_a_cape_is_no_saitama() -> None:
    assert fold_name("﨑") == "崎" != fold_name("埼")


@given(st.text(st.characters(categories=["Lo", "Lu", "Nd", "Zs"], include_characters="々・ー")))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text)


@pytest.mark.parametrize(
    ("typed", "kana"),
    [("さとう　はなこ", "サトウ ハナコ"), ("ｻﾄｳ ﾖｳｺ", "サトウ ヨウコ"), (" ヴァン ", "ヴァン"), ("ﾋﾞｶｽ", "ビカス")],
)
def test_readings_become_full_width_katakana(typed: str, kana: str) -> None:
    assert to_katakana(typed) == kana


def test_readings_sort_without_marks() -> None:
    assert kana_key("がっこう") == kana_key("カツコウ") == "カツコウ"
    assert kana_key("コーノ") == kana_key("コオノ")
    assert kana_key("ヴィ") == "ウイ"
    assert sorted(["ハラ", "バンドウ", "ハンダ"], key=kana_key) == ["ハラ", "ハンダ", "バンドウ"]


@pytest.mark.parametrize(
    ("kana", "row"),
    [
        ("サトウ", "さ"),
        ("ﾀﾞﾃ", "た"),
        ("ヴァン", "あ"),
        ("ん", "わ"),
        ("ヲ", "わ"),
        ("SMITH", "他"),
        ("", "他"),
        ("ぱく", "は"),
    ],
)
def test_rows_of_the_index(kana: str, row: str) -> None:
    assert kana_row(kana) == row
    assert row in KANA_ROWS


def test_digits_fold_and_nothing_else() -> None:
    assert fold_digits("１２３-①²x") == "123-①²x"


_NUMBER = synthetic_number(1)


@pytest.mark.parametrize(
    "written",
    [
        _NUMBER,
        f"番号は{_NUMBER}です",
        f"{_NUMBER[:4]}-{_NUMBER[4:8]}-{_NUMBER[8:]}",
        f"{_NUMBER[:4]} {_NUMBER[4:8]}\u3000{_NUMBER[8:]}",
        _NUMBER.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)}),
        f"登録_{_NUMBER[:4]}ー{_NUMBER[4:8]}ー{_NUMBER[8:]}_控え.xlsx",
    ],
)
def test_what_could_be_a_number_is_hidden(written: str) -> None:
    masked = mask_long_digits(written)
    assert MASK in masked
    assert not any(character.isdigit() for character in masked)


@given(st.integers(), st.lists(st.sampled_from(["", " ", "\u3000", *HYPHENS]), min_size=11, max_size=11))
def test_what_could_be_a_number_is_hidden_whatever_stands_between(seed: int, between: list[str]) -> None:
    number = synthetic_number(seed)
    written = "".join(digit + mark for digit, mark in zip(number, [*between, ""], strict=True))
    assert mask_long_digits(f"備考：{written}") == f"備考：{MASK}"


@pytest.mark.parametrize("text", ["03-1234-5678", "2026/10/21", "令和8年4月1日", "T301", "12345678901", ""])
def test_shorter_runs_stay(text: str) -> None:
    assert mask_long_digits(text) == text
