"""Codes on paper that let a person in: activation code and backup codes."""

from __future__ import annotations

import itertools
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.seal.access_codes import ActivationCode, backup_digest, new_activation_code, new_backup_codes
from azukari.seal.base32 import ALPHABET
from azukari.seal.errors import FormatError, MistypedCodeError
from azukari.seal.grants import PasswordCost
from azukari.seal.secretbytes import Secret

VALUE = bytes(range(100, 115))
CODE = ActivationCode(Secret(VALUE))
TEXT = CODE.text()
GROUPS = CODE.groups()
SAMPLES = [TEXT, *(ActivationCode(Secret(value)).text() for value in (bytes(15), b"\xff" * 15, sha256().digest()[:15]))]
SALT = b"s" * 16


def wide(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def refused(typed: str) -> MistypedCodeError:
    with pytest.raises(MistypedCodeError) as caught:
        ActivationCode.parse(typed)
    return caught.value


def test_six_groups_and_a_new_code_each_time() -> None:
    assert [len(group) for group in GROUPS] == [4, 4, 4, 4, 4, 5]
    assert "".join(GROUPS) == TEXT
    assert set(TEXT) <= set(ALPHABET)
    assert new_activation_code() != new_activation_code()


@given(st.binary(min_size=15, max_size=15))
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
def test_round_trip(value: bytes) -> None:
    code = ActivationCode(Secret(value))
    assert ActivationCode.parse(code.text()) == code
    assert ActivationCode.parse(" ".join(code.groups())).digest() == code.digest()


@pytest.mark.parametrize(
    "typed",
    [
        TEXT,
        "-".join(GROUPS).lower(),
        "\n".join(GROUPS) + "\n",
        "　".join(map(wide, GROUPS)),
        "ー".join(map(wide, GROUPS)),
        "－".join(GROUPS),
        "ｰ".join(GROUPS),
        " – ".join(GROUPS),
        "—".join(GROUPS),
        "−".join(GROUPS),
        "‐".join(GROUPS),
        TEXT.replace("0", "O").replace("1", "l"),
        TEXT.replace("0", "o").replace("1", "I"),
    ],
)
def test_forgiving_in_form(typed: str) -> None:
    assert ActivationCode.parse(typed) == CODE


@pytest.mark.parametrize("text", SAMPLES)
def test_every_single_wrong_character_is_found(text: str) -> None:
    for place, character in itertools.product(range(25), ALPHABET):
        if character != text[place]:
            refused(text[:place] + character + text[place + 1 :])


@pytest.mark.parametrize("text", SAMPLES)
def test_every_swap_of_two_characters_is_found(text: str) -> None:
    """Neighbours are what people swap; the check finds any two, the check character among them."""
    for one, other in itertools.combinations(range(25), 2):
        letters = list(text)
        letters[one], letters[other] = letters[other], letters[one]
        if "".join(letters) != text:
            refused("".join(letters))


def test_the_swap_of_every_pair_of_letters_is_found_at_every_place() -> None:
    for place, (one, other) in itertools.product(range(23), itertools.permutations(ALPHABET, 2)):
        start = int("".join(f"{ALPHABET.index(letter):05b}" for letter in one + other), 2) << 5 * (22 - place)
        text = ActivationCode(Secret(start.to_bytes(15))).text()
        assert text[place : place + 2] == one + other
        refused(text[:place] + other + one + text[place + 2 :])


def test_a_strange_character_is_found_in_its_group() -> None:
    assert refused("U" + TEXT[1:]).group == 1
    assert refused(TEXT[:19] + "あ" + TEXT[20:]).group == 5
    assert refused(TEXT[:24] + "*").group == 6


@pytest.mark.parametrize(
    "typed", ["", "   ", "有効化コード", TEXT[:24], TEXT + "0", "\x00" * 25, "\ud800" * 25, "0" * 9999]
)
def test_garbage_is_refused(typed: str) -> None:
    refused(typed)


def test_the_error_does_not_repeat_what_was_typed() -> None:
    for typed in ("U" + TEXT[1:], TEXT[1:], TEXT[:24] + ("0" if TEXT[24] != "0" else "1")):
        assert all(group not in str(refused(typed)) for group in GROUPS)


def test_what_is_stored_is_a_hash_with_a_domain() -> None:
    assert CODE.digest() == sha256(b"azukari/activation-code/1" + VALUE).digest()


def test_a_code_has_15_bytes_and_does_not_show_itself() -> None:
    with pytest.raises(FormatError):
        ActivationCode(Secret(b"x" * 16))
    assert all(group not in f"{CODE!r} {CODE}" for group in GROUPS)


def test_ten_backup_codes_in_two_groups_of_five() -> None:
    codes = new_backup_codes()
    shown = codes.shown()
    assert len(set(shown)) == 10
    for code in shown:
        first, second = code.split("-")
        assert len(first) == len(second) == 5
        assert set(first + second) <= set(ALPHABET)
        assert code not in f"{codes!r} {codes}"


def test_a_typed_backup_code_is_found_by_one_digest(light: PasswordCost) -> None:
    codes = new_backup_codes()
    salt, digests = codes.stored(light)
    assert (len(salt), len(digests), {len(digest) for digest in digests}) == (16, 10, {32})
    for index, code in enumerate(codes.shown()):
        assert digests.index(backup_digest(code, salt, light)) == index
    code = codes.shown()[0]
    for typed in (code.lower(), wide(code.replace("-", "")), f" {code[:5]} ー {code[6:]}\n", code.replace("0", "o")):
        assert backup_digest(typed, salt, light) == digests[0]
    assert backup_digest(new_backup_codes().shown()[0], salt, light) not in digests


def test_each_set_has_its_salt(light: PasswordCost) -> None:
    codes = new_backup_codes()
    (salt, digests), (other_salt, others) = codes.stored(light), codes.stored(light)
    assert salt != other_salt
    assert not set(digests) & set(others)


@pytest.mark.parametrize("typed", ["", " - ", "ABCDE-FGHJ", "ABCDE-FGHJKM", "ABCDE-FGHJU", "\ud800" * 10, "0" * 9999])
def test_a_malformed_backup_code_gives_the_digest_of_none(typed: str, light: PasswordCost) -> None:
    assert backup_digest(typed, SALT, light) == backup_digest("", SALT, light)


def test_the_cost_and_the_salt_count(light: PasswordCost) -> None:
    dearer = PasswordCost(light.memory, light.passes + 1, light.lanes)
    assert backup_digest("ABCDE-FGHJK", SALT, light) != backup_digest("ABCDE-FGHJK", SALT, dearer)
    with pytest.raises(FormatError):
        backup_digest("ABCDE-FGHJK", SALT[:15], light)
