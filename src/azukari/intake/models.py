"""Tables of an import: the sheet's state and, per person, what was found. Numbers are in sealed parcels only."""

from __future__ import annotations

from django.db import models

from azukari.intake.rules.progress import State
from azukari.store.constraints import OfficeForeignKey, office_key
from azukari.store.models import OfficeModel


class SheetImport(OfficeModel):
    """One sheet from upload to registration."""

    client = models.ForeignKey("tenancy.ClientCompany", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in State])
    file_name = models.CharField(max_length=200)
    purposes = models.JSONField()
    mapping = models.JSONField(null=True)
    workbook_parcel = models.UUIDField(null=True)
    numbers_parcel = models.UUIDField(null=True)
    ledger_mark = models.CharField(max_length=200, blank=True)
    counts = models.JSONField(default=dict)
    people = models.PositiveIntegerField(default=0)
    step_at = models.DateTimeField()
    error = models.JSONField(null=True)
    made_by = models.UUIDField(null=True)
    made_by_name = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    operation = models.CharField(max_length=30, blank=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("intake_import_office_key"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="intake_import_client"),
        )
        indexes = (models.Index(fields=["office_id", "client", "made_at"], name="intake_import_client_made"),)


class SheetRow(OfficeModel):
    """One person of a sheet: what the row says (no number), what the comparison found, and whether it is ticked."""

    sheet_import = models.ForeignKey(SheetImport, on_delete=models.CASCADE, db_constraint=False, related_name="rows")
    place = models.PositiveIntegerField()
    sheet = models.CharField(max_length=100)
    row = models.PositiveIntegerField()
    slot = models.CharField(max_length=20)
    facts = models.JSONField()
    verdict = models.CharField(max_length=10)
    chosen = models.BooleanField()
    person_id = models.UUIDField(null=True)
    registered = models.BooleanField(default=False)

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="sheet_import_id", target="intake.SheetImport", name="intake_row_import"),
            models.UniqueConstraint(fields=["office_id", "sheet_import", "place"], name="intake_row_place"),
        )
        indexes = (models.Index(fields=["office_id", "sheet_import", "verdict", "place"], name="intake_row_verdict"),)
