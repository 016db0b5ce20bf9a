"""Files from hand to hand: handed in, sent, opened, answered, withdrawn, 保護, with its record before the act."""

from __future__ import annotations

from datetime import timedelta

import pytest

from azukari.exchange import queries
from azukari.exchange.actions import deliveries, filekeys, protection, quarantine, receipts, uploads
from azukari.exchange.errors.deliveries import (
    AlreadyOpenedError,
    DeliveryNotFoundError,
    NoReaderError,
    NumbersInOpenFileError,
    ProposalOpenNotAllowed,
    ProtectedBroadcastError,
    ProtectedNotAllowed,
)
from azukari.exchange.errors.files import FileKeyMissingError, OwnKeyNotAllowed
from azukari.exchange.models import Delivery, FileGrant, FileKey, FilePart, Opening, StoredFile
from azukari.exchange.queries import Filter
from azukari.exchange.rules.states import DeliveryState, Direction, FileState, Proposal
from azukari.exchange.rules.wishes import Wishes
from azukari.journal.errors import TakeOutUntilMissingError
from azukari.journal.models import Entry
from azukari.journal.rules.takeouts import TakenOut, TakeOutFacts
from azukari.kernel.ids import new_id
from azukari.tenancy.errors import PermissionNotAllowed, UnlockRefusedError
from azukari.tenancy.models import ClientUser
from azukari.tenancy.models import Office as OfficeRow
from tests.cast import NOW, PASSWORD, Office, number_of
from tests.exchange.hands import TEXT, begin, hand_in, put, send, user

LATER = NOW + timedelta(minutes=5)


def read(readable: deliveries.Readable) -> bytes:
    return b"".join(readable.contents.stream())


def with_numbers() -> bytes:
    return ("氏名,個人番号\n" + "".join(f"甲{n},{number_of(n)}\n" for n in range(3))).encode("cp932")


def test_a_file_handed_in_is_there_for_the_office(minato: Office) -> None:
    line = hand_in(minato)
    assert (line.state, line.direction, line.opened_at) == (DeliveryState.READY, Direction.RECEIVED, None)
    opened = deliveries.open_ordinary(actor=minato.actor("miyake"), delivery_id=line.id, now=LATER)
    assert read(opened) == TEXT
    line.refresh_from_db()
    assert (line.opened_at, line.opened_by) == (LATER, "三宅 隆")


def test_the_sender_opening_it_does_not_count_as_read(minato: Office) -> None:
    line = hand_in(minato)
    assert read(deliveries.open_ordinary(actor=user(minato), delivery_id=line.id, now=LATER)) == TEXT
    line.refresh_from_db()
    assert line.opened_at is None and Opening.objects.filter(delivery=line).count() == 1


def test_people_of_one_company_see_each_others_files(minato: Office) -> None:
    line = hand_in(minato, login="nonaka")
    assert queries.get_line(user(minato, "tanabe"), line.id, now=NOW) is not None


def test_another_company_sees_nothing(minato: Office) -> None:
    line = hand_in(minato)
    stranger = user(minato, "tanabe", "mizuho")
    assert queries.get_line(stranger, line.id, now=NOW) is None
    with pytest.raises(DeliveryNotFoundError):
        deliveries.open_ordinary(actor=stranger, delivery_id=line.id, now=LATER)


def test_staff_see_the_files_of_their_clients_only(minato: Office) -> None:
    line = hand_in(minato, login="tanabe", client="mizuho")
    assert queries.get_line(minato.actor("ono"), line.id, now=NOW) is None
    assert queries.list_ledger(minato.actor("ono"), Filter(), now=NOW).rows == []


def test_an_auditor_opens_nothing(minato: Office) -> None:
    line = hand_in(minato)
    with pytest.raises(PermissionNotAllowed):
        deliveries.open_ordinary(actor=minato.actor("kanno"), delivery_id=line.id, now=LATER)


