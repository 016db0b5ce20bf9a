"""One measurement in a process and a data folder of its own: `python -m bench.worker <line> <rounds> <size>`.

The last line of standard output is the result as JSON. Rounds are interleaved: bare, ours, bare, ours …
"""

from __future__ import annotations

import gc
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import bare, house, sheet
from bench.counting import counting

_SEED = 40_000_000
# As many numbers as the largest office has: a reveal must not cost more for it than for a small one.
_OFFICE = 27_000


def main() -> None:
    """Measure one line."""
    line, rounds, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    opened = house.open_house()
    from azukari.store.scope import office_scope

    with office_scope(opened.office_id):
        result = LINES[line](opened, rounds, size)
    print(json.dumps(result))


def register(opened: house.House, rounds: int, size: int) -> dict[str, Any]:
    """roster.add_people and numbers.write_numbers, from values in memory to durable."""
    bytes_of = _bytes_of_a_registration(opened, size)
    bare_seconds, seconds = [], []
    for turn in range(rounds):
        bare.make_table()
        bare_seconds.append(_timed(lambda: bare.write_together(bytes_of)))
        client_id = house.add_client(opened, f"round-{turn}")
        people, new = house.make_people(size, first_seed=_SEED + (turn + 1) * size)
        seconds.append(_timed(lambda: house.register_people(opened, client_id, people, new)))  # noqa: B023
    return _result(size, bare_seconds, seconds)


def import_sheet(opened: house.House, rounds: int, size: int) -> dict[str, Any]:
    """From the bytes of an uploaded xlsx to durable people, numbers and record, every row checked and compared."""
    bytes_of = _bytes_of_a_registration(opened, size)
    data = sheet.build(size, first_seed=_SEED + 900_000_000)
    bare_seconds, seconds, steps = [], [], []
    for turn in range(rounds):
        bare.make_table()
        bare_seconds.append(_timed(lambda: bare.write_together(bytes_of)))
        taken = _import(opened, f"round-{turn}", data, size)
        steps.append(taken)
        seconds.append(sum(taken.values()))
    middle = {name: _middle([step[name] for step in steps]) for name in steps[0]}
    return {**_result(size, bare_seconds, seconds), "steps": middle, "file_bytes": len(data)}


def _import(opened: house.House, code: str, data: bytes, size: int) -> dict[str, float]:
    from azukari.intake.actions import registration, sheets
    from azukari.kernel.clock import utc_now
    from azukari.roster.models import Person
    from azukari.roster.rules import NumberState
    from azukari.vault.rules.purposes import DEFAULT_PURPOSES

    client_id = house.add_client(opened, code)
    actor, key, name = opened.actor, opened.vault_key, "計測.xlsx"
    started = time.perf_counter()
    import_id = sheets.receive_sheet(
        actor=actor, client_id=client_id, data=data, file_name=name, purposes=DEFAULT_PURPOSES, now=utc_now()
    )
    received = time.perf_counter()
    sheets.read_sheet(actor=actor, import_id=import_id, vault_key=key, data=data, file_name=name, now=utc_now())
    read = time.perf_counter()
    registration.start_registration(actor=actor, import_id=import_id, now=utc_now())
    registration.register_sheet(actor=actor, import_id=import_id, vault_key=key, now=utc_now())
    done = time.perf_counter()
    there = Person.objects.filter(client_id=client_id, number_state=NumberState.REGISTERED).count()
    assert there == size, f"{there} of {size} people were registered"
    return {"receive": received - started, "read and check": read - received, "register": done - read}


def memory(opened: house.House, _rounds: int, size: int) -> dict[str, Any]:
    """Peak memory of one bulk registration, its people and numbers already in memory; nothing bare beside it."""
    people, new = house.make_people(size, first_seed=_SEED)
    client_id = house.add_client(opened, "memory")
    before = _forget_peak()
    house.register_people(opened, client_id, people, new)
    return {"before": before, "peak": _peak()}


def import_memory(opened: house.House, _rounds: int, size: int) -> dict[str, Any]:
    """Peak memory of one import in this process, and of the process that reads the file."""
    data = sheet.build(size, first_seed=_SEED)
    before = _forget_peak()
    _import(opened, "memory", data, size)
    return {"before": before, "peak": _peak(), "child": _peak(resource.RUSAGE_CHILDREN)}


def reveal(opened: house.House, rounds: int, size: int) -> dict[str, Any]:
    """unlocks.use_unlock and numbers.reveal_number, one after the other on one connection."""
    from azukari.kernel.clock import utc_now
    from azukari.tenancy.actions import unlocks
    from azukari.vault.actions import numbers

    client_id = house.add_client(opened, "reveal")
    people, new = house.make_people(_OFFICE, first_seed=_SEED)
    house.register_people(opened, client_id, people, new)
    bytes_of = bare.bytes_of(client_id)[:1000]
    unlocked = unlocks.open_unlock(actor=opened.actor, password=house.PASSWORD, purpose="hp_loss", now=utc_now())
    rng = random.Random(1)  # noqa: S311 (which person is shown)

    def show() -> None:
        now = utc_now()
        place = rng.randrange(len(people))
        key = unlocks.use_unlock(
            actor=opened.actor, unlock_id=unlocked.unlock_id, browser_secret=unlocked.browser_secret, now=now
        )
        shown = numbers.reveal_number(
            actor=opened.actor,
            vault_key=key,
            person_id=people[place][0],
            use_code="hp_loss",
            now=now,
        )
        assert shown.number.same_as(new[place].digits)

    show()
    with counting() as count:
        show()
    assert count.commits <= 3, f"one reveal took {count.commits} commits"
    bare_seconds, seconds = [], []
    for _ in range(rounds):
        bare.make_table()
        bare_seconds.append(_timed(lambda: bare.write_one_by_one(bytes_of[:size])))
        seconds.append(_timed(lambda: [show() for _ in range(size)]))
    result = _result(size, bare_seconds, seconds)
    return {**result, "commits": count.commits, "queries": count.queries}


def _bytes_of_a_registration(opened: house.House, size: int) -> bare.Rows:
    """Register once without the clock, to warm everything up, and read back what it wrote."""
    client_id = house.add_client(opened, "warm-up")
    people, new = house.make_people(size, first_seed=_SEED)
    house.register_people(opened, client_id, people, new)
    return bare.bytes_of(client_id)


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _result(size: int, bare_seconds: list[float], seconds: list[float]) -> dict[str, Any]:
    return {"size": size, "bare": bare_seconds, "ours": seconds}


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _forget_peak() -> float:
    """Let the peak begin anew where the system can (Linux), and give it: opening the house hashes passwords."""
    gc.collect()
    if _CLEAR_REFS.exists():
        _CLEAR_REFS.write_text("5")
    return _peak()


def _peak(who: int = resource.RUSAGE_SELF) -> float:
    """Peak resident memory in MiB. Elsewhere than on Linux it is that of the whole life of the process."""
    if who == resource.RUSAGE_SELF and _CLEAR_REFS.exists():
        status = Path("/proc/self/status").read_text("ascii", "replace")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(who).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


_CLEAR_REFS = Path("/proc/self/clear_refs")

LINES: dict[str, Callable[[house.House, int, int], dict[str, Any]]] = {
    "register": register,
    "memory": memory,
    "import": import_sheet,
    "import-memory": import_memory,
    "reveal": reveal,
}

if __name__ == "__main__":
    main()
