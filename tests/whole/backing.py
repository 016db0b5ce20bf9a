"""Fills a site, disposes of some of it, and looks afterwards what opens. Started by test_backups.py in a site:

fill <state> <folder>   offices, 14 numbers, 8 files (4 protected); a backup; then the end of 10 numbers, 5 files and a
                        sheet's parcel
look <state>            every number and file: opens when it lives, by no means when it was disposed of
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import django

django.setup()

from django.db import transaction  # noqa: E402

from azukari.exchange.actions import filekeys, retention  # noqa: E402
from azukari.exchange.actions.contents import Contents  # noqa: E402
from azukari.exchange.errors.files import FileKeyMissingError  # noqa: E402
from azukari.exchange.models import Delivery, FileGrant, FileKey, FilePart, StoredFile  # noqa: E402
from azukari.kernel.check_digits import synthetic_number  # noqa: E402
from azukari.kernel.clock import utc_now  # noqa: E402
from azukari.kernel.ids import new_id  # noqa: E402
from azukari.ops import files  # noqa: E402
from azukari.ops.backups import command  # noqa: E402
from azukari.roster import actions as roster_actions  # noqa: E402
from azukari.roster import queries as roster  # noqa: E402
from azukari.roster.rules import NumberState  # noqa: E402
from azukari.seal.vaultkey import VaultKey  # noqa: E402
from azukari.store.scope import office_scope  # noqa: E402
from azukari.tenancy import queries as tenancy  # noqa: E402
from azukari.tenancy.models import ClientCompany, ClientUser, StaffMember  # noqa: E402
from azukari.vault import errors  # noqa: E402
from azukari.vault import queries as vault  # noqa: E402
from azukari.vault.actions import disposal, numbers, parcels, requests  # noqa: E402
from azukari.vault.models import NumberRecord, RecordKey, SealedParcel  # noqa: E402
from azukari.vault.queries import approvals  # noqa: E402
from azukari.vault.rules.disposal import Reason  # noqa: E402
from azukari.vault.rules.numbers import Identity, Verification  # noqa: E402
from azukari.vault.rules.purposes import Purpose  # noqa: E402
from tests.cast import Office, make_cast  # noqa: E402
from tests.exchange.hands import TEXT, hand_in, send  # noqa: E402
from tests.whole.killing import person  # noqa: E402

CARD = Identity(way=Verification.CARD)


def world() -> Office:
    """Find the みなと office of a site that was filled, also after a restore."""
    office_id = tenancy.find_office("minato")
    assert office_id is not None
    office = Office(office_id, "minato")
    with office_scope(office_id):
        office.staff = dict(StaffMember.objects.values_list("login_id", "id"))
        office.clients = dict(ClientCompany.objects.values_list("code", "id"))
        office.users = dict(ClientUser.objects.values_list("login_id", "id"))
    return office


@cache
def key_of(office_id: UUID, login: str) -> VaultKey:
    """Open the vault once a process: the password is made to take its time."""
    return world().vault_key(login)


def register(office: Office, seed: int) -> str:
    """Add a person with a number. Gives the person's id."""
    person_id = new_id()
    with transaction.atomic():
        roster_actions.add_people(
            client_id=office.clients["aoba"],
            people=[(person_id, person(f"B{seed}"))],
            state=NumberState.MISSING,
            now=utc_now(),
        )
    numbers.register_number(
        actor=office.actor("saeki"),
        vault_key=key_of(office.id, "saeki"),
        person_id=person_id,
        digits=synthetic_number(8_000_000 + seed),
        purposes=[Purpose.TAX],
        identity=CARD,
        now=utc_now(),
    )
    return str(person_id)


def dispose(office: Office, people: list[str]) -> None:
    """Ask for and carry out the disposal of people's numbers."""
    found = NumberRecord.objects.filter(person_id__in=people).exclude(state="DISPOSED")
    (disposal_id,) = requests.request_disposal(
        actor=office.actor("saeki"),
        client_id=office.clients["aoba"],
        record_ids=list(found.values_list("id", flat=True)),
        reason=Reason.REGISTERED_BY_MISTAKE,
        now=utc_now(),
    )
    manager, now = office.actor("aoki"), utc_now()
    state = approvals.prepare(manager, disposal_id, now=now)
    disposal.carry_out(actor=manager, disposal_id=disposal_id, seen=state.seen, typed_count=state.count, now=now)


