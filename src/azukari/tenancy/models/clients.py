"""Client companies, who serves them, and sheets of them on the way in."""

from __future__ import annotations

from django.db import models

from azukari.store.constraints import OfficeForeignKey, office_key
from azukari.store.models import OfficeModel


class ClientCompany(OfficeModel):
    """A 顧問先 that entrusts numbers to the office."""

    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=100)
    kana = models.CharField(max_length=150)
    kana_key = models.CharField(max_length=150)
    kana_row = models.CharField(max_length=1)
    search_key = models.CharField(max_length=300)
    corporate_number = models.CharField(max_length=13, blank=True)
    postal_code = models.CharField(max_length=8, blank=True)
    address = models.CharField(max_length=200, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    contact_name = models.CharField(max_length=60, blank=True)
    business_numbers = models.CharField(max_length=200, blank=True)
    tags = models.CharField(max_length=200, blank=True)
    contract_from = models.DateField()
    contract_ended_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("tenancy_client_office_key"),
            models.UniqueConstraint(fields=["office_id", "code"], name="tenancy_client_code"),
        )
        indexes = (models.Index(fields=["office_id", "kana_key", "id"], name="tenancy_client_kana"),)


class Assignment(OfficeModel):
    """Which staff member serves which client company."""

    staff = models.ForeignKey("tenancy.StaffMember", on_delete=models.CASCADE, db_constraint=False)
    client = models.ForeignKey(ClientCompany, on_delete=models.CASCADE, db_constraint=False)

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["office_id", "staff", "client"], name="tenancy_assignment_once"),
            OfficeForeignKey(column="staff_id", target="tenancy.StaffMember", name="tenancy_assignment_staff"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="tenancy_assignment_client"),
        )


class ClientImport(OfficeModel):
    """An Excel of client companies between its reading and its registration. `rows` as rules.client_sheet says."""

    file_name = models.CharField(max_length=200)
    rows = models.JSONField()
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
