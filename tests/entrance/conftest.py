"""Browsers at the doors, at a fixed time that a test can move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from azukari.seal import one_time
from azukari.seal.secretbytes import Secret
from azukari.store.scope import office_scope
from azukari.tenancy.models import Account
from tests.cast import NOW, PASSWORD, Cast, add_app


@dataclass
class Clock:
    """What the doors take for the present moment."""

    now: datetime

    def pass_minutes(self, minutes: float) -> None:
        """Let time pass."""
        self.now += timedelta(minutes=minutes)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands until a test moves it."""
    clock = Clock(NOW + timedelta(hours=2))
    monkeypatch.setattr("azukari.entrance.middleware.utc_now", lambda: clock.now)
    return clock


def send(client: Client, path: str, **fields: str) -> HttpResponse:
    """Send a form over TLS."""
    return client.post(path, fields, secure=True)


def type_password(client: Client, login_id: str = "saeki", password: str = PASSWORD, **fields: str) -> HttpResponse:
    """Do the first step of a login at the office door."""
    return send(client, "/login/", **{"office_code": "minato", "login_id": login_id, "password": password, **fields})


@pytest.fixture
def app(cast: Cast) -> Secret:
    """Saeki's app."""
    with office_scope(cast.minato.id):
        return add_app(Account.objects.get(username="minato/saeki"))


def code_of(app: Secret, clock: Clock, steps: int = 0) -> str:
    """Give what the app shows."""
    return one_time.code_of(app, one_time.counter_at(clock.now) + steps)


def log_in(client: Client, app: Secret, clock: Clock) -> HttpResponse:
    """Do both steps."""
    type_password(client)
    return send(client, "/login/code/", code=code_of(app, clock))
