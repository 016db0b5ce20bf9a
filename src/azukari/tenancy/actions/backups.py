"""What the backup leaves in the tables and in the record of each office it concerns."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal.actions import signing, standing
from azukari.journal.errors import RecordRolledBackError
from azukari.journal.rules import Line, Operation
from azukari.kernel.clock import jst_minute
from azukari.tenancy.actions import holders, keys
from azukari.tenancy.models import BackupRun
from azukari.tenancy.rules.events import Events

_SCREEN = "バックアップ"


def begin(*, now: datetime) -> UUID:
    """Say that a backup begins: committed before anything is read."""
    return BackupRun.objects.create(started_at=now).id


def finish(run_id: UUID, *, size: int, now: datetime) -> None:
    """Say that it stands, checked. The last hundred runs are kept."""
    BackupRun.objects.filter(id=run_id).update(finished_at=now, size=size)
    kept = BackupRun.objects.order_by("-started_at").values_list("id", flat=True)[:100]
    BackupRun.objects.exclude(id__in=list(kept)).delete()


def give_up(run_id: UUID) -> None:
    """Take a run back that failed."""
    BackupRun.objects.filter(id=run_id, finished_at__isnull=True).delete()


@transaction.atomic
def record_removed(taken_at: datetime, *, numbers: int, files: int, now: datetime) -> None:
    """Record for the office in force that the last backup of keys that its disposals destroyed is gone."""
    found = [f"番号{numbers}件" if numbers else "", f"ファイル{files}件" if files else ""]
    journal.append(
        actor=holders.system_actor(name="システム"),
        operation=Operation(
            event=Events.KEY_BACKUP_REMOVED,
            screen=_SCREEN,
            lines=(
                Line(
                    detail=f"{jst_minute(taken_at)}の控えを消しました。その後に廃棄した"
                    f"{'・'.join(word for word in found if word)}は、どの控えからも戻せません。"
                ),
            ),
        ),
        now=now,
    )


def continue_record(taken_at: datetime, *, now: datetime) -> str:
    """Close the record in force where what came back is older than what was signed, and go on with the break stated.

    Gives the name of the new record, nothing where the old one goes on. Raises: SignerMissingError.
    """
    standing.forget()  # what this process saw belongs to the database that is gone
    try:
        signing.check_against_signer()
    except RecordRolledBackError:
        signing.restart(
            actor=holders.system_actor(name="システム"),
            sealed_key=keys.sealed_log_key(),
            reason=f"{jst_minute(taken_at)}の控えからの復元",
            now=now,
        )
        return signing.tell_standing().origin
    return ""


@transaction.atomic
def record_restored(taken_at: datetime, *, again: int, shorter: int, now: datetime) -> None:
    """Record for the office in force that its data come from a backup, and what that means."""
    lost = f"それより後の記録{shorter}件は失われました。" if shorter else ""
    journal.append(
        actor=holders.system_actor(name="システム"),
        operation=Operation(
            event=Events.BACKUP_RESTORED,
            screen=_SCREEN,
            lines=(Line(detail=f"{jst_minute(taken_at)}の控えに戻しました。{lost}廃棄のやり直し：{again}件。"),),
        ),
        now=now,
    )
