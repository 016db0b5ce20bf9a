"""Time stamps: a real authority's answers hold, and nothing else does. RFC 3161, RFC 5035."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from azukari.seal import time_stamps
from azukari.seal.errors import TimeStampError
from tests import tsa

pytestmark = [
    pytest.mark.no_database,
    pytest.mark.skipif(tsa.OPENSSL is None, reason="時刻認証局の試験：openssl がありません。"),
]
DATA = b"signature"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.make(tmp_path_factory.mktemp("tsa") / "one")


@pytest.fixture(scope="module")
def token(authority: tsa.Authority) -> bytes:
    return time_stamps.token_of(authority.reply(time_stamps.ask(DATA)), DATA, time_stamps.read_roots(authority.root))


def test_an_answer_tells_when_and_by_whom(authority: tsa.Authority, token: bytes) -> None:
    stamp = time_stamps.read_token(token, DATA, time_stamps.read_roots(authority.root))
    assert abs(stamp.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert (stamp.authority, stamp.trusted) == ("試験の時刻認証局", True)
    assert time_stamps.read_token(token, DATA).trusted is False


def test_a_stamp_of_something_else_is_refused(token: bytes) -> None:
    with pytest.raises(TimeStampError):
        time_stamps.read_token(token, DATA + b".")


def test_an_authority_nobody_vouches_for_is_refused(
    authority: tsa.Authority, token: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tsa.make(tmp_path_factory.mktemp("tsa") / "other")
    roots = time_stamps.read_roots(other.root)
    with pytest.raises(TimeStampError):
        time_stamps.read_token(token, DATA, roots)
    with pytest.raises(TimeStampError):
        time_stamps.token_of(other.reply(time_stamps.ask(DATA)), DATA, time_stamps.read_roots(authority.root))


def test_two_questions_are_never_the_same() -> None:
    assert time_stamps.ask(DATA) != time_stamps.ask(DATA)


def test_a_changed_stamp_is_refused_or_says_the_same(authority: tsa.Authority, token: bytes) -> None:
    """Few bytes of the container carry nothing (names of algorithms); a change there changes no word."""
    roots = time_stamps.read_roots(authority.root)
    true, accepted = time_stamps.read_token(token, DATA, roots), 0
    for place in range(len(token)):
        changed = bytearray(token)
        changed[place] ^= 0x01
        try:
            stamp = time_stamps.read_token(bytes(changed), DATA, roots)
        except TimeStampError:
            continue
        accepted += 1
        assert stamp == true
    assert accepted < 20


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\x30\x03\x02\x01\x02", bytes(5000)])
def test_what_is_no_answer_is_refused(answer: bytes) -> None:
    with pytest.raises(TimeStampError):
        time_stamps.token_of(answer, DATA, [])


@pytest.mark.parametrize("pem", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_roots_that_cannot_be_read_are_refused(pem: bytes) -> None:
    with pytest.raises(TimeStampError):
        time_stamps.read_roots(pem)
