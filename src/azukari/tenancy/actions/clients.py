"""Client companies (顧問先)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from azukari.kernel import text
from azukari.kernel.ids import ClientId
from azukari.tenancy import errors
from azukari.tenancy.models import ClientCompany


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


def add_client(new: NewClient, *, now: datetime) -> ClientId:
    """Add a client company. Raises: CodeTakenError."""
    if ClientCompany.objects.filter(code=new.code).exists():
        raise errors.CodeTakenError(value=new.code)
    kana = text.to_katakana(new.kana)
    return ClientId(
        ClientCompany.objects.create(
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
        ).id
    )
