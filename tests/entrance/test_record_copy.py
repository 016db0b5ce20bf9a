"""記録の控え at the doors: the page, the file, and the proof a browser asks for. And what a rolled-back record refuses."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest
from django.db import transaction
from django.test import Client

from azukari.entrance.doors import OFFICE, PORTAL
from azukari.journal import queries as journal
from azukari.journal.actions import standing
from azukari.journal.models import Entry, Head
from azukari.kernel.clock import utc_now
from azukari.seal import chain, checkpoint
from azukari.store.scope import office_scope
from azukari.tenancy.actions import keys
from azukari.tenancy.models import Account
from tests import doors
from tests.cast import PASSWORD, Cast
from tests.journal import owner
from tests.journal.test_record import append


def browser(cast: Cast, door: object = PORTAL, login: str = "tanabe") -> Client:
    with office_scope(cast.minato.id):
        account = Account.objects.get(username=f"minato/{login}")
    return doors.enter(door, account.pk, cast.minato.id, now=utc_now())


def signed(cast: Cast, entries: int = 3) -> str:
    with office_scope(cast.minato.id):
        append(cast.minato, entries)
        return keys.sign_record(now=utc_now()).note


@pytest.mark.parametrize(("prefix", "door", "login"), [("/p", PORTAL, "nonaka"), ("", OFFICE, "kanno")])
def test_the_page_shows_what_the_file_holds(cast: Cast, prefix: str, door: object, login: str) -> None:
    client = browser(cast, door, login)
    assert "控えは、まだありません" in client.get(f"{prefix}/record-copy/", secure=True).content.decode()
    note = signed(cast)
    page = client.get(f"{prefix}/record-copy/", secure=True).content.decode()
    file = client.get(f"{prefix}/record-copy/note.txt", secure=True)
    assert file.content.decode() == note
    assert file["Content-Disposition"].startswith('attachment; filename="azukari-record-')
    with office_scope(cast.minato.id):
        head = checkpoint.verify_checkpoint(note, keys.verifier_key())
        for shown in (checkpoint.printable_root(head.root), checkpoint.fingerprint(keys.verifier_key())):
            assert shown in page
    assert len(checkpoint.printable_root(head.root).split()) == 13
    assert "石原" not in page


def test_a_browser_is_proved_that_the_record_goes_on(cast: Cast) -> None:
    client, old = browser(cast), signed(cast, 40)
    new = signed(cast, 300)
    with office_scope(cast.minato.id):
        first, second = (checkpoint.verify_checkpoint(note, keys.verifier_key()) for note in (old, new))
    told = json.loads(client.get(f"/p/record-copy/proof/?from={first.size}", secure=True).content)
    assert told["note"] == new
    proof = [b64decode(item) for item in told["proof"]]
    chain.verify_consistency(first.size, second.size, first.root, second.root, proof)
    assert json.loads(client.get(f"/p/record-copy/proof/?from={second.size + 1}", secure=True).content)["proof"] is None
    for odd in ("", "x", "-1", "１", "9" * 30, "1.5"):
        assert json.loads(client.get("/p/record-copy/proof/", {"from": odd}, secure=True).content)["proof"] == []


def test_of_another_office_nothing_is_told(cast: Cast) -> None:
    note = signed(cast)
    with office_scope(cast.kamome.id):
        account = Account.objects.get(username="kamome/kamo")
    theirs = doors.enter(OFFICE, account.pk, cast.kamome.id, now=utc_now())
    assert json.loads(theirs.get("/record-copy/proof/", secure=True).content) == {"note": None}
    assert note not in theirs.get("/record-copy/", secure=True).content.decode()


def test_on_a_rolled_back_record_reading_goes_on_and_every_handling_is_refused(cast: Cast) -> None:
    signed(cast)
    client = browser(cast, OFFICE, "aoki")
    with office_scope(cast.minato.id):
        owner.rewrite(owner.cut(2))
        size = journal.tree_size()
    standing.forget()
    person = cast.minato.people["ishihara"]
    for path in ("/", "/clients/", f"/people/{person}/", "/record-copy/"):
        assert client.get(path, secure=True).status_code == 200, path
    for path in ("/account/notices/", "/unlock/"):
        fields = {"notices": "DAILY", "password": PASSWORD, "purpose": "sheet"}
        with transaction.atomic():
            refused = client.post(path, fields, secure=True)
        assert refused.status_code == 503, path
        page = refused.content.decode()
        assert "取扱いを記録できないため" in page and "azukari check-record" in page
    with office_scope(cast.minato.id):
        assert journal.tree_size() == size == Head.objects.get().size == Entry.objects.count()