def reveal(office: Office, person_id: str) -> str:
    """Show a number as staff would; the digits. Raises what the vault raises."""
    return numbers.reveal_number(
        actor=office.actor("saeki"),
        vault_key=key_of(office.id, "saeki"),
        person_id=UUID(person_id),
        use_code="tax_withholding",
        now=utc_now(),
    ).number.digits()


def fill(state: Path, folder: str) -> None:
    office = make_cast().minato
    with office_scope(office.id):
        people = {register(office, seed): synthetic_number(8_000_000 + seed) for seed in range(14)}
        now = utc_now()
        lines = [hand_in(office, now=now), hand_in(office, protected=True, now=now)]
        lines += [send(office, protected=protected, now=now) for protected in (True, False) * 3]
        parcel = parcels.put_parcel(
            vault_key=key_of(office.id, "aoki"), client_id=office.clients["aoba"], data=b"sheet", now=now
        )
        facts = {"people": people, "files": [str(line.file_id) for line in lines], "gone": [], "parcel": str(parcel)}
    assert command.back_up(folder) == 0
    end(office, facts)
    state.write_text(json.dumps(facts))


def end(office: Office, facts: dict[str, Any]) -> None:
    with office_scope(office.id):
        gone = list(facts["people"])[:10]
        dispose(office, gone[:6])
        dispose(office, gone[6:])
        ended = facts["files"][:5]
        Delivery.objects.filter(file_id__in=ended).update(expires_at=utc_now() - timedelta(days=1))
        assert retention.sweep_expired(due=utc_now(), now=utc_now()) == 5
        with transaction.atomic():
            parcels.drop_parcel(UUID(facts["parcel"]), now=utc_now())
        # Registered after the backup: a restore cannot know it.
        late = register(office, 20)
    facts["gone"] = [*gone, *ended, facts["parcel"]]
    facts["late"] = late


def look(state: Path) -> None:
    facts, office = json.loads(state.read_text()), world()
    with office_scope(office.id):
        for person_id, digits in facts["people"].items():
            seen = roster.get_person_for(office.actor("aoki"), UUID(person_id)).number_state
            if person_id not in facts["gone"]:
                assert reveal(office, person_id) == digits
                assert seen is NumberState.REGISTERED
                continue
            assert seen is NumberState.DISPOSED
            try:
                reveal(office, person_id)
            except errors.NumberNotFoundError:
                pass
            else:
                raise AssertionError("a disposed number opened")
            record = NumberRecord.objects.get(person_id=person_id)
            assert record.sealed is None and not RecordKey.objects.filter(id=record.id).exists()
        for file_id in map(UUID, facts["files"]):
            look_at_file(office, file_id, gone=str(file_id) in facts["gone"])
        parcel_gone = facts["parcel"] in facts["gone"]
        assert SealedParcel.objects.filter(id=facts["parcel"]).exists() != parcel_gone
        assert RecordKey.objects.filter(id=facts["parcel"]).exists() != parcel_gone
        assert roster.find_people([UUID(facts["late"])] if facts.get("late") else []) == {}
        assert vault.count_numbers() == len(facts["people"]) - 10 * bool(facts["gone"])
    assert files.check_all() == 0


def look_at_file(office: Office, file_id: UUID, *, gone: bool) -> None:
    row = StoredFile.objects.get(id=file_id)
    if gone:
        assert row.state == "SHREDDED" and Delivery.objects.get(file_id=file_id).state == "EXPIRED"
        assert not FileKey.objects.filter(id=file_id).exists()
        assert not FileGrant.objects.filter(file_id=file_id).exists()
        assert not FilePart.objects.filter(file_id=file_id).exists()
        return
    if row.protected:
        try:
            filekeys.server_key(file_id)
        except FileKeyMissingError:
            pass
        else:
            raise AssertionError("the server holds the key of a protected file")
    key = filekeys.office_key(file_id, key_of(office.id, "aoki")) if row.protected else filekeys.server_key(file_id)
    assert b"".join(Contents(file_id, key).stream()) == TEXT


if __name__ == "__main__":
    {"fill": fill, "look": look}[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
