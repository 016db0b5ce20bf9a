"""廃棄証明書: for one person, anew, stamped, and the day of no return. Law: ガイドライン別添1 2E d; law.md 4.5."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from azukari.journal.models import Entry
from azukari.journal.rules.takeouts import TakenOut, TakeOutFacts
from azukari.ops.verify import InvalidCertificateError, verify, verify_file
from azukari.press import signed
from azukari.press.documents import disposal_certificate
from azukari.seal import time_stamps
from azukari.seal.errors import TimeStampError
from azukari.store import time_authority
from azukari.tenancy.actions.looks import Confirmed
from azukari.tenancy.errors import PermissionNotAllowed
from azukari.tenancy.models import Office as OfficeRow
from azukari.vault import errors, queries
from azukari.vault.actions import certificates, keystore, requests
from azukari.vault.models import Certificate, Disposal, NumberRecord
from azukari.vault.rules.disposal import Reason
from tests import tsa
from tests.cast import NOW, Office
from tests.vault.disposing import ask
from tests.vault.test_disposal import LATER, approve
from tests.vault.test_numbers import register, reveal


@pytest.fixture
def two(minato: Office) -> UUID:
    """A disposal of two people's numbers, carried out."""
    register(minato, "ishihara", 1)
    register(minato, "takahashi", 2)
    records = [found.id for name in ("ishihara", "takahashi") for found in queries.live_numbers([minato.people[name]])]
    (disposal_id,) = requests.request_disposal(
        actor=minato.actor("saeki"),
        client_id=minato.clients["aoba"],
        record_ids=records,
        reason=Reason.REGISTERED_BY_MISTAKE,
        now=NOW,
    )
    approve(minato, disposal_id)
    return disposal_id


def pdf_of(office: Office, certificate_id: UUID) -> bytes:
    return queries.certificate_pdf(office.actor("aoki"), certificate_id)[1]


def of_person(office: Office, disposal_id: UUID, person: str) -> UUID:
    return certificates.issue_for_person(
        actor=office.actor("saeki"), disposal_id=disposal_id, person_id=office.people[person], now=LATER
    )


def test_a_certificate_for_one_person_names_nobody_else(minato: Office, two: UUID) -> None:
    facts = verify(pdf_of(minato, of_person(minato, two, "ishihara"))).facts
    assert [row.name for row in facts.rows] == ["石原 亮太"]
    assert (facts.number, facts.extract_of, facts.replaces) == ("廃-2026-0002", "廃-2026-0001", None)
    whole = verify(pdf_of(minato, queries.standing_certificate(minato.actor("aoki"), two))).facts
    assert facts.rows[0] in whole.rows and len(whole.rows) == 2


def test_asked_again_the_same_one_is_given(minato: Office, two: UUID) -> None:
    assert of_person(minato, two, "ishihara") == of_person(minato, two, "ishihara")
    assert Certificate.objects.count() == 2


def test_nobody_of_the_disposal_has_no_certificate(minato: Office, two: UUID) -> None:
    with pytest.raises(errors.CertificateNotFoundError):
        certificates.issue_for_person(
            actor=minato.actor("saeki"), disposal_id=two, person_id=minato.people["shibata"], now=LATER
        )


def test_a_disposal_that_is_not_carried_out_has_none(minato: Office) -> None:
    register(minato, "ishihara", 1)
    asked = ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE)
    with pytest.raises(errors.CertificateNotFoundError):
        of_person(minato, asked, "ishihara")


def test_a_wrong_one_is_replaced_and_both_stay_readable(minato: Office, two: UUID) -> None:
    aoki = minato.actor("aoki")
    wrong = queries.standing_certificate(aoki, two)
    before = pdf_of(minato, wrong)
    OfficeRow.objects.filter(id=minato.id).update(address="東京都港区新町1-1")
    anew = certificates.replace(
        actor=aoki, certificate_id=wrong, why="事務所の住所の誤り", now=LATER + timedelta(days=1)
    )
    facts = verify(pdf_of(minato, anew)).facts
    assert facts.replaces is not None
    assert (facts.replaces.number, facts.replaces.why) == ("廃-2026-0001", "事務所の住所の誤り")
    assert (facts.office.address, len(facts.rows)) == ("東京都港区新町1-1", 2)
    assert queries.standing_certificate(aoki, two) == anew
    assert pdf_of(minato, wrong) == before
    assert verify(before).facts.executed_at == facts.executed_at
    first, second = queries.list_certificates(two)
    assert first.replaced_at and second.replaces == first.number and not second.replaced_at
    told = Entry.objects.filter(event="vault.certificate.issued").order_by("-seq").first()
    assert told is not None


def test_a_void_one_is_not_replaced_again(minato: Office, two: UUID) -> None:
    aoki = minato.actor("aoki")
    wrong = queries.standing_certificate(aoki, two)
    certificates.replace(actor=aoki, certificate_id=wrong, why="誤り", now=LATER)
    with pytest.raises(errors.CertificateNotFoundError):
        certificates.replace(actor=aoki, certificate_id=wrong, why="誤り", now=LATER)
    assert Certificate.objects.filter(replaced_at=None).count() == 1


def test_only_a_manager_replaces(minato: Office, two: UUID) -> None:
    wrong = queries.standing_certificate(minato.actor("saeki"), two)
    with pytest.raises(PermissionNotAllowed):
        certificates.replace(actor=minato.actor("saeki"), certificate_id=wrong, why="誤り", now=LATER)
    assert not Certificate.objects.exclude(replaced_at=None).exists()


