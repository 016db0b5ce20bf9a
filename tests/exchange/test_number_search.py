"""My Numbers in a text: found in the forms people write, not where twelve digits mean something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.exchange.rules.numbers import NumberFinding, look_for_numbers
from azukari.kernel.check_digits import corporate_number_check_digit, is_valid_my_number, synthetic_number
from azukari.kernel.text import HYPHENS
from azukari.press import extract_child

pytestmark = pytest.mark.no_database

SHEETS = Path(__file__).parent.parent / "fixtures" / "sheets"
# Numbers that look like nothing else: no leading 0, 1 or 2 (a year).
NUMBERS = [number for number in map(synthetic_number, range(60)) if number[0] in "3456789"]
NUMBER = NUMBERS[0]
WORD = "個人番号"


def wide(digits: str) -> str:
    return "".join(chr(0xFF10 + int(digit)) for digit in digits)


def parted(digits: str, mark: str) -> str:
    return mark.join((digits[:4], digits[4:8], digits[8:]))


@pytest.mark.parametrize(
    "written",
    [
        "{0}",
        "番号:{0}です",
        "氏名,{0},1985/04/01",
        "氏名\t{0}\t1985/04/01",
        "{0} 1985年4月1日",
        "{1} 1985年4月1日",
        "{1} 1985/04/01",
        '"{0}"',
        "（{0}）",
        "No.{0}",
        "{0}。",
        "{0}.",
        "a{0}b",
        "{1}",
        "{1}\n{1}",
        "{2}",
        "{3}",
    ],
)
def test_found(written: str) -> None:
    text = written.format(NUMBER, parted(NUMBER, " "), parted(NUMBER, "-"), wide(NUMBER))
    assert look_for_numbers(f"{WORD}\n{text}") == NumberFinding(1, likely=True)
    assert look_for_numbers(text) == NumberFinding(1, likely=False)


@pytest.mark.parametrize("gap", [" ", "\u3000", "\t", "\n", "\r\n"])
def test_one_digit_a_box(gap: str) -> None:
    assert look_for_numbers(f"{WORD}\n{gap.join(NUMBER)}\n昭和").likely
    assert look_for_numbers(f"{WORD}\n{gap.join(wide(NUMBER))}\n1985").likely
    assert look_for_numbers(f"{WORD}\n{gap.join(NUMBER + '5')}\n").count == 0
    assert look_for_numbers(f"{WORD}\n{gap.join('5' + NUMBER)}\n").count == 0


@pytest.mark.parametrize("mark", [*HYPHENS.replace("\\", ""), " ", "\u3000", "\u00a0", "\t"])
def test_every_mark_between_groups(mark: str) -> None:
    for digits in (NUMBER, wide(NUMBER)):
        assert look_for_numbers(f"{WORD} {parted(digits, mark)}").likely


@pytest.mark.parametrize(
    "word",
    [
        "個人番号",
        "個 人 番 号",
        "マイナンバー",
        "マイ・ナンバー",
        "ﾏｲﾅﾝﾊﾞｰ",
        "My Number",
        "MYNUMBER",
        "my_number",
        "Ｍｙ　Ｎｕｍｂｅｒ",
        "番号法",
        "個人番号カード",
        "特定個人情報",
    ],
)
def test_telling_words(word: str) -> None:
    assert look_for_numbers(f"{NUMBER} は{word}です").likely


@pytest.mark.parametrize(
    "text",
    [
        "法人番号 {corporate}",
        "T{corporate}",
        "カード 1234-5678-9012-3456",
        "カード 1234 5678 9012 3456",
        "{first} 3456",
        "9999 {first}",
        "{number}-3",
        "3-{number}",
        "0.{number}",
        "{number}.25",
        "{number}0",
        "0{number}",
        "{number}０",
        "電話 03-1234-5678、090-1234-5678、0120-123-456",
        "口座 1234567 普通、支店 123",
        "2024-11-24 12:30:45 202411240930 20241124093015",
        "4901234567894",
        "123 456 789 012",
    ],
)
def test_not_a_number(text: str) -> None:
    last = NUMBER + "0"
    made = text.format(
        corporate=f"{corporate_number_check_digit(last[1:])}{last[1:]}", number=NUMBER, first=parted(NUMBER, " ")
    )
    assert look_for_numbers(f"{WORD} {made}") == NumberFinding(0, likely=False)


def test_a_wrong_check_digit_is_no_number() -> None:
    wrong = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)
    assert look_for_numbers(f"{WORD} {wrong} 000000000000").count == 0


def test_many_numbers_need_no_word() -> None:
    assert not look_for_numbers("\n".join(NUMBERS[:4])).likely
    assert look_for_numbers("\n".join(NUMBERS[:5])) == NumberFinding(5, likely=True)
    assert look_for_numbers("\n".join([NUMBER] * 50)) == NumberFinding(1, likely=False)
    assert look_for_numbers("\n".join([NUMBER, parted(NUMBER, "-"), wide(NUMBER)])).count == 1


def test_a_list_of_codes_is_no_list_of_people() -> None:
    # Every tenth code is right by chance; the others show what they are.
    codes = [f"{340_000_000_000 + 7 * n}" for n in range(500)]
    found = look_for_numbers("\n".join(codes))
    assert found.count > 20
    assert not found.likely


def test_a_moment_is_no_person() -> None:
    moments = [f"202411{day:02d}{hour:02d}30" for day in range(1, 29) for hour in range(24)]
    assert any(map(is_valid_my_number, moments))
    assert look_for_numbers(f"{WORD}の受付\n" + "\n".join(moments)).count == 0


@pytest.mark.parametrize("path", sorted(SHEETS.glob("*.[xc]*")), ids=lambda path: path.name)
def test_sheets_of_clients_hold_numbers(path: Path) -> None:
    text = extract_child.read(path.suffix[1:], path.read_bytes())[1:].decode()
    found = look_for_numbers(text)
    assert found.likely
    assert found.count >= 15


def test_the_answer_holds_no_digits_of_the_text() -> None:
    found = look_for_numbers(f"{WORD} {NUMBER}")
    assert NUMBER[:6] not in repr(found)
    assert set(NumberFinding.__slots__) == {"count", "likely"}


@settings(deadline=None)
@given(st.text(), st.integers(0, 10**6), st.text())
def test_a_number_on_its_own_line_is_found(before: str, seed: int, after: str) -> None:
    number = synthetic_number(seed)
    if not (1990 <= int(number[:4]) <= 2039):
        assert look_for_numbers(f"{before}\n{WORD}\n{number}\n{after}").likely


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**11 - 1), max_size=40))
def test_telephone_numbers_and_days_never_trigger(numbers: list[int]) -> None:
    # Eleven digits at most, as telephone numbers, accounts and 被保険者番号 have.
    text = "\n".join(f"{n} 0{n % 10**9:09d} {n % 10**10:010d} {n % 10**11:011d}" for n in numbers)
    assert look_for_numbers(f"{WORD} {text}") == NumberFinding(0, likely=False)


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{13,40}", fullmatch=True))
def test_longer_runs_never_trigger(run: str) -> None:
    assert look_for_numbers(f"{WORD} {run}").count == 0


@settings(deadline=None)
@given(st.text(alphabet="0123456789０-ー .\n\t個人番号", max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    found = look_for_numbers(text)
    assert found.count >= 0
    assert found.count or not found.likely
