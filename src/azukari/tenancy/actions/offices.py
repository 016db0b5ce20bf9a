"""Opening an office, its contract, stopping it, the support it grants, and the settings it decides for itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Event, Line, Operation
from azukari.kernel.actor import Actor, Role
from azukari.kernel.ids import OfficeId
from azukari.store.scope import current_office, office_scope
from azukari.tenancy import errors, policy, queries
from azukari.tenancy.actions import activation, holders, keys, sessions, staff
from azukari.tenancy.actions.activation import Issued
from azukari.tenancy.actions.holders import NOWHERE, Trace
from azukari.tenancy.models import Account, Contract, Office, SupportGrant, Unlock
from azukari.tenancy.rules import networks
from azukari.tenancy.rules.contract import ContractTerms
from azukari.tenancy.rules.events import Events
from azukari.tenancy.rules.login import is_login_id, tidy_word
from azukari.tenancy.rules.settings import SETTING_LABELS, OfficeSettings

SUPPORT_HOURS = (1, 24, 72)  # least, default, most


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOffice:
    """What is needed to open an office. Its first 責任者 activates the account, and with it makes the keys."""

    code: str
    name: str
    manager_login: str
    manager_name: str
    manager_email: str = ""
    sharoushi_name: str = ""
    registration_number: str = ""
    postal_code: str = ""
    address: str = ""
    telephone: str = ""


@transaction.atomic
def open_office(
    new: NewOffice, *, terms: ContractTerms | None = None, trace: Trace = NOWHERE, now: datetime
) -> OfficeId:
    """Open an office with its record, its signing keys and a first 責任者 who waits for an activation code.

    Raises: CodeTakenError, LoginIdError, RootKeyMissingError.
    """
    code = tidy_word(new.code)
    if not is_login_id(code) or len(code) > 20:
        raise errors.LoginIdError(value=code)
    if Office.objects.filter(code=code).exists():
        raise errors.CodeTakenError(value=code)
    office = Office.objects.create(
        code=code,
        name=new.name,
        sharoushi_name=new.sharoushi_name,
        registration_number=new.registration_number,
        postal_code=new.postal_code,
        address=new.address,
        telephone=new.telephone,
        contact_person=new.manager_name,
        notice_addresses=[new.manager_email] if new.manager_email else [],
        created_at=now,
    )
    with office_scope(office.id):
        keys.make_office_keys(office, now=now)
        journal.open_journal()
        actor = holders.system_actor(trace)
        _record(actor, Events.OFFICE_OPENED, new.name, now=now)
        if terms:
            _write_contract(actor, terms, now=now)
        facts = staff.StaffFacts(
            name=new.manager_name, role=Role.MANAGER, email=new.manager_email, sees_all_clients=True
        )
        staff_id = staff.add_member(new.manager_login, facts, actor=actor, now=now)
        account_id = Account.objects.values_list("id", flat=True).get(staff__id=staff_id)
        Office.objects.filter(id=office.id).update(founder_account_id=account_id)
    return OfficeId(office.id)


@transaction.atomic
def issue_letter(*, trace: Trace = NOWHERE, with_factors: bool = False, now: datetime) -> Issued:
    """Issue the code of the office's first 責任者, on the operator's side; an older one dies, an account in use is reset.

    In the office's scope. Raises: StaffNotFoundError when that account was stopped by the office.
    """
    account = _founder()
    if account is None or not account.is_active:
        raise errors.StaffNotFoundError
    actor = holders.system_actor(trace)
    if account.password_set_at is not None or (with_factors and queries.has_factor(account)):
        activation.reset(account, actor=actor, with_factors=with_factors, now=now)
        holders.tell_office("運営者によるパスワードの再設定", "責任者の新しい案内を発行しました。", now=now)
    return activation.issue(account, actor=actor, channel=activation.LETTER, now=now)


def founder_login() -> str:
    """Give the login ID of the office's first 責任者, for the letter."""
    account = _founder()
    return account.login_id if account else ""


def _founder() -> Account | None:
    founder = Office.objects.values_list("founder_account_id", flat=True).get(id=current_office())
    return Account.objects.filter(pk=founder).first() if founder else None


def founder_has_factor() -> bool:
    """Tell whether that account has a second factor, which a letter may clear: also after an earlier letter kept it."""
    account = _founder()
    return account is not None and queries.has_factor(account)


def founder_is_active() -> bool:
    """Tell whether that account is in use, so that a new letter would reset it."""
    account = _founder()
    return account is not None and account.password_set_at is not None


@transaction.atomic
def stop_office(reason: str, *, trace: Trace, now: datetime) -> None:
    """Stop an office: nobody of it gets in, every session and unlock ends with this commit. In the office's scope."""
    _record(holders.system_actor(trace), Events.OFFICE_STOPPED, reason, now=now)
    Office.objects.filter(id=current_office()).update(stopped_at=now, stop_reason=reason)
    sessions.end_sessions_of(Account.objects.values("id"))
    Unlock.objects.all().delete()
    holders.tell_office("利用停止", reason, now=now)


@transaction.atomic
def reopen_office(*, trace: Trace, now: datetime) -> None:
    """Reopen a stopped office. In the office's scope."""
    _record(holders.system_actor(trace), Events.OFFICE_REOPENED, "", now=now)
    Office.objects.filter(id=current_office()).update(stopped_at=None, stop_reason="")
    holders.tell_office("利用再開", "", now=now)


