"""The ledger's pages over a small and a large office, in rounds taken in turns: `python -m bench ledger`.

Two processes, each with a data folder (and PostgreSQL server) of its own, hold the same office with few and with many
lines; both are asked the same pages one after the other. `python -m bench.ledger LINES` is such a process: it reads
`round` or `plans` on standard input and answers one line of JSON each.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

from bench import house
from bench.places import addresses, clean_environment

CLIENTS = 200
# Each round asks both sizes so often in turn: small steps, so that the machine's other work meets both alike.
_TURNS, _REPEATS = 8, 2
_NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
_YEARS = timedelta(days=5 * 365)
_KINDS = ("勤怠データ", "給与変更連絡", "入社連絡票", "退職連絡票", "賃金台帳", "算定基礎届", "離職証明書", "36協定")

TABLE = (
    "| ledger page | database | {small:,} lines: p50 / p95 ms | {large:,} lines: p50 / p95 ms | ratio of p50 (p95) |",
    "| --- | --- | --- | --- | --- |",
)


def run(database: str, rounds: int, small: int, large: int, *, plans: Path | None = None) -> list[str]:
    """Measure both sizes on one database; gives the rows of the table."""
    took: dict[str, dict[int, list[float]]] = {}
    with ExitStack() as stack:
        offices = {size: stack.enter_context(_office(database, size)) for size in (small, large)}
        for _ in range(rounds * _TURNS):
            for size, ask in offices.items():
                for name, values in ask("round").items():
                    took.setdefault(name, {small: [], large: []})[size] += values
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
    return rows


@contextmanager
def _office(database: str, lines: int) -> Iterator[Callable[[str], dict[str, Any]]]:
    """Run one process with an office of so many lines. Gives what asks it."""
    with tempfile.TemporaryDirectory(prefix="azukari-bench-") as folder, addresses(database) as known:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.ledger", str(lines)],
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
            raise RuntimeError("the ledger's process ended")

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
    lines = int(sys.argv[1])
    opened = house.open_house()
    from azukari.store.scope import office_scope

    with office_scope(opened.office_id):
        pages = _Pages(opened, fill(opened, lines))
        for asked in sys.stdin:
            match asked.strip():
                case "round":
                    told: dict[str, Any] = pages.measure()
                case "plans":
                    told = pages.plans()
                case _:
                    told = {}
            print(json.dumps(told), flush=True)


def fill(opened: house.House, lines: int) -> list[UUID]:
    """Fill the ledger: five years, busy and quiet clients (Zipf), the oldest expired, one in ten 保護.

    As many lines stand unread as people leave unread: a few days', however long the ledger is. Gives the clients,
    the busiest first.
    """
    from django.db import connection, transaction

    from azukari.exchange.models import Delivery, StoredFile
    from azukari.exchange.rules.names import search_key
    from azukari.exchange.rules.states import DeliveryState, Direction, FileState
    from azukari.kernel.ids import new_id

    rng = random.Random(7)  # noqa: S311
    clients = [house.add_client(opened, f"c{place:03d}") for place in range(CLIENTS)]
    kana = {client: f"ケイソク{rng.randrange(10_000):04d}" for client in clients}
    weights = [1 / (place + 3) for place in range(CLIENTS)]
    files = {client: new_id() for client in clients}
    unread = max(200, lines // 200)

    def rows() -> Iterator[dict[str, Any]]:
        chosen = iter(rng.choices(clients, weights, k=lines))
        for place in range(lines):
            client, sent_at = next(chosen), _NOW - _YEARS * ((lines - place) / lines)
            direction = Direction.RECEIVED if rng.random() < 0.6 else Direction.SENT
            new = lines - place <= unread
            alive = sent_at > _NOW - timedelta(days=90)
            left = rng.random() < (0.5 if new else 0)
            state = DeliveryState.READY if alive or new else DeliveryState.EXPIRED
            line_id = new_id()
            # Most files are called the same every month; one in three has a month and more in its name.
            kind = rng.choice(_KINDS)
            name = f"{kind}.xlsx" if place % 3 else f"{kind}_{sent_at:%Y年%m月}_{rng.randrange(100_000):05d}.xlsx"
            yield {
                "id": line_id,
                "client": client,
                "client_kana": kana[client],
                "file": files[client],
                "direction": direction.value,
                "state": state.value,
                "name": name,
                "search_key": search_key(name),
                "size": rng.randrange(2_000, 5_000_000),
                "protected": rng.random() < 0.1,
                "batch": new_id(),
                "thread_id": line_id,
                "sender": "計測 花子",
                "sent_at": sent_at,
                "expires_at": sent_at + timedelta(days=90),
                "opened_at": None if left else sent_at + timedelta(hours=3),
            }

    kept = {"kind": "xlsx", "state": FileState.READY.value, "name": "計測.xlsx", "direction": Direction.RECEIVED.value}
    moments = {"made_at": _NOW, "touched_at": _NOW}
    with transaction.atomic():
        _insert(StoredFile, ({"id": files[one], "client": one, "size": 1, **kept, **moments} for one in clients))
        _insert(Delivery, rows())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE exchange_delivery" if connection.vendor == "postgresql" else "ANALYZE")
    return clients


def _insert(model: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows that name some fields; the others get the model's own defaults."""
    from azukari.store import bulk

    first = next(rows)
    defaults = {field.name: field.get_default() for field in model._meta.concrete_fields} | first
    fields = list(defaults)
    every = chain([first], rows)
    bulk.insert_rows(model, fields, ([(defaults | row)[name] for name in fields] for row in every))


