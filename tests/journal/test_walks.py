"""The list's plans: every filter walks an index in its order, or ends after a window, on both databases."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from azukari.journal import queries
from azukari.journal.models import Entry
from azukari.journal.queries import Filter, narrowing, pages
from azukari.journal.rules import Kind, Result, TakenOut
from azukari.kernel.actor import Actor
from azukari.kernel.ids import ClientId, new_id
from azukari.store import bulk
from tests.cast import NOW, Office

ENTRIES = 3_000
CLIENTS = [UUID(int=(1 << 64) + place) for place in range(20)]
PEOPLE = [UUID(int=(2 << 64) + place) for place in range(200)]
STAFF = [UUID(int=(3 << 64) + place) for place in range(5)]
MONTH = {"since": NOW - timedelta(days=300), "until": NOW - timedelta(days=270)}


@dataclass(frozen=True)
class Page:
    """A page and the index it walks. `depth`: behind an entry amid the list. `window`: the walk is bounded by one.
    `sorts`: so few entries that they are sorted. `sees`: how many client companies, None for all."""

    index: str
    wanted: Filter = field(default_factory=Filter)
    depth: bool = False
    window: bool = False
    sorts: bool = False
    sees: int | None = None


PAGES = {
    "newest": Page("journal_entry_at"),
    "newest, depth": Page("journal_entry_at", depth=True),
    "one month": Page("journal_entry_at", Filter(**MONTH)),
    "client": Page("journal_entry_by_client", Filter(client_id=CLIENTS[0])),
    "client, depth": Page("journal_entry_by_client", Filter(client_id=CLIENTS[0]), depth=True),
    "client, one month": Page("journal_entry_by_client", Filter(client_id=CLIENTS[0], **MONTH)),
    "person": Page("journal_entry_by_person", Filter(person_ids=[PEOPLE[3]])),
    "people": Page("journal_entry_by_person", Filter(person_ids=PEOPLE[:5]), sorts=True),
    "処理者": Page("journal_entry_by_staff", Filter(staff_id=STAFF[1])),
    "処理者, one month": Page("journal_entry_by_staff", Filter(staff_id=STAFF[1], **MONTH)),
    "処理": Page("journal_entry_by_kind", Filter(kind=Kind.DELETE)),
    "処理, depth": Page("journal_entry_by_kind", Filter(kind=Kind.OUTPUT), depth=True),
    "画面": Page("journal_entry_by_screen", Filter(screen="画面3")),
    "失敗": Page("journal_entry_by_failure", Filter(result=Result.FAILURE)),
    "持ち出し": Page("journal_entry_by_taken_out", Filter(taken_out_only=True)),
    "持ち出し, depth": Page("journal_entry_by_taken_out", Filter(taken_out_only=True), depth=True),
    "成功": Page("journal_entry_at", Filter(result=Result.SUCCESS), window=True),
    "client and 処理": Page("journal_entry_by_client", Filter(client_id=CLIENTS[0], kind=Kind.VIEW), window=True),
    "担当者": Page("journal_entry_by_client", Filter(client_ids=frozenset(CLIENTS[3:6]))),
    "担当者, depth": Page("journal_entry_by_client", Filter(client_ids=frozenset(CLIENTS[3:6])), depth=True),
    "staff of three": Page("journal_entry_by_client", sees=3),
    "staff of three, 失敗": Page("journal_entry_by_failure", Filter(result=Result.FAILURE), window=True, sees=3),
    "staff of many": Page("journal_entry_at", window=True, sees=len(CLIENTS)),
}


def entries(count: int) -> Iterator[dict[str, Any]]:
    """Make entries over two years: one client busy, one in fifty a failure, operations of one line."""
    rng = random.Random(5)  # noqa: S311
    for place in range(count):
        about = rng.random() > 0.15
        yield {
            "id": new_id(),
            "seq": 1_000_000 + place,
            "operation": 1_000_000 + place,
            "line": 1,
            "at": NOW - timedelta(minutes=350 * (count - place)),
            "staff_id": rng.choice(STAFF),
            "user_id": None,
            "client_id": CLIENTS[int(len(CLIENTS) * rng.random() ** 3)] if about else None,
            "person_id": rng.choice(PEOPLE) if about else None,
            "event": "test.thing.seen",
            "label": "試験",
            "kind": rng.choices(list(Kind), [15, 60, 8, 1, 15, 1, 1])[0].value,
            "result": (Result.FAILURE if rng.random() < 0.02 else Result.SUCCESS).value,
            "screen": f"画面{rng.randrange(9)}",
            "purpose": "",
            "taken_out": rng.choices([TakenOut.SCREEN, TakenOut.NONE, TakenOut.DOCUMENT], [60, 38, 2])[0].value,
            "body": b"{}",
            "leaf_hash": bytes(32),
        }


def fill(office: Office, rows: list[dict[str, Any]]) -> None:
    bulk.insert_rows(Entry, ["office_id", *rows[0]], [[office.id, *row.values()] for row in rows])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":  # three thousand entries are then planned for as a million are
            cursor.execute("SET LOCAL random_page_cost = 0.1")


@pytest.fixture
def filled(minato: Office) -> Office:
    fill(minato, list(entries(ENTRIES)))
    return minato


def actor_of(office: Office, page: Page) -> Actor:
    aoki = office.actor("aoki")
    if page.sees is None:
        return aoki
    return replace(aoki, client_ids=frozenset(ClientId(pk) for pk in CLIENTS[-page.sees :]))


def ask_for(office: Office, page: Page) -> Callable[[], queries.Page]:
    actor, amid = actor_of(office, page), 1_000_000 + ENTRIES // 2
    return lambda: queries.list_entries(actor, page.wanted, before=amid if page.depth else None)


def walks_of(ask: Callable[[], object]) -> list[tuple[str, Any]]:
    """Give the statements that walk the list: those with an order and a limit on the record's table."""
    asked: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if ' FROM "journal_entry" ' in sql and "ORDER BY" in sql and "LIMIT" in sql and '"seq" = ' not in sql:
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        ask()
    return asked


