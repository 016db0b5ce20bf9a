"""The recovery sheet (鍵の控え): the office's half on paper, printed once, confirmed by typing it back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Max

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation
from azukari.kernel.actor import Actor
from azukari.kernel.ids import StaffId
from azukari.seal import commitment, grants
from azukari.seal.context import Context
from azukari.seal.secretbytes import Secret
from azukari.store.scope import current_office
from azukari.tenancy import errors, policy
from azukari.tenancy.actions import members, sessions
from azukari.tenancy.models import RecoverySheet, StaffMember
from azukari.tenancy.rules.events import Events

_ASKED_GROUPS = 3


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh sheet: its number, and the code that exists nowhere else but on the paper."""

    number: int
    code: grants.RecoveryCode


@transaction.atomic
def issue_sheet(*, actor: Actor, office_secret: Secret, now: datetime) -> Issued:
    """Make a new recovery sheet; from its confirmation on, older sheets open nothing.

    Raises: PermissionNotAllowed.
    """
    policy.check_may(actor, "tenancy:recovery:issue")
    number = (RecoverySheet.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    code = grants.new_recovery_code()
    context = _context(number)
    sealed = grants.grant_office_secret(office_secret, grants.recovery_public_key(code, context), context)
    # Of the 256 bits three groups can be guessed from this digest at great cost; the rest stays out of reach.
    positions = sorted(secrets.SystemRandom().sample(range(len(code.groups())), _ASKED_GROUPS))
    salt = commitment.new_salt()
    journal.append(
        actor=actor,
        operation=Operation(event=Events.RECOVERY_ISSUED, screen="鍵の控え", lines=(Line(detail=f"控え {number}"),)),
        now=now,
    )
    RecoverySheet.objects.create(
        number=number,
        sealed_secret=sealed,
        check_groups={
            "positions": positions,
            "salt": salt.hex(),
            "digest": _digest(salt, [code.groups()[place] for place in positions]),
        },
        issued_by=actor.staff_id,
        issued_at=now,
    )
    return Issued(number, code)


@transaction.atomic
def confirm_sheet(*, actor: Actor, number: int, groups: list[str], now: datetime) -> None:
    """Confirm a printed sheet by three of its groups; older sheets are destroyed with this.

    Raises: PermissionNotAllowed, RecoverySheetNotFoundError, RecoveryNotConfirmedError.
    """
    policy.check_may(actor, "tenancy:recovery:issue")
    sheet = RecoverySheet.objects.lock().filter(number=number).first()
    if sheet is None or RecoverySheet.objects.filter(number__gt=number).exists():
        raise errors.RecoverySheetNotFoundError
    check = sheet.check_groups
    if _digest(bytes.fromhex(check["salt"]), [grants.tidy_group(group) for group in groups]) != check["digest"]:
        raise errors.RecoveryNotConfirmedError
    journal.append(
        actor=actor,
        operation=Operation(event=Events.RECOVERY_CONFIRMED, screen="鍵の控え", lines=(Line(detail=f"控え {number}"),)),
        now=now,
    )
    RecoverySheet.objects.filter(number__lt=number).delete()
    sheet.confirmed_at = now
    sheet.save(update_fields=["confirmed_at"])


@transaction.atomic
def restore_grant(*, actor: Actor, number: int, code: grants.RecoveryCode, now: datetime) -> None:
    """Give oneself the right to numbers back from the recovery sheet: for a 責任者 whose grant is void.

    Raises: PermissionNotAllowed, RecoverySheetNotFoundError, StaffNotFoundError, OpeningError when the code is of
    another sheet.
    """
    policy.check_may(actor, "tenancy:recovery:issue")
    assert actor.staff_id is not None
    member = StaffMember.objects.lock().filter(id=actor.staff_id, public_key__isnull=False).first()
    if member is None:
        raise errors.StaffNotFoundError
    office_secret = _open_sheet(number, code)
    _record_recovery(actor, member.name, "鍵の控え", now=now)
    members.write_grant(actor, member, office_secret, now=now)
    StaffMember.objects.filter(id=member.id).update(handles=True)


@transaction.atomic
def recover(
    *, actor: Actor, number: int, code: grants.RecoveryCode, staff_id: StaffId, password: str, now: datetime
) -> None:
    """Give a staff member a new password, key pair and grant from a recovery sheet (`azukari recover`).

    Raises: RecoverySheetNotFoundError, StaffNotFoundError, OpeningError when the code is of another sheet.
    """
    office_secret = _open_sheet(number, code)
    member = StaffMember.objects.lock().filter(id=staff_id).first()
    if member is None:
        raise errors.StaffNotFoundError
    _record_recovery(actor, member.name, "azukari recover", now=now)
    pair = members.new_keys(member.id, password)
    member.public_key, member.sealed_private_key = pair.public_key, pair.sealed_private_key
    member.handles = True
    member.save()
    account = member.account
    account.password, account.password_set_at = make_password(password), now
    account.is_active = True
    account.save()
    sessions.end_sessions(account.pk)
    members.write_grant(actor, member, office_secret, now=now)


def _open_sheet(number: int, code: grants.RecoveryCode) -> Secret:
    sheet = RecoverySheet.objects.filter(number=number).first()
    if sheet is None:
        raise errors.RecoverySheetNotFoundError
    return grants.open_recovery(code, bytes(sheet.sealed_secret), _context(sheet.number))


def _record_recovery(actor: Actor, name: str, screen: str, *, now: datetime) -> None:
    journal.append(
        actor=actor,
        operation=Operation(event=Events.RECOVERED, screen=screen, lines=(Line(detail=name),)),
        now=now,
    )


def _digest(salt: bytes, groups: list[str]) -> str:
    return commitment.commit(salt, "recovery-groups", " ".join(groups)).hex()


def _context(number: int) -> Context:
    return Context(label="recovery-sheet", office=current_office(), record=UUID(int=number))
