"""Who runs the service. No tenant: an operator belongs to no office and no wall opens to one."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from azukari.kernel.ids import new_id


class Operator(AbstractBaseUser):
    """An account of the operator's console. A second factor is always asked for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(max_length=254, blank=True)
    is_active = models.BooleanField(default=True)
    password_set_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    @property
    def login_id(self) -> str:
        """Give what the operator types: there is no office before it."""
        return self.username


class OperatorEvent(models.Model):
    """What operators did. What touches an office stands in that office's own record as well."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    operator_id = models.UUIDField(null=True)
    operator_name = models.CharField(max_length=60)
    at = models.DateTimeField()
    label = models.CharField(max_length=60)
    office_code = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=45, blank=True)
    succeeded = models.BooleanField(default=True)

    class Meta:
        indexes = (models.Index(fields=["-at"], name="tenancy_operatorevent_at"),)
