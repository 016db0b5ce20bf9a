"""Runs of the backup, and the looks at the clock that destroying sweeps wait for."""

from __future__ import annotations

from django.db import models

from azukari.kernel.ids import new_id
from azukari.store.models import OfficeModel


class BackupRun(models.Model):
    """One run of `azukari backup`. `finished_at` stays empty where it failed or was killed. Belongs to no office."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    size = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=["-finished_at"], name="tenancy_backup_finished"),)


class ClockLook(OfficeModel):
    """Two looks at the clock, at least a day apart: only what was over at the older one is destroyed."""

    older_at = models.DateTimeField(null=True)
    newer_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (models.UniqueConstraint(fields=["office_id"], name="tenancy_look_one_per_office"),)
