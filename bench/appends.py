"""The handling record: appends beside bare durable inserts, and the check of a long record: `python -m bench appends`.

Everything runs in processes of its own over one data folder: `python -m bench.appends offices N` makes a house,
`… work ours|bare SECONDS` appends as fast as it can, `… long N` fills one record and checks it.
"""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from typing import Any

from bench import house
from bench.places import addresses, clean_environment

_ROOT = Path(__file__).resolve().parent.parent
_SECONDS = 4.0
TABLE = (
    "| appends | database | ours, per second (p99) | bare insert, per second (p99) | ratio: median (lowest to highest) |",
    "| --- | --- | --- | --- | --- |",
)
LONG_TABLE = ("| a long record | database | entries | seconds or ms |", "| --- | --- | --- | --- |")


def run(database: str, rounds: int, entries: int) -> tuple[list[str], list[str]]:
    """Measure on one database; gives the rows of both tables."""
    rows = []
    for offices in (1, 200):
        with tempfile.TemporaryDirectory(prefix="azukari-bench-") as folder, addresses(database) as known:
            environment = {**clean_environment(), **known, "AZUKARI_DATA": str(Path(folder) / "data")}
            _ask(environment, "offices", str(offices))
            for processes in (1, 8):
                rows.append(_compare(environment, database, rounds, offices, processes))
                print(rows[-1], flush=True)
    with tempfile.TemporaryDirectory(prefix="azukari-bench-") as folder, addresses(database) as known:
        environment = {**clean_environment(), **known, "AZUKARI_DATA": str(Path(folder) / "data")}
        took = _ask(environment, "long", str(entries), folder)
    return rows, [f"| {what} | {database} | {entries:,} | {told} |" for what, told in took.items()]


def _compare(environment: dict[str, str], database: str, rounds: int, offices: int, processes: int) -> str:
    told: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": []}
    for _ in range(rounds):
        for what in ("bare", "ours"):
            told[what].append(_at_once(environment, what, processes))
    ratios = sorted(mine[0] / limit[0] for mine, limit in zip(told["ours"], told["bare"], strict=True))
    (ours, ours99), (bare, bare99) = (sorted(told[what])[rounds // 2] for what in ("ours", "bare"))
    return (
        f"| {offices} offices, {processes} processes | {database} | {ours:,.0f} ({ours99:.1f} ms) "
        f"| {bare:,.0f} ({bare99:.1f} ms) | {ratios[rounds // 2]:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) |"
    )


def _at_once(environment: dict[str, str], what: str, processes: int) -> tuple[float, float]:
    """Let some processes work at the same time. Gives appends a second and the 99th percentile in ms."""
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "bench.appends", "work", what, str(_SECONDS)],
                    env=environment, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                )
            )
            for _ in range(processes)
        ]  # fmt: skip
        for worker in workers:
            assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        answers = [json.loads(worker.communicate()[0]) for worker in workers]
    took = sorted(ms for answer in answers for ms in answer)
    return len(took) / _SECONDS, took[int(len(took) * 0.99)]


def _ask(environment: dict[str, str], *arguments: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.appends", *arguments],
        env=environment, cwd=_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.strip().rpartition("\n")[2][:200])
    told: dict[str, str] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return told


def main() -> None:
    """Play one of the three parts."""
    match sys.argv[1:]:
        case ["offices", count]:
            print(json.dumps(make_offices(int(count))))
        case ["work", what, seconds]:
            work(what, float(seconds))
        case ["long", entries, folder]:
            print(json.dumps(long_record(int(entries), Path(folder))))


def make_offices(count: int) -> dict[str, str]:
    """Make a house with some offices, and the plain table beside."""
    house.open_house()
    from azukari.kernel.clock import utc_now
    from azukari.tenancy.actions import offices
    from bench import bare

    for place in range(1, count):
        new = offices.NewOffice(code=f"bench{place}", name="計測", manager_login="bench", manager_name="計測 花子")
        offices.open_office(new, now=utc_now())
    bare.make_table()
    return {}


