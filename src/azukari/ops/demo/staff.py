"""Who works in the demo offices, and how their desks are opened: office, accounts, grants, the key to the vault.

Everybody has the same documented password: a demo guards nothing. Never call this beside real data; `build` sees
to it that no office is there before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from azukari.kernel.actor import ROLE_LABELS, Actor, Role
from azukari.kernel.ids import ClientId, OfficeId, StaffId
from azukari.seal.vaultkey import VaultKey, derive_vault_key
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import keys, offices, staff, unlocks

PASSWORD = "azukari-demo-2026"  # noqa: S105 (documented: the demo's one password)


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
        return self.role is not Role.GENERAL


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
            manager_password=PASSWORD,
            sharoushi_name=manager.name,
            registration_number=office.registration_number,
            address=office.address,
            telephone=office.telephone,
        ),
        now=now,
    )
    with office_scope(office_id):
        manager_id = tenancy.find_staff(manager.login_id)
        assert manager_id is not None
        office_secret = unlocks.open_office_secret(manager_id, PASSWORD)
        server_half = keys.server_half()
        desk = Desk(
            office=office,
            id=office_id,
            vault_key=derive_vault_key(office_secret, server_half, office_id),
            staff_ids={manager.login_id: manager_id},
        )
        for person in others:
            new = staff.NewStaff(
                login_id=person.login_id,
                name=person.name,
                kana=person.kana,
                role=person.role,
                password=PASSWORD,
                sees_all_clients=person.sees_all_clients,
            )
            actor = desk.actor(manager.login_id)
            staff_id = StaffId(staff.create_member(new, actor=actor, server_half=server_half, now=now).id)
            desk.staff_ids[person.login_id] = staff_id
            if person.handles:
                staff.give_grant(
                    actor=desk.actor(manager.login_id), staff_id=staff_id, office_secret=office_secret, now=now
                )
    return desk


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One line of the table of logins. The order of the fields is that of `demo-logins.json`."""

    office_code: str
    login_id: str
    name: str
    role: str
    note: str
    password: str


def list_logins(*demo_offices: DemoOffice) -> list[DemoLogin]:
    """List the logins of some demo offices."""
    return [
        DemoLogin(office.code, person.login_id, person.name, ROLE_LABELS[person.role], person.note, PASSWORD)
        for office in demo_offices
        for person in office.staff
    ]
