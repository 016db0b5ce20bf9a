"""Parts of files: however a file arrives it is the same file, and no part opens anywhere but in its place."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.exchange.actions import filekeys, uploads
from azukari.exchange.actions.contents import Contents
from azukari.exchange.errors.files import FileDamagedError
from azukari.exchange.models import FilePart
from azukari.kernel.errors import AzukariError
from azukari.kernel.ids import new_id
from azukari.seal import files
from azukari.seal.errors import OpeningError
from azukari.seal.secretbytes import Secret
from azukari.store import blobs
from tests.cast import NOW, Office
from tests.exchange.hands import begin, put, user

LEAST, PART = 2_000, 50_000
OFFICE, FILE = UUID("0192c1e4-aaaa-7bbb-8ccc-ddddeeee0001"), UUID("0192c1e4-aaaa-7bbb-8ccc-ddddeeee0002")
KEY = Secret(bytes(range(32)))
# Sealed once, on 2026-11-24: the third part of FILE under KEY. It must open for ever.
GOLDEN_TEXT = "あずかり 第三の部分\n".encode()
GOLDEN = bytes.fromhex(
    "b8d1c129d1dce750d3e576684bccddecc540e7f329ef2a39d278cf13fb92479e825fd86f02cae23c4e8c6e37ce9122b1e31f33342961ad1c"
    "c25af5601ffb6fe88df84eac64f41d10a5f3418a87e75950f571ee01fca5f18398a27ed0cdb89b5464c6cb38ae"
)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 50 kB instead of 8 MiB, so that a small file has many."""
    monkeypatch.setattr(uploads, "PART_BYTES", PART)
    monkeypatch.setattr(uploads, "LEAST_PART_BYTES", LEAST)


