"""`azukari fsck`: every office's files, numbers, keys and record against one another."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime

from azukari.exchange.actions import checks as file_checks
from azukari.exchange.actions import retention
from azukari.journal import queries as journal
from azukari.journal.errors import JournalDamagedError
from azukari.kernel.clock import utc_now
from azukari.seal.errors import SealError
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy
from azukari.vault.actions import checks as number_checks

Found = retention.Mismatch | number_checks.Finding


def check_all() -> int:
    """Check all offices and say what does not fit and what to do. Exit codes: 0 all fits, 1 something does not."""
    found = 0
    for office_id, code, name in tenancy.list_offices():
        with office_scope(office_id):
            for mismatch in _check_office(now=utc_now()):
                found += 1
                sys.stdout.write(f"{code} {mismatch.name}：{mismatch.what}\n  {mismatch.advice}\n")
            sys.stdout.write(f"{code} {name}：ファイル・番号・鍵・記録を確かめました。\n")
    sys.stdout.write("保存データに問題はありません。\n" if not found else f"{found}件の問題があります。\n")
    return 1 if found else 0


def _check_office(*, now: datetime) -> Iterator[Found]:
    yield from retention.check_files()
    yield from file_checks.check_keys(now=now)
    yield from number_checks.check_keys(now=now)
    try:
        journal.verify_record()
    except (JournalDamagedError, SealError) as error:
        yield number_checks.Finding(
            name="取扱記録", what=error.reason, advice="azukari check-record と控えで確認してください。"
        )
