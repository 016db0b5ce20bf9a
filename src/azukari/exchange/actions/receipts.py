"""受領書: what proves that a file was handed in, signed, and verifiable when the file is long gone."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from azukari.exchange import queries
from azukari.exchange.actions import filekeys
from azukari.exchange.actions.records import SCREEN
from azukari.exchange.errors.deliveries import DeliveryNotFoundError, ProtectedNotAllowed
from azukari.exchange.models import Delivery, Receipt, StoredFile
from azukari.exchange.rules import events
from azukari.exchange.rules.states import SCAN_LABELS, Scan
from azukari.journal import actions as journal
from azukari.journal import queries as journal_queries
from azukari.journal.rules import Line, Operation
from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst_day
from azukari.press.documents import file_receipt
from azukari.seal import checkpoint, document_signer
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import keys as office_keys
from azukari.tenancy.policy import may

_LABEL = "receipt"


def issue(
    delivery: Delivery, row: StoredFile, *, sha256: str, sender: Actor, client: tenancy.ClientRow, now: datetime
) -> Receipt:
    """Record that a file was handed in, and keep what its receipt says. Inside the caller's transaction.

    The hash stands in the record only inside the hash of the salted facts: it confirms nothing to whoever reads it.
    """
    place = journal.lock()
    year = jst_day(now).year
    serial = (Receipt.objects.filter(year=year).aggregate(last=Max("serial"))["last"] or 0) + 1
    number = queries.receipt_number(year, serial)
    office = tenancy.get_office()
    verifier_key = office_keys.verifier_key()
    facts = file_receipt.FileReceipt(
        number=number,
        issued_at=_second(now),
        received_at=_second(delivery.sent_at),
        office=file_receipt.ReceivingOffice(code=office.code, name=office.name, address=office.address),
        sender=file_receipt.Sender(code=client.code, company=client.name, person=delivery.sender),
        receiver=office.name,
        file_name=delivery.name,
        size=row.size,
        sha256=sha256,
        protected=row.protected,
        check_result=SCAN_LABELS[Scan(row.scan)],
        salt=secrets.token_hex(16),
        record=file_receipt.RecordReference(
            origin=place.origin,
            verifier_key=verifier_key,
            verifier_key_fingerprint=checkpoint.fingerprint(verifier_key),
            index=place.index,
            operation_no=f"{place.number}-1",
        ),
        signer_certificate_sha256=document_signer.certificate_fingerprint(office_keys.document_keys().certificate_der),
    )
    facts_bytes = facts.to_bytes()
    journal.append(
        actor=sender,
        operation=Operation(
            event=events.RECEIVED,
            screen=SCREEN,
            lines=(
                Line(
                    client_id=client.id,
                    client_name=client.name,
                    detail=f"{delivery.name}（{number}）" + ("・保護" if row.protected else ""),
                    record_id=delivery.id,
                    document_sha256=hashlib.sha256(facts_bytes).hexdigest(),
                ),
            ),
        ),
        now=now,
    )
    return Receipt.objects.create(
        delivery=delivery,
        year=year,
        serial=serial,
        sealed_facts=filekeys.seal_facts(_LABEL, delivery.id, facts_bytes),
        entry_seq=place.index,
        issued_at=now,
    )


def _proof_of(receipt: Receipt, *, now: datetime) -> str:
    """Give the proof that the record holds the receipt. Made when it is first asked for, and then kept:

    the entry is committed by then, and what could still be rolled back must not be signed.
    """
    if not receipt.proof:
        head, index = office_keys.sign_record(now=now), receipt.entry_seq
        receipt.proof = checkpoint.build_proof(index, journal_queries.inclusion_proof(index, head.size), head.note)
        Receipt.objects.filter(id=receipt.id, proof="").update(proof=receipt.proof)
    return receipt.proof


def draw(*, actor: Actor, delivery_id: UUID, now: datetime) -> tuple[str, bytes]:
    """Draw and sign the receipt of a line this actor may see. Gives its number and the PDF.

    Raises: DeliveryNotFoundError where there is none; ProtectedNotAllowed to staff without the right to numbers.
    """
    receipt = _receipt_for(actor, delivery_id)
    facts_bytes = filekeys.open_facts(_LABEL, delivery_id, bytes(receipt.sealed_facts))
    facts = file_receipt.FileReceipt.from_bytes(facts_bytes)
    entry = journal_queries.entry_body(receipt.entry_seq)
    pdf = file_receipt.render(facts, proof=_proof_of(receipt, now=now).encode(), entry=entry)
    signing = office_keys.document_keys()
    signed = file_receipt.sign(pdf, signing.private_key_der, signing.certificate_der, _second(receipt.issued_at))
    return facts.number, signed


def facts_of(*, actor: Actor, delivery_id: UUID) -> file_receipt.FileReceipt:
    """Give what the receipt of a line says, for the screen. Raises: as `draw`."""
    receipt = _receipt_for(actor, delivery_id)
    return file_receipt.FileReceipt.from_bytes(filekeys.open_facts(_LABEL, delivery_id, bytes(receipt.sealed_facts)))


def _receipt_for(actor: Actor, delivery_id: UUID) -> Receipt:
    if not queries.visible(actor).filter(id=delivery_id).exists():
        raise DeliveryNotFoundError
    receipt = Receipt.objects.select_related("delivery").filter(delivery_id=delivery_id).first()
    if receipt is None:
        raise DeliveryNotFoundError
    if actor.staff_id is not None and receipt.delivery.protected and not may(actor, "exchange:protected:open"):
        raise ProtectedNotAllowed  # the hash of a file with numbers is for those who may open it
    return receipt


def sealed_hash(row: StoredFile, sha256: str) -> bytes:
    """Seal the SHA-256 of a file for its row."""
    return filekeys.seal_facts("file-facts", row.id, json.dumps({"sha256": sha256}).encode())


def hash_of(row: StoredFile) -> str:
    """Give the SHA-256 of a file as it was received, empty when it is gone."""
    if row.sealed_facts is None:
        return ""
    return str(json.loads(filekeys.open_facts("file-facts", row.id, bytes(row.sealed_facts)))["sha256"])


def _second(moment: datetime) -> datetime:
    """A document tells time to the second."""
    return moment.replace(microsecond=0)
