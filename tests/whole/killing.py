"""Runs one scenario again and again in a site, and kills the process at every step of the database once.

A step is a statement or a commit on either database; the kill (SIGKILL to the process itself) comes just before
and just after it. After each kill the invariants are checked as a second process sees them. Started by
test_kill.py as `python -m tests.whole.killing <scenario>`; prints how many steps were killed.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import django

django.setup()

from django.db import connections, transaction  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402

from azukari.intake import queries as intake  # noqa: E402
from azukari.intake.actions import registration, sheets  # noqa: E402
from azukari.journal import queries as journal  # noqa: E402
from azukari.journal.rules import TakenOut  # noqa: E402
from azukari.kernel.check_digits import synthetic_number  # noqa: E402
from azukari.kernel.clock import utc_now  # noqa: E402
from azukari.kernel.ids import new_id  # noqa: E402
from azukari.ops import sweeper  # noqa: E402
from azukari.ops.verify import verify  # noqa: E402
from azukari.roster import actions as roster_actions  # noqa: E402
from azukari.roster import queries as roster  # noqa: E402
from azukari.roster.rules import NumberState, PersonFacts, Sex  # noqa: E402
from azukari.store.scope import office_scope  # noqa: E402
from azukari.tenancy.actions import activation, clients, members, staff, unlocks  # noqa: E402
from azukari.tenancy.actions.holders import NOWHERE  # noqa: E402
from azukari.tenancy.models import Account, BrowserSession, Grant, StaffMember  # noqa: E402
from azukari.tenancy.rules.client_sheet import ClientFacts  # noqa: E402
from azukari.vault import errors as vault_errors  # noqa: E402
from azukari.vault import queries as vault  # noqa: E402
from azukari.vault.actions import disposal, keystore, numbers  # noqa: E402
from azukari.vault.models import NumberRecord, RecordKey  # noqa: E402
from azukari.vault.rules.disposal import Reason, State  # noqa: E402
from azukari.vault.rules.numbers import Identity, Verification  # noqa: E402
from azukari.vault.rules.purposes import Purpose  # noqa: E402
from tests.cast import PASSWORD, Cast, Office, activate, make_cast  # noqa: E402

SHEET = Path(__file__).parents[1] / "fixtures" / "sheets" / "kawara_登録シート.xlsx"
CARD = Identity(way=Verification.CARD)


class Steps:
    """Counts steps of the database; kills this process at one of them."""

    def __init__(self, kill_at: int | None, *, after: bool) -> None:
        self.count, self.kill_at, self.after = 0, kill_at, after

    def step(self, act: Callable[[], object]) -> object:
        self.count += 1
        if self.count == self.kill_at and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = act()
        if self.count == self.kill_at and self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    def watch(self, stack: ExitStack) -> None:
        for connection in connections.all():
            stack.enter_context(
                connection.execute_wrapper(
                    lambda execute, sql, params, many, context: self.step(lambda: execute(sql, params, many, context))
                )
            )
            stack.enter_context(self._commits(connection))

    def _commits(self, connection: BaseDatabaseWrapper):
        from contextlib import contextmanager

        @contextmanager
        def patched():
            plain = connection._commit
            connection._commit = lambda: self.step(plain)
            try:
                yield
            finally:
                connection._commit = plain

        return patched()


def in_child(work: Callable[[], None]) -> int:
    """Run work in a forked child with connections of its own. Gives the signal that ended it, 0 for a normal end."""
    connections.close_all()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status)
    assert os.WEXITSTATUS(status) == 0, "the scenario itself failed"
    return 0


def check_in_child(scenario: Scenario) -> None:
    """Check as a second process would. Typesetting starts threads, and a process with threads must not be forked."""

    def work() -> None:
        with office_scope(scenario.office.id):
            scenario.check()

    assert in_child(work) == 0


class Scenario:
    """One act on one fresh person, and what must hold after it was cut off anywhere."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.actor = office.actor("saeki")
        self.manager = office.actor("aoki")
        self.key = office.vault_key("saeki")
        self.client_id = office.clients["aoba"]
        self.turn = 0

    def prepare(self) -> None:
        self.turn += 1
        self.person_id = new_id()
        self.digits = synthetic_number(8_000_000 + self.turn)
        with transaction.atomic():
            roster_actions.add_people(
                client_id=self.client_id,
                people=[(self.person_id, person(f"K{self.turn}"))],
                state=NumberState.MISSING,
                now=utc_now(),
            )

    def act(self) -> None:
        raise NotImplementedError

    def check(self) -> None:
        raise NotImplementedError

    def register(self) -> None:
        numbers.register_number(
            actor=self.actor,
            vault_key=self.key,
            person_id=self.person_id,
            digits=self.digits,
            purposes=[Purpose.TAX],
            identity=CARD,
            now=utc_now(),
        )

    def reveal(self) -> str:
        return numbers.reveal_number(
            actor=self.actor,
            vault_key=self.key,
            person_id=self.person_id,
            use_code="tax_withholding",
            taken_out=TakenOut.SCREEN,
            note="",
            now=utc_now(),
        ).number.digits()

    def labels(self) -> list[str]:
        rows = journal.list_entries(self.manager, journal.Filter(person_ids=[self.person_id]), size=200).rows
        return [row.label for row in rows]

    def tidy(self) -> None:
        """What the sweeper does two hours later leaves no key without a record."""
        connections.close_all()
        sweeper.sweep_office(now=utc_now() + timedelta(hours=2))


