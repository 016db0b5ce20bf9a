"""Client companies (顧問先): added, changed, contract ended and resumed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Event, Line, Operation
from azukari.kernel import text
from azukari.kernel.actor import Actor, Role
from azukari.kernel.ids import ClientId, new_id
from azukari.tenancy import errors, policy, queries
from azukari.tenancy.actions import sessions
from azukari.tenancy.models import Assignment, ClientCompany, ClientMembership
from azukari.tenancy.rules.client_sheet import ClientFacts, differences
from azukari.tenancy.rules.events import Events


@transaction.atomic
def add_client(facts: ClientFacts, *, actor: Actor, screen: str = "顧問先", now: datetime) -> ClientId:
    """Add a client company. Raises: PermissionNotAllowed, CodeTakenError, LimitReachedError."""
    policy.check_may(actor, "tenancy:client:manage")
    if ClientCompany.objects.filter(code=facts.code).exists():
        raise errors.CodeTakenError(value=facts.code)
    if facts.contract_ended_on is None:
        _check_limit(actor)
    client_id = ClientId(new_id())
    _record(actor, Events.CLIENT_ADDED, client_id, facts.name, screen=screen, now=now)
    ClientCompany.objects.create(id=client_id, created_at=now, **_columns(facts))
    if actor.client_ids is not None and actor.staff_id is not None:
        # Whoever sees only the companies assigned to them must find the one they have just added.
        Assignment.objects.create(staff_id=actor.staff_id, client_id=client_id)
        _record(actor, Events.ASSIGNED, client_id, facts.name, detail=f"担当：{actor.name}", screen=screen, now=now)
    return client_id


@transaction.atomic
def change_client(
    client_id: UUID, facts: ClientFacts, *, version: int | None, actor: Actor, screen: str = "顧問先", now: datetime
) -> None:
    """Change a client company. `version` is the one the person saw; None where nobody looked (an Excel).

    The contract's end is changed with it. Raises: PermissionNotAllowed, ClientNotFoundError, CodeTakenError,
    StaleVersionError, LimitReachedError when a contract is resumed.
    """
    policy.check_may(actor, "tenancy:client:manage")
    row = _get(actor, client_id)
    if version is not None and row.version != version:
        raise errors.StaleVersionError
    if ClientCompany.objects.filter(code=facts.code).exclude(id=client_id).exists():
        raise errors.CodeTakenError(value=facts.code)
    if row.contract_ended_on and not facts.contract_ended_on:
        _check_limit(actor)
    changed = "・".join(differences(facts_of(row), facts)) or "変更なし"
    _record(actor, Events.CLIENT_CHANGED, client_id, facts.name, detail=changed, screen=screen, now=now)
    ClientCompany.objects.filter(id=client_id).update(**_columns(facts), version=row.version + 1)
    if facts.contract_ended_on and not row.contract_ended_on:
        _end_logins(client_id)


@transaction.atomic
def end_contract(client_id: UUID, *, ended_on: date, actor: Actor, now: datetime) -> None:
    """End a contract: the people of the company who serve no other are logged out with this commit.

    Numbers stay until they are disposed of. Raises: PermissionNotAllowed, ClientNotFoundError, ContractNotEndedError.
    """
    policy.check_may(actor, "tenancy:client:manage")
    row = _get(actor, client_id)
    if ended_on < row.contract_from:
        raise errors.ContractNotEndedError
    _record(actor, Events.CLIENT_ENDED, client_id, row.name, detail=ended_on.strftime("%Y/%m/%d"), now=now)
    ClientCompany.objects.filter(id=client_id).update(contract_ended_on=ended_on, version=row.version + 1)
    _end_logins(client_id)


@transaction.atomic
def resume_contract(client_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take the end of a contract back. Raises: PermissionNotAllowed, ClientNotFoundError, LimitReachedError."""
    policy.check_may(actor, "tenancy:client:manage")
    row = _get(actor, client_id)
    if row.contract_ended_on is None:
        return
    _check_limit(actor)
    _record(actor, Events.CLIENT_RESUMED, client_id, row.name, now=now)
    ClientCompany.objects.filter(id=client_id).update(contract_ended_on=None, version=row.version + 1)


@transaction.atomic
def record_export(*, actor: Actor, count: int, now: datetime) -> None:
    """Record that the list of client companies is taken out as Excel, before it is. Raises: PermissionNotAllowed."""
    policy.check_may(actor, "tenancy:client:manage")
    journal.append(
        actor=actor,
        operation=Operation(event=Events.CLIENTS_EXPORTED, screen="顧問先", lines=(Line(detail=f"{count}社"),)),
        now=now,
    )


def facts_of(row: ClientCompany) -> ClientFacts:
    """Read a row's facts."""
    return ClientFacts(
        code=row.code,
        name=row.name,
        kana=row.kana,
        corporate_number=row.corporate_number,
        postal_code=row.postal_code,
        address=row.address,
        telephone=row.telephone,
        contact_name=row.contact_name,
        business_numbers=row.business_numbers,
        tags=row.tags,
        contract_from=row.contract_from,
        contract_ended_on=row.contract_ended_on,
    )


def _columns(facts: ClientFacts) -> dict[str, object]:
    kana = text.to_katakana(facts.kana)
    return {
        "code": facts.code,
        "name": facts.name,
        "kana": kana,
        "kana_key": text.kana_key(kana),
        "kana_row": text.kana_row(kana),
        "search_key": f"{facts.code} {text.fold_name(facts.name)} {text.fold_name(kana)}",
        "corporate_number": facts.corporate_number,
        "postal_code": facts.postal_code,
        "address": facts.address,
        "telephone": facts.telephone,
        "contact_name": facts.contact_name,
        "business_numbers": facts.business_numbers,
        "tags": facts.tags,
        "contract_from": facts.contract_from,
        "contract_ended_on": facts.contract_ended_on,
    }


def _check_limit(actor: Actor) -> None:
    """Refuse one more running contract than was agreed. Raises: LimitReachedError."""
    contract = queries.get_contract() if actor.role is not Role.SYSTEM else None
    if contract and contract.client_limit is not None and queries.count_running_clients() >= contract.client_limit:
        raise errors.LimitReachedError(what="顧問先", limit=f"{contract.client_limit}社")


def _end_logins(client_id: UUID) -> None:
    """Log out whoever serves no company any more. The contract's end stands already."""
    running = ClientMembership.objects.filter(client__contract_ended_on__isnull=True).values("user_id")
    left = ClientMembership.objects.filter(client_id=client_id).exclude(user_id__in=running)
    sessions.end_sessions_of(left.values("user__account_id"))


def _get(actor: Actor, client_id: UUID) -> ClientCompany:
    row = ClientCompany.objects.filter(id=client_id).first()
    if row is None or not actor.sees(ClientId(client_id)):
        raise errors.ClientNotFoundError
    return row


def _record(
    actor: Actor, event: Event, client_id: UUID, name: str, *, detail: str = "", screen: str = "顧問先", now: datetime
) -> None:
    line = Line(client_id=client_id, client_name=name, detail=detail)
    journal.append(actor=actor, operation=Operation(event=event, screen=screen, lines=(line,)), now=now)
