"""The recovery code: what a person types from paper."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.seal.base32 import ALPHABET
from azukari.seal.errors import FormatError, RecoveryCodeError
from azukari.seal.recovery import RecoveryCode, new_recovery_code, tidy_group
from azukari.seal.secretbytes import Secret

CODE = RecoveryCode(Secret(bytes(range(100, 132))))
GROUPS = CODE.groups()


def refused(groups: list[str]) -> RecoveryCodeError:
    with pytest.raises(RecoveryCodeError) as caught:
        RecoveryCode.parse(" ".join(groups))
    return caught.value


def test_eighteen_groups_of_four() -> None:
    assert [len(group) for group in GROUPS] == [4] * 18
    assert set("".join(GROUPS)) <= set(ALPHABET)
    assert new_recovery_code() != new_recovery_code()


@given(st.binary(min_size=32, max_size=32))
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
def test_round_trip(value: bytes) -> None:
    code = RecoveryCode(Secret(value))
    assert RecoveryCode.parse("".join(code.groups())) == code


def wide(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@pytest.mark.parametrize(
    "typed",
    [
        "".join(GROUPS),
        "-".join(GROUPS).lower(),
        "\n".join(GROUPS) + "\n",
        "　".join(map(wide, GROUPS)),
        "ー".join(map(wide, GROUPS)),
        "－".join(GROUPS),
        " – ".join(GROUPS),
        "−".join(GROUPS),
        " ".join(GROUPS).replace("0", "O").replace("1", "l"),
        " ".join(GROUPS).replace("0", "o").replace("1", "I"),
        " ".join(map(wide, GROUPS)).replace("０", "Ｏ").replace("１", "ｉ"),
    ],
)
def test_forgiving_in_form(typed: str) -> None:
    assert RecoveryCode.parse(typed) == CODE


def test_one_group_is_folded_as_the_whole_is() -> None:
    for group in GROUPS:
        assert tidy_group(f" {wide(group.lower())}ー") == group
    assert tidy_group("oil-") == "011"


def test_every_single_wrong_character_is_found_in_its_group() -> None:
    for index, place in itertools.product(range(18), range(4)):
        for character in ALPHABET:
            if character != GROUPS[index][place]:
                group = GROUPS[index][:place] + character + GROUPS[index][place + 1 :]
                error = refused([*GROUPS[:index], group, *GROUPS[index + 1 :]])
                assert error.group == index + 1
                assert f"{index + 1} 番目" in error.reason


def test_every_swap_of_two_characters_in_a_group_is_found() -> None:
    for index, (one, other) in itertools.product(range(18), itertools.combinations(range(4), 2)):
        letters = list(GROUPS[index])
        if letters[one] != letters[other]:
            letters[one], letters[other] = letters[other], letters[one]
            assert refused([*GROUPS[:index], "".join(letters), *GROUPS[index + 1 :]]).group == index + 1


def test_every_swap_of_two_groups_is_found() -> None:
    for one, other in itertools.combinations(range(18), 2):
        groups = GROUPS.copy()
        groups[one], groups[other] = groups[other], groups[one]
        assert refused(groups).group == one + 1


def test_a_group_left_out_or_doubled_is_found() -> None:
    for index in range(18):
        assert refused(GROUPS[:index] + GROUPS[index + 1 :]).group is None
        assert refused(GROUPS[: index + 1] + GROUPS[index:]).group is None


def test_a_code_has_32_bytes_and_equals_only_a_code() -> None:
    with pytest.raises(FormatError):
        RecoveryCode(Secret(b"x" * 31))
    assert CODE.secret() != CODE
    assert RecoveryCode(Secret(bytes(32))) != CODE


def test_a_strange_character_is_found_in_its_group() -> None:
    assert refused(["U", *GROUPS]).group is None
    assert refused(["U" + GROUPS[0][1:], *GROUPS[1:]]).group == 1
    assert refused([*GROUPS[:17], GROUPS[17][:3] + "あ"]).group == 18


@pytest.mark.parametrize("typed", ["", "   ", "復旧コード", "0" * 71, "0" * 73, "\x00" * 72, "0" * 10000])
def test_garbage_is_refused(typed: str) -> None:
    with pytest.raises(RecoveryCodeError):
        RecoveryCode.parse(typed)


def test_the_last_checksum_finds_what_the_groups_cannot() -> None:
    """Groups out of two sheets, each at its place and each good in itself."""
    other = RecoveryCode(Secret(bytes(32))).groups()
    for cut in range(1, 18):
        error = refused(GROUPS[:cut] + other[cut:])
        assert error.group is None
        assert "2 か所以上" in error.reason


def test_the_error_does_not_repeat_what_was_typed() -> None:
    error = refused(["U" + GROUPS[0][1:], *GROUPS[1:]])
    assert all(group not in str(error) for group in GROUPS)
