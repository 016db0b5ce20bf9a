"""Signed heads by mail once a month, when they are signed, and the word about a clock that went back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from azukari.journal import queries as journal
from azukari.journal.models import Head
from azukari.tenancy.actions import outbox, records
from azukari.tenancy.models import Account, OutboxMail
from azukari.tenancy.models import Office as OfficeRow
from tests.cast import NOW, Office
from tests.journal.test_record import append
from tests.mail import Box


@pytest.fixture
def addressed(minato: Office) -> Office:
    OfficeRow.objects.filter(id=minato.id).update(notice_addresses=["jimusho@example.jp"])
    for login in ("tanabe", "nonaka", "aoki"):
        Account.objects.filter(username=f"minato/{login}").update(email=f"{login}@example.jp")
    return minato


def test_a_changed_record_is_signed_after_ten_minutes_and_any_daily(minato: Office) -> None:
    minutes = timedelta(minutes=1)
    assert records.sign_due(now=NOW) == 1
    append(minato)
    assert records.sign_due(now=NOW + 9 * minutes) == 0
    assert records.sign_due(now=NOW + 10 * minutes) == 1
    assert records.sign_due(now=NOW + 21 * minutes) == 0  # nothing new
    assert records.sign_due(now=NOW + 10 * minutes + timedelta(days=1)) == 1
    newest = journal.newest_checkpoint()
    assert newest is not None
    assert newest.signed_at == NOW + 10 * minutes + timedelta(days=1)
    assert newest.size == journal.tree_size()


def test_once_a_month_office_and_client_leads_get_the_newest_note(addressed: Office, box: Box) -> None:
    assert records.send_monthly(now=NOW) == 0  # nothing signed yet
    records.sign_due(now=NOW)
    assert records.send_monthly(now=NOW) == 2
    assert records.send_monthly(now=NOW + timedelta(days=3)) == 0
    outbox.send_due(now=NOW)
    assert sorted(to for (to,), _, _ in box.letters) == ["jimusho@example.jp", "tanabe@example.jp"]
    newest = journal.newest_checkpoint()
    assert newest is not None
    for _, subject, body in box.letters:
        assert "取扱いの記録の控え" in subject
        assert newest.note in body.replace("\r\n", "\n")
        assert not any(name in body for name in ("田辺", "青木", "石原", "あおば"))
    assert records.send_monthly(now=NOW + timedelta(days=8)) == 2  # December has begun


def test_an_office_that_wants_none_gets_none(addressed: Office, box: Box) -> None:
    OfficeRow.objects.filter(id=addressed.id).update(mails_record=False)
    records.sign_due(now=NOW)
    assert records.send_monthly(now=NOW) == 0


def test_without_a_mail_server_the_month_is_not_used_up(addressed: Office) -> None:
    records.sign_due(now=NOW)
    assert records.send_monthly(now=NOW) == 0
    assert OfficeRow.objects.get(id=addressed.id).record_mailed_on is None


def test_a_clock_that_went_back_is_told_once(addressed: Office, box: Box) -> None:
    Head.objects.update(last_at=NOW + timedelta(hours=1))
    append(addressed)
    assert records.tell_clock(now=NOW) == 1
    assert records.tell_clock(now=NOW) == 0
    outbox.send_due(now=NOW)
    ((to, subject, _),) = box.letters
    assert to == ["jimusho@example.jp"] and "時計" in subject
    assert not OutboxMail.objects.exists()
