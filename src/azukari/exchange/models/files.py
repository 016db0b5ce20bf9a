"""A file in sealed parts, its key, and to whom the key of a protected one is sealed."""

from __future__ import annotations

from django.db import models

from azukari.exchange.rules.states import ENDED, Direction, FileState, Proposal, Scan
from azukari.store.constraints import OfficeForeignKey, office_key
from azukari.store.models import OfficeModel


class StoredFile(OfficeModel):
    """A file from its first byte to its end. `received` counts what is durable; the length on disk counts for nothing.

    `writer` is the request that may write now: a newer one takes over. `sealed_facts` holds the SHA-256, which in
    the clear would confirm a known document. `wishes` is what the sender wants with it (rules.wishes); `sent_at` is
    empty for a draft of the office. `server_copy`: the key is sealed, and the server's copy is still to be destroyed.
    """

    client = models.ForeignKey(
        "tenancy.ClientCompany", on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True
    )
    direction = models.CharField(max_length=10, choices=[(d.value, d.value) for d in Direction])
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in FileState])
    name = models.CharField(max_length=200)
    name_warnings = models.JSONField(default=list)
    kind = models.CharField(max_length=10, blank=True)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    parts = models.PositiveIntegerField(default=0)
    stamp = models.CharField(max_length=64, blank=True)
    writer = models.UUIDField(null=True)
    protected = models.BooleanField(default=False)
    server_copy = models.BooleanField(default=False)
    proposal = models.CharField(max_length=10, blank=True, choices=[(p.value, p.value) for p in Proposal])
    flags = models.JSONField(default=list)
    scan = models.CharField(max_length=12, default=Scan.NOT_SCANNED, choices=[(s.value, s.value) for s in Scan])
    scan_note = models.CharField(max_length=200, blank=True)
    refusal = models.CharField(max_length=300, blank=True)
    sealed_facts = models.BinaryField(null=True)
    wishes = models.JSONField(default=dict)
    batch = models.UUIDField(null=True)
    sent_at = models.DateTimeField(null=True)
    staff_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    uploader = models.CharField(max_length=60)
    uploader_role = models.CharField(max_length=20)
    made_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    whole_at = models.DateTimeField(null=True)
    examined_at = models.DateTimeField(null=True)
    shredded_at = models.DateTimeField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("exchange_file_office_key"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="exchange_file_client"),
            models.CheckConstraint(
                condition=models.Q(received__lte=models.F("size")), name="exchange_file_not_more_than_declared"
            ),
        )
        indexes = (
            models.Index(
                fields=["office_id", "state", "touched_at"],
                name="exchange_file_unfinished",
                condition=models.Q(state__in=[FileState.RECEIVING, FileState.EXAMINING]),
            ),
            models.Index(
                fields=["office_id", "id"],
                name="exchange_file_to_shred",
                condition=models.Q(state__in=ENDED, shredded_at__isnull=True),
            ),
            models.Index(
                fields=["office_id", "touched_at"],
                name="exchange_file_draft",
                condition=models.Q(sent_at__isnull=True, state=FileState.READY),
            ),
            models.Index(fields=["office_id"], name="exchange_file_copy_left", condition=models.Q(server_copy=True)),
            models.Index(fields=["office_id", "staff_id", "made_at"], name="exchange_file_staff"),
            models.Index(fields=["office_id", "user_id", "made_at"], name="exchange_file_user"),
        )


class FilePart(OfficeModel):
    """One part of a file, durable before its row is: where it lies, and how many bytes of the file it holds."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    number = models.PositiveIntegerField()
    length = models.PositiveIntegerField()
    blob = models.CharField(max_length=200)

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="file_id", target="exchange.StoredFile", name="exchange_part_file"),
            models.UniqueConstraint(fields=["office_id", "file", "number"], name="exchange_part_once"),
        )


class FileKey(OfficeModel):
    """The key of a file under the server's half, by the file's id, in the key store. Protected files have none."""

    wrapped = models.BinaryField()
    made_at = models.DateTimeField()


class FileGrant(OfficeModel):
    """The key of a protected file, sealed to the office (`user_id` None) or to one person of the client company."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    user_id = models.UUIDField(null=True)
    sealed = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="file_id", target="exchange.StoredFile", name="exchange_grant_file"),
            models.UniqueConstraint(
                fields=["office_id", "file", "user_id"],
                condition=models.Q(user_id__isnull=False),
                name="exchange_grant_person_once",
            ),
            models.UniqueConstraint(
                fields=["office_id", "file"],
                condition=models.Q(user_id__isnull=True),
                name="exchange_grant_office_once",
            ),
        )


class VolumeSweep(OfficeModel):
    """A blob without a row, seen once. Only one seen again a day later is moved away: no clock jump deletes anything."""

    blob = models.CharField(max_length=200)
    seen_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (models.UniqueConstraint(fields=["office_id", "blob"], name="exchange_sweep_once"),)
