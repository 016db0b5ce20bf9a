"""Codes that open an account for the first time, or anew. Stored as a digest; one is alive at a time."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from azukari.kernel.ids import new_id
from azukari.store.constraints import OfficeForeignKey
from azukari.store.models import OfficeModel
from azukari.tenancy.models.accounts import Account
from azukari.tenancy.models.operators import Operator


class ActivationFields(models.Model):
    """Alive until used, replaced (`voided_at`) or over. `channel` is LETTER, MAIL or SCREEN."""

    code_digest = models.CharField(max_length=64)
    channel = models.CharField(max_length=10)
    issued_by = models.CharField(max_length=60)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


# Neither used nor replaced. Whether its time is over is asked beside it.
ALIVE = Q(used_at__isnull=True, voided_at__isnull=True)


class Activation(ActivationFields, OfficeModel):
    """Of an office's account. `number` counts the office's letters, for the footer."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, db_constraint=False, related_name="activations")
    number = models.PositiveIntegerField()

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=["office_id", "account"], condition=ALIVE, name="tenancy_activation_one_alive"
            ),
            models.UniqueConstraint(fields=["office_id", "number"], name="tenancy_activation_number"),
            OfficeForeignKey(column="account_id", target="tenancy.Account", name="tenancy_activation_account"),
        )


class OperatorActivation(ActivationFields):
    """Of an operator."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="activations")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account"], condition=ALIVE, name="tenancy_operatoractivation_one_alive"),
        )
