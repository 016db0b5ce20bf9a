"""The operator at the console, at a fixed time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from azukari.entrance.doors import OPERATOR
from azukari.tenancy.actions import operators
from azukari.tenancy.models import Operator
from tests import doors
from tests.cast import NOW, PASSWORD, Cast, activate

MOMENT = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Every request of a test happens at one moment."""
    monkeypatch.setattr("azukari.entrance.middleware.utc_now", lambda: MOMENT)
    return MOMENT


def make_operator(login_id: str = "unei", name: str = "運営 太郎") -> Operator:
    """Make an activated operator."""
    issued = operators.add_operator(login_id, name, now=NOW)
    holder = activate("operator", "", login_id, issued)
    assert isinstance(holder, Operator)
    return holder


def enter(operator: Operator) -> Client:
    """A browser in which an operator is logged in."""
    return doors.enter(OPERATOR, operator.pk, None, now=MOMENT)


@pytest.fixture
def operator(cast: Cast) -> Operator:
    """The operator of the tests."""
    return make_operator()


@pytest.fixture
def console(operator: Operator) -> Client:
    """The operator's browser."""
    return enter(operator)


def act(client: Client, path: str, **fields: str):
    """Do something of weight: the form with the password that is asked for."""
    return client.post(path, {**fields, "confirm_password": PASSWORD}, secure=True)
