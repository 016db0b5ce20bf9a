"""kill -9 at every statement, commit and storage call of what happens to files, then what the sweeper makes of it.

As in killing.py; the calls of the blobs to the system are steps too. Started through files_child.py.
"""

from __future__ import annotations

import os
import struct
import sys
import zlib
from contextlib import ExitStack, suppress
from datetime import date, datetime, timedelta

import django

django.setup()

from azukari.exchange import queries  # noqa: E402
from azukari.exchange.actions import (  # noqa: E402
    deliveries,
    examination,
    filekeys,
    protection,
    receipts,
    retention,
    uploads,
)
from azukari.exchange.actions.contents import Contents  # noqa: E402
from azukari.exchange.errors.deliveries import DeliveryNotFoundError, ExpiredError, NotReadyError  # noqa: E402
from azukari.exchange.models import (  # noqa: E402
    Delivery,
    FileGrant,
    FileKey,
    FilePart,
    Notice,
    Opening,
    Receipt,
    StoredFile,
    VolumeSweep,
)
from azukari.exchange.rules.states import LEAST_PART_BYTES, DeliveryState, FileState, Proposal  # noqa: E402
from azukari.exchange.rules.wishes import Wishes  # noqa: E402
from azukari.journal import queries as journal  # noqa: E402
from azukari.journal.models import Entry  # noqa: E402
from azukari.journal.rules.takeouts import TakenOut, TakeOutFacts  # noqa: E402
from azukari.kernel.clock import utc_now  # noqa: E402
from azukari.kernel.ids import new_id  # noqa: E402
from azukari.store import blobs  # noqa: E402
from azukari.store.scope import office_scope  # noqa: E402
from azukari.tenancy.actions import looks  # noqa: E402
from tests.cast import PASSWORD, Office, number_of  # noqa: E402
from tests.exchange.hands import begin, put, user  # noqa: E402
from tests.whole.killing import Scenario, Steps, check_in_child, in_child  # noqa: E402
from tests.whole.storage_calls import watched  # noqa: E402

DAY = timedelta(days=1)
TABLES = (StoredFile, FilePart, FileKey, FileGrant, Delivery, Opening, Receipt, Notice, VolumeSweep)


class FileSteps(Steps):
    """Counts the calls of the folder to the system as steps too."""

    def watch(self, stack: ExitStack) -> None:
        super().watch(stack)
        stack.enter_context(watched(lambda _, call: self.step(call)))


def sweep(now: datetime) -> None:
    """What the sweeper does with files."""
    uploads.sweep_abandoned(due=now, now=now)
    examination.sweep_waiting(now=now)
    protection.sweep_copies(now=now)
    retention.sweep_expired(due=now, now=now)
    retention.sweep_orphans(due=looks.confirm(now=now), now=now)
    filekeys.sweep_orphans(due=now)
    retention.empty_trash(due=now)


def state_of_everything() -> list[object]:
    """Every row of the files, every blob, and how long the record is."""
    rows: list[object] = [
        [
            {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}
            for row in rows
        ]
        for rows in (table.objects.order_by("id").values() for table in TABLES)
    ]
    return [*rows, sorted((facts.key, facts.size) for facts in blobs.blobs().list()), journal.tree_size()]


