"""A client company reads its handlings: the reading is recorded, and a line can be taken home with its proof."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal import queries as record
from azukari.journal.rules import Event, Line, Operation
from azukari.kernel.actor import Actor
from azukari.oversight import queries
from azukari.oversight.rules import events, proof_file
from azukari.seal import checkpoint
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import keys

SCREEN = "個人番号の取扱い"
# What is opened to a client company; from which address staff worked is the office's affair.
_OPENED = ("staff", "client", "person", "detail", "taken_out", "until")


@transaction.atomic
def note_reading(*, actor: Actor, client_id: UUID, now: datetime) -> None:
    """Record that somebody of a client company reads its handlings. Raises: HandlingsNotShown, ClientNotFoundError."""
    queries.check_sees(actor)
    _record(actor, client_id, events.HANDLINGS_READ, "", now)


def take_proof(*, actor: Actor, client_id: UUID, seq: int, now: datetime) -> tuple[str, bytes]:
    """Give one handling with its proof as a file (name, bytes) under the newest head. The taking is recorded first.
    Must not run inside a transaction.

    Raises: HandlingsNotShown, HandlingNotFoundError.
    """
    queries.check_sees(actor)
    row = queries.get_handling(actor, client_id, seq)
    with transaction.atomic():
        _record(actor, client_id, events.PROOF_TAKEN, f"NO {row.number}", now)
    head = keys.sign_record(now=now)
    proof = checkpoint.build_proof(seq, record.inclusion_proof(seq, head.size), head.note)
    salt, texts = record.open_texts(seq)
    opened = {name: value for name, value in texts.items() if name in _OPENED}
    data = proof_file.build(
        entry=record.entry_body(seq), salt=salt, texts=opened, proof=proof, verifier_key=keys.verifier_key()
    )
    return f"azukari-record-{row.number}.json", data


def _record(actor: Actor, client_id: UUID, event: Event, detail: str, now: datetime) -> journal.Appended:
    client = tenancy.get_client_for(actor, client_id)
    operation = Operation(
        event=event,
        screen=SCREEN,
        lines=(Line(client_id=client.id, client_name=client.name, detail=detail),),
    )
    return journal.append(actor=actor, operation=operation, now=now)
