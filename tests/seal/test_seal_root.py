"""Root keys: versions, the key file, and clear refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from azukari.seal.context import Context
from azukari.seal.errors import FormatError, KeyMissingError, OpeningError, SealError
from azukari.seal.root import LocalRootKeys, RootKeys

KEYS = LocalRootKeys({1: b"a" * 32, 2: b"b" * 32})


def test_the_highest_version_wraps_and_all_unwrap(context: Context) -> None:
    root: RootKeys = KEYS
    old = LocalRootKeys({1: b"a" * 32}).wrap(b"half", context)
    new = root.wrap(b"half", context)
    assert (old[:4], new[:4]) == (b"\1\1\0\1", b"\1\1\0\2")
    assert root.unwrap(old, context) == root.unwrap(new, context) == b"half"


def test_a_missing_version_is_named_and_no_other_key_is_tried(context: Context) -> None:
    sealed = KEYS.wrap(b"half", context)
    with pytest.raises(KeyMissingError) as caught:
        LocalRootKeys({1: b"a" * 32, 3: b"b" * 32}).unwrap(sealed, context)
    assert caught.value.version == 2
    assert "版 2" in caught.value.reason
    with pytest.raises(OpeningError):  # the right key under another version does not open either
        LocalRootKeys({1: b"b" * 32}).unwrap(sealed[:2] + b"\0\1" + sealed[4:], context)


def test_every_flipped_bit_and_another_context_fail(context: Context) -> None:
    sealed = KEYS.wrap(b"half", context)
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit >> 3] ^= 1 << (bit & 7)
        with pytest.raises(SealError):
            KEYS.unwrap(bytes(changed), context)
    with pytest.raises(OpeningError):
        KEYS.unwrap(sealed, replace(context, version=4))


def test_rotation_keeps_the_old_keys(context: Context) -> None:
    first = LocalRootKeys.generate()
    second = first.rotated()
    assert (first.version, second.version, second.versions) == (1, 2, (1, 2))
    assert second.unwrap(first.wrap(b"half", context), context) == b"half"


def test_the_file_round_trips_with_comments_and_any_line_ends(context: Context) -> None:
    text = KEYS.serialize()
    for variant in (text, "# 金庫室の写し\n\n" + text, text.replace("\n", "\r\n"), text.rstrip()):
        assert LocalRootKeys.parse(variant).unwrap(KEYS.wrap(b"half", context), context) == b"half"


GOOD = KEYS.serialize().splitlines()
BAD = {
    "empty": "",
    "only comments": "# nothing\n",
    "no title": GOOD[1],
    "other format": "\n".join(["azukari-root-keys 2", *GOOD[1:]]),
    "no keys": GOOD[0],
    "version twice": "\n".join([*GOOD, GOOD[2]]),
    "key twice": "\n".join([GOOD[0], GOOD[1], LocalRootKeys({9: b"a" * 32}).serialize().splitlines()[1]]),
    "version 0": "\n".join([GOOD[0], "0" + GOOD[1][1:]]),
    "version too large": "\n".join([GOOD[0], "65536" + GOOD[1][1:]]),
    "leading zero": "\n".join([GOOD[0], "0" + GOOD[1]]),
    "short key": "\n".join([GOOD[0], GOOD[1].replace("61", "", 1)]),
    "upper case": "\n".join([GOOD[0], GOOD[2].upper()]),
    "two spaces": "\n".join([GOOD[0], GOOD[1].replace(" ", "  ")]),
    "trailing word": "\n".join([GOOD[0], GOOD[1] + " x"]),
    "json": '{"keys": {"1": "…"}}',
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_garbage_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        LocalRootKeys.parse(text)


def test_a_slip_of_the_pen_is_found_and_the_line_is_not_shown() -> None:
    line = GOOD[2]
    for place in range(2, len(line)):
        if line[place] == " ":
            continue
        typed = line[:place] + ("0" if line[place] != "0" else "1") + line[place + 1 :]
        with pytest.raises(FormatError) as caught:
            LocalRootKeys.parse("\n".join([GOOD[0], GOOD[1], typed]))
        assert "3 行目" in caught.value.why
        assert "6262" not in str(caught.value)


def test_versions_go_to_65535(context: Context) -> None:
    last = LocalRootKeys({65535: b"a" * 32})
    assert last.unwrap(last.wrap(b"half", context), context) == b"half"
    assert LocalRootKeys.parse(last.serialize()).version == 65535
    with pytest.raises(FormatError):
        last.rotated()


@pytest.mark.parametrize("keys", [{}, {0: b"a" * 32}, {65536: b"a" * 32}, {1: b"a" * 16}, {1: b"a" * 33}], ids=str)
def test_keys_that_are_none_are_refused(keys: dict[int, bytes]) -> None:
    with pytest.raises(FormatError):
        LocalRootKeys(keys)
