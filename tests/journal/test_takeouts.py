"""持ち出し (別添1 2C b, 2E c): taken out with its entry, ended with an entry of its own, never edited."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from azukari.journal import actions as journal
from azukari.journal import errors, queries
from azukari.journal.actions import takeouts
from azukari.journal.models import Entry, EntryText, TakeOut
from azukari.journal.queries import takeouts as out
from azukari.journal.queries.takeouts import LATE, OPEN, TakeOutFilter
from azukari.journal.rules import Line, Operation, parse_body
from azukari.journal.rules.takeouts import (
    Ending,
    Outcome,
    Protection,
    TakenOut,
    TakeOutFacts,
    check,
    check_ending,
)
from azukari.kernel.ids import new_id
from azukari.tenancy.actions import outbox
from azukari.tenancy.actions import takeouts as chase
from azukari.tenancy.models import Account, OutboxMail
from azukari.vault.rules import events
from tests.cast import NOW, TODAY, Cast, Office, number_of
from tests.mail import Box

PAPER = TakeOutFacts(kind=TakenOut.DOCUMENT, submitted_to="公共職業安定所", due_on=TODAY + timedelta(days=7))
CARRIED = TakeOutFacts(
    kind=TakenOut.MEDIUM,
    medium="暗号化USBメモリ3号",
    submitted_to="税務署",
    at_once=True,
    protections=(Protection.PASSWORD, Protection.LOCKED),
    note="承認 12",
)
SUBMITTED = Ending(outcome=Outcome.SUBMITTED, on=TODAY, receipt="2026-0012", how="窓口に提出")


def take(office: Office, facts: TakeOutFacts = PAPER, *, people=("ishihara",), login="saeki", now=NOW) -> list[TakeOut]:
    """Take something of people of あおば out."""
    lines = [
        Line(
            client_id=office.clients["aoba"],
            client_name="株式会社あおば製作所",
            person_id=office.people[person],
            person_name=person,
            record_id=new_id(),
        )
        for person in people
    ]
    with transaction.atomic():
        done = takeouts.take_out(
            actor=office.actor(login),
            operation=Operation(event=events.REVEALED, screen="試験", lines=lines),
            facts=facts,
            now=now,
        )
    return list(TakeOut.objects.filter(seq__gte=done.first_seq).order_by("seq"))


def close(office: Office, rows, ending: Ending = SUBMITTED, login: str = "aoki", now=NOW):
    return takeouts.close(actor=office.actor(login), ids=[row.id for row in rows], ending=ending, now=now)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (PAPER, "提出先 公共職業安定所・2026/12/01 まで"),
        (CARRIED, "暗号化USBメモリ3号・提出先 税務署・すぐに消去・暗号化・パスワードと鍵のかかる鞄・容器・承認 12"),
    ],
)
def test_what_is_asked_stands_in_the_entry_and_in_the_list_guideline_2c_b(minato: Office, facts, words) -> None:
    (row,) = take(minato, facts)
    entry = Entry.objects.get(id=row.id)
    assert entry.seq == row.seq and entry.taken_out == row.kind == facts.kind
    assert EntryText.objects.get(id=row.id).texts["taken_out"] == words
    assert "until" in parse_body(bytes(entry.body))["commitments"]
    (shown,) = out.list_open(minato.actor("saeki"))
    assert (shown.words, shown.submitted_to, shown.number) == (words, facts.submitted_to, row.number)
    assert shown.due_on == (TODAY if facts.at_once else facts.due_on)
    assert out.verify_take_outs() == 1
    assert queries.verify_record().size == queries.tree_size()


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("facts", "error"),
    [
        (TakeOutFacts(kind=TakenOut.SCREEN, at_once=True), errors.TakeOutKindError),
        (TakeOutFacts(kind=TakenOut.NONE, at_once=True), errors.TakeOutKindError),
        (TakeOutFacts(kind=TakenOut.PROGRAM), errors.TakeOutUntilMissingError),
        (TakeOutFacts(kind=TakenOut.FILE, due_on=TODAY - timedelta(days=1)), errors.TakeOutUntilPastError),
        (TakeOutFacts(kind=TakenOut.MEDIUM, at_once=True), errors.TakeOutMediumMissingError),
        (TakeOutFacts(kind=TakenOut.MEDIUM, at_once=True, medium="USB"), errors.TakeOutDestinationMissingError),
        (
            TakeOutFacts(kind=TakenOut.MEDIUM, at_once=True, medium="USB", submitted_to="税務署", note="1"),
            errors.TakeOutProtectionMissingError,
        ),
        (
            TakeOutFacts(
                kind=TakenOut.MEDIUM, at_once=True, medium="USB", submitted_to="税", protections=(Protection.LOCKED,)
            ),
            errors.TakeOutApprovalMissingError,
        ),
    ],
)
def test_a_take_out_of_which_something_is_not_known_is_refused_guideline_2e_c(facts, error) -> None:
    with pytest.raises(error):
        check(facts, today=TODAY)


@pytest.mark.no_database
@pytest.mark.parametrize("facts", [PAPER, CARRIED, TakeOutFacts(kind=TakenOut.FILE, due_on=TODAY)])
def test_a_whole_take_out_is_taken(facts) -> None:
    check(facts, today=TODAY)


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("outcome", "on", "how", "error"),
    [
        (Outcome.MISTAKEN, TODAY, "  ", errors.EndingReasonMissingError),
        (Outcome.ERASED, TODAY + timedelta(days=1), "", errors.EndingDayError),
        (Outcome.RETURNED, TODAY - timedelta(days=1), "", errors.EndingDayError),
    ],
)
def test_an_ending_that_cannot_be_is_refused(outcome, on: date, how: str, error) -> None:
    with pytest.raises(error):
        check_ending(Ending(outcome=outcome, on=on, how=how), taken_on=TODAY, today=TODAY)


def test_nothing_is_taken_out_when_something_is_missing(minato: Office) -> None:
    before = queries.tree_size()
    with pytest.raises(errors.TakeOutUntilMissingError):
        take(minato, TakeOutFacts(kind=TakenOut.DOCUMENT))
    assert queries.tree_size() == before
    assert not TakeOut.objects.exists()


def test_a_number_typed_into_a_word_does_not_get_into_the_record(minato: Office) -> None:
    facts = TakeOutFacts(
        kind=TakenOut.FILE, at_once=True, medium=number_of(1), submitted_to=number_of(2), note=number_of(3)
    )
    (row,) = take(minato, facts)
    close(minato, [row], Ending(outcome=Outcome.ERASED, on=TODAY, how=number_of(4)))
    told = str(list(EntryText.objects.values_list("texts", flat=True)))
    for seed in range(1, 5):
        assert number_of(seed) not in told


@pytest.mark.parametrize(
    "receipt", ["{}", "{} 窓口", "控え-{}", " {}"], ids=["alone", "word after", "word before", "blank"]
)
@pytest.mark.parametrize("typed", [lambda d: d, lambda d: f"{d[:4]}-{d[4:8]}－{d[8:]}"], ids=["plain", "hyphens"])
def test_a_my_number_is_no_number_of_a_receipt(minato: Office, receipt: str, typed) -> None:
    rows = take(minato)
    before = queries.tree_size()
    with pytest.raises(errors.ReceiptIsNumberError) as refused:
        close(minato, rows, Ending(outcome=Outcome.SUBMITTED, on=TODAY, receipt=receipt.format(typed(number_of(1)))))
    assert number_of(1) not in str(refused.value)
    assert queries.tree_size() == before


@pytest.mark.parametrize("receipt", ["202611240912345678", "2026-0012", "第 15 号"])
def test_the_number_of_a_receipt_stays_whole(minato: Office, receipt: str) -> None:
    """e-Gov 到達番号 has eighteen digits: masked it would prove nothing."""
    close(minato, take(minato), Ending(outcome=Outcome.SUBMITTED, on=TODAY, receipt=receipt))
    (shown,), _ = out.list_take_outs(minato.actor("aoki"), TakeOutFilter(), today=TODAY)
    assert f"控え {receipt}" in shown.ending


def test_several_end_in_one_operation_with_a_line_for_each(minato: Office) -> None:
    rows = take(minato, people=("ishihara", "misato")) + take(minato, CARRIED)
    done = close(minato, rows)
    assert done.lines == 3
    ended = [Entry.objects.get(seq=done.first_seq + place) for place in range(3)]
    assert {entry.event for entry in ended} == {"journal.takeout.submitted"}
    assert [parse_body(bytes(entry.body))["record"] for entry in ended] == [str(row.id) for row in rows]
    shown, total = out.list_take_outs(minato.actor("aoki"), TakeOutFilter(), today=TODAY)
    assert total == 3
    assert {row.state for row in shown} == {"提出済み"}
    assert {(row.ending, row.closed_by) for row in shown} == {
        ("提出済み・2026/11/24・控え 2026-0012・窓口に提出", "青木 由美")
    }
    assert out.verify_take_outs() == 3


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.SUBMITTED, "journal.takeout.submitted"),
        (Outcome.RETURNED, "journal.takeout.returned"),
        (Outcome.ERASED, "journal.takeout.erased"),
        (Outcome.MISTAKEN, "journal.takeout.voided"),
    ],
)
def test_each_way_to_end_has_an_event_of_its_own(minato: Office, outcome: Outcome, code: str) -> None:
    rows = take(minato)
    before = queries.tree_size()
    close(minato, rows, Ending(outcome=outcome, on=TODAY, how="試験"))
    assert list(Entry.objects.filter(seq__gte=before).values_list("event", flat=True)) == [code]


def test_what_is_closed_stays_closed_and_refuses_all_of_a_second_attempt(minato: Office) -> None:
    first, second = take(minato), take(minato)
    close(minato, first)
    before = queries.tree_size()
    with pytest.raises(errors.TakeOutClosedError):
        close(minato, first + second)
    assert queries.tree_size() == before
    assert TakeOut.objects.get(id=second[0].id).outcome == ""


def test_nothing_chosen_and_what_is_not_yours_are_refused(cast: Cast, minato: Office) -> None:
    with pytest.raises(errors.NothingChosenError):
        close(minato, [])
    rows = take(minato)
    with minato_client_moved(rows[0]), pytest.raises(errors.TakeOutNotFoundError):
        close(minato, rows, login="ono")
    close(minato, rows, login="ono")  # あおば is Ono's


class minato_client_moved:  # noqa: N801  # reads as a sentence in a with
    """For a moment the take-out belongs to a client Ono does not serve."""

    def __init__(self, row: TakeOut) -> None:
        self.row, self.before = row, row.client_id

    def __enter__(self) -> None:
        TakeOut.objects.filter(id=self.row.id).update(client_id=new_id())

    def __exit__(self, *_: object) -> None:
        TakeOut.objects.filter(id=self.row.id).update(client_id=self.before)


def test_the_open_ones_come_first_the_longest_overdue_on_top_and_the_filters_narrow(minato: Office) -> None:
    (closed,) = take(minato)
    close(minato, [closed])
    (late,) = take(minato, TakeOutFacts(kind=TakenOut.FILE, at_once=True))
    (later,) = take(minato, login="aoki")
    tomorrow = TODAY + timedelta(days=1)
    actor = minato.actor("aoki")

    def ids(wanted: TakeOutFilter) -> list:
        return [row.id for row in out.list_take_outs(actor, wanted, today=tomorrow)[0]]

    assert ids(TakeOutFilter()) == [late.id, later.id, closed.id]
    assert ids(TakeOutFilter(state=OPEN)) == [late.id, later.id]
    assert ids(TakeOutFilter(state=LATE)) == [late.id]
    assert ids(TakeOutFilter(state=Outcome.SUBMITTED)) == [closed.id]
    assert ids(TakeOutFilter(kind=TakenOut.FILE)) == [late.id]
    assert ids(TakeOutFilter(staff_id=minato.staff["aoki"])) == [later.id]
    assert ids(TakeOutFilter(client_id=minato.clients["mizuho"])) == []
    assert ids(TakeOutFilter(since=NOW + timedelta(seconds=1))) == []
    assert ids(TakeOutFilter(until=NOW + timedelta(seconds=1))) == [late.id, later.id, closed.id]
    assert out.count_late(actor, today=tomorrow) == 1
    first, total = out.list_take_outs(actor, TakeOutFilter(), today=tomorrow, size=2)
    second, _ = out.list_take_outs(actor, TakeOutFilter(), today=tomorrow, page=2, size=2)
    assert total == 3 and [row.id for row in first + second] == [late.id, later.id, closed.id]


@pytest.mark.parametrize(
    "damage",
    [
        lambda row: TakeOut.objects.filter(id=row.id).delete(),
        lambda row: TakeOut.objects.filter(id=row.id).update(person_id=new_id()),
        lambda row: TakeOut.objects.filter(id=row.id).update(kind="FILE"),
        lambda row: TakeOut.objects.filter(id=row.id).update(due_on=row.due_on + timedelta(days=30)),
        lambda row: TakeOut.objects.filter(id=row.id).update(seq=row.seq + 100),
        lambda row: TakeOut.objects.filter(id=row.id).update(
            outcome="ERASED", closed_on=TODAY, closed_at=NOW, closed_seq=row.seq
        ),
        lambda row: TakeOut.objects.filter(id=row.id).update(
            outcome="ERASED", closed_on=TODAY, closed_at=NOW, closed_seq=row.seq + 100
        ),
        lambda row: TakeOut.objects.create(
            seq=row.seq + 1, number="9-9", at=NOW, kind="FILE", due_on=TODAY, staff_id=row.staff_id
        ),
    ],
    ids=[
        "dropped",
        "another person",
        "another kind",
        "more time",
        "another place",
        "closed",
        "closed in vain",
        "made up",
    ],
)
def test_a_row_that_was_edited_dropped_or_made_up_is_found(minato: Office, damage) -> None:
    (row,) = take(minato)
    damage(row)
    with pytest.raises(errors.JournalDamagedError):
        out.verify_take_outs()


def test_a_half_closed_row_cannot_be_written(minato: Office) -> None:
    (row,) = take(minato)
    with pytest.raises(IntegrityError), transaction.atomic():
        TakeOut.objects.filter(id=row.id).update(outcome="ERASED")


def test_entries_from_before_there_were_take_outs_promise_none(minato: Office) -> None:
    with transaction.atomic():
        journal.append(
            actor=minato.actor("saeki"),
            operation=Operation(
                event=events.REVEALED, screen="試験", taken_out=TakenOut.DOCUMENT, taken_out_note="届書"
            ),
            now=NOW,
        )
    assert out.verify_take_outs() == 0


# ---- the chase


@pytest.fixture
def letters(minato: Office, box: Box) -> Box:
    """Mail is set up, and both have an address."""
    for login in ("saeki", "aoki"):
        Account.objects.filter(staff__login_id=login).update(email=f"{login}@example.jp")
    return box


def test_who_took_it_is_told_when_it_is_late_and_the_manager_a_week_later(minato: Office, letters: Box) -> None:
    take(minato, TakeOutFacts(kind=TakenOut.FILE, at_once=True), people=("ishihara", "misato"))
    day = timedelta(days=1)
    assert chase.chase(now=NOW) == 0  # the same day there is time yet
    assert chase.chase(now=NOW + day - timedelta(hours=3)) == 0  # seven in the morning
    assert chase.chase(now=NOW + day) == 1  # one mail for both
    assert chase.chase(now=NOW + day + timedelta(minutes=1)) == 0
    assert chase.chase(now=NOW + 7 * day) == 1  # the 責任者
    assert chase.chase(now=NOW + 8 * day) == 1  # who took it, again after a week
    assert chase.chase(now=NOW + 8 * day + timedelta(hours=1)) == 0
    assert outbox.send_due(now=NOW + 9 * day) == 3
    assert sorted(to for (to,), _, _ in letters.letters) == ["aoki@example.jp", "saeki@example.jp", "saeki@example.jp"]
    for _, subject, body in letters.letters:
        assert "期限超過（2件）" in subject
        assert not any(name in body for name in ("ishihara", "misato", "石原", "あおば"))


def test_what_came_to_its_end_is_not_chased(minato: Office, letters: Box) -> None:
    rows = take(minato, TakeOutFacts(kind=TakenOut.FILE, at_once=True))
    close(minato, rows)
    assert chase.chase(now=NOW + timedelta(days=9)) == 0
    assert not OutboxMail.objects.exists()


@pytest.mark.no_database
@pytest.mark.parametrize("escalated", [False, True])
def test_the_mail_holds_numbers_of_the_record_and_no_names(escalated: bool) -> None:
    from azukari.tenancy.rules.mails import take_outs_late

    mail = take_outs_late(
        name="佐伯 舞", office_name="みなと", numbers=[f"{n}-1" for n in range(40)], escalated=escalated
    )
    assert "NO 0-1、NO 1-1" in mail.body and "ほか10件" in mail.body
    assert "40件" in mail.subject
    assert ("1週間以上" in mail.body) is escalated