def picture(seed: object, size: int = 20_000) -> bytes:
    """Make a picture of one dot and much to say: it is looked into quickly and not read for text."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    said = (f"{seed} " * size).encode()[:size]
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"tEXt", b"Comment\0" + said), chunk(b"IDAT", zlib.compress(b"\0\0")))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


class FileScenario(Scenario):
    """One act on one fresh file, and what must hold after it was cut off anywhere."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.user = user(office)
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)

    def prepare(self) -> None:
        self.turn += 1
        self.name = f"{type(self).__name__.lower()}-{new_id().hex[-8:]}.png"
        self.data = picture(self.name)
        self.said()
        self.make()

    def make(self) -> None:
        raise NotImplementedError

    def say(self, received: int) -> None:
        """Acknowledge, as the door would."""
        os.write(self.writer, b"%d\n" % received)

    def said(self) -> int:
        """Tell what was acknowledged last."""
        with suppress(BlockingIOError):
            return int(os.read(self.reader, 10_000).split()[-1])
        return 0

    def upload(self, *, protected: bool = False) -> None:
        """Hand a whole file in, unexamined."""
        self.file_id = begin(
            self.user, self.client_id, len(self.data), name=self.name, stamp="", protected=protected, now=utc_now()
        )
        put(self.user, self.file_id, self.data, now=utc_now())

    def draft(self) -> None:
        """Prepare a file as the office."""
        self.batch = new_id()
        self.file_id = begin(
            self.manager,
            self.client_id,
            len(self.data),
            name=self.name,
            stamp="",
            wishes=Wishes(batch=self.batch),
            now=utc_now(),
        )
        put(self.manager, self.file_id, self.data, now=utc_now())
        assert examination.examine(self.file_id, now=utc_now())

    def send(self, *, protected: bool = False) -> None:
        deliveries.send(
            actor=self.manager,
            client_ids=[self.client_id],
            batch=self.batch,
            memo="",
            protected=protected,
            now=utc_now(),
        )

    @property
    def row(self) -> StoredFile:
        return StoredFile.objects.get(id=self.file_id)

    def line(self) -> Delivery:
        return Delivery.objects.get(file_id=self.file_id)

    def shown(self, actor) -> list[queries.LedgerRow]:
        """What a side sees of the file in its ledger."""
        page = queries.list_ledger(actor, queries.Filter(q=self.name), now=utc_now())
        return [row for row in page.rows if row.name == self.name]

    def recorded(self, event: str) -> int:
        return Entry.objects.filter(event=event, seq__gte=self.since).count()

    def remember(self) -> None:
        self.since = journal.tree_size()

    def opened_by_office(self) -> bytes:
        readable = deliveries.open_ordinary(actor=self.manager, delivery_id=self.line().id, now=utc_now())
        return b"".join(readable.contents.stream())

    def opened_with_unlock(self) -> bytes:
        readable = deliveries.open_protected(
            actor=self.actor,
            vault_key=self.key,
            delivery_id=self.line().id,
            purpose="SOCIAL_INSURANCE",
            leaves=TakeOutFacts(kind=TakenOut.FILE, at_once=True),
            now=utc_now(),
        )
        return b"".join(readable.contents.stream())

    def opened_by_receiver(self, *, protected: bool) -> bytes:
        delivery_id = self.line().id
        if protected:
            readable = deliveries.open_as_receiver(
                actor=self.user, password=PASSWORD, delivery_id=delivery_id, now=utc_now()
            )
        else:
            readable = deliveries.open_ordinary(actor=self.user, delivery_id=delivery_id, now=utc_now())
        return b"".join(readable.contents.stream())

    def tidy(self) -> None:
        """Sweep twice a day apart: a consistent end, and nothing more to do."""
        now = utc_now()
        sweep(now)
        sweep(now + DAY)
        self.check_everything()
        end = state_of_everything()
        sweep(now + DAY)
        sweep(now + DAY + timedelta(minutes=1))
        assert state_of_everything() == end, "a repeated sweep changed something"

    def check_everything(self) -> None:
        """No key, part or blob too few or too many, for any file."""
        rows = list(StoredFile.objects.all())
        here = {row.id for row in rows if row.shredded_at is None}
        sealed = {row.id for row in rows if row.protected and row.state not in {"RECEIVING", "EXAMINING"}}
        assert not any(row.server_copy for row in rows)
        assert set(FileKey.objects.values_list("id", flat=True)) == here - sealed, "keys too many or too few"
        assert set(FileGrant.objects.values_list("file_id", flat=True)) == here & sealed
        assert set(FilePart.objects.values_list("file_id", flat=True)) <= here
        blobs_there = {facts.key for facts in blobs.blobs().list()}
        assert blobs_there == set(FilePart.objects.values_list("blob", flat=True))
        assert list(retention.check_files()) == []
        assert not VolumeSweep.objects.exists()

    def check_destroyed(self) -> None:
        """Nothing of the file is left but its line."""
        assert self.row.shredded_at is not None
        for table in (FilePart, FileGrant):
            assert not table.objects.filter(file_id=self.file_id).exists()
        assert not FileKey.objects.filter(id=self.file_id).exists()
        assert not list(blobs.blobs().list(f"files/{self.office.id.hex}/{self.file_id.hex}/"))


