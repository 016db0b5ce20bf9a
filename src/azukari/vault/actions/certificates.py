"""廃棄証明書: issued with the disposal, for one person of it when asked, and anew where one was wrong.

Each is an entry of the record whose document hash is that of its facts; once it is committed the head is signed, and
the PDF holds facts, entry and proof. Nothing is edited: a wrong certificate is replaced by one that says so (law.md 4.5).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from azukari.journal import actions as journal
from azukari.journal import queries as journal_queries
from azukari.journal.queries import takeouts
from azukari.journal.rules import Line, Operation, TakenOut
from azukari.kernel.actor import ROLE_LABELS, Actor, Role
from azukari.kernel.clock import jst_day
from azukari.kernel.text import mask_long_digits
from azukari.press import signed
from azukari.press.documents import disposal_certificate
from azukari.press.documents.disposal_certificate import facts as press
from azukari.seal import checkpoint, document_signer, time_stamps
from azukari.seal.errors import TimeStampError
from azukari.store import time_authority
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import holders
from azukari.tenancy.actions import keys as office_keys
from azukari.tenancy.actions.looks import Confirmed
from azukari.vault import errors, policy, queries
from azukari.vault.actions import keystore
from azukari.vault.actions.parcels import kept_for
from azukari.vault.models import Certificate, Disposal, DisposalItem
from azukari.vault.rules import events
from azukari.vault.rules.disposal import SCREEN, State

_log = logging.getLogger("azukari.vault")
# 社労士法19条 asks two years for the office's books; law.md 2.4 advises seven for the record of handling.
_RECORD_YEARS = 7
_STAMPS_AT_ONCE = 20
_SHOWN_OUT = 5


@dataclass
class _Backups:
    """How long backups of the key store are kept; told by the app's start."""

    days: int = 35


_backups = _Backups()


def use_backup_days(days: int) -> None:
    """Tell after how many days no backup of the key store is left."""
    _backups.days = days


def backup_days() -> int:
    """Tell after how many days no backup of the key store is left."""
    return _backups.days


def unrecoverable_on(executed_at: datetime) -> date:
    """Give the first day on which no backup can restore what was disposed of at a moment (復元不能日)."""
    return jst_day(executed_at) + timedelta(days=_backups.days + 1)


def record(actor: Actor, disposal: Disposal, *, now: datetime) -> Certificate:
    """Write the certificate of a disposal that is carried out into the record. In the caller's transaction.

    The caller signs it after the commit (`sign`): what could still be rolled back must not be signed.
    """
    return _record(actor, disposal, now=now)


def issue_for_person(*, actor: Actor, disposal_id: UUID, person_id: UUID, now: datetime) -> UUID:
    """Issue a certificate of one person's lines of a disposal; the one that stands is given again.

    Raises: DisposalNotFoundError, PermissionNotAllowed, CertificateNotFoundError.
    """
    with transaction.atomic():
        disposal = _lock(actor, disposal_id, "vault:number:dispose")
        standing = disposal.certificates.filter(person_id=person_id, replaced_at=None).first()
        if standing is None:
            standing = _record(actor, disposal, person_id=person_id, now=now)
    sign(standing, now=now)
    return standing.id


def replace(*, actor: Actor, certificate_id: UUID, why: str, now: datetime) -> UUID:
    """Issue a certificate anew with what the office says of itself today; the wrong one is void from now on.

    Raises: CertificateNotFoundError, DisposalNotFoundError, PermissionNotAllowed.
    """
    wrong = Certificate.objects.filter(id=certificate_id).first()
    if wrong is None:
        raise errors.CertificateNotFoundError
    with transaction.atomic():
        disposal = _lock(actor, wrong.disposal_id, "vault:disposal:approve")
        if not Certificate.objects.filter(id=wrong.id, replaced_at=None).update(replaced_at=now):
            raise errors.CertificateNotFoundError
        anew = _record(actor, disposal, person_id=wrong.person_id, replaces=wrong, why=why, now=now)
    sign(anew, now=now)
    return anew.id


