"""The people the tests speak of: two offices, their staff, a client each with two employees.

みなと office: Aoki (責任者), Saeki (取扱担当者, all clients), Ono (取扱担当者, only あおば), Miyake (一般従業員), Kanno
(監査). People at the client companies' door: Tanabe (窓口責任者 of あおば and みずほ), Nonaka (窓口担当者 of あおば).
かもめ office: Kamome's manager and one client: whoever is not Minato's is a stranger to it.
Committed once for the whole run; every test rolls back what it did.
"""

from __future__ import annotations

from base64 import b32decode
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from azukari.kernel.actor import Actor, Role
from azukari.kernel.check_digits import synthetic_number
from azukari.kernel.ids import ClientId, OfficeId, PersonId, StaffId, new_id
from azukari.roster import actions as roster
from azukari.roster.rules import NumberState, PersonFacts, Sex
from azukari.seal import one_time
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import VaultKey, derive_vault_key
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import activation, clients, factors, keys, members, offices, staff, unlocks, users
from azukari.tenancy.actions.activation import Issued
from azukari.tenancy.actions.holders import NOWHERE
from azukari.tenancy.models import StaffMember
from azukari.tenancy.queries import Holder
from azukari.tenancy.rules.client_sheet import ClientFacts
from tests.cheap import CHEAP

PASSWORD = "yama kawa soshite umi"
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


def number_of(seed: int) -> str:
    """A synthetic number of the tests, with a right check digit; seeds of the cast start at 7,000,000."""
    return synthetic_number(7_000_000 + seed)


@dataclass
class Office:
    """One office of the cast."""

    id: OfficeId
    code: str
    staff: dict[str, StaffId] = field(default_factory=dict)
    clients: dict[str, ClientId] = field(default_factory=dict)
    users: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, PersonId] = field(default_factory=dict)

    def actor(self, login_id: str) -> Actor:
        """Give a staff member as an actor, as the middleware would."""
        account = StaffMember.objects.get(login_id=login_id).account_id
        return tenancy.get_signed_in(account, session="test", address="127.0.0.1").actor

    def vault_key(self, login_id: str = "aoki") -> VaultKey:
        """Open the vault with a staff member's password."""
        secret = unlocks.open_office_secret(self.staff[login_id], PASSWORD)
        return derive_vault_key(secret, keys.server_half(), self.id)


@dataclass
class Cast:
    """Both offices."""

    minato: Office
    kamome: Office


def make_cast() -> Cast:
    """Create both offices. Runs once, outside every test's transaction."""
    members.PASSWORD_COST = CHEAP
    minato = _office("minato", "みなと社会保険労務士法人", "aoki", "青木 由美")
    with office_scope(minato.id):
        _staff(minato, "saeki", "佐伯 舞", Role.HANDLER, grant=True, sees_all=True)
        _staff(minato, "ono", "大野 健一", Role.HANDLER, grant=True, sees_all=False)
        _staff(minato, "miyake", "三宅 隆", Role.GENERAL, grant=False, sees_all=True)
        _staff(minato, "kanno", "菅野 律子", Role.AUDITOR, grant=False, sees_all=True)
        _client(minato, "aoba", "株式会社あおば製作所", "アオバセイサクショ")
        _client(minato, "kitagawa", "有限会社北川商店", "キタガワショウテン", ended=date(2026, 9, 30))
        _client(minato, "mizuho", "みずほ運輸株式会社", "ミズホウンユ")
        _user(minato, "tanabe", "田辺 由紀", {"aoba": Role.CLIENT_LEAD, "mizuho": Role.CLIENT_LEAD})
        _user(minato, "nonaka", "野中 浩", {"aoba": Role.CLIENT_MEMBER})
        staff.assign(
            actor=minato.actor("aoki"), staff_id=minato.staff["ono"], client_id=minato.clients["aoba"], now=NOW
        )
        _person(minato, "aoba", "ishihara", "石原 亮太", "イシハラ リョウタ", "1042", left_on=date(2016, 10, 20))
        _person(minato, "aoba", "misato", "石原 美里", "イシハラ ミサト", "1042", relationship="妻")
        _person(minato, "aoba", "takahashi", "髙橋 誠", "タカハシ マコト", "1054")
        _person(minato, "kitagawa", "shibata", "柴田 昭夫", "シバタ アキオ", "7")
        _person(minato, "kitagawa", "nemoto", "根本 美咲", "ネモト ミサキ", "8")
    kamome = _office("kamome", "かもめ労務事務所", "kamo", "鴨下 さゆり")
    with office_scope(kamome.id):
        _client(kamome, "shiosai", "株式会社潮騒", "シオサイ")
        _person(kamome, "shiosai", "minami", "南 一郎", "ミナミ イチロウ", "1")
    return Cast(minato, kamome)