def work(what: str, seconds: float) -> None:
    """Append (or insert bare) one after the other for some seconds, each time for an office chosen at random."""
    import django

    django.setup()
    from azukari.tenancy import queries as tenancy

    offices = [office_id for office_id, _, _ in tenancy.list_offices()]
    one = _bare_insert() if what == "bare" else _append
    rng = random.Random()  # noqa: S311
    one(rng.choice(offices))
    print("ready", flush=True)
    sys.stdin.readline()
    took, until = [], time.perf_counter() + seconds
    while (began := time.perf_counter()) < until:
        one(rng.choice(offices))
        took.append((time.perf_counter() - began) * 1000)
    print(json.dumps(took))


def _append(office: Any) -> None:
    from django.db import transaction

    from azukari.journal import actions
    from azukari.kernel.clock import utc_now
    from azukari.store.scope import office_scope

    with office_scope(office), transaction.atomic():
        actions.append(actor=_actor(office), operation=_operation(1), now=utc_now())


def _actor(office: Any) -> Any:
    from azukari.kernel.actor import Actor, Role

    return Actor(
        office_id=office, staff_id=office, name="計測 花子", role=Role.MANAGER, may_handle=True, client_ids=None
    )


def _operation(lines: int) -> Any:
    from azukari.journal.rules import Event, Kind, Line, Operation

    event = Event("bench.thing.seen", "個人番号の表示", Kind.VIEW)
    return Operation(event=event, screen="計測", lines=[Line(client_name="計測", person_name="計測 太郎")] * lines)


def _bare_insert() -> Callable[[Any], None]:
    """One row of the bytes of an entry and its texts, a commit each; the id counts up as ours does."""
    from django.db import connection, transaction

    from azukari.kernel.ids import new_id

    body, leaf, salt, texts = b"x" * 620, b"x" * 32, b"x" * 32, "x" * 90

    def one(_office: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bench_plain (id, body, leaf, salt, texts) VALUES (%s, %s, %s, %s, %s)",
                [str(new_id()), body, leaf, salt, texts],
            )

    return one


def long_record(entries: int, folder: Path) -> dict[str, str]:
    """Fill one record and check it in every way there is."""
    opened = house.open_house()
    from django.db import transaction

    from azukari.journal import actions, queries
    from azukari.kernel.clock import utc_now
    from azukari.ops import exported, records
    from azukari.store.scope import office_scope
    from azukari.tenancy.actions import keys

    took: dict[str, str] = {}

    def timed(what: str, act: Callable[[], object]) -> None:
        began = time.perf_counter()
        with redirect_stdout(io.StringIO()):
            act()
        took[what] = f"{time.perf_counter() - began:.1f} s"

    out = folder / "export"
    with office_scope(opened.office_id):
        for _ in range(entries // 1000):
            with transaction.atomic():
                actions.append(actor=opened.actor, operation=_operation(1000), now=utc_now())
        keys.sign_record(now=utc_now())
        timed("check-record", queries.verify_record)
        proofs = []
        rng, size = random.Random(5), queries.tree_size()  # noqa: S311
        for _ in range(300):
            began = time.perf_counter()
            queries.inclusion_proof(rng.randrange(size), size)
            queries.consistency_proof(rng.randrange(1, size), size)
            proofs.append((time.perf_counter() - began) * 500)
        took["proof, p95"] = f"{sorted(proofs)[int(len(proofs) * 0.95)]:.1f} ms"
    timed("export-record", lambda: records.export_record("bench", str(out), with_names=True))
    timed("azukari verify", lambda: exported.verify(out))
    tool = [sys.executable, "-I", "-S", str(_ROOT / "tools" / "verify_export.py"), str(out)]
    timed("verify_export.py", lambda: subprocess.run(tool, check=True, capture_output=True))
    return took


if __name__ == "__main__":
    main()
