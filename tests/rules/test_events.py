"""The table of events: gathered from all rooms, written out current, and reached by every action that writes.

The walk reads the source of the actions: which functions write to a table, and which events they reach, by whatever
they call inside the rooms. A new action that writes and reaches no event fails here.
"""

from __future__ import annotations

import ast
import importlib
from functools import cache
from pathlib import Path

import pytest

from azukari.journal.rules import ABOUT_OFFICE, Event, Kind, Line, Operation
from azukari.office import events as table
from tests.rules.test_code import ROOT, SOURCE, events

WRITES = {"save", "create", "bulk_create", "bulk_update", "update", "delete", "get_or_create", "update_or_create"}
ROWS = {"insert_rows"}
# Actions that write and leave nothing in the record, and why. What they prepare or tidy up is recorded elsewhere.
SILENT: dict[str, tuple[str, ...]] = {
    "an ordinary file: who opened it when stands on the page of the file (Opening)": (
        "exchange.actions.deliveries.open_ordinary",
    ),
    "stored data and keys that belong to nothing any more": (
        "exchange.actions.filekeys.sweep_orphans",
        "exchange.actions.protection.sweep_copies",
        "exchange.actions.replay.drop_strangers",
        "exchange.actions.retention.sweep_orphans",
        "exchange.actions.uploads.sweep_ended",
        "vault.actions.keystore.sweep_orphans",
        "vault.actions.parcels.sweep_expired",
        "vault.actions.replay.count_without_key",
        "vault.actions.replay.drop_strangers",
    ),
    "mail of what is recorded already": (
        "exchange.actions.notices.send_due",
        "exchange.actions.retention.remind_rest",
        "exchange.actions.retention.sweep_unopened",
        "oversight.actions.odd.send_daily",
        "tenancy.actions.outbox.send_due",
        "tenancy.actions.records.send_monthly",
        "tenancy.actions.records.tell_clock",
        "tenancy.actions.takeouts.chase",
        "vault.actions.retention.tell_overdue",
    ),
    "a wish to a client company; what is handed in for it is recorded": (
        "exchange.actions.requests.accept",
        "exchange.actions.requests.ask",
        "exchange.actions.requests.cancel",
        "exchange.actions.requests.remind",
        "exchange.actions.requests.send_back",
        "exchange.actions.requests.sweep_reminders",
    ),
    "bytes on their way and one's own drafts; the record begins when a file is whole or is sent": (
        "exchange.actions.uploads.begin",
        "exchange.actions.uploads.cancel",
        "exchange.actions.uploads.drop_draft",
        "exchange.actions.uploads.receive",
        "exchange.actions.uploads.sweep_abandoned",
        "exchange.actions.uploads.take_at_once",
    ),
    "a sheet between 受信 and 取り込み: what is ticked, that it is worked on": (
        "intake.actions.registration.start_registration",
        "intake.actions.sheets.choose_rows",
    ),
    "the record's own signatures, and those of certificates recorded when they were made": (
        "journal.actions.signing.stamp_due",
        "tenancy.actions.keys.sign_record",
        "tenancy.actions.keys.take_over_log_key",
        "tenancy.actions.records.sign_due",
        "vault.actions.certificates.stamp_waiting",
        "vault.actions.certificates.sweep_unsigned",
    ),
    "what is found in the record, and the looks at the clock before something is destroyed": (
        "oversight.actions.odd.sweep",
        "tenancy.actions.looks.confirm",
    ),
    "a backup under way; its removal and a restore are recorded": (
        "tenancy.actions.backups.begin",
        "tenancy.actions.backups.finish",
        "tenancy.actions.backups.give_up",
    ),
    "one's own kept filters": (
        "tenancy.actions.record.delete_view",
        "tenancy.actions.record.rename_view",
        "tenancy.actions.record.save_view",
    ),
    "the paper drawn of a receipt that is recorded": ("exchange.actions.receipts.draw",),
    "an Excel of companies before anything is taken over": (
        "tenancy.actions.client_sheets.read_sheet",
        "tenancy.actions.client_sheets.sweep_old",
    ),
    "counts of tries, sessions and unlocks in use; their beginning, end and failures are recorded": (
        "tenancy.actions.activation.find",
        "tenancy.actions.sessions.sweep_expired",
        "tenancy.actions.tries.give_back",
        "tenancy.actions.tries.sweep_old",
        "tenancy.actions.tries.take",
        "tenancy.actions.unlocks.session_secret",
        "tenancy.actions.unlocks.use_unlock",
    ),
    "operators belong to no office; they have a table of their own (OperatorEvent)": (
        "tenancy.actions.holders.note",
        "tenancy.actions.operators.add_operator",
        "tenancy.actions.operators.renew_operator",
        "tenancy.actions.operators.stop_operator",
    ),
}


def test_every_event_stands_in_the_rules_of_its_room_and_in_the_table() -> None:
    found = events()
    gathered = [event for _, module in table.ROOMS for event in table.declared_in(module)]
    assert {event.code for event in found.values()} == {event.code for event in gathered}
    assert len(gathered) == len({event.code for event in gathered})
    for where in found:
        assert ".rules.events." in where, where


