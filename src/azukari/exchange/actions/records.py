"""What happens to lines of the ledger, written into the handling record: one operation, a line for each file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from azukari.exchange.models import Delivery
from azukari.journal import actions as journal
from azukari.journal.actions import takeouts
from azukari.journal.rules import Event, Line, Operation, TakenOut
from azukari.journal.rules.takeouts import TakeOutFacts
from azukari.kernel.actor import Actor
from azukari.tenancy import queries as tenancy

SCREEN = "ファイル"


def record(
    actor: Actor,
    event: Event,
    lines: Sequence[Delivery],
    *,
    detail: str = "",
    purpose: str = "",
    taken_out: TakenOut = TakenOut.NONE,
    note: str = "",
    leaves: TakeOutFacts | None = None,
    now: datetime,
) -> None:
    """Record an act on some lines. Last in its transaction: the record's end is locked by it (ledger.lock).

    `leaves`: by this act the files leave the office's hands. Raises: then also those of `takeouts.take_out`.
    """
    names = {client.id: client.name for client in tenancy.list_clients_by_id({line.client_id for line in lines})}
    operation = Operation(
        event=event,
        screen=SCREEN,
        purpose=purpose,
        taken_out=taken_out,
        taken_out_note=note,
        lines=[
            Line(
                client_id=line.client_id,
                client_name=names[line.client_id],  # type: ignore[index]  # a ClientId is a UUID
                detail="：".join(part for part in (_name_of(line), detail) if part),
                record_id=line.id,
            )
            for line in lines
        ],
    )
    if leaves is not None:
        takeouts.take_out(actor=actor, operation=operation, facts=leaves, now=now)
    else:
        journal.append(actor=actor, operation=operation, now=now)


def _name_of(line: Delivery) -> str:
    return f"{line.name}（保護）" if line.protected else line.name
