"""Several people, or several processes, at the same file at the same moment: one wins, and the others are told.

Started through files_child.py, in a site of its own, with real commits. `at_once` lets many threads run freely;
`within` stops one act at a statement, lets another one run as far as it comes, and then goes on: what a race needs
luck for happens every time.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, Event
from uuid import UUID

from django.db import connection, connections

from azukari.exchange.actions import deliveries, examination, filekeys, protection, retention, uploads
from azukari.exchange.actions.contents import Contents
from azukari.exchange.errors.deliveries import AlreadyOpenedError, DeliveryNotFoundError, QuarantineStateError
from azukari.exchange.errors.files import OffsetConflictError, UploadNotFoundError
from azukari.exchange.models import Delivery, FileKey, FilePart, Opening, Receipt, StoredFile
from azukari.exchange.rules.states import LEAST_PART_BYTES, DeliveryState, FileState, Proposal
from azukari.exchange.rules.wishes import Wishes
from azukari.journal import queries as journal
from azukari.journal.models import Entry
from azukari.kernel.clock import utc_now
from azukari.kernel.errors import AzukariError
from azukari.kernel.ids import new_id
from azukari.store.scope import office_scope
from azukari.tenancy.actions import looks
from tests.cast import Office, number_of
from tests.exchange.hands import begin, put, user
from tests.whole.killing_files import DAY, picture, sweep

WON = "won"
# How long a stopped act waits for the other one, which may itself wait for a lock of the first.
_PATIENCE = 0.7
_NO_LOCK_IS_HELD = 20.0


def _result_of(office: Office, act: Callable[[], object]) -> str:
    try:
        with office_scope(office.id):
            act()
    except AzukariError as error:
        return error.code
    except Exception as error:  # a deadlock, a missing key: the race names it
        return f"{type(error).__name__}: {error}"
    finally:
        connections.close_all()
    return WON


def at_once(office: Office, acts: Sequence[Callable[[], object]]) -> list[str]:
    """Do several things in as many threads at the same moment. Gives how each went: won, or the error's code."""
    barrier = Barrier(len(acts))

    def one(act: Callable[[], object]) -> str:
        barrier.wait(30)
        return _result_of(office, act)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def within(
    office: Office,
    outer: Callable[[], object],
    pattern: str,
    inner: Callable[[], object],
    *,
    patience: float = _PATIENCE,
) -> tuple[str, str]:
    """Stop `outer` after its first statement like `pattern`, run `inner`, go on. Gives how both went."""
    stopped, done = Event(), Event()

    def stop(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if not stopped.is_set() and re.search(pattern, sql):
            stopped.set()
            done.wait(patience)
        return result

    def watched() -> None:
        with connections["default"].execute_wrapper(stop):
            outer()

    def second() -> str:
        assert stopped.wait(30), f"no statement like {pattern}"
        try:
            return _result_of(office, inner)
        finally:
            done.set()

    with ThreadPoolExecutor(2) as pool:
        first: Future[str] = pool.submit(_result_of, office, watched)
        other = pool.submit(second)
        return first.result(), other.result()


class _World:
    """What the races need of an office."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.client_id = office.clients["aoba"]
        self.count = 0
        with office_scope(office.id):
            self.user, self.manager = user(office), office.actor("aoki")
            self.handlers = [office.actor("saeki"), office.actor("ono"), office.actor("aoki")]

    def upload(self, data: bytes, *, name: str = "", protected: bool = False):
        self.count += 1
        name = name or f"競争{self.count}.png"
        file_id = begin(self.user, self.client_id, len(data), name=name, stamp="", protected=protected, now=utc_now())
        put(self.user, file_id, data, now=utc_now())
        return file_id

    def draft(self):
        batch = new_id()
        data = picture("draft")
        file_id = begin(
            self.manager,
            self.client_id,
            len(data),
            name="下書き.png",
            stamp="",
            wishes=Wishes(batch=batch),
            now=utc_now(),
        )
        put(self.manager, file_id, data, now=utc_now())
        assert examination.examine(file_id, now=utc_now())
        return file_id, batch

    def send(self, batch):
        return deliveries.send(actor=self.manager, client_ids=[self.client_id], batch=batch, memo="", now=utc_now())

    def sent(self) -> Delivery:
        _, batch = self.draft()
        (line,) = self.send(batch)
        return Delivery.objects.get(id=line)


def recorded(event: str, since: int) -> int:
    return Entry.objects.filter(event=event, seq__gte=since).count()


# ------------------------------------------------------------------------------------------------------- free running


def writers(office: Office) -> str:
    """Four senders with other bytes each: one row of parts, each of them whole and of one sender, nothing between."""
    world, size = _World(office), 3 * LEAST_PART_BYTES
    with office_scope(office.id):
        file_id = begin(world.user, world.client_id, size, stamp="", now=utc_now())

    def write(letter: bytes) -> Callable[[], None]:
        def go_on() -> None:
            data = letter * size
            while (told := uploads.get(actor=world.user, file_id=file_id).received) < size:
                with suppress(OffsetConflictError, UploadNotFoundError):
                    put(world.user, file_id, data[told : told + LEAST_PART_BYTES], offset=told, now=utc_now())

        return go_on

    results = at_once(office, [write(bytes([65 + place])) for place in range(4)])
    assert results == [WON] * 4, results
    with office_scope(office.id):
        parts = list(FilePart.objects.filter(file_id=file_id).order_by("number").values_list("number", "length"))
        assert parts == [(0, LEAST_PART_BYTES), (1, LEAST_PART_BYTES), (2, LEAST_PART_BYTES)]
        content = b"".join(Contents(file_id, filekeys.server_key(file_id)).stream())
        pieces = [content[start : start + LEAST_PART_BYTES] for start in range(0, size, LEAST_PART_BYTES)]
        assert all(len(piece) == LEAST_PART_BYTES and len(set(piece)) == 1 for piece in pieces)
        assert Delivery.objects.filter(file_id=file_id).count() == 1
        sweep(utc_now())
        sweep(utc_now() + DAY)
        assert list(retention.check_files()) == []
    return "one row of parts"


def _while_it_comes(office: Office, meanwhile: Callable[[_World, UUID], object]) -> tuple[_World, UUID]:
    """Send a file, and do something else when the request is in the middle of its bytes. It is told of it."""
    world, data = _World(office), b"first\n" * 100
    stream, done = io.BytesIO(data), []
    with office_scope(office.id):
        file_id = begin(world.user, world.client_id, len(data), stamp="", now=utc_now())

        def read(size: int) -> bytes:
            if not done:
                done.append(meanwhile(world, file_id))
            return stream.read(size)

        try:
            uploads.receive(actor=world.user, file_id=file_id, offset=0, length=len(data), read=read, clock=utc_now)
        except OffsetConflictError:
            return world, file_id
    raise AssertionError("a request that was overtaken counted")


def overtaken(office: Office) -> str:
    """A second request takes over while the first is in its bytes: the first is told and nothing of it counts."""
    other = b"other\n" * 100
    _, file_id = _while_it_comes(office, lambda world, file_id: put(world.user, file_id, other, now=utc_now()))
    with office_scope(office.id):
        assert b"".join(Contents(file_id, filekeys.server_key(file_id)).stream()) == other
        assert FilePart.objects.filter(file_id=file_id).count() == 1

    def take_over(world: _World, file_id: UUID) -> None:
        """A newer request has only begun: it has brought nothing yet."""
        uploads.receive(actor=world.user, file_id=file_id, offset=0, length=600, read=lambda _: b"", clock=utc_now)

    world, file_id = _while_it_comes(office, take_over)
    with office_scope(office.id):
        assert uploads.get(actor=world.user, file_id=file_id).received == 0
        assert not FilePart.objects.filter(file_id=file_id).exists()
    return "the newer one won"


def cancelled(office: Office) -> str:
    """Broken off for good while bytes come: the request is told, and nothing is left."""
    _, file_id = _while_it_comes(
        office, lambda world, file_id: uploads.cancel(actor=world.user, file_id=file_id, now=utc_now())
    )
    with office_scope(office.id):
        sweep(utc_now())
        sweep(utc_now() + DAY)
        assert StoredFile.objects.get(id=file_id).shredded_at is not None
        assert not FileKey.objects.filter(id=file_id).exists()
        assert list(retention.check_files()) == []
    return "nothing left"


def opening_or_withdrawing(office: Office) -> str:
    """Either the receiver has opened it, and the sender is told who; or it is taken back, and nobody opens it."""
    world, outcomes = _World(office), Counter[str]()
    won_by_opening = (WON, AlreadyOpenedError.code)
    won_by_withdrawing = (DeliveryNotFoundError.code, WON)

    def race(run: Callable[[Callable[[], object], Callable[[], object]], Sequence[str]]) -> None:
        with office_scope(office.id):
            line, since = world.sent(), journal.tree_size()
        results = run(
            lambda: deliveries.open_ordinary(actor=world.user, delivery_id=line.id, now=utc_now()),
            lambda: deliveries.withdraw(actor=world.manager, delivery_id=line.id, now=utc_now()),
        )
        assert tuple(results) in {won_by_opening, won_by_withdrawing}, results
        opened = tuple(results) == won_by_opening
        outcomes["opened" if opened else "withdrawn"] += 1
        with office_scope(office.id):
            line.refresh_from_db()
            assert line.state == (DeliveryState.READY if opened else DeliveryState.WITHDRAWN)
            assert (line.opened_at is not None) == opened == Opening.objects.filter(delivery=line).exists()
            assert recorded("exchange.file.recalled", since) == (not opened)

    locks = r"SELECT.*FROM \"exchange_delivery\""
    for _ in range(5):
        race(lambda opening, withdrawing: at_once(office, [opening, withdrawing]))
    # PostgreSQL stops before the lock, so that the second one wins; SQLite holds its lock, so that the first one does.
    patience = _NO_LOCK_IS_HELD if connection.vendor == "postgresql" else _PATIENCE
    race(lambda opening, withdrawing: within(office, opening, locks, withdrawing, patience=patience))
    race(lambda opening, withdrawing: within(office, withdrawing, locks, opening, patience=patience)[::-1])
    assert outcomes["opened"] and outcomes["withdrawn"], outcomes
    return str(dict(outcomes))


def examinations(office: Office) -> str:
    """Four processes examine one file: one receipt, one entry in the record, one set of notices."""
    world = _World(office)
    for _ in range(2):
        with office_scope(office.id):
            file_id, since = world.upload(picture("file")), journal.tree_size()
        won: list[bool] = []
        results = at_once(office, [lambda: won.append(examination.examine(file_id, now=utc_now()))] * 4)  # noqa: B023
        assert results == [WON] * 4, results
        assert sorted(won) == [False, False, False, True]
        with office_scope(office.id):
            line = Delivery.objects.get(file_id=file_id)
            assert Receipt.objects.filter(delivery=line).count() == 1
            assert recorded("exchange.file.received", since) == 1
            assert line.state == DeliveryState.READY
    return "one receipt"


def proposals(office: Office) -> str:
    """Several people decide on a proposal at once: the same decision is made once; 保護 is never lost."""
    world, outcomes = _World(office), Counter[str]()
    rows = "".join(f"丙{n},{number_of(30 + n)}\n" for n in range(3))
    data = f"氏名,個人番号\n{rows}".encode("cp932")
    for acts in ("aaa", "ddd", "adad"):
        with office_scope(office.id):
            file_id = world.upload(data, name=f"{acts}.csv")
            assert examination.examine(file_id, now=utc_now())
            assert StoredFile.objects.get(id=file_id).proposal == Proposal.OPEN
            line, since = Delivery.objects.get(file_id=file_id), journal.tree_size()

        def decide(kind: str, place: int, line: Delivery = line) -> Callable[[], None]:
            actor = world.handlers[place % 3]
            if kind == "a":
                return lambda: protection.accept_proposal(actor=actor, delivery_id=line.id, now=utc_now())
            return lambda: protection.decline_proposal(
                actor=actor, delivery_id=line.id, reason="商品番号", now=utc_now()
            )

        results = at_once(office, [decide(kind, place) for place, kind in enumerate(acts)])
        assert set(results) <= {WON, QuarantineStateError.code}, results
        accepted = sum(kind == "a" and result == WON for kind, result in zip(acts, results, strict=True))
        declined = sum(kind == "d" and result == WON for kind, result in zip(acts, results, strict=True))
        # Whoever declined first may be overruled by 保護, never the other way.
        assert (accepted, declined) in {"aaa": {(1, 0)}, "ddd": {(0, 1)}, "adad": {(1, 0), (1, 1)}}[acts], results
        with office_scope(office.id):
            row = StoredFile.objects.get(id=file_id)
            assert row.protected == bool(accepted)
            assert recorded("exchange.file.protected", since) == accepted
            assert recorded("exchange.proposal.declined", since) == declined
            assert FileKey.objects.filter(id=file_id).exists() == (not accepted)
        outcomes[f"{acts} {accepted}{declined}"] += 1
    return str(dict(outcomes))


def receipts(office: Office) -> str:
    """Twenty files are whole at once: their receipts are numbered without a gap and without a double."""
    world = _World(office)
    with office_scope(office.id):
        ids = [world.upload(picture(place, 500)) for place in range(20)]
        before = set(Receipt.objects.values_list("serial", flat=True))
    results = at_once(office, [lambda pk=file_id: examination.examine(pk, now=utc_now()) for file_id in ids])
    assert results == [WON] * 20, results
    with office_scope(office.id):
        serials = sorted(set(Receipt.objects.values_list("serial", flat=True)) - before)
        first = max(before, default=0) + 1
        assert serials == list(range(first, first + 20))
        entries = list(Receipt.objects.filter(serial__gte=first).values_list("entry_seq", flat=True))
        assert len(set(entries)) == 20
        journal.verify_record()
    return f"{serials[0]} to {serials[-1]}"


# ------------------------------------------------------------------- ----------------------- one within another


def two_sweepers(office: Office) -> str:
    """Two processes sweep what is over at once: each line ends once in the record."""
    world = _World(office)
    with office_scope(office.id):
        line = world.sent()
        Delivery.objects.filter(id=line.id).update(expires_at=utc_now())
        since = journal.tree_size()
    act = lambda: retention.sweep_expired(due=utc_now(), now=utc_now())  # noqa: E731
    results = within(office, act, r"SELECT.*exchange_delivery.*expires_at", act, patience=_PATIENCE)
    assert results == (WON, WON), results
    with office_scope(office.id):
        assert recorded("exchange.file.shredded", since) == 1, "the end stands twice in the record"
    return "one entry"


def two_collectors(office: Office) -> str:
    """Two processes collect orphans at once: neither stumbles over the other."""
    world = _World(office)
    from azukari.store import blobs

    key = f"files/{office.id.hex}/{new_id().hex}/000000-dead"
    with blobs.blobs().create(key) as blob:
        blob.write(b"orphan")
        blob.commit()
    assert world.count == 0
    for now in (utc_now(), utc_now() + DAY):
        act = lambda now=now: retention.sweep_orphans(due=looks.confirm(now=now), now=now)  # noqa: E731
        results = within(office, act, r"SELECT.*exchange_filepart", act, patience=_PATIENCE)
        assert results == (WON, WON), results
    return "both went well"


def sending_and_sweeping(office: Office) -> str:
    """A draft is sent at the moment it is swept: it is sent and there, or it is not sent and gone."""
    world, outcomes = _World(office), Counter[str]()
    swept = r"exchange_storedfile.*touched_at\" <"
    locked = r"SELECT.*exchange_storedfile.*batch\" ="
    for pattern in (swept, locked):
        with office_scope(office.id):
            file_id, batch = world.draft()
            StoredFile.objects.filter(id=file_id).update(touched_at=utc_now() - 3 * DAY)
        acts = lambda: retention.sweep_expired(due=utc_now(), now=utc_now()), lambda batch=batch: world.send(batch)
        if pattern == swept:
            results = within(office, acts[0], pattern, acts[1])
        else:
            results = within(office, acts[1], pattern, acts[0])[::-1]
        assert results[0] == WON, results
        with office_scope(office.id):
            sent = Delivery.objects.filter(file_id=file_id).exists()
            assert sent == (results[1] == WON), results
            row = StoredFile.objects.get(id=file_id)
            assert (row.state, row.shredded_at is None) == (
                (FileState.READY, True) if sent else (FileState.SHREDDED, False)
            )
            if sent:
                assert b"".join(Contents(file_id, filekeys.server_key(file_id)).stream()) == picture("draft")
        outcomes["sent" if sent else "not sent"] += 1
    assert outcomes["sent"], outcomes
    return str(dict(outcomes))


def withdrawing_and_sweeping(office: Office) -> str:
    """A line is withdrawn at the moment its time is over: it ends once, one way."""
    world = _World(office)
    with office_scope(office.id):
        line = world.sent()
        Delivery.objects.filter(id=line.id).update(expires_at=utc_now())
        since = journal.tree_size()
    results = within(
        office,
        lambda: retention.sweep_expired(due=utc_now(), now=utc_now()),
        r"SELECT.*exchange_delivery.*expires_at",
        lambda: deliveries.withdraw(actor=world.manager, delivery_id=line.id, now=utc_now()),
        patience=_PATIENCE,
    )
    with office_scope(office.id):
        line.refresh_from_db()
        withdrawn = results[1] == WON
        assert line.state == (DeliveryState.WITHDRAWN if withdrawn else DeliveryState.EXPIRED), results
        ends = recorded("exchange.file.recalled", since), recorded("exchange.file.shredded", since)
        assert ends == ((1, 0) if withdrawn else (0, 1)), ends
    return line.state


def withdrawing_and_examining(office: Office) -> str:
    """A sender takes back what is just being examined: both go on, no deadlock."""
    world = _World(office)
    with office_scope(office.id):
        file_id = world.upload(picture("file"))
        line = Delivery.objects.get(file_id=file_id)
    results = within(
        office,
        lambda: deliveries.withdraw(actor=world.user, delivery_id=line.id, now=utc_now()),
        r"FOR UPDATE" if connection.vendor == "postgresql" else r"SELECT.*FROM \"exchange_delivery\"",
        lambda: examination.examine(file_id, now=utc_now()),
    )
    assert results == (WON, WON), results
    with office_scope(office.id):
        assert StoredFile.objects.get(id=file_id).state == FileState.CANCELLED
    return f"{connection.vendor}: both went well"


def examining_protected(office: Office) -> str:
    """A second process has just chosen a 保護 file when the first one ends its examination."""
    world = _World(office)
    with office_scope(office.id):
        file_id = world.upload(picture("file"), protected=True)
    act = lambda: examination.examine(file_id, now=utc_now())  # noqa: E731
    results = within(office, act, r"SELECT.*exchange_storedfile", act, patience=_NO_LOCK_IS_HELD)
    assert results == (WON, WON), results
    return "one was late"


RACES: dict[str, Callable[[Office], str]] = {
    race.__name__.replace("_", "-"): race
    for race in (
        writers,
        overtaken,
        cancelled,
        opening_or_withdrawing,
        examinations,
        proposals,
        receipts,
        two_sweepers,
        two_collectors,
        sending_and_sweeping,
        withdrawing_and_sweeping,
        withdrawing_and_examining,
        examining_protected,
    )
}
