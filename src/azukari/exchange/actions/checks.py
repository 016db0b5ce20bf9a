"""What `azukari fsck` asks of files and their keys (security.md 6.3). Nothing is opened, nothing is changed.

A file that looks wrong is looked at once more: uploads, protections and disposals go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from azukari.exchange.actions.retention import Mismatch
from azukari.exchange.models import FileGrant, FileKey, StoredFile
from azukari.exchange.rules.states import WHOLE, FileState, Scan
from azukari.store.bulk import walk

_ORPHAN_AFTER = timedelta(days=7)
_CALL = "サポートに連絡してください。"


def check_keys(*, now: datetime) -> Iterator[Mismatch]:
    """Compare files with their keys, for the office in force: none too many, none too few."""
    yield from _check_orphans(now=now)
    for part in walk(StoredFile.objects.all()):
        first = dict(_faults([file_id for (file_id,) in part]))
        for file_id, (name, what, advice) in _faults(list(first)):
            if first[file_id][1] == what:
                yield Mismatch(file_id=file_id, name=name, what=what, advice=advice)


def _faults(file_ids: list[UUID]) -> Iterator[tuple[UUID, tuple[str, str, str]]]:
    rows = list(StoredFile.objects.filter(id__in=file_ids))
    keys = set(FileKey.objects.filter(id__in=file_ids).values_list("id", flat=True))
    grants = set(FileGrant.objects.filter(file_id__in=file_ids, user_id=None).values_list("file_id", flat=True))
    for row in rows:
        fault = _fault(row, has_key=row.id in keys, has_grant=row.id in grants)
        if fault:
            yield row.id, (row.name, *fault)


def _fault(row: StoredFile, *, has_key: bool, has_grant: bool) -> tuple[str, str] | None:
    if row.shredded_at is not None:
        if has_key or has_grant:
            return (
                "廃棄したのに、鍵が残っています。",
                "古い控えから戻していませんか。azukari restore で、廃棄のやり直しを行ってください。",
            )
        return None
    if row.state == FileState.READY and row.scan in {Scan.INFECTED, Scan.UNSCANNABLE}:
        return "検査に合格していないのに、開けるようになっています。", _CALL
    if row.state not in WHOLE:
        return None
    # While one of the two is being changed into the other, the server's copy is expected.
    if row.protected and has_key and not row.server_copy:
        return "保護ファイルなのに、サーバーに鍵が残っています。", _CALL
    if row.protected and not has_grant and not has_key:
        return "保護ファイルを開く鍵がありません。", "送った方に、もう一度送ってもらってください。"
    if not row.protected and not has_key:
        return "ファイルを開く鍵がありません。", "鍵の保管庫の控えから戻すか、もう一度送ってもらってください。"
    return None


def _check_orphans(*, now: datetime) -> Iterator[Mismatch]:
    for part in walk(FileKey.objects.filter(made_at__lt=now - _ORPHAN_AFTER)):
        left = {key_id for (key_id,) in part}
        left -= set(StoredFile.objects.filter(id__in=left).values_list("id", flat=True))
        for key_id in sorted(FileKey.objects.filter(id__in=left).values_list("id", flat=True)):
            yield Mismatch(
                file_id=None,
                name=f"鍵 {key_id.hex[-12:]}",
                what="どのファイルのものでもない鍵です。",
                advice="サーバーが2日続けて動くと、自動的に消します。",
            )