def plan_of(sql: str, params: Any) -> str:
    """Give one plan: a line for each node, with what enters the index in it."""
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN (COSTS OFF) " if postgres else "EXPLAIN QUERY PLAN ") + sql, params)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def faults_of(page: Page, plan: str, *, last: bool) -> list[str]:
    """Tell what a plan does that it should not."""
    if connection.vendor == "postgresql":
        scans, sorts = "Seq Scan on journal_entry" in plan, "Sort Key:" in plan and "Merge Append" not in plan
        used = re.search(rf"Index (Only )?Scan .*(using {page.index} on|on {page.index}$)", plan, re.MULTILINE)
        ranged = re.search(r"Index Cond: .*ROW\(", plan)
    else:
        scans, sorts = re.search(r"^SCAN journal_entry", plan, re.MULTILINE), "TEMP B-TREE" in plan
        # Parts that are walked side by side come in order, as many as a page: those are sorted again at no cost.
        sorts = sorts and "MERGE" not in plan
        used = re.search(rf"^SEARCH .* INDEX {page.index} \(", plan, re.MULTILINE)
        ranged = re.search(r"\)[<>]=?\(", plan)
    found = {
        "the whole table is read": scans,
        "entries are sorted": sorts and not page.sorts,
        f"{page.index} is not used": not used,
        "the index is not entered at a place": (page.depth or (page.window and last)) and not ranged,
    }
    return [fault for fault, there in found.items() if there]


def test_pages_walk_an_index(filled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "WINDOW", 20)
    monkeypatch.setattr(narrowing, "FEW_CLIENTS", 5)
    faults: dict[str, Any] = {}
    for name, page in PAGES.items():
        asked = walks_of(ask_for(filled, page))
        assert len(asked) == 1 + page.window, name
        for place, (sql, params) in enumerate(asked, 1):
            plan = plan_of(sql, params)
            if wrong := faults_of(page, plan, last=place == len(asked)):
                faults[name] = (wrong, plan)
    assert faults == {}


def test_statements_do_not_grow_with_the_record(minato: Office) -> None:
    rows = list(entries(ENTRIES))
    fill(minato, rows[::10])
    few = {name: count_statements(ask_for(minato, page)) for name, page in PAGES.items() if not page.depth}
    fill(minato, [row for place, row in enumerate(rows) if place % 10])
    many = {name: count_statements(ask_for(minato, page)) for name, page in PAGES.items() if not page.depth}
    # An empty page does not ask for its rows and their texts.
    assert {name: count for name, count in many.items() if count > few[name] + 2} == {}


def count_statements(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as seen:
        ask()
    return len(seen)


@pytest.mark.parametrize("window", [7, 40, 100_000])
def test_every_filter_gives_the_same_as_looking_at_every_entry(
    filled: Office, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    """Gone on with to the end, forwards and backwards, nothing is left out and nothing comes twice."""
    monkeypatch.setattr(pages, "WINDOW", window)
    monkeypatch.setattr(narrowing, "FEW_CLIENTS", 5)
    for name, page in PAGES.items():
        actor = actor_of(filled, page)
        fitting = Entry.objects.filter(narrowing.condition(actor, page.wanted))
        wanted = [row.seq for row in fitting.order_by("-at", "-seq")][:260]
        found, before, newer = [], None, None
        while len(found) < len(wanted):
            got = queries.list_entries(actor, page.wanted, before=before, size=37)
            found += [row.seq for row in got.rows]
            before, newer = got.older, got.newer
            if before is None:
                break
        assert found[:260] == wanted, name
        if newer is not None and len(wanted) > 80 and window > 200:
            back = queries.list_entries(actor, page.wanted, after=newer, size=10)
            place = wanted.index(newer)
            assert [row.seq for row in back.rows] == wanted[max(0, place - 10) : place], name


def test_written_out_it_is_everything_oldest_first(filled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_EXPORTED", 101)
    monkeypatch.setattr(pages, "WINDOW", 53)
    for name in ("newest", "one month", "client and 処理", "担当者", "staff of three"):
        page = PAGES[name]
        actor = actor_of(filled, page)
        fitting = Entry.objects.filter(narrowing.condition(actor, page.wanted)).order_by("at", "seq")
        found = [row.seq for row in queries.walk_all(actor, page.wanted)]
        assert found == list(fitting.values_list("seq", flat=True)), name
        assert queries.count_entries(actor, page.wanted, most=10_000) == len(found)
        assert queries.count_entries(actor, page.wanted, most=10) == min(11, len(found))


def test_a_walk_of_a_rare_filter_stops_and_says_how_far_it_looked(
    filled: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "WINDOW", 20)
    wanted = Filter(client_id=CLIENTS[0], kind=Kind.DELETE, result=Result.FAILURE)
    page = queries.list_entries(filled.actor("aoki"), wanted)
    assert page.unfinished and page.older is not None and page.count is None
    assert page.searched_until == Entry.objects.get(seq=page.older).at


def test_screens_are_those_that_occur(filled: Office) -> None:
    found = queries.list_screens()
    assert found == sorted(set(Entry.objects.values_list("screen", flat=True)))