def test_sent_files_reach_the_client_and_are_answered(minato: Office) -> None:
    line = send(minato)
    assert read(deliveries.open_ordinary(actor=user(minato), delivery_id=line.id, now=LATER)) == TEXT
    reply = hand_in(minato, wishes=Wishes(reply_to=line.id), now=LATER)
    line.refresh_from_db()
    assert (line.answered_at, reply.thread_id) == (LATER, line.thread_id)
    thread = queries.list_thread(
        minato.actor("aoki"), queries.get_line(minato.actor("aoki"), reply.id, now=LATER), now=LATER
    )  # type: ignore[arg-type]
    assert [row.id for row in thread] == [line.id, reply.id]


def test_a_held_file_is_not_there_for_ten_minutes(minato: Office) -> None:
    OfficeRow.objects.filter(id=minato.id).update(holds_outgoing=True)
    line = send(minato)
    with pytest.raises(DeliveryNotFoundError):
        deliveries.open_ordinary(actor=user(minato), delivery_id=line.id, now=LATER)
    assert queries.list_ledger(user(minato), Filter(), now=LATER).rows == []
    after = NOW + timedelta(minutes=10)
    assert read(deliveries.open_ordinary(actor=user(minato), delivery_id=line.id, now=after)) == TEXT


def test_withdrawn_before_it_was_opened(minato: Office) -> None:
    line = send(minato)
    deliveries.withdraw(actor=minato.actor("aoki"), delivery_id=line.id, now=LATER)
    line.refresh_from_db()
    assert line.state == DeliveryState.WITHDRAWN
    assert Entry.objects.filter(event="exchange.file.recalled").exists()
    with pytest.raises(DeliveryNotFoundError):
        deliveries.open_ordinary(actor=user(minato), delivery_id=line.id, now=LATER)
    uploads.sweep_abandoned(due=LATER, now=LATER)
    assert not FilePart.objects.filter(file_id=line.file_id).exists()
    assert not FileKey.objects.filter(id=line.file_id).exists()


def test_not_withdrawn_after_it_was_opened(minato: Office) -> None:
    line = send(minato)
    deliveries.open_ordinary(actor=user(minato), delivery_id=line.id, now=LATER)
    with pytest.raises(AlreadyOpenedError) as refused:
        deliveries.withdraw(actor=minato.actor("aoki"), delivery_id=line.id, now=LATER)
    assert "野中 浩" in refused.value.reason


def test_only_the_sending_side_withdraws(minato: Office) -> None:
    line = send(minato)
    with pytest.raises(DeliveryNotFoundError):
        deliveries.withdraw(actor=user(minato), delivery_id=line.id, now=LATER)


def test_a_new_version_marks_the_old_one(minato: Office) -> None:
    old = hand_in(minato)
    new = hand_in(minato, b"new\n" * 9, wishes=Wishes(replaces=old.id), now=LATER)
    old.refresh_from_db()
    assert old.replaced_by_id == new.id


def test_protected_by_the_sender_opens_with_the_unlock_alone(minato: Office) -> None:
    line = hand_in(minato, with_numbers(), name="番号.csv", protected=True)
    assert line.protected and not FileKey.objects.filter(id=line.file_id).exists()
    with pytest.raises(FileKeyMissingError):
        filekeys.server_key(line.file_id)
    before = Entry.objects.count()
    opened = deliveries.open_protected(
        actor=minato.actor("saeki"),
        vault_key=minato.vault_key("saeki"),
        delivery_id=line.id,
        purpose="SOCIAL_INSURANCE",
        leaves=TakeOutFacts(kind=TakenOut.FILE, at_once=True),
        now=LATER,
    )
    assert Entry.objects.count() == before + 1
    assert read(opened) == with_numbers()


