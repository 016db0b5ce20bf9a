"""廃棄: who may, when, what is left, and that a certificate says so truthfully. Law: ガイドライン別添1 2E d."""

from __future__ import annotations

from datetime import timedelta

import pytest

from azukari.journal import queries as journal
from azukari.kernel.clock import jst_day
from azukari.ops.verify import verify
from azukari.roster import queries as roster
from azukari.roster.rules import NumberState
from azukari.store.scope import office_scope
from azukari.tenancy.errors import PermissionNotAllowed
from azukari.tenancy.models import Grant
from azukari.tenancy.models import Office as OfficeRow
from azukari.vault import errors, queries
from azukari.vault.actions import disposal, keystore, numbers
from azukari.vault.models import Disposal, DuplicateTag, NumberRecord
from azukari.vault.rules.disposal import Reason, State
from azukari.vault.rules.numbers import RecordState, ReplaceReason
from azukari.vault.rules.purposes import Purpose
from tests.cast import NOW, Cast, Office, number_of
from tests.vault.test_numbers import CARD, register, reveal

LATER = NOW + timedelta(hours=1)


def ask(office: Office, person: str, reason: Reason, login: str = "saeki", client: str = "aoba"):
    records = [found.id for found in queries.live_numbers([office.people[person]])]
    (disposal_id,) = disposal.request_disposal(
        actor=office.actor(login), client_id=office.clients[client], record_ids=records, reason=reason, now=NOW
    )
    return disposal_id


def approve(office: Office, disposal_id, login: str = "aoki", now=LATER) -> None:
    disposal.carry_out(actor=office.actor(login), disposal_id=disposal_id, now=now)


def test_a_disposed_number_is_gone_from_both_stores_and_its_certificate_holds(minato: Office) -> None:
    register(minato, "ishihara", 1)
    record = NumberRecord.objects.get()
    approve(minato, ask(minato, "ishihara", Reason.PERIOD_ENDED))
    record.refresh_from_db()
    assert (record.state, record.sealed) == (RecordState.DISPOSED, None)
    assert keystore.find_key(record.id) is None
    assert record.key_destroyed_at is not None
    assert not DuplicateTag.objects.exists()
    with pytest.raises(errors.NumberNotFoundError):
        reveal(minato, "ishihara")
    assert roster.get_person_for(minato.actor("aoki"), minato.people["ishihara"]).number_state is NumberState.DISPOSED
    aoki = minato.actor("aoki")
    number, pdf = queries.certificate_pdf(aoki, queries.standing_certificate(aoki, Disposal.objects.get().id))
    facts = verify(pdf).facts
    assert (facts.number, facts.rows[0].name, facts.addressee.code) == (number, "石原 亮太", "aoba")
    assert facts.scope.unrecoverable_on == jst_day(LATER) + timedelta(days=36)


def test_the_former_number_can_go_while_the_present_one_stays(minato: Office) -> None:
    register(minato, "ishihara", 1)
    numbers.replace_number(
        actor=minato.actor("saeki"),
        vault_key=minato.vault_key(),
        person_id=minato.people["ishihara"],
        digits=number_of(2),
        purposes=[Purpose.TAX],
        identity=CARD,
        reason=ReplaceReason.CHANGED,
        now=NOW,
    )
    former = [found.id for found in queries.live_numbers([minato.people["ishihara"]]) if found.version == 1]
    (disposal_id,) = disposal.request_disposal(
        actor=minato.actor("saeki"),
        client_id=minato.clients["aoba"],
        record_ids=former,
        reason=Reason.NUMBER_CHANGED,
        now=NOW,
    )
    approve(minato, disposal_id)
    assert reveal(minato, "ishihara").number.digits() == number_of(2)
    person = roster.get_person_for(minato.actor("aoki"), minato.people["ishihara"])
    assert person.number_state is NumberState.REGISTERED


@pytest.mark.parametrize(
    ("person", "reason", "error"),
    [
        ("takahashi", Reason.PERIOD_ENDED, errors.PeriodNotStartedError),
        ("takahashi", Reason.CONTRACT_ENDED, errors.ContractRunsError),
        ("takahashi", Reason.NUMBER_CHANGED, errors.ReasonNotAllowedError),
    ],
)
def test_a_reason_that_does_not_hold_is_refused(minato: Office, person: str, reason: Reason, error: type) -> None:
    register(minato, person, 2)
    with pytest.raises(error):
        ask(minato, person, reason)
    assert not Disposal.objects.exists()


def test_a_running_period_is_named_with_its_last_day_income_tax_rule_76_3(minato: Office) -> None:
    register(minato, "ishihara", 1, purposes=[Purpose.TAX])
    records = [found.id for found in queries.live_numbers([minato.people["ishihara"]])]
    early = NOW.replace(year=2023)
    with pytest.raises(errors.RetentionRunsError) as refused:
        disposal.request_disposal(
            actor=minato.actor("saeki"),
            client_id=minato.clients["aoba"],
            record_ids=records,
            reason=Reason.PERIOD_ENDED,
            now=early,
        )
    assert "2024/01/10" in refused.value.reason


