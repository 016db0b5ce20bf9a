"""Mail, through a real SMTP server: sealed while it waits, sent once, kept when the server is away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from azukari.tenancy import errors
from azukari.tenancy.actions import activation, factors, login, offices, outbox, passwords, staff
from azukari.tenancy.actions.holders import Trace
from azukari.tenancy.models import Account, OutboxMail
from azukari.tenancy.rules.mails import Mail
from azukari.tenancy.rules.settings import OfficeSettings
from tests.cast import NOW, PASSWORD, Office, add_app
from tests.mail import Box

HERE = Trace(session="s1", address="10.0.0.1", device="Windows の Edge")
PAGE = "https://azukari.example/activate/"


@pytest.fixture
def saeki(minato: Office) -> Account:
    """Saeki's account, with an address."""
    Account.objects.filter(username="minato/saeki").update(email="saeki@example.jp")
    return Account.objects.get(username="minato/saeki")


def test_an_invitation_carries_the_code_behind_the_hash_and_is_sealed_until_sent(minato: Office, box: Box) -> None:
    Account.objects.filter(username="minato/miyake").update(email="miyake@example.jp")
    issued = staff.issue_code(
        minato.staff["miyake"], actor=minato.actor("aoki"), channel=activation.MAIL, page=PAGE, now=NOW
    )
    assert issued.expires_at == NOW + timedelta(days=3)
    rows = list(OutboxMail.objects.all())
    assert len(rows) == 2  # the reset is told too
    for row in rows:
        assert issued.code.text().encode() not in bytes(row.sealed)
        assert b"miyake" not in bytes(row.sealed)
    assert outbox.send_due(now=NOW) == 2
    to, subject, body = box.letters[-1]
    assert to == ["miyake@example.jp"]
    assert "ログインのご案内" in subject
    assert f"{PAGE}#minato/miyake/{issued.code.text()}" in body
    assert not OutboxMail.objects.exists()
    assert outbox.send_due(now=NOW) == 0


def test_without_an_address_or_a_server_nothing_is_reset(minato: Office, box: Box) -> None:
    account = Account.objects.get(username="minato/miyake")
    with pytest.raises(errors.MailNotSetUpError):
        staff.issue_code(
            minato.staff["miyake"], actor=minato.actor("aoki"), channel=activation.MAIL, page=PAGE, now=NOW
        )
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_a_server_that_is_away_is_asked_again_later(minato: Office, box: Box) -> None:
    outbox.queue(Mail("件名", "本文"), "a@example.jp", office_id=minato.id, now=NOW)
    box.refuse = True
    assert outbox.send_due(now=NOW) == 0
    assert outbox.send_due(now=NOW) == 0
    assert OutboxMail.objects.get().tries == 1
    box.refuse = False
    assert outbox.send_due(now=NOW + timedelta(minutes=3)) == 1
    assert [letter[1] for letter in box.letters] == ["件名"]


def test_a_mail_nobody_takes_is_given_up_and_stays_to_be_seen(minato: Office, box: Box) -> None:
    outbox.queue(Mail("件名", "本文"), "a@example.jp", office_id=minato.id, now=NOW)
    box.refuse = True
    moment = NOW
    for _ in range(10):
        outbox.send_due(now=moment)
        moment += timedelta(hours=12)
    row = OutboxMail.objects.get()
    assert row.failed_at is not None
    assert row.tries == 8


def test_a_new_device_is_told_but_not_the_first(saeki: Account, box: Box) -> None:
    login.complete(saeki, factor="確認コード", device="a" * 43, trace=HERE, now=NOW)
    outbox.send_due(now=NOW)
    assert box.letters == []
    login.complete(saeki, factor="確認コード", device="b" * 43, trace=HERE, now=NOW)
    outbox.send_due(now=NOW)
    ((to, subject, body),) = box.letters
    assert to == ["saeki@example.jp"]
    assert "新しい端末からのログイン" in subject
    assert "Windows の Edge" in body and "10.0.0.1" in body and "2026/11/24 10:00" in body


def test_changes_of_the_ways_in_are_told(saeki: Account, minato: Office, box: Box) -> None:
    add_app(saeki)
    add_app(saeki)
    factors.make_backup_codes(saeki, trace=HERE, now=NOW)
    factors.make_backup_codes(saeki, trace=HERE, now=NOW)
    passwords.change(saeki, old=PASSWORD, new="atarashii kotoba ga yottsu", trace=HERE, now=NOW)
    staff.issue_code(minato.staff["saeki"], actor=minato.actor("aoki"), channel=activation.LETTER, now=NOW)
    outbox.send_due(now=NOW)
    told = [subject.partition("】")[2] for _, subject, _ in box.letters]
    assert told == [
        "第2要素の追加（確認コードのアプリ）",
        "予備コードの作り直し",
        "パスワードの変更",
        "パスワードの再設定",
    ]


def test_the_offices_notice_addresses_hear_of_settings_and_of_the_operator(minato: Office, box: Box) -> None:
    offices.change_settings(
        actor=minato.actor("aoki"),
        settings=OfficeSettings(notice_addresses=("bucho@example.jp",)),
        version=0,
        now=NOW,
    )
    offices.issue_letter(trace=HERE, now=NOW)
    offices.clear_networks(trace=HERE, now=NOW)
    outbox.send_due(now=NOW)
    assert {to[0] for to, _, _ in box.letters} == {"bucho@example.jp"}
    told = [subject.partition("】")[2] for _, subject, _ in box.letters]
    assert told == ["運営者によるパスワードの再設定", "接続元の制限の解除"]


def test_many_failures_of_one_account_are_told_once(minato: Office, box: Box) -> None:
    offices.change_settings(
        actor=minato.actor("aoki"),
        settings=OfficeSettings(notice_addresses=("bucho@example.jp",)),
        version=0,
        now=NOW,
    )
    account = Account.objects.get(username="minato/saeki")
    for _ in range(60):
        login._count_failure(account, account.username, now=NOW)
    outbox.send_due(now=NOW)
    assert [subject.partition("】")[2] for _, subject, _ in box.letters] == ["ログインの失敗が続いています"]
