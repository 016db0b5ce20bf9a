"""お願い: a list that fills up, reminders until done, sent back or accepted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from azukari.exchange import queries
from azukari.exchange.actions import deliveries, requests
from azukari.exchange.errors.deliveries import DeliveryNotFoundError, RequestNotFoundError, RequestStateError
from azukari.exchange.models import Notice
from azukari.exchange.rules.requests import ItemState, RequestState, reminder_is_due
from azukari.exchange.rules.wishes import Wishes
from azukari.tenancy.errors import PermissionNotAllowed
from tests.cast import NOW, TODAY, Office
from tests.exchange.hands import hand_in, user

DUE = date(2026, 12, 4)


def ask(office: Office, *, client: str = "aoba", login: str = "aoki") -> queries.RequestRow:
    pk = requests.ask(
        actor=office.actor(login),
        client_id=office.clients[client],
        title="11月分の勤怠",
        note="",
        due_on=DUE,
        items=["タイムカード", "残業の申請書"],
        now=NOW,
    )
    found = queries.get_request(office.actor("aoki"), pk)
    assert found is not None
    return found


def again(office: Office, row: queries.RequestRow) -> queries.RequestRow:
    found = queries.get_request(office.actor("aoki"), row.id)
    assert found is not None
    return found


def test_it_fills_up_and_ends_by_itself(minato: Office) -> None:
    row = ask(minato)
    assert [item.state for item in row.items] == [ItemState.WAITING, ItemState.WAITING]
    for item in row.items:
        hand_in(minato, wishes=Wishes(item=item.id))
    row = again(minato, row)
    assert (row.left, row.to_check, row.state) == (0, 2, RequestState.OPEN)
    assert [file.name for file in row.items[0].files] == ["勤怠.txt"]
    for item in row.items:
        requests.accept(actor=minato.actor("miyake"), item_id=item.id, now=NOW)
    assert again(minato, row).state is RequestState.DONE
    assert queries.list_requests(user(minato)) == []


def test_sent_back_it_is_open_again_with_the_comment(minato: Office) -> None:
    row = ask(minato)
    hand_in(minato, wishes=Wishes(item=row.items[0].id))
    requests.send_back(actor=minato.actor("aoki"), item_id=row.items[0].id, comment="10月のものです", now=NOW)
    seen = queries.list_requests(user(minato))[0].items[0]
    assert (seen.open, seen.comment) == (True, "10月のものです")
    hand_in(minato, wishes=Wishes(item=row.items[0].id))
    seen = queries.list_requests(user(minato))[0].items[0]
    assert (seen.state, seen.comment, len(seen.files)) == (ItemState.HANDED_IN, "", 2)


def test_sent_back_after_the_end_opens_the_request_again(minato: Office) -> None:
    row = ask(minato)
    for item in row.items:
        hand_in(minato, wishes=Wishes(item=item.id))
        requests.accept(actor=minato.actor("aoki"), item_id=item.id, now=NOW)
    requests.send_back(actor=minato.actor("aoki"), item_id=row.items[1].id, comment="押印がありません", now=NOW)
    assert again(minato, row).state is RequestState.OPEN


def test_what_is_withdrawn_is_owed_again(minato: Office) -> None:
    row = ask(minato)
    line = hand_in(minato, wishes=Wishes(item=row.items[0].id))
    deliveries.withdraw(actor=user(minato), delivery_id=line.id, now=NOW)
    assert again(minato, row).items[0].state is ItemState.WAITING


def test_a_refused_file_fulfils_nothing(minato: Office) -> None:
    row = ask(minato)
    hand_in(minato, b"PK\x03\x04" + b"\0" * 400, name="表.xlsx", wishes=Wishes(item=row.items[0].id))
    assert again(minato, row).items[0].state is ItemState.WAITING


def test_another_company_cannot_answer(minato: Office) -> None:
    row = ask(minato)
    with pytest.raises(RequestNotFoundError):
        hand_in(minato, login="tanabe", client="mizuho", wishes=Wishes(item=row.items[0].id))


def test_a_cancelled_request_takes_nothing_more(minato: Office) -> None:
    row = ask(minato)
    requests.cancel(actor=minato.actor("aoki"), request_id=row.id, now=NOW)
    with pytest.raises(RequestStateError):
        hand_in(minato, wishes=Wishes(item=row.items[0].id))
    with pytest.raises(RequestStateError):
        requests.remind(actor=minato.actor("aoki"), request_id=row.id, now=NOW)


@pytest.mark.parametrize(("login", "refused"), [("kanno", PermissionNotAllowed), ("ono", DeliveryNotFoundError)])
def test_who_may_not_ask(minato: Office, login: str, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        ask(minato, client="mizuho", login=login)


def test_the_client_decides_nothing(minato: Office) -> None:
    row = ask(minato)
    with pytest.raises(RequestNotFoundError):
        requests.accept(actor=user(minato), item_id=row.items[0].id, now=NOW)


@pytest.mark.parametrize(
    ("today", "last", "due"),
    [
        (DUE - timedelta(days=8), TODAY, False),
        (DUE - timedelta(days=7), TODAY, True),
        (DUE - timedelta(days=7), DUE - timedelta(days=7), False),
        (DUE - timedelta(days=4), TODAY, True),  # the server was away on the seventh day
        (DUE - timedelta(days=2), DUE - timedelta(days=7), False),
        (DUE - timedelta(days=1), DUE - timedelta(days=7), True),
        (DUE, DUE - timedelta(days=1), True),
        (DUE + timedelta(days=3), DUE, False),
        (DUE + timedelta(days=7), DUE, True),
        (DUE + timedelta(days=10), DUE + timedelta(days=7), False),
        (DUE + timedelta(days=14), DUE + timedelta(days=7), True),
        (DUE + timedelta(days=30), DUE + timedelta(days=14), True),
    ],
)
def test_days_of_reminders(today: date, last: date, due: bool) -> None:
    assert reminder_is_due(DUE, last, today) is due


def test_reminders_stop_when_everything_is_handed_in(minato: Office) -> None:
    row = ask(minato)
    day = NOW + timedelta(days=9)  # 12/3, the day before, at 10:00 in Japan
    assert requests.sweep_reminders(now=day) == 1
    assert requests.sweep_reminders(now=day) == 0
    assert Notice.objects.filter(kind="reminded").count() == 2
    for item in row.items:
        hand_in(minato, wishes=Wishes(item=item.id))
    requests.sweep_reminders(now=day + timedelta(days=1))
    assert Notice.objects.filter(kind="reminded").count() == 2


def test_nobody_is_reminded_in_the_night(minato: Office) -> None:
    ask(minato)
    assert requests.sweep_reminders(now=NOW + timedelta(days=9, hours=-4)) == 0
