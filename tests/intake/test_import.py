"""From a client's file to the 台帳: the four sheets as they come, registered as a whole or not at all, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from azukari.intake import errors, queries
from azukari.intake.actions import registration, sheets
from azukari.intake.rules.progress import State, Verdict
from azukari.journal import queries as journal
from azukari.kernel.clock import jst_day
from azukari.roster import queries as roster
from azukari.roster.rules import NumberState
from azukari.tenancy.actions import clients
from azukari.tenancy.rules.client_sheet import ClientFacts
from azukari.vault import queries as vault
from azukari.vault.models import DuplicateTag, NumberRecord, SealedParcel
from azukari.vault.rules.purposes import DEFAULT_PURPOSES
from tests.cast import NOW, Office

SHEETS = Path(__file__).parent.parent / "fixtures" / "sheets"
FILES = {
    "kawara": ("kawara_登録シート.xlsx", 22, 1, 5),
    "tatami": ("tatami_他社様式.xlsx", 64, 7, 3),
    "yayoi": ("yayoi_cp932.csv", 112, 1, 7),
    "umineko": ("umineko_1200名.xlsx", 1185, 0, 15),
}


def new_client(office: Office, code: str):
    return clients.add_client(
        ClientFacts(code=code, name=f"試験{code}", kana="シケン", contract_from=jst_day(NOW)),
        actor=office.actor("aoki"),
        now=NOW,
    )


def upload(office: Office, client_id, name: str, login: str = "saeki"):
    data = (SHEETS / name).read_bytes()
    actor, key = office.actor(login), office.vault_key()
    import_id = sheets.receive_sheet(
        actor=actor, client_id=client_id, data=data, file_name=name, purposes=DEFAULT_PURPOSES, now=NOW
    )
    sheets.read_sheet(actor=actor, import_id=import_id, vault_key=key, data=data, file_name=name, now=NOW)
    return import_id


def register(office: Office, import_id, login: str = "saeki") -> None:
    actor = office.actor(login)
    registration.start_registration(actor=actor, import_id=import_id, now=NOW)
    registration.register_sheet(actor=actor, import_id=import_id, vault_key=office.vault_key(), now=NOW)


@pytest.mark.parametrize("code", FILES)
def test_a_sheet_is_registered_and_the_same_sheet_again_changes_nothing(minato: Office, code: str) -> None:
    name, accepted, warnings, refused = FILES[code]
    client_id = new_client(minato, code)
    import_id = upload(minato, client_id, name)
    seen = queries.get_import_for(minato.actor("saeki"), import_id)
    assert seen.state is State.CHECKED
    expected = {Verdict.NEW: accepted, Verdict.WARNING: warnings, Verdict.WRONG: refused}
    assert seen.counts == {verdict: count for verdict, count in expected.items() if count}
    register(minato, import_id)
    people = roster.list_people(minato.actor("saeki"), client_id, size=2000).rows
    assert len(people) == accepted
    assert {person.number_state for person in people} == {NumberState.REGISTERED}
    assert NumberRecord.objects.filter(client_id=client_id).count() == accepted
    assert DuplicateTag.objects.filter(client_id=client_id).count() == accepted
    assert not SealedParcel.objects.exists()
    mark = sheets.ledger_mark(client_id)
    again = upload(minato, client_id, name)
    counts = queries.get_import_for(minato.actor("saeki"), again).counts
    assert counts[Verdict.SAME] == accepted
    assert Verdict.NEW not in counts and Verdict.CHANGED not in counts
    with pytest.raises(errors.NothingChosenError):
        register(minato, again)
    assert sheets.ledger_mark(client_id) == mark


def test_dependants_hang_on_their_employee(minato: Office) -> None:
    client_id = new_client(minato, "kawara")
    register(minato, upload(minato, client_id, FILES["kawara"][0]))
    actor = minato.actor("saeki")
    people = {row.name: row for row in roster.list_people(actor, client_id, size=100).rows}
    assert people["斉藤 美月"].head_id == people["斉藤 明美"].id
    # 松本 慎一 was refused: his family is there, without a head.
    assert people["松本 節子"].head_id is None
    purposes = vault.find_number(people["斉藤 美月"].id).purposes
    assert purposes == ("HEALTH_PENSION", "TAX")


def test_what_is_ticked_by_hand_is_registered_too_and_one_without_a_number_stays_missing(minato: Office) -> None:
    client_id = new_client(minato, "kawara")
    import_id = upload(minato, client_id, FILES["kawara"][0])
    actor = minato.actor("saeki")
    (asked,) = queries.list_rows(import_id, verdicts=[Verdict.WARNING]).rows
    sheets.choose_rows(actor=actor, import_id=import_id, shown=[asked.place], chosen=[asked.place])
    register(minato, import_id)
    (missing,) = roster.list_people(actor, client_id, state=NumberState.MISSING).rows
    assert missing.name == "斉藤 湊"
    assert vault.find_number(missing.id) is None


def test_what_is_wrong_cannot_be_ticked(minato: Office) -> None:
    import_id = upload(minato, new_client(minato, "kawara"), FILES["kawara"][0])
    actor = minato.actor("saeki")
    wrong = [row.place for row in queries.list_rows(import_id, verdicts=[Verdict.WRONG]).rows]
    before = queries.count_chosen(import_id)
    sheets.choose_rows(actor=actor, import_id=import_id, shown=wrong, chosen=wrong)
    assert queries.count_chosen(import_id) == before


def test_every_step_is_in_the_record_before_the_number(minato: Office) -> None:
    client_id = new_client(minato, "kawara")
    register(minato, upload(minato, client_id, FILES["kawara"][0]))
    rows = journal.list_entries(minato.actor("aoki"), journal.Filter(client_id=client_id), size=200).rows
    first = [row.label for row in reversed(rows)][:3]
    assert first == ["顧問先の追加", "登録シート受信", "登録シート取り込み"]
    registered = [row for row in rows if row.label == "マイナンバー登録"]
    assert len(registered) == 22
    assert len({row.number.split("-")[0] for row in registered}) == 1
    journal.verify_record()


def test_a_ledger_that_changed_meanwhile_is_compared_anew(minato: Office) -> None:
    client_id = new_client(minato, "kawara")
    first = upload(minato, client_id, FILES["kawara"][0])
    second = upload(minato, client_id, FILES["kawara"][0])
    register(minato, first)
    with pytest.raises(errors.LedgerChangedError):
        register(minato, second)
    seen = queries.get_import_for(minato.actor("saeki"), second)
    assert (seen.state, seen.counts.get(Verdict.SAME), seen.counts.get(Verdict.NEW)) == (State.CHECKED, 22, None)


def test_a_cancelled_import_leaves_nothing_sealed(minato: Office) -> None:
    import_id = upload(minato, new_client(minato, "kawara"), FILES["kawara"][0])
    sheets.cancel_import(actor=minato.actor("saeki"), import_id=import_id, now=NOW)
    assert not SealedParcel.objects.exists()
    with pytest.raises(errors.ImportStateError):
        registration.start_registration(actor=minato.actor("saeki"), import_id=import_id, now=NOW)


def test_the_returned_excel_names_rows_and_reasons_and_holds_no_number(minato: Office) -> None:
    import_id = upload(minato, new_client(minato, "kawara"), FILES["kawara"][0])
    book = registration.return_rejected(actor=minato.actor("saeki"), import_id=import_id, now=NOW)
    import io

    from openpyxl import load_workbook

    cells = [
        str(cell) for row in load_workbook(io.BytesIO(book)).active.iter_rows(values_only=True) for cell in row if cell
    ]
    text = "\n".join(cells)
    assert "松本 慎一" in text and "検算が合いません" in text
    import re

    assert not re.search(r"\d{12}", text)