class Begin(FileScenario):
    """The key is made before the row: a key without a row opens nothing, and must not stay."""

    def make(self) -> None:
        pass

    def act(self) -> None:
        self.say(begin(self.user, self.client_id, 10, name=self.name, now=utc_now()).int > 0)

    def check(self) -> None:
        acknowledged = self.said()
        count = StoredFile.objects.filter(name=self.name).count()
        assert count >= acknowledged
        assert not self.shown(self.manager)
        again = begin(self.user, self.client_id, 10, name=self.name, now=utc_now())
        assert StoredFile.objects.filter(name=self.name).get().id == again
        uploads.cancel(actor=self.user, file_id=again, now=utc_now())
        self.tidy()


class Upload(FileScenario):
    """Three PATCHes, the last of them ending the file."""

    patch = LEAST_PART_BYTES + 1000

    def make(self) -> None:
        self.data = picture(self.name, 2 * self.patch + 5_000)
        self.file_id = begin(self.user, self.client_id, len(self.data), name=self.name, now=utc_now())

    def act(self) -> None:
        for start in range(0, len(self.data), self.patch):
            self.say(self.put_from(start))

    def put_from(self, start: int) -> int:
        return put(self.user, self.file_id, self.data[start : start + self.patch], offset=start, now=utc_now())

    def check(self) -> None:
        acknowledged = self.said()
        told = uploads.get(actor=self.user, file_id=self.file_id).received
        assert acknowledged <= told <= min(acknowledged + self.patch, len(self.data)), "acknowledged and lost"
        assert b"".join(Contents(self.file_id, filekeys.server_key(self.file_id)).stream()) == self.data[:told]
        lines = self.shown(self.manager)
        assert len(lines) == (told == len(self.data)), "half of a file in the ledger"
        if lines:
            try:
                self.opened_by_office()
            except NotReadyError:
                pass
            else:
                raise AssertionError("opened before it was examined")
        while told < len(self.data):
            told = self.put_from(told)
        assert len(self.shown(self.manager)) == 1
        self.tidy()
        assert self.row.state == FileState.READY
        assert self.opened_by_office() == self.data


class Cancel(FileScenario):
    """An upload broken off for good in its middle."""

    def make(self) -> None:
        self.file_id = begin(self.user, self.client_id, len(self.data) + 9, name=self.name, now=utc_now())
        assert put(self.user, self.file_id, self.data, now=utc_now()) == len(self.data)

    def act(self) -> None:
        uploads.cancel(actor=self.user, file_id=self.file_id, now=utc_now())

    def check(self) -> None:
        assert not self.shown(self.manager)
        if self.row.state == FileState.RECEIVING:
            assert b"".join(Contents(self.file_id, filekeys.server_key(self.file_id)).stream()) == self.data
            self.act()
        self.tidy()
        self.check_destroyed()