def test_who_asked_cannot_approve_and_a_handler_cannot_while_there_is_a_manager(minato: Office) -> None:
    register(minato, "ishihara", 1)
    disposal_id = ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE)
    with pytest.raises(errors.SamePersonNotAllowed):
        approve(minato, disposal_id, "saeki")
    with pytest.raises(PermissionNotAllowed):
        approve(minato, disposal_id, "ono")
    with pytest.raises(PermissionNotAllowed):
        approve(minato, disposal_id, "miyake")
    assert NumberRecord.objects.get().state == RecordState.ACTIVE


def test_the_only_managers_own_request_is_approved_by_another_handler(minato: Office) -> None:
    register(minato, "ishihara", 1)
    disposal_id = ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE, login="aoki")
    with pytest.raises(errors.SamePersonNotAllowed):
        approve(minato, disposal_id, "aoki")
    approve(minato, disposal_id, "ono")
    assert Disposal.objects.get().state == State.CERTIFIED


def test_a_single_key_holder_waits_24_hours_instead(minato: Office) -> None:
    register(minato, "ishihara", 1)
    Grant.objects.exclude(staff_id=minato.staff["saeki"]).delete()
    disposal_id = ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE)
    with pytest.raises(errors.WaitNotOverError):
        approve(minato, disposal_id, "saeki", now=NOW + timedelta(hours=23, minutes=59))
    approve(minato, disposal_id, "saeki", now=NOW + timedelta(hours=24))
    aoki = minato.actor("aoki")
    facts = verify(queries.certificate_pdf(aoki, queries.standing_certificate(aoki, disposal_id))[1]).facts
    assert facts.approval.rule.value == "ONE_PERSON_WAIT"


def test_the_office_may_ask_for_two_persons_always(minato: Office) -> None:
    register(minato, "ishihara", 1)
    OfficeRow.objects.filter(id=minato.id).update(two_person_disposal=True)
    Grant.objects.exclude(staff_id=minato.staff["saeki"]).delete()
    disposal_id = ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE)
    with pytest.raises(errors.SamePersonNotAllowed):
        approve(minato, disposal_id, "saeki", now=NOW + timedelta(hours=25))


def test_a_number_is_in_one_open_disposal_and_a_cancelled_one_frees_it(minato: Office) -> None:
    register(minato, "ishihara", 1)
    first = ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE)
    with pytest.raises(errors.DisposalPendingError):
        ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE)
    disposal.cancel_disposal(actor=minato.actor("saeki"), disposal_id=first, now=LATER)
    with pytest.raises(errors.DisposalStateError):
        approve(minato, first)
    approve(minato, ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE))


def test_a_disposal_is_carried_out_once(minato: Office) -> None:
    register(minato, "ishihara", 1)
    disposal_id = ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE)
    approve(minato, disposal_id)
    with pytest.raises(errors.DisposalStateError):
        approve(minato, disposal_id)
    before = journal.tree_size()
    assert disposal.sweep_unfinished(now=LATER) == 0
    disposal.finish_disposal(disposal_id, actor=minato.actor("aoki"), now=LATER)
    assert journal.tree_size() == before


def test_what_a_crash_left_between_act_and_certificate_is_completed(minato: Office, monkeypatch) -> None:
    register(minato, "ishihara", 1)
    disposal_id = ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE)
    with monkeypatch.context() as patch:
        patch.setattr(disposal, "finish_disposal", lambda *_, **__: None)
        approve(minato, disposal_id)
    assert Disposal.objects.get().state == State.EXECUTED
    with pytest.raises(errors.NumberNotFoundError):
        reveal(minato, "ishihara")
    assert disposal.sweep_unfinished(now=LATER) == 1
    assert Disposal.objects.get().state == State.CERTIFIED
    assert keystore.find_key(NumberRecord.objects.get().id) is None


def test_another_offices_disposal_does_not_exist(cast: Cast) -> None:
    with office_scope(cast.minato.id):
        register(cast.minato, "ishihara", 1)
        disposal_id = ask(cast.minato, "ishihara", Reason.REGISTERED_BY_MISTAKE)
    with office_scope(cast.kamome.id), pytest.raises(errors.DisposalNotFoundError):
        approve(cast.kamome, disposal_id, "kamo")


def test_certificates_are_numbered_within_the_year(minato: Office) -> None:
    for seed, person in enumerate(["ishihara", "takahashi"]):
        register(minato, person, seed + 1)
        approve(minato, ask(minato, person, Reason.REGISTERED_BY_MISTAKE))
    found = queries.list_disposals(minato.actor("aoki"), [State.CERTIFIED])
    assert {row.certificate_number for row in found} == {"廃-2026-0001", "廃-2026-0002"}
