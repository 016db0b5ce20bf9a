"""Tables of oversight: settings, the watch over the record and its finds, and the slips persons open their page with."""

from __future__ import annotations

from django.db import models

from azukari.oversight.rules.odd import RULES, Rule
from azukari.store.constraints import OfficeForeignKey
from azukari.store.models import OfficeModel


class Settings(OfficeModel):
    """What the office set, as rules.settings writes it. No row: everything has its default."""

    told = models.JSONField()
    version = models.PositiveIntegerField(default=0)

    class Meta(OfficeModel.Meta):
        constraints = (models.UniqueConstraint(fields=["office_id"], name="oversight_settings_one_per_office"),)


class Watch(OfficeModel):
    """How far the record has been looked through for odd use, and when 責任者 were last told of it."""

    looked = models.PositiveBigIntegerField()
    mailed_on = models.DateField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (models.UniqueConstraint(fields=["office_id"], name="oversight_watch_one_per_office"),)


class OddUse(OfficeModel):
    """A rule met by one person on one day. It grows with the day; one that grows after its review waits for another."""

    rule = models.CharField(max_length=20, choices=[(rule.value, RULES[rule].label) for rule in Rule])
    who = models.UUIDField()
    day = models.DateField()
    seqs = models.JSONField()
    count = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    found_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=60, blank=True)
    word = models.CharField(max_length=200, blank=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["office_id", "rule", "who", "day"], name="oversight_odduse_once"),
        )
        indexes = (
            models.Index(fields=["office_id", "last_at", "id"], name="oversight_odduse_last"),
            models.Index(
                fields=["office_id", "last_at", "id"],
                name="oversight_odduse_waiting",
                condition=models.Q(reviewed_at__isnull=True),
            ),
        )


class HoldingSlip(OfficeModel):
    """お預かり控え: the paper that opens one person's own page. Only a digest of its number is kept."""

    person = models.ForeignKey("roster.Person", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    client = models.ForeignKey("tenancy.ClientCompany", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    code_digest = models.CharField(max_length=64)
    issued_by = models.CharField(max_length=60)
    issued_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="person_id", target="roster.Person", name="oversight_slip_person"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="oversight_slip_client"),
            models.UniqueConstraint(fields=["office_id", "code_digest"], name="oversight_slip_code"),
            models.UniqueConstraint(
                fields=["office_id", "person"],
                condition=models.Q(ended_at__isnull=True),
                name="oversight_slip_one_alive",
            ),
        )
