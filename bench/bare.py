"""The bare database: the same bytes into one plain table of the same database, with the same durability.

No tree, no keys of their own, no index but the primary key, no second database: what nobody who stores these
bytes durably can be faster than with the same driver.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

_COLUMNS = ("id", "person", "sealed", "wrapped", "body", "leaf", "salt", "texts")
Rows = list[tuple[Any, ...]]


def bytes_of(client_id: UUID) -> Rows:
    """Read back what one registration left, a row for each person."""
    from azukari.journal.models import Entry, EntryText
    from azukari.roster.models import Person
    from azukari.vault.models import NumberRecord, RecordKey

    people = {
        row["id"]: json.dumps({name: str(value) for name, value in row.items()}, ensure_ascii=False)
        for row in Person.objects.filter(client_id=client_id).values()
    }
    entries = {
        person_id: (entry_id, bytes(body), bytes(leaf))
        for person_id, entry_id, body, leaf in Entry.objects.filter(
            client_id=client_id, event="vault.number.registered"
        ).values_list("person_id", "id", "body", "leaf_hash")
    }
    texts = {
        text.id: (bytes(text.salt), json.dumps(text.texts, ensure_ascii=False)) for text in EntryText.objects.all()
    }
    wrapped = {key_id: bytes(value) for key_id, value in RecordKey.objects.values_list("id", "wrapped")}
    rows: Rows = []
    for record_id, person_id, sealed in NumberRecord.objects.filter(client_id=client_id).values_list(
        "id", "person_id", "sealed"
    ):
        entry_id, body, leaf = entries[person_id]
        salt, words = texts[entry_id]
        rows.append((str(record_id), people[person_id], bytes(sealed), wrapped[record_id], body, leaf, salt, words))
    return rows


def make_table() -> None:
    """Make the plain table anew."""
    from django.db import connection

    blob = "bytea" if connection.vendor == "postgresql" else "BLOB"
    kinds = ("text PRIMARY KEY", "text", blob, blob, blob, blob, blob, "text")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_plain")
        cursor.execute(f"CREATE TABLE bench_plain ({', '.join(map(' '.join, zip(_COLUMNS, kinds, strict=True)))})")


def write_together(rows: Rows) -> None:
    """Write all rows with executemany and one commit."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_STATEMENT, rows)


def write_one_by_one(rows: Rows) -> None:
    """Write every row in a commit of its own."""
    from django.db import connection

    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(_STATEMENT, row)


_STATEMENT = f"INSERT INTO bench_plain ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
