"""お願い: what a client company is asked for."""

from __future__ import annotations

from django.db import models

from azukari.exchange.rules.requests import ItemState, RequestState
from azukari.store.constraints import OfficeForeignKey, office_key
from azukari.store.models import OfficeModel


class FileRequest(OfficeModel):
    """Named items with a day. Done when every item is accepted."""

    client = models.ForeignKey("tenancy.ClientCompany", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    title = models.CharField(max_length=100)
    note = models.CharField(max_length=400, blank=True)
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in RequestState])
    staff_id = models.UUIDField()
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("exchange_request_office_key"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="exchange_request_client"),
        )
        indexes = (
            models.Index(fields=["office_id", "state", "due_on"], name="exchange_request_due"),
            models.Index(fields=["office_id", "client", "state", "due_on"], name="exchange_request_of_client"),
        )


class RequestItem(OfficeModel):
    """One thing that is asked for."""

    request = models.ForeignKey(FileRequest, on_delete=models.CASCADE, db_constraint=False, related_name="items")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in ItemState])
    comment = models.CharField(max_length=400, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("exchange_item_office_key"),
            OfficeForeignKey(column="request_id", target="exchange.FileRequest", name="exchange_item_request"),
            models.UniqueConstraint(fields=["office_id", "request", "position"], name="exchange_item_position"),
        )
