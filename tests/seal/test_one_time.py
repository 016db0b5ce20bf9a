"""One-time codes of an authenticator app."""

from __future__ import annotations

from base64 import b32decode
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.seal.errors import FormatError
from azukari.seal.one_time import code_of, counter_at, find_counter, new_totp_secret, totp_groups, totp_uri
from azukari.seal.secretbytes import Secret

# RFC 6238, appendix B: the secret of the SHA-1 rows. The RFC shows eight digits; six are the last six of them.
SECRET = Secret(b"12345678901234567890")
VECTORS = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
NOW = datetime(2026, 11, 24, 9, 30, 15, tzinfo=UTC)
COUNTER = counter_at(NOW)
CODE = code_of(SECRET, COUNTER)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert counter_at(moment) == seconds // 30
    assert code_of(SECRET, counter_at(moment)) == code[-6:]
    assert find_counter(SECRET, code[-6:], moment) == seconds // 30


@pytest.mark.parametrize("counter", range(10))
def test_vectors_of_rfc_4226(counter: int) -> None:
    expected = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    assert code_of(SECRET, counter) == expected[counter]


def test_a_secret_has_160_bits_and_is_new_each_time() -> None:
    assert len(new_totp_secret().reveal()) == 20
    assert new_totp_secret() != new_totp_secret()


def test_a_step_begins_at_each_half_minute_in_any_zone() -> None:
    start = datetime(2026, 11, 24, 9, 30, 0, tzinfo=UTC)
    assert counter_at(start - timedelta(microseconds=1)) == counter_at(start) - 1
    assert counter_at(start + timedelta(seconds=29, microseconds=999999)) == counter_at(start)
    assert counter_at(start.astimezone(timezone(timedelta(hours=9)))) == counter_at(start)
    with pytest.raises(TypeError):
        counter_at(start.replace(tzinfo=None))


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_step_before_and_after_is_good_and_named(offset: int) -> None:
    assert find_counter(SECRET, code_of(SECRET, COUNTER + offset), NOW) == COUNTER + offset


@pytest.mark.parametrize("offset", [-3, -2, 2, 3, 2880])
def test_two_steps_away_is_refused(offset: int) -> None:
    assert find_counter(SECRET, code_of(SECRET, COUNTER + offset), NOW) is None


def test_the_code_of_another_secret_is_refused() -> None:
    assert find_counter(Secret(bytes(20)), CODE, NOW) is None


def wide(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@pytest.mark.parametrize(
    "typed",
    [
        f" {CODE} ",
        f"{CODE[:3]} {CODE[3:]}",
        f"{CODE[:3]}-{CODE[3:]}",
        wide(CODE),
        f"{wide(CODE[:3])}　{wide(CODE[3:])}",
        f"{wide(CODE[:3])}ー{CODE[3:]}\n",
        f"{CODE[:3]}−{CODE[3:]}",
    ],
)
def test_forgiving_in_form(typed: str) -> None:
    assert find_counter(SECRET, typed, NOW) == COUNTER


@pytest.mark.parametrize(
    "typed",
    ["", " ", CODE[:5], CODE + "0", "0" + CODE, "+" + CODE[1:], "あ" * 6, "١٢٣٤٥٦", "①②③④⑤⑥", "\ud800" * 6, "1" * 9999],
)
def test_what_is_not_six_digits_is_refused(typed: str) -> None:
    assert find_counter(SECRET, typed, NOW) is None


@given(st.text())
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
def test_any_text_is_a_counter_or_none(typed: str) -> None:
    assert find_counter(SECRET, typed, NOW) in {None, COUNTER - 1, COUNTER, COUNTER + 1}


def test_of_two_steps_with_one_code_the_earlier_counts() -> None:
    """So that the code of the step before, used already, is not taken for the next one."""
    secret, counter = Secret(b"x" * 20), 496848  # the first such pair of this secret, found by search
    assert code_of(secret, counter) == code_of(secret, counter + 1) == "430374"
    moment = datetime.fromtimestamp(30 * (counter + 1), UTC)
    assert find_counter(secret, code_of(secret, counter), moment) == counter


def test_the_address_for_the_qr_code() -> None:
    uri = urlsplit(totp_uri(SECRET, account="佐藤@みなと", issuer="あずかり みなと事務所"))
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == "/あずかり みなと事務所:佐藤@みなと"
    fields = parse_qs(uri.query)
    assert fields["issuer"] == ["あずかり みなと事務所"]
    assert b32decode(fields["secret"][0]) == SECRET.reveal()
    # Digits, period and algorithm are those every app takes when none are named.
    assert set(fields) == {"issuer", "secret"}


def test_the_groups_for_typing_by_hand() -> None:
    groups = totp_groups(SECRET)
    assert [len(group) for group in groups] == [4] * 8
    assert b32decode("".join(groups)) == SECRET.reveal()


@pytest.mark.parametrize("size", [10, 19, 21])
def test_a_secret_of_another_size_is_refused(size: int) -> None:
    for use in (totp_groups, lambda secret: code_of(secret, 1), lambda secret: find_counter(secret, CODE, NOW)):
        with pytest.raises(FormatError):
            use(Secret(b"x" * size))
