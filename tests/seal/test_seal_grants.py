"""Members' keys, grants, recovery and session locks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from azukari.seal import grants
from azukari.seal.context import Context
from azukari.seal.errors import FormatError, OpeningError, SealError, WrongPasswordError
from azukari.seal.grants import MemberKey, MemberKeys, PasswordCost
from azukari.seal.recovery import new_recovery_code
from azukari.seal.secretbytes import Secret

PASSWORD = "あさがおの 鉢植え 27"


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit >> 3] ^= 1 << (bit & 7)
    return bytes(changed)


@pytest.fixture(scope="module")
def server_half() -> Secret:
    return grants.new_server_half()


@pytest.fixture(scope="module")
def member(server_half: Secret, context: Context, light: PasswordCost) -> MemberKeys:
    return grants.new_member_keys(PASSWORD, server_half, context, cost=light)


@pytest.fixture(scope="module")
def member_key(member: MemberKeys, server_half: Secret, context: Context) -> MemberKey:
    return grants.open_member_key(member.sealed_private_key, PASSWORD, server_half, context)


@pytest.fixture(scope="module")
def grant(member: MemberKeys, context: Context) -> bytes:
    return grants.grant_office_secret(Secret(b"O" * 32), member.public_key, context)


def test_sizes(member: MemberKeys, grant: bytes) -> None:
    assert (len(member.public_key), len(member.sealed_private_key), len(grant)) == (1216, 150, 1172)


def test_the_default_cost_is_that_of_the_login_password() -> None:
    assert PasswordCost() == PasswordCost(memory=65536, passes=3, lanes=4)


def test_the_password_opens_the_key_and_the_key_the_grant(
    member: MemberKeys, member_key: MemberKey, grant: bytes, context: Context
) -> None:
    assert member_key.public_key == member.public_key
    assert grants.open_grant(member_key, grant, context) == Secret(b"O" * 32)


@pytest.mark.parametrize(
    "typed", ["", "x", PASSWORD + " ", PASSWORD.replace("が", "か\u3099"), "あさがおの 鉢植え ２７"]
)
def test_another_password_does_not(member: MemberKeys, server_half: Secret, context: Context, typed: str) -> None:
    with pytest.raises(WrongPasswordError):
        grants.open_member_key(member.sealed_private_key, typed, server_half, context)


def test_neither_password_nor_server_half_alone(member: MemberKeys, context: Context) -> None:
    for other in (Secret(bytes(32)), grants.new_server_half()):
        with pytest.raises(WrongPasswordError):
            grants.open_member_key(member.sealed_private_key, PASSWORD, other, context)


def test_a_key_moved_to_another_member_does_not_open(member: MemberKeys, server_half: Secret, context: Context) -> None:
    with pytest.raises(WrongPasswordError):
        grants.open_member_key(member.sealed_private_key, PASSWORD, server_half, replace(context, person=None))


def test_flipped_bits_of_a_private_key_fail(member: MemberKeys, server_half: Secret, context: Context) -> None:
    sealed = member.sealed_private_key
    # Every bit of the header, then one of each byte; the cost (bytes 4 to 9) has a test of its own.
    for bit in [*range(4 * 8), *(byte * 8 + byte % 8 for byte in range(10, len(sealed)))]:
        with pytest.raises(SealError):
            grants.open_member_key(flip(sealed, bit), PASSWORD, server_half, context)


def test_a_changed_cost_fails_or_is_refused_before_it_is_paid(
    member: MemberKeys, server_half: Secret, context: Context
) -> None:
    sealed = member.sealed_private_key
    for memory, passes, lanes in [(8191, 1, 1), (0, 1, 1), (8192, 0, 1), (8192, 1, 0), (2**20 + 1, 1, 1)]:
        forged = sealed[:4] + memory.to_bytes(4) + bytes((passes, lanes)) + sealed[10:]
        with pytest.raises(FormatError):
            grants.open_member_key(forged, PASSWORD, server_half, context)
    for high in (sealed[:4] + b"\xff" * 6 + sealed[10:], sealed[:8] + b"\x11\x11" + sealed[10:]):
        with pytest.raises(FormatError):
            grants.open_member_key(high, PASSWORD, server_half, context)
    within = sealed[:4] + (8193).to_bytes(4) + sealed[8:]
    with pytest.raises(WrongPasswordError):
        grants.open_member_key(within, PASSWORD, server_half, context)


def test_a_cost_below_the_floor_cannot_be_asked_for() -> None:
    for cost in [(8191, 1, 1), (8192, 0, 1), (8192, 1, 0), (2**21, 3, 4), (65536, 17, 4), (65536, 3, 17)]:
        with pytest.raises(FormatError):
            PasswordCost(*cost)


def test_every_other_length_of_a_private_key_is_refused(
    member: MemberKeys, server_half: Secret, context: Context
) -> None:
    for length in [*range(150), 151]:
        data = (member.sealed_private_key + b"\0")[:length]
        with pytest.raises(FormatError):
            grants.open_member_key(data, PASSWORD, server_half, context)


def test_a_new_password_keeps_key_and_grants(
    member: MemberKeys, server_half: Secret, context: Context, grant: bytes, light: PasswordCost
) -> None:
    sealed = member.sealed_private_key
    renewed = grants.reseal_member_key(sealed, PASSWORD, "新しい合言葉", server_half, context, cost=light)
    key = grants.open_member_key(renewed, "新しい合言葉", server_half, context)
    assert grants.open_grant(key, grant, context) == Secret(b"O" * 32)
    with pytest.raises(WrongPasswordError):
        grants.open_member_key(renewed, PASSWORD, server_half, context)
    with pytest.raises(WrongPasswordError):
        grants.reseal_member_key(sealed, "違う", "新しい", server_half, context, cost=light)


def test_an_empty_password_is_refused(server_half: Secret, context: Context, light: PasswordCost) -> None:
    with pytest.raises(FormatError):
        grants.new_member_keys("", server_half, context, cost=light)


def test_flipped_bits_of_a_grant_fail(member_key: MemberKey, grant: bytes, context: Context) -> None:
    for byte in range(len(grant)):
        with pytest.raises(SealError):
            grants.open_grant(member_key, flip(grant, byte * 8 + byte % 8), context)
    for bit in range(4 * 8):
        with pytest.raises(SealError):
            grants.open_grant(member_key, flip(grant, bit), context)
    # The highest bit of the X25519 share is ignored by X25519 itself (RFC 7748, 5); the KEM hashes it in.
    with pytest.raises(OpeningError):
        grants.open_grant(member_key, flip(grant, (4 + 1120) * 8 - 1), context)


def test_a_grant_belongs_to_its_key_and_context(
    grant: bytes, member_key: MemberKey, server_half: Secret, context: Context, light: PasswordCost
) -> None:
    other = grants.new_member_keys(PASSWORD, server_half, context, cost=light)
    stranger = grants.open_member_key(other.sealed_private_key, PASSWORD, server_half, context)
    with pytest.raises(OpeningError):
        grants.open_grant(stranger, grant, context)
    for moved in (replace(context, person=None), replace(context, version=9), replace(context, label="x")):
        with pytest.raises(OpeningError):
            grants.open_grant(member_key, grant, moved)


def test_shares_of_small_order_do_not_open(member_key: MemberKey, grant: bytes, context: Context) -> None:
    for point in (bytes(32), b"\1" + bytes(31)):
        with pytest.raises(OpeningError):
            grants.open_grant(member_key, grant[: 4 + 1088] + point + grant[4 + 1120 :], context)


def test_what_is_no_public_key_is_refused(member: MemberKeys, context: Context) -> None:
    good = member.public_key
    for wrong in (b"", good[:-1], good + b"\0", b"\xff" * 1216, good[:1184] + bytes(32), bytearray(good)):
        with pytest.raises(FormatError):
            grants.grant_office_secret(Secret(b"O" * 32), wrong, context)  # type: ignore[arg-type]


def test_only_a_32_byte_secret_is_granted(member: MemberKeys, context: Context) -> None:
    for secret in (Secret(b"O" * 31), Secret(b"O" * 33)):
        with pytest.raises(FormatError):
            grants.grant_office_secret(secret, member.public_key, context)


def test_grants_do_not_repeat(member: MemberKeys, context: Context) -> None:
    made = [grants.grant_office_secret(Secret(b"O" * 32), member.public_key, context) for _ in range(20)]
    assert len({one[4:1092] for one in made}) == len({one[1092:1124] for one in made}) == 20


def test_a_public_key_has_a_fingerprint_for_people(member: MemberKeys) -> None:
    shown = grants.key_fingerprint(member.public_key)
    assert [len(group) for group in shown.split(" ")] == [4] * 8
    assert shown != grants.key_fingerprint(flip(member.public_key, 5))
    with pytest.raises(FormatError):
        grants.key_fingerprint(b"")


# --- recovery -----------------------------------------------------------------------------------------------


def test_the_recovery_code_opens_its_grant(context: Context) -> None:
    code = new_recovery_code()
    grant = grants.grant_office_secret(Secret(b"O" * 32), grants.recovery_public_key(code, context), context)
    assert grants.open_recovery(code, grant, context) == Secret(b"O" * 32)
    with pytest.raises(OpeningError):
        grants.open_recovery(new_recovery_code(), grant, context)
    with pytest.raises(OpeningError):
        grants.open_recovery(code, grant, replace(context, version=2))


# --- session ------------------------------------------------------------------------------------------------


def test_a_session_lock_needs_the_browsers_part(context: Context) -> None:
    browser = grants.new_browser_secret()
    locked = grants.lock_for_session(Secret(b"O" * 32), browser, context)
    assert len(locked) == 64
    assert grants.unlock_for_session(locked, browser, context) == Secret(b"O" * 32)
    with pytest.raises(OpeningError):
        grants.unlock_for_session(locked, grants.new_browser_secret(), context)
    with pytest.raises(OpeningError):
        grants.unlock_for_session(locked, browser, replace(context, record=None))
    for bit in range(len(locked) * 8):
        with pytest.raises(SealError):
            grants.unlock_for_session(flip(locked, bit), browser, context)


@pytest.mark.parametrize("browser", [b"", b"x" * 31, b"x" * 33, "x" * 32, None])
def test_a_browser_secret_has_32_bytes(context: Context, browser: bytes) -> None:
    with pytest.raises(FormatError):
        grants.lock_for_session(Secret(b"O" * 32), browser, context)
