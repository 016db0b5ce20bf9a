"""Tables of the vault. `RecordKey` lives alone in the key store, with backups that end early."""

from __future__ import annotations

from django.db import models

from azukari.store.constraints import OfficeForeignKey, office_key
from azukari.store.models import OfficeModel
from azukari.vault.rules.brake import BRAKE_COUNT, BRAKE_SHARE
from azukari.vault.rules.disposal import REASON_LABELS, STATE_LABELS, Reason, State
from azukari.vault.rules.documents import EVENT_LABELS, EventKind
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
    # The requests of one act over several clients share it.
    batch = models.UUIDField(null=True)
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
    # 復元不能日, and the NO of the entry that confirms it.
    unrecoverable_on = models.DateField(null=True)
    unrecoverable_no = models.CharField(max_length=30, blank=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("vault_disposal_office_key"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="vault_disposal_client"),
        )
        indexes = (
            models.Index(fields=["office_id", "state", "requested_at"], name="vault_disposal_state"),
            models.Index(
                fields=["office_id", "unrecoverable_on"],
                name="vault_disposal_unconfirmed",
                condition=models.Q(state=State.CERTIFIED.value, unrecoverable_no=""),
            ),
            models.Index(fields=["office_id", "batch"], name="vault_disposal_batch"),
            models.Index(fields=["office_id", "executed_at"], name="vault_disposal_executed"),
        )


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

    `person_id` is set where it repeats the lines of one person. One that was wrong is replaced by another.
    Until its entry is committed nothing of it is signed: so long `pdf` is empty and `facts` holds what it will say.
    """

    disposal = models.ForeignKey(Disposal, on_delete=models.PROTECT, db_constraint=False, related_name="certificates")
    person_id = models.UUIDField(null=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")
    why = models.CharField(max_length=200, blank=True)
    replaced_at = models.DateTimeField(null=True)
    year = models.PositiveIntegerField()
    serial = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    stamp_wanted = models.BooleanField(default=False)
    stamped_at = models.DateTimeField(null=True)
    facts = models.BinaryField(default=b"")
    entry_seq = models.PositiveBigIntegerField(null=True)
    pdf = models.BinaryField(default=b"")

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("vault_certificate_office_key"),
            OfficeForeignKey(column="disposal_id", target="vault.Disposal", name="vault_certificate_disposal"),
            OfficeForeignKey(column="replaces_id", target="vault.Certificate", name="vault_certificate_replaces"),
            models.UniqueConstraint(fields=["office_id", "year", "serial"], name="vault_certificate_number"),
            models.UniqueConstraint(
                fields=["office_id", "disposal"],
                condition=models.Q(person_id__isnull=True, replaced_at__isnull=True),
                name="vault_certificate_one_stands",
            ),
            models.UniqueConstraint(
                fields=["office_id", "disposal", "person_id"],
                condition=models.Q(person_id__isnull=False, replaced_at__isnull=True),
                name="vault_certificate_one_a_person",
            ),
        )
        indexes = (
            models.Index(
                fields=["office_id", "issued_at"],
                name="vault_certificate_to_stamp",
                condition=models.Q(stamp_wanted=True, stamped_at__isnull=True),
            ),
        )


class RetentionSetting(OfficeModel):
    """保存期間の設定 of an office: what 完結の日 means by paper, and the brake. Without a row the defaults hold."""

    completion = models.JSONField(default=dict)
    brake_count = models.PositiveSmallIntegerField(default=BRAKE_COUNT[1])
    brake_share = models.PositiveSmallIntegerField(default=BRAKE_SHARE[1])
    version = models.PositiveIntegerField(default=0)
    # When it was last looked for numbers to tell the 責任者 of.
    looked_at = models.DateTimeField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["office_id"], name="vault_retention_one_setting"),
            models.CheckConstraint(
                condition=models.Q(brake_count__range=(BRAKE_COUNT[0], BRAKE_COUNT[2])), name="vault_brake_count"
            ),
            models.CheckConstraint(
                condition=models.Q(brake_share__range=(BRAKE_SHARE[0], BRAKE_SHARE[2])), name="vault_brake_share"
            ),
        )


class RetentionDay(OfficeModel):
    """A day recorded for one paper of one person, beside 退職日 of the 台帳. What it was before stands in the record."""

    person = models.ForeignKey("roster.Person", on_delete=models.CASCADE, db_constraint=False, related_name="+")
    document = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=[(k.value, EVENT_LABELS[k]) for k in EventKind])
    on = models.DateField()
    recorded_by_name = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="person_id", target="roster.Person", name="vault_day_person"),
            models.UniqueConstraint(fields=["office_id", "person", "document", "kind"], name="vault_day_one"),
        )
        indexes = (models.Index(fields=["office_id", "kind", "on"], name="vault_day_kind"),)


class RetentionExtension(OfficeModel):
    """保存期間の延長 of everything held of one person. One at most is in force; taken back ones stay as history."""

    person = models.ForeignKey("roster.Person", on_delete=models.CASCADE, db_constraint=False, related_name="+")
    until = models.DateField()
    reason = models.CharField(max_length=100)
    set_by_name = models.CharField(max_length=60)
    set_at = models.DateTimeField()
    ended_by_name = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="person_id", target="roster.Person", name="vault_extension_person"),
            models.UniqueConstraint(
                fields=["office_id", "person"],
                condition=models.Q(ended_at__isnull=True),
                name="vault_extension_one_in_force",
            ),
        )
