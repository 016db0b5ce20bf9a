"""保存期間: days recorded for a person's papers, lengthening, the office's rules, and the weekly word to the 責任者.

Every writer takes the record's head first: an approval and a lengthening at the same moment come one after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Event, Line, Operation
from azukari.kernel.actor import Actor, Role
from azukari.kernel.clock import jst_day
from azukari.kernel.text import mask_long_digits
from azukari.roster import actions as roster_actions
from azukari.roster import queries as roster
from azukari.store.scope import current_office
from azukari.tenancy import policy as office_policy
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import holders, outbox
from azukari.tenancy.rules import mails
from azukari.vault import errors, policy, queries
from azukari.vault.models import RetentionDay, RetentionExtension, RetentionSetting
from azukari.vault.queries import due, holding
from azukari.vault.rules import events, retention
from azukari.vault.rules.brake import Brake
from azukari.vault.rules.documents import COMPLETION_LABELS, EVENT_LABELS, LABELS, Completion, EventKind

SCREEN = "保存期間"
_LOOK_EVERY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Leaving:
    """退職日 of an employee, or the end of 扶養 of a dependant, as a page gives it; None: still there."""

    on: date | None


def record_days(
    *,
    actor: Actor,
    person_id: UUID,
    days: Mapping[tuple[str, EventKind], date | None],
    leaving: Leaving | None = None,
    now: datetime,
) -> bool:
    """Record days for papers of one person; None takes one away. Tells whether anything changed.

    Without `leaving` 退職日 stays as it is.
    Raises: PersonNotFoundError, PermissionNotAllowed, DeadlineTooEarlyError.
    """
    with transaction.atomic():
        journal.lock()
        person = roster.get_person_for(actor, person_id, lock=True)
        policy.check_can(actor, "vault:number:dispose", person.client_id)
        told = []
        if leaving is not None and leaving.on != person.left_on:
            roster_actions.change_leaving(person.id, leaving.on, now=now)
            what = "退職日" if person.is_employee else "扶養から外れた日"
            told.append(f"{what}：{_day(person.left_on)}から{_day(leaving.on)}へ")
            person = roster.get_person_for(actor, person_id)
        before = holding.find_days([person.id]).get(person.id, {})
        changed = {key: day for key, day in days.items() if before.get(key) != day}
        for (_, kind), day in changed.items():
            if kind is EventKind.DEADLINE and day is not None:
                _check_deadline(person, day)
        if not changed and not told:
            return False
        for (document, kind), day in changed.items():
            row = RetentionDay.objects.filter(person_id=person.id, document=document, kind=kind)
            row.delete()
            if day is not None:
                RetentionDay.objects.create(
                    person_id=person.id,
                    document=document,
                    kind=kind,
                    on=day,
                    recorded_by_name=actor.name,
                    recorded_at=now,
                )
        told += [
            f"{LABELS[document]}の{EVENT_LABELS[kind]}：{_day(before.get((document, kind)))}から{_day(day)}へ"
            for (document, kind), day in changed.items()
        ]
        _record(actor, events.DAYS_RECORDED, person, "、".join(told), now=now)
        return True


def _check_deadline(person: roster.PersonRow, day: date) -> None:
    left_on = person.completed_on
    if left_on is None or day < retention.earliest_deadline(left_on):
        raise errors.DeadlineTooEarlyError


def _day(day: date | None) -> str:
    return f"{day:%Y/%m/%d}" if day else "なし"


def extend(*, actor: Actor, person_id: UUID, until: date, reason: str, now: datetime) -> None:
    """Hold everything of one person on until a day, for a reason. One in force before is replaced by it.

    Raises: PersonNotFoundError, PermissionNotAllowed, NothingToExtendError, ExtensionDayError.
    """
    with transaction.atomic():
        journal.lock()
        person = roster.get_person_for(actor, person_id, lock=True)
        policy.check_can(actor, "vault:retention:extend", person.client_id)
        numbers, today = queries.live_numbers([person.id]), jst_day(now)
        if not numbers:
            raise errors.NothingToExtendError
        people: dict[UUID, roster.PersonRow] = {person.id: person}
        ends = [held.last_on or today for held in holding.holdings_of(numbers, people).values()]
        latest = retention.last_day(max(today, *ends), retention.EXTEND_YEARS)
        if not today < until <= latest:
            raise errors.ExtensionDayError(latest=latest)
        why = mask_long_digits(reason)
        _end(actor, person.id, now=now)
        RetentionExtension.objects.create(
            person_id=person.id, until=until, reason=why, set_by_name=actor.name, set_at=now
        )
        _record(actor, events.EXTENDED, person, f"{until:%Y/%m/%d} まで。理由：{why}", now=now)


def end_extension(*, actor: Actor, person_id: UUID, now: datetime) -> None:
    """Take a lengthening back: the law's period alone counts again.

    Raises: PersonNotFoundError, PermissionNotAllowed, ExtensionGoneError.
    """
    with transaction.atomic():
        journal.lock()
        person = roster.get_person_for(actor, person_id, lock=True)
        policy.check_can(actor, "vault:retention:extend", person.client_id)
        if not _end(actor, person.id, now=now):
            raise errors.ExtensionGoneError
        _record(actor, events.EXTENSION_ENDED, person, "", now=now)


def _end(actor: Actor, person_id: UUID, *, now: datetime) -> int:
    running = RetentionExtension.objects.filter(person_id=person_id, ended_at=None)
    return running.update(ended_at=now, ended_by_name=actor.name)


def change_setting(
    *, actor: Actor, completion: Mapping[str, Completion], brake: Brake, version: int, now: datetime
) -> None:
    """Change what 完結の日 means by paper, and the brake. `version` is the one the person saw.

    Raises: PermissionNotAllowed, RetentionConflictError.
    """
    office_policy.check_may(actor, "tenancy:settings:change")
    with transaction.atomic():
        journal.lock()
        before = holding.get_setting()
        if before.version != version:
            raise errors.RetentionConflictError
        changed = [
            f"{LABELS[code]}：{COMPLETION_LABELS[rule]}"
            for code, rule in completion.items()
            if before.completion.get(code) != rule
        ]
        if before.brake != brake:
            changed.append(f"歯止め：{brake.count}件・{brake.share}％")
        RetentionSetting.objects.update_or_create(
            office_id=current_office(),
            defaults={
                "completion": {code: rule.value for code, rule in completion.items()},
                "brake_count": brake.count,
                "brake_share": brake.share,
                "version": version + 1,
            },
        )
        journal.append(
            actor=actor,
            operation=Operation(
                event=events.RETENTION_SET,
                screen="保存期間の設定",
                lines=(Line(detail="、".join(changed) or "変更なし"),),
            ),
            now=now,
        )


def tell_overdue(*, now: datetime) -> int:
    """Tell the 責任者 by mail, once a week, how many numbers are overdue: counts only. Gives how many mails.

    A clock that ran ahead and came back must not silence it for years: the distance counts, in either direction.
    """
    system = holders.system_actor(name="システム")
    looked_at = holding.get_setting().looked_at
    if looked_at is not None and abs(now - looked_at) < _LOOK_EVERY:
        return 0
    late = due.list_due(system, until=jst_day(now) - timedelta(days=1))
    with transaction.atomic():
        row, _ = RetentionSetting.objects.get_or_create(office_id=current_office())
        # Of two processes that look at the same time one writes.
        if not RetentionSetting.objects.filter(id=row.id, looked_at=looked_at).update(looked_at=now):
            return 0
        return _tell(late, now=now) if late else 0


def _tell(late: Sequence[due.Due], *, now: datetime) -> int:
    office = tenancy.get_office()
    managers = [row.email for row in tenancy.list_staff(active=True) if row.role is Role.MANAGER and row.email]
    addresses = list(dict.fromkeys([*managers, *office.notice_addresses]))
    mail = mails.office_notice(
        office_name=office.name,
        what="期限を過ぎた個人番号があります",
        detail=f"廃棄の期限を過ぎた個人番号：{len(late)}件（{len({row.client_id for row in late})}社）\n"
        "ログインして、廃棄の一覧を確認してください。",
        at=now,
    )
    for address in addresses:
        outbox.queue(mail, address, office_id=office.id, now=now)
    return len(addresses)


def _record(actor: Actor, event: Event, person: roster.PersonRow, detail: str, *, now: datetime) -> None:
    client = tenancy.get_client_for(actor, person.client_id)
    journal.append(
        actor=actor,
        operation=Operation(
            event=event,
            screen=SCREEN,
            lines=(
                Line(
                    client_id=client.id,
                    client_name=client.name,
                    person_id=person.id,
                    person_name=person.name,
                    detail=detail,
                ),
            ),
        ),
        now=now,
    )