class Examine(FileScenario):
    protected = False

    def make(self) -> None:
        self.upload(protected=self.protected)
        self.remember()

    def act(self) -> None:
        assert examination.examine(self.file_id, now=utc_now())

    def check(self) -> None:
        row = self.row
        done = row.state != FileState.EXAMINING
        self.check_whole(done)
        (shown,) = self.shown(self.manager)
        assert shown.state == (DeliveryState.READY if done else DeliveryState.EXAMINING)
        self.tidy()
        self.check_whole(True)
        facts = receipts.facts_of(actor=self.user, delivery_id=self.line().id)
        assert facts.size == len(self.data)
        if self.protected:
            assert not FileKey.objects.filter(id=self.file_id).exists()
            assert self.opened_with_unlock() == self.data
        else:
            assert self.opened_by_office() == self.data
        serials = list(Receipt.objects.order_by("serial").values_list("serial", flat=True))
        assert serials == list(range(1, len(serials) + 1))

    def check_whole(self, done: bool) -> None:
        """Receipt, record, notices and state go together."""
        line = self.line()
        assert line.state == (DeliveryState.READY if done else DeliveryState.EXAMINING)
        assert Receipt.objects.filter(delivery=line).count() == done
        assert self.recorded("exchange.file.received") == done
        told = Notice.objects.filter(delivery_id=line.id)
        assert {kind: told.filter(kind=kind).exists() for kind in ("received", "receipt")} == {
            "received": done,
            "receipt": done,
        }
        per_person = list(told.values_list("account_id", "kind"))
        assert len(per_person) == len(set(per_person))


class ExamineProtected(Examine):
    protected = True


class SendProtected(FileScenario):
    def make(self) -> None:
        self.draft()
        self.remember()

    def act(self) -> None:
        self.send(protected=True)
        self.say(1)

    def check(self) -> None:
        acknowledged = self.said()
        sent = Delivery.objects.filter(file_id=self.file_id).count()
        grants = FileGrant.objects.filter(file_id=self.file_id).count()
        assert sent >= acknowledged
        assert self.row.protected == bool(sent)
        assert (sent, grants, self.recorded("exchange.file.sent")) in {(0, 0, 0), (1, 3, 1)}
        assert len(self.shown(self.user)) == sent
        if not sent:
            self.tidy()
            assert FileKey.objects.filter(id=self.file_id).exists()
            self.send(protected=True)
        self.tidy()
        assert not FileKey.objects.filter(id=self.file_id).exists()
        assert self.opened_by_receiver(protected=True) == self.data


class Withdraw(FileScenario):
    def make(self) -> None:
        self.draft()
        self.send()
        self.delivery_id = self.line().id
        self.remember()

    def act(self) -> None:
        deliveries.withdraw(actor=self.manager, delivery_id=self.delivery_id, now=utc_now())
        self.say(1)

    def check(self) -> None:
        acknowledged = self.said()
        withdrawn = self.line().state == DeliveryState.WITHDRAWN
        assert withdrawn >= acknowledged
        assert self.recorded("exchange.file.recalled") == withdrawn
        assert len(self.shown(self.user)) == (not withdrawn)
        if not withdrawn:
            self.tidy()
            assert self.opened_by_receiver(protected=False) == self.data
            return
        try:
            self.opened_by_receiver(protected=False)
        except DeliveryNotFoundError:
            pass
        else:
            raise AssertionError("a withdrawn file opened")
        self.tidy()
        self.check_destroyed()


class Expire(FileScenario):
    protected = False

    def make(self) -> None:
        self.upload(protected=self.protected)
        assert examination.examine(self.file_id, now=utc_now())
        Delivery.objects.filter(file_id=self.file_id).update(expires_at=utc_now() - DAY)
        self.remember()

    def act(self) -> None:
        retention.sweep_expired(due=utc_now(), now=utc_now())

    def check(self) -> None:
        expired = self.line().state == DeliveryState.EXPIRED
        assert self.recorded("exchange.file.shredded") == expired
        keys = FileKey.objects.filter(id=self.file_id).exists() + FileGrant.objects.filter(file_id=self.file_id).count()
        there = {facts.key for facts in blobs.blobs().list()}
        parts = set(FilePart.objects.filter(file_id=self.file_id).values_list("blob", flat=True))
        assert expired or (keys and parts)
        assert not keys or parts <= there, "parts went before the key"
        try:
            (self.opened_with_unlock if self.protected else self.opened_by_office)()
        except ExpiredError:
            assert expired or self.line().expires_at < utc_now()
        self.tidy()
        self.check_destroyed()
        assert self.line().state == DeliveryState.EXPIRED
        assert self.recorded("exchange.file.shredded") == 1
        assert receipts.facts_of(actor=self.user, delivery_id=self.line().id).size == len(self.data)


