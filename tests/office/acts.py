"""One act that goes well for every address that writes, with the events it must leave in the record, and no others.

An address without a row is a fault (test_events.py), and so is one whose act leaves more or less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from azukari.exchange.models import Delivery, StoredFile
from azukari.exchange.rules.states import DeliveryState, FileState, Proposal
from azukari.kernel.actor import Role
from azukari.oversight.actions import slips
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import activation, members, passwords, recovery, staff, unlocks, users
from azukari.tenancy.actions.holders import NOWHERE
from azukari.tenancy.models import Account, ClientCompany, Grant
from azukari.tenancy.models import Office as OfficeRow
from azukari.vault import queries as vault
from azukari.vault.actions import retention
from tests.cast import NOW, PASSWORD, Office, activate, number_of
from tests.exchange.hands import hand_in, send
from tests.journal.test_takeouts import take
from tests.office import world
from tests.office.conftest import browser, hidden
from tests.office.test_client_pages import KAWARA, edit_fields
from tests.office.test_my_page import ADDRESS, RECORD_PASSWORD, SETTINGS
from tests.office.test_staff_pages import NEW
from tests.vault.test_numbers import register

Fields = Mapping[str, object]
_CHECKED = {"stage": "send", "checked": "on"}
# What of a row of the URL's own makers is taken; or other arguments and fields, made when asked for.
Made = tuple[dict[str, object], Fields]


@dataclass(frozen=True)
class Act:
    """What is sent, by whom, and which events follow in their order. `made` makes what is acted on."""

    events: tuple[str, ...]
    fields: Fields = field(default_factory=dict)
    login: str = "aoki"
    made: Callable[[Office], Made] | None = None


USE = {"use": "tax_withholding"}
IDENTITY = {"purposes": ["TAX"], "way": "CARD", "checked_on": "2026/11/24"}
PROVED = {"confirm_password": PASSWORD}
ASKED = {"read_notes": "on", "typed": "廃棄"}


def typed(seed: int) -> dict[str, object]:
    """A number typed twice."""
    return {"number": number_of(seed), "number_again": number_of(seed), **IDENTITY}


def _stopped_file(state: FileState) -> Callable[[Office], Made]:
    def made(office: Office) -> Made:
        line = hand_in(office)
        StoredFile.objects.filter(id=line.file_id).update(state=state)
        Delivery.objects.filter(id=line.id).update(state=DeliveryState[state.name])
        OfficeRow.objects.filter(id=office.id).update(takes_encrypted=True)
        return {"delivery_id": line.id}, {"reason": "試験"}

    return made


def _proposed(office: Office) -> Made:
    line = hand_in(office)
    StoredFile.objects.filter(id=line.file_id).update(proposal=Proposal.OPEN)
    return {"delivery_id": line.id}, {"reason": "番号ではない"}


def _sent(office: Office) -> Made:
    return {"delivery_id": send(office).id}, {}


def _new_reader(office: Office) -> Made:
    line = send(office, protected=True)
    facts = users.UserFacts(name="春名 ゆい", roles={office.clients["aoba"]: Role.CLIENT_MEMBER})
    user_id = users.add_user("haruna", facts, actor=office.actor("aoki"), now=NOW)
    issued = users.issue_code(user_id, actor=office.actor("aoki"), channel=activation.LETTER, now=NOW)
    activate("portal", office.code, "haruna", issued)
    return {"delivery_id": line.id}, {}


def _draft(office: Office) -> Made:
    made = world.draft(office, "aoba", "aoki")
    return {"batch": made["batch"]}, {
        "whom": "chosen",
        "clients": [str(office.clients["aoba"])],
        "memo": "",
        **_CHECKED,
    }


def _out(office: Office) -> Made:
    (row,) = take(office)
    return {}, {"takeout": str(row.id), "outcome": "SUBMITTED", "on": "2026/11/24"}


def _shown(office: Office, name: str, arguments: dict[str, object], login: str = "aoki") -> dict[str, str]:
    """What the page of a form carries back hidden: the digest of what it showed."""
    return hidden(browser(office, login, unlocked=True).get(reverse(f"office:{name}", kwargs=arguments), secure=True))


def _mistaken(office: Office) -> Made:
    arguments = world.address_of(office, "disposal-person", "person_id", "aoba")
    return arguments, {"reason": "REGISTERED_BY_MISTAKE", **ASKED, **_shown(office, "disposal-person", arguments)}


def _ended_client(office: Office) -> Made:
    register(office, "ishihara", 1)
    ClientCompany.objects.filter(id=office.clients["aoba"]).update(contract_ended_on=date(2026, 9, 30))
    arguments: dict[str, object] = {"client_id": office.clients["aoba"]}
    return arguments, {"reason": "CONTRACT_ENDED", **ASKED, **_shown(office, "disposal-client", arguments)}


def _many(office: Office) -> Made:
    register(office, "ishihara", 1)
    (found,) = vault.live_numbers([office.people["ishihara"]])
    page = browser(office, "aoki", unlocked=True).post(
        reverse("office:disposal-many"), {"record": str(found.id)}, secure=True
    )
    return {}, {**hidden(page), "confirm": "1", **ASKED}


def _waiting(name: str, parameter: str) -> Callable[[Office], Made]:
    def made(office: Office) -> Made:
        arguments = world.address_of(office, name, parameter, "aoba")
        where = name if name == "disposal-batch" else "disposal"
        return arguments, {**_shown(office, where, arguments), **PROVED}

    return made


def _lengthened(office: Office) -> Made:
    register(office, "ishihara", 1)
    pk = office.people["ishihara"]
    retention.extend(
        actor=office.actor("aoki"), person_id=pk, until=date(2028, 3, 31), reason="審査請求への対応", now=NOW
    )
    return {"person_id": pk}, {}


def _slip(office: Office) -> Made:
    register(office, "ishihara", 1)
    slips.issue(actor=office.actor("aoki"), person_id=office.people["ishihara"], now=NOW)
    return {"person_id": office.people["ishihara"]}, {}


def _nishi(office: Office) -> object:
    facts = staff.StaffFacts(name="西 香織", role=Role.HANDLER, handles=True)
    return staff.add_member("nishi", facts, actor=office.actor("aoki"), now=NOW)


def _waiting_for_grant(office: Office) -> Made:
    pk = _nishi(office)
    issued = staff.issue_code(pk, actor=office.actor("aoki"), channel=activation.LETTER, now=NOW)
    activate("office", "minato", "nishi", issued)
    return {"staff_id": pk}, {"fingerprint": members.fingerprint_of(pk), **PROVED}


def _stopped_member(office: Office) -> Made:
    staff.stop_member(office.staff["ono"], actor=office.actor("aoki"), now=NOW)
    return {"staff_id": office.staff["ono"]}, PROVED


def _member(office: Office) -> Made:
    row = tenancy.get_staff_for(office.actor("aoki"), office.staff["miyake"])
    fields = {"login_id": row.login_id, "name": "三宅 孝", "kana": row.kana, "email": row.email, "role": row.role.value}
    return {"staff_id": row.id}, {**fields, "sees": "all", "version": row.version, **PROVED}


def _client(office: Office) -> ClientCompany:
    return ClientCompany.objects.get(id=office.clients["aoba"])


def _edited_client(office: Office) -> Made:
    row = _client(office)
    return {"client_id": row.id}, edit_fields(row, address="東京都青葉市2-2")


def _user(office: Office) -> Made:
    row = tenancy.get_user_for(office.actor("aoki"), office.users["nonaka"])
    fields = {"name": "野中 洋", "kana": "", "email": "", "version": row.version}
    return {"user_id": row.id}, {**fields, f"role-{office.clients['aoba']}": "CLIENT_MEMBER", **PROVED}


def _stopped_user(office: Office) -> Made:
    users.stop_user(office.users["nonaka"], actor=office.actor("aoki"), now=NOW)
    return {"user_id": office.users["nonaka"]}, PROVED


def _uninvited(office: Office) -> Made:
    facts = users.UserFacts(name="春名 ゆい", roles={office.clients["aoba"]: Role.CLIENT_MEMBER})
    users.add_user("haruna", facts, actor=office.actor("aoki"), now=NOW)
    return {}, {"client": [str(office.clients["aoba"])], **PROVED}


def _record_password(office: Office) -> Made:
    account = Account.objects.get(staff__login_id="aoki")
    passwords.set_record_password(
        office.actor("aoki"), account, own=PASSWORD, new=RECORD_PASSWORD, trace=NOWHERE, now=NOW
    )
    return {}, {"password": RECORD_PASSWORD}


def _printed_sheet(office: Office) -> Made:
    secret = unlocks.open_office_secret(office.staff["aoki"], PASSWORD)
    groups = recovery.issue_sheet(actor=office.actor("aoki"), office_secret=secret, now=NOW).code.groups()
    sheet = tenancy.find_recovery_sheet()
    assert sheet is not None
    return {}, {f"group{place}": groups[place - 1] for place in sheet.asked}


def _void_right(office: Office) -> Made:
    """Aoki's right is gone, and there is a 鍵の控え."""
    secret = unlocks.open_office_secret(office.staff["aoki"], PASSWORD)
    issued = recovery.issue_sheet(actor=office.actor("aoki"), office_secret=secret, now=NOW)
    Grant.objects.filter(staff_id=office.staff["aoki"]).delete()
    return {}, {"number": issued.number, "code": " ".join(issued.code.groups()), **PROVED}