def _lock(actor: Actor, disposal_id: UUID, permission: str) -> Disposal:
    seen = queries.get_disposal_for(actor, disposal_id)
    policy.check_can(actor, permission, seen.client_id)
    journal.lock()  # one order of locks everywhere: the record's head first
    disposal = Disposal.objects.lock().get(id=disposal_id)
    if disposal.state != State.CERTIFIED:
        raise errors.CertificateNotFoundError
    return disposal


def _record(
    actor: Actor,
    disposal: Disposal,
    *,
    now: datetime,
    person_id: UUID | None = None,
    replaces: Certificate | None = None,
    why: str = "",
) -> Certificate:
    """Append the issue to the record and keep what the certificate will say."""
    place = journal.lock()
    year = jst_day(now).year
    serial = (Certificate.objects.filter(year=year).aggregate(last=Max("serial"))["last"] or 0) + 1
    number = queries.certificate_number(year, serial)
    client = tenancy.find_clients(actor, [disposal.client_id])[disposal.client_id]
    replaced = _replaced(replaces, why) if replaces else None
    facts = _facts(actor, disposal, client, number, place, person_id=person_id, replaced=replaced, now=now)
    facts_bytes = facts.to_bytes()
    alone = facts.rows[0].name if person_id else ""
    journal.append(
        actor=actor,
        operation=Operation(
            event=events.CERTIFICATE_ISSUED,
            screen=SCREEN,
            taken_out=TakenOut.FILE,
            taken_out_note=number,
            lines=(
                Line(
                    client_id=client.id,
                    client_name=client.name,
                    person_id=person_id,
                    person_name=alone or f"（{len(facts.rows)}件）",
                    detail=f"{number}（{replaced.number}に代わるもの）" if replaced else number,
                    document_sha256=hashlib.sha256(facts_bytes).hexdigest(),
                ),
            ),
        ),
        now=now,
    )
    return Certificate.objects.create(
        disposal=disposal,
        person_id=person_id,
        replaces=replaces,
        why=replaced.why if replaced else "",
        year=year,
        serial=serial,
        issued_at=now,
        facts=facts_bytes,
        entry_seq=place.index,
    )


def sign(certificate: Certificate, *, now: datetime) -> None:
    """Sign the head that holds the issue, and keep the PDF with facts, entry and proof inside. Repeating does no harm.

    After the commit of the entry. Must not run inside a transaction.
    """
    if certificate.pdf:
        return
    facts, index = press.DisposalCertificate.from_bytes(bytes(certificate.facts)), certificate.entry_seq
    assert index is not None
    head = office_keys.sign_record(now=now)
    proof = checkpoint.build_proof(index, journal_queries.inclusion_proof(index, head.size), head.note)
    signing = office_keys.document_keys()
    page = disposal_certificate.render(facts, proof=proof.encode(), entry=journal_queries.entry_body(index))
    wanted = time_authority.is_set_up()
    pdf = disposal_certificate.sign(
        page,
        signing.private_key_der,
        signing.certificate_der,
        _second(certificate.issued_at),
        stamp_room=signed.STAMP_ROOM if wanted else 0,
    )
    with transaction.atomic(durable=True):
        Certificate.objects.filter(id=certificate.id, pdf=b"").update(pdf=pdf, facts=b"", stamp_wanted=wanted)
        Disposal.objects.filter(id=certificate.disposal_id, state=State.EXECUTED).update(state=State.CERTIFIED)


def sweep_unsigned(*, now: datetime) -> int:
    """Sign the certificates a crash left between their entry and their PDF. Gives how many."""
    waiting = list(Certificate.objects.filter(pdf=b"").order_by("issued_at")[:_STAMPS_AT_ONCE])
    for certificate in waiting:
        sign(certificate, now=now)
    return len(waiting)


def _replaced(wrong: Certificate, why: str) -> press.Replaced:
    number = queries.certificate_number(wrong.year, wrong.serial)
    return press.Replaced(number=number, issued_at=_second(wrong.issued_at), why=mask_long_digits(why.strip()))


