"""Runs all tests on both databases and says at the end what had to be left out, one line each.

PostgreSQL is started in a temporary folder from the machine's server programs; the browser tests want a
Chromium. `make test` calls this.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from azukari.kernel.check_digits import synthetic_number
from tools import canary, postgres

# Programs some tests need, and which.
_PROGRAMS = {
    "clamd": "ウイルス検査の試験",
    "strace": "ディスクの故障の試験",
    "weed": "S3の置き場所の試験",
    "mkfs.ext4": "停電の試験",
    "openssl": "時刻認証局の試験",
}
# On PostgreSQL one in so many tests of pages, others each day (tests/conftest.py); all of them at night.
_SAMPLE = 4


def _is_there(name: str) -> bool:
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin", "/sbin"])
    return shutil.which(name, path=places) is not None


def main() -> int:
    """Run the passes; the exit code is the worst of them."""
    nightly = "--nightly" in sys.argv
    chosen = "" if nightly else " and not nightly"
    left_out: list[str] = []
    # Side by side, one core each: the rooms on SQLite; whole sites on SQLite, then PostgreSQL. The browser by itself,
    # since it waits with a clock.
    with ThreadPoolExecutor(2) as pool:
        rooms = pool.submit(_pytest, ["-m", f"not browser{chosen}", "--ignore=tests/whole"], {}, name="SQLite")
        others = pool.submit(_on_postgres, chosen, left_out, sample=1 if nightly else _SAMPLE)
        codes = [rooms.result(), others.result()]
    if shutil.which("chromium") is None:
        left_out.append("ブラウザーの試験：chromium がありません。")
    else:
        codes.append(_pytest(["-m", f"browser{chosen}", "tests/browser"], {}))
    left_out += [f"{what}：{name} がありません。" for name, what in _PROGRAMS.items() if not _is_there(name)]
    for line in left_out:
        sys.stdout.write(f"省いた試験：{line}\n")
    return max(codes)


def _on_postgres(chosen: str, left_out: list[str], *, sample: int) -> int:
    """Run what touches a database on PostgreSQL, then look for numbers in the server's files; then sites on SQLite."""
    on_sqlite = _pytest(["-m", f"not browser{chosen}", "tests/whole"], {}, name="SQLite, tests/whole")
    if postgres.find_programs() is None:
        left_out.append("PostgreSQLの試験：サーバーのプログラム（initdb, pg_ctl）がありません。")
        return on_sqlite
    with postgres.running() as (address, folder):
        code = _pytest(
            ["-m", f"not browser and not no_database{chosen}", "tests/store", "tests/journal", "tests/tenancy",
             "tests/vault", "tests/exchange", "tests/intake", "tests/oversight", "tests/ops_db", "tests/entrance",
             "tests/office", "tests/portal", "tests/personal", "tests/operator", "tests/whole"],
            {"AZUKARI_DATABASE": f"{address}/azukari", "AZUKARI_KEYS_DATABASE": f"{address}/azukari_keys",
             "AZUKARI_TEST_SAMPLE": str(sample)},
            name="PostgreSQL",
        )  # fmt: skip
        return max(on_sqlite, code, _look_for_numbers(folder))


def _look_for_numbers(folder: Path) -> int:
    """The server's files, its write-ahead log included, hold no number any test used."""
    numbers = canary.sheet_numbers(Path("tests/fixtures/sheets"))
    numbers |= {synthetic_number(base + place) for base in (7_000_000, 8_000_000) for place in range(300)}
    finds = canary.scan([folder / "data"], numbers)
    for find in finds:
        sys.stdout.write(f"個人番号が残っています：{find}\n")
    return 1 if finds else 0


def _pytest(arguments: list[str], environment: dict[str, str], *, name: str = "") -> int:
    """Run one pass in a data folder of its own. A named one runs beside another and is told when it is over."""
    data = tempfile.mkdtemp(prefix="azukari-test-")
    try:
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *arguments],
            env={**os.environ, **environment, "AZUKARI_DATA": data, "AZUKARI_TEST_DATA": data},
            stdout=subprocess.PIPE if name else None,
            text=True,
            check=False,
        )
        if name:
            sys.stdout.write(f"\n{name}\n{result.stdout}")
        return result.returncode
    finally:
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