def text_of(seed: object, size: int) -> bytes:
    """A text without a pattern, so that a piece in the wrong place shows."""
    return hashlib.shake_128(repr(seed).encode()).hexdigest(size // 2 + 1)[:size].encode()


def whole(file_id: UUID) -> bytes:
    return b"".join(Contents(file_id, filekeys.server_key(file_id)).stream())


def hand_in(minato: Office, data: bytes, patch: int = 70_000) -> UUID:
    file_id = begin(user(minato), minato.clients["aoba"], len(data), stamp="")
    for start in range(0, len(data), patch):
        put(user(minato), file_id, data[start : start + patch], offset=start)
    return file_id


# ------------------------------------------------------------------------------------------------------------- arriving


@pytest.mark.usefixtures("small_parts")
def test_however_a_file_arrives_it_is_the_same_file(minato: Office) -> None:
    actor, client_id = user(minato), minato.clients["aoba"]
    requests = st.lists(st.tuples(st.integers(LEAST, 130_000), st.none() | st.floats(0, 1)), max_size=12)

    @settings(max_examples=25, deadline=None, database=None)
    @given(size=st.integers(1, 300_000), requests=requests, cut=st.integers(1, 70_000))
    def check(size: int, requests: list[tuple[int, float | None]], cut: int) -> None:
        data = text_of(size, size)
        file_id = begin(actor, client_id, size, stamp="")
        told = 0
        while told < size:
            wanted, broken = requests.pop() if requests else (size, None)
            length = min(wanted, size - told)
            sent = length if broken is None else int(length * broken)
            stream = _InPieces(data[told : told + sent], cut)
            now = uploads.receive(
                actor=actor, file_id=file_id, offset=told, length=length, read=stream, clock=lambda: NOW
            ).received
            assert now <= told + sent, "more than was sent"
            assert now == told + length if sent == length else told + sent - now < LEAST, "more lost than need be"
            assert whole(file_id) == data[:now]
            told = now
        parts = list(FilePart.objects.filter(file_id=file_id).order_by("number").values_list("number", "length"))
        assert [number for number, _ in parts] == list(range(len(parts)))
        assert all(0 < length <= PART for _, length in parts)

    check()


class _InPieces:
    """A line that gives fewer bytes at a time than it is asked for, and then breaks."""

    def __init__(self, data: bytes, cut: int) -> None:
        self._stream, self._cut = io.BytesIO(data), cut

    def __call__(self, size: int) -> bytes:
        piece = self._stream.read(min(size, self._cut))
        if not piece:
            raise ConnectionResetError
        return piece


@pytest.mark.usefixtures("small_parts")
def test_what_is_sent_again_is_sealed_anew(minato: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a crash other bytes may come for the same part: they never meet the salt of the first ones."""
    actor, prefix = user(minato), f"files/{minato.id.hex}/"
    before = {facts.key for facts in blobs.blobs().list(prefix)}
    file_id = begin(actor, minato.clients["aoba"], 6_000, stamp="")
    with monkeypatch.context() as patch:
        patch.setattr(FilePart.objects, "create", _away)
        with pytest.raises(RuntimeError, match="the database is away"):
            put(actor, file_id, text_of("first", 3_000), length=3_000)
    assert uploads.get(actor=actor, file_id=file_id).received == 0
    put(actor, file_id, text_of("second", 6_000))
    assert whole(file_id) == text_of("second", 6_000)
    sealed = []
    for facts in blobs.blobs().list(prefix):
        if facts.key not in before:
            with blobs.blobs().open(facts.key) as blob:
                sealed.append(blob.read())
    assert len(sealed) == 2
    assert sealed[0][:24] != sealed[1][:24]


def _away(**_: object) -> None:
    raise RuntimeError("the database is away")


# -------------------------------------------------------------------------------------------------------------- reading


@pytest.mark.usefixtures("small_parts")
def test_any_range_is_a_slice(minato: Office) -> None:
    data = text_of("range", 190_001)
    contents = Contents(hand_in(minato, data), filekeys.server_key(FilePart.objects.latest("id").file_id))
    edges = st.sampled_from([0, 1, 16_383, 16_384, 49_999, 50_000, 50_001, 70_000, 190_000, 190_001, 200_000])
    places = edges | st.integers(0, 195_000)

    @settings(max_examples=80, deadline=None, database=None)
    @given(first=places, last=places | st.none())
    def check(first: int, last: int | None) -> None:
        end = None if last is None else last + 1
        assert b"".join(contents.stream(first, last)) == data[first : max(first, end) if end is not None else None]

    assert contents.size == len(data)
    check()


@pytest.mark.usefixtures("small_parts")
def test_a_file_to_seek_in_behaves_like_one_in_memory(minato: Office) -> None:
    data = text_of("seek", 160_000)
    contents = Contents(hand_in(minato, data), filekeys.server_key(FilePart.objects.latest("id").file_id))
    whence = st.sampled_from([io.SEEK_SET, io.SEEK_CUR, io.SEEK_END])
    seek = st.tuples(st.just("seek"), st.integers(0, 170_000), whence)
    read = st.tuples(st.just("read"), st.integers(0, 120_000) | st.just(-1), st.just(0))
    line = st.tuples(st.just("readinto"), st.integers(0, 70_000), st.just(0))

    @settings(max_examples=60, deadline=None, database=None)
    @given(steps=st.lists(seek | read | line, min_size=1, max_size=12))
    def check(steps: list[tuple[str, int, int]]) -> None:
        plain = io.BytesIO(data)
        with contents.seekable() as ours:
            for step, number, how in steps:
                if step == "seek":
                    base = {io.SEEK_SET: 0, io.SEEK_CUR: plain.tell(), io.SEEK_END: len(data)}[how]
                    assert ours.seek(number - base, how) == plain.seek(number - base, how) == number
                elif step == "read":
                    assert ours.read(number) == plain.read(number)
                else:
                    mine, theirs = bytearray(number), bytearray(number)
                    assert ours.readinto(mine) == plain.readinto(theirs)
                    assert mine == theirs
                assert ours.tell() == plain.tell()

    check()
    with contents.seekable() as ours, pytest.raises((ValueError, OSError)):
        ours.seek(-1)


# ------------------------------------------------------------------------------------------------------- only in its place


def seal(data: bytes, *, key: Secret = KEY, office: UUID = OFFICE, file: UUID = FILE, number: int = 2) -> bytes:
    sealer = files.PartSealer(key, files.part_context(office, file, number))
    return sealer.update(data) + sealer.finish()


def opened(
    sealed: bytes, length: int, *, key: Secret = KEY, office: UUID = OFFICE, file: UUID = FILE, number: int = 2
) -> bytes:
    pieces = [sealed[start : start + 10_000] for start in range(0, len(sealed), 10_000)]
    return b"".join(files.open_part(key, pieces, files.part_context(office, file, number), length))


def drained(pieces: Iterator[bytes]) -> tuple[bytes, AzukariError | None]:
    """Read to the end or to an error. Gives what came before it, and the error."""
    given_out = b""
    try:
        for piece in pieces:
            given_out += piece
    except AzukariError as error:
        return given_out, error
    return given_out, None


def test_a_part_of_the_first_days_still_opens() -> None:
    assert opened(GOLDEN, len(GOLDEN_TEXT)) == GOLDEN_TEXT
    assert len(GOLDEN) == files.sealed_size(len(GOLDEN_TEXT))


@pytest.mark.parametrize(
    "other",
    [
        {"number": 1},
        {"number": 3},
        {"number": 0},
        {"file": OFFICE},
        {"office": FILE},
        {"office": FILE, "file": OFFICE},
        {"key": Secret(bytes(32))},
    ],
    ids=["before", "after", "first", "file", "office", "swapped", "key"],
)
def test_a_part_opens_nowhere_else(other: dict[str, object]) -> None:
    with pytest.raises(OpeningError):
        opened(GOLDEN, len(GOLDEN_TEXT), **other)  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None, database=None)
@given(st.data())
def test_a_part_that_was_changed_cut_or_extended_never_opens(chosen: st.DataObject) -> None:
    size = chosen.draw(st.sampled_from([1, 16_383, 16_384, 16_385, 32_768, 40_000]))
    data = text_of(size, size)
    sealed = seal(data)
    assert len(sealed) == files.sealed_size(size)
    assert opened(sealed, size) == data
    place = chosen.draw(st.sampled_from([0, 24, 56, len(sealed) - 16, len(sealed) - 1]) | st.integers(0, len(sealed)))
    place = min(place, len(sealed) - 1)
    how = chosen.draw(st.sampled_from(["flip", "cut", "extend", "drop", "double", "swap chunks", "length"]))
    length = size
    if how == "flip":
        changed = sealed[:place] + bytes([sealed[place] ^ 1 << chosen.draw(st.integers(0, 7))]) + sealed[place + 1 :]
    elif how == "cut":
        changed = sealed[:place]
    elif how == "extend":
        changed = sealed + chosen.draw(st.binary(min_size=1, max_size=40))
    elif how == "drop":
        changed = sealed[:place] + sealed[place + 1 :]
    elif how == "double":
        changed = sealed + sealed
    elif how == "swap chunks":
        chunk = files.CHUNK + 16
        changed = sealed[:56] + sealed[56 + chunk : 56 + 2 * chunk] + sealed[56 : 56 + chunk] + sealed[56 + 2 * chunk :]
    else:
        changed, length = sealed, chosen.draw(st.sampled_from([0, size - 1, size + 1]))
    if changed == sealed and length == size:
        return
    given_out, error = drained(files.open_part(KEY, [changed], files.part_context(OFFICE, FILE, 2), length))
    assert isinstance(error, OpeningError)
    assert data.startswith(given_out), "bytes that were never sealed there"


type Change = Callable[[list[FilePart], list[FilePart]], None]


def _swap(ours: list[FilePart], _: list[FilePart]) -> None:
    ours[0].blob, ours[1].blob = ours[1].blob, ours[0].blob


def _another_files(ours: list[FilePart], theirs: list[FilePart]) -> None:
    ours[1].blob = theirs[1].blob


def _longer(ours: list[FilePart], _: list[FilePart]) -> None:
    ours[1].length += 1


def _missing(ours: list[FilePart], _: list[FilePart]) -> None:
    blobs.blobs().delete(ours[1].blob)


def _short(ours: list[FilePart], _: list[FilePart]) -> None:
    _replace(ours[1].blob, lambda sealed: sealed[:-1])


def _extended(ours: list[FilePart], _: list[FilePart]) -> None:
    _replace(ours[1].blob, lambda sealed: sealed + b"\0")


def _flipped(ours: list[FilePart], _: list[FilePart]) -> None:
    _replace(ours[1].blob, lambda sealed: sealed[:100] + bytes([sealed[100] ^ 1]) + sealed[101:])


def _left_out(ours: list[FilePart], _: list[FilePart]) -> None:
    ours.pop(1).delete()


def _replace(key: str, change: Callable[[bytes], bytes]) -> None:
    with blobs.blobs().open(key) as blob:
        sealed = blob.read()
    blobs.blobs().delete(key)
    with blobs.blobs().create(key) as blob:
        blob.write(change(sealed))
        blob.commit()


def _all_of(file_id: UUID) -> Iterator[bytes]:
    yield from Contents(file_id, filekeys.server_key(file_id)).stream()


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize(
    "change",
    [_swap, _another_files, _longer, _missing, _short, _extended, _flipped, _left_out],
    ids=lambda f: f.__name__,
)
def test_a_file_whose_parts_were_tampered_with_does_not_open(minato: Office, change: Change) -> None:
    data = text_of("ours", 150_000)
    file_id, other = hand_in(minato, data, 50_000), hand_in(minato, text_of("theirs", 150_000), 50_000)
    ours, theirs = ([*FilePart.objects.filter(file_id=pk).order_by("number")] for pk in (file_id, other))
    assert len(ours) == 3
    change(ours, theirs)
    for part in ours:
        part.save()
    given_out, error = drained(_all_of(file_id))
    assert isinstance(error, FileDamagedError)
    assert data.startswith(given_out), "wrong bytes went out before the error"


def test_a_key_of_another_file_opens_nothing(minato: Office) -> None:
    mine, other = (hand_in(minato, text_of("same", 500)) for _ in range(2))
    with pytest.raises(FileDamagedError):
        b"".join(Contents(mine, filekeys.server_key(other)).stream())
    with pytest.raises(FileDamagedError):
        b"".join(Contents(mine, Secret.random(32)).stream())
    assert b"".join(Contents(new_id(), filekeys.server_key(other)).stream()) == b""