@pytest.mark.parametrize("login", ["miyake", "kanno"])
def test_protected_is_closed_to_staff_without_the_right(minato: Office, login: str) -> None:
    line = hand_in(minato, protected=True)
    with pytest.raises((ProtectedNotAllowed, PermissionNotAllowed)):
        deliveries.open_ordinary(actor=minato.actor(login), delivery_id=line.id, now=LATER)


def test_clients_hand_protected_files_in_and_cannot_read_them_back(minato: Office) -> None:
    line = hand_in(minato, protected=True)
    with pytest.raises(ProtectedNotAllowed):
        deliveries.open_ordinary(actor=user(minato), delivery_id=line.id, now=LATER)
    with pytest.raises(ProtectedNotAllowed):
        deliveries.open_as_receiver(actor=user(minato), password=PASSWORD, delivery_id=line.id, now=LATER)


def test_taking_protected_out_asks_until_when(minato: Office) -> None:
    line = hand_in(minato, protected=True)
    with pytest.raises(TakeOutUntilMissingError):
        deliveries.open_protected(
            actor=minato.actor("saeki"),
            vault_key=minato.vault_key("saeki"),
            delivery_id=line.id,
            purpose="SOCIAL_INSURANCE",
            leaves=TakeOutFacts(kind=TakenOut.FILE),
            now=LATER,
        )


def test_protected_from_the_office_opens_with_the_receivers_password(minato: Office) -> None:
    line = send(minato, protected=True)
    assert {grant.user_id for grant in FileGrant.objects.filter(file_id=line.file_id)} == {
        None,
        minato.users["nonaka"],
        minato.users["tanabe"],
    }
    with pytest.raises(UnlockRefusedError):
        deliveries.open_as_receiver(actor=user(minato), password="wrong", delivery_id=line.id, now=LATER)
    opened = deliveries.open_as_receiver(actor=user(minato), password=PASSWORD, delivery_id=line.id, now=LATER)
    assert read(opened) == TEXT
    line.refresh_from_db()
    assert line.opened_by == "野中 浩"


def test_a_reader_who_came_later_is_let_in_by_a_handler(minato: Office) -> None:
    line = send(minato, protected=True)
    FileGrant.objects.filter(file_id=line.file_id, user_id=minato.users["nonaka"]).delete()
    with pytest.raises(OwnKeyNotAllowed):
        deliveries.open_as_receiver(actor=user(minato), password=PASSWORD, delivery_id=line.id, now=LATER)
    added = protection.add_readers(
        actor=minato.actor("saeki"), vault_key=minato.vault_key("saeki"), delivery_id=line.id, now=LATER
    )
    assert added == 2
    assert (
        read(deliveries.open_as_receiver(actor=user(minato), password=PASSWORD, delivery_id=line.id, now=LATER)) == TEXT
    )


def test_protected_needs_somebody_who_can_open_it(minato: Office) -> None:
    ClientUser.objects.update(public_key=None, sealed_private_key=None)
    with pytest.raises(NoReaderError):
        send(minato, protected=True)


def test_what_looks_like_numbers_waits_for_handlers(minato: Office) -> None:
    line = hand_in(minato, with_numbers(), name="番号.csv")
    row = StoredFile.objects.get(id=line.file_id)
    assert (row.proposal, row.protected) == (Proposal.OPEN, False)
    with pytest.raises(ProposalOpenNotAllowed):
        deliveries.open_ordinary(actor=minato.actor("miyake"), delivery_id=line.id, now=LATER)
    protection.accept_proposal(actor=user(minato), delivery_id=line.id, now=LATER)
    line.refresh_from_db()
    assert line.protected and not FileKey.objects.filter(id=line.file_id).exists()


def test_a_false_alarm_is_declined_by_a_handler_with_a_reason(minato: Office) -> None:
    line = hand_in(minato, with_numbers(), name="番号.csv")
    with pytest.raises(PermissionNotAllowed):
        protection.decline_proposal(actor=minato.actor("miyake"), delivery_id=line.id, reason="商品番号", now=LATER)
    protection.decline_proposal(actor=minato.actor("saeki"), delivery_id=line.id, reason="商品番号", now=LATER)
    assert (
        read(deliveries.open_ordinary(actor=minato.actor("miyake"), delivery_id=line.id, now=LATER)) == with_numbers()
    )


