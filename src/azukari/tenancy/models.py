"""Tables of tenancy. `Office` is the tenant itself and therefore stands outside every scope."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from azukari.kernel.actor import ROLE_LABELS, Role
from azukari.kernel.ids import new_id
from azukari.store.constraints import OfficeForeignKey, office_key
from azukari.store.models import OfficeModel
from azukari.tenancy import rules


class Office(models.Model):
    """A 社労士事務所, with the settings it decides for itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    sharoushi_name = models.CharField(max_length=60, blank=True)
    registration_number = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    created_at = models.DateTimeField()
    reveal_seconds = models.PositiveSmallIntegerField(default=rules.REVEAL_SECONDS[1])
    unlock_minutes = models.PositiveSmallIntegerField(default=rules.UNLOCK_MINUTES[1])
    two_person_disposal = models.BooleanField(null=True)
    settings_version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(reveal_seconds__range=(rules.REVEAL_SECONDS[0], rules.REVEAL_SECONDS[2])),
                name="tenancy_office_reveal_seconds",
            ),
            models.CheckConstraint(
                condition=models.Q(unlock_minutes__range=(rules.UNLOCK_MINUTES[0], rules.UNLOCK_MINUTES[2])),
                name="tenancy_office_unlock_minutes",
            ),
        )


class OfficeKeys(OfficeModel):
    """The server's half and the office's signing keys, every secret wrapped by the root key."""

    server_half = models.BinaryField()
    log_signer = models.BinaryField()
    verifier_key = models.CharField(max_length=300)
    document_key = models.BinaryField()
    document_certificate = models.BinaryField()

    class Meta(OfficeModel.Meta):
        constraints = (models.UniqueConstraint(fields=["office_id"], name="tenancy_officekeys_one_per_office"),)


class Account(AbstractBaseUser, OfficeModel):
    """A login: office code and login ID as one name, and a password. Who the person is stands elsewhere."""

    username = models.CharField(max_length=80, unique=True)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta(OfficeModel.Meta):
        constraints = (office_key("tenancy_account_office_key"),)


class StaffMember(OfficeModel):
    """A person who works in the office. The key pair is there once the person may be granted numbers."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, db_constraint=False, related_name="staff")
    login_id = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    kana = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=10, choices=[(r.value, ROLE_LABELS[r]) for r in Role if r is not Role.SYSTEM])
    sees_all_clients = models.BooleanField(default=False)
    public_key = models.BinaryField(null=True)
    sealed_private_key = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("tenancy_staff_office_key"),
            models.UniqueConstraint(fields=["office_id", "login_id"], name="tenancy_staff_login"),
            OfficeForeignKey(column="account_id", target="tenancy.Account", name="tenancy_staff_account"),
        )


class ClientCompany(OfficeModel):
    """A 顧問先 that entrusts numbers to the office."""

    code = models.SlugField(max_length=40)
    name = models.CharField(max_length=100)
    kana = models.CharField(max_length=150)
    kana_key = models.CharField(max_length=150)
    kana_row = models.CharField(max_length=1)
    search_key = models.CharField(max_length=300)
    address = models.CharField(max_length=200, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    contact_name = models.CharField(max_length=60, blank=True)
    contract_from = models.DateField()
    contract_ended_on = models.DateField(null=True)
    created_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("tenancy_client_office_key"),
            models.UniqueConstraint(fields=["office_id", "code"], name="tenancy_client_code"),
        )
        indexes = (models.Index(fields=["office_id", "kana_key", "id"], name="tenancy_client_kana"),)


class Assignment(OfficeModel):
    """Which staff member serves which client company."""

    staff = models.ForeignKey(StaffMember, on_delete=models.CASCADE, db_constraint=False)
    client = models.ForeignKey(ClientCompany, on_delete=models.CASCADE, db_constraint=False)

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["office_id", "staff", "client"], name="tenancy_assignment_once"),
            OfficeForeignKey(column="staff_id", target="tenancy.StaffMember", name="tenancy_assignment_staff"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="tenancy_assignment_client"),
        )


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


class LoginFailures(models.Model):
    """Failures by account name or source address, counted in the database so that every process sees them.

    No tenant: it is asked before anybody is known. `key` is a hash, so the table is no list of login names.
    """

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField()
    window_ends_at = models.DateTimeField()
