"""Runs of the backup: the last good one, and whether one is running."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from azukari.tenancy.models import BackupRun, Office

# A run that was killed leaves its row without an end; after this long it counts as that.
_LONGEST_RUN = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupState:
    """How the backups stand. `late`: none for longer than the operator allows."""

    last_at: datetime | None
    size: int
    late: bool


def get_backup_state(*, allowed: timedelta, now: datetime) -> BackupState:
    """Tell of the last good run. Without one, an installation is late once its first office is that old."""
    last = BackupRun.objects.filter(finished_at__isnull=False).order_by("-finished_at").first()
    first_office = Office.objects.order_by("created_at").values_list("created_at", flat=True).first()
    since = last.started_at if last else first_office
    return BackupState(
        last_at=last.started_at if last else None,
        size=last.size if last else 0,
        late=since is not None and now - since > allowed,
    )


def is_backup_running(*, now: datetime) -> bool:
    """Tell whether a backup is being taken just now."""
    return BackupRun.objects.filter(
        finished_at__isnull=True, started_at__gt=now - _LONGEST_RUN, started_at__lte=now
    ).exists()
