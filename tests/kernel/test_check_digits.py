"""Check digits against the vectors of the design and against the formula as the order writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azukari.kernel.check_digits import (
    corporate_number_check_digit,
    is_valid_corporate_number,
    is_valid_my_number,
    my_number_check_digit,
    synthetic_number,
)

VALID = [
    "123456789018",
    "999999999996",
    "111111111118",
    "987654321093",
    "202504010017",
    "314159265352",
    "271828182840",
    "900000000010",
    "200000000000",
    "601122334450",
    "200000000050",
    "100000000005",
    "012345678903",
    "505050505051",
    "777777777771",
    "000000000191",
]
INVALID = [
    *["123456789012", "123456789010", "111111111111", "999999999999", "123456798018", "223456789018", "031415926535"],
    *["12345678901", "1234567890188", "12345678901X"],
    "",
    "１２３４５６７８９０１８",
    "12345678901 8",
    "²23456789018",
]
# law.md 1.2: public numbers of ministries, prefectures and one company.
CORPORATE = [
    "7000012050002",
    "1180301018771",
    "6000012070001",
    "2000012020001",
    "8000012050001",
    "7000012060001",
    "1000012030001",
    "9000012040001",
    "5000012080001",
    "4000012090001",
    "2000012100001",
    "1000012110001",
    "9000012120001",
    "8000020130001",
    "7000020010006",
    "4000020270008",
    "1000011000005",
]


def _order_85_article_5(first11: str) -> int:
    """The sentence of 平成26年総務省令第85号 第5条, word by word, as a second implementation."""
    total = sum(int(first11[11 - n]) * (n + 1 if n <= 6 else n - 5) for n in range(1, 12))
    remainder = total % 11
    return 0 if remainder <= 1 else 11 - remainder


@pytest.mark.parametrize("number", VALID)
def test_check_digit_mic_order_85_article_5(number: str) -> None:
    assert is_valid_my_number(number)
    assert my_number_check_digit(number[:-1]) == int(number[-1]) == _order_85_article_5(number[:-1])


@pytest.mark.parametrize("number", INVALID)
def test_check_digit_mic_order_85_article_5_refuses(number: str) -> None:
    assert not is_valid_my_number(number)


def test_all_zeros_pass_the_formula_and_are_refused() -> None:
    assert my_number_check_digit("0" * 11) == 0
    assert not is_valid_my_number("0" * 12)


def test_every_adjacent_swap_of_the_worked_example_fails() -> None:
    number = "123456789018"
    swapped = [number[:n] + number[n + 1] + number[n] + number[n + 2 :] for n in range(11)]
    assert not any(is_valid_my_number(other) for other in swapped)


@given(st.text("0123456789", min_size=11, max_size=11))
def test_reads_from_the_left_as_the_order_does_from_the_right(first11: str) -> None:
    assert my_number_check_digit(first11) == _order_85_article_5(first11)


@given(st.integers())
def test_synthetic_numbers_are_valid_and_repeatable(seed: int) -> None:
    assert is_valid_my_number(synthetic_number(seed))
    assert synthetic_number(seed) == synthetic_number(seed)


def test_synthetic_numbers_differ() -> None:
    assert len({synthetic_number(seed) for seed in range(20_000)}) == 20_000


@pytest.mark.parametrize("wrong", ["", "1234567890", "123456789012", "1234567890X"])
def test_a_wrong_call_does_not_repeat_the_digits(wrong: str) -> None:
    with pytest.raises(ValueError, match="eleven ASCII digits") as caught:
        my_number_check_digit(wrong)
    assert not wrong or wrong not in str(caught.value)


@pytest.mark.parametrize("number", CORPORATE)
def test_corporate_number_mof_order_70_article_2(number: str) -> None:
    assert is_valid_corporate_number(number)
    assert corporate_number_check_digit(number[1:]) == int(number[0])


@pytest.mark.parametrize("number", ["7000012050003", "0000012050002", "7000012050020", "700001205000", "123456789018"])
def test_corporate_number_mof_order_70_article_2_refuses(number: str) -> None:
    assert not is_valid_corporate_number(number)


def test_a_my_number_with_a_digit_more_may_be_a_corporate_number_but_not_the_other_way_round() -> None:
    assert is_valid_corporate_number("1234567890188")
    assert not is_valid_my_number("1234567890188")
