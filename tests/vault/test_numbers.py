"""Registering, replacing and showing numbers: what is written, what is refused, what stays sealed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from azukari.journal import queries as journal
from azukari.journal.errors import TakeOutMediumMissingError
from azukari.journal.rules import Kind
from azukari.journal.rules.takeouts import TakenOut, TakeOutFacts
from azukari.kernel.ids import new_id
from azukari.roster import queries as roster
from azukari.roster.errors import PersonNotFoundError
from azukari.roster.rules import NumberState
from azukari.seal.errors import OpeningError
from azukari.tenancy.errors import PermissionNotAllowed
from azukari.vault import errors, queries
from azukari.vault.actions import keystore, numbers
from azukari.vault.models import DuplicateTag, NumberRecord, RecordKey
from azukari.vault.rules.numbers import Identity, RecordState, ReplaceReason, Verification
from azukari.vault.rules.purposes import Purpose
from tests.cast import NOW, Cast, Office, number_of

CARD = Identity(way=Verification.CARD)
LATER = NOW + timedelta(minutes=1)


def register(office: Office, person: str, seed: int, login: str = "saeki", purposes=(Purpose.TAX,)) -> str:
    return numbers.register_number(
        actor=office.actor(login),
        vault_key=office.vault_key(),
        person_id=office.people[person],
        digits=number_of(seed),
        purposes=purposes,
        identity=CARD,
        now=NOW,
    )


def reveal(office: Office, person: str, login: str = "saeki", use: str = "tax_withholding", **changes):
    facts = {
        "person_id": office.people[person],
        "use_code": use,
        "now": LATER,
        **changes,
    }
    facts.setdefault("actor", office.actor(login))
    if "vault_key" not in facts:
        facts["vault_key"] = office.vault_key()
    return numbers.reveal_number(**facts)


def test_a_registered_number_is_shown_again_and_both_acts_are_recorded(minato: Office) -> None:
    record_no = register(minato, "ishihara", 1)
    shown = reveal(minato, "ishihara")
    assert shown.number.digits() == number_of(1)
    rows = journal.list_entries(minato.actor("aoki"), journal.Filter(person_ids=[minato.people["ishihara"]])).rows
    assert [row.label for row in rows] == ["マイナンバー閲覧", "マイナンバー登録"]
    assert [row.number for row in rows] == [shown.record_no, record_no]
    assert roster.get_person_for(minato.actor("aoki"), minato.people["ishihara"]).number_state is NumberState.REGISTERED


def test_the_digits_do_not_slip_out_of_what_is_returned(minato: Office) -> None:
    register(minato, "ishihara", 1)
    shown = reveal(minato, "ishihara")
    assert number_of(1) not in repr(shown) + str(shown) + f"{shown.number}"


def test_a_replaced_number_stays_a_record_of_its_own_under_its_own_key(minato: Office) -> None:
    register(minato, "ishihara", 1)
    numbers.replace_number(
        actor=minato.actor("saeki"),
        vault_key=minato.vault_key(),
        person_id=minato.people["ishihara"],
        digits=number_of(2),
        purposes=[Purpose.TAX],
        identity=CARD,
        reason=ReplaceReason.CHANGED,
        now=LATER,
    )
    new, old = queries.list_numbers(minato.people["ishihara"])
    assert (new.state, old.state) == (RecordState.ACTIVE, RecordState.REPLACED)
    assert keystore.find_key(new.id) != keystore.find_key(old.id) is not None
    assert reveal(minato, "ishihara").number.digits() == number_of(2)


@pytest.mark.parametrize(
    ("digits", "error"),
    [
        ("123456789012", errors.CheckDigitError),
        ("000000000000", errors.CheckDigitError),
        ("12345678901", errors.NumberLengthError),
        ("1234567890188", errors.NumberLengthError),
        ("１２３４５６７８９０１８", errors.NumberLengthError),
        ("", errors.NumberLengthError),
    ],
)
def test_what_is_no_number_is_refused_mic_order_85_article_5(minato: Office, digits: str, error: type) -> None:
    with pytest.raises(error):
        numbers.register_number(
            actor=minato.actor("saeki"),
            vault_key=minato.vault_key(),
            person_id=minato.people["ishihara"],
            digits=digits,
            purposes=[Purpose.TAX],
            identity=CARD,
            now=NOW,
        )
    assert not NumberRecord.objects.exists()


def test_the_number_of_another_person_of_the_client_is_refused_and_the_comparison_is_recorded(minato: Office) -> None:
    register(minato, "ishihara", 1)
    with pytest.raises(errors.DuplicateNumberError) as refused:
        register(minato, "misato", 1)
    assert "石原 亮太さんと同じ個人番号です" in refused.value.reason
    rows = journal.list_entries(minato.actor("aoki"), journal.Filter(kind=Kind.VIEW)).rows
    assert rows[0].label == "マイナンバーの照合"


def test_the_same_number_in_two_clients_is_two_holdings(minato: Office) -> None:
    # Linking one person over two clients by number would itself be a use outside the purpose (security.md 2.4).
    assert minato.vault_key().tag(minato.clients["aoba"], number_of(1)) != minato.vault_key().tag(
        minato.clients["kitagawa"], number_of(1)
    )


def test_a_use_outside_the_purposes_is_refused(minato: Office) -> None:
    register(minato, "ishihara", 1, purposes=[Purpose.TAX])
    before = journal.tree_size()
    with pytest.raises(errors.PurposeNotAllowed):
        reveal(minato, "ishihara", use="ei_loss")
    assert journal.tree_size() == before


def test_a_medium_needs_its_words_and_nothing_is_shown_or_recorded_without(minato: Office) -> None:
    register(minato, "ishihara", 1)
    before = journal.tree_size()
    with pytest.raises(TakeOutMediumMissingError):
        reveal(minato, "ishihara", leaves=TakeOutFacts(kind=TakenOut.MEDIUM, at_once=True, medium="  "))
    assert journal.tree_size() == before


def test_no_new_number_is_taken_after_the_contract_has_ended(minato: Office) -> None:
    with pytest.raises(errors.ContractOverError):
        register(minato, "shibata", 3)


def test_staff_without_the_right_and_strangers_are_refused(cast: Cast, minato: Office) -> None:
    register(minato, "ishihara", 1)
    with pytest.raises(PermissionNotAllowed):
        reveal(minato, "ishihara", login="miyake")
    with pytest.raises(PersonNotFoundError):
        reveal(minato, "ishihara", person_id=cast.kamome.people["minami"])
    with pytest.raises(PersonNotFoundError):
        reveal(minato, "ishihara", login="ono", person_id=minato.people["shibata"])
    with pytest.raises(PersonNotFoundError):
        reveal(minato, "ishihara", person_id=new_id())


def test_a_sealed_number_moved_to_another_person_does_not_open(minato: Office) -> None:
    register(minato, "ishihara", 1)
    register(minato, "takahashi", 2)
    first = NumberRecord.objects.get(person_id=minato.people["ishihara"])
    second = NumberRecord.objects.get(person_id=minato.people["takahashi"])
    first.sealed, second.sealed = second.sealed, first.sealed
    first.save()
    second.save()
    with pytest.raises(errors.NumberDamagedError) as refused:
        reveal(minato, "ishihara")
    assert isinstance(refused.value.__cause__, OpeningError)


def test_without_its_key_a_number_does_not_open(minato: Office) -> None:
    register(minato, "ishihara", 1)
    RecordKey.objects.all().delete()
    with pytest.raises(errors.NumberNotFoundError):
        reveal(minato, "ishihara")


def test_nothing_stored_holds_the_number_or_a_full_length_mark_of_it(minato: Office) -> None:
    register(minato, "ishihara", 1)
    record = NumberRecord.objects.get()
    assert number_of(1).encode() not in bytes(record.sealed)
    assert DuplicateTag.objects.get().tag < 1 << 16
