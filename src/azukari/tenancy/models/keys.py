"""Keys of an office and who may use them: the server's half, grants, the recovery sheet, unlocks."""

from __future__ import annotations

from django.db import models

from azukari.store.constraints import OfficeForeignKey
from azukari.store.models import OfficeModel
from azukari.tenancy.models.accounts import StaffMember


class OfficeKeys(OfficeModel):
    """The server's half and the office's signing keys, every secret wrapped by the root key.

    `intake_key` is public: what others seal protected files to. There once the office has its own half.
    """

    server_half = models.BinaryField()
    log_signer = models.BinaryField()
    verifier_key = models.CharField(max_length=300)
    document_key = models.BinaryField()
    document_certificate = models.BinaryField()
    intake_key = models.BinaryField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (models.UniqueConstraint(fields=["office_id"], name="tenancy_officekeys_one_per_office"),)


class Grant(OfficeModel):
    """The office secret sealed to one staff member's public key: the right to handle numbers."""

    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, db_constraint=False)
    sealed_secret = models.BinaryField()
    granted_by = models.UUIDField(null=True)
    granted_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["office_id", "staff"], name="tenancy_grant_once"),
            OfficeForeignKey(column="staff_id", target="tenancy.StaffMember", name="tenancy_grant_staff"),
        )


class RecoverySheet(OfficeModel):
    """The office secret sealed to a key that exists only on paper. The newest one counts."""

    number = models.PositiveIntegerField()
    sealed_secret = models.BinaryField()
    check_groups = models.JSONField()
    issued_by = models.UUIDField(null=True)
    issued_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (models.UniqueConstraint(fields=["office_id", "number"], name="tenancy_recovery_number"),)


class Unlock(OfficeModel):
    """従業員利用認証: the office secret sealed under a key that only one browser holds, for minutes."""

    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, db_constraint=False)
    sealed_secret = models.BinaryField()
    purpose = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    last_used_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (OfficeForeignKey(column="staff_id", target="tenancy.StaffMember", name="tenancy_unlock_staff"),)
