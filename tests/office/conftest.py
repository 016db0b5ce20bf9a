"""Browsers of the cast, at a fixed time, and imports that run without a thread."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client

from azukari.intake import tasks
from azukari.intake.actions import registration, sheets
from azukari.kernel.errors import AzukariError
from azukari.office.requests import UNLOCK_COOKIE
from azukari.store.scope import office_scope
from azukari.tenancy.actions import unlocks
from azukari.tenancy.models import StaffMember
from tests.cast import NOW, PASSWORD, Cast, Office

SignIn = Callable[..., Client]
MOMENT = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Every request of a test happens at one moment, on the day of the cast."""
    monkeypatch.setattr("azukari.entrance.middleware.utc_now", lambda: MOMENT)
    return MOMENT


def browser(office: Office, login: str, *, unlocked: bool = False) -> Client:
    """A browser in which a person is logged in, with 利用認証 if wanted."""
    client = Client()
    session = client.session
    with office_scope(office.id):
        session.update(
            {
                "door": "office",
                "stage": "full",
                "office": str(office.id),
                "account": str(StaffMember.objects.get(login_id=login).account_id),
                "id": "test",
                "signed_in_at": MOMENT.isoformat(),
                "last_seen_at": MOMENT.isoformat(),
                "record_opened_at": MOMENT.isoformat(),
                "record_read": MOMENT.isoformat(),
            }
        )
        if unlocked:
            opened = unlocks.open_unlock(actor=office.actor(login), password=PASSWORD, purpose="sheet", now=MOMENT)
            session["unlock"] = str(opened.unlock_id)
            client.cookies[UNLOCK_COOKIE] = opened.browser_secret.hex()
    session.save()
    return client


@pytest.fixture
def sign_in(cast: Cast) -> SignIn:
    """Log a person of みなと in."""
    return lambda login, **options: browser(cast.minato, login, **options)


def confirmed(client: Client, url: str, fields: Mapping[str, object], *, follow: bool = False) -> HttpResponse:
    """Send a form of weight: 本人の確認 asks, and the same fields go again with the password. Gives the last answer."""
    asked = client.post(url, fields, secure=True)
    page = asked.content.decode()
    assert asked.status_code == 200
    assert "<h1>本人の確認</h1>" in page
    carried: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page):
        carried.setdefault(unescape(name), []).append(unescape(value))
    carried.pop("confirm_credential", None)
    return client.post(url, {**carried, "confirm_password": PASSWORD}, follow=follow, secure=True)


def hidden(page: HttpResponse) -> dict[str, str]:
    """Read the hidden fields that a page's forms carry back, but the token."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.content.decode())
    return {unescape(name): unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread of its own would not see the test's transaction: do the work at once, with the same ending."""

    def read(*, actor, import_id, vault_key, data, file_name) -> None:
        try:
            sheets.read_sheet(
                actor=actor, import_id=import_id, vault_key=vault_key, data=data, file_name=file_name, now=MOMENT
            )
        except AzukariError as error:
            sheets.fail_import(import_id, error, now=MOMENT)

    def register(*, actor, import_id, vault_key) -> None:
        registration.register_sheet(actor=actor, import_id=import_id, vault_key=vault_key, now=MOMENT)

    monkeypatch.setattr(tasks, "read_in_background", read)
    monkeypatch.setattr(tasks, "register_in_background", register)


def undone(act: Callable[[], object]) -> object:
    """Do something and take it back on both databases: a later request of the same test starts anew."""
    with transaction.atomic(), transaction.atomic("keys"):
        try:
            return act()
        finally:
            for alias in connections:
                transaction.set_rollback(True, using=alias)
