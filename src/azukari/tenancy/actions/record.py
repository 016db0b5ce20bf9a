"""The use of the record itself: reading, printing and writing it out stand in the record; its filters get names.

What is read or taken away is appended before it happens, with the conditions in words.
Law: 特定個人情報ガイドライン（事業者編）別添1 2C b.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from azukari.journal import actions as journal
from azukari.journal.rules import Event, Line, Operation, TakenOut
from azukari.kernel.actor import Actor
from azukari.kernel.text import mask_long_digits
from azukari.tenancy import errors, policy
from azukari.tenancy.models import RecordView, StaffMember
from azukari.tenancy.rules.events import Events

SCREEN = "事務処理の記録"
MOST_VIEWS = 30
_DETAIL = 500


@transaction.atomic
def note_reading(what: str, *, actor: Actor, now: datetime) -> None:
    """Record that somebody begins to read the record. `what` says which part, in words. Raises: PermissionNotAllowed."""
    _note(actor, Events.RECORD_READ, what, now=now)


@transaction.atomic
def note_printing(what: str, *, lines: int, actor: Actor, now: datetime) -> None:
    """Record that somebody prints lines of the record. Raises: PermissionNotAllowed."""
    _note(actor, Events.RECORD_PRINTED, f"{what}（{lines:,}件）", now=now)


@transaction.atomic
def note_export(what: str, *, form: str, note: str, actor: Actor, now: datetime) -> None:
    """Record that somebody writes the record out into a file. `note` says what for and whereto it goes.

    Raises: PermissionNotAllowed.
    """
    _note(actor, Events.RECORD_EXPORTED, f"{form}　{what}", now=now, taken_out=TakenOut.FILE, note=note)


def _note(
    actor: Actor, event: Event, what: str, *, now: datetime, taken_out: TakenOut = TakenOut.NONE, note: str = ""
) -> None:
    policy.check_may(actor, "journal:record:see")
    operation = Operation(
        event=event,
        screen=SCREEN,
        taken_out=taken_out,
        taken_out_note=mask_long_digits(note),
        lines=(Line(detail=mask_long_digits(what)[:_DETAIL]),),
    )
    journal.append(actor=actor, operation=operation, now=now)


@transaction.atomic
def save_view(name: str, query: str, *, actor: Actor, now: datetime) -> None:
    """Keep a filter under a name. Raises: PermissionNotAllowed, ViewNameTakenError, TooManyViewsError."""
    owner, kept = _own_views(actor)
    _check_free(kept.filter(name=name), name)
    if kept.count() >= MOST_VIEWS:
        raise errors.TooManyViewsError(limit=MOST_VIEWS)
    RecordView.objects.create(staff=owner, name=name, query=mask_long_digits(query), made_at=now)


@transaction.atomic
def rename_view(view_id: UUID, name: str, *, actor: Actor) -> None:
    """Give an own filter another name. Raises: PermissionNotAllowed, ViewNotFoundError, ViewNameTakenError."""
    _, kept = _own_views(actor)
    _check_free(kept.filter(name=name).exclude(id=view_id), name)
    if not kept.filter(id=view_id).update(name=name):
        raise errors.ViewNotFoundError


@transaction.atomic
def delete_view(view_id: UUID, *, actor: Actor) -> None:
    """Delete an own filter. Raises: PermissionNotAllowed, ViewNotFoundError."""
    _, kept = _own_views(actor)
    if not kept.filter(id=view_id).delete()[0]:
        raise errors.ViewNotFoundError


def _own_views(actor: Actor) -> tuple[StaffMember, QuerySet[RecordView]]:
    """Give the actor's own filters, with the actor locked: names and number are counted one after the other."""
    policy.check_may(actor, "journal:record:see")
    assert actor.staff_id is not None
    owner = StaffMember.objects.lock().get(id=actor.staff_id)
    return owner, RecordView.objects.filter(staff=owner)


def _check_free(same: QuerySet[RecordView], name: str) -> None:
    if same.exists():
        raise errors.ViewNameTakenError(value=name)