@transaction.atomic
def change_contract(terms: ContractTerms, *, trace: Trace, now: datetime) -> None:
    """Write a new state of the contract; the old ones stay as history. In the office's scope.

    Raises: ContractNotEndedError when it ends before it starts.
    """
    if terms.ends_on and terms.ends_on < terms.starts_on:
        raise errors.ContractNotEndedError
    _write_contract(holders.system_actor(trace), terms, now=now)


def _write_contract(actor: Actor, terms: ContractTerms, *, now: datetime) -> None:
    _record(actor, Events.CONTRACT_CHANGED, terms.plan, now=now)
    Contract.objects.create(**asdict(terms), changed_by=actor.name, changed_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeAddress:
    """Name and address of an office, as its letters carry them."""

    name: str
    sharoushi_name: str = ""
    registration_number: str = ""
    postal_code: str = ""
    address: str = ""
    telephone: str = ""


@transaction.atomic
def change_address(facts: OfficeAddress, *, actor: Actor, version: int, now: datetime) -> None:
    """Change name and address of the office. Raises: PermissionNotAllowed, SettingsConflictError."""
    policy.check_may(actor, "tenancy:settings:change")
    office = _lock(version)
    changed = [name for name, value in asdict(facts).items() if getattr(office, name) != value]
    _record(actor, Events.OFFICE_CHANGED, "・".join(_ADDRESS_LABELS[name] for name in changed) or "変更なし", now=now)
    Office.objects.filter(id=office.id).update(**asdict(facts), settings_version=version + 1)


_ADDRESS_LABELS = {
    "name": "事務所名",
    "sharoushi_name": "社労士",
    "registration_number": "登録番号",
    "postal_code": "郵便番号",
    "address": "所在地",
    "telephone": "電話",
}


@transaction.atomic
def change_settings(*, actor: Actor, settings: OfficeSettings, version: int, now: datetime) -> None:
    """Change what the office decides for itself. `version` is the one the person saw.

    Raises: PermissionNotAllowed, SettingsConflictError, LockedOutError when the actor's own address would be refused.
    """
    policy.check_may(actor, "tenancy:settings:change")
    if not networks.is_allowed(actor.address, settings.allowed_networks):
        raise errors.LockedOutError(address=actor.address)
    office = _lock(version)
    wanted = asdict(settings)
    wanted["allowed_networks"] = list(settings.allowed_networks)
    wanted["notice_addresses"] = list(settings.notice_addresses)
    changed = [SETTING_LABELS[name] for name, value in wanted.items() if getattr(office, name) != value]
    _record(actor, Events.SETTINGS_CHANGED, "・".join(changed) or "変更なし", now=now)
    if changed:
        holders.tell_office("設定の変更", "・".join(changed), now=now)
    Office.objects.filter(id=office.id).update(**wanted, settings_version=version + 1)


def _lock(version: int) -> Office:
    office = Office.objects.select_for_update().get(id=current_office())
    if office.settings_version != version:
        raise errors.SettingsConflictError
    return office


@transaction.atomic
def clear_networks(*, trace: Trace, now: datetime) -> None:
    """Lift the restriction of networks from the operator's side, for an office that locked itself out."""
    _record(holders.system_actor(trace), Events.NETWORKS_CLEARED, "", now=now)
    Office.objects.filter(id=current_office()).update(allowed_networks=[])
    holders.tell_office("接続元の制限の解除", "運営者が解除しました。", now=now)


@transaction.atomic
def give_support(*, actor: Actor, reason: str, hours: int, now: datetime) -> None:
    """Let the operator look at the state of accounts and settings for some hours. Raises: PermissionNotAllowed."""
    policy.check_may(actor, "tenancy:support:grant")
    ends_at = now + timedelta(hours=min(max(hours, SUPPORT_HOURS[0]), SUPPORT_HOURS[2]))
    _record(actor, Events.SUPPORT_GIVEN, f"{reason}（{hours}時間）", now=now)
    assert actor.staff_id is not None
    SupportGrant.objects.filter(ends_at__gt=now).update(ends_at=now)
    SupportGrant.objects.create(
        reason=reason, given_by=actor.staff_id, given_by_name=actor.name, given_at=now, ends_at=ends_at
    )


@transaction.atomic
def end_support(*, actor: Actor, now: datetime) -> None:
    """End the support access at once. Raises: PermissionNotAllowed."""
    policy.check_may(actor, "tenancy:support:grant")
    _record(actor, Events.SUPPORT_ENDED, "", now=now)
    SupportGrant.objects.filter(ends_at__gt=now).update(ends_at=now)


@transaction.atomic
def use_support(*, trace: Trace, operator_name: str, now: datetime) -> None:
    """Record that the operator looks, before it is shown. In the office's scope. Raises: SupportNotGivenError."""
    if not SupportGrant.objects.filter(given_at__lte=now, ends_at__gt=now).exists():
        raise errors.SupportNotGivenError
    _record(holders.system_actor(trace), Events.SUPPORT_USED, operator_name, now=now)


def _record(actor: Actor, event: Event, detail: str, *, now: datetime) -> None:
    journal.append(
        actor=actor,
        operation=Operation(event=event, screen=_SCREENS.get(event, "運営"), lines=(Line(detail=detail),)),
        now=now,
    )


_SCREENS = {
    Events.SETTINGS_CHANGED: "設定情報の確認・編集",
    Events.OFFICE_CHANGED: "設定情報の確認・編集",
    Events.SUPPORT_GIVEN: "サポートの許可",
    Events.SUPPORT_ENDED: "サポートの許可",
}
