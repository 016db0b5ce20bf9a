"""Letters that hand an account to a person, as a PDF made in memory and handed out once (security.md 4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from azukari.entrance.doors import Door
from azukari.entrance.requests import now_of, public_address
from azukari.kernel.clock import jst_day
from azukari.press.documents import account_letter
from azukari.press.documents.account_letter import AccountLetter, LetterKind
from azukari.tenancy.actions import activation
from azukari.tenancy.actions.activation import Issued
from azukari.tenancy.queries import OfficeFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends a letter: the office to its people, the operator to an office."""

    name: str
    address: str
    telephone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom a letter is for."""

    person: str
    login_id: str
    organisation: str = ""
    postal_code: str = ""
    address: str = ""


def page_address(request: HttpRequest, door: Door) -> str:
    """Give the full address of a door's activation page."""
    return f"{public_address(request)}{reverse(f'{door.name}:activate')}"


def letter(
    request: HttpRequest,
    *,
    kind: LetterKind,
    door: Door,
    office: OfficeFacts,
    sender: Sender,
    recipient: Recipient,
    issued: Issued,
) -> AccountLetter:
    """Put a letter together. It holds the code, so it is made once and kept nowhere."""
    page = page_address(request, door)
    return AccountLetter(
        kind=kind,
        number=f"{office.code}-{issued.number}",
        issued_on=jst_day(now_of(request)),
        expires_on=jst_day(issued.expires_at),
        sender_name=sender.name,
        sender_address=sender.address,
        sender_telephone=sender.telephone,
        postal_code=recipient.postal_code,
        address=recipient.address,
        organisation=recipient.organisation,
        person=recipient.person,
        office_code=office.code,
        office_name=office.name,
        login_id=recipient.login_id,
        code_groups=tuple(issued.code.groups()),
        page_address=page,
        activation_address=activation.link_of(
            page, office_code=office.code, login_id=recipient.login_id, issued=issued
        ),
    )


def office_sender(office: OfficeFacts) -> Sender:
    """Give the office as the sender of letters to its own people and its client companies."""
    return Sender(name=office.name, address=office.address, telephone=office.telephone)


def respond(letters: Sequence[AccountLetter], *, file_name: str, now: datetime) -> HttpResponse:
    """Hand the letters out as one PDF."""
    made_at = now.replace(microsecond=0)  # a PDF's date has whole seconds
    response = HttpResponse(account_letter.render(letters, made_at), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}.pdf"'
    return response
