"""What `azukari fsck` asks of numbers and their keys (security.md 6.3). Nothing is opened, nothing is changed.

Keys stand before their records and go after them. So: keys are read before records where a key too many is looked for,
records before keys where one is missed, and what looks wrong is looked at once more. Work that goes on is no fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from azukari.journal import queries as journal
from azukari.store.bulk import walk
from azukari.vault.actions import keystore
from azukari.vault.models import NumberRecord, RecordKey, SealedParcel
from azukari.vault.rules import events
from azukari.vault.rules.numbers import RecordState

# The sweeper comes every minute; orphans wait for two looks at the clock.
_UNFINISHED_AFTER = timedelta(hours=1)
_ORPHAN_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that does not fit: what it is about, what is wrong, what to do. Never a person's name."""

    name: str
    what: str
    advice: str


def check_keys(*, now: datetime) -> Iterator[Finding]:
    """Compare number records with the key store, for the office in force."""
    yield from _check_orphans(now=now)
    yield from _check_disposed(now=now)
    yield from _check_living()
    yield from _check_counts()


def _check_orphans(*, now: datetime) -> Iterator[Finding]:
    for part in walk(RecordKey.objects.filter(made_at__lt=now - _ORPHAN_AFTER)):
        left = {key_id for (key_id,) in part}
        left -= set(NumberRecord.objects.filter(id__in=left).values_list("id", flat=True))
        left -= set(SealedParcel.objects.filter(id__in=left).values_list("id", flat=True))
        left &= set(keystore.find_keys(list(left)))
        for key_id in sorted(left):
            yield Finding(
                name=f"鍵 {key_id.hex[-12:]}",
                what="どの番号のものでもない鍵です。",
                advice="サーバーが2日続けて動くと、自動的に消します。そのあとも残るときは、サポートに連絡してください。",
            )


def _check_disposed(*, now: datetime) -> Iterator[Finding]:
    gone = NumberRecord.objects.filter(state=RecordState.DISPOSED)
    for part in walk(gone.filter(key_destroyed_at__isnull=False), "registered_no"):
        left = keystore.find_keys([record_id for record_id, _ in part])
        for record_id, number in part:
            if record_id in left:
                yield Finding(
                    name=f"記録{number}の番号",
                    what="廃棄したのに、鍵が残っています。",
                    advice="鍵の保管庫を古い控えから戻していませんか。azukari restore で、廃棄のやり直しを行ってください。",
                )
    for part in walk(gone.filter(key_destroyed_at=None, disposed_at__lt=now - _UNFINISHED_AFTER), "registered_no"):
        for _, number in part:
            yield Finding(
                name=f"記録{number}の番号",
                what="廃棄の後始末（鍵の消去）が終わっていません。",
                advice="サーバーを起動しておくか、azukari sweep を行ってください。",
            )


def _check_living() -> Iterator[Finding]:
    living = NumberRecord.objects.exclude(state=RecordState.DISPOSED)
    for part in walk(living, "registered_no"):
        there = keystore.find_keys([record_id for record_id, _ in part])
        for record_id, number in part:
            # Looked at again: a disposal that ran meanwhile has changed the record before it took the key.
            if record_id not in there and living.filter(id=record_id).exists():
                yield Finding(
                    name=f"記録{number}の番号",
                    what="番号を開く鍵がありません。",
                    advice="鍵の保管庫の控えから戻してください。戻せないときは、本人からもう一度集めてください。",
                )


def _check_counts() -> Iterator[Finding]:
    """Each registration and each disposal stands in the record once. Counted on both sides of the record."""
    for what, rows, codes in (
        ("登録", NumberRecord.objects.all(), [events.REGISTERED.code, events.REPLACED.code]),
        (
            "廃棄",
            NumberRecord.objects.filter(state=RecordState.DISPOSED),
            [events.DISPOSED.code, events.DISPOSED_AGAIN.code],
        ),
    ):
        before, recorded, after = rows.count(), journal.count_done(codes), rows.all().count()
        if not before <= recorded <= after:
            yield Finding(
                name=f"番号の{what}",
                what=f"取扱記録の件数（{recorded}）と、番号の件数（{after}）が合いません。",
                advice="azukari check-record で記録を検証し、控えと比べてください。",
            )
