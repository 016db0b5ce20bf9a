"""Who works in the demo offices, and how their desks are opened: office, accounts, grants, the key to the vault.

Everybody has the same documented password: a demo guards nothing. Never call this beside real data; `build` sees
to it that no office is there before.
"""

from __future__ import annotations

from base64 import b32decode
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from azukari.kernel.actor import ROLE_LABELS, Actor, Role
from azukari.kernel.clock import jst_day
from azukari.kernel.ids import ClientId, OfficeId, StaffId
from azukari.seal import one_time
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import VaultKey, derive_vault_key
from azukari.store.scope import office_scope
from azukari.tenancy import policy
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import (
    activation,
    factors,
    keys,
    members,
    offices,
    operators,
    passwords,
    staff,
    unlocks,
    users,
)
from azukari.tenancy.actions.activation import Issued
from azukari.tenancy.actions.holders import NOWHERE
from azukari.tenancy.rules.contract import ContractTerms
from azukari.vault import queries as vault

PASSWORD = "azukari-demo-2026"  # noqa: S105 (documented: the demo's one password)
RECORD_PASSWORD = "kiroku-no-gamen"  # noqa: S105 (documented: that of the record's screens)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStaff:
    """One invented staff member, from which computer they work, and what to try as them."""

    login_id: str
    name: str
    kana: str
    role: Role
    address: str
    note: str
    sees_all_clients: bool = True

    @property
    def handles(self) -> bool:
        """Tell whether the person gets a grant to the numbers."""
        return self.role in {Role.MANAGER, Role.HANDLER}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOffice:
    """One invented office. The first of its staff is the manager who opens it."""

    code: str
    name: str
    registration_number: str
    address: str
    telephone: str
    staff: tuple[DemoStaff, ...]


MINATO = DemoOffice(
    code="minato",
    name="みなと社会保険労務士法人",
    registration_number="第00000001号",
    address="東京都風待市港町3-4-5",
    telephone="03-0000-0001",
    staff=(
        DemoStaff(
            login_id="aoki",
            name="青木 由美",
            kana="アオキ ユミ",
            role=Role.MANAGER,
            address="192.168.10.11",
            note="廃棄の承認、取扱記録の確認と検証、設定、鍵の控えの印刷",
        ),
        DemoStaff(
            login_id="saeki",
            name="佐伯 舞",
            kana="サエキ マイ",
            role=Role.HANDLER,
            address="192.168.10.12",
            note="登録シートの取り込み、個人番号の登録と表示、廃棄の申請（すべての顧問先）",
        ),
        DemoStaff(
            login_id="ono",
            name="大野 健一",
            kana="オオノ ケンイチ",
            role=Role.HANDLER,
            address="192.168.10.13",
            note="担当する顧問先だけが見えること",
            sees_all_clients=False,
        ),
        DemoStaff(
            login_id="miyake",
            name="三宅 隆",
            kana="ミヤケ タカシ",
            role=Role.GENERAL,
            address="192.168.10.14",
            note="台帳は見えても、個人番号は開けないこと",
        ),
        DemoStaff(
            login_id="kanno",
            name="菅野 律子",
            kana="カンノ リツコ",
            role=Role.AUDITOR,
            address="192.168.10.15",
            note="監査。取扱記録は読めても、個人番号は開けないこと",
        ),
    ),
)
KAMOME = DemoOffice(
    code="kamome",
    name="かもめ労務事務所",
    registration_number="第00000002号",
    address="神奈川県白砂浦市弁天1-2-3",
    telephone="045-000-0002",
    staff=(
        DemoStaff(
            login_id="kamoshita",
            name="鴨下 さゆり",
            kana="カモシタ サユリ",
            role=Role.MANAGER,
            address="192.168.20.11",
            note="1人の事務所。廃棄は申請から24時間後に実行できること",
        ),
    ),
)


@dataclass(slots=True)
class Desk:
    """An open demo office: its staff as actors, and the key to its vault (in memory only)."""

    office: DemoOffice
    id: OfficeId
    vault_key: VaultKey
    staff_ids: dict[str, StaffId]
    served: dict[str, set[ClientId]] = field(default_factory=dict)

    def actor(self, login_id: str, session: str = "") -> Actor:
        """Give a staff member as an actor, as the middleware of the office door would."""
        person = next(person for person in self.office.staff if person.login_id == login_id)
        return Actor(
            office_id=self.id,
            staff_id=self.staff_ids[login_id],
            name=person.name,
            role=person.role,
            may_handle=person.handles,
            client_ids=None if person.sees_all_clients else frozenset(self.served.get(login_id, ())),
            session=session,
            address=person.address,
        )

    @property
    def manager(self) -> str:
        """Give the login ID of the manager."""
        return self.office.staff[0].login_id

    def assign(self, login_id: str, client_id: ClientId, *, now: datetime) -> None:
        """Let a staff member serve a client."""
        staff.assign(actor=self.actor(self.manager), staff_id=self.staff_ids[login_id], client_id=client_id, now=now)
        self.served.setdefault(login_id, set()).add(client_id)


