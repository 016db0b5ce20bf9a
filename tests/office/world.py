"""What the addresses of the office door point at: objects of あおば (Ono's) and 北川 (not Ono's), made when asked for.

Files of the other client are みずほ's: 北川 has ended, and nobody of it logs in.
"""

from __future__ import annotations

from uuid import UUID

from azukari.exchange.actions import deliveries, examination, requests
from azukari.exchange.models import Broadcast, Delivery, RequestItem
from azukari.exchange.rules.wishes import Wishes
from azukari.intake.models import SheetImport, SheetRow
from azukari.intake.rules.progress import State
from azukari.journal import actions as journal
from azukari.journal import queries as journal_queries
from azukari.journal.rules import Line, Operation
from azukari.kernel.ids import new_id
from azukari.store.scope import office_scope
from azukari.tenancy.models import ClientImport
from azukari.tenancy.rules.client_sheet import ClientFacts, to_json
from azukari.vault import queries as vault
from azukari.vault.actions import disposal
from azukari.vault.models import Certificate, Disposal
from azukari.vault.rules import events
from azukari.vault.rules.disposal import Reason
from azukari.vault.rules.disposal import State as DisposalState
from tests.cast import NOW, TODAY, Office
from tests.exchange.hands import TEXT, begin, hand_in, put, send
from tests.vault.test_numbers import register

MISSING = UUID("01890000-0000-7000-8000-000000000000")
# Routes whose person is not the one with a number.
WITHOUT_NUMBER = {"number-register"}


def address_of(
    office: Office, name: str, parameter: str | None, client: str, *, login: str = "aoki"
) -> dict[str, object]:
    """Make the object a route points at, of one client of みなと. Gives the route's arguments.

    `login` is whose the object is, where it is somebody's own: an upload, a draft.
    """
    if parameter is None:
        return {}
    with office_scope(office.id):
        if name == "upload":
            return {"file_id": upload(office, client, login)}
        if name == "file-send-drop":
            return draft(office, client, login)
        if name == "certificate-of-person":
            person = office.people["ishihara" if client == "aoba" else "shibata"]
            return {"disposal_id": _disposal(office, name, client), "person_id": person}
        return {parameter: _MAKERS[parameter](office, name, client)}


def missing(parameter: str) -> dict[str, object]:
    """Arguments of the same route for something that is nowhere."""
    return {word: 987_654 if word == "seq" else MISSING for word in parameter.split()}


def upload(office: Office, client: str, login: str) -> UUID:
    """An upload of ten bytes of which none has come."""
    return begin(office.actor(login), office.clients["aoba" if client == "aoba" else "mizuho"], 10)


def draft(office: Office, client: str, login: str) -> dict[str, object]:
    """A file that is ready to be sent. Gives the act of sending and the file."""
    actor, batch = office.actor(login), new_id()
    pk = office.clients["aoba" if client == "aoba" else "mizuho"]
    file_id = begin(actor, pk, len(TEXT), wishes=Wishes(batch=batch))
    put(actor, file_id, TEXT)
    examination.examine(file_id, now=NOW)
    return {"batch": batch, "file_id": file_id}


def _person(office: Office, name: str, client: str) -> UUID:
    if client != "aoba":
        return office.people["shibata"]
    if name in WITHOUT_NUMBER:
        return office.people["takahashi"]
    register(office, "ishihara", 1)
    return office.people["ishihara"]


def _client_import(office: Office) -> UUID:
    """An Excel of client companies with one new row, read by Aoki."""
    facts = ClientFacts(code="sazanami", name="さざなみ商店", kana="サザナミ", contract_from=TODAY)
    row = {"row": 2, "verdict": "NEW", "typed": {}, "facts": to_json(facts), "faults": [], "changes": []}
    made = ClientImport.objects.create(file_name="顧問先.xlsx", rows=[row], made_by=office.staff["aoki"], made_at=NOW)
    return made.id


