"""Kills the backup and the restore at each of their steps, or lets the disk be full there.

Started by test_backups.py as `python -m tests.whole.killing_backups <what> <stride> <folder>`, what: backup, full or
restore. A step is a call that reaches the disk, a statement's commit, or one stage of a restore.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import django

django.setup()

from azukari.kernel.clock import utc_now  # noqa: E402
from azukari.kernel.errors import AzukariError  # noqa: E402
from azukari.ops.backups import dumps, errors, manifest, places, restore, take  # noqa: E402
from azukari.store import disposals  # noqa: E402
from azukari.store.scope import office_scope  # noqa: E402
from azukari.tenancy import queries as tenancy  # noqa: E402
from tests.cast import Office, make_cast  # noqa: E402
from tests.exchange.hands import hand_in  # noqa: E402
from tests.whole.backing import dispose, register, reveal, world  # noqa: E402
from tests.whole.killing import Steps, in_child  # noqa: E402
from tests.whole.machine import empty_databases  # noqa: E402

RULES = take.Rules(key_days=35, main_kept=3)
_CALLS = [
    (os, "fsync"),
    (shutil, "copyfile"),
    (shutil, "rmtree"),
    (Path, "rename"),
    (Path, "mkdir"),
    (Path, "write_text"),
    (dumps, "dump"),
    (manifest, "check"),
]
_STAGES = [
    (os, "replace"),
    (places, "sync"),
    (dumps, "load"),
    (disposals, "write"),
    *((restore.backups, name) for name in ("continue_record", "record_restored")),
    (restore.vault_replay, "dispose_again"),
    *((restore, name) for name in ("_migrate", "_check_root_key", "_prove", "_copy_files")),
]


class Calls(Steps):
    """Counts calls; kills this process at one of them, or says there that the disk is full."""

    full = False

    def step(self, act: Callable[[], object]) -> object:
        if self.full and self.count + 1 == self.kill_at:
            self.count += 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().step(act)

    def watch_calls(self, stack: ExitStack, calls: list[tuple[object, str]]) -> None:
        for owner, name in calls:
            stack.enter_context(self._watched(owner, name))

    @contextmanager
    def _watched(self, owner: object, name: str) -> Iterator[None]:
        plain = getattr(owner, name)

        def call(*arguments, **named):
            return self.step(lambda: plain(*arguments, **named))

        with patch.object(owner, name, call):
            yield


class Clock:
    """A minute between two acts, so that names differ."""

    def __init__(self) -> None:
        self.now = utc_now()

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def whole(folder: Path) -> set[str]:
    """Check every backup that has a name. Gives those of the main database that can be restored."""
    keys = [
        number for number, stamp in manifest.list_backups(folder / "keys") if manifest.check(folder / "keys" / stamp)
    ]
    good = set()
    for number, stamp in manifest.list_backups(folder / "main"):
        manifest.check(folder / "main" / stamp)
        assert max(keys) >= number, "a backup of the main database without its keys"
        good.add(stamp)
    return good


def backups(folder: Path, stride: int, *, full: bool) -> str:
    """Whatever happens at whatever step: every backup with a name is whole, and the last good one is still there."""
    clock = Clock()
    take.take(folder, RULES, now=clock())
    stopped = total = 0
    at = 1 + date.today().toordinal() % stride  # noqa: DTZ011
    while total == 0 or at <= total:
        for after in (False,) if full else (False, True):
            before, now = whole(folder), clock()
            steps = Calls(at if total else None, after=after)
            steps.full = full

            reader, writer = os.pipe()

            def work(steps: Calls = steps, now: datetime = now, writer: int = writer) -> None:
                with ExitStack() as stack:
                    steps.watch_calls(stack, _CALLS)
                    if not steps.full:
                        steps.watch(stack)
                    try:
                        take.take(folder, RULES, now=now)
                    except AzukariError:
                        assert steps.full, "refused without a reason"
                    except OSError:
                        assert steps.full
                if steps.kill_at is None:
                    os.write(writer, b"%d" % steps.count)

            stopped += bool(in_child(work)) or full
            os.close(writer)
            if not total:
                total = int(os.read(reader, 20))
                os.close(reader)
                break
            os.close(reader)
            newest = max(before)
            assert newest in whole(folder), "the last good backup is gone"
        else:
            at += stride
    take.take(folder, RULES, now=clock())
    assert len(whole(folder)) == RULES.main_kept and not list(folder.glob("*/.making-*"))
    assert not tenancy.is_backup_running(now=utc_now() + timedelta(days=1))
    return f"{stopped} stops in {total} steps"


def restores(folder: Path, stride: int, office: Office, people: dict[str, str]) -> str:
    """A restore that was killed opens nothing, and the next one brings everything back."""
    take.take(folder, RULES, now=utc_now())
    gone = next(iter(people))
    with office_scope(office.id):
        dispose(office, [gone])
    stopped = total = 0
    at = 1 + date.today().toordinal() % stride  # noqa: DTZ011
    while total == 0 or at <= total:
        steps = Calls(at if total else None, after=at % 2 == 0)

        reader, writer = os.pipe()

        def work(steps: Calls = steps, writer: int = writer) -> None:
            empty_databases()
            with ExitStack() as stack:
                steps.watch_calls(stack, _STAGES)
                restore.restore(folder, at="", lists=[], key_days=35, now=utc_now())
            if steps.kill_at is None:
                os.write(writer, b"%d" % steps.count)

        killed = in_child(work)
        stopped += bool(killed)
        os.close(writer)
        if not total:
            total = int(os.read(reader, 20))
        else:
            at += stride
        os.close(reader)

        def look(killed: int = killed) -> None:
            if killed:
                bring_back_if_closed(folder)
            found = world()
            with office_scope(found.id):
                for person_id, digits in people.items():
                    if person_id != gone:
                        assert reveal(found, person_id) == digits
                assert disposed(found, gone), "a disposed number opened"

        assert in_child(look) == 0
    return f"{stopped} stops in {total} steps"


def bring_back_if_closed(folder: Path) -> None:
    """Begin anew, unless the restore had come to its end before it was killed."""
    try:
        restore.check_finished()
        if tenancy.list_offices():
            return
    except errors.RestoreUnfinishedError:
        pass
    except Exception as error:  # nothing there yet: no table
        assert "tenancy_office" in str(error)  # noqa: PT017
    restore.restore(folder, at="", lists=[], key_days=35, now=utc_now())


def disposed(office: Office, person_id: str) -> bool:
    from azukari.vault.errors import NumberNotFoundError

    try:
        reveal(office, person_id)
    except NumberNotFoundError:
        return True
    return False


def main(what: str, stride: int, folder: Path) -> None:
    office = make_cast().minato
    with office_scope(office.id):
        from azukari.kernel.check_digits import synthetic_number

        people = {register(office, seed): synthetic_number(8_000_000 + seed) for seed in range(2)}
        hand_in(office, now=utc_now())
    if what == "restore":
        said = restores(folder, stride, office, people)
    else:
        said = backups(folder, stride, full=what == "full")
    sys.stdout.write(said + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