def test_protection_taken_back(minato: Office) -> None:
    line = hand_in(minato, protected=True)
    protection.unprotect(
        actor=minato.actor("saeki"),
        vault_key=minato.vault_key("saeki"),
        delivery_id=line.id,
        reason="番号なし",
        now=LATER,
    )
    assert read(deliveries.open_ordinary(actor=minato.actor("miyake"), delivery_id=line.id, now=LATER)) == TEXT
    assert not FileGrant.objects.filter(file_id=line.file_id).exists()


def test_outgoing_numbers_are_not_sent_open_by_mistake(minato: Office) -> None:
    with pytest.raises(NumbersInOpenFileError):
        send(minato, with_numbers(), name="番号.csv")
    assert send(minato, with_numbers(), name="番号.csv", protected=True).protected


def test_protected_is_never_broadcast(minato: Office) -> None:
    actor, batch = minato.actor("aoki"), new_id()
    file_id = begin(actor, None, len(TEXT), wishes=Wishes(batch=batch))
    put(actor, file_id, TEXT)
    from azukari.exchange.actions import examination

    examination.examine(file_id, now=NOW)
    both = [minato.clients["aoba"], minato.clients["mizuho"]]
    with pytest.raises(ProtectedBroadcastError):
        deliveries.send(actor=actor, client_ids=both, batch=batch, memo="", target="選んだ2社", protected=True, now=NOW)
    lines = deliveries.send(actor=actor, client_ids=both, batch=batch, memo="", target="選んだ2社", now=NOW)
    assert len(lines) == 2
    (row,) = queries.list_broadcasts(actor)
    assert (row.lines, row.opened, row.left) == (2, 0, 2)


def test_a_receipt_for_every_file_handed_in(minato: Office) -> None:
    line = hand_in(minato)
    facts = receipts.facts_of(actor=user(minato), delivery_id=line.id)
    import hashlib

    assert facts.sha256 == hashlib.sha256(TEXT).hexdigest() and facts.size == len(TEXT)
    number, pdf = receipts.draw(actor=user(minato), delivery_id=line.id, now=NOW)
    assert pdf.startswith(b"%PDF-") and number == facts.number


def test_refused_by_its_content_leaves_nothing(minato: Office) -> None:
    line = hand_in(minato, b"PK\x03\x04" + b"\0" * 400, name="表.xlsx")
    assert line.state == DeliveryState.REFUSED
    row = StoredFile.objects.get(id=line.file_id)
    assert row.refusal and not FilePart.objects.filter(file_id=row.id).exists()
    assert Delivery.objects.filter(id=line.id).exists()


def test_unscannable_waits_and_can_be_thrown_away(minato: Office) -> None:
    line = hand_in(minato)
    StoredFile.objects.filter(id=line.file_id).update(state=FileState.UNSCANNABLE)
    Delivery.objects.filter(id=line.id).update(state=DeliveryState.UNSCANNABLE)
    from azukari.exchange.errors.deliveries import QuarantineStateError

    with pytest.raises(QuarantineStateError):
        quarantine.accept_unscannable(actor=minato.actor("miyake"), delivery_id=line.id, now=LATER)
    quarantine.throw_away(actor=minato.actor("aoki"), delivery_id=line.id, now=LATER)
    line.refresh_from_db()
    assert line.state == DeliveryState.REFUSED and not FileKey.objects.filter(id=line.file_id).exists()


def test_a_number_typed_into_a_word_with_the_file_is_hidden(minato: Office) -> None:
    line = hand_in(minato, wishes=Wishes(memo=f"番号は{number_of(1)}です"))
    assert number_of(1) not in line.memo and "番号は" in line.memo
