"""The ledger: one line per file and client company, who opened it, its receipt; broadcasts and notices."""

from __future__ import annotations

from django.db import models

from azukari.exchange.models.files import StoredFile
from azukari.exchange.rules.states import DeliveryState, Direction
from azukari.store.constraints import OfficeForeignKey, office_key
from azukari.store.models import OfficeModel


class Broadcast(OfficeModel):
    """One act of sending to many client companies. `target` says in words whom: すべて, 選んだ12社, 分類「建設」."""

    target = models.CharField(max_length=200)
    memo = models.CharField(max_length=400, blank=True)
    count = models.PositiveIntegerField()
    staff_id = models.UUIDField()
    sender = models.CharField(max_length=60)
    sent_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (office_key("exchange_broadcast_office_key"),)


class Delivery(OfficeModel):
    """A line of 送受信ファイル一覧: one file between the office and one client company.

    Name, size, 保護 (also proposed) and the client's reading are repeated here, so that a page of the ledger reads one table.
    `batch` is one for what was sent together; `thread` is the first line of a conversation.
    """

    client = models.ForeignKey("tenancy.ClientCompany", on_delete=models.PROTECT, db_constraint=False, related_name="+")
    client_kana = models.CharField(max_length=150)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    direction = models.CharField(max_length=10, choices=[(d.value, d.value) for d in Direction])
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in DeliveryState])
    name = models.CharField(max_length=200)
    search_key = models.CharField(max_length=400)
    size = models.PositiveBigIntegerField()
    protected = models.BooleanField(default=False)
    proposed = models.BooleanField(default=False)
    memo = models.CharField(max_length=400, blank=True)
    batch = models.UUIDField()
    broadcast = models.ForeignKey(Broadcast, on_delete=models.PROTECT, db_constraint=False, related_name="+", null=True)
    thread_id = models.UUIDField()
    item_id = models.UUIDField(null=True)
    replaced_by_id = models.UUIDField(null=True)
    staff_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    sender = models.CharField(max_length=60)
    sent_at = models.DateTimeField()
    release_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    opened_by = models.CharField(max_length=60, blank=True)
    answered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=60, blank=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            office_key("exchange_delivery_office_key"),
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="exchange_delivery_client"),
            OfficeForeignKey(column="file_id", target="exchange.StoredFile", name="exchange_delivery_file"),
            OfficeForeignKey(column="broadcast_id", target="exchange.Broadcast", name="exchange_delivery_broadcast"),
        )
        indexes = (
            models.Index(fields=["office_id", "sent_at", "id"], name="exchange_ledger"),
            models.Index(fields=["office_id", "client", "sent_at", "id"], name="exchange_ledger_client"),
            models.Index(fields=["office_id", "client_kana", "sent_at", "id"], name="exchange_ledger_kana"),
            models.Index(fields=["office_id", "search_key", "id"], name="exchange_ledger_name"),
            models.Index(fields=["office_id", "client", "search_key", "id"], name="exchange_ledger_client_name"),
            models.Index(
                fields=["office_id", "direction", "sent_at", "id"],
                name="exchange_ledger_unread",
                condition=models.Q(opened_at__isnull=True, state=DeliveryState.READY),
            ),
            models.Index(
                fields=["office_id", "sent_at", "id"],
                name="exchange_ledger_protected",
                condition=models.Q(protected=True),
            ),
            models.Index(
                fields=["office_id", "client_kana", "sent_at", "id"],
                name="exchange_ledger_protected_kana",
                condition=models.Q(protected=True),
            ),
            models.Index(
                fields=["office_id", "search_key", "id"],
                name="exchange_ledger_protected_name",
                condition=models.Q(protected=True),
            ),
            models.Index(fields=["office_id", "expires_at", "id"], name="exchange_ledger_ends"),
            models.Index(fields=["office_id", "file"], name="exchange_delivery_of_file"),
            models.Index(fields=["office_id", "thread_id", "sent_at"], name="exchange_delivery_thread"),
            models.Index(
                fields=["office_id", "item_id"],
                name="exchange_delivery_item",
                condition=models.Q(item_id__isnull=False),
            ),
            models.Index(
                fields=["office_id", "broadcast"],
                name="exchange_delivery_broadcast",
                condition=models.Q(broadcast__isnull=False),
            ),
        )


class Opening(OfficeModel):
    """Somebody opened a file: written before the first byte goes out."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    at = models.DateTimeField()
    staff_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    name = models.CharField(max_length=60)
    address = models.CharField(max_length=45, blank=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="delivery_id", target="exchange.Delivery", name="exchange_opening_delivery"),
        )
        indexes = (models.Index(fields=["office_id", "delivery", "at"], name="exchange_opening_when"),)


class Receipt(OfficeModel):
    """The signed receipt of a file that was handed in: its facts, and the proof that the record holds them.

    The PDF is drawn from them whenever it is asked for, also when the file is gone; the proof is made the first time.
    """

    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, db_constraint=False, related_name="receipt")
    year = models.PositiveIntegerField()
    serial = models.PositiveIntegerField()
    sealed_facts = models.BinaryField()
    entry_seq = models.PositiveBigIntegerField()
    proof = models.TextField(default="")
    issued_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="delivery_id", target="exchange.Delivery", name="exchange_receipt_delivery"),
            models.UniqueConstraint(fields=["office_id", "year", "serial"], name="exchange_receipt_number"),
        )


class Notice(OfficeModel):
    """One line of news for one person, mailed at once or with the day's others. `outbox_id` tells of its delivery."""

    account_id = models.UUIDField()
    client = models.ForeignKey(
        "tenancy.ClientCompany", on_delete=models.CASCADE, db_constraint=False, related_name="+", null=True
    )
    delivery_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=20)
    line = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    outbox_id = models.UUIDField(null=True)
    dropped = models.CharField(max_length=60, blank=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            OfficeForeignKey(column="client_id", target="tenancy.ClientCompany", name="exchange_notice_client"),
        )
        indexes = (
            models.Index(
                fields=["office_id", "due_at"],
                name="exchange_notice_due",
                condition=models.Q(mailed_at__isnull=True),
            ),
            models.Index(fields=["office_id", "delivery_id"], name="exchange_notice_delivery"),
        )
