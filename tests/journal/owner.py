"""What somebody with the rights of the database's owner can do to a record: by raw SQL, past every trigger and wall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import rfc8785
from django.db import connection

from azukari.journal import queries
from azukari.journal.models import Entry, Head, Tile
from azukari.journal.rules import parse_body
from azukari.seal import chain
from azukari.store.scope import current_office


@contextmanager
def without_triggers() -> Iterator[None]:
    """Work as the owner does who first switches the triggers off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
            yield
            cursor.execute("ALTER TABLE journal_entry ENABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'journal_%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
            yield


def rewrite(change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Change the record and make everything fit again: places, leaf hashes, tiles, head. The owner knows the code."""
    bodies = change([bytes(body) for body in Entry.objects.order_by("seq").values_list("body", flat=True)])
    rows = list(Entry.objects.order_by("seq"))
    bodies = [rfc8785.dumps({**parse_body(body), "seq": seq}) for seq, body in enumerate(bodies)]
    leaves = [chain.leaf_hash(body) for body in bodies]
    with without_triggers():
        Entry.objects.filter(seq__gte=min(len(rows), len(bodies))).delete()
        kept = list(Entry.objects.order_by("seq"))
        for seq, row in enumerate(kept):  # out of the way of the unique numbers first
            Entry.objects.filter(id=row.id).update(seq=10_000 + seq, operation=10_000 + seq, line=1)
        columns = ("label", "screen", "event", "kind", "result", "purpose", "taken_out")
        for seq, (body, leaf) in enumerate(zip(bodies, leaves, strict=True)):
            told = parse_body(body)
            values = {name: told[name] for name in columns} | {
                "seq": seq, "operation": told["operation"], "line": told["line"], "body": body, "leaf_hash": leaf,
                "at": told["at"], "client_id": told["client"], "person_id": told["person"],
                "staff_id": told["actor"]["staff"], "user_id": told.get("user"),
            }  # fmt: skip
            if seq < len(kept):
                Entry.objects.filter(id=kept[seq].id).update(**values)
            else:
                Entry.objects.create(**values)
        Tile.objects.all().delete()
        for index in range(len(leaves) // 256):
            Tile.objects.create(level=1, index=index, hash=chain.tile_hash(leaves[index * 256 : index * 256 + 256]))
        last = parse_body(bodies[-1])["operation"] if bodies else 0
        frontier = chain.Frontier().append_many(leaves).to_bytes()
        Head.objects.update(size=len(bodies), frontier=frontier, operation=last)
        with connection.cursor() as cursor:
            # Texts that no longer fit are erased: an erased text is allowed.
            cursor.execute("DELETE FROM journal_entrytext WHERE office_id = %s", [_id()])
    assert queries.tree_size() == len(bodies)


def _id() -> object:
    office = current_office()
    return office if connection.vendor == "postgresql" else office.hex


def edit(place: int) -> Callable[[list[bytes]], list[bytes]]:
    """Rewrite what one entry says."""

    def change(bodies: list[bytes]) -> list[bytes]:
        told = {**parse_body(bodies[place]), "label": "別の操作"}
        return [*bodies[:place], rfc8785.dumps(told), *bodies[place + 1 :]]

    return change


def drop(place: int) -> Callable[[list[bytes]], list[bytes]]:
    """Take one entry out."""
    return lambda bodies: bodies[:place] + bodies[place + 1 :]


def insert(place: int) -> Callable[[list[bytes]], list[bytes]]:
    """Put one entry in that nobody made."""

    def change(bodies: list[bytes]) -> list[bytes]:
        forged = {**parse_body(bodies[place]), "operation": 9_999, "line": 1}
        return [*bodies[:place], rfc8785.dumps(forged), *bodies[place:]]

    return change


def swap(place: int) -> Callable[[list[bytes]], list[bytes]]:
    """Exchange two entries."""
    return lambda bodies: [*bodies[:place], bodies[place + 1], bodies[place], *bodies[place + 2 :]]


def cut(count: int) -> Callable[[list[bytes]], list[bytes]]:
    """Cut the tail off."""
    return lambda bodies: bodies[:-count]
