"""`azukari fsck`: every file of every office against what is stored."""

from __future__ import annotations

import sys

from azukari.exchange.actions import retention
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy


def check_all() -> int:
    """Check all offices and say what does not fit and what to do. Exit codes: 0 all fits, 1 something does not."""
    found = 0
    for office_id, code, name in tenancy.list_offices():
        with office_scope(office_id):
            for mismatch in retention.check_files():
                found += 1
                sys.stdout.write(f"{code} {mismatch.name}：{mismatch.what}\n  {mismatch.advice}\n")
            sys.stdout.write(f"{code} {name}：ファイルを確かめました。\n")
    sys.stdout.write("保存データに問題はありません。\n" if not found else f"{found}件の問題があります。\n")
    return 1 if found else 0
