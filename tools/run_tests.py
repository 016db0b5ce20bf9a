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
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from azukari.kernel.check_digits import synthetic_number
from tools import canary, postgres


def main() -> int:
    """Run the passes; the exit code is the worst of them."""
    nightly = "--nightly" in sys.argv
    chosen = "" if nightly else " and not nightly"
    left_out: list[str] = []
    codes = [_pytest(["-m", f"not browser{chosen}"], {})]
    if shutil.which("chromium") is None:
        left_out.append("ブラウザーの試験：chromium がありません。")
    else:
        # By themselves: the browser's driver keeps an event loop running in the test process.
        codes.append(_pytest(["-m", f"browser{chosen}", "tests/browser"], {}))
    if postgres.find_programs() is None:
        left_out.append("PostgreSQLの試験：サーバーのプログラム（initdb, pg_ctl）がありません。")
    else:
        with postgres.running() as (address, folder):
            codes.append(
                _pytest(
                    ["-m", f"not browser and not no_database{chosen}", "tests/store", "tests/journal", "tests/tenancy", "tests/vault",
                     "tests/intake", "tests/entrance", "tests/office", "tests/portal", "tests/operator", "tests/whole"],
                    {"AZUKARI_DATABASE": f"{address}/azukari", "AZUKARI_KEYS_DATABASE": f"{address}/azukari_keys"},
                )
            )  # fmt: skip
            codes.append(_look_for_numbers(folder))
    for line in left_out:
        sys.stdout.write(f"省いた試験：{line}\n")
    return max(codes)


def _look_for_numbers(folder: Path) -> int:
    """The server's files, its write-ahead log included, hold no number any test used."""
    numbers = canary.sheet_numbers(Path("tests/fixtures/sheets"))
    numbers |= {synthetic_number(base + place) for base in (7_000_000, 8_000_000) for place in range(300)}
    finds = canary.scan([folder / "data"], numbers)
    for find in finds:
        sys.stdout.write(f"個人番号が残っています：{find}\n")
    return 1 if finds else 0


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    data = tempfile.mkdtemp(prefix="azukari-test-")
    try:
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *arguments],
            env={**os.environ, **environment, "AZUKARI_DATA": data, "AZUKARI_TEST_DATA": data},
            check=False,
        )
        return result.returncode
    finally:
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
