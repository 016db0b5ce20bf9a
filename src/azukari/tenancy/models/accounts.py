"""Logins, and who stands behind them: staff of the office and people of its client companies."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from azukari.kernel.actor import CLIENT_ROLES, ROLE_LABELS, STAFF_ROLES
from azukari.store.constraints import OfficeForeignKey, office_key
from azukari.store.models import OfficeModel
from azukari.tenancy.models.clients import ClientCompany
from azukari.tenancy.rules.mails import NOTICE_LABELS, NoticeWhen


class Account(AbstractBaseUser, OfficeModel):
    """A login: office code and login ID as one name, and a password. Who the person is stands elsewhere.

    `door` is the only one it opens. An account without `password_set_at` waits for its activation code.
    """

    username = models.CharField(max_length=80, unique=True)
    door = models.CharField(max_length=10, choices=[("office", "office"), ("portal", "portal")], default="office")
    email = models.EmailField(max_length=254, blank=True)
    is_active = models.BooleanField(default=True)
    password_set_at = models.DateTimeField(null=True)
    reset_asked_at = models.DateTimeField(null=True)
    notices = models.CharField(
        max_length=10, choices=[(when.value, NOTICE_LABELS[when]) for when in NoticeWhen], default=NoticeWhen.AT_ONCE
    )

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta(OfficeModel.Meta):
        constraints = (office_key("tenancy_account_office_key"),)

    @property
    def login_id(self) -> str:
        """Give what the person types beside the office code."""
        return self.username.rpartition("/")[2]


class StaffMember(OfficeModel):
    """A person who works in the office. The key pair is there once the account is activated.

    `handles` is the office's wish that this person handles numbers; the Grant is what makes it true.
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, db_constraint=False, related_name="staff")
    login_id = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    kana = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=10, choices=[(role.value, ROLE_LABELS[role]) for role in STAFF_ROLES])
    sees_all_clients = models.BooleanField(default=False)
    handles = models.BooleanField(default=False)
    public_key = models.BinaryField(null=True)
    sealed_private_key = models.BinaryField(null=True)
    record_password = models.CharField(max_length=128, blank=True)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("tenancy_staff_office_key"),
            models.UniqueConstraint(fields=["office_id", "login_id"], name="tenancy_staff_login"),
            OfficeForeignKey(column="account_id", target="tenancy.Account", name="tenancy_staff_account"),
        )


class ClientUser(OfficeModel):
    """A person of one or several client companies, with one login for all of them.

    The key pair is there once the account is activated: protected files from the office are sealed to it.
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, db_constraint=False, related_name="client_user")
    login_id = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    kana = models.CharField(max_length=100, blank=True)
    public_key = models.BinaryField(null=True)
    sealed_private_key = models.BinaryField(null=True)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("tenancy_user_office_key"),
            models.UniqueConstraint(fields=["office_id", "login_id"], name="tenancy_user_login"),
            OfficeForeignKey(column="account_id", target="tenancy.Account", name="tenancy_user_account"),
        )


class ClientMembership(OfficeModel):
    """In which client company a person acts, and as what."""

    user = models.ForeignKey(ClientUser, on_delete=models.CASCADE, db_constraint=False, related_name="memberships")
    client = models.ForeignKey(ClientCompany, on_delete=models.CASCADE, db_constraint=False, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, ROLE_LABELS[role]) for role in CLIENT_ROLES])

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["office_id", "user", "client"], name="tenancy_membership_once"),
            OfficeForeignKey(column="user_id", target="tenancy.ClientUser", name="tenancy_membership_user"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="tenancy_membership_client"),
        )
