"""Activation codes: issued on paper or by mail, redeemed once for a password of one's own (security.md 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Max, Q

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation
from azukari.kernel.actor import Actor, Role
from azukari.kernel.clock import jst_minute
from azukari.seal import grants
from azukari.seal.access_codes import ActivationCode, new_activation_code
from azukari.seal.errors import SealError
from azukari.store.scope import office_scope, scope_of
from azukari.tenancy import errors, queries
from azukari.tenancy.actions import factors, holders, members, outbox, passwords, sessions, tries
from azukari.tenancy.actions.holders import Trace
from azukari.tenancy.models import (
    Account,
    Activation,
    Office,
    Operator,
    OperatorActivation,
    StaffMember,
)
from azukari.tenancy.models.activation import ALIVE
from azukari.tenancy.queries import Holder
from azukari.tenancy.rules import login, mails
from azukari.tenancy.rules.events import Events

LETTER, MAIL, SCREEN = "LETTER", "MAIL", "SCREEN"


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh code: it exists here and on the letter, nowhere else."""

    code: ActivationCode
    number: int
    expires_at: datetime


def issue(account: Account, *, actor: Actor, channel: str, page: str = "", now: datetime) -> Issued:
    """Issue a code; an older one of this account dies. Callers have checked who may. Inside a transaction.

    By mail it is sent at once; `page` is the address of the activation page. Raises: MailNotSetUpError.
    """
    code = new_activation_code()
    days = login.MAIL_CODE_DAYS if channel == MAIL else login.CODE_DAYS
    journal.append(
        actor=actor,
        operation=Operation(
            event=Events.CODE_ISSUED,
            screen="アカウント",
            lines=(Line(detail=f"{account.login_id}（{_CHANNELS[channel]}）"),),
        ),
        now=now,
    )
    Activation.objects.filter(ALIVE, account=account).update(voided_at=now)
    number = (Activation.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    row = Activation.objects.create(
        account=account,
        number=number,
        code_digest=code.digest().hex(),
        channel=channel,
        issued_by=actor.name,
        issued_at=now,
        expires_at=now + timedelta(days=days),
    )
    Account.objects.filter(id=account.pk).update(reset_asked_at=None)
    issued = Issued(code, number, row.expires_at)
    if channel == MAIL:
        _mail(account, issued, page=page, now=now)
    return issued


def link_of(page: str, *, office_code: str, login_id: str, issued: Issued) -> str:
    """Give the address that fills the activation page in. What stands behind `#` reaches no server and no log."""
    return f"{page}#{office_code}/{login_id}/{issued.code.text()}"


def _mail(account: Account, issued: Issued, *, page: str, now: datetime) -> None:
    office, login_id = queries.get_office(), account.login_id
    mail = mails.invitation(
        name=holders.name_of(account),
        office_name=office.name,
        office_code=office.code,
        login_id=login_id,
        address=link_of(page, office_code=office.code, login_id=login_id, issued=issued),
        ends=jst_minute(issued.expires_at),
    )
    if not outbox.queue(mail, account.email, office_id=office.id, now=now):
        raise errors.MailNotSetUpError


_CHANNELS = {LETTER: "書面", MAIL: "メール", SCREEN: "画面"}


def issue_for_operator(operator: Operator, *, now: datetime) -> Issued:
    """Issue a code for an operator; it is shown once, on the terminal or the console. Inside a transaction."""
    code = new_activation_code()
    OperatorActivation.objects.filter(ALIVE, account=operator).update(voided_at=now)
    expires_at = now + timedelta(days=login.MAIL_CODE_DAYS)
    OperatorActivation.objects.create(
        account=operator,
        code_digest=code.digest().hex(),
        channel=SCREEN,
        issued_by="",
        issued_at=now,
        expires_at=expires_at,
    )
    return Issued(code, 0, expires_at)


def reset(account: Account, *, actor: Actor, with_factors: bool, now: datetime) -> None:
    """Make an account start anew: the password stops, sessions and unlocks end, the old grant is void.

    Callers have checked who may and issue a code next. Inside a transaction.
    """
    member = StaffMember.objects.filter(account=account).first()
    what = "パスワードと第2要素" if with_factors else "パスワード"
    journal.append(
        actor=actor,
        operation=Operation(
            event=Events.RESET,
            screen="アカウント",
            lines=(Line(detail=f"{account.login_id}（{what}）"),),
        ),
        now=now,
    )
    if member:
        members.record_withdrawal(actor, member, now=now)
        members.drop_grant(member)
        StaffMember.objects.filter(id=member.id).update(record_password="")
    owner = members.key_owner(account)
    if owner:
        members.set_keys(owner, None)
    if with_factors:
        factors.clear_factors(account)
    account.set_unusable_password()
    account.password_set_at = None
    account.save(update_fields=["password", "password_set_at"])
    sessions.end_sessions(account.pk)
    holders.tell(account, "パスワードの再設定", now=now)


def renew(
    account: Account, *, actor: Actor, channel: str, page: str = "", with_factors: bool = False, now: datetime
) -> Issued:
    """Issue a code for an account in whatever state: one in use, or whose second factors shall go, is reset first.

    Callers have checked who may. Inside a transaction. Raises: MailNotSetUpError.
    """
    if account.password_set_at is not None or with_factors:
        reset(account, actor=actor, with_factors=with_factors, now=now)
    return issue(account, actor=actor, channel=channel, page=page, now=now)


@dataclass(frozen=True, slots=True)
class Found:
    """A code that fits an account: not used yet, only found."""

    activation_id: UUID
    account_id: UUID
    office_id: UUID | None


def find(door: str, *, office_code: str, login_id: str, typed: str, trace: Trace, now: datetime) -> Found:
    """Find the account a typed code is for. Nothing is used up.

    The same answer for a code, a login or an office that is not there. Raises: ActivationRefusedError,
    TooManyAttemptsError.
    """
    name = login.tidy_word(login_id) if door == "operator" else login.full_login(office_code, login_id)
    tries.take((login.ACCOUNT_LIMITS, f"activation/{name}"), (login.SOURCE_LIMITS, trace.address), now=now)
    try:
        digest = ActivationCode.parse(typed).digest().hex()
    except SealError:
        digest = ""
    found = _find_operator(name, digest, now) if door == "operator" else _find(door, office_code, name, digest, now)
    if found is None:
        raise errors.ActivationRefusedError
    tries.forget(login.ACCOUNT_LIMITS, f"activation/{name}")
    tries.give_back(login.SOURCE_LIMITS, trace.address)
    return found


def _find(door: str, office_code: str, name: str, digest: str, now: datetime) -> Found | None:
    office = Office.objects.filter(code=login.tidy_word(office_code), stopped_at__isnull=True).first()
    if office is None:
        return None
    with office_scope(office.id):
        row = Activation.objects.filter(ALIVE, _fits(name, digest, now), account__door=door).first()
        return Found(row.id, row.account_id, office.id) if row else None


def _find_operator(name: str, digest: str, now: datetime) -> Found | None:
    row = OperatorActivation.objects.filter(ALIVE, _fits(name, digest, now)).first()
    return Found(row.id, row.account_id, None) if row else None


def _fits(name: str, digest: str, now: datetime) -> Q:
    return Q(account__username=name, account__is_active=True, code_digest=digest, expires_at__gt=now)


def redeem(found: Found, password: str, *, trace: Trace, now: datetime) -> Holder:
    """Use a code up for a password of one's own; the first 責任者 of an office makes its keys with it.

    Of fifty parallel tries one wins. Raises: PasswordWeakError, ActivationRefusedError.
    """
    with scope_of(found.office_id):
        holder = queries.get_holder(found.account_id, found.office_id)
        passwords.check_new(password, least=holders.least_password(holder), words=tuple(holders.words_of(holder)))
        hashed = make_password(password)
        owner = members.key_owner(holder) if isinstance(holder, Account) else None
        pair = members.new_keys(owner.id, password) if owner else None
        with transaction.atomic():
            holders.record(holder, Events.ACTIVATED, trace=trace, now=now, screen="アカウントの有効化")
            if not holder.activations.filter(ALIVE, id=found.activation_id, expires_at__gt=now).update(used_at=now):
                raise errors.ActivationRefusedError
            holder.password, holder.password_set_at = hashed, now
            holder.save(update_fields=["password", "password_set_at"])
            sessions.end_sessions(holder.pk)
            if owner and pair:
                members.set_keys(owner, pair)
            if isinstance(owner, StaffMember):
                _make_office_secret(owner, trace=trace, now=now)
        return holder


def _make_office_secret(member: StaffMember, *, trace: Trace, now: datetime) -> None:
    """Make the office's half, once in an office's life, for the first 責任者 alone."""
    if member.role != Role.MANAGER or not Office.objects.filter(id=member.office_id, keys_made_at__isnull=True).update(
        keys_made_at=now
    ):
        return
    actor = holders.system_actor(trace, name="システム")
    members.write_grant(actor, member, grants.new_office_secret(), now=now)
    StaffMember.objects.filter(id=member.id).update(handles=True)


def ask_reset(door: str, *, office_code: str, login_id: str, trace: Trace, now: datetime) -> None:
    """Note that somebody forgot the password; 責任者 see it. The answer never tells whether the login exists.

    Raises: TooManyAttemptsError.
    """
    name = login.full_login(office_code, login_id)
    tries.take((login.ACCOUNT_LIMITS, f"reset/{name}"), (login.SOURCE_LIMITS, trace.address), now=now)
    office = Office.objects.filter(code=login.tidy_word(office_code), stopped_at__isnull=True).first()
    if office is None:
        return
    with office_scope(office.id), transaction.atomic():
        account = Account.objects.filter(username=name, door=door, is_active=True).first()
        actor = holders.actor_of(account, trace) if account else unknown_actor(trace)
        journal.append(actor=actor, operation=Operation(event=Events.RESET_ASKED, screen="ログイン"), now=now)
        Account.objects.filter(username=name, door=door, is_active=True).update(reset_asked_at=now)
        if account:
            holders.tell_office("パスワード再設定の依頼", f"ログインID：{name.rpartition('/')[2]}", now=now)


def unknown_actor(trace: Trace) -> Actor:
    """Give somebody at the login page whose login does not exist."""
    return holders.system_actor(trace, name="（登録のないログインID）")
