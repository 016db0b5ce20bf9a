"""Tables asked before anybody is known, so without an office's wall: sessions, counted tries, mail to be sent."""

from __future__ import annotations

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from azukari.kernel.ids import new_id


class BrowserSession(AbstractBaseSession):
    """A session of a browser at one door. The key stands here as its hash: a stolen table logs nobody in."""

    session_key = models.CharField(max_length=64, primary_key=True)
    public_id = models.CharField(max_length=20, blank=True)
    account_id = models.UUIDField(null=True, db_index=True)
    door = models.CharField(max_length=10, blank=True)
    device = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=45, blank=True)
    signed_in_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)


class TryCount(models.Model):
    """Tries by account, source or device, counted in the database so that every process sees them.

    `key` is a hash, so the table is no list of login names.
    """

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField()
    ends_at = models.DateTimeField()


class OutboxMail(models.Model):
    """A mail on its way, sealed by the root key, written with the act it tells of and deleted when sent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    office_id = models.UUIDField(null=True)
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["next_try_at"], name="tenancy_outbox_due"),)
