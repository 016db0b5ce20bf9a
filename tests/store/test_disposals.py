"""The list of disposals: durable before a key goes, readable whatever a crash left, loud about damage."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azukari.kernel.ids import new_id
from azukari.store import disposals
from azukari.store.blobs.errors import StorageFailedError, StorageFullError
from azukari.store.disposals import DamagedListError, Disposed, Kind

pytestmark = pytest.mark.no_database

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
OFFICE = UUID(int=7)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    before = disposals.path()
    disposals.configure(tmp_path / "disposals.log")
    yield tmp_path / "disposals.log"
    disposals.configure(before)


def lines(count: int) -> list[Disposed]:
    return [Disposed(NOW, OFFICE, Kind.NUMBER, new_id()) for _ in range(count)]


@given(st.datetimes(timezones=st.just(UTC)), st.uuids(), st.sampled_from(Kind), st.uuids())
def test_a_line_comes_back_as_it_was(at: datetime, office: UUID, kind: Kind, thing: UUID) -> None:
    line = Disposed(at, office, kind, thing)
    assert Disposed.parse(line.to_line()) == line


def test_lines_are_kept_in_order_and_for_our_eyes_only(place: Path) -> None:
    first, second = lines(3), lines(2)
    disposals.write(first)
    disposals.write(second)
    disposals.write([])
    assert list(disposals.read(place)) == first + second
    assert place.stat().st_mode & 0o777 == 0o600


def test_without_a_file_there_is_nothing(place: Path) -> None:
    assert list(disposals.read(place)) == []


def test_what_a_crash_tore_off_is_passed_over_at_every_length(place: Path) -> None:
    kept, torn, later = lines(1), lines(1)[0].to_line(), lines(1)
    for length in range(1, len(torn)):
        place.write_bytes(kept[0].to_line() + torn[:length])
        assert list(disposals.read(place)) == kept
        disposals.write(later)
        assert list(disposals.read(place)) == kept + later


@pytest.mark.parametrize("where", [0, 20, 60, 90, 105])
def test_a_damaged_line_is_told_with_its_number(place: Path, where: int) -> None:
    data = bytearray(b"".join(line.to_line() for line in lines(3)))
    start = data.index(b"\n") + 1
    data[start + where] ^= 1
    place.write_bytes(data)
    with pytest.raises(DamagedListError) as caught:
        list(disposals.read(place))
    assert caught.value.number == 2


@pytest.mark.parametrize(("code", "error"), [(28, StorageFullError), (5, StorageFailedError)])
def test_what_cannot_be_made_durable_is_an_error(
    place: Path, monkeypatch: pytest.MonkeyPatch, code: int, error: type[Exception]
) -> None:
    """Whoever is about to destroy a key stops here."""

    def fail(handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(error):
        disposals.write(lines(1))


def _write(place: Path) -> None:
    disposals.configure(place)
    for _ in range(20):
        disposals.write(lines(5))


def test_two_processes_do_not_write_into_each_other(place: Path) -> None:
    context = get_context("fork")
    both = [context.Process(target=_write, args=(place,)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(list(disposals.read(place))) == 200
