"""`python -m bench`: every line on SQLite and on PostgreSQL, a table on the screen and in results/latest.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools import postgres

_ROOT = Path(__file__).resolve().parent.parent
_DATABASES = ("SQLite", "PostgreSQL")


def main() -> int:
    """Measure and write the report. A line that fails is reported as not measured; the exit code is then 1."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--people", type=int, default=30_000, help="rows of register and import")
    parser.add_argument("--reveals", type=int, default=1_000, help="reveals a round")
    parser.add_argument("--only", choices=["register", "import", "reveal"], help="one line; results are not written")
    options = parser.parse_args()
    head = _circumstances()
    print("\n".join(head), flush=True)
    rows: list[str] = []
    notes: list[str] = []
    for database in _DATABASES:
        if database == "PostgreSQL" and postgres.find_programs() is None:
            notes.append("PostgreSQL: not measured, no server programs on this machine.")
            continue
        for line, size in (("register", options.people), ("import", options.people), ("reveal", options.reveals)):
            if options.only not in {None, line}:
                continue
            try:
                row, note = _line(line, database, options.rounds, size)
                rows.append(row)
                notes += note
            except WorkerFailedError as error:
                notes.append(f"{line}, {database}: not measured ({error}).")
            print(rows[-1] if rows else notes[-1], flush=True)
    report = "\n".join([*head, "", *_TABLE, *rows, "", *(f"- {note}" for note in notes)]) + "\n"
    print("\n" + report)
    if options.only is None:
        target = _ROOT / "bench" / "results" / "latest.md"
        target.parent.mkdir(exist_ok=True)
        target.write_text(f"# Latest results\n\n{report}", encoding="utf-8")
    return int(any("not measured (" in note for note in notes))


_TABLE = (
    "| line | database | ours, per second | bare, per second | ratio: median (lowest to highest) | peak memory |",
    "| --- | --- | --- | --- | --- | --- |",
)


class WorkerFailedError(RuntimeError):
    """A worker ended without a result; the message is its last line."""


def _line(line: str, database: str, rounds: int, size: int) -> tuple[str, list[str]]:
    result = _work(line, database, rounds, size)
    bare_size = min(size, 1000) if line == "reveal" else size
    ours = [size / seconds for seconds in result["ours"]]
    bare = [bare_size / seconds for seconds in result["bare"]]
    ratios = [mine / limit for mine, limit in zip(ours, bare, strict=True)]
    spread = f"{_median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
    memory, notes = "", []
    if line in {"register", "import"}:
        used = _work("memory" if line == "register" else "import-memory", database, 1, size)
        memory = f"{used['peak']:.0f} MiB (started at {used['before']:.0f})"
        if "child" in used:
            memory += f", reader {used['child']:.0f} MiB"
    if "steps" in result:
        steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in result["steps"].items())
        notes.append(f"import, {database}: {steps}; file {result['file_bytes'] / 1024 / 1024:.1f} MiB.")
    if "commits" in result:
        notes.append(
            f"reveal, {database}: {result['commits']} durable commits and {result['queries']} statements a reveal, "
            f"{1000 / _median(ours):.1f} ms."
        )
    row = f"| {line} | {database} | {_median(ours):,.0f} | {_median(bare):,.0f} | {spread} | {memory} |"
    return row, notes


def _work(line: str, database: str, rounds: int, size: int) -> dict[str, Any]:
    """Run one measurement in a fresh data folder, on PostgreSQL in a fresh server."""
    with tempfile.TemporaryDirectory(prefix="azukari-bench-") as folder, _addresses(database) as addresses:
        own = {key: value for key, value in os.environ.items() if not key.startswith(("AZUKARI_", "DJANGO_"))}
        done = subprocess.run(
            [sys.executable, "-m", "bench.worker", line, str(rounds), str(size)],
            env={**own, **addresses, "AZUKARI_DATA": str(Path(folder) / "data")},
            cwd=_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise WorkerFailedError(done.stderr.strip().rpartition("\n")[2][:200] or "no message")
    result: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return result


@contextmanager
def _addresses(database: str) -> Iterator[dict[str, str]]:
    if database == "SQLite":
        yield {}
        return
    with postgres.running(durable=True) as (address, _):
        yield {"AZUKARI_DATABASE": f"{address}/azukari", "AZUKARI_KEYS_DATABASE": f"{address}/azukari_keys"}


def _circumstances() -> list[str]:
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} processors"
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return [
        f"{when}, {versions}, load average before the first line {os.getloadavg()[0]:.2f}.",
        "Ratios are what counts; rates are those of this machine on this day. README.md says what each line is.",
    ]


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


if __name__ == "__main__":
    sys.exit(main())
