"""`azukari demo-data` as somebody runs it: in a process of its own, into an empty data folder."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from azukari.kernel.check_digits import is_valid_my_number

TWELVE_DIGITS = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


@dataclass
class Demo:
    """A data folder with the small demo, and what the command said."""

    data: Path
    said: str

    def azukari(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return azukari(self.data, *arguments)

    def count(self, table: str, where: str = "1") -> int:
        return self.rows(f"SELECT count(*) FROM {table} WHERE {where}")[0][0]

    def rows(self, statement: str) -> list[tuple]:
        with closing(sqlite3.connect(self.data / "azukari.sqlite3")) as database:
            return database.execute(statement).fetchall()

    def runs(self, script: str) -> bool:
        """Run a script inside Django on this data folder."""
        command = [sys.executable, "-c", f"import django; django.setup()\n{script}"]
        environment = {**outside(self.data), "DJANGO_SETTINGS_MODULE": "azukari.config.settings"}
        return subprocess.run(command, env=environment, check=False).returncode == 0


def outside(data: Path) -> dict[str, str]:
    """The environment without what the tests themselves set."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AZUKARI_", "DJANGO_"))}
    return {**kept, "AZUKARI_DATA": str(data)}


def azukari(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from azukari.ops.cli import main; raise SystemExit(main())", *arguments],
        env=outside(data),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    data = tmp_path_factory.mktemp("demo") / "data"
    assert azukari(data, "setup").returncode == 0
    made = azukari(data, "demo-data")
    assert made.returncode == 0, made.stderr
    return Demo(data, made.stdout)


def test_the_small_demo_has_what_every_screen_needs(demo: Demo) -> None:
    assert demo.count("tenancy_office") == 2
    assert demo.count("tenancy_clientcompany") == 12
    assert demo.count("roster_person") == 300
    empty = "id NOT IN (SELECT client_id FROM roster_person) AND code IN ('kawara', 'tatami', 'yayoi', 'umineko')"
    assert demo.count("tenancy_clientcompany", empty) == 4
    assert demo.count("vault_numberrecord", "state = 'ACTIVE'") > 200
    assert demo.count("vault_numberrecord", "state = 'REPLACED'") >= 3
    assert demo.count("roster_person", "number_state = 'MISSING'") > 10
    assert demo.count("vault_certificate") >= 5
    assert demo.count("vault_disposal", "state = 'REQUESTED' AND two_persons") == 1
    assert demo.count("vault_disposal", "state = 'REQUESTED' AND NOT two_persons") == 1
    ended = "client_id IN (SELECT id FROM tenancy_clientcompany WHERE contract_ended_on IS NOT NULL)"
    assert demo.count("vault_numberrecord", f"state = 'ACTIVE' AND {ended}") > 0
    assert demo.count("journal_entry", "event = 'vault.number.revealed'") > 100
    assert demo.count("journal_entry", "taken_out = 'MEDIUM'") > 0
    assert demo.count("journal_entry", "result = 'FAILURE'") >= 8


def test_the_record_is_in_order_of_time_and_untampered(demo: Demo) -> None:
    rows = demo.rows("SELECT office_id, at FROM journal_entry ORDER BY office_id, seq")
    assert rows == sorted(rows)
    checked = demo.azukari("check-record")
    assert checked.returncode == 0
    assert checked.stdout.count("改ざんなし") == 2


def test_the_logins_are_kept_for_the_owner_alone_and_one_of_them_works(demo: Demo) -> None:
    file = demo.data / "demo-logins.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    logins = json.loads(file.read_text("utf-8"))
    assert [login["login_id"] for login in logins] == [
        "aoki", "saeki", "ono", "miyake", "kanno", "kamoshita", "tanabe", "nonaka", "kanzaki", "unei"
    ]  # fmt: skip
    fields = {"door", "office_code", "login_id", "name", "role", "note", "password"}
    assert all(set(login) == fields for login in logins)
    assert all(login["name"] in demo.said and login["password"] in demo.said for login in logins)
    assert demo.runs(
        "from azukari.kernel.clock import utc_now\n"
        "from azukari.tenancy.actions.holders import NOWHERE\n"
        "from azukari.tenancy.actions.login import check_login\n"
        f"check_login('office', office_code='minato', login_id='ono', password={logins[2]['password']!r},"
        " device='', trace=NOWHERE, now=utc_now())\n"
    )


def test_no_number_is_printed_or_kept_in_the_clear(demo: Demo) -> None:
    assert not TWELVE_DIGITS.search(demo.said)
    assert not TWELVE_DIGITS.search((demo.data / "demo-logins.json").read_text("utf-8"))
    for name in ("azukari", "keys"):
        with closing(sqlite3.connect(demo.data / f"{name}.sqlite3")) as database:
            for line in database.iterdump():
                texts = re.findall(r"'([0-9]{12})'", line)
                assert not any(is_valid_my_number(text) for text in texts), line[:40]


def test_a_second_run_changes_nothing(demo: Demo) -> None:
    before = demo.count("journal_entry"), (demo.data / "demo-logins.json").read_bytes()
    assert demo.azukari("demo-data", "--if-empty").returncode == 0
    refused = demo.azukari("demo-data")
    assert refused.returncode == 1
    assert "すでに事務所が登録されています" in refused.stderr
    assert before == (demo.count("journal_entry"), (demo.data / "demo-logins.json").read_bytes())
