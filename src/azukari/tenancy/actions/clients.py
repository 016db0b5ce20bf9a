"""Client companies (顧問先)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation
from azukari.kernel import text
from azukari.kernel.actor import Actor
from azukari.kernel.ids import ClientId, new_id
from azukari.tenancy import errors, policy
from azukari.tenancy.models import ClientCompany
from azukari.tenancy.rules import Events


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClient:
    """What is needed to add a client company."""

    code: str
    name: str
    kana: str
    contract_from: date
    contract_ended_on: date | None = None
    address: str = ""
    telephone: str = ""
    contact_name: str = ""


@transaction.atomic
def add_client(new: NewClient, *, actor: Actor, now: datetime) -> ClientId:
    """Add a client company. Raises: PermissionNotAllowed, CodeTakenError."""
    policy.check_may(actor, "tenancy:settings:change")
    if ClientCompany.objects.filter(code=new.code).exists():
        raise errors.CodeTakenError(value=new.code)
    kana = text.to_katakana(new.kana)
    client_id = ClientId(new_id())
    journal.append(
        actor=actor,
        operation=Operation(
            event=Events.CLIENT_ADDED, screen="顧問先", lines=(Line(client_id=client_id, client_name=new.name),)
        ),
        now=now,
    )
    ClientCompany.objects.create(
        id=client_id,
        code=new.code,
        name=new.name,
        kana=kana,
        kana_key=text.kana_key(kana),
        kana_row=text.kana_row(kana),
        search_key=f"{new.code} {text.fold_name(new.name)} {text.fold_name(kana)}",
        address=new.address,
        telephone=new.telephone,
        contact_name=new.contact_name,
        contract_from=new.contract_from,
        contract_ended_on=new.contract_ended_on,
        created_at=now,
    )
    return client_id
