"""Keys and parts of files (docs/seal-format.md 11)."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.seal import file_opening, files, grants
from azukari.seal.context import Context
from azukari.seal.errors import FormatError, OpeningError
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import VaultKey, derive_vault_key

OFFICE = UUID("01890000-0000-7000-8000-000000000001")
OTHER = UUID("01890000-0000-7000-8000-000000000002")
FILE = UUID("01890000-0000-7000-8000-0000000000f1")
CONTEXT = Context(label="file-key", office=OFFICE, record=FILE)
GRANT = Context(label="file-grant", office=OFFICE, record=FILE)


def vault_key(office: UUID = OFFICE, half: bytes = b"o" * 32) -> VaultKey:
    return derive_vault_key(Secret(half), Secret(b"s" * 32), office)


@pytest.mark.parametrize("length", [0, 1, 16_383, 16_384, 16_385, 32_768, 100_000])
def test_a_part_opens_and_takes_the_size_that_is_told(length: int) -> None:
    key, context = files.new_file_key(), files.part_context(OFFICE, FILE, 0)
    plain = bytes(index % 251 for index in range(length))
    sealer = files.PartSealer(key, context)
    sealed = sealer.update(plain) + sealer.finish()
    assert len(sealed) == files.sealed_size(length)
    assert b"".join(files.open_part(key, [sealed], context, length)) == plain


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=40_000), st.data())
def test_a_changed_cut_or_moved_part_never_opens(plain: bytes, data: st.DataObject) -> None:
    key, context = files.new_file_key(), files.part_context(OFFICE, FILE, 3)
    sealer = files.PartSealer(key, context)
    sealed = bytearray(sealer.update(plain) + sealer.finish())
    place = data.draw(st.integers(0, len(sealed) - 1))
    bad = bytes(sealed[:place]) + bytes([sealed[place] ^ 1]) + bytes(sealed[place + 1 :])
    attempts = (
        (bad, context, key),
        (bytes(sealed[:place]), context, key),
        (bytes(sealed) + b"\0", context, key),
        (bytes(sealed), files.part_context(OFFICE, FILE, 4), key),
        (bytes(sealed), files.part_context(OTHER, FILE, 3), key),
        (bytes(sealed), files.part_context(OFFICE, OTHER, 3), key),
        (bytes(sealed), context, files.new_file_key()),
    )
    for body, bound, wrong in attempts:
        with pytest.raises(OpeningError):
            list(files.open_part(wrong, [body], bound, len(plain)))
    with pytest.raises(OpeningError):
        list(files.open_part(key, [bytes(sealed)], context, len(plain) + 1))


def test_the_same_bytes_sealed_twice_are_not_the_same() -> None:
    key, context = files.new_file_key(), files.part_context(OFFICE, FILE, 0)
    one, two = files.PartSealer(key, context), files.PartSealer(key, context)
    assert one.update(b"x" * 100) + one.finish() != two.update(b"x" * 100) + two.finish()


def test_the_servers_wrap_needs_the_half_and_the_context() -> None:
    key, half = files.new_file_key(), Secret(b"h" * 32)
    wrapped = files.wrap_file_key(half, key, CONTEXT)
    assert len(wrapped) == 64 and files.unwrap_file_key(half, wrapped, CONTEXT) == key
    for wrong_half, context in (
        (Secret(b"x" * 32), CONTEXT),
        (half, Context(label="file-key", office=OTHER, record=FILE)),
        (half, Context(label="file-key", office=OFFICE, record=OTHER)),
    ):
        with pytest.raises(OpeningError):
            files.unwrap_file_key(wrong_half, wrapped, context)


def test_a_key_sealed_to_the_office_opens_with_both_halves_alone() -> None:
    key = files.new_file_key()
    sealed = files.grant_file_key(key, vault_key().intake_public_key(), GRANT)
    assert file_opening.open_file_key(vault_key(), sealed, GRANT) == key
    for wrong, context in (
        (vault_key(half=b"x" * 32), GRANT),
        (vault_key(OTHER), GRANT),
        (vault_key(), Context(label="file-grant", office=OFFICE, record=OTHER)),
    ):
        with pytest.raises(OpeningError):
            file_opening.open_file_key(wrong, sealed, context)


def test_a_key_sealed_to_a_person_opens_with_that_persons_key() -> None:
    cost = grants.PasswordCost(memory=8 * 1024, passes=1, lanes=1)
    owner = Context(label="member-key", office=OFFICE, record=FILE)
    pairs = [grants.new_member_keys(word, Secret(b"s" * 32), owner, cost=cost) for word in ("one", "two")]
    opened = [
        grants.open_member_key(pair.sealed_private_key, word, Secret(b"s" * 32), owner)
        for pair, word in zip(pairs, ("one", "two"), strict=True)
    ]
    key = files.new_file_key()
    sealed = files.grant_file_key(key, pairs[0].public_key, GRANT)
    assert file_opening.open_own_file_key(opened[0], sealed, GRANT) == key
    with pytest.raises(OpeningError):
        file_opening.open_own_file_key(opened[1], sealed, GRANT)


def test_a_grant_to_the_vault_is_no_grant_to_a_file() -> None:
    """Another kind of the same sealing must not pass: the format byte is bound."""
    secret = Secret(b"k" * 32)
    grant = grants.grant_office_secret(secret, vault_key().intake_public_key(), GRANT)
    with pytest.raises(FormatError):
        file_opening.open_file_key(vault_key(), grant, GRANT)


def test_facts_open_for_their_row_alone() -> None:
    half, facts = Secret(b"h" * 32), b'{"sha256":"00"}'
    context = Context(label="file-facts", office=OFFICE, record=FILE)
    sealed = files.seal_facts(half, facts, context)
    assert facts not in sealed and files.open_facts(half, sealed, context) == facts
    with pytest.raises(OpeningError):
        files.open_facts(half, sealed, Context(label="receipt", office=OFFICE, record=FILE))
