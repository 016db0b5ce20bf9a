"""What a person chooses for the own account beside the ways into it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.tenancy import queries
from azukari.tenancy.actions import holders
from azukari.tenancy.actions.holders import Trace
from azukari.tenancy.models import Account
from azukari.tenancy.rules.events import Events
from azukari.tenancy.rules.mails import NOTICE_LABELS, NoticeWhen


@transaction.atomic
def choose_notices(account_id: UUID, when: NoticeWhen, *, trace: Trace, now: datetime) -> None:
    """Choose when news is mailed. Raises: StaffNotFoundError when the account was stopped."""
    account = queries.get_account(account_id)
    holders.record(
        account, Events.NOTICES_CHANGED, trace=trace, now=now, detail=NOTICE_LABELS[when], screen="ログインと端末"
    )
    Account.objects.filter(id=account_id).update(notices=when)
