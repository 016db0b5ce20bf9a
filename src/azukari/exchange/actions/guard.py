"""Before the office sends: does a file name another client company than the one it goes to?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from azukari.exchange import queries
from azukari.exchange.actions import filekeys
from azukari.exchange.actions.contents import Contents
from azukari.exchange.rules.recipients import ClientName, find_other_clients
from azukari.exchange.rules.states import FileState
from azukari.kernel.actor import Actor
from azukari.press import extract
from azukari.tenancy import queries as tenancy

# Larger files are judged by their names alone.
_MOST_BYTES = 32 * 1024 * 1024
_NOBODY = ClientName(id="", name="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A file that names companies it does not go to; `in_name` where the file's name already does."""

    file_id: UUID
    name: str
    companies: tuple[str, ...]
    in_name: bool


def find_wrong_receivers(*, actor: Actor, batch: UUID, client_ids: Sequence[UUID]) -> list[Warned]:
    """Look through the prepared files for companies they do not go to. A file for many must name none at all."""
    others = [
        ClientName(
            id=str(client.id),
            name=client.name,
            code=client.code,
            corporate_number=client.corporate_number,
            business_numbers=tuple(client.business_numbers.split("、")) if client.business_numbers else (),
        )
        for client in tenancy.list_running_clients(actor)
    ]
    chosen = next((other for other in others if [other.id] == [str(pk) for pk in client_ids]), _NOBODY)
    warned = []
    for row in queries.drafts(actor, batch).filter(state=FileState.READY):
        by_name = find_other_clients([row.name], chosen=chosen, others=others)
        found = by_name or find_other_clients([_text_of(row.id, row.kind, row.size)], chosen=chosen, others=others)
        if found:
            companies = tuple(other.name for other in found[:3])
            warned.append(Warned(file_id=row.id, name=row.name, companies=companies, in_name=bool(by_name)))
    return warned


def _text_of(file_id: UUID, kind: str, size: int) -> str:
    if kind not in extract.KINDS or size > _MOST_BYTES:
        return ""
    contents = Contents(file_id, filekeys.server_key(file_id))
    return extract.extract_text(b"".join(contents.stream()), kind).text