class Register(Scenario):
    def act(self) -> None:
        self.register()

    def check(self) -> None:
        recorded = self.labels().count("マイナンバー登録")
        found = vault.find_number(self.person_id)
        assert (found is not None) == (recorded == 1)
        state = roster.get_person_for(self.actor, self.person_id).number_state
        assert state is (NumberState.REGISTERED if found else NumberState.MISSING)
        if found:
            assert self.reveal() == self.digits
        self.tidy()
        live = set(NumberRecord.objects.exclude(state="DISPOSED").values_list("id", flat=True))
        assert set(RecordKey.objects.values_list("id", flat=True)) == live


class Reveal(Scenario):
    ends: tuple[int, ...] = ()

    def prepare(self) -> None:
        super().prepare()
        self.register()
        for end in self.ends:
            os.close(end)
        self.ends = self.reader, self.writer = os.pipe()

    def act(self) -> None:
        os.write(self.writer, self.reveal().encode())

    def check(self) -> None:
        os.set_blocking(self.reader, False)
        try:
            shown = os.read(self.reader, 100)
        except BlockingIOError:
            shown = b""
        recorded = self.labels().count("マイナンバー閲覧")
        assert recorded == 1 or not shown, "shown without a record"
        assert not shown or shown.decode() == self.digits


class Dispose(Scenario):
    def prepare(self) -> None:
        super().prepare()
        self.register()
        self.record_id = vault.find_number(self.person_id).id
        (self.disposal_id,) = disposal.request_disposal(
            actor=self.actor,
            client_id=self.client_id,
            record_ids=[self.record_id],
            reason=Reason.REGISTERED_BY_MISTAKE,
            now=utc_now(),
        )

    def act(self) -> None:
        disposal.carry_out(actor=self.manager, disposal_id=self.disposal_id, now=utc_now())

    def check(self) -> None:
        recorded = self.labels().count("マイナンバー廃棄")
        state = vault.get_disposal_for(self.manager, self.disposal_id).state
        assert (state is not State.REQUESTED) == (recorded == 1)
        if recorded:
            try:
                self.reveal()
            except vault_errors.NumberNotFoundError:
                pass
            else:
                raise AssertionError("a disposed number opened")
            self.tidy()
            assert keystore.find_key(self.record_id) is None
            assert vault.get_disposal_for(self.manager, self.disposal_id).state is State.CERTIFIED
            verify(vault.certificate_pdf(self.manager, vault.standing_certificate(self.manager, self.disposal_id))[1])
        else:
            assert self.reveal() == self.digits


class Import(Scenario):
    def prepare(self) -> None:
        self.turn += 1
        data = SHEET.read_bytes()
        with transaction.atomic():
            self.client_id = clients.add_client(
                ClientFacts(code="kawara", name="瓦沢", kana="カワラザワ", contract_from=date(2020, 1, 1)),
                actor=self.manager,
                now=utc_now(),
            )
            from azukari.tenancy.models import ClientCompany

            ClientCompany.objects.filter(id=self.client_id).update(code=f"kawara{self.turn}")
        self.import_id = sheets.receive_sheet(
            actor=self.actor,
            client_id=self.client_id,
            data=data,
            file_name=SHEET.name,
            purposes=[Purpose.TAX],
            now=utc_now(),
        )
        ClientCompany.objects.filter(id=self.client_id).update(code="kawara")
        sheets.read_sheet(
            actor=self.actor,
            import_id=self.import_id,
            vault_key=self.key,
            data=data,
            file_name=SHEET.name,
            now=utc_now(),
        )
        ClientCompany.objects.filter(id=self.client_id).update(code=f"kawara{self.turn}")
        registration.start_registration(actor=self.actor, import_id=self.import_id, now=utc_now())

    def act(self) -> None:
        registration.register_sheet(actor=self.actor, import_id=self.import_id, vault_key=self.key, now=utc_now())

    def check(self) -> None:
        people = roster.list_people(self.actor, self.client_id, size=100).total
        held = NumberRecord.objects.filter(client_id=self.client_id).count()
        rows = journal.list_entries(self.manager, journal.Filter(client_id=self.client_id), size=200).rows
        recorded = sum(row.label == "マイナンバー登録" for row in rows)
        assert (people, held, recorded) in {(0, 0, 0), (22, 22, 22)}, "half registered"
        done = intake.get_import_for(self.actor, self.import_id).state == "DONE"
        assert done == (people == 22)
        self.tidy()


