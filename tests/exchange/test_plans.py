"""The ledger's plans: each page walks one index in its order, also with many lines, on both databases."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from azukari.exchange import queries
from azukari.exchange.models import Delivery, StoredFile
from azukari.exchange.queries import Filter, Order, ledger
from azukari.exchange.rules.names import search_key
from azukari.exchange.rules.states import DeliveryState, Direction, FileState
from azukari.kernel.ids import new_id
from azukari.store import bulk
from azukari.tenancy.actions import clients
from azukari.tenancy.rules.client_sheet import ClientFacts
from tests.cast import NOW, Office
from tests.exchange.hands import user

LINES = 3_000
ALL = Filter()
_NAMES = ("勤怠.xlsx", "給与変更連絡.xlsx", "賃金台帳.xlsx", "離職証明書.pdf")


@dataclass(frozen=True)
class Page:
    """A page, and the index it walks.

    `depth`: behind a line amid the ledger. `ordered`: the index gives the order too, nothing is sorted. `window`: no
    index answers it, so a first statement finds where the walk must end, and the second one ends there.
    """

    index: str
    wanted: Filter = ALL
    depth: bool = False
    ordered: bool = True
    window: bool = False
    who: str = "aoki"


def pages(office: Office) -> dict[str, Page]:
    client, month = office.clients["aoba"], NOW - timedelta(days=300)
    return {
        "newest": Page("exchange_ledger"),
        "newest, depth": Page("exchange_ledger", depth=True),
        "oldest": Page("exchange_ledger", Filter(order=Order.OLDEST)),
        "oldest, depth": Page("exchange_ledger", Filter(order=Order.OLDEST), depth=True),
        "by client": Page("exchange_ledger_kana", Filter(order=Order.CLIENT)),
        "by client, depth": Page("exchange_ledger_kana", Filter(order=Order.CLIENT), depth=True),
        "by name": Page("exchange_ledger_name", Filter(order=Order.NAME)),
        "by name, depth": Page("exchange_ledger_name", Filter(order=Order.NAME), depth=True),
        "one client": Page("exchange_ledger_client", Filter(client_id=client)),
        "one client, depth": Page("exchange_ledger_client", Filter(client_id=client), depth=True),
        "one client by client": Page("exchange_ledger_client", Filter(client_id=client, order=Order.CLIENT)),
        "received": Page("exchange_ledger", Filter(direction=Direction.RECEIVED)),
        "one month": Page("exchange_ledger", Filter(since=month, until=month + timedelta(days=30))),
        "protected": Page("exchange_ledger_protected", Filter(protected=True)),
        "one client by name": Page("exchange_ledger_client_name", Filter(client_id=client, order=Order.NAME)),
        "one client by name, depth": Page(
            "exchange_ledger_client_name", Filter(client_id=client, order=Order.NAME), depth=True
        ),
        "protected by client": Page("exchange_ledger_protected_kana", Filter(protected=True, order=Order.CLIENT)),
        "protected by name": Page("exchange_ledger_protected_name", Filter(protected=True, order=Order.NAME)),
        "protected, depth": Page("exchange_ledger_protected", Filter(protected=True), depth=True),
        "unread, received": Page("exchange_ledger_unread", Filter(unread_only=True, direction=Direction.RECEIVED)),
        "unread": Page("exchange_ledger_unread", Filter(unread_only=True), ordered=False),
        "a word": Page("exchange_ledger", Filter(q="勤怠"), window=True),
        "a word that is nowhere": Page("exchange_ledger", Filter(q="見当たらない"), window=True),
        "not protected": Page("exchange_ledger", Filter(protected=False), window=True),
        "a word, received": Page(
            "exchange_ledger", Filter(q="見当たらない", direction=Direction.RECEIVED), window=True
        ),
        "a word, by name": Page("exchange_ledger_name", Filter(q="見当たらない", order=Order.NAME), window=True),
        "a word, depth": Page("exchange_ledger", Filter(q="見当たらない"), depth=True, window=True),
        "a member with one client": Page("exchange_ledger_client", who="ono"),
        "in the portal": Page("exchange_ledger_client", who="nonaka"),
    }


@pytest.fixture
def office(minato: Office) -> Office:
    """みなと with twenty more client companies."""
    for place in range(20):
        facts = ClientFacts(code=f"p{place}", name=f"会社{place}", kana="カイシャ", contract_from=date(2020, 4, 1))
        minato.clients[facts.code] = clients.add_client(facts, actor=minato.actor("aoki"), now=NOW)
    return minato


def fill(office: Office, places: list[int]) -> None:
    """Insert lines: two years, one in twenty unread, one in ten 保護, most files named the same every month."""
    rng = random.Random(len(places))  # noqa: S311
    chosen = list(office.clients.values())
    files = {client: new_id() for client in chosen}
    kept = {
        "kind": "xlsx",
        "state": FileState.READY,
        "direction": Direction.RECEIVED,
        "made_at": NOW,
        "touched_at": NOW,
    }
    insert(StoredFile, [{"id": files[one], "client": one, "name": "勤怠.xlsx", "size": 1, **kept} for one in chosen])
    insert(Delivery, [line(rng, place, rng.choice(chosen), files) for place in places])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":  # three thousand lines are then planned for as a million are
            cursor.execute("SET LOCAL random_page_cost = 0.1")


def line(rng: random.Random, place: int, client: UUID, files: dict[UUID, UUID]) -> dict[str, Any]:
    sent_at, name, line_id = NOW - timedelta(minutes=350 * (LINES - place)), rng.choice(_NAMES), new_id()
    return {
        "id": line_id,
        "client": client,
        "client_kana": f"カイシャ{client.int % 1000:03d}",
        "file": files[client],
        "direction": rng.choice(list(Direction)),
        "state": DeliveryState.READY,
        "name": name,
        "search_key": search_key(name),
        "size": 1000,
        "protected": rng.random() < 0.1,
        "batch": new_id(),
        "thread_id": line_id,
        "sent_at": sent_at,
        "expires_at": sent_at + timedelta(days=90),
        "opened_at": None if rng.random() < 0.05 else sent_at,
    }


def insert(model: Any, rows: list[dict[str, Any]]) -> None:
    defaults = {field.name: field.get_default() for field in model._meta.concrete_fields}
    bulk.insert_rows(model, list(defaults), (list((defaults | row).values()) for row in rows))


def plans_of(ask: Callable[[], object]) -> list[str]:
    """Give the plans of the statements on the ledger's table."""
    asked: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if ' FROM "exchange_delivery"' in sql:
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        ask()
    return [plan_of(sql, params) for sql, params in asked]