ACTS: dict[str, tuple[Act, ...]] = {
    "unlock": (Act(("tenancy.vault.unlocked",), {"password": PASSWORD, "purpose": "sheet"}),),
    "unlock-end": (Act(("tenancy.vault.unlock_ended",)),),
    "number-register": (Act(("vault.number.registered",), typed(1)),),
    "number-replace": (Act(("vault.number.compared", "vault.number.replaced"), {**typed(2), "reason": "CHANGED"}),),
    "reveal": (
        Act(("vault.number.revealed",), {**USE, "taken_out": "SCREEN"}),
        Act(("vault.number.revealed",), {**USE, "taken_out": "DOCUMENT", "due_on": "2026/12/1"}),
        Act((), {**USE, "taken_out": "DOCUMENT"}),  # until when is not said: nothing shown, nothing recorded
    ),
    "takeouts-close": (Act(("journal.takeout.submitted",), made=_out),),
    "import-new": (
        Act(
            ("intake.sheet.received",),
            {"file": SimpleUploadedFile("従業員.csv", "氏名,個人番号\n".encode()), "purposes": ["TAX"]},
        ),
    ),
    "import-cancel": (Act(("intake.sheet.cancelled",)),),
    "import-rejected": (Act(("intake.sheet.returned",)),),
    "file-send": (Act(("exchange.file.sent",), made=_draft),),
    "file-open": (Act(("exchange.protected.opened",), {**USE, "taken_out": "FILE", "at_once": "on"}),),
    "file-withdraw": (Act(("exchange.file.recalled",), made=_sent),),
    "file-protect": (Act(("exchange.file.protected",), made=_proposed),),
    "file-decline": (Act(("exchange.proposal.declined",), made=_proposed),),
    "file-unprotect": (Act(("exchange.file.unprotected",), {"reason": "試験"}),),
    "file-readers": (Act(("exchange.reader.added",), made=_new_reader),),
    "file-release": (Act(("exchange.quarantine.released",), made=_stopped_file(FileState.QUARANTINED)),),
    "file-accept": (Act(("exchange.unscannable.accepted",), made=_stopped_file(FileState.UNSCANNABLE)),),
    "file-throw-away": (Act(("exchange.file.shredded",), made=_stopped_file(FileState.QUARANTINED)),),
    "disposal-person": (Act(("vault.disposal.requested",), made=_mistaken),),
    "disposal-many": (Act(("vault.disposal.requested",), made=_many),),
    "disposal-batch": (
        Act(("vault.number.disposed", "vault.certificate.issued"), made=_waiting("disposal-batch", "disposal_batch")),
    ),
    "disposal-client": (Act(("vault.disposal.requested",), made=_ended_client),),
    "disposal-carry-out": (
        Act(("vault.number.disposed", "vault.certificate.issued"), made=_waiting("disposal-carry-out", "disposal_id")),
    ),
    "certificate-of-person": (Act(("vault.certificate.issued",)),),
    "certificate-replace": (Act(("vault.certificate.issued",), {"why": "住所の誤り"}),),
    "person-retention": (Act(("vault.retention.days_recorded",), {"left_on": "2026/10/20"}),),
    "extend": (Act(("vault.retention.extended",), {"until": "2028/3/31", "reason": "審査請求への対応"}),),
    "extend-end": (Act(("vault.retention.extension_ended",), made=_lengthened),),
    "client-pack": (Act(("oversight.pack.issued",), {"since": "2026/10/1", "until": "2026/11/24"}),),
    "person-slip": (Act(("oversight.slip.issued",)),),
    "person-slip-end": (Act(("oversight.slip.ended",), made=_slip),),
    "odd-use": (Act(("oversight.odd_use.reviewed",), {"word": "月末の締め"}),),
    "record-print": (Act(("tenancy.record.printed",)),),
    "record-export": (Act(("tenancy.record.exported",), {"form": "utf8", "note": "10月分の点検のため"}),),
    "disposal-cancel": (Act(("vault.disposal.cancelled",)),),
    "record-open": (Act(("tenancy.record.opened",), made=_record_password),),
    "record-password": (
        Act(
            ("tenancy.account.confirmed", "tenancy.account.record_password_changed"),
            {"old": PASSWORD, "password": RECORD_PASSWORD, "again": RECORD_PASSWORD},
        ),
    ),
    "settings-office": (
        Act(("tenancy.office.changed",), {**ADDRESS, **PROVED}),
        Act(("tenancy.settings.changed",), {**SETTINGS, **PROVED}),
    ),
    "staff-new": (Act(("tenancy.staff.added",), {**NEW, **PROVED}),),
    "staff-member": (Act(("tenancy.staff.changed",), made=_member),),
    "staff-invite": (
        Act(
            ("tenancy.account.voided", "tenancy.grant.revoked", "tenancy.activation.issued"),
            {"channel": "LETTER", **PROVED},
        ),
    ),
    "staff-grant": (Act(("tenancy.grant.given",), made=_waiting_for_grant),),
    "staff-withdraw": (Act(("tenancy.grant.revoked",), PROVED),),
    "staff-stop": (Act(("tenancy.staff.stopped", "tenancy.grant.revoked"), PROVED),),
    "staff-reopen": (Act(("tenancy.staff.reopened",), made=_stopped_member),),
    "client-new": (Act(("tenancy.client.added",), KAWARA),),
    "client-edit": (Act(("tenancy.client.changed",), made=_edited_client),),
    "client-end": (Act(("tenancy.client.ended",), {"ended_on": "2026/11/24", **PROVED}),),
    "client-resume": (
        Act(("tenancy.client.resumed",), made=lambda office: ({"client_id": office.clients["kitagawa"]}, PROVED)),
    ),
    "user-new": (
        Act(
            ("tenancy.user.added",),
            {"login_id": "haruna", "name": "春名 ゆい", "kana": "", "email": "", "role": "CLIENT_LEAD", **PROVED},
        ),
    ),
    "user": (Act(("tenancy.user.changed",), made=_user),),
    "user-invite": (Act(("tenancy.account.voided", "tenancy.activation.issued"), {"channel": "LETTER", **PROVED}),),
    "user-stop": (Act(("tenancy.user.stopped",), PROVED),),
    "user-reopen": (Act(("tenancy.user.reopened",), made=_stopped_user),),
    "client-letters": (Act(("tenancy.activation.issued",), made=_uninvited),),
    "clients-export": (Act(("tenancy.client.exported",), PROVED),),
    "clients-import-check": (Act(("tenancy.client.added",), PROVED),),
    "support": (Act(("tenancy.support.given",), {"reason": "試験", "hours": "24", **PROVED}),),
    "support-end": (Act(("tenancy.support.ended",)),),
    "own-notices": (Act(("tenancy.notices.changed",), {"notices": "DAILY"}),),
    "recovery": (Act(("tenancy.recovery.confirmed",), made=_printed_sheet),),
    "recovery-use": (Act(("tenancy.grant.recovered", "tenancy.grant.given"), made=_void_right),),
    "recovery-sheet": (Act(("tenancy.recovery.issued",), PROVED),),
}

