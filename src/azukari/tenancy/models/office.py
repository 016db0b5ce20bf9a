"""The office, its contract with the operator, and the support access it gives."""

from __future__ import annotations

from django.db import models

from azukari.kernel.ids import new_id
from azukari.store.models import OfficeModel
from azukari.tenancy.rules import settings
from azukari.tenancy.rules.settings import FactorFor


def _in_bounds(name: str, bounds: tuple[int, int, int]) -> models.CheckConstraint:
    condition = models.Q(**{f"{name}__range": (bounds[0], bounds[2])})
    return models.CheckConstraint(condition=condition, name=f"tenancy_office_{name}")


class Office(models.Model):
    """A 社労士事務所, with the settings it decides for itself.

    `keys_made_at` is empty until the first 責任者 has activated the account: only then the office's half exists.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    sharoushi_name = models.CharField(max_length=60, blank=True)
    registration_number = models.CharField(max_length=20, blank=True)
    postal_code = models.CharField(max_length=8, blank=True)
    address = models.CharField(max_length=200, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    contact_person = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    keys_made_at = models.DateTimeField(null=True)
    founder_account_id = models.UUIDField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stop_reason = models.CharField(max_length=200, blank=True)
    reveal_seconds = models.PositiveSmallIntegerField(default=settings.REVEAL_SECONDS[1])
    unlock_minutes = models.PositiveSmallIntegerField(default=settings.UNLOCK_MINUTES[1])
    two_person_disposal = models.BooleanField(null=True)
    session_minutes = models.PositiveSmallIntegerField(default=settings.SESSION_MINUTES[1])
    allowed_networks = models.JSONField(default=list)
    staff_factor = models.CharField(max_length=10, default=FactorFor.ALL)
    client_factor = models.CharField(max_length=10, default=FactorFor.ALL)
    password_length = models.PositiveSmallIntegerField(default=settings.PASSWORD_LENGTH[1])
    notice_addresses = models.JSONField(default=list)
    default_sees_all = models.BooleanField(default=False)
    file_days = models.PositiveSmallIntegerField(default=settings.FILE_DAYS[1])
    portal_days = models.PositiveSmallIntegerField(default=settings.PORTAL_DAYS[1])
    kept_days = models.PositiveSmallIntegerField(default=settings.KEPT_DAYS[1])
    file_limit_mb = models.PositiveSmallIntegerField(default=settings.FILE_LIMIT_MB[1])
    holds_outgoing = models.BooleanField(default=False)
    takes_encrypted = models.BooleanField(default=False)
    mails_record = models.BooleanField(default=True)
    record_mailed_on = models.DateField(null=True)
    settings_version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            _in_bounds("reveal_seconds", settings.REVEAL_SECONDS),
            _in_bounds("unlock_minutes", settings.UNLOCK_MINUTES),
            _in_bounds("session_minutes", settings.SESSION_MINUTES),
            _in_bounds("password_length", settings.PASSWORD_LENGTH),
            _in_bounds("file_days", settings.FILE_DAYS),
            _in_bounds("portal_days", settings.PORTAL_DAYS),
            _in_bounds("kept_days", settings.KEPT_DAYS),
            _in_bounds("file_limit_mb", settings.FILE_LIMIT_MB),
            models.CheckConstraint(
                condition=models.Q(staff_factor__in=[choice.value for choice in settings.STAFF_FACTOR_CHOICES]),
                name="tenancy_office_staff_factor",
            ),
            models.CheckConstraint(
                condition=models.Q(client_factor__in=[choice.value for choice in settings.CLIENT_FACTOR_CHOICES]),
                name="tenancy_office_client_factor",
            ),
        )


class Contract(OfficeModel):
    """保守契約 as it was agreed at one time. The newest row counts, the others are its history."""

    plan = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    staff_limit = models.PositiveIntegerField(null=True)
    client_limit = models.PositiveIntegerField(null=True)
    number_limit = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=400, blank=True)
    operator_note = models.CharField(max_length=400, blank=True)
    changed_by = models.CharField(max_length=60)
    changed_at = models.DateTimeField()


class SupportGrant(OfficeModel):
    """An office lets the operator look at the state of its accounts for a time. Never at names, files, numbers."""

    reason = models.CharField(max_length=200)
    given_by = models.UUIDField()
    given_by_name = models.CharField(max_length=60)
    given_at = models.DateTimeField()
    ends_at = models.DateTimeField()