def _import(office: Office, name: str, client: str) -> UUID:
    if name == "clients-import-check":
        return _client_import(office)
    sheet = SheetImport.objects.create(
        client_id=office.clients[client],
        state=State.CHECKED,
        file_name="従業員.xlsx",
        purposes=["TAX"],
        counts={"NEW": 1},
        people=1,
        step_at=NOW,
        made_by=office.staff["saeki"],
        made_by_name="佐伯 舞",
        made_at=NOW,
    )
    facts = {
        "key": "1", "employee_key": "1", "place": "2行目", "employee_code": "1", "name": "甲", "kana": "", "sex": "",
        "birth_date": None, "relationship": "本人", "is_employee": True, "dependant_kind": "", "number_document": "",
        "person_document": "", "checked_on": None, "checked_by": "", "joined_on": None, "left_on": None, "note": "",
        "digit_count": 12, "number": "NONE", "reasons": [], "sentences": [], "differences": [],
    }  # fmt: skip
    SheetRow.objects.create(
        sheet_import=sheet, place=0, sheet="", row=2, slot="本人", facts=facts, verdict="NEW", chosen=False
    )
    return sheet.id


def _disposal(office: Office, name: str, client: str) -> UUID:
    if client != "aoba":
        made = Disposal.objects.create(
            client_id=office.clients[client],
            state=DisposalState.CERTIFIED if name.startswith("certificate") else DisposalState.REQUESTED,
            reason=Reason.REGISTERED_BY_MISTAKE,
            two_persons=True,
            requested_by=office.staff["saeki"],
            requested_by_name="佐伯 舞",
            requested_by_role="HANDLER",
            requested_at=NOW,
        )
        if name.startswith("certificate"):
            Certificate.objects.create(disposal=made, year=2026, serial=1, issued_at=NOW, pdf=b"%PDF-")
        return made.id
    register(office, "ishihara", 1)
    (asked,) = disposal.request_disposal(
        actor=office.actor("saeki"),
        client_id=office.clients[client],
        record_ids=[found.id for found in vault.live_numbers([office.people["ishihara"]])],
        reason=Reason.REGISTERED_BY_MISTAKE,
        now=NOW,
    )
    if name.startswith("certificate"):
        disposal.carry_out(actor=office.actor("aoki"), disposal_id=asked, now=NOW)
    return asked


def _certificate(office: Office, name: str, client: str) -> UUID:
    return Certificate.objects.get(disposal_id=_disposal(office, name, client)).id


def _entry(office: Office, name: str, client: str) -> int:
    """An entry about a client, far behind the end of the other office's record."""
    for _ in range(40):
        journal.append(
            actor=office.actor("saeki"),
            operation=Operation(
                event=events.REVEALED,
                screen="試験",
                lines=(Line(client_id=office.clients[client], client_name=client, person_id=new_id()),),
            ),
            now=NOW,
        )
    return journal_queries.tree_size() - 1


def _delivery(office: Office, name: str, client: str) -> UUID:
    """A line: handed in, or sent for the routes of what was sent; 保護 where the route is about that."""
    if name in {"file-withdraw", "file-readers"}:
        return send(office, client="aoba" if client == "aoba" else "mizuho", protected=name == "file-readers").id
    login, code = ("nonaka", "aoba") if client == "aoba" else ("tanabe", "mizuho")
    return hand_in(office, login=login, client=code, protected=name in {"file-open", "file-unprotect"}).id


def _broadcast(office: Office, name: str, client: str) -> UUID:
    made = draft(office, client, "aoki")
    codes = ["aoba", "mizuho"] if client == "aoba" else ["mizuho"]
    (line, *_) = deliveries.send(
        actor=office.actor("aoki"),
        client_ids=[office.clients[code] for code in codes],
        batch=made["batch"],
        memo="",
        target="選んだ顧問先",
        now=NOW,
    )
    return Broadcast.objects.get(id=Delivery.objects.get(id=line).broadcast_id).id


def _request(office: Office, name: str, client: str) -> UUID:
    return requests.ask(
        actor=office.actor("aoki"),
        client_id=office.clients["aoba" if client == "aoba" else "mizuho"],
        title="11月分の勤怠",
        note="",
        due_on=TODAY,
        items=["タイムカード"],
        now=NOW,
    )


def _item(office: Office, name: str, client: str) -> UUID:
    return RequestItem.objects.get(request_id=_request(office, name, client)).id


_MAKERS = {
    "delivery_id": _delivery,
    "batch": lambda *_: new_id(),
    "broadcast_id": _broadcast,
    "request_id": _request,
    "item_id": _item,
    "client_id": lambda office, _, client: office.clients[client],
    "person_id": _person,
    "import_id": _import,
    "disposal_id": _disposal,
    "certificate_id": _certificate,
    "user_id": lambda office, _, client: office.users["nonaka" if client == "aoba" else "tanabe"],
    "staff_id": lambda office, _, __: office.staff["ono"],
    "seq": _entry,
}
