"""Every act that writes leaves exactly its events (別添1 2C b): walked along the URL table."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse

from azukari.journal.models import Entry
from azukari.store.scope import office_scope
from tests.cast import Cast
from tests.office.acts import ACTS, ELSEWHERE, SILENT, Act
from tests.office.conftest import browser
from tests.office.test_matrix import OPEN_ADDRESS, ROUTES, ask, parameter_of
from tests.office.world import address_of

ROOT = Path(__file__).parents[2]
WRITING = {"POST", "PUT", "PATCH", "DELETE"}
CASES = [(name, act) for name, acts in ACTS.items() for act in acts]


@pytest.mark.parametrize(("name", "act"), CASES, ids=[f"{name}-{len(act.events)}" for name, act in CASES])
def test_an_act_leaves_exactly_its_events(cast: Cast, name: str, act: Act, inline: None) -> None:
    office = cast.minato
    client = browser(office, act.login, unlocked=True)
    with office_scope(office.id):
        if act.made is not None:
            arguments, fields = act.made(office)
        else:
            arguments, fields = address_of(office, name, parameter_of(name), "aoba", login=act.login), act.fields
        before = Entry.objects.count()
    response = client.post(reverse(f"office:{name}", kwargs=arguments), fields, secure=True)
    if response.streaming:
        list(response.streaming_content)
    left = left_after(cast, before - 1)
    confirmed = ("tenancy.account.confirmed",) if "confirm_password" in fields else ()
    assert left == confirmed + act.events, response.status_code


@pytest.mark.no_database
def test_every_address_that_writes_has_its_events_or_a_reason() -> None:
    writing = {name for name, route in ROUTES.items() if WRITING & set(route.callback.methods)}
    assert writing == set(ACTS) | set(SILENT) | set(ELSEWHERE)
    assert not set(ACTS) & (set(SILENT) | set(ELSEWHERE))


@pytest.mark.no_database
@pytest.mark.parametrize(("path", "words"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_is_walked_elsewhere_is_walked_there(path: str, words: str) -> None:
    assert words in (ROOT / path).read_text("utf-8")


@pytest.mark.parametrize("name", SILENT)
def test_what_is_silent_leaves_nothing(cast: Cast, name: str) -> None:
    office = cast.minato
    with office_scope(office.id):
        arguments = address_of(office, name, parameter_of(name), "aoba", login="aoki")
    client = browser(office, "aoki", unlocked=True)
    before = left_after(cast, -1)
    for method in sorted(WRITING & set(ROUTES[name].callback.methods), reverse=True):  # DELETE last
        assert ask(client, method, reverse(f"office:{name}", kwargs=arguments)).status_code < 500
    assert left_after(cast, -1) == before


@pytest.mark.parametrize("name", [name for name in ACTS if parameter_of(name) and name not in OPEN_ADDRESS])
def test_a_refused_act_leaves_the_refusal_alone(cast: Cast, name: str) -> None:
    """Miyake, who may handle no numbers and manages nothing, and Kamo of another office: 403 or 404, and one entry."""
    office = cast.minato
    with office_scope(office.id):
        arguments = address_of(office, name, parameter_of(name), "aoba", login="aoki")
    url = reverse(f"office:{name}", kwargs=arguments)
    for place, login in ((office, "miyake"), (cast.kamome, "kamo")):
        client = browser(place, login, unlocked=login == "kamo")
        with office_scope(place.id):
            before = Entry.objects.count()
        response = client.post(url, {}, secure=True)
        if response.status_code not in {403, 404}:
            assert login == "miyake"  # a file that is not 保護 is everybody's daily work
            continue
        with office_scope(place.id):
            left = list(Entry.objects.filter(seq__gte=before).values_list("event", "result"))
        assert left == [("tenancy.access.refused", "FAILURE")]


def left_after(cast: Cast, seq: int) -> tuple[str, ...]:
    with office_scope(cast.minato.id):
        return tuple(Entry.objects.filter(seq__gt=seq).order_by("seq").values_list("event", flat=True))
