"""Client companies: the gate to one, and the lists."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from azukari.kernel import text
from azukari.kernel.actor import Actor, Role
from azukari.kernel.ids import ClientId
from azukari.tenancy import errors
from azukari.tenancy.models import Assignment, ClientCompany, ClientMembership


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRow:
    """A client company as lists and gates give it."""

    id: ClientId
    code: str
    name: str
    kana: str
    kana_row: str
    kana_key: str
    corporate_number: str
    postal_code: str
    address: str
    telephone: str
    contact_name: str
    business_numbers: str
    tags: str
    contract_from: date
    contract_ended_on: date | None
    version: int

    @property
    def tag_list(self) -> list[str]:
        """Give the words the office sorts this company by."""
        return self.tags.split("、") if self.tags else []

    @property
    def ended(self) -> bool:
        """Tell whether the contract has an end."""
        return self.contract_ended_on is not None


def get_client_for(actor: Actor, client_id: UUID) -> ClientRow:
    """Get a client company this actor may see. Raises: ClientNotFoundError."""
    row = ClientCompany.objects.filter(_visible(actor), id=client_id).first()
    if row is None:
        raise errors.ClientNotFoundError
    return client_row(row)


def find_clients(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, ClientRow]:
    """Give those of some client companies that this actor may see."""
    return {row.id: client_row(row) for row in ClientCompany.objects.filter(_visible(actor), id__in=ids)}


def list_clients_by_id(ids: Collection[UUID]) -> list[ClientRow]:
    """List client companies by id, whoever sees them: for what happens without a person. In order of their reading."""
    return [client_row(row) for row in ClientCompany.objects.filter(id__in=ids).order_by("kana_key", "id")]


def list_running_clients(actor: Actor) -> list[ClientRow]:
    """List every client company an actor sees whose contract is running: whom one can send to, and guard against."""
    rows = ClientCompany.objects.filter(_visible(actor), contract_ended_on__isnull=True)
    return [client_row(row) for row in rows.order_by("kana_key", "id")]


def list_client_choices(actor: Actor, *, ended: bool | None = None) -> list[tuple[ClientId, str]]:
    """List the client companies an actor sees (id, name), in order of their reading."""
    rows = ClientCompany.objects.filter(_visible(actor)).order_by("kana_key", "id")
    if ended is not None:
        rows = rows.filter(contract_ended_on__isnull=not ended)
    return [(ClientId(pk), name) for pk, name in rows.values_list("id", "name")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPage:
    """One page of client companies, with the count and the 五十音 rows that have any."""

    rows: list[ClientRow]
    total: int
    kana_rows: set[str]


def list_clients(
    actor: Actor, *, q: str = "", kana_row: str = "", ended: bool | None = None, page: int = 1, size: int = 50
) -> ClientPage:
    """List client companies an actor sees, found by name, reading or code, in order of their reading."""
    found = ClientCompany.objects.filter(_visible(actor))
    if ended is not None:
        found = found.filter(contract_ended_on__isnull=not ended)
    for word in q.split():
        found = found.filter(Q(search_key__contains=text.fold_name(word)) | Q(code__startswith=word.lower()))
    kana_rows = set(found.order_by().values_list("kana_row", flat=True).distinct())
    if kana_row:
        found = found.filter(kana_row=kana_row)
    start = (page - 1) * size
    return ClientPage(
        rows=[client_row(row) for row in found.order_by("kana_key", "id")[start : start + size]],
        total=found.count(),
        kana_rows=kana_rows,
    )


def list_staff_in_charge(client_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Give the names of the staff assigned to each of some client companies."""
    names: dict[UUID, list[str]] = {}
    rows = Assignment.objects.filter(client_id__in=client_ids).order_by("staff__login_id")
    for client_id, name in rows.values_list("client_id", "staff__name"):
        names.setdefault(client_id, []).append(name)
    return names


def _visible(actor: Actor) -> Q:
    return Q() if actor.client_ids is None else Q(id__in=actor.client_ids)


def client_row(row: ClientCompany) -> ClientRow:
    """Read a client company's row."""
    return ClientRow(
        id=ClientId(row.id),
        code=row.code,
        name=row.name,
        kana=row.kana,
        kana_row=row.kana_row,
        kana_key=row.kana_key,
        corporate_number=row.corporate_number,
        postal_code=row.postal_code,
        address=row.address,
        telephone=row.telephone,
        contact_name=row.contact_name,
        business_numbers=row.business_numbers,
        tags=row.tags,
        contract_from=row.contract_from,
        contract_ended_on=row.contract_ended_on,
        version=row.version,
    )


def list_lead_addresses() -> list[str]:
    """List the mail addresses of the 窓口責任者 of running client companies, each once."""
    leads = ClientMembership.objects.filter(
        role=Role.CLIENT_LEAD, client__contract_ended_on__isnull=True, user__account__is_active=True
    ).exclude(user__account__email="")
    return list(leads.order_by("user__account__email").values_list("user__account__email", flat=True).distinct())
