"""How the tests hand files over: as a client user or as the office, through the actions a door calls."""

from __future__ import annotations

import io
from datetime import datetime
from uuid import UUID

from azukari.exchange.actions import deliveries, examination, uploads
from azukari.exchange.models import Delivery
from azukari.exchange.rules.wishes import Wishes
from azukari.kernel.actor import Actor
from azukari.kernel.ids import new_id
from azukari.tenancy import queries as tenancy
from azukari.tenancy.models import ClientUser
from tests.cast import NOW, Office

NOTHING = Wishes()
TEXT = "勤怠の表です。\n".encode() * 20


def user(office: Office, login: str = "nonaka", client: str = "aoba") -> Actor:
    """Give a person of a client company as an actor, as the middleware would."""
    account = ClientUser.objects.get(login_id=login).account_id
    return tenancy.get_signed_in(account, session="test", address="127.0.0.1", company=office.clients[client]).actor


def begin(
    actor: Actor,
    client_id: UUID | None,
    size: int,
    *,
    name: str = "勤怠.txt",
    protected: bool = False,
    wishes: Wishes = NOTHING,
    stamp: str = "1",
    now: datetime = NOW,
) -> UUID:
    """Begin an upload."""
    return uploads.begin(
        actor=actor,
        client_id=client_id,
        typed_name=name,
        size=size,
        stamp=stamp,
        protected=protected,
        wishes=wishes,
        now=now,
    ).id


def put(
    actor: Actor, file_id: UUID, data: bytes, *, offset: int = 0, length: int | None = None, now: datetime = NOW
) -> int:
    """Send bytes of an upload; fewer than announced is a broken line. Gives how much is durable."""
    stream = io.BytesIO(data)
    length = len(data) if length is None else length
    return uploads.receive(
        actor=actor, file_id=file_id, offset=offset, length=length, read=stream.read, clock=lambda: now
    ).received


def hand_in(
    office: Office,
    data: bytes = TEXT,
    *,
    login: str = "nonaka",
    client: str = "aoba",
    name: str = "勤怠.txt",
    protected: bool = False,
    wishes: Wishes = NOTHING,
    now: datetime = NOW,
) -> Delivery:
    """Hand a file in and let it be examined. Gives its line."""
    actor = user(office, login, client)
    file_id = begin(
        actor, office.clients[client], len(data), name=name, protected=protected, wishes=wishes, stamp="", now=now
    )
    put(actor, file_id, data, now=now)
    examination.examine(file_id, now=now)
    return Delivery.objects.get(file_id=file_id)


def send(
    office: Office,
    data: bytes = TEXT,
    *,
    login: str = "aoki",
    client: str = "aoba",
    name: str = "お知らせ.txt",
    protected: bool = False,
    wishes: Wishes = NOTHING,
    now: datetime = NOW,
) -> Delivery:
    """Prepare a file as the office and send it. Gives its line."""
    actor = office.actor(login)
    batch = new_id()
    wishes = Wishes(batch=batch, reply_to=wishes.reply_to, replaces=wishes.replaces)
    file_id = begin(actor, office.clients[client], len(data), name=name, wishes=wishes, stamp="", now=now)
    put(actor, file_id, data, now=now)
    examination.examine(file_id, now=now)
    (line,) = deliveries.send(
        actor=actor, client_ids=[office.clients[client]], batch=batch, memo="", protected=protected, now=now
    )
    return Delivery.objects.get(id=line)
