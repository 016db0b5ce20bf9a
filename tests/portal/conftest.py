"""People of client companies at their door, at a fixed time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from azukari.entrance.doors import PORTAL, Door
from azukari.store.scope import office_scope
from azukari.tenancy.models import Account
from tests import doors
from tests.cast import NOW, Cast, Office

MOMENT = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Every request of a test happens at one moment."""
    monkeypatch.setattr("azukari.entrance.middleware.utc_now", lambda: MOMENT)
    return MOMENT


def enter(office: Office, login: str, door: Door = PORTAL) -> Client:
    """A browser in which somebody is logged in at a door."""
    with office_scope(office.id):
        account = Account.objects.get(username=f"{office.code}/{login}")
    return doors.enter(door, account.pk, office.id, now=MOMENT)


@pytest.fixture
def tanabe(cast: Cast) -> Client:
    """窓口責任者 of あおば and みずほ."""
    return enter(cast.minato, "tanabe")


@pytest.fixture
def nonaka(cast: Cast) -> Client:
    """窓口担当者 of あおば."""
    return enter(cast.minato, "nonaka")
