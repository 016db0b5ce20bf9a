"""`azukari demo-data`: invented offices with staff, clients, people and numbers, made by the real actions.

Nothing is ever deleted: where an office exists, this stops. The logins are printed and kept beside the data for
the login page of trial mode.
"""

from __future__ import annotations

import json
import os
import sys
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from django.conf import settings

from azukari.kernel.clock import jst_day, utc_now
from azukari.kernel.errors import ConflictError
from azukari.ops.demo import bulk, exchange, history
from azukari.ops.demo.diary import at
from azukari.ops.demo.staff import (
    KAMOME,
    MINATO,
    PASSWORD,
    RECORD_PASSWORD,
    DemoLogin,
    list_logins,
    open_desk,
    open_operator,
    open_portal,
)
from azukari.tenancy import queries as tenancy

_DOORS = {"office": "/", "portal": "/p/", "operator": "/operator/"}
LOGINS_FILE = "demo-logins.json"
# size → (client companies, people) of the large office
SIZES = {"medium": (1_000, 30_000), "large": (10_000, 300_000)}


class DataExistsError(ConflictError):
    code = "ops.data_exists"
    happened = "試用のデータを作りませんでした。"
    cause = "このデータフォルダーには、すでに事務所が登録されています。"
    remedy = "空のフォルダーを AZUKARI_DATA に指定してから、もう一度実行してください。"


def build(size: str, *, if_empty: bool) -> int:
    """Make the demo data of a size. With `if_empty`, change nothing where an office exists. Gives the exit code.

    Raises: DataExistsError where an office exists and `if_empty` was not asked for.
    """
    if tenancy.list_offices():
        if not if_empty:
            raise DataExistsError
        _print_kept(settings.DATA / LOGINS_FILE)
        return 0
    started = time.monotonic()
    now = utc_now()
    opened = at(history.opening_day(jst_day(now)), 9)
    sys.stdout.write("試用のための架空のデータを作っています。\n")
    sys.stdout.flush()
    minato, kamome = open_desk(MINATO, now=opened), open_desk(KAMOME, now=opened)
    logins = list_logins(MINATO, KAMOME)
    # Before the people: a build that is interrupted leaves offices one can log in to.
    _keep(settings.DATA / LOGINS_FILE, logins)
    open_operator(now=opened)
    people = history.live_kamome(kamome, now=now)
    if size in SIZES:
        clients, wanted = SIZES[size]
        people += bulk.fill(minato, clients=clients, people=wanted, now=now)
    else:
        people += history.live_minato(minato, now=now)
    open_portal(minato, now=now)
    exchange.exchange_files(minato)
    sys.stdout.write(f"{people:,}人分のデータを作りました（{time.monotonic() - started:.0f}秒）。\n\n")
    _print(logins)
    return 0


def _keep(path: Path, logins: Sequence[DemoLogin]) -> None:
    """Write the logins for the login page of trial mode, readable by the owner alone."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump([asdict(login) for login in logins], file, ensure_ascii=False, indent=1)
        file.write("\n")


def _print_kept(path: Path) -> None:
    """Print the logins of an earlier run again; where the offices are no demo, there are none."""
    try:
        kept = json.loads(path.read_text("utf-8"))
    except OSError:
        return
    _print([DemoLogin(**login) for login in kept])


def _print(logins: Sequence[DemoLogin]) -> None:
    rows = [("入口", "事務所コード", "ログインID", "氏名", "役割", "試せること")]
    rows += [
        (_DOORS[login.door], login.office_code, login.login_id, login.name, login.role, login.note) for login in logins
    ]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row[:-1], widths, strict=True)]
        sys.stdout.write("  ".join([*cells, row[-1]]) + "\n")
    sys.stdout.write(f"\nパスワードは全員 {PASSWORD} です。確認コードは、ログインの画面に表示されます。\n")
    sys.stdout.write(f"事務処理の記録の画面は、専用のパスワード {RECORD_PASSWORD} で開きます。\n")
    sys.stdout.write(
        "make run で起動し、http://localhost:8000 を開いてください（PORT= を指定したときは、その番号）。\n"
    )


def _width(text: str) -> int:
    """Count the columns of a text on a terminal: full-width signs take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
