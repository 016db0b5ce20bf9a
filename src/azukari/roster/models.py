"""The table of people."""

from __future__ import annotations

from django.db import models

from azukari.roster.rules import NUMBER_STATE_LABELS, NumberState, Sex
from azukari.store.constraints import OfficeForeignKey, office_key
from azukari.store.models import OfficeModel


class Person(OfficeModel):
    """An employee, a dependant or a payee of a client company."""

    client = models.ForeignKey("tenancy.ClientCompany", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    head = models.ForeignKey("self", on_delete=models.PROTECT, null=True, db_constraint=False, related_name="+")
    employee_code = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=120)
    kana = models.CharField(max_length=200, blank=True)
    name_key = models.CharField(max_length=120)
    kana_key = models.CharField(max_length=200)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=1, blank=True, choices=[(s.value, s.value) for s in Sex])
    relationship = models.CharField(max_length=20)
    is_employee = models.BooleanField()
    dependant_kind = models.CharField(max_length=60, blank=True)
    joined_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)
    number_state = models.CharField(
        max_length=10,
        choices=[(s.value, NUMBER_STATE_LABELS[s]) for s in NumberState],
        default=NumberState.MISSING.value,
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("roster_person_office_key"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="roster_person_client"),
            OfficeForeignKey(column="head_id", target="roster.Person", name="roster_person_head"),
        )
        indexes = (
            models.Index(fields=["office_id", "client", "employee_code", "id"], name="roster_person_code"),
            models.Index(fields=["office_id", "client", "number_state"], name="roster_person_state"),
            models.Index(fields=["office_id", "head"], name="roster_person_family"),
        )
