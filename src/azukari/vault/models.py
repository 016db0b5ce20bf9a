"""Tables of the vault. `RecordKey` lives alone in the key store, with backups that end early."""

from __future__ import annotations

from django.db import models

from azukari.store.constraints import OfficeForeignKey, office_key
from azukari.store.models import OfficeModel
from azukari.vault.rules.disposal import REASON_LABELS, STATE_LABELS, Reason, State
from azukari.vault.rules.numbers import VERIFICATION_LABELS, RecordState, ReplaceReason, Verification


class NumberRecord(OfficeModel):
    """One number of one person, sealed under its own key. A changed number is a new record."""

    client = models.ForeignKey("tenancy.ClientCompany", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    person = models.ForeignKey("roster.Person", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in RecordState])
    sealed = models.BinaryField(null=True)
    purposes = models.JSONField()
    way = models.CharField(max_length=30, choices=[(v.value, VERIFICATION_LABELS[v]) for v in Verification])
    number_document = models.CharField(max_length=60, blank=True)
    person_document = models.CharField(max_length=120, blank=True)
    checked_on = models.DateField(null=True)
    checked_by = models.CharField(max_length=60, blank=True)
    registered_at = models.DateTimeField()
    registered_by = models.UUIDField(null=True)
    registered_no = models.CharField(max_length=30)
    replaced_at = models.DateTimeField(null=True)
    replace_reason = models.CharField(max_length=10, blank=True, choices=[(r.value, r.value) for r in ReplaceReason])
    disposed_at = models.DateTimeField(null=True)
    key_destroyed_at = models.DateTimeField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("vault_number_office_key"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="vault_number_client"),
            OfficeForeignKey(column="person_id", target="roster.Person", name="vault_number_person"),
            models.UniqueConstraint(
                fields=["office_id", "person"],
                condition=models.Q(state=RecordState.ACTIVE.value),
                name="vault_number_one_active",
            ),
            models.CheckConstraint(
                condition=models.Q(state=RecordState.DISPOSED.value, sealed__isnull=True, disposed_at__isnull=False)
                | (~models.Q(state=RecordState.DISPOSED.value) & models.Q(sealed__isnull=False)),
                name="vault_number_disposed_is_empty",
            ),
        )
        indexes = (
            models.Index(fields=["office_id", "person", "state"], name="vault_number_person_state"),
            models.Index(fields=["office_id", "client", "state"], name="vault_number_client_state"),
            models.Index(
                fields=["office_id", "id"],
                name="vault_number_key_waiting",
                condition=models.Q(disposed_at__isnull=False, key_destroyed_at__isnull=True),
            ),
        )


class DuplicateTag(OfficeModel):
    """16 bits of a keyed hash within one client: narrows the candidates, proves nothing (security.md 2.4)."""

    record = models.OneToOneField(NumberRecord, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    client = models.ForeignKey("tenancy.ClientCompany", on_delete=models.CASCADE, db_constraint=False, related_name="+")
    tag = models.PositiveIntegerField()

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="record_id", target="vault.NumberRecord", name="vault_tag_record"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="vault_tag_client_company"),
        )
        indexes = (models.Index(fields=["office_id", "client", "tag"], name="vault_tag_client"),)


class RecordKey(OfficeModel):
    """The wrapped key of one number record or parcel, under the same id. Deleting the row is the disposal."""

    wrapped = models.BinaryField()
    made_at = models.DateTimeField()


class SealedParcel(OfficeModel):
    """Bytes that hold numbers and wait for a decision (a sheet being checked). Its key has the same id."""

    client = models.ForeignKey("tenancy.ClientCompany", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="vault_parcel_client"),
        )


class Disposal(OfficeModel):
    """A disposal from request to certificate."""

    client = models.ForeignKey("tenancy.ClientCompany", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    state = models.CharField(max_length=10, choices=[(s.value, STATE_LABELS[s]) for s in State])
    reason = models.CharField(max_length=25, choices=[(r.value, REASON_LABELS[r]) for r in Reason])
    two_persons = models.BooleanField()
    requested_by = models.UUIDField(null=True)
    requested_by_name = models.CharField(max_length=60)
    requested_by_role = models.CharField(max_length=20)
    requested_at = models.DateTimeField()
    executed_by = models.UUIDField(null=True)
    executed_by_name = models.CharField(max_length=60, blank=True)
    executed_by_role = models.CharField(max_length=20, blank=True)
    executed_at = models.DateTimeField(null=True)
    operation = models.PositiveBigIntegerField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("vault_disposal_office_key"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="vault_disposal_client"),
        )
        indexes = (models.Index(fields=["office_id", "state", "requested_at"], name="vault_disposal_state"),)


class DisposalItem(OfficeModel):
    """One number of a disposal, with what the certificate says of it, as it stood at the request."""

    disposal = models.ForeignKey(Disposal, on_delete=models.CASCADE, db_constraint=False, related_name="items")
    record = models.ForeignKey(NumberRecord, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    line = models.PositiveIntegerField(null=True)
    person_id = models.UUIDField()
    person_code = models.CharField(max_length=40, blank=True)
    person_name = models.CharField(max_length=120)
    relationship = models.CharField(max_length=20)
    former = models.BooleanField()
    periods = models.JSONField()
    open = models.BooleanField(default=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="disposal_id", target="vault.Disposal", name="vault_item_disposal"),
            OfficeForeignKey(column="record_id", target="vault.NumberRecord", name="vault_item_record"),
            models.UniqueConstraint(
                fields=["office_id", "record"], condition=models.Q(open=True), name="vault_item_one_open"
            ),
        )
        indexes = (models.Index(fields=["office_id", "person_id"], name="vault_item_person"),)


class Certificate(OfficeModel):
    """An issued 廃棄証明書: its number within the year, and the signed PDF with proof inside.

    Until its entry is committed nothing of it is signed: so long `pdf` is empty and `facts` holds what it will say.
    """

    disposal = models.OneToOneField(Disposal, on_delete=models.PROTECT, db_constraint=False, related_name="certificate")
    year = models.PositiveIntegerField()
    serial = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    facts = models.BinaryField(default=b"")
    entry_seq = models.PositiveBigIntegerField(null=True)
    pdf = models.BinaryField(default=b"")

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="disposal_id", target="vault.Disposal", name="vault_certificate_disposal"),
            models.UniqueConstraint(fields=["office_id", "year", "serial"], name="vault_certificate_number"),
        )