class Activate(Scenario):
    """A reset, a new code, and its redemption: an account is either waiting or whole."""

    def prepare(self) -> None:
        self.turn += 1
        self.staff_id = self.office.staff["saeki"]
        self.issued = staff.issue_code(self.staff_id, actor=self.manager, channel=activation.LETTER, now=utc_now())
        self.found = self._find()
        self.since = journal.tree_size()

    def _find(self) -> activation.Found:
        return activation.find(
            "office",
            office_code="minato",
            login_id="saeki",
            typed=self.issued.code.text(),
            trace=NOWHERE,
            now=utc_now(),
        )

    def act(self) -> None:
        activation.redeem(self.found, PASSWORD, trace=NOWHERE, now=utc_now())

    def check(self) -> None:
        account = Account.objects.get(username="minato/saeki")
        member = StaffMember.objects.get(id=self.staff_id)
        recorded = journal.tree_size() - self.since
        whole = account.check_password(PASSWORD) and member.public_key is not None
        waiting = account.password_set_at is None and member.public_key is None
        assert (whole, waiting, recorded) in {(True, False, 1), (False, True, 0)}
        if waiting:
            assert self._find() == self.found, "the code was lost"
        journal.verify_record()


class Stop(Scenario):
    """Stopping a member: sessions, grant, code and the entries of it go together."""

    def prepare(self) -> None:
        self.turn += 1
        self.staff_id = self.office.staff["ono"]
        staff.reopen_member(self.staff_id, actor=self.manager, now=utc_now())
        issued = staff.issue_code(self.staff_id, actor=self.manager, channel=activation.LETTER, now=utc_now())
        activate("office", "minato", "ono", issued, now=utc_now())
        secret = unlocks.open_office_secret(self.office.staff["aoki"], PASSWORD)
        members.give_grant(actor=self.manager, staff_id=self.staff_id, office_secret=secret, now=utc_now())
        account = Account.objects.get(username="minato/ono")
        BrowserSession.objects.create(
            session_key=f"k{self.turn}",
            session_data="",
            expire_date=utc_now() + timedelta(hours=1),
            account_id=account.pk,
        )
        self.since = journal.tree_size()

    def act(self) -> None:
        staff.stop_member(self.staff_id, actor=self.manager, now=utc_now())

    def check(self) -> None:
        account = Account.objects.get(username="minato/ono")
        granted = Grant.objects.filter(staff_id=self.staff_id).exists()
        sessions = BrowserSession.objects.filter(account_id=account.pk).exists()
        recorded = journal.tree_size() - self.since
        assert (account.is_active, granted, sessions, recorded) in {(True, True, True, 0), (False, False, False, 2)}
        BrowserSession.objects.filter(account_id=account.pk).delete()


def person(code: str) -> PersonFacts:
    return PersonFacts(
        employee_code=code,
        name="試験 太郎",
        kana="シケン タロウ",
        birth_date=date(1980, 1, 1),
        sex=Sex.UNKNOWN,
        relationship="本人",
        is_employee=True,
    )


SCENARIOS = {
    "register": Register,
    "reveal": Reveal,
    "dispose": Dispose,
    "import": Import,
    "activate": Activate,
    "stop": Stop,
}


def main(name: str, stride: int) -> None:
    cast: Cast = make_cast()
    killed = 0
    with office_scope(cast.minato.id):
        scenario = SCENARIOS[name](cast.minato)
        total = _count(scenario)
        for at in range(1 + date.today().toordinal() % stride, total + 1, stride):  # noqa: DTZ011
            for after in (False, True):
                scenario.prepare()

                def work(at: int = at, after: bool = after) -> None:
                    with office_scope(cast.minato.id), ExitStack() as stack:
                        Steps(at, after=after).watch(stack)
                        scenario.act()

                if in_child(work):
                    killed += 1
                check_in_child(scenario)
        journal.verify_record()
    sys.stdout.write(f"{killed} kills in {total} steps\n")


def _count(scenario: Scenario) -> int:
    """Run once without a kill and count the steps, through a pipe from the child."""
    scenario.prepare()
    reader, writer = os.pipe()

    def work() -> None:
        with office_scope(scenario.office.id), ExitStack() as stack:
            steps = Steps(None, after=False)
            steps.watch(stack)
            scenario.act()
        os.write(writer, str(steps.count).encode())

    assert in_child(work) == 0
    check_in_child(scenario)
    return int(os.read(reader, 20))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
