"""Second factors and known devices. Staff, client users and operators have the same; only operators have no office."""

from __future__ import annotations

from django.db import models

from azukari.kernel.ids import new_id
from azukari.store.constraints import OfficeForeignKey
from azukari.store.models import OfficeModel
from azukari.tenancy.models.accounts import Account
from azukari.tenancy.models.operators import Operator


class TotpFields(models.Model):
    """An app that shows codes (RFC 6238). `last_counter` only grows: a code is good once."""

    label = models.CharField(max_length=40)
    sealed_secret = models.BinaryField()
    last_counter = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class PasskeyFields(models.Model):
    """A passkey (WebAuthn): public key and signature counter, no secret."""

    label = models.CharField(max_length=40)
    credential_id = models.BinaryField()
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    transports = models.JSONField(default=list)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class BackupCodeFields(models.Model):
    """One of ten codes on paper, as an Argon2id digest under the salt of its set."""

    salt = models.BinaryField()
    digest = models.BinaryField()
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class DeviceFields(models.Model):
    """A browser that has logged in before, known by the hash of a cookie."""

    token_digest = models.CharField(max_length=64)
    label = models.CharField(max_length=80)
    address = models.CharField(max_length=45)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        abstract = True


class TotpDevice(TotpFields, OfficeModel):
    """Of an office's account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_constraint=False, related_name="totp_devices")

    class Meta(OfficeModel.Meta):
        constraints = (OfficeForeignKey(column="account_id", target="tenancy.Account", name="tenancy_totp_account"),)


class Passkey(PasskeyFields, OfficeModel):
    """Of an office's account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_constraint=False, related_name="passkeys")

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["credential_id"], name="tenancy_passkey_credential"),
            OfficeForeignKey(column="account_id", target="tenancy.Account", name="tenancy_passkey_account"),
        )


class BackupCode(BackupCodeFields, OfficeModel):
    """Of an office's account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_constraint=False, related_name="backup_codes")

    class Meta(OfficeModel.Meta):
        constraints = (OfficeForeignKey(column="account_id", target="tenancy.Account", name="tenancy_backup_account"),)


class KnownDevice(DeviceFields, OfficeModel):
    """Of an office's account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_constraint=False, related_name="devices")

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["office_id", "account", "token_digest"], name="tenancy_device_once"),
            OfficeForeignKey(column="account_id", target="tenancy.Account", name="tenancy_device_account"),
        )


class OperatorTotp(TotpFields):
    """Of an operator."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="totp_devices")


class OperatorPasskey(PasskeyFields):
    """Of an operator."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="passkeys")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["credential_id"], name="tenancy_operatorpasskey_credential"),)


class OperatorBackupCode(BackupCodeFields):
    """Of an operator."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="backup_codes")


class OperatorDevice(DeviceFields):
    """Of an operator."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="devices")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "token_digest"], name="tenancy_operatordevice_once"),)