class _Pages:
    """The pages that are asked for, each by its name in the table."""

    def __init__(self, opened: house.House, clients: list[UUID]) -> None:
        from azukari.exchange import queries
        from azukari.kernel.actor import Role

        self._clients = clients
        self._rng = random.Random(3)  # noqa: S311
        self._queries = queries
        self._all = opened.actor
        self._few_busy = replace(opened.actor, client_ids=frozenset(clients[:5]))
        self._few_quiet = replace(opened.actor, client_ids=frozenset(clients[-5:]))
        self._many = replace(opened.actor, client_ids=frozenset(clients[::2]))
        self._user = replace(
            opened.actor, staff_id=None, user_id=clients[0], role=Role.CLIENT_LEAD, client_ids=frozenset(clients[:1])
        )
        self._depths = {order: self._keys(order) for order in queries.Order}
        self._middle = self._key_inside(clients[0])

    def cases(self) -> dict[str, Callable[[], object]]:
        """Give every page by its name."""
        from azukari.exchange.rules.states import Direction

        q, o = self._queries, self._queries.Order
        busy, quiet = self._clients[0], self._clients[-1]

        def page(actor: Any = self._all, *, key: str = "", **wanted: Any) -> Callable[[], object]:
            return lambda: q.list_ledger(actor, q.Filter(**wanted), key=key, now=_NOW)

        def deep(order: Any, **wanted: Any) -> Callable[[], object]:
            return page(key=self._rng.choice(self._depths[order]), order=order, **wanted)

        since = _NOW - timedelta(days=self._rng.randrange(200, 1700))
        return {
            "first page": page(),
            "random depth": deep(o.NEWEST),
            "oldest first, depth": deep(o.OLDEST),
            "by client": page(order=o.CLIENT),
            "by client, depth": deep(o.CLIENT),
            "busiest client's middle, by client": page(key=self._middle, order=o.CLIENT),
            "by name": page(order=o.NAME),
            "by name, depth": deep(o.NAME),
            "busy client": page(client_id=busy),
            "busy client, depth": deep(o.NEWEST, client_id=busy),
            "quiet client": page(client_id=quiet),
            "busy client by name": page(client_id=busy, order=o.NAME),
            "quiet client by name": page(client_id=quiet, order=o.NAME),
            "received": page(direction=Direction.RECEIVED),
            "sent": page(direction=Direction.SENT),
            "unread": page(unread_only=True),
            "unread, received": page(unread_only=True, direction=Direction.RECEIVED),
            "unread, quiet client": page(unread_only=True, client_id=quiet),
            "unread by client": page(unread_only=True, order=o.CLIENT),
            "unread by name": page(unread_only=True, order=o.NAME),
            "protected": page(protected=True),
            "protected, depth": deep(o.NEWEST, protected=True),
            "protected by client": page(protected=True, order=o.CLIENT),
            "protected by name": page(protected=True, order=o.NAME),
            "sent, busy client": page(client_id=busy, direction=Direction.SENT),
            "not protected": page(protected=False),
            "one month": page(since=since, until=since + timedelta(days=30)),
            "one month by client": page(since=since, until=since + timedelta(days=30), order=o.CLIENT),
            "word, found early": page(q="勤怠"),
            "word, found nowhere": page(q="見当たらない"),
            "word, nowhere, quiet client": page(q="見当たらない", client_id=quiet),
            "word, nowhere, by name": page(q="見当たらない", order=o.NAME),
            "staff of 5 busy clients": page(self._few_busy),
            "staff of 5 busy, by client": page(self._few_busy, order=o.CLIENT),
            "staff of 5 busy, by name": page(self._few_busy, order=o.NAME),
            "staff of 100 clients": page(self._many),
            "staff of 100, by client": page(self._many, order=o.CLIENT),
            "staff of 100, by name": page(self._many, order=o.NAME),
            "staff of 5 quiet clients": page(self._few_quiet),
            "staff of 5 quiet, by client": page(self._few_quiet, order=o.CLIENT),
            "staff of 5 quiet, by name": page(self._few_quiet, order=o.NAME),
            "staff of 5 quiet, unread": page(self._few_quiet, unread_only=True),
            "portal, busy client": page(self._user),
            "portal, depth": page(self._user, key=self._depths[o.NEWEST][0]),
            "home: waiting": lambda: q.list_waiting(self._all, now=_NOW, size=10),
            "home: waiting, 5 quiet clients": lambda: q.list_waiting(self._few_quiet, now=_NOW, size=10),
            "every page: count unread": lambda: q.count_unread(self._all),
            "every page: count, 5 quiet clients": lambda: q.count_unread(self._few_quiet),
            "portal: waiting": lambda: q.list_waiting(self._user, now=_NOW),
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

    def plans(self) -> dict[str, list[str]]:
        """Give the plan of every statement on the ledger's table, as the database tells it."""
        from django.db import connection

        told: dict[str, list[str]] = {}
        for name, ask in self.cases().items():
            asked: list[tuple[str, Any]] = []

            def listen(execute: Any, sql: str, params: Any, many: bool, context: Any, to: Any = asked) -> Any:
                if "exchange_delivery" in sql:
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

    def _key_inside(self, client: UUID) -> str:
        """Make the key of a place amid one client's lines, in the order of clients."""
        from azukari.exchange.models import Delivery

        lines = Delivery.objects.filter(client_id=client).order_by("sent_at")
        return _key(lines[lines.count() // 2], self._queries.Order.CLIENT)

    def _keys(self, order: Any) -> list[str]:
        """Make keys of places somewhere in the middle."""
        from azukari.exchange.models import Delivery

        lines = Delivery.objects.order_by("sent_at").values_list("id", flat=True)
        count = lines.count()
        places = sorted(self._rng.randrange(count // 10, count * 9 // 10) for _ in range(8))
        ids = [lines[place] for place in places]
        return [_key(Delivery.objects.get(id=found), order) for found in ids]


def _key(line: Any, order: Any) -> str:
    """Make the key a page would give of a line."""
    from azukari.exchange.queries import ledger

    return ledger._write_key(ledger._place(line, ledger._FIELDS[order]), order=order, backwards=False)


if __name__ == "__main__":
    main()