def _facts(
    actor: Actor,
    disposal: Disposal,
    client: tenancy.ClientRow,
    number: str,
    place: journal.Place,
    *,
    person_id: UUID | None,
    replaced: press.Replaced | None,
    now: datetime,
) -> press.DisposalCertificate:
    office = tenancy.get_office()
    found = disposal.items.select_related("record").order_by("id")
    items = list(found.filter(person_id=person_id) if person_id else found)
    if not items:
        raise errors.CertificateNotFoundError
    assert disposal.executed_at is not None
    verifier_key = office_keys.verifier_key()
    today = jst_day(now)
    return press.DisposalCertificate(
        number=number,
        issued_at=_second(now),
        office=press.IssuingOffice(
            code=office.code,
            name=office.name,
            address=office.address,
            sharoushi_name=office.sharoushi_name,
            registration_number=office.registration_number or None,
        ),
        addressee=press.Addressee(code=client.code, name=client.name),
        file=press.NumberFile(kind="特定個人情報ファイル", name=f"{client.name} 個人番号台帳"),
        rows=tuple(
            press.DisposedNumber(
                person_code=item.person_code,
                name=item.person_name,
                relationship=item.relationship,
                kind=press.NumberKind.FORMER if item.former else press.NumberKind.CURRENT,
                registered_on=jst_day(item.record.registered_at),
                record_no=f"{disposal.operation}-{item.line}",
            )
            for item in items
        ),
        ended_purposes=_ended_purposes(items),
        reason=press.DisposalReason(disposal.reason),
        reason_note="",
        method=press.DisposalMethod.KEY_ERASURE,
        executed_at=_second(disposal.executed_at),
        executor=_person(disposal.requested_by_name, disposal.requested_by_role),
        approval=press.Approval(
            rule=press.ApprovalRule.TWO_PERSONS if disposal.two_persons else press.ApprovalRule.ONE_PERSON_WAIT,
            person=_person(disposal.executed_by_name, disposal.executed_by_role),
            at=_second(disposal.executed_at if disposal.two_persons else disposal.requested_at),
        ),
        scope=press.Scope(
            vault="個人番号台帳に登録した番号と、その番号だけに使う鍵",
            sheets=f"取り込みに使った登録シートの写し（取り込みの完了時または{kept_for().days}日以内に廃棄）",
            backup_days=_backups.days,
            unrecoverable_on=disposal.unrecoverable_on or unrecoverable_on(disposal.executed_at),
        ),
        kept_until=date(today.year + _RECORD_YEARS, 12, 31),
        record=press.RecordReference(
            origin=place.origin,
            verifier_key=verifier_key,
            verifier_key_fingerprint=checkpoint.fingerprint(verifier_key),
            index=place.index,
            operation_no=f"{place.number}-1",
        ),
        signer_certificate_sha256=document_signer.certificate_fingerprint(office_keys.document_keys().certificate_der),
        replaces=replaced,
        extract_of=_whole_number(disposal) if person_id else None,
        outstanding=_outstanding(actor, items),
    )


def _outstanding(actor: Actor, items: Sequence[DisposalItem]) -> str | None:
    """Say what of these numbers is still out on paper or in files: the disposal does not reach it."""
    out: list[str] = []
    for part in batched([item.record_id for item in items], 500):
        out += [row.number for row in takeouts.list_open(actor, record_ids=part)]
    if not out:
        return None
    shown = "、".join(f"NO {number}" for number in out[:_SHOWN_OUT])
    more = f" ほか{len(out) - _SHOWN_OUT}件" if len(out) > _SHOWN_OUT else ""
    return f"発行の時点で、持ち出したまま終わりの記録がないものが{len(out)}件あります（{shown}{more}）。"


def _whole_number(disposal: Disposal) -> str:
    whole = disposal.certificates.get(person_id=None, replaced_at=None)
    return queries.certificate_number(whole.year, whole.serial)