def plan_of(sql: str, params: Any) -> str:
    """Give one plan: a line for each node, with what enters the index in it."""
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN (COSTS OFF) " if postgres else "EXPLAIN QUERY PLAN ") + sql, params)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def faults_of(page: Page, plan: str, *, last: bool) -> list[str]:
    """Tell what a plan does that it should not."""
    if connection.vendor == "postgresql":
        scans, sorts = re.search(r"Seq Scan on exchange_delivery", plan), "Sort Key:" in plan
        used = re.search(rf"Index (Only )?Scan .*(using {page.index} on|on {page.index}$)", plan, re.MULTILINE)
        ranged = re.search(r"Index Cond: .*ROW\(", plan)
    else:
        scans, sorts = re.search(r"^SCAN", plan, re.MULTILINE), "TEMP B-TREE" in plan
        used = re.search(rf"^SEARCH .* INDEX {page.index} \(", plan)
        ranged = re.search(r"\)[<>]=?\(", plan)
    found = {
        "the whole table is read": scans,
        "lines are sorted": sorts and page.ordered,
        f"{page.index} is not used": not used,
        "the index is not entered at a place": (page.depth or (page.window and last)) and not ranged,
    }
    return [fault for fault, there in found.items() if there]


def ask_for(office: Office, page: Page, key: str) -> Callable[[], queries.LedgerPage]:
    actor = user(office, page.who) if page.who == "nonaka" else office.actor(page.who)
    return lambda: queries.list_ledger(actor, page.wanted, key=key, now=NOW)


def key_amid(order: Order, *, lines: Any) -> str:
    """Give the key of a place amid lines, as a page that ends there does."""
    fields = ledger._FIELDS[order]
    found = lines.order_by(*fields)[lines.count() // 2]
    return ledger._write_key(ledger._place(found, fields), order=order, backwards=False)


def test_pages_walk_an_index(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "WINDOW", LINES // 5)
    fill(office, list(range(LINES)))
    faults: dict[str, Any] = {}
    for name, page in pages(office).items():
        key = key_amid(page.wanted.order, lines=Delivery.objects.all()) if page.depth else ""
        plans = plans_of(ask_for(office, page, key))
        assert len(plans) == 1 + page.window
        for place, plan in enumerate(plans, 1):
            if wrong := faults_of(page, plan, last=place == len(plans)):
                faults[name] = (wrong, plan)
    assert faults == {}


def test_statements_do_not_grow_with_the_ledger(office: Office) -> None:
    fill(office, list(range(0, LINES, 5)))
    few = {name: count_statements(ask_for(office, page, "")) for name, page in pages(office).items()}
    fill(office, [place for place in range(LINES) if place % 5])
    many = {name: count_statements(ask_for(office, page, "")) for name, page in pages(office).items()}
    assert few == many
    assert max(many.values()) <= 6


def count_statements(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)
