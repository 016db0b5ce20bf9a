"""What every door shares, at every door: URL × method × (nobody, on the way in, logged in)."""

from __future__ import annotations

from itertools import product

import pytest
from django.test import Client
from django.urls import reverse

from azukari.entrance import urls as entrance
from azukari.entrance.access import PENDING, PUBLIC
from azukari.entrance.doors import OFFICE, OPERATOR, PORTAL, Door
from azukari.kernel.ids import new_id
from azukari.store.scope import office_scope
from azukari.tenancy.models import Account, Operator
from tests import doors
from tests.cast import Cast
from tests.entrance.conftest import Clock
from tests.operator.conftest import make_operator

DOORS = (OFFICE, PORTAL, OPERATOR)
EVERYWHERE = [
    pytest.param(door, pattern, id=f"{door.name}-{pattern.name}") for door, pattern in product(DOORS, entrance.patterns)
]
LOGINS = {OFFICE: "miyake", PORTAL: "nonaka"}


def url_of(door: Door, pattern) -> str:
    return reverse(f"{door.name}:{pattern.name}", kwargs=dict.fromkeys(pattern.pattern.converters, new_id()))


def enter(cast: Cast, door: Door, clock: Clock, stage: str) -> Client:
    """A browser at a stage of a login."""
    if door is OPERATOR:
        return doors.enter(door, make_operator().pk, None, now=clock.now, stage=stage)
    with office_scope(cast.minato.id):
        account = Account.objects.get(username=f"minato/{LOGINS[door]}")
    return doors.enter(door, account.pk, cast.minato.id, now=clock.now, stage=stage)


@pytest.mark.parametrize(("door", "pattern"), EVERYWHERE)
def test_without_a_login_only_the_public_pages_answer(cast: Cast, door: Door, pattern) -> None:
    url = url_of(door, pattern)
    for method in pattern.callback.methods:
        response = getattr(Client(), method.lower())(url, secure=True)
        if pattern.callback.permission == PUBLIC:
            assert response.status_code in {200, 302, 422}, method
            if response.status_code == 302:
                assert response["Location"] == reverse(f"{door.name}:activate")
        else:
            assert response["Location"].startswith(f"{door.prefix}login/?")
    for method in {"GET", "POST", "PUT", "DELETE"} - set(pattern.callback.methods):
        assert getattr(Client(), method.lower())(url, secure=True).status_code == 405


@pytest.mark.parametrize(("door", "pattern"), EVERYWHERE)
@pytest.mark.parametrize("stage", ["factor", "enrol", "codes"])
def test_on_the_way_in_nothing_behind_the_login_answers(
    cast: Cast, clock: Clock, door: Door, pattern, stage: str
) -> None:
    """Whoever has only proved the password is led back to the step that is missing."""
    steps = {"factor": "login-code", "enrol": "enrol", "codes": "enrol-codes"}
    url = url_of(door, pattern)
    for method in pattern.callback.methods:
        response = getattr(enter(cast, door, clock, stage), method.lower())(url, secure=True)
        if pattern.callback.permission not in {PUBLIC, PENDING}:
            assert response["Location"] == reverse(f"{door.name}:{steps[stage]}")
        assert response.status_code in {200, 302, 422}
        if response.status_code == 302:
            assert response["Location"].startswith(door.prefix)
        if door is OPERATOR:
            Operator.objects.all().delete()


@pytest.mark.parametrize(("door", "pattern"), EVERYWHERE)
def test_logged_in_every_page_answers_and_nothing_that_is_not_ones_own_is_there(
    cast: Cast, clock: Clock, door: Door, pattern
) -> None:
    for method in pattern.callback.methods:
        response = getattr(enter(cast, door, clock, "full"), method.lower())(url_of(door, pattern), secure=True)
        wanted = {404} if pattern.pattern.converters else {200, 302, 422}
        assert response.status_code in wanted, (method, response.status_code)
        if door is OPERATOR:
            Operator.objects.all().delete()
