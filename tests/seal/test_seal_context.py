"""The associated data: canonical, injective, and every part of it binds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.seal.context import Context, length_prefixed, utf8
from azukari.seal.errors import FormatError


def an_id(name: str) -> UUID:
    return uuid5(UUID("0190a000-0000-7000-8000-000000000001"), name)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
ids = st.none() | st.sampled_from([UUID(int=0), UUID(int=1), UUID(bytes=b"\x00\x10" * 8)])
contexts = st.builds(
    Context,
    label=texts.filter(bool),
    office=ids.filter(bool),
    client=ids,
    person=ids,
    record=ids,
    field=texts,
    purposes=st.lists(texts, max_size=3).map(tuple),
    version=st.integers(1, 3) | st.just((1 << 64) - 1),
)


@given(contexts, contexts)
@settings(max_examples=300, deadline=None, database=None, derandomize=True)
def test_equal_bytes_exactly_for_equal_contexts(one: Context, other: Context) -> None:
    assert (one.encode() == other.encode()) == (one == other)


def decode(data: bytes) -> tuple[Any, ...]:
    """Takes the bytes apart again: what can be read back in one way only is injective."""
    assert data.startswith(b"azukari/context\x01")
    place, parts = 16, []
    for _ in range(7):
        size = int.from_bytes(data[place : place + 2])
        parts.append(data[place + 2 : place + 2 + size])
        place += 2 + size
    assert len(data) == place + 8
    return (*parts, int.from_bytes(data[place:]))


@given(contexts)
@settings(max_examples=100, deadline=None, database=None, derandomize=True)
def test_the_bytes_can_be_read_back(one: Context) -> None:
    def raw(value: UUID | None) -> bytes:
        return value.bytes if value is not None else b""

    *parts, purposes, version = decode(one.encode())
    ids = [raw(value) for value in (one.office, one.client, one.person, one.record)]
    assert parts == [one.label.encode(), *ids, one.field.encode()]
    assert (len(purposes) == 32) == bool(one.purposes)
    assert version == one.version


def test_purposes_are_a_set() -> None:
    one = Context("x", an_id("office"), purposes=("b", "a", "b"))
    assert one == Context("x", an_id("office"), purposes=("a", "b"))
    assert one.purposes == ("a", "b")


def test_neighbours_do_not_run_into_each_other(context: Context) -> None:
    one, other = replace(context, purposes=("ab", "c")), replace(context, purposes=("a", "bc"))
    assert one.encode() != other.encode()
    # The same text composed and decomposed is not the same: nothing is normalised.
    assert replace(context, field="\u304c").encode() != replace(context, field="\u304b\u3099").encode()


@pytest.mark.parametrize(
    "change",
    [{"label": ""}, {"version": 0}, {"version": -1}, {"version": 1 << 64}, {"purposes": "YEAR_END"}],
    ids=str,
)
def test_what_is_no_context_is_refused(context: Context, change: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        replace(context, **change)


def test_what_cannot_be_encoded_is_refused(context: Context) -> None:
    for field in ("\ud800", "x" * 65536):
        with pytest.raises(FormatError):
            replace(context, field=field).encode()
    with pytest.raises(FormatError):
        utf8("\udfff")
    assert length_prefixed(b"x" * 65535)[:2] == b"\xff\xff"