def test_a_number_typed_as_the_reason_is_hidden(minato: Office, two: UUID) -> None:
    aoki = minato.actor("aoki")
    anew = certificates.replace(
        actor=aoki, certificate_id=queries.standing_certificate(aoki, two), why="番号 123456789018 の誤り", now=LATER
    )
    assert "123456789018" not in Certificate.objects.get(id=anew).why
    assert b"123456789018" not in pdf_of(minato, anew)


def test_it_says_what_is_still_out(minato: Office) -> None:
    register(minato, "ishihara", 1)
    out = reveal(minato, "ishihara", leaves=TakeOutFacts(kind=TakenOut.DOCUMENT, at_once=True))
    approve(minato, ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE))
    facts = verify(pdf_of(minato, Certificate.objects.get().id)).facts
    assert facts.outstanding is not None and f"1件あります（NO {out.record_no}）" in facts.outstanding


# The day of no return


def confirm(moment: datetime) -> int:
    return certificates.confirm_unrecoverable(due=Confirmed(moment), now=moment)


def test_on_the_day_no_backup_is_left_it_is_recorded_once(minato: Office, two: UUID) -> None:
    row = Disposal.objects.get()
    assert row.unrecoverable_on is not None
    over = LATER + timedelta(days=36)
    assert confirm(over - timedelta(days=1)) == 0
    assert confirm(over) == 1
    assert confirm(over + timedelta(days=1)) == 0
    row.refresh_from_db()
    entries = Entry.objects.filter(event="vault.disposal.confirmed")
    assert (entries.count(), row.unrecoverable_no) == (2, f"{entries[0].operation}-1")


def test_a_key_that_came_back_is_not_called_gone(minato: Office, two: UUID) -> None:
    record = NumberRecord.objects.first()
    assert record is not None
    keystore.put_keys([(record.id, b"restored")], now=LATER)
    assert confirm(LATER + timedelta(days=40)) == 0
    assert not Entry.objects.filter(event="vault.disposal.confirmed").exists()


# Time stamps


def test_a_stamp_comes_beside_the_signature(
    minato: Office, authority: tsa.Authority, two: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate_id = queries.standing_certificate(minato.actor("aoki"), two)
    plain = pdf_of(minato, certificate_id)
    assert verify(plain).stamp is None
    assert certificates.stamp_waiting() == 1 and certificates.stamp_waiting() == 0
    pdf = pdf_of(minato, certificate_id)
    assert len(pdf) == len(plain) and disposal_certificate.page_shows_facts(pdf)
    roots = time_stamps.read_roots(authority.root)
    stamp = verify(pdf, roots=roots).stamp
    assert stamp is not None and stamp.trusted and Certificate.objects.get().stamped_at == stamp.at
    (asked,) = authority.seen
    assert (asked["path"], asked["Content-Type"]) == ("/stamp?policy=1", "application/timestamp-query")
    assert asked["Authorization"] == "Basic Y2xlcms6cEBzcw=="
    path, root = tmp_path / "certificate.pdf", tmp_path / "root.pem"
    path.write_bytes(pdf)
    root.write_bytes(authority.root)
    assert verify_file(str(path), None) == 0
    assert "認証局の署名は確かめていません" in capsys.readouterr().out
    assert verify_file(str(path), None, roots=str(root)) == 0
    assert "指定された証明書で確かめました" in capsys.readouterr().out


def test_a_stamp_of_another_paper_is_refused(minato: Office, authority: tsa.Authority, two: UUID) -> None:
    whole = pdf_of(minato, queries.standing_certificate(minato.actor("aoki"), two))
    other = pdf_of(minato, of_person(minato, two, "ishihara"))
    signature = signed.signature_of(other)
    token = time_stamps.token_of(
        authority.reply(time_stamps.ask(signature)), signature, time_stamps.read_roots(authority.root)
    )
    assert verify(signed.stamp(other, token)).stamp is not None
    with pytest.raises(TimeStampError):
        verify(signed.stamp(whole, token))
    with pytest.raises(ValueError, match="one time stamp"):
        signed.stamp(signed.stamp(other, token), token)


@pytest.mark.parametrize("answer", [(200, b""), (200, bytes(100_000)), (500, b""), (401, b"\x30\x00")])
def test_without_an_answer_the_certificate_waits(
    minato: Office, authority: tsa.Authority, two: UUID, answer: tuple[int, bytes]
) -> None:
    authority.answer = answer
    assert certificates.stamp_waiting() == 0
    (row,) = queries.list_certificates(two)
    assert row.waits_for_stamp and verify(pdf_of(minato, row.id)).stamp is None
    authority.answer = None
    assert certificates.stamp_waiting() == 1


def test_an_authority_that_is_away_is_asked_again(minato: Office, authority: tsa.Authority, two: UUID) -> None:
    time_authority.configure("http://127.0.0.1:9/", authority.root)
    assert certificates.stamp_waiting() == 0
    time_authority.configure(authority.address, authority.root)
    assert certificates.stamp_waiting() == 1


@pytest.mark.parametrize(("address", "roots"), [("ftp://x/", b"r"), ("http://", b"r"), ("https://x/", b"")])
def test_an_authority_without_roots_or_of_another_kind_is_not_taken(address: str, roots: bytes) -> None:
    with pytest.raises(ValueError, match="time-stamping authority"):
        time_authority.configure(address, roots)


def test_changed_facts_are_refused_with_a_stamp_too(minato: Office, authority: tsa.Authority, two: UUID) -> None:
    certificates.stamp_waiting()
    pdf = bytearray(pdf_of(minato, queries.standing_certificate(minato.actor("aoki"), two)))
    pdf[pdf.index(b"endstream") - 20] ^= 1
    with pytest.raises((signed.SignedFileError, InvalidCertificateError)):
        verify(bytes(pdf))
