"""Comparing a sheet's numbers with those registered: nothing of a number comes out but same, different, or whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation
from azukari.kernel.actor import Actor
from azukari.seal.vaultkey import VaultKey
from azukari.tenancy import queries as tenancy
from azukari.vault import policy, queries
from azukari.vault.actions import openings
from azukari.vault.models import DuplicateTag
from azukari.vault.rules import events


@dataclass(frozen=True, slots=True)
class Comparison:
    """A sheet's number against the vault: the person's own is the same, is there at all, or it is another's."""

    same: bool
    registered: bool
    owner: UUID | None


def compare_numbers(
    *,
    actor: Actor,
    vault_key: VaultKey,
    client_id: UUID,
    wanted: Sequence[tuple[UUID | None, str]],
    screen: str,
    now: datetime,
) -> list[Comparison]:
    """Compare the numbers of a sheet with those registered, recorded as one use before any is opened.

    `wanted` is (person or None when new, digits); the result has the same order. Nothing of a number comes out
    but same, different, none, or whose number it is. Must not run inside a transaction.
    """
    policy.check_can(actor, "vault:number:register", client_id)
    known = queries.numbers_of_people_of_client(client_id)
    by_person = {facts.person_id: facts for facts in known}
    tagged: dict[int, list[UUID]] = {}
    for record_id, tag in DuplicateTag.objects.filter(client_id=client_id).values_list("record_id", "tag"):
        tagged.setdefault(tag, []).append(record_id)
    by_record = {facts.id: facts for facts in known}
    plan = [
        (
            by_person.get(person_id) if person_id else None,
            [by_record[found] for found in tagged.get(vault_key.tag(client_id, digits), []) if found in by_record],
        )
        for person_id, digits in wanted
    ]
    needed = {facts.id: facts for own, others in plan for facts in ([own] if own else []) + others}
    if needed:
        client = tenancy.get_client_for(actor, client_id)
        with transaction.atomic(durable=True):
            journal.append(
                actor=actor,
                operation=Operation(
                    event=events.COMPARED,
                    screen=screen,
                    lines=(
                        Line(client_id=client_id, client_name=client.name, detail=f"登録済みの{len(needed)}件と照合"),
                    ),
                ),
                now=now,
            )
    opened = openings.open_numbers(vault_key, needed)
    result = []
    for (own, others), (person_id, digits) in zip(plan, wanted, strict=True):
        same = own is not None and own.id in opened and opened[own.id].same_as(digits)
        owner = next(
            (
                facts.person_id
                for facts in others
                if facts.person_id != person_id and facts.id in opened and opened[facts.id].same_as(digits)
            ),
            None,
        )
        result.append(Comparison(same=same, registered=own is not None, owner=owner))
    return result
