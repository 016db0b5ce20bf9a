"""Numbers and parcels: what opens, and everything that must not."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from uuid import UUID, uuid5

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.seal import sealing
from azukari.seal.context import Context
from azukari.seal.errors import FormatError, KeyMissingError, OpeningError, SealError
from azukari.seal.opening import open_number, open_parcel
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import VaultKey, derive_vault_key


def an_id(name: str) -> UUID:
    return uuid5(UUID("0190a000-0000-7000-8000-000000000001"), name)


DIGITS = "123456789018"
CHANGES = {
    "label": "vault.parcel",
    "office": an_id("other office"),
    "client": an_id("other client"),
    "person": an_id("other person"),
    "record": an_id("other record"),
    "field": "individual_numbers",
    "purposes": ("YEAR_END_ADJUSTMENT",),
    "version": 4,
}
PAIRS = [*((one,) for one in CHANGES), *itertools.combinations(CHANGES, 2)]


@pytest.fixture(scope="module")
def record(vault_key: VaultKey, context: Context) -> tuple[bytes, bytes]:
    return sealing.seal_number_record(vault_key, DIGITS, context)


@pytest.fixture(scope="module")
def parcel(vault_key: VaultKey, context: Context) -> tuple[bytes, bytes]:
    return sealing.seal_parcel_record(vault_key, b"files" * 20, context)


def test_a_number_opens(vault_key: VaultKey, context: Context, record: tuple[bytes, bytes]) -> None:
    assert [len(part) for part in record] == [64, 44]
    assert open_number(vault_key, *record, context).digits() == DIGITS


def test_the_single_steps_give_the_same_format(vault_key: VaultKey, context: Context) -> None:
    key = sealing.new_record_key()
    wrapped, sealed = (
        sealing.wrap_record_key(vault_key, key, context),
        sealing.seal_number(key, DIGITS, context),
    )
    assert open_number(vault_key, wrapped, sealed, context).same_as(DIGITS)


@given(st.integers(0, 10**12 - 1).map("{:012d}".format))
@settings(max_examples=50, deadline=None, database=None, derandomize=True)
def test_any_twelve_digits_round_trip(vault_key: VaultKey, context: Context, digits: str) -> None:
    record = sealing.seal_number_record(vault_key, digits, context)
    assert open_number(vault_key, *record, context).digits() == digits


@pytest.mark.parametrize(
    "digits",
    [
        "",
        "12345678901",
        "1234567890123",
        "１２３４５６７８９０１８",
        "12345678901x",
        "¹²³456789018",
        "12345 789018",
    ],
)
def test_what_is_not_twelve_digits_is_refused_and_not_repeated(
    vault_key: VaultKey, context: Context, digits: str
) -> None:
    client = an_id("client")
    for act in (
        lambda: sealing.seal_number_record(vault_key, digits, context),
        lambda: sealing.seal_number(sealing.new_record_key(), digits, context),
        lambda: vault_key.tag(client, digits),
    ):
        with pytest.raises(FormatError) as caught:
            act()
        assert not digits or digits not in str(caught.value)


@pytest.mark.parametrize("names", PAIRS, ids="+".join)
def test_another_context_opens_neither_layer(
    vault_key: VaultKey,
    context: Context,
    record: tuple[bytes, bytes],
    parcel: tuple[bytes, bytes],
    names: tuple[str, ...],
) -> None:
    moved = replace(context, **{name: CHANGES[name] for name in names})  # type: ignore[arg-type]
    with pytest.raises(OpeningError):
        open_number(vault_key, *record, moved)
    with pytest.raises(OpeningError):
        open_parcel(vault_key, *parcel, moved)
    # Each layer alone: one of the two sealed for the place it is opened in, the other moved there.
    key = sealing.new_record_key()
    here = sealing.seal_number(key, DIGITS, moved)
    wrapped_elsewhere = sealing.wrap_record_key(vault_key, key, context)
    with pytest.raises(OpeningError):
        open_number(vault_key, wrapped_elsewhere, here, moved)
    if "office" not in names:
        wrapped_here = sealing.wrap_record_key(vault_key, key, moved)
        with pytest.raises(OpeningError):
            open_number(vault_key, wrapped_here, sealing.seal_number(key, DIGITS, context), moved)


@pytest.mark.parametrize("none", ["client", "person", "record"])
def test_leaving_an_id_out_is_another_context(
    vault_key: VaultKey, context: Context, record: tuple[bytes, bytes], none: str
) -> None:
    with pytest.raises(OpeningError):
        open_number(vault_key, *record, replace(context, **{none: None}))  # type: ignore[arg-type]


def test_every_flipped_bit_fails(vault_key: VaultKey, context: Context, record: tuple[bytes, bytes]) -> None:
    wrapped, sealed = record
    for bit in range(len(wrapped) * 8):
        with pytest.raises(SealError):
            open_number(vault_key, flip(wrapped, bit), sealed, context)
    for bit in range(len(sealed) * 8):
        with pytest.raises(SealError):
            open_number(vault_key, wrapped, flip(sealed, bit), context)


def test_every_flipped_bit_of_a_parcel_fails(
    vault_key: VaultKey, context: Context, parcel: tuple[bytes, bytes]
) -> None:
    wrapped, sealed = parcel
    for bit in range(len(sealed) * 8):
        with pytest.raises(SealError):
            open_parcel(vault_key, wrapped, flip(sealed, bit), context)


def forge(header: bytes, key: bytes, plain: bytes, context: Context) -> bytes:
    """A box made by somebody who has the key: everything authenticates."""
    return header + bytes(12) + AESGCM(key).encrypt(bytes(12), plain, header + context.encode())


@pytest.mark.parametrize("plain", [b"abcdefghijkl", b"12345678901x", "１２３４".encode(), b"\xb2" * 12])
def test_what_comes_out_is_twelve_digits_or_nothing(vault_key: VaultKey, context: Context, plain: bytes) -> None:
    key = sealing.new_record_key()
    wrapped = sealing.wrap_record_key(vault_key, key, context)
    with pytest.raises(OpeningError):
        open_number(vault_key, wrapped, forge(b"\4\1\0\0", key.reveal(), plain, context), context)


def test_a_key_version_where_there_is_none_is_refused(vault_key: VaultKey, context: Context) -> None:
    key = sealing.new_record_key()
    wrapped = sealing.wrap_record_key(vault_key, key, context)
    number = forge(b"\4\1\0\1", key.reveal(), DIGITS.encode(), context)
    with pytest.raises(FormatError):
        open_number(vault_key, wrapped, number, context)
    with pytest.raises(FormatError):
        open_parcel(vault_key, wrapped, forge(b"\5\1\1\0", key.reveal(), b"x", context), context)


def test_another_algorithm_is_refused(vault_key: VaultKey, context: Context) -> None:
    key = sealing.new_record_key()
    wrapped = sealing.wrap_record_key(vault_key, key, context)
    number = forge(b"\4\2\0\0", key.reveal(), DIGITS.encode(), context)
    with pytest.raises(FormatError):
        open_number(vault_key, wrapped, number, context)


def test_every_other_length_fails(vault_key: VaultKey, context: Context, record: tuple[bytes, bytes]) -> None:
    wrapped, sealed = record
    for length in range(len(sealed)):
        with pytest.raises(FormatError):
            open_number(vault_key, wrapped, sealed[:length], context)
    for length in range(len(wrapped)):
        with pytest.raises(FormatError):
            open_number(vault_key, wrapped[:length], sealed, context)
    for longer in (sealed + b"\0", b"\0" + sealed):
        with pytest.raises(FormatError):
            open_number(vault_key, wrapped, longer, context)


def test_a_parcel_cut_short_fails(vault_key: VaultKey, context: Context, parcel: tuple[bytes, bytes]) -> None:
    for length in range(len(parcel[1])):
        with pytest.raises(FormatError if length < 32 else OpeningError):
            open_parcel(vault_key, parcel[0], parcel[1][:length], context)


def test_only_bytes_are_opened(vault_key: VaultKey, context: Context, record: tuple[bytes, bytes]) -> None:
    for wrong in (bytearray(record[1]), memoryview(record[1]), record[1].hex(), None):
        with pytest.raises(FormatError):
            open_number(vault_key, record[0], wrong, context)  # type: ignore[arg-type]


def test_neither_half_alone_opens(context: Context, halves: tuple[Secret, Secret], record: tuple[bytes, bytes]) -> None:
    office_secret, server_half = halves
    strangers = [
        derive_vault_key(office_secret, Secret(bytes(32)), context.office),
        derive_vault_key(Secret(bytes(32)), server_half, context.office),
        derive_vault_key(server_half, office_secret, context.office),
        derive_vault_key(office_secret, office_secret, context.office),
        derive_vault_key(office_secret, server_half, an_id("other office")),
    ]
    for stranger in strangers:
        with pytest.raises(OpeningError):
            open_number(stranger, *record, context)


@pytest.mark.parametrize("short", [b"s" * 31, b"s" * 33, b"s"])
def test_a_half_has_32_bytes(context: Context, halves: tuple[Secret, Secret], short: bytes) -> None:
    for pair in ((halves[0], Secret(short)), (Secret(short), halves[1])):
        with pytest.raises(FormatError):
            derive_vault_key(*pair, context.office)


def test_another_epoch_is_a_missing_key(
    context: Context, halves: tuple[Secret, Secret], record: tuple[bytes, bytes]
) -> None:
    with pytest.raises(KeyMissingError) as caught:
        open_number(derive_vault_key(*halves, context.office, epoch=2), *record, context)
    assert caught.value.version == 1
    # The epoch is in the key too: saying another one in the header does not help.
    forged = record[0][:2] + b"\0\2" + record[0][4:]
    with pytest.raises(OpeningError):
        open_number(derive_vault_key(*halves, context.office, epoch=2), forged, record[1], context)


@pytest.mark.parametrize("epoch", [0, -1, 65536])
def test_an_epoch_fits_two_bytes(context: Context, halves: tuple[Secret, Secret], epoch: int) -> None:
    with pytest.raises(FormatError):
        derive_vault_key(*halves, context.office, epoch=epoch)


def test_a_context_of_another_office_is_not_sealed(vault_key: VaultKey, context: Context) -> None:
    other = replace(context, office=an_id("other office"))
    with pytest.raises(FormatError):
        sealing.seal_number_record(vault_key, DIGITS, other)
    with pytest.raises(FormatError):
        sealing.wrap_record_key(vault_key, sealing.new_record_key(), other)


def test_kinds_do_not_stand_in_for_each_other(
    vault_key: VaultKey, context: Context, record: tuple[bytes, bytes], parcel: tuple[bytes, bytes]
) -> None:
    for act in (
        lambda: open_number(vault_key, parcel[0], record[1], context),
        lambda: open_number(vault_key, record[1], record[0], context),
        lambda: open_parcel(vault_key, record[0], record[1], context),
    ):
        with pytest.raises(FormatError):
            act()
    # A parcel of twelve digits with the format byte of a number.
    key = sealing.new_record_key()
    disguised = b"\x04" + sealing.seal_parcel(key, DIGITS.encode(), context)[1:]
    with pytest.raises(OpeningError):
        open_number(vault_key, sealing.wrap_record_key(vault_key, key, context), disguised, context)


def test_a_parcel_opens_with_either_kind_of_wrap(
    vault_key: VaultKey, context: Context, parcel: tuple[bytes, bytes]
) -> None:
    assert open_parcel(vault_key, *parcel, context) == b"files" * 20
    key = sealing.new_record_key()
    wrapped, sealed = sealing.wrap_record_key(vault_key, key, context), sealing.seal_parcel(key, b"", context)
    assert open_parcel(vault_key, wrapped, sealed, context) == b""
    # The format byte chooses the key; calling a record key's wrap a parcel key's does not open it.
    with pytest.raises(OpeningError):
        open_parcel(vault_key, b"\x03" + wrapped[1:], sealed, context)


def test_a_parcel_over_64_mib_is_refused(context: Context) -> None:
    class Long(bytes):
        def __len__(self) -> int:
            return sealing.MAX_PARCEL + 1

    with pytest.raises(FormatError):
        sealing.seal_parcel(sealing.new_record_key(), Long(), context)


def test_nothing_repeats(vault_key: VaultKey, context: Context) -> None:
    records = [sealing.seal_number_record(vault_key, DIGITS, context) for _ in range(500)]
    for place, part in itertools.product((0, 1), (slice(4, 16), slice(16, None))):
        assert len({record[place][part] for record in records}) == 500


# --- duplicate tags -----------------------------------------------------------------------------------------


def test_a_tag_has_16_bits_and_is_uniform(vault_key: VaultKey) -> None:
    client = an_id("client")
    tags = [vault_key.tag(client, f"{number:012d}") for number in range(16384)]
    assert all(0 <= tag < 65536 for tag in tags)
    for shift in (0, 8):
        counts = Counter(tag >> shift & 255 for tag in tags)
        chi_square = sum((counts[value] - 64) ** 2 / 64 for value in range(256))
        assert 170 < chi_square < 360  # 255 degrees of freedom; fixed keys, so this never flickers


def test_a_tag_belongs_to_key_and_client(vault_key: VaultKey, halves: tuple[Secret, Secret]) -> None:
    clients = [an_id(f"client {number}") for number in range(200)]
    assert vault_key.tag(clients[0], DIGITS) == vault_key.tag(clients[0], DIGITS)
    assert len({vault_key.tag(client, DIGITS) for client in clients}) > 190
    for other in (
        derive_vault_key(*halves, vault_key.office, epoch=2),
        derive_vault_key(*halves, an_id("other office")),
        derive_vault_key(halves[1], halves[0], vault_key.office),
    ):
        assert [other.tag(client, DIGITS) for client in clients[:4]] != [
            vault_key.tag(client, DIGITS) for client in clients[:4]
        ]


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit >> 3] ^= 1 << (bit & 7)
    return bytes(changed)
