"""News by mail, to the right people on both sides: at once or once a day. No contents, no file names, no people.

A notice is written with the act it tells of. The sweeper gathers what is due for a person into one mail and puts
that into the outbox, which tries again while the mail server is away. So nothing is lost, and it can be shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from azukari.exchange.models import Notice
from azukari.exchange.queries import NoticeRow
from azukari.kernel.clock import jst, jst_minute
from azukari.kernel.errors import NotFoundError
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import holders, outbox
from azukari.tenancy.rules import mails
from azukari.tenancy.rules.mails import NoticeWhen

NO_ADDRESS, NOT_WANTED, NO_SERVER = "メールアドレスなし", "本人が送らない設定", "メールサーバーの設定なし"
DIGEST_HOUR = 8
_places = {"office": "", "portal": ""}


def use_address(address: str) -> None:
    """Tell the address people open; empty where the operator has not set one."""
    _places["office"], _places["portal"] = (address, f"{address}/p/") if address else ("", "")


def tell(
    client: tenancy.ClientRow,
    *,
    to_staff: bool,
    kind: str,
    line: str,
    delivery_id: UUID | None = None,
    not_before: datetime | None = None,
    but: UUID | None = None,
    now: datetime,
) -> int:
    """Write a notice for each person of one side, inside the caller's transaction. Gives how many will be mailed.

    `not_before` is when the other side may know of it (a file that is held). `but` is an account that did it itself.
    """
    readers = [reader for reader in tenancy.list_notice_readers(client.id, staff=to_staff) if reader.account_id != but]
    count = 0
    for reader in readers:
        dropped = _why_not(reader)
        Notice.objects.create(
            account_id=reader.account_id,
            client_id=client.id,
            delivery_id=delivery_id,
            kind=kind,
            line=f"{client.name}：{line}" if to_staff else line,
            made_at=now,
            due_at=_due(reader.when, max(now, not_before or now)),
            mailed_at=now if dropped else None,
            dropped=dropped,
        )
        count += not dropped
    return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one notice fares: to whom, and in words what became of the mail."""

    name: str
    word: str
    failed: bool
    at: datetime


def standing_of(rows: Iterable[NoticeRow]) -> list[Standing]:
    """Tell how notices fare, with the outbox's word on the mail: 送信待ち, 再送中, 送信済み, 送れませんでした."""
    rows = list(rows)
    mails_waiting = outbox.standing_of(row.outbox_id for row in rows if row.outbox_id)
    return [_standing(row, mails_waiting) for row in rows]


def _standing(row: NoticeRow, waiting: dict[UUID, str]) -> Standing:
    try:
        name = holders.name_of(tenancy.get_account(row.account_id))
    except NotFoundError:
        name = "（停止したアカウント）"
    if row.dropped:
        word = f"送りません（{row.dropped}）"
    elif row.mailed_at is None:
        word = f"{jst_minute(row.due_at)} に送ります"
    else:
        said = waiting.get(row.outbox_id) if row.outbox_id else None
        word = {None: "送信済み", "WAITING": "送信待ち", "RETRYING": "再送中（メールサーバーの応答待ち）"}.get(
            said, "送れませんでした"
        )
    return Standing(
        name=name,
        word=word,
        failed=row.dropped in {NO_ADDRESS, NO_SERVER} or word.startswith("送れません"),
        at=row.mailed_at or row.made_at,
    )


def take_back(delivery_ids: Iterable[UUID]) -> None:
    """Take notices of withdrawn files back that no mail has gone out for."""
    Notice.objects.filter(delivery_id__in=list(delivery_ids), mailed_at__isnull=True).delete()


def send_due(*, now: datetime, limit: int = 200) -> int:
    """Gather what is due by person and put one mail for each into the outbox. Gives how many mails."""
    due = Notice.objects.filter(mailed_at__isnull=True, due_at__lte=now)
    accounts = list(dict.fromkeys(due.order_by("due_at").values_list("account_id", flat=True)[:limit]))
    return sum(_send_to(account_id, now=now) for account_id in accounts)


@transaction.atomic
def _send_to(account_id: UUID, *, now: datetime) -> bool:
    # Locked: another process that sweeps at the same time finds nothing left.
    rows = list(
        Notice.objects.lock().filter(account_id=account_id, mailed_at__isnull=True, due_at__lte=now).order_by("made_at")
    )
    if not rows:
        return False
    try:
        account = tenancy.get_account(account_id)
    except NotFoundError:  # stopped meanwhile
        Notice.objects.filter(id__in=[row.id for row in rows]).delete()
        return False
    mail = mails.exchange_news(
        company=holders.name_of(account),
        office_name=tenancy.get_office().name,
        news=list(dict.fromkeys(row.line for row in rows)),
        address=_places["office" if account.door == "office" else "portal"],
    )
    outbox_id = outbox.queue(mail, account.email, office_id=account.office_id, now=now)
    Notice.objects.filter(id__in=[row.id for row in rows]).update(
        mailed_at=now, outbox_id=outbox_id, dropped="" if outbox_id else NO_SERVER
    )
    return outbox_id is not None


def _why_not(reader: tenancy.NoticeReader) -> str:
    if reader.when is NoticeWhen.NEVER:
        return NOT_WANTED
    if not reader.has_address:
        return NO_ADDRESS
    return "" if outbox.is_set_up() else NO_SERVER


def _due(when: NoticeWhen, earliest: datetime) -> datetime:
    if when is not NoticeWhen.DAILY:
        return earliest
    local = jst(earliest)
    eight = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return eight if local <= eight else eight + timedelta(days=1)