# What writes without an event, and why.
SILENT = {
    "import": "which rows of a sheet are ticked; what is registered of them is recorded",
    "import-columns": "what a column of a sheet holds; nothing is in the vault before it is registered",
    "uploads": "a file of which no byte is there; the record begins when it is whole",
    "upload": "bytes on their way; the record begins when the file is whole",
    "files-zip": "ordinary files: who opened them stands on the page of the file (Opening)",
    "file-send-add": "one's own files before they are sent",
    "file-send-drop": "one's own files before they are sent",
    "broadcast": "a reminder by mail; the sending is recorded",
    "request-new": "a wish; what is handed in for it is recorded",
    "request-remind": "a reminder by mail",
    "request-cancel": "a wish taken back",
    "item-accept": "that a wish is met; the file is recorded",
    "item-send-back": "that a wish is not met yet; the file is recorded",
    "record-views": "one's own kept filters",
    "record-view-rename": "one's own kept filters",
    "record-view-delete": "one's own kept filters",
    "clients-import": "an Excel of companies before anything is taken over",
}
# Acts that need a longer way; the file of tests that goes it and looks at the record.
ELSEWHERE = {
    "settings-retention": ("tests/office/test_retention_pages.py", "保存期間の設定の変更"),
    "settings-oversight": ("tests/office/test_oversight_pages.py", "監督と見守りの設定の変更"),
    "import-register": ("tests/intake/test_import.py", "登録シート取り込み"),
}
