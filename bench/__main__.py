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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import appends, files, ledger, record
from bench.places import addresses, clean_environment
from tools import postgres

_ROOT = Path(__file__).resolve().parent.parent
_DATABASES = ("SQLite", "PostgreSQL")


_LINES = ("register", "import", "reveal", "ledger", "record", "files", "appends")
# Sizes the issue names: what one office has after years, on one machine and in a service for many.
_ENTRIES = {"SQLite": 2_000_000, "PostgreSQL": 10_000_000}


def main() -> int:
    """Measure and write the report. A line that fails is reported as not measured; the exit code is then 1."""
    options = _options()
    wanted = [options.line or options.only] if options.line or options.only else list(_LINES)
    head = _circumstances()
    print("\n".join(head), flush=True)
    report = list(head)
    notes: list[str] = []
    databases = [name for name in _DATABASES if name == "SQLite" or postgres.find_programs() is not None]
    if databases != list(_DATABASES):
        notes.append("PostgreSQL: not measured, no server programs on this machine.")
    sizes = {"register": options.people, "import": options.people, "reveal": options.reveals}
    rows: list[str] = []
    for database in databases:
        for line in (found for found in wanted if found in sizes):
            try:
                row, more = _line(line, database, options.rounds, sizes[line])
            except WorkerFailedError as error:
                notes.append(f"{line}, {database}: not measured ({error}).")
                continue
            rows.append(row)
            notes += more
            print(row, flush=True)
    report += ["", *_TABLE, *rows] if rows else []
    if "ledger" in wanted:
        report += ["", *_ledger(databases, options, notes)]
    if "record" in wanted:
        report += ["", *_record(databases, options, notes)]
    if "files" in wanted:
        report += ["", *_files(options, notes)]
    if "appends" in wanted:
        report += ["", *_appends(databases, options, notes)]
    told = "\n".join([*report, "", *(f"- {note}" for note in notes)]) + "\n"
    print("\n" + told)
    if wanted == list(_LINES):
        target = _ROOT / "bench" / "results" / "latest.md"
        target.parent.mkdir(exist_ok=True)
        target.write_text(f"# Latest results\n\n{told}", encoding="utf-8")
    return int(any("not measured (" in note for note in notes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("line", nargs="?", choices=_LINES, help="one line; results are not written")
    parser.add_argument("--only", choices=_LINES, help="the same")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--people", type=int, default=30_000, help="rows of register and import")
    parser.add_argument("--reveals", type=int, default=1_000, help="reveals a round")
    parser.add_argument("--mib", type=int, default=1024, help="size of the file that is sent")
    parser.add_argument(
        "--lines", type=int, default=1_000_000, help="lines of the large ledger; the small one has 1,000"
    )
    parser.add_argument(
        "--entries", type=int, help="entries of the large record; 2,000,000 on SQLite and 10,000,000 on PostgreSQL"
    )
    parser.add_argument(
        "--plans", type=Path, help="write the plans of the large ledger's and record's statements into this folder"
    )
    return parser.parse_args()


def _ledger(databases: list[str], options: argparse.Namespace, notes: list[str]) -> list[str]:
    small, large = min(1000, options.lines), options.lines
    table = [line.format(small=small, large=large) for line in ledger.TABLE]
    for database in databases:
        plans = options.plans / f"{database}.json" if options.plans else None
        try:
            table += ledger.run(database, options.rounds, small, large, plans=plans)
        except RuntimeError as error:
            notes.append(f"ledger, {database}: not measured ({error}).")
        print(f"ledger, {database}: done", flush=True)
    return table


def _record(databases: list[str], options: argparse.Namespace, notes: list[str]) -> list[str]:
    table = []
    for database in databases:
        large = options.entries or _ENTRIES[database]
        plans = options.plans / f"record-{database}.json" if options.plans else None
        try:
            rows, more = record.run(database, options.rounds, large, plans=plans)
        except RuntimeError as error:
            notes.append(f"record, {database}: not measured ({error}).")
            continue
        table += [line.format(small=min(record.SMALL, large), large=large) for line in record.TABLE]
        table += [*rows, ""]
        notes += more
        print(f"record, {database}: done", flush=True)
    return table


def _files(options: argparse.Namespace, notes: list[str]) -> list[str]:
    try:
        rows, more = files.run(options.rounds, options.mib)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        notes.append(f"files: not measured ({error}).")
        return []
    notes += more
    return [*files.TABLE, *rows]


def _appends(databases: list[str], options: argparse.Namespace, notes: list[str]) -> list[str]:
    rows, long_rows = list(appends.TABLE), list(appends.LONG_TABLE)
    for database in databases:
        try:
            found, found_long = appends.run(database, options.rounds, options.entries)
        except RuntimeError as error:
            notes.append(f"appends, {database}: not measured ({error}).")
            continue
        rows += found
        long_rows += found_long
    return [*rows, "", *long_rows]


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
    with tempfile.TemporaryDirectory(prefix="azukari-bench-") as folder, addresses(database) as known:
        done = subprocess.run(
            [sys.executable, "-m", "bench.worker", line, str(rounds), str(size)],
            env={**clean_environment(), **known, "AZUKARI_DATA": str(Path(folder) / "data")},
            cwd=_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise WorkerFailedError(done.stderr.strip().rpartition("\n")[2][:200] or "no message")
    result: dict[str, Any] = json.loads(done.stdout.strip().rpartition("\n")[2])
    return result


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