def _office(code: str, name: str, login: str, manager: str) -> Office:
    office_id = offices.open_office(
        offices.NewOffice(
            code=code,
            name=name,
            manager_login=login,
            manager_name=manager,
            sharoushi_name=manager,
            address="東京都港区みなと1-2-3",
        ),
        now=NOW,
    )
    office = Office(office_id, code)
    with office_scope(office_id):
        activate("office", code, login, offices.issue_letter(now=NOW))
        found = tenancy.find_staff(login)
        assert found is not None
        office.staff[login] = found
    return office


def activate(door: str, office_code: str, login_id: str, issued: Issued, *, now: datetime = NOW) -> Holder:
    """Redeem a code as its owner does, without a second factor."""
    found = activation.find(
        door, office_code=office_code, login_id=login_id, typed=issued.code.text(), trace=NOWHERE, now=now
    )
    return activation.redeem(found, PASSWORD, trace=NOWHERE, now=now)


def add_app(holder: Holder, *, now: datetime = NOW) -> Secret:
    """Give an account an app for codes. Gives the app's secret."""
    draft = factors.begin_totp(holder)
    secret = Secret(b32decode("".join(draft.groups)))
    code = one_time.code_of(secret, one_time.counter_at(now))
    factors.add_totp(holder, sealed=draft.sealed, typed=code, label="アプリ", trace=NOWHERE, now=now)
    return secret


def _staff(office: Office, login: str, name: str, role: Role, *, grant: bool, sees_all: bool) -> None:
    manager = office.actor("aoki")
    facts = staff.StaffFacts(name=name, role=role, sees_all_clients=sees_all, handles=grant)
    office.staff[login] = staff.add_member(login, facts, actor=manager, now=NOW)
    issued = staff.issue_code(office.staff[login], actor=manager, channel=activation.LETTER, now=NOW)
    activate("office", office.code, login, issued)
    if grant:
        secret = unlocks.open_office_secret(office.staff["aoki"], PASSWORD)
        members.give_grant(actor=manager, staff_id=office.staff[login], office_secret=secret, now=NOW)


def _user(office: Office, login: str, name: str, roles: dict[str, Role]) -> None:
    manager = office.actor("aoki")
    facts = users.UserFacts(name=name, roles={office.clients[code]: role for code, role in roles.items()})
    office.users[login] = users.add_user(login, facts, actor=manager, now=NOW)
    issued = users.issue_code(office.users[login], actor=manager, channel=activation.LETTER, now=NOW)
    activate("portal", office.code, login, issued)


def _client(office: Office, code: str, name: str, kana: str, ended: date | None = None) -> None:
    office.clients[code] = clients.add_client(
        ClientFacts(code=code, name=name, kana=kana, contract_from=date(2016, 1, 1), contract_ended_on=ended),
        actor=office.actor("aoki" if office.code == "minato" else "kamo"),
        now=NOW,
    )


def _person(
    office: Office,
    client: str,
    key: str,
    name: str,
    kana: str,
    code: str,
    *,
    relationship: str = "本人",
    left_on: date | None = None,
) -> None:
    person_id = PersonId(new_id())
    own = relationship == "本人"
    head: UUID | None = None if own else office.people["ishihara"]
    roster.add_people(
        client_id=office.clients[client],
        people=[
            (
                person_id,
                PersonFacts(
                    employee_code=code,
                    name=name,
                    kana=kana,
                    birth_date=date(1985, 4, 12),
                    sex=Sex.UNKNOWN,
                    relationship=relationship,
                    is_employee=own,
                    head_id=head,
                    left_on=left_on,
                ),
            )
        ],
        state=NumberState.MISSING,
        now=NOW,
    )
    office.people[key] = person_id
