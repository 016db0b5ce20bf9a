"""個人番号関係事務処理一覧 with few and with very many entries, and how fast it is written out.

Two processes, each with an office of its own: 10,000 entries and as many as asked for. Rows are made inside the
database (five years, busy and quiet client companies, operations over one and over twenty people), so that ten million
of them are there in minutes; their bytes are as long as real ones, the tree over them is not made. Asked in turn, so
that the machine's other work meets both alike. What counts is the ratio.
"""

from __future__ import annotations

import csv
import io
import json
import random
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from bench import house
from bench.places import addresses, clean_environment

SMALL = 10_000
CLIENTS = 200
PEOPLE = 50
STAFF = 10
EXPORTED = 100_000
_TURNS, _REPEATS = 6, 2
_NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
_YEARS = timedelta(days=5 * 365)

TABLE = (
    "| record page | database | {small:,} entries: p50 / p95 | {large:,} entries: p50 / p95 (ms) | ratio of p50 (p95) |",
    "| --- | --- | --- | --- | --- |",
)


def run(database: str, rounds: int, large: int, *, plans: Path | None = None) -> tuple[list[str], list[str]]:
    """Measure both sizes on one database; gives the rows of the table and notes about writing out."""
    took: dict[str, dict[int, list[float]]] = {}
    with ExitStack() as stack:
        small = min(SMALL, large)
        offices = {size: stack.enter_context(_office(database, size)) for size in dict.fromkeys((small, large))}
        for _ in range(rounds * _TURNS):
            for size, ask in offices.items():
                for name, values in ask("round").items():
                    took.setdefault(name, {found: [] for found in offices})[size] += values
        told = offices[large]("export")
        if plans is not None:
            plans.write_text(json.dumps(offices[large]("plans"), ensure_ascii=False, indent=1), encoding="utf-8")
    rows = []
    for name, by_size in took.items():
        few, many = by_size[small], by_size[large]
        middle, high = _at(many, 0.5) / _at(few, 0.5), _at(many, 0.95) / _at(few, 0.95)
        rows.append(
            f"| {name} | {database} | {_at(few, 0.5):.1f} / {_at(few, 0.95):.1f} "
            f"| {_at(many, 0.5):.1f} / {_at(many, 0.95):.1f} | {middle:.2f} ({high:.2f}) |"
        )
    notes = [
        f"record, {database}: {kind} {told[kind]:,.0f} lines a second, {told[kind] / told['bare']:.2f} of a bare cursor "
        f"into a CSV writer ({told['bare']:,.0f}); peak {told[f'{kind} peak']:.1f} MiB for {told['lines']:,} lines."
        for kind in ("CSV", "Excel")
    ]
    return rows, notes


