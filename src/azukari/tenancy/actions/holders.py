"""What every account can do to itself leaves a trace and may be told by mail, whoever holds it.

An account of an office writes into that office's record; an operator, who has no office, into the operators' events.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from azukari.journal import actions as journal
from azukari.journal.queries import AccessRow, list_own_access
from azukari.journal.rules import Event, Line, Operation, Result
from azukari.kernel.actor import Actor, Role
from azukari.kernel.ids import OfficeId, StaffId
from azukari.seal.context import Context
from azukari.store.scope import current_office
from azukari.tenancy import queries
from azukari.tenancy.actions import outbox
from azukari.tenancy.models import Account, ClientUser, Operator, OperatorEvent, StaffMember
from azukari.tenancy.queries import Holder
from azukari.tenancy.rules import mails
from azukari.tenancy.rules.passwords import least_length
from azukari.tenancy.rules.settings import PASSWORD_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """From where a request comes: the session's public id, the address, what the browser calls itself."""

    session: str = ""
    address: str = ""
    device: str = ""


NOWHERE = Trace()


def record(
    holder: Holder,
    event: Event,
    *,
    trace: Trace,
    now: datetime,
    result: Result = Result.SUCCESS,
    detail: str = "",
    screen: str = "ログイン",
) -> None:
    """Record what an account did to itself, inside the caller's transaction."""
    if isinstance(holder, Operator):
        note(holder, event.label, trace=trace, now=now, succeeded=result is Result.SUCCESS)
        return
    journal.append(
        actor=actor_of(holder, trace),
        operation=Operation(event=event, screen=screen, lines=(Line(detail=detail, result=result),)),
        now=now,
    )


def note(
    operator: Operator | None, label: str, *, trace: Trace, now: datetime, office_code: str = "", succeeded: bool = True
) -> None:
    """Write one of the operators' events."""
    OperatorEvent.objects.create(
        operator_id=operator.id if operator else None,
        operator_name=operator.name if operator else "",
        at=now,
        label=label,
        office_code=office_code,
        address=trace.address,
        succeeded=succeeded,
    )


def actor_of(account: Account, trace: Trace) -> Actor:
    """Give an account as an actor without rights: enough to name it in the record, also when it is stopped."""
    member = StaffMember.objects.filter(account=account).first()
    user = None if member else ClientUser.objects.get(account=account)
    return Actor(
        office_id=OfficeId(current_office()),
        staff_id=StaffId(member.id) if member else None,
        user_id=user.id if user else None,
        name=member.name if member else user.name if user else "",
        role=Role(member.role) if member else Role.CLIENT_MEMBER,
        may_handle=False,
        client_ids=frozenset(),
        session=trace.session,
        address=trace.address,
    )


def system_actor(trace: Trace = NOWHERE, *, name: str = "運営者") -> Actor:
    """Give the operator's system as an actor of the office in force."""
    return Actor(
        office_id=OfficeId(current_office()),
        staff_id=None,
        name=name,
        role=Role.SYSTEM,
        may_handle=False,
        client_ids=None,
        session=trace.session,
        address=trace.address,
    )


def list_history(holder: Holder) -> list[AccessRow]:
    """List the last log-ins of an account and what belongs to them, newest first."""
    if isinstance(holder, Operator):
        return [
            AccessRow(at=row.at, label=row.label, detail="", address=row.address, failed=not row.succeeded)
            for row in queries.list_operator_events(operator_id=holder.pk, limit=20)
        ]
    return list_own_access(actor_of(holder, NOWHERE))


def name_of(holder: Holder) -> str:
    """Give the name of the person behind an account."""
    if isinstance(holder, Operator):
        return holder.name
    return actor_of(holder, Trace()).name


def words_of(holder: Holder) -> Iterable[str]:
    """Give the words a password must not be made of."""
    login_id = holder.login_id
    if isinstance(holder, Operator):
        return (login_id, holder.name, "azukari", "あずかり")
    office = queries.get_office()
    name = name_of(holder)
    return (login_id, office.code, office.name, name, *name.split(), "azukari", "あずかり")


def least_password(holder: Holder) -> int:
    """Give the least length of a password of this account."""
    if isinstance(holder, Operator):
        return least_length(with_factor=True, office=PASSWORD_LENGTH[1])
    return least_length(with_factor=queries.needs_factor(holder), office=queries.get_office().password_length)


def needs_factor(holder: Holder) -> bool:
    """Tell whether a second factor is asked of an account. Of operators always."""
    return True if isinstance(holder, Operator) else queries.needs_factor(holder)


def context(label: str, holder: Holder, record_id: UUID) -> Context:
    """Bind what the root key wraps for an account to its office and row."""
    office = outbox.NO_OFFICE if isinstance(holder, Operator) else current_office()
    return Context(label=label, office=office, person=holder.pk, record=record_id)


def tell(holder: Holder, what: str, *, now: datetime) -> None:
    """Tell the person by mail that the ways into the account have changed."""
    office_name, office_id = sender_of(holder)
    outbox.queue(
        mails.account_changed(name=name_of(holder), office_name=office_name, what=what, at=now),
        holder.email,
        office_id=office_id,
        now=now,
    )


def tell_of_device(holder: Holder, trace: Trace, *, now: datetime) -> None:
    """Tell the person by mail of a login from a new device."""
    office_name, office_id = sender_of(holder)
    outbox.queue(
        mails.new_device(
            name=name_of(holder), office_name=office_name, device=trace.device, address=trace.address, at=now
        ),
        holder.email,
        office_id=office_id,
        now=now,
    )


def tell_office(what: str, detail: str, *, now: datetime) -> None:
    """Tell the office's notice addresses of something that concerns the whole office."""
    office = queries.get_office()
    for address in office.notice_addresses:
        mail = mails.office_notice(office_name=office.name, what=what, detail=detail, at=now)
        outbox.queue(mail, address, office_id=office.id, now=now)


def sender_of(holder: Holder) -> tuple[str, UUID | None]:
    """Give the name a mail speaks for, and the office."""
    if isinstance(holder, Operator):
        return "あずかり 運営", None
    office = queries.get_office()
    return office.name, office.id
