"""News by mail, through a real SMTP server: to the right people, at once or once a day, never with contents or names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from azukari.exchange import queries
from azukari.exchange.actions import deliveries, notices, retention
from azukari.exchange.models import Delivery, Notice
from azukari.tenancy.actions import outbox
from azukari.tenancy.models import Account
from azukari.tenancy.models import Office as OfficeRow
from azukari.tenancy.rules.mails import NoticeWhen
from tests.cast import NOW, Office
from tests.exchange.hands import hand_in, send
from tests.mail import Box


@pytest.fixture
def office(minato: Office, box: Box) -> Office:
    """みなと with an address for everybody."""
    for account in Account.objects.all():
        Account.objects.filter(id=account.id).update(email=f"{account.login_id}@example.jp")
    return minato


def deliver(now: datetime) -> None:
    notices.send_due(now=now)
    outbox.send_due(now=now)


def receivers(box: Box) -> list[str]:
    return sorted(to for letter in box.letters for to in letter[0])


def test_a_file_handed_in_tells_who_serves_the_company_and_its_people(office: Office, box: Box) -> None:
    line = hand_in(office, name="石原亮太の勤怠.txt")
    deliver(NOW)
    assert receivers(box) == ["nonaka@example.jp", "ono@example.jp", "tanabe@example.jp"]
    for _, subject, body in box.letters:
        assert "石原" not in subject + body and line.name not in subject + body
    (receipt,) = [body for to, _, body in box.letters if to == ["nonaka@example.jp"]]
    assert "受-2026-000001" in receipt and "SHA-256" in receipt


def test_where_nobody_serves_a_company_those_who_manage_are_told(office: Office, box: Box) -> None:
    hand_in(office, login="tanabe", client="mizuho")
    deliver(NOW)
    assert receivers(box) == ["aoki@example.jp", "tanabe@example.jp"]


def test_the_hash_of_a_protected_file_never_leaves_by_mail(office: Office, box: Box) -> None:
    hand_in(office, protected=True)
    deliver(NOW)
    assert all("SHA-256" not in body for _, _, body in box.letters)


def test_several_things_for_one_person_are_one_mail(office: Office, box: Box) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        send(office, name=name)
    deliver(NOW)
    assert receivers(box) == ["nonaka@example.jp", "tanabe@example.jp"]


def test_once_a_day_comes_at_eight(office: Office, box: Box) -> None:
    Account.objects.filter(username="minato/nonaka").update(notices=NoticeWhen.DAILY)
    Account.objects.filter(username="minato/tanabe").update(notices=NoticeWhen.NEVER)
    send(office)  # at 10:00 in Japan
    deliver(NOW)
    assert receivers(box) == []
    deliver(datetime(2026, 11, 24, 22, 59, tzinfo=UTC))
    assert receivers(box) == []
    deliver(datetime(2026, 11, 24, 23, 0, tzinfo=UTC))
    assert receivers(box) == ["nonaka@example.jp"]


def test_a_held_file_is_told_of_when_it_can_be_seen(office: Office, box: Box) -> None:
    OfficeRow.objects.filter(id=office.id).update(holds_outgoing=True)
    line = send(office)
    deliver(NOW + timedelta(minutes=9))
    assert receivers(box) == []
    deliveries.withdraw(actor=office.actor("aoki"), delivery_id=line.id, now=NOW + timedelta(minutes=9))
    deliver(NOW + timedelta(minutes=11))
    assert receivers(box) == []


def test_a_mail_server_that_is_away_loses_nothing_and_the_page_says_so(office: Office, box: Box) -> None:
    box.refuse = True
    line = send(office)
    deliver(NOW)
    rows = notices.standing_of(queries.list_notices(line.id))
    assert {row.word for row in rows} == {"再送中（メールサーバーの応答待ち）"}
    box.refuse = False
    outbox.send_due(now=NOW + timedelta(minutes=3))
    assert {row.word for row in notices.standing_of(queries.list_notices(line.id))} == {"送信済み"}
    assert receivers(box) == ["nonaka@example.jp", "tanabe@example.jp"]


def test_without_an_address_the_page_says_why(minato: Office, box: Box) -> None:
    line = send(minato)
    rows = notices.standing_of(queries.list_notices(line.id))
    assert {row.word for row in rows} == {"送りません（メールアドレスなし）"} and all(row.failed for row in rows)


def test_a_file_nobody_opens_is_reminded_of_once_before_it_goes(office: Office, box: Box) -> None:
    line = send(office)
    deliver(NOW)
    box.letters.clear()
    soon = line.expires_at - timedelta(days=6)
    assert retention.sweep_unopened(now=soon) == 1
    assert retention.sweep_unopened(now=soon) == 0
    deliver(soon)
    assert receivers(box) == ["nonaka@example.jp", "tanabe@example.jp"]
    assert "廃棄されます" in box.letters[0][2]


def test_an_opened_file_is_not_reminded_of(office: Office, box: Box) -> None:
    line = send(office)
    Delivery.objects.filter(id=line.id).update(opened_at=NOW)
    assert retention.sweep_unopened(now=line.expires_at - timedelta(days=6)) == 0


def test_a_stopped_account_gets_nothing(office: Office, box: Box) -> None:
    send(office)
    Account.objects.filter(username="minato/nonaka").update(is_active=False)
    deliver(NOW)
    assert receivers(box) == ["tanabe@example.jp"]
    assert not Notice.objects.filter(mailed_at__isnull=True).exists()