def test_every_room_that_declares_events_is_gathered() -> None:
    on_disk = {f"azukari.{file.parts[-3]}.rules.events" for file in SOURCE.glob("*/rules/events.py")}
    assert on_disk == {module.__name__ for _, module in table.ROOMS}


def test_the_document_is_current() -> None:
    written = (ROOT / "docs" / "events.md").read_text("utf-8")
    assert written == table.as_markdown(), "run tools/events_table.py"


def test_every_event_has_a_law_and_says_what_it_holds() -> None:
    for _, rows in table.table():
        for row in rows:
            assert row.basis and row.holds, row.code


@pytest.mark.parametrize(
    "line",
    [Line(client_name="あおば"), Line(person_name="石原"), Line(document_sha256="0" * 64)],
    ids=["client", "person", "document"],
)
def test_a_line_cannot_hold_more_than_its_event_declares(line: Line) -> None:
    event = Event("test.thing.made", "試験", Kind.VIEW, ABOUT_OFFICE)
    Operation(event=event, screen="試験", lines=(Line(detail="備考"),))
    with pytest.raises(ValueError, match=r"test\.thing\.made"):
        Operation(event=event, screen="試験", lines=(line,))


# ---- the walk


class Walk(ast.NodeVisitor):
    """What one function does: whether it writes itself, which events it names, which functions it calls."""

    def __init__(self, module: str, names: dict[str, str]) -> None:
        self.module, self.names = module, names
        self.writes, self.events, self.calls = False, set[str](), set[str]()

    def visit_Call(self, node: ast.Call) -> None:
        called = self.path(node.func)
        if called:
            self.calls.add(called)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        on_table = isinstance(node.func, ast.Attribute) and name in WRITES and not _plain(node.func.value)
        self.writes |= on_table or name in ROWS
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        path = self.path(node)
        if path:
            self.calls.add(path)
            self.events |= codes_at(path)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id in self.names:
            self.calls.add(self.names[node.id])  # also a function handed on, not called

    def path(self, node: ast.expr) -> str:
        """The full dotted name of an expression, as the imports of its module give it; empty for anything else."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, "")
        if isinstance(node, ast.Attribute) and (before := self.path(node.value)):
            return f"{before}.{node.attr}"
        return ""


def codes_at(path: str) -> set[str]:
    """The codes of the event, or of the mapping of events, that a dotted name leads to."""
    module, _, rest = path.partition(".rules.events.")
    if not rest:
        return set()
    value: object = importlib.import_module(f"{module}.rules.events")
    for name in rest.split("."):
        value = getattr(value, name, None)
    values = value.values() if isinstance(value, dict) else [value]
    return {one.code for one in values if isinstance(one, Event)}


def _plain(node: ast.expr) -> bool:
    """A dict or set that is updated is no table."""
    return isinstance(node, ast.Name) and node.id in {"done", "counts", "known", "words", "attrs"}


def module_of(file: Path) -> str:
    return "azukari." + ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


def read(file: Path) -> tuple[str, ast.Module, dict[str, str]]:
    """A module: its dotted name, its source, and where each name of it comes from."""
    module, tree = module_of(file), ast.parse(file.read_text("utf-8"))
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    names |= {node.name: f"{module}.{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef)}
    return module, tree, names


@cache
def functions() -> dict[str, Walk]:
    """Every function of the rooms' actions, by its dotted name."""
    found: dict[str, Walk] = {}
    for file in sorted(SOURCE.glob("*/actions/**/*.py")):
        module, tree, names = read(file)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                found[f"{module}.{node.name}"] = walk = Walk(module, names)
                walk.visit(node)
    return found


def called_from_outside() -> set[str]:
    """The actions that a door, a task, the sweeper or a command reaches itself; the others are steps of these."""
    called: set[str] = set()
    for file in sorted(SOURCE.rglob("*.py")):
        if "actions" not in file.parts and "demo" not in file.parts:
            module, tree, names = read(file)
            walk = Walk(module, names)
            walk.visit(tree)
            called |= walk.calls
    return called & set(functions())


def reach(name: str) -> tuple[bool, set[str]]:
    """Whether a function writes, and which events it reaches, through all it calls."""
    writes, reached, waiting, seen = False, set[str](), [name], set[str]()
    while waiting:
        walk = functions().get(one := waiting.pop())
        if walk is None or one in seen:
            continue
        seen.add(one)
        writes |= walk.writes
        reached |= walk.events
        waiting += walk.calls
    return writes, reached


def test_every_action_that_writes_reaches_an_event_or_says_why_not() -> None:
    silent = {name.removeprefix("azukari.") for name in called_from_outside() if reach(name)[0] and not reach(name)[1]}
    assert silent == {name for names in SILENT.values() for name in names}


def test_every_event_is_reached_by_an_action() -> None:
    reached = set().union(*(reach(name)[1] for name in called_from_outside()))
    assert reached == {event.code for event in events().values()}