class ExpireProtected(Expire):
    protected = True


class Accept(FileScenario):
    """What looks like numbers is made 保護."""

    def make(self) -> None:
        rows = "".join(f"乙{n},{number_of(20 + n)}\n" for n in range(3))
        self.data = f"氏名,個人番号\n{rows}".encode("cp932")
        self.name = self.name.replace(".png", ".csv")
        self.upload()
        assert examination.examine(self.file_id, now=utc_now())
        assert self.row.proposal == Proposal.OPEN
        self.delivery_id = self.line().id
        self.remember()

    def act(self) -> None:
        protection.accept_proposal(actor=self.user, delivery_id=self.delivery_id, now=utc_now())

    def check(self) -> None:
        accepted = self.row.protected
        assert self.recorded("exchange.file.protected") == accepted
        assert self.line().protected == accepted
        if not accepted:
            self.act()
        self.tidy()
        assert not FileKey.objects.filter(id=self.file_id).exists()
        assert self.opened_with_unlock() == self.data


class Unprotect(FileScenario):
    """保護 taken back: either is fine, but never 保護 with a key of the server."""

    def make(self) -> None:
        self.upload(protected=True)
        assert examination.examine(self.file_id, now=utc_now())
        self.delivery_id = self.line().id
        self.remember()

    def act(self) -> None:
        protection.unprotect(
            actor=self.actor, vault_key=self.key, delivery_id=self.delivery_id, reason="番号なし", now=utc_now()
        )

    def check(self) -> None:
        self.tidy()
        if self.row.protected:
            assert self.opened_with_unlock() == self.data
            self.act()
        assert self.recorded("exchange.file.unprotected") >= 1
        self.tidy()
        assert self.opened_by_office() == self.data


SCENARIOS: dict[str, type[FileScenario]] = {
    "begin": Begin,
    "upload": Upload,
    "cancel": Cancel,
    "examine": Examine,
    "examine-protected": ExamineProtected,
    "send-protected": SendProtected,
    "withdraw": Withdraw,
    "expire": Expire,
    "expire-protected": ExpireProtected,
    "accept": Accept,
    "unprotect": Unprotect,
}


def run(name: str, office: Office, stride: int) -> str:
    """Kill one scenario before and after each step; or at every `stride`-th, from another first step each day."""
    scenario = SCENARIOS[name](office)
    # The first act makes folders, which is more steps than there are ever after.
    killed, total = 0, [_act(scenario, None, after=False)[1] for _ in range(2)][1]
    day = date.today().toordinal()  # noqa: DTZ011
    for at in range(1 + day % stride, total + 1, stride):
        for after in (False, True) if stride == 1 else ((day // stride + at) % 2 == 0,):
            try:
                killed += bool(_act(scenario, at, after=after)[0])
            except AssertionError:
                sys.stderr.write(f"{name}: {'after' if after else 'before'} step {at} of {total}\n")
                raise
    journal.verify_record()
    return f"{killed} kills in {total} steps"


def _act(scenario: FileScenario, kill_at: int | None, *, after: bool) -> tuple[int, int]:
    """Act once and check. Gives the signal that ended it, and how many steps there were."""
    scenario.prepare()
    reader, writer = os.pipe()

    def work() -> None:
        with office_scope(scenario.office.id), ExitStack() as stack:
            steps = FileSteps(kill_at, after=after)
            steps.watch(stack)
            scenario.act()
        os.write(writer, str(steps.count).encode())

    signal = in_child(work)
    os.close(writer)
    with os.fdopen(reader) as told:
        count = int(told.read() or 0)
    check_in_child(scenario)
    return signal, count