@contextmanager
def _office(database: str, entries: int) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Run one process with an office of so many entries. Gives what asks it."""
    with tempfile.TemporaryDirectory(prefix="azukari-bench-") as folder, addresses(database) as known:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.record", str(entries)],
            env={**clean_environment(), **known, "AZUKARI_DATA": str(Path(folder) / "data")},
            cwd=Path(__file__).resolve().parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None and process.stdout is not None
        asked, answers = process.stdin, process.stdout

        def ask(what: str) -> dict[str, Any]:
            asked.write(f"{what}\n")
            asked.flush()
            for answer in answers:
                if answer.startswith("{"):
                    told: dict[str, Any] = json.loads(answer)
                    return told
            raise RuntimeError("the record's process ended")

        try:
            ask("ready")
            yield ask
        finally:
            asked.close()
            process.wait(60)


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    """Fill an office and answer."""
    entries = int(sys.argv[1])
    opened = house.open_house()
    from azukari.store.scope import office_scope

    with office_scope(opened.office_id):
        fill(opened.office_id, entries)
        pages = _Pages(opened)
        for asked in sys.stdin:
            match asked.strip():
                case "round":
                    told: dict[str, Any] = pages.measure()
                case "export":
                    told = pages.export()
                case "plans":
                    told = pages.plans()
                case _:
                    told = {}
            print(json.dumps(told), flush=True)


def known_id(kind: int, place: int) -> UUID:
    """Give the id of a client company (1), a person (2) or a staff member (3) of the made rows."""
    return UUID(int=(kind << 64) + place)


def fill(office_id: UUID, entries: int) -> None:
    """Make the entries and their texts by one statement each."""
    from django.db import connection, transaction

    postgres = connection.vendor == "postgresql"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM journal_entrytext")
        cursor.execute("DELETE FROM journal_entry")
        numbers = _NUMBERS_POSTGRES if postgres else _NUMBERS_SQLITE
        drawn = f"drawn AS (SELECT d.*, {_CLIENT} AS c FROM (SELECT {_DRAWS} FROM numbers) d)"
        for table, columns, made in _made(office_id, entries, postgres=postgres):
            series = f"{numbers.format(last=entries - 1)}, {drawn}"
            cursor.execute(f"{series} INSERT INTO {table} ({columns}) SELECT {made} FROM drawn")
        cursor.execute(f"UPDATE journal_head SET size = {entries}, operation = {entries}")
    with connection.cursor() as cursor:
        for table in ("journal_entry", "journal_entrytext"):
            cursor.execute(f"VACUUM ANALYZE {table}" if postgres else "ANALYZE")


# n: place in the tree; r, s: two draws of 0 to 999,999 that follow from it; c: client company, the first the busiest.
_DRAWS = "n, (n * 7919 + n / 7 * 104729) % 1000000 AS r, (n * 15485863 + n / 11 * 32452843) % 1000000 AS s"
_CLIENT = f"CASE WHEN n % 50000 = 4 THEN {CLIENTS - 1} ELSE r * r / 1000000 * r / 1000000 * {CLIENTS - 1} / 1000000 END"
_NUMBERS_POSTGRES = "WITH numbers AS (SELECT n FROM generate_series(0::bigint, {last}) n)"
_NUMBERS_SQLITE = "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})"
_KIND = (
    "CASE WHEN s < 150000 THEN 'ACCESS' WHEN s < 300000 THEN 'REGISTER' WHEN s < 900000 THEN 'VIEW' "
    "WHEN s < 980000 THEN 'OUTPUT' WHEN s < 999000 THEN 'RECEIVE' ELSE 'DELETE' END"
)


def _made(office_id: UUID, entries: int, *, postgres: bool) -> list[tuple[str, str, str]]:
    """Give the two tables, their columns, and what makes them of a number."""

    def uuid(kind: int, place: str) -> str:
        text = (
            f"'{kind:016x}' || lpad(to_hex({place}), 16, '0')"
            if postgres
            else f"'{kind:016x}' || printf('%016x', {place})"
        )
        return f"CAST({text} AS uuid)" if postgres else f"({text})"

    office = f"CAST('{office_id}' AS uuid)" if postgres else f"'{office_id.hex}'"
    began = _NOW - _YEARS
    step = f"n * {int(_YEARS.total_seconds())} / {entries}"
    at = (
        f"TIMESTAMPTZ '{began.isoformat()}' + make_interval(secs => {step})"
        if postgres
        else f"strftime('%Y-%m-%d %H:%M:%S', {int(began.timestamp())} + {step}, 'unixepoch')"
    )
    body = "convert_to(repeat(md5(n::text), 20), 'UTF8')" if postgres else "randomblob(640)"
    salt = "decode(md5(n::text), 'hex')" if postgres else "randomblob(16)"
    leaf = "decode(md5(n::text) || md5(r::text), 'hex')" if postgres else "randomblob(32)"
    texts = (
        "jsonb_build_object('staff', '計測 花子', 'address', '127.0.0.1', 'client', '計測会社' || c, 'person', '佐藤 誠' || r)"
        if postgres
        else "json_object('staff', '計測 花子', 'address', '127.0.0.1', 'client', '計測会社' || c, 'person', '佐藤 誠' || r)"
    )
    columns = {
        "id": uuid(9, "n"),
        "office_id": office,
        "seq": "n",
        "operation": "n / 40 * 21 + CASE WHEN n % 40 < 20 THEN n % 40 ELSE 20 END + 1",
        "line": "CASE WHEN n % 40 < 20 THEN 1 ELSE n % 40 - 19 END",
        "at": at,
        "staff_id": uuid(3, f"r % {STAFF}"),
        "client_id": f"CASE WHEN s < 150000 THEN NULL ELSE {uuid(1, 'c')} END",
        "person_id": f"CASE WHEN s < 300000 THEN NULL ELSE {uuid(2, f'c * {PEOPLE} + r % {PEOPLE}')} END",
        "event": "'bench.thing.seen'",
        "label": "'マイナンバー閲覧'",
        "kind": _KIND,
        "result": "CASE WHEN r % 100 = 7 THEN 'FAILURE' ELSE 'SUCCESS' END",
        "screen": "CASE WHEN r % 10000 = 3 THEN '鍵の控え' ELSE '画面' || (r % 12) END",
        "purpose": "''",
        "taken_out": "CASE WHEN r % 50 = 9 THEN 'DOCUMENT' WHEN s >= 300000 AND s < 900000 THEN 'SCREEN' ELSE '' END",
        "body": body,
        "leaf_hash": leaf,
    }
    beside = {"id": uuid(9, "n"), "office_id": office, "salt": salt, "texts": texts}
    made = []
    for table, given in (("journal_entry", columns), ("journal_entrytext", beside)):
        told = ", ".join(value.replace(" % ", " % ") if "%" not in value else value for value in given.values())
        made.append((table, ", ".join(f'"{name}"' for name in given), told))
    return made


class _Pages:
    """The pages that are asked for, each by its name in the table."""

    def __init__(self, opened: house.House) -> None:
        from azukari.journal import queries

        self._queries = queries
        self._rng = random.Random(3)  # noqa: S311
        self._all = replace(opened.actor, client_ids=None)
        self._few = self._seer(range(5))
        self._quiet = self._seer(range(CLIENTS - 6, CLIENTS))
        self._many = self._seer(range(0, CLIENTS, 2))
        self._more = self._seer(range(20, CLIENTS))
        self._size = queries.tree_size()

    def _seer(self, clients: range) -> Any:
        ids = frozenset(known_id(1, place) for place in clients)
        return replace(self._all, client_ids=ids, staff_id=known_id(3, 1))

    def cases(self) -> dict[str, Callable[[], object]]:
        """Give every page by its name."""
        from azukari.journal.rules import Kind, Result

        q = self._queries
        busy, quiet = known_id(1, 0), known_id(1, CLIENTS - 1)
        served = frozenset(known_id(1, place) for place in (3, 40, 150))
        depth = self._rng.randrange(self._size // 10, self._size * 9 // 10)
        since = _NOW - timedelta(days=self._rng.randrange(200, 1700))
        month = {"since": since, "until": since + timedelta(days=30)}

        def page(actor: Any = self._all, *, before: int | None = None, **wanted: Any) -> Callable[[], object]:
            return lambda: q.list_entries(actor, q.Filter(**wanted), before=before)

        def folded(*, before: int | None = None, **wanted: Any) -> Callable[[], object]:
            return lambda: q.list_operations(self._all, q.Filter(**wanted), before=before)

        return {
            "first page": page(),
            "random depth": page(before=depth),
            "one month": page(**month),
            "処理者": page(staff_id=known_id(3, 4)),
            "処理者, one month": page(staff_id=known_id(3, 4), **month),
            "担当者 of three clients": page(client_ids=served),
            "担当者, one month": page(client_ids=served, **month),
            "busy client": page(client_id=busy),
            "busy client, depth": page(client_id=busy, before=depth),
            "busy client, one month": page(client_id=busy, **month),
            "quiet client": page(client_id=quiet),
            "one person": page(person_ids=[known_id(2, 7)]),
            "500 people": page(person_ids=[known_id(2, place) for place in range(0, 5000, 10)]),
            "処理 照会": page(kind=Kind.VIEW),
            "処理 削除": page(kind=Kind.DELETE),
            "処理 削除, one month": page(kind=Kind.DELETE, **month),
            "失敗": page(result=Result.FAILURE),
            "成功": page(result=Result.SUCCESS),
            "持ち出し": page(taken_out_only=True),
            "画面": page(screen="画面3"),
            "画面, rare": page(screen="鍵の控え"),
            "NO": page(operation=self._size // 2 // 40 * 21 + 21),
            "busy client, 削除": page(client_id=busy, kind=Kind.DELETE),
            "busy client, 失敗, 持ち出し": page(client_id=busy, result=Result.FAILURE, taken_out_only=True),
            "quiet client, 削除": page(client_id=quiet, kind=Kind.DELETE),
            "処理者, rare 画面": page(staff_id=known_id(3, 4), screen="鍵の控え"),
            "照会, 失敗": page(kind=Kind.VIEW, result=Result.FAILURE),
            "staff of 5 busy clients": page(self._few),
            "staff of 6 quiet clients": page(self._quiet),
            "staff of 6 quiet clients, 失敗": page(self._quiet, result=Result.FAILURE),
            "staff of 100 clients": page(self._many),
            "staff of 180 clients": page(self._more),
            "folded": folded(),
            "folded, depth": folded(before=depth),
            "folded, busy client": folded(client_id=busy),
            "list of 画面": q.list_screens,
        }

    def measure(self) -> dict[str, list[float]]:
        """Ask every page some times; gives milliseconds."""
        took: dict[str, list[float]] = {}
        for _ in range(_REPEATS):
            for name, ask in self.cases().items():
                began = time.perf_counter()
                ask()
                took.setdefault(name, []).append((time.perf_counter() - began) * 1000)
        return took

    def export(self) -> dict[str, float]:
        """Write out what one in so many years holds: lines a second of ours, and of a bare cursor, and memory."""
        from azukari.office.views.record_output import lines_of
        from azukari.press.documents import handling_record as record
        from azukari.press.documents.handling_record import sample

        share = min(1.0, EXPORTED / self._size)
        wanted = self._queries.Filter(since=_NOW - _YEARS * share)
        told: dict[str, float] = {}

        def write_csv() -> int:
            return sum(len(piece) for piece in record.write_plain(lines_of(self._all, wanted), record.Encoding.UTF8))

        def write_excel() -> int:
            with tempfile.TemporaryFile() as book:
                record.write_book(sample.HEAD, lines_of(self._all, wanted), book)
                return book.tell()

        told["lines"] = sum(1 for _ in lines_of(self._all, wanted))
        for name, write in (("CSV", write_csv), ("Excel", write_excel), ("bare", lambda: _bare(wanted.since))):
            began = time.perf_counter()
            write()
            told[name] = told["lines"] / (time.perf_counter() - began)
        for name, write in (("CSV", write_csv), ("Excel", write_excel)):
            tracemalloc.start()
            write()
            told[f"{name} peak"] = tracemalloc.get_traced_memory()[1] / 1024 / 1024
            tracemalloc.stop()
        return told

    def plans(self) -> dict[str, list[str]]:
        """Give the plan of every statement on the record's table, as the database tells it."""
        from django.db import connection

        told: dict[str, list[str]] = {}
        for name, ask in self.cases().items():
            asked: list[tuple[str, Any]] = []

            def listen(execute: Any, sql: str, params: Any, many: bool, context: Any, to: Any = asked) -> Any:
                if '"journal_entry"' in sql:
                    to.append((sql, params))
                return execute(sql, params, many, context)

            with connection.execute_wrapper(listen):
                ask()
            how = "EXPLAIN (ANALYZE, BUFFERS) " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
            told[name] = []
            for sql, params in asked:
                with connection.cursor() as cursor:
                    cursor.execute(how + sql, params)
                    told[name] += [sql[sql.find(" WHERE ") :][:900], *(str(row[-1]) for row in cursor.fetchall())]
        return told


def _bare(since: Any) -> int:
    """Read the same columns and texts by one cursor, and write them as they come."""
    from django.db import connection

    out = io.StringIO()
    writer = csv.writer(out)
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "SELECT e.operation, e.line, e.at, e.client_id, e.person_id, e.screen, e.label, e.kind, e.result, e.taken_out,"
            " t.texts FROM journal_entry e JOIN journal_entrytext t ON t.id = e.id WHERE e.at >= %s ORDER BY e.at, e.seq",
            [since],
        )
        while rows := cursor.fetchmany(2_000):
            for row in rows:
                writer.writerow(
                    row[:-1] + tuple(json.loads(row[-1]).values() if isinstance(row[-1], str) else row[-1].values())
                )
            out.seek(0)
            out.truncate()
    return out.tell()


if __name__ == "__main__":
    main()
