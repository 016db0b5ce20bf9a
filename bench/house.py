"""A fresh house to measure in: databases migrated, one office, one client a round, synthetic people.

Imported inside a worker process only, after its environment names a data folder of its own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "azukari.config.settings")

PASSWORD = "azukari bench password"  # noqa: S105 (an empty office that lives for a minute)
_FAMILIES = ("佐藤", "鈴木", "髙橋", "田中", "渡邉", "伊藤", "山﨑", "中村", "小林", "齋藤")
_GIVEN = ("誠", "美咲", "健一", "陽子", "翔太", "由美", "隆", "さくら", "大輔", "直子")


@dataclass(frozen=True)
class House:
    """The office a worker measures in."""

    office_id: UUID
    actor: Any
    vault_key: Any


def open_house() -> House:
    """Make the data folder of this environment ready and open an office in it."""
    from azukari.ops import setup

    setup.prepare_data_folder()
    import django

    django.setup()
    setup.migrate()
    from azukari.kernel.clock import utc_now
    from azukari.seal.vaultkey import derive_vault_key
    from azukari.store.scope import office_scope
    from azukari.tenancy import queries as tenancy
    from azukari.tenancy.actions import activation, keys, offices, unlocks
    from azukari.tenancy.actions.holders import NOWHERE
    from azukari.tenancy.models import StaffMember

    now = utc_now()
    office_id = offices.open_office(
        offices.NewOffice(code="bench", name="計測", manager_login="bench", manager_name="計測 花子"), now=now
    )
    with office_scope(office_id):
        code = offices.issue_letter(now=now).code.text()
        found = activation.find("office", office_code="bench", login_id="bench", typed=code, trace=NOWHERE, now=now)
        activation.redeem(found, PASSWORD, trace=NOWHERE, now=now)
        staff_id = tenancy.find_staff("bench")
        assert staff_id is not None
        account_id = StaffMember.objects.values_list("account_id", flat=True).get(id=staff_id)
        actor = tenancy.get_signed_in(account_id, session="bench", address="127.0.0.1").actor
        key = derive_vault_key(unlocks.open_office_secret(staff_id, PASSWORD), keys.server_half(), office_id)
    return House(office_id, actor, key)


def add_client(house: House, code: str) -> UUID:
    """Add a client company with nobody in it."""
    from azukari.kernel.clock import utc_now
    from azukari.tenancy.actions import clients
    from azukari.tenancy.rules.client_sheet import ClientFacts

    return clients.add_client(
        ClientFacts(code=code, name=f"計測{code}", kana="ケイソク", contract_from=date(2020, 4, 1)),
        actor=house.actor,
        now=utc_now(),
    )


def name_of(place: int) -> tuple[str, str]:
    """Make up a name and reading."""
    return f"{_FAMILIES[place % 10]} {_GIVEN[place // 10 % 10]}", "ケイソク タロウ"


def make_people(count: int, *, first_seed: int) -> tuple[list[Any], list[Any]]:
    """Make people and their numbers, ready to be registered: (id, facts) pairs and new numbers."""
    from azukari.kernel.check_digits import synthetic_number
    from azukari.kernel.ids import new_id
    from azukari.roster.rules import PersonFacts, Sex
    from azukari.vault.actions.numbers import NewNumber
    from azukari.vault.rules.numbers import Identity, Verification
    from azukari.vault.rules.purposes import DEFAULT_PURPOSES

    people, new = [], []
    identity = Identity(way=Verification.BY_CLIENT, number_document="個人番号カード", checked_on=date(2026, 4, 3))
    for place in range(count):
        person_id = new_id()
        name, kana = name_of(place)
        facts = PersonFacts(
            employee_code=f"{place:06d}",
            name=name,
            kana=kana,
            birth_date=date(1960 + place % 45, 1 + place % 12, 1 + place % 28),
            sex=Sex.FEMALE if place % 2 else Sex.MALE,
            relationship="本人",
            is_employee=True,
            joined_on=date(2020, 4, 1),
        )
        people.append((person_id, facts))
        new.append(
            NewNumber(
                person_id=person_id,
                person_name=name,
                digits=synthetic_number(first_seed + place),
                purposes=DEFAULT_PURPOSES,
                identity=identity,
            )
        )
    return people, new


def register_people(house: House, client_id: UUID, people: list[Any], new: list[Any]) -> None:
    """Register people and numbers as intake does: one transaction, the record in it."""
    from django.db import transaction

    from azukari.journal import actions as journal
    from azukari.kernel.clock import utc_now
    from azukari.roster import actions as roster
    from azukari.roster.rules import NumberState
    from azukari.vault.actions import numbers

    now = utc_now()
    sealed = numbers.seal_numbers(vault_key=house.vault_key, client_id=client_id, new=new, now=now)
    with transaction.atomic():
        journal.lock()
        roster.add_people(client_id=client_id, people=people, state=NumberState.MISSING, now=now)
        numbers.write_numbers(actor=house.actor, numbers_to_write=sealed, screen="計測", now=now)