def _second(moment: datetime) -> datetime:
    """A document tells time to the second."""
    return moment.replace(microsecond=0)


def _person(name: str, role: str) -> press.HandlingPerson:
    return press.HandlingPerson(name=name, role=ROLE_LABELS[Role(role)])


def _ended_purposes(items: Sequence[DisposalItem]) -> tuple[press.EndedPurpose, ...]:
    """Sum up the periods of all numbers, one line a purpose: from the earliest start to the latest end."""
    spans: dict[tuple[str, str], tuple[date, date]] = {}
    for item in items:
        for period in item.periods:
            key = (period["label"], period["law"])
            starts_on, last_on = date.fromisoformat(period["starts_on"]), date.fromisoformat(period["last_on"])
            known = spans.get(key, (starts_on, last_on))
            spans[key] = (min(known[0], starts_on), max(known[1], last_on))
    return tuple(
        press.EndedPurpose(name=label, basis=law, starts_on=starts_on, last_on=last_on)
        for (label, law), (starts_on, last_on) in sorted(spans.items())
    )


def confirm_unrecoverable(*, due: Confirmed, now: datetime) -> int:
    """Record that no backup can hold the keys of a disposal any more, once its 復元不能日 is there. Gives how many.

    The key store is asked once more first: a key that came back with a restored backup is no disposal.
    """
    over = Disposal.objects.filter(state=State.CERTIFIED, unrecoverable_on__lte=jst_day(due), unrecoverable_no="")
    done = 0
    for disposal_id in list(over.order_by("unrecoverable_on").values_list("id", flat=True)[:100]):
        done += _confirm(disposal_id, now=now)
    return done


@transaction.atomic
def _confirm(disposal_id: UUID, *, now: datetime) -> bool:
    journal.lock()
    disposal = Disposal.objects.lock().filter(id=disposal_id, unrecoverable_no="").first()
    if disposal is None:
        return False
    items = list(disposal.items.order_by("id").values_list("record_id", "person_id", "person_name"))
    if keystore.find_keys([record_id for record_id, _, _ in items]):
        _log.error("keys of disposal %s are there again", disposal_id)
        return False
    (client,) = tenancy.list_clients_by_id([disposal.client_id])
    appended = journal.append(
        actor=holders.system_actor(name="システム"),
        operation=Operation(
            event=events.UNRECOVERABLE,
            screen=SCREEN,
            lines=[
                Line(
                    client_id=client.id,
                    client_name=client.name,
                    person_id=person_id,
                    person_name=name,
                    record_id=record_id,
                    detail=f"鍵の控えの保存日数（{_backups.days}日）が過ぎました",
                )
                for record_id, person_id, name in items
            ],
        ),
        now=now,
    )
    disposal.unrecoverable_no = appended.label()
    disposal.save(update_fields=["unrecoverable_no"])
    return True


def stamp_waiting() -> int:
    """Have the time-stamping authority stamp the certificates that wait for it. Gives how many. No transaction."""
    if not time_authority.is_set_up():
        return 0
    waiting = Certificate.objects.filter(stamp_wanted=True, stamped_at=None).exclude(pdf=b"").order_by("issued_at")
    done = 0
    for certificate in waiting[:_STAMPS_AT_ONCE]:
        pdf = bytes(certificate.pdf)
        signature = signed.signature_of(pdf)
        try:
            roots = time_stamps.read_roots(time_authority.trusted_roots())
            token = time_stamps.token_of(time_authority.send(time_stamps.ask(signature)), signature, roots)
            at = time_stamps.read_token(token, signature, roots).at
            stamped = signed.stamp(pdf, token)
        except (time_authority.TimeAuthorityAwayError, TimeStampError, ValueError) as error:
            _log.warning("no time stamp for certificate %s: %s", certificate.id, error)
            break
        done += Certificate.objects.filter(id=certificate.id, stamped_at=None).update(pdf=stamped, stamped_at=at)
    return done
