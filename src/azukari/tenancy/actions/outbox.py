"""Mail: written into the outbox with the act it tells of, sent by the sweeper, sealed while it waits.

An invitation holds an activation code, so a row is sealed by the root key and deleted once sent.
"""

from __future__ import annotations

import json
import logging
import smtplib
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.core.mail import EmailMessage, mailers
from django.db import transaction

from azukari.kernel.ids import new_id
from azukari.seal.context import Context
from azukari.tenancy.actions import keys
from azukari.tenancy.models import OutboxMail
from azukari.tenancy.rules.mails import Mail

NO_OFFICE = UUID(int=0)
_GIVE_UP = 8
_log = logging.getLogger("azukari.mail")
_sender = {"address": ""}


def use_sender(address: str) -> None:
    """Tell the address mails come from. Empty: no mail server is set up, and nothing is queued."""
    _sender["address"] = address


def is_set_up() -> bool:
    """Tell whether mail can be sent at all."""
    return bool(_sender["address"])


def queue(mail: Mail, to: str, *, office_id: UUID | None, now: datetime) -> UUID | None:
    """Put a mail into the outbox, inside the caller's transaction. Gives its id, None where none can be sent."""
    if not to or not is_set_up():
        return None
    row = OutboxMail(id=new_id(), office_id=office_id, made_at=now, next_try_at=now)
    body = json.dumps({"to": to, "subject": mail.subject, "body": mail.body}, ensure_ascii=False)
    row.sealed = keys.root_keys().wrap(body.encode(), _context(row))
    row.save()
    return row.id


def standing_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Tell how mails stand by their ids: WAITING, RETRYING or FAILED. One that is not in the answer was sent."""
    rows = OutboxMail.objects.filter(id__in=list(ids)).values_list("id", "tries", "failed_at")
    return {pk: "FAILED" if failed else "RETRYING" if tries else "WAITING" for pk, tries, failed in rows}


def send_due(*, now: datetime, limit: int = 100) -> int:
    """Send what is due. Gives how many were sent. A server that is away is asked again later, at most for two days.

    A mail may arrive twice when the process dies between sending and deleting; it is never lost.
    """
    sent = 0
    if not is_set_up():
        return sent
    due = OutboxMail.objects.filter(next_try_at__lte=now, failed_at__isnull=True)
    for pk in list(due.order_by("next_try_at").values_list("id", flat=True)[:limit]):
        sent += _send_one(pk, now=now)
    return sent


def _send_one(pk: UUID, *, now: datetime) -> bool:
    # Taken first: another process that sweeps at the same time finds it not due.
    with transaction.atomic():
        row = OutboxMail.objects.select_for_update().filter(id=pk, next_try_at__lte=now).first()
        if row is None:
            return False
        row.tries += 1
        row.next_try_at = now + timedelta(minutes=2**row.tries)
        row.save(update_fields=["tries", "next_try_at"])
    mail = json.loads(keys.root_keys().unwrap(bytes(row.sealed), _context(row)))
    try:
        mailers.default.send_messages([EmailMessage(mail["subject"], mail["body"], _sender["address"], [mail["to"]])])
    except (OSError, smtplib.SMTPException) as error:
        # No address and no text: the log is no place for either.
        _log.warning("mail not sent, try %d: %s", row.tries, type(error).__name__)
        if row.tries >= _GIVE_UP:
            OutboxMail.objects.filter(id=pk).update(failed_at=now)
        return False
    OutboxMail.objects.filter(id=pk).delete()
    return True


def _context(row: OutboxMail) -> Context:
    return Context(label="outbox", office=row.office_id or NO_OFFICE, record=row.id)
