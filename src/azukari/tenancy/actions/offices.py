"""Opening an office, and the settings it decides for itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation
from azukari.kernel.actor import Actor, Role
from azukari.kernel.ids import OfficeId
from azukari.store.scope import current_office, office_scope
from azukari.tenancy import errors, policy
from azukari.tenancy.actions import keys, staff
from azukari.tenancy.models import Office
from azukari.tenancy.rules import Events, OfficeSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOffice:
    """What is needed to open an office; the manager is its first key holder."""

    code: str
    name: str
    manager_login: str
    manager_name: str
    manager_password: str
    sharoushi_name: str = ""
    registration_number: str = ""
    address: str = ""
    telephone: str = ""


@transaction.atomic
def open_office(new: NewOffice, *, now: datetime) -> OfficeId:
    """Open an office with its keys, its record and a manager who holds the first grant.

    Called by the operator's command. Raises: CodeTakenError, PasswordWeakError, RootKeyMissingError.
    """
    check_password(new.manager_password)
    if Office.objects.filter(code=new.code).exists():
        raise errors.CodeTakenError(value=new.code)
    office = Office.objects.create(
        code=new.code,
        name=new.name,
        sharoushi_name=new.sharoushi_name,
        registration_number=new.registration_number,
        address=new.address,
        telephone=new.telephone,
        created_at=now,
    )
    office_id = OfficeId(office.id)
    operator = Actor(
        office_id=office_id, staff_id=None, name="運営者", role=Role.SYSTEM, may_handle=False, client_ids=None
    )
    with office_scope(office_id):
        office_secret, server_half = keys.make_office_keys(office, now=now)
        journal.open_journal()
        journal.append(
            actor=operator,
            operation=Operation(event=Events.OFFICE_OPENED, screen="運営", lines=(Line(detail=new.name),)),
            now=now,
        )
        member = staff.create_member(
            staff.NewStaff(
                login_id=new.manager_login,
                name=new.manager_name,
                role=Role.MANAGER,
                password=new.manager_password,
                sees_all_clients=True,
            ),
            actor=operator,
            server_half=server_half,
            now=now,
        )
        staff.write_grant(operator, member, office_secret, now=now)
    return office_id


def check_password(password: str) -> None:
    """Refuse a weak password. Raises: PasswordWeakError with the reason in Japanese."""
    try:
        validate_password(password)
    except ValidationError as error:
        raise errors.PasswordWeakError(why="".join(error.messages)) from None


@transaction.atomic
def change_settings(*, actor: Actor, settings: OfficeSettings, version: int, now: datetime) -> None:
    """Change what the office decides for itself. `version` is the one the person saw.

    Raises: PermissionNotAllowed, SettingsConflictError.
    """
    policy.check_may(actor, "tenancy:settings:change")
    office = Office.objects.select_for_update().get(id=current_office())
    if office.settings_version != version:
        raise errors.SettingsConflictError
    changed = [name for name, value in asdict(settings).items() if getattr(office, name) != value]
    for name, value in asdict(settings).items():
        setattr(office, name, value)
    office.settings_version += 1
    office.save()
    journal.append(
        actor=actor,
        operation=Operation(
            event=Events.SETTINGS_CHANGED, screen="設定", lines=(Line(detail="・".join(changed) or "変更なし"),)
        ),
        now=now,
    )
