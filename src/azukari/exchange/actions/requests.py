"""お願い: asked, handed in (by an upload), sent back or accepted, reminded of until done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from azukari.exchange import policy, queries
from azukari.exchange.actions import notices
from azukari.exchange.errors.deliveries import RequestNotFoundError, RequestStateError
from azukari.exchange.models import FileRequest, RequestItem
from azukari.exchange.rules.requests import MOST_ITEMS, ItemState, RequestState, is_done, reminder_is_due
from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst_day
from azukari.kernel.text import mask_long_digits
from azukari.tenancy import queries as tenancy


@transaction.atomic
def ask(
    *, actor: Actor, client_id: UUID, title: str, note: str, due_on: date, items: Sequence[str], now: datetime
) -> UUID:
    """Ask a client company for named items. Raises: PermissionNotAllowed, DeliveryNotFoundError, ClientNotFoundError."""
    policy.check_can(actor, "exchange:file:send", client_id)
    assert actor.staff_id is not None and 1 <= len(items) <= MOST_ITEMS
    client = tenancy.get_client_for(actor, client_id)
    row = FileRequest.objects.create(
        client_id=client_id,
        title=mask_long_digits(title),
        note=mask_long_digits(note),
        due_on=due_on,
        state=RequestState.OPEN,
        staff_id=actor.staff_id,
        asked_by=actor.name,
        asked_at=now,
        reminded_on=jst_day(now),
    )
    RequestItem.objects.bulk_create(
        RequestItem(request=row, position=place, name=mask_long_digits(name), state=ItemState.WAITING)
        for place, name in enumerate(items)
    )
    line = f"お願いがあります（{len(items)}件、{due_on:%Y/%m/%d}まで）。"
    notices.tell(client, to_staff=False, kind="asked", line=line, now=now)
    return row.id


@transaction.atomic
def accept(*, actor: Actor, item_id: UUID, now: datetime) -> None:
    """Accept what was handed in, or strike an item that has become needless. The last one ends the request.

    Raises: RequestNotFoundError, RequestStateError.
    """
    item = _lock(actor, item_id)
    item.state, item.comment, item.decided_at, item.decided_by = ItemState.ACCEPTED, "", now, actor.name
    item.save(update_fields=["state", "comment", "decided_at", "decided_by"])
    states = [ItemState(state) for state in item.request.items.values_list("state", flat=True)]
    if is_done(states):
        FileRequest.objects.filter(id=item.request_id).update(state=RequestState.DONE, ended_at=now)
    client = tenancy.get_client_for(actor, item.request.client_id)
    line = "お送りいただいたものを受け取りました。" + ("これですべてです。" if is_done(states) else "")
    notices.tell(client, to_staff=False, kind="accepted", line=line, now=now)


@transaction.atomic
def send_back(*, actor: Actor, item_id: UUID, comment: str, now: datetime) -> None:
    """Send something back with a comment: the client sees it as open again. Raises: RequestNotFoundError, RequestStateError."""
    item = _lock(actor, item_id)
    if item.state not in {ItemState.HANDED_IN, ItemState.ACCEPTED}:
        raise RequestStateError
    item.state, item.comment, item.decided_at, item.decided_by = (
        ItemState.RETURNED,
        mask_long_digits(comment),
        now,
        actor.name,
    )
    item.save(update_fields=["state", "comment", "decided_at", "decided_by"])
    client = tenancy.get_client_for(actor, item.request.client_id)
    notices.tell(
        client, to_staff=False, kind="returned", line="お送りいただいたものに、直してほしいところがあります。", now=now
    )


@transaction.atomic
def cancel(*, actor: Actor, request_id: UUID, now: datetime) -> None:
    """Cancel a request. What was handed in stays. Raises: RequestNotFoundError, RequestStateError."""
    row = queries.requests_seen(actor).lock().filter(id=request_id).first()
    if row is None:
        raise RequestNotFoundError
    policy.check_can(actor, "exchange:file:send", row.client_id)
    if row.state != RequestState.OPEN:
        raise RequestStateError
    row.state, row.ended_at = RequestState.CANCELLED, now
    row.save(update_fields=["state", "ended_at"])


@transaction.atomic
def remind(*, actor: Actor, request_id: UUID, now: datetime) -> int:
    """Remind a client company now, on somebody's wish. Gives how many people will be mailed.

    Raises: RequestNotFoundError, RequestStateError.
    """
    row = queries.requests_seen(actor).lock().filter(id=request_id).first()
    if row is None:
        raise RequestNotFoundError
    policy.check_can(actor, "exchange:file:send", row.client_id)
    if row.state != RequestState.OPEN:
        raise RequestStateError
    return _remind(row, now=now)


def sweep_reminders(*, now: datetime) -> int:
    """Remind of every open request whose day it is. Gives of how many. Repeating it on one day does nothing."""
    today = jst_day(now)
    if queries.hour_of(now) < notices.DIGEST_HOUR:
        return 0
    count = 0
    running = FileRequest.objects.filter(state=RequestState.OPEN).exclude(reminded_on=today)
    rows = list(running.values_list("id", "due_on", "reminded_on"))
    for pk in [pk for pk, due_on, last in rows if reminder_is_due(due_on, last, today)]:
        with transaction.atomic():
            row = FileRequest.objects.lock().filter(id=pk, state=RequestState.OPEN).first()
            if row and reminder_is_due(row.due_on, row.reminded_on, today):
                _remind(row, now=now)
                count += 1
    return count


def _remind(row: FileRequest, *, now: datetime) -> int:
    (client,) = tenancy.list_clients_by_id([row.client_id])
    left = row.items.filter(state__in=[ItemState.WAITING, ItemState.RETURNED]).count()
    row.reminded_on = jst_day(now)
    row.save(update_fields=["reminded_on"])
    if not left or client.ended:
        return 0
    late = (jst_day(now) - row.due_on).days
    when = f"{row.due_on:%Y/%m/%d}を{late}日過ぎています" if late > 0 else f"{row.due_on:%Y/%m/%d}まで"
    line = f"お願いしているものが、まだ{left}件あります（{when}）。"
    return notices.tell(client, to_staff=False, kind="reminded", line=line, now=now)


def _lock(actor: Actor, item_id: UUID) -> RequestItem:
    item = RequestItem.objects.lock().select_related("request").filter(id=item_id).first()
    if item is None or not queries.requests_seen(actor).filter(id=item.request_id).exists():
        raise RequestNotFoundError
    policy.check_can(actor, "exchange:file:send", item.request.client_id)
    if actor.staff_id is None:
        raise RequestNotFoundError
    if item.request.state == RequestState.CANCELLED:
        raise RequestStateError
    if item.request.state == RequestState.DONE:
        FileRequest.objects.filter(id=item.request_id).update(state=RequestState.OPEN, ended_at=None)
    return item
