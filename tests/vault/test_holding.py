"""What the office records of retention, who may, what becomes due, and that nothing but people destroys. Law: 番号法20条."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from azukari.journal import queries as journal
from azukari.ops import sweeper
from azukari.ops.verify import verify
from azukari.roster import queries as roster
from azukari.roster.models import Person
from azukari.tenancy.errors import PermissionNotAllowed
from azukari.tenancy.models import Account, ClientCompany, Grant, StaffMember
from azukari.tenancy.models import Office as OfficeRow
from azukari.vault import errors, queries
from azukari.vault.actions import disposal, numbers, requests, retention
from azukari.vault.models import Disposal, NumberRecord
from azukari.vault.queries import approvals, due, holding
from azukari.vault.rules.brake import Brake, Look
from azukari.vault.rules.disposal import Reason, State
from azukari.vault.rules.documents import Completion, EventKind
from azukari.vault.rules.numbers import ReplaceReason
from azukari.vault.rules.purposes import Purpose
from tests.cast import NOW, TODAY, Office, number_of
from tests.vault.disposing import ask, carry_out
from tests.vault.test_numbers import CARD, register

LATER = NOW + timedelta(hours=1)
EI = [Purpose.EMPLOYMENT_INSURANCE]
NOTICE, DEADLINE = ("ei_insured", EventKind.NOTICE), ("tax_exemption", EventKind.DEADLINE)


def days(office: Office, person: str, login: str = "saeki", **recorded: date | None) -> bool:
    keys = {"notice": NOTICE, "deadline": DEADLINE, "lost": ("ei_insured", EventKind.LOST)}
    return retention.record_days(
        actor=office.actor(login),
        person_id=office.people[person],
        days={keys[name]: day for name, day in recorded.items()},
        now=NOW,
    )


def extend(office: Office, person: str, until: date, login: str = "aoki") -> None:
    retention.extend(
        actor=office.actor(login), person_id=office.people[person], until=until, reason="審査請求への対応", now=NOW
    )


def held_of(office: Office, person: str):
    (number,) = queries.live_numbers([office.people[person]])
    return holding.holdings_of([number], roster.find_people([number.person_id]))[number.id]


def due_of(office: Office, *, until: date = TODAY, login: str = "aoki") -> dict[UUID, due.Due]:
    return {row.person_id: row for row in due.list_due(office.actor(login), until=until)}


def set_rules(office: Office, completion: Completion = Completion.LATER, count: int = 20, version: int = 0) -> None:
    codes = holding.get_setting().completion
    retention.change_setting(
        actor=office.actor("aoki"),
        completion={code: completion if code == "ei_insured" else rule for code, rule in codes.items()},
        brake=Brake(count=count, share=90),
        version=version,
        now=NOW,
    )


def last_line(office: Office) -> journal.EntryRow:
    return journal.list_entries(office.actor("aoki"), journal.Filter(), size=1).rows[0]


def left(office: Office, person: str, on: date | None) -> None:
    Person.objects.filter(id=office.people[person]).update(left_on=on)


def lone(office: Office) -> None:
    """Saeki is the only one left: no other manager, no other key holder."""
    Grant.objects.exclude(staff_id=office.staff["saeki"]).delete()
    others = StaffMember.objects.exclude(id=office.staff["saeki"]).values("account_id")
    Account.objects.filter(id__in=others).update(is_active=False)


# Days


def test_a_recorded_day_moves_the_period_and_stands_in_the_record_employment_insurance_rule_143(minato: Office) -> None:
    register(minato, "ishihara", 1, purposes=EI)
    assert held_of(minato, "ishihara").due_on == date(2020, 10, 21)
    assert days(minato, "ishihara", notice=date(2016, 12, 1))
    assert held_of(minato, "ishihara").due_on == date(2020, 12, 1)
    assert last_line(minato).label == "保存期間の日付の記録"
    assert not days(minato, "ishihara", notice=date(2016, 12, 1))
    assert days(minato, "ishihara", notice=None)
    assert held_of(minato, "ishihara").due_on == date(2020, 10, 21)


def test_a_deadline_that_cannot_have_been_is_refused_income_tax_rule_76_3(minato: Office) -> None:
    register(minato, "ishihara", 1)
    days(minato, "ishihara", deadline=date(2015, 12, 31))
    with pytest.raises(errors.DeadlineTooEarlyError):
        days(minato, "ishihara", deadline=date(2015, 11, 30))


def test_who_may_not_handle_numbers_records_no_day(minato: Office) -> None:
    with pytest.raises(PermissionNotAllowed):
        days(minato, "ishihara", "miyake", notice=TODAY)


def test_the_office_decides_what_completion_means_and_a_missing_day_holds(minato: Office) -> None:
    register(minato, "ishihara", 1, purposes=EI)
    set_rules(minato, Completion.NOTICE)
    assert held_of(minato, "ishihara").due_on is None
    assert not due_of(minato)
    with pytest.raises(errors.DayMissingError) as refused:
        ask(minato, "ishihara", Reason.PERIOD_ENDED)
    assert "決定通知書を受け取った日" in refused.value.reason
    days(minato, "ishihara", notice=date(2016, 12, 1))
    disposal_id = ask(minato, "ishihara", Reason.PERIOD_ENDED)
    carry_out(minato, disposal_id, now=LATER)
    aoki = minato.actor("aoki")
    (ended,) = verify(
        queries.certificate_pdf(aoki, queries.standing_certificate(aoki, disposal_id))[1]
    ).facts.ended_purposes
    assert "決定通知書を受け取った日" in ended.basis
    assert ended.last_on == date(2020, 12, 1)


def test_settings_seen_before_somebody_elses_change_are_refused(minato: Office) -> None:
    set_rules(minato)
    with pytest.raises(errors.RetentionConflictError):
        set_rules(minato)
    set_rules(minato, version=1)
    assert last_line(minato).label == "保存期間の設定の変更"


# Lengthening


def test_a_lengthening_holds_until_it_is_taken_back(minato: Office) -> None:
    register(minato, "ishihara", 1)
    extend(minato, "ishihara", date(2027, 3, 31))
    assert last_line(minato).label == "保存期間の延長"
    assert held_of(minato, "ishihara").due_on == date(2027, 3, 31)
    assert not due_of(minato)
    with pytest.raises(errors.ExtensionRunsError) as refused:
        ask(minato, "ishihara", Reason.PERIOD_ENDED)
    assert "審査請求への対応" in refused.value.reason
    actor, person = minato.actor("aoki"), minato.people["ishihara"]
    retention.end_extension(actor=actor, person_id=person, now=NOW)
    with pytest.raises(errors.ExtensionGoneError):
        retention.end_extension(actor=actor, person_id=person, now=NOW)
    assert due_of(minato)[person].due_on == date(2024, 1, 10)
    ask(minato, "ishihara", Reason.PERIOD_ENDED)


def test_a_mistake_goes_even_while_a_lengthening_runs(minato: Office) -> None:
    register(minato, "ishihara", 1)
    extend(minato, "ishihara", date(2027, 3, 31))
    carry_out(minato, ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE), now=LATER)
    with pytest.raises(errors.NothingToExtendError):
        extend(minato, "ishihara", date(2028, 3, 31))


@pytest.mark.parametrize("until", [TODAY, TODAY - timedelta(days=1), date(2029, 11, 24), date(2999, 1, 1)])
def test_a_lengthening_ends_within_three_years(minato: Office, until: date) -> None:
    register(minato, "ishihara", 1)
    with pytest.raises(errors.ExtensionDayError):
        extend(minato, "ishihara", until)


def test_the_three_years_count_from_the_end_of_a_period_that_still_runs(minato: Office) -> None:
    left(minato, "ishihara", date(2026, 10, 20))
    register(minato, "ishihara", 1, purposes=[Purpose.TAX])
    extend(minato, "ishihara", date(2037, 1, 9))
    with pytest.raises(errors.ExtensionDayError):
        extend(minato, "ishihara", date(2037, 1, 10))


def test_only_a_manager_lengthens(minato: Office) -> None:
    register(minato, "ishihara", 1)
    with pytest.raises(PermissionNotAllowed):
        extend(minato, "ishihara", date(2027, 3, 31), "saeki")


def test_a_later_lengthening_takes_the_place_of_the_one_before(minato: Office) -> None:
    register(minato, "ishihara", 1)
    for until in (date(2027, 3, 31), date(2026, 12, 31)):
        extend(minato, "ishihara", until)
    assert held_of(minato, "ishihara").due_on == date(2026, 12, 31)
    ended = [row.ended_at is not None for row in holding.list_extensions(minato.people["ishihara"])]
    assert sorted(ended) == [False, True]


# Due


def test_what_is_due_and_why(minato: Office) -> None:
    register(minato, "ishihara", 1)
    register(minato, "takahashi", 2)
    register(minato, "misato", 3, purposes=[Purpose.TAX])
    assert due_of(minato).keys() == {minato.people["ishihara"], minato.people["misato"]}
    numbers.replace_number(
        actor=minato.actor("saeki"),
        vault_key=minato.vault_key(),
        person_id=minato.people["takahashi"],
        digits=number_of(4),
        purposes=[Purpose.TAX],
        identity=CARD,
        reason=ReplaceReason.CHANGED,
        now=NOW,
    )
    former = due_of(minato, until=TODAY + timedelta(days=30))[minato.people["takahashi"]]
    assert (former.reason, former.due_on, former.former) == (Reason.NUMBER_CHANGED, date(2026, 12, 24), True)
    ask(minato, "ishihara", Reason.PERIOD_ENDED)
    assert due_of(minato).keys() == {minato.people["misato"]}


def test_everything_of_a_client_whose_contract_ended_is_due(minato: Office) -> None:
    register(minato, "ishihara", 1)
    register(minato, "takahashi", 2)
    ClientCompany.objects.filter(id=minato.clients["aoba"]).update(contract_ended_on=date(2026, 11, 20))
    found = due_of(minato)
    assert found[minato.people["takahashi"]].reason is Reason.CONTRACT_ENDED
    assert found[minato.people["takahashi"]].due_on == date(2026, 11, 20)
    # The period ended long before: that is the earlier day, and the truer reason.
    assert found[minato.people["ishihara"]].reason is Reason.PERIOD_ENDED
    rows = due.due_rows(list(found.values()), today=TODAY)
    assert all("顧問契約が2026/11/20に終わった" in row.sentence for row in rows)


def test_the_due_list_shows_only_the_clients_one_is_assigned_to(minato: Office) -> None:
    register(minato, "ishihara", 1)
    Person.objects.filter(id=minato.people["ishihara"]).update(client_id=minato.clients["kitagawa"])
    NumberRecord.objects.update(client_id=minato.clients["kitagawa"])
    assert due_of(minato).keys() == {minato.people["ishihara"]}
    assert not due_of(minato, login="ono")


# Approval bound to exactly these people


def test_an_approval_without_the_page_or_with_an_old_one_is_refused(minato: Office) -> None:
    register(minato, "ishihara", 1)
    disposal_id = ask(minato, "ishihara", Reason.PERIOD_ENDED)
    for seen in ("", "0" * 64):
        with pytest.raises(errors.ChangedSinceSeenError):
            disposal.carry_out(actor=minato.actor("aoki"), disposal_id=disposal_id, seen=seen, now=LATER)
    assert Disposal.objects.get().state == State.REQUESTED


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda office: Person.objects.filter(id=office.people["ishihara"]).update(name="石原 良太"), "氏名"),
        (lambda office: Person.objects.filter(id=office.people["ishihara"]).update(employee_code="9"), "社員番号"),
        (lambda office: left(office, "ishihara", date(2017, 10, 20)), "保存期間"),
        (lambda office: left(office, "ishihara", None), "退職日が登録されていない"),
        (lambda office: left(office, "ishihara", date(2026, 10, 20)), "まで残っています"),
        (lambda office: days(office, "ishihara", notice=date(2017, 1, 5)), "保存期間"),
        (lambda office: extend(office, "ishihara", date(2027, 3, 31)), "延長しています"),
        (lambda office: set_rules(office, Completion.LEFT), "完結の日の決め方"),
    ],
)
def test_what_changed_after_the_request_is_refused_and_named(minato: Office, change, said: str) -> None:
    register(minato, "ishihara", 1, purposes=[*EI, Purpose.TAX])
    disposal_id = ask(minato, "ishihara", Reason.PERIOD_ENDED)
    seen = approvals.prepare(minato.actor("aoki"), disposal_id, now=LATER).seen
    change(minato)
    with pytest.raises(errors.ChangedSinceAskedError) as refused:
        disposal.carry_out(actor=minato.actor("aoki"), disposal_id=disposal_id, seen=seen, typed_count=1, now=LATER)
    assert said in refused.value.reason
    assert NumberRecord.objects.get().sealed is not None
    requests.cancel_disposal(actor=minato.actor("saeki"), disposal_id=disposal_id, now=LATER)


def test_a_request_names_exactly_what_its_page_showed(minato: Office) -> None:
    register(minato, "ishihara", 1)
    (number,) = queries.live_numbers([minato.people["ishihara"]])
    with pytest.raises(errors.ChangedSinceSeenError):
        requests.request_disposal(
            actor=minato.actor("saeki"),
            client_id=minato.clients["aoba"],
            record_ids=[number.id],
            reason=Reason.PERIOD_ENDED,
            seen="0" * 64,
            now=NOW,
        )
    assert not Disposal.objects.exists()


def test_a_batch_asks_for_all_or_for_none(minato: Office) -> None:
    register(minato, "ishihara", 1)
    register(minato, "takahashi", 2)
    asked = [
        requests.Asked(
            client_id=minato.clients["aoba"],
            reason=Reason.PERIOD_ENDED,
            record_ids=[number.id for number in queries.live_numbers([minato.people[person]])],
        )
        for person in ("ishihara", "takahashi")
    ]
    with pytest.raises(errors.PeriodNotStartedError):
        requests.request_batch(actor=minato.actor("saeki"), asked=asked, now=NOW)
    assert not Disposal.objects.exists()
    left(minato, "takahashi", date(2016, 10, 20))
    requests.request_batch(actor=minato.actor("saeki"), asked=asked, now=NOW)
    batch = Disposal.objects.values_list("batch", flat=True).distinct().get()
    assert len(queries.list_batch(minato.actor("aoki"), batch)) == 2


# Brake


def test_an_early_disposal_needs_the_count_typed(minato: Office) -> None:
    register(minato, "takahashi", 1)
    disposal_id = ask(minato, "takahashi", Reason.REGISTERED_BY_MISTAKE)
    state = approvals.prepare(minato.actor("aoki"), disposal_id, now=LATER)
    assert state.looks == (Look.EARLY,)
    for typed in (None, 0, 2):
        with pytest.raises(errors.SecondLookNeededError):
            disposal.carry_out(
                actor=minato.actor("aoki"), disposal_id=disposal_id, seen=state.seen, typed_count=typed, now=LATER
            )
    carry_out(minato, disposal_id, now=LATER)
    labels = list(journal.list_entries(minato.actor("aoki"), journal.Filter(), size=5).rows)
    assert any("歯止め" in row.detail for row in labels)


def test_where_there_are_two_managers_the_brake_asks_the_other_whatever_is_set(minato: Office) -> None:
    OfficeRow.objects.filter(id=minato.id).update(two_person_disposal=False)
    register(minato, "takahashi", 1)
    disposal_id = ask(minato, "takahashi", Reason.REGISTERED_BY_MISTAKE)
    assert Disposal.objects.get().two_persons
    with pytest.raises(errors.SamePersonNotAllowed):
        carry_out(minato, disposal_id, login="saeki", now=NOW + timedelta(days=2))
    carry_out(minato, disposal_id, now=LATER)


def gone(office: Office, count: int, *, at: datetime) -> None:
    """Numbers of みずほ that were destroyed at a moment; they borrow the one record there is."""
    made = Disposal.objects.create(
        client_id=office.clients["mizuho"],
        state=State.CERTIFIED,
        reason=Reason.PERIOD_ENDED,
        two_persons=True,
        requested_by_name="佐伯 舞",
        requested_by_role="HANDLER",
        requested_at=at,
        executed_at=at,
    )
    record = NumberRecord.objects.first()
    for line in range(count):
        made.items.create(
            record=record, person_id=record.person_id, line=line, person_name="甲", former=False, periods=[], open=False
        )


def test_a_brake_that_comes_after_the_request_asks_the_other_manager_too(minato: Office) -> None:
    OfficeRow.objects.filter(id=minato.id).update(two_person_disposal=False)
    register(minato, "ishihara", 1)
    disposal_id = ask(minato, "ishihara", Reason.PERIOD_ENDED)
    assert not Disposal.objects.get().two_persons
    gone(minato, 20, at=NOW + timedelta(hours=20))
    later = NOW + timedelta(hours=25)
    assert approvals.prepare(minato.actor("saeki"), disposal_id, now=later).looks == (Look.MANY,)
    with pytest.raises(errors.SamePersonNotAllowed):
        carry_out(minato, disposal_id, login="saeki", now=later)
    carry_out(minato, disposal_id, now=later)


@pytest.mark.parametrize(
    ("executed", "looks"),
    [
        (NOW - timedelta(hours=24), ()),
        (NOW - timedelta(hours=23), (Look.MANY,)),
        (NOW + timedelta(days=3650), (Look.MANY,)),  # of a clock that ran ahead: it counts until the clock is there
    ],
)
def test_what_went_within_a_day_counts(minato: Office, executed: datetime, looks: tuple[Look, ...]) -> None:
    register(minato, "ishihara", 1)
    disposal_id = ask(minato, "ishihara", Reason.PERIOD_ENDED)
    gone(minato, 20, at=executed)
    assert approvals.prepare(minato.actor("aoki"), disposal_id, now=NOW).looks == looks


# Clock


@pytest.mark.parametrize("hours", [-24 * 3650, -1, 0, 23])
def test_the_24_hours_survive_a_clock_set_back_or_frozen(minato: Office, hours: int) -> None:
    register(minato, "ishihara", 1)
    lone(minato)
    disposal_id = ask(minato, "ishihara", Reason.PERIOD_ENDED)
    with pytest.raises(errors.WaitNotOverError):
        carry_out(minato, disposal_id, login="saeki", now=NOW + timedelta(hours=hours))
    assert NumberRecord.objects.get().sealed is not None
    carry_out(minato, disposal_id, login="saeki", now=NOW + timedelta(hours=24))


def test_a_request_of_a_clock_that_ran_ahead_is_refused_once_it_is_right_again(minato: Office) -> None:
    left(minato, "takahashi", date(2026, 10, 20))
    register(minato, "takahashi", 1)
    ahead = NOW + timedelta(days=3650)
    disposal_id = ask(minato, "takahashi", Reason.PERIOD_ENDED, now=ahead)
    with pytest.raises(errors.ChangedSinceAskedError) as refused:
        carry_out(minato, disposal_id, now=LATER)
    assert "まで残っています" in refused.value.reason


@pytest.mark.parametrize("days_ahead", [0, 3650, 36500])
def test_nothing_is_destroyed_by_the_clock_alone(minato: Office, days_ahead: int) -> None:
    register(minato, "ishihara", 1)
    register(minato, "takahashi", 2)
    ask(minato, "ishihara", Reason.PERIOD_ENDED)
    sweeper.sweep_office(now=NOW + timedelta(days=days_ahead))
    assert NumberRecord.objects.filter(sealed__isnull=False).count() == 2
    assert Disposal.objects.get().state == State.REQUESTED


def test_managers_are_told_once_a_week_with_counts_only_whatever_the_clock_does(minato: Office) -> None:
    register(minato, "ishihara", 1)
    OfficeRow.objects.filter(id=minato.id).update(notice_addresses=["office@example.jp"])

    def told(moment) -> int:
        return retention.tell_overdue(now=moment)

    first = told(NOW)
    assert first >= 1
    assert told(NOW) == told(NOW + timedelta(days=6, hours=23)) == told(NOW - timedelta(days=6)) == 0
    assert told(NOW + timedelta(days=7)) == first
    ahead = NOW + timedelta(days=3650)
    assert told(ahead) == first
    assert told(NOW + timedelta(days=8)) == first  # the clock came back: ten years of silence would follow otherwise
    assert told(NOW + timedelta(days=8)) == 0


def test_the_mail_holds_no_name(minato: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    register(minato, "ishihara", 1)
    OfficeRow.objects.filter(id=minato.id).update(notice_addresses=["office@example.jp"])
    sent = []
    monkeypatch.setattr(retention.outbox, "queue", lambda mail, *_, **__: sent.append(mail))
    retention.tell_overdue(now=NOW)
    assert "1件（1社）" in sent[0].body
    assert "石原" not in sent[0].body + sent[0].subject
    assert "あおば" not in sent[0].body + sent[0].subject


def test_nobody_is_told_of_nothing(minato: Office) -> None:
    assert retention.tell_overdue(now=NOW) == 0
