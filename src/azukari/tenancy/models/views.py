"""Named filters of the record's list."""

from __future__ import annotations

from django.db import models

from azukari.store.constraints import OfficeForeignKey
from azukari.store.models import OfficeModel


class RecordView(OfficeModel):
    """One filter of 個人番号関係事務処理一覧 under a name, its owner's alone. `query` is the part of the address after `?`."""

    staff = models.ForeignKey("tenancy.StaffMember", on_delete=models.CASCADE, db_constraint=False)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    made_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["office_id", "staff", "name"], name="tenancy_recordview_name"),
            OfficeForeignKey(column="staff_id", target="tenancy.StaffMember", name="tenancy_recordview_staff"),
        )
