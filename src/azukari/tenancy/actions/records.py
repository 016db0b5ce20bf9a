"""Signed heads leave the house by mail, once a month; and the word to the 責任者 about a clock that went back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from azukari.journal import queries as journal
from azukari.journal.actions import signing
from azukari.kernel.clock import jst_day
from azukari.seal import checkpoint
from azukari.store.scope import current_office
from azukari.tenancy import queries
from azukari.tenancy.actions import holders, keys, outbox
from azukari.tenancy.models import Office
from azukari.tenancy.rules import mails


def sign_due(*, now: datetime) -> int:
    """Sign the record of the office in force if it is time. Gives 0 or 1."""
    return signing.sign_due(sealed_key=keys.sealed_log_key(), now=now)


def send_monthly(*, now: datetime) -> int:
    """Mail the newest signed head to the office and its client companies, once a month. Gives how many mails."""
    newest, today = journal.newest_checkpoint(), jst_day(now)
    if newest is None or not outbox.is_set_up():
        return 0
    with transaction.atomic():
        office = Office.objects.select_for_update().get(id=current_office())
        sent = office.record_mailed_on
        if not office.mails_record or (sent is not None and (sent.year, sent.month) >= (today.year, today.month)):
            return 0
        head = checkpoint.read_unverified(newest.note)
        mail = mails.record_copy(
            office_name=office.name,
            size=head.size,
            root=checkpoint.printable_root(head.root),
            fingerprint=checkpoint.fingerprint(keys.verifier_key()),
            note=newest.note,
        )
        receivers = dict.fromkeys([*office.notice_addresses, *queries.list_lead_addresses()])
        for address in receivers:
            outbox.queue(mail, address, office_id=office.id, now=now)
        Office.objects.filter(id=office.id).update(record_mailed_on=today)
    return len(receivers)


def tell_clock(*, now: datetime) -> int:
    """Tell the office's notice addresses of a flagged entry about the clock. Gives 0 or 1."""
    with transaction.atomic():
        number = signing.take_set_back()
        if number is None:
            return 0
        holders.tell_office(
            "サーバーの時計の逆行",
            f"サーバーの時計が5秒を超えて前に戻りました。記録の NO {number} をご覧ください。"
            "記録の順番は番号で決まり、時計には影響されません。運用担当者に、時計を確かめるよう伝えてください。",
            now=now,
        )
    return 1
