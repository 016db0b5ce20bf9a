"""Vault, record, backups, restore and the clock against a plain model (security.md 6.4).

Started by test_machine.py in a site as `python -m tests.whole.machine <examples> <steps> <folder>`. The model knows of
each number only its digits and whether it lives; a backup is a copy of the model; a restore is that copy, less what was
disposed of since. Time goes on honestly; what the machine's clock shows may be years off.
"""

from __future__ import annotations

import copy
import itertools
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import django

django.setup()

from django.db import connections, transaction  # noqa: E402
from hypothesis import HealthCheck, Phase, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from hypothesis.stateful import (  # noqa: E402
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from azukari.journal import queries as journal  # noqa: E402
from azukari.kernel.check_digits import synthetic_number  # noqa: E402
from azukari.kernel.ids import new_id  # noqa: E402
from azukari.ops import files, sweeper  # noqa: E402
from azukari.ops.backups import errors as backup_errors  # noqa: E402
from azukari.ops.backups import manifest, restore, take  # noqa: E402
from azukari.ops.backups.places import moment_of  # noqa: E402
from azukari.roster import actions as roster_actions  # noqa: E402
from azukari.roster.rules import NumberState  # noqa: E402
from azukari.store.scope import office_scope  # noqa: E402
from azukari.vault import errors  # noqa: E402
from azukari.vault import queries as vault  # noqa: E402
from azukari.vault.actions import disposal, keystore, numbers, parcels, requests  # noqa: E402
from azukari.vault.models import NumberRecord, SealedParcel  # noqa: E402
from azukari.vault.queries import approvals  # noqa: E402
from azukari.vault.rules.disposal import Reason, State  # noqa: E402
from azukari.vault.rules.numbers import ReplaceReason  # noqa: E402
from azukari.vault.rules.purposes import Purpose  # noqa: E402
from tests.cast import Office, make_cast  # noqa: E402
from tests.whole.backing import CARD  # noqa: E402
from tests.whole.killing import person  # noqa: E402

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
KEY_DAYS, MAIN_KEPT = 35, 4
seeds = itertools.count(1)


@dataclass
class Clock:
    """Honest time, and how far the machine's clock is off it."""

    time: datetime
    off: timedelta = timedelta()

    def now(self) -> datetime:
        self.time += MINUTE
        return self.time + self.off


@dataclass
class Model:
    """Digits of the living number by person; every living record by person; open requests; parcels."""

    active: dict[UUID, str] = field(default_factory=dict)
    living: dict[UUID, set[UUID]] = field(default_factory=dict)
    requests: dict[UUID, tuple[UUID, set[UUID]]] = field(default_factory=dict)
    parcels: set[UUID] = field(default_factory=set)


@dataclass
class World:
    """The site all examples share."""

    office: Office
    folder: Path
    clock: Clock


WORLD: list[World] = []


class Custody(RuleBasedStateMachine):
    """One example: three new people, a folder of backups of its own."""

    def __init__(self) -> None:
        super().__init__()
        (world,) = WORLD
        self.office, self.clock = world.office, world.clock
        self.clock.off = timedelta()
        self.folder = world.folder / f"backups{next(seeds)}"
        self.model = Model()
        self.snapshots: dict[str, Model] = {}
        self.branches: dict[str, int] = {}
        self.branch = 0
        self.gone: set[UUID] = set()
        with self.scope():
            self.actor, self.manager = self.office.actor("saeki"), self.office.actor("aoki")
            self.key = KEYS[0]
            self.client = self.office.clients["aoba"]
            self.people = [new_id() for _ in range(3)]
            with transaction.atomic():
                roster_actions.add_people(
                    client_id=self.client,
                    people=[(one, person(f"M{next(seeds)}")) for one in self.people],
                    state=NumberState.MISSING,
                    now=self.clock.now(),
                )

    def scope(self):
        return office_scope(self.office.id)

    # ------------------------------------------------------------------------------------------------------ numbers

    @rule(which=st.integers(0, 2))
    def register_or_replace(self, which: int) -> None:
        one, digits = self.people[which], synthetic_number(7_500_000 + next(seeds))
        facts = {
            "actor": self.actor,
            "vault_key": self.key,
            "person_id": one,
            "digits": digits,
            "purposes": [Purpose.TAX],
            "identity": CARD,
            "now": self.clock.now(),
        }
        with self.scope():
            if one in self.model.active:
                numbers.replace_number(**facts, reason=ReplaceReason.CHANGED)
            else:
                numbers.register_number(**facts)
            found = vault.find_number(one)
            assert found is not None
            self.model.active[one] = digits
            self.model.living.setdefault(one, set()).add(found.id)

    @rule(which=st.integers(0, 2))
    def reveal(self, which: int) -> None:
        with self.scope():
            self.check_reveal(self.people[which])

    def check_reveal(self, one: UUID) -> None:
        try:
            shown = numbers.reveal_number(
                actor=self.actor,
                vault_key=self.key,
                person_id=one,
                use_code="tax_withholding",
                now=self.clock.now(),
            ).number.digits()
        except errors.NumberNotFoundError:
            shown = None
        assert shown == self.model.active.get(one)

    # ----------------------------------------------------------------------------------------------------- disposal

    @rule(which=st.integers(0, 2))
    def request(self, which: int) -> None:
        one = self.people[which]
        records = self.model.living.get(one, set())
        if not records or any(one == person_id for person_id, _ in self.model.requests.values()):
            return
        with self.scope():
            (disposal_id,) = requests.request_disposal(
                actor=self.actor,
                client_id=self.client,
                record_ids=sorted(records),
                reason=Reason.REGISTERED_BY_MISTAKE,
                now=self.clock.now(),
            )
        self.model.requests[disposal_id] = (one, set(records))

    @precondition(lambda self: self.model.requests)
    @rule(carries_out=st.booleans())
    def decide(self, carries_out: bool) -> None:
        disposal_id, (_, records) = next(iter(self.model.requests.items()))
        with self.scope():
            if not carries_out:
                disposal.cancel_disposal(actor=self.actor, disposal_id=disposal_id, now=self.clock.now())
            else:
                seen = approvals.prepare(self.manager, disposal_id, now=self.clock.now())
                disposal.carry_out(
                    actor=self.manager,
                    disposal_id=disposal_id,
                    seen=seen.seen,
                    typed_count=seen.count,
                    now=self.clock.now(),
                )
                assert vault.get_disposal_for(self.manager, disposal_id).state is State.CERTIFIED
        del self.model.requests[disposal_id]
        if carries_out:
            self.gone |= records
            self.forget(self.model)

    def forget(self, model: Model) -> None:
        """Take out of a model what was ever disposed of."""
        for one in self.people:
            before = model.living.get(one, set())
            model.living[one] = before - self.gone
            with self.scope():
                found = vault.find_number(one)
            if found is None:
                model.active.pop(one, None)
        model.requests = {key: value for key, value in model.requests.items() if not value[1] & self.gone}
        model.parcels -= self.gone

    # ------------------------------------------------------------------------------------------------------ parcels

    @precondition(lambda self: not self.clock.off)
    @rule()
    def hand_in_sheet(self) -> None:
        with self.scope():
            parcel_id = parcels.put_parcel(
                vault_key=self.key, client_id=self.client, data=b"sheet", now=self.clock.now()
            )
        self.model.parcels.add(parcel_id)

    @precondition(lambda self: self.model.parcels)
    @rule()
    def decide_sheet(self) -> None:
        parcel_id = min(self.model.parcels)
        with self.scope(), transaction.atomic():
            parcels.drop_parcel(parcel_id, now=self.clock.now())
        self.gone.add(parcel_id)
        self.model.parcels.discard(parcel_id)

    # ----------------------------------------------------------------------------------- time, backups and restores

    @rule(off=st.sampled_from([0, 1, -1, 24 * 3650, -24 * 3650]))
    def set_clock(self, off: int) -> None:
        self.clock.off = timedelta(hours=off)

    @precondition(lambda self: not self.clock.off)
    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.clock.time += timedelta(hours=hours)

    @rule()
    def sweep(self) -> None:
        sweeper.sweep(now=self.clock.now())

    @rule()
    def back_up(self) -> None:
        rules = take.Rules(key_days=KEY_DAYS, main_kept=MAIN_KEPT)
        taken = take.take(self.folder, rules, now=self.clock.now())
        self.snapshots[taken.stamp] = copy.deepcopy(self.model)
        self.branches[taken.stamp] = self.branch
        for stamp in taken.removed_main:
            del self.snapshots[stamp]

    @precondition(lambda self: self.snapshots)
    @rule(which=st.integers(0, MAIN_KEPT - 1))
    def bring_back(self, which: int) -> None:
        stamp = sorted(self.snapshots)[which % len(self.snapshots)]
        now = self.clock.now()
        main = manifest.read(self.folder / "main" / stamp).number
        later = [name for number, name in manifest.list_backups(self.folder / "keys") if number >= main]
        in_time = [name for name in later if now - moment_of(name) <= timedelta(days=KEY_DAYS)]
        if in_time and self.branches[in_time[0]] != self.branches[stamp]:
            return  # its own keys are gone, and those that follow come from another day: numbers may be without a key
        if not in_time:
            try:
                self.restore(stamp, now)
            except backup_errors.KeyBackupTooOldError:
                return
            raise AssertionError("a backup of keys that is too old was taken")
        empty_databases()
        self.restore(stamp, now)
        self.branch = next(seeds)
        self.model = copy.deepcopy(self.snapshots[stamp])
        self.forget(self.model)

    def restore(self, stamp: str, now: datetime) -> None:
        restore.restore(self.folder, at=stamp, lists=[], key_days=KEY_DAYS, now=now)

    # --------------------------------------------------------------------------------------------- what always holds

    @invariant()
    def nothing_disposed_opens(self) -> None:
        with self.scope():
            assert not keystore.find_keys(sorted(self.gone))
            assert not NumberRecord.objects.filter(id__in=self.gone, sealed__isnull=False).exists()
            assert not SealedParcel.objects.filter(id__in=self.gone).exists()

    @invariant()
    def nothing_that_lives_is_lost(self) -> None:
        living = set().union(*self.model.living.values()) | self.model.parcels
        with self.scope():
            assert set(keystore.find_keys(sorted(living))) == living
            kept = set(NumberRecord.objects.filter(id__in=living, sealed__isnull=False).values_list("id", flat=True))
            kept |= set(SealedParcel.objects.filter(id__in=living).values_list("id", flat=True))
            assert kept == living

    def teardown(self) -> None:
        """A clock that is right for three days: what is over goes, every number that lives opens, all fits."""
        self.clock.off = timedelta()
        for _ in range(3):
            self.clock.time += DAY + MINUTE
            sweeper.sweep(now=self.clock.now())
        with self.scope():
            for one in self.people:
                self.check_reveal(one)
            journal.verify_record()
        assert files.check_all() == 0
        self.nothing_disposed_opens()
        overdue = sorted(self.model.parcels)
        self.clock.time += 100 * DAY
        for _ in range(3):
            self.clock.time += DAY + MINUTE
            sweeper.sweep(now=self.clock.now())
        with self.scope():
            assert not keystore.find_keys(overdue)


def empty_databases() -> None:
    """Lose both databases."""
    for alias in ("default", "keys"):
        connection = connections[alias]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                for table in connection.introspection.table_names(cursor):
                    cursor.execute(f'DROP TABLE "{table}" CASCADE')
            continue
        connection.close()
        for tail in ("", "-wal", "-shm"):
            Path(f"{connection.settings_dict['NAME']}{tail}").unlink(missing_ok=True)


KEYS = []


def main(examples: int, steps: int, folder: Path) -> None:
    office = make_cast().minato
    with office_scope(office.id):
        KEYS.append(office.vault_key("saeki"))
    WORLD.append(World(office, folder, Clock(datetime(2026, 12, 1, tzinfo=UTC))))
    run_state_machine_as_test(
        Custody,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=False,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    sys.stdout.write("held\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