def open_desk(office: DemoOffice, *, now: datetime) -> Desk:
    """Open a demo office with its staff, grants included."""
    manager, *others = office.staff
    office_id = offices.open_office(
        offices.NewOffice(
            code=office.code,
            name=office.name,
            manager_login=manager.login_id,
            manager_name=manager.name,
            sharoushi_name=manager.name,
            registration_number=office.registration_number,
            address=office.address,
            telephone=office.telephone,
        ),
        terms=ContractTerms(
            plan="標準", starts_on=jst_day(now), staff_limit=20, client_limit=20_000, note="試用のための契約です。"
        ),
        now=now,
    )
    with office_scope(office_id):
        activate("office", office.code, manager.login_id, offices.issue_letter(now=now), now=now)
        manager_id = tenancy.find_staff(manager.login_id)
        assert manager_id is not None
        office_secret = unlocks.open_office_secret(manager_id, PASSWORD)
        desk = Desk(
            office=office,
            id=office_id,
            vault_key=derive_vault_key(office_secret, keys.server_half(), office_id),
            staff_ids={manager.login_id: manager_id},
        )
        for person in others:
            actor = desk.actor(manager.login_id)
            facts = staff.StaffFacts(
                name=person.name,
                kana=person.kana,
                role=person.role,
                sees_all_clients=person.sees_all_clients,
                handles=person.handles,
            )
            staff_id = staff.add_member(person.login_id, facts, actor=actor, now=now)
            desk.staff_ids[person.login_id] = staff_id
            issued = staff.issue_code(staff_id, actor=actor, channel=activation.LETTER, now=now)
            activate("office", office.code, person.login_id, issued, now=now)
            if person.handles:
                members.give_grant(actor=actor, staff_id=staff_id, office_secret=office_secret, now=now)
        for login_id in desk.staff_ids:
            _set_record_password(desk.actor(login_id), now=now)
    return desk


def _set_record_password(actor: Actor, *, now: datetime) -> None:
    if policy.may(actor, "journal:record:see"):
        assert actor.staff_id is not None
        account = tenancy.get_account(tenancy.get_staff_for(actor, actor.staff_id).account_id)
        passwords.set_record_password(actor, account, own=PASSWORD, new=RECORD_PASSWORD, trace=NOWHERE, now=now)


def activate(door: str, office_code: str, login_id: str, issued: Issued, *, now: datetime) -> None:
    """Do what the person with the letter does: redeem the code, and show the app's first code."""
    found = activation.find(
        door, office_code=office_code, login_id=login_id, typed=issued.code.text(), trace=NOWHERE, now=now
    )
    holder = activation.redeem(found, PASSWORD, trace=NOWHERE, now=now)
    draft = factors.begin_totp(holder)
    secret = Secret(b32decode("".join(draft.groups)))
    factors.add_totp(
        holder,
        sealed=draft.sealed,
        typed=one_time.code_of(secret, one_time.counter_at(now)),
        label="試用のアプリ",
        trace=NOWHERE,
        now=now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoUser:
    """One invented person of client companies."""

    login_id: str
    name: str
    kana: str
    note: str


PORTAL_USERS = (
    DemoUser(login_id="tanabe", name="田辺 由紀", kana="タナベ ユキ", note="2社の窓口責任者。会社を切り替えられること"),
    DemoUser(login_id="nonaka", name="野中 浩", kana="ノナカ ヒロシ", note="1社の窓口担当者"),
    DemoUser(
        login_id="kanzaki", name="神崎 恵", kana="カンザキ メグミ", note="窓口責任者。個人番号の取扱いを見られること"
    ),
)
OPERATOR = ("unei", "運営 太郎")


def open_portal(desk: Desk, *, now: datetime) -> None:
    """Let three invented people in: one for the first two companies, one for the first, one where most numbers are."""
    with office_scope(desk.id):
        actor = desk.actor(desk.manager)
        running = [pk for pk, _ in tenancy.list_client_choices(actor, ended=False)]
        first, second, *_ = running
        numbers = vault.count_live_numbers(running)
        busiest = max(running, key=lambda pk: numbers.get(pk, 0))
        lead, member, watchful = PORTAL_USERS
        places: tuple[tuple[DemoUser, dict[UUID, Role]], ...] = (
            (lead, {first: Role.CLIENT_LEAD, second: Role.CLIENT_LEAD}),
            (member, {first: Role.CLIENT_MEMBER}),
            (watchful, {busiest: Role.CLIENT_LEAD}),
        )
        for user, roles in places:
            facts = users.UserFacts(name=user.name, kana=user.kana, roles=roles)
            user_id = users.add_user(user.login_id, facts, actor=actor, now=now)
            issued = users.issue_code(user_id, actor=actor, channel=activation.LETTER, now=now)
            activate("portal", desk.office.code, user.login_id, issued, now=now)


def open_operator(*, now: datetime) -> None:
    """Make the invented operator."""
    login_id, name = OPERATOR
    activate("operator", "", login_id, operators.add_operator(login_id, name, now=now), now=now)


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One line of the table of logins. The order of the fields is that of `demo-logins.json`."""

    door: str
    office_code: str
    login_id: str
    name: str
    role: str
    note: str
    password: str


def list_logins(*demo_offices: DemoOffice) -> list[DemoLogin]:
    """List the logins of some demo offices, of the client companies of the first, and of the operator."""
    logins = [
        DemoLogin("office", office.code, person.login_id, person.name, ROLE_LABELS[person.role], person.note, PASSWORD)
        for office in demo_offices
        for person in office.staff
    ]
    logins += [
        DemoLogin("portal", demo_offices[0].code, user.login_id, user.name, "顧問先", user.note, PASSWORD)
        for user in PORTAL_USERS
    ]
    login_id, name = OPERATOR
    return [*logins, DemoLogin("operator", "", login_id, name, "運営者", "事務所の登録、案内の書面、契約", PASSWORD)]
