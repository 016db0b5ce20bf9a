"""Tables of the journal: the entries with their leaf hashes, the head of the tree, tiles for proofs."""

from __future__ import annotations

from django.db import models

from azukari.journal.rules import Kind, Result, TakenOut
from azukari.store.models import OfficeModel

TILE_WIDTH = 256


class Head(OfficeModel):
    """The end of one office's tree: locked by every append, so entries have one order.

    `origin_number` is 1, or 2 … after a break (the origin in checkpoints then ends in /2). `set_back_no` is the NO of a
    flagged entry about the clock that the 責任者 have not been told of yet.
    """

    size = models.PositiveBigIntegerField(default=0)
    operation = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField()
    origin_number = models.PositiveSmallIntegerField(default=1)
    last_at = models.DateTimeField(null=True)
    set_back_no = models.PositiveBigIntegerField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (models.UniqueConstraint(fields=["office_id"], name="journal_head_one_per_office"),)


class Entry(OfficeModel):
    """One line of the record. `body` is what the tree holds; the other columns repeat it for search."""

    seq = models.PositiveBigIntegerField()
    operation = models.PositiveBigIntegerField()
    line = models.PositiveIntegerField()
    at = models.DateTimeField()
    staff_id = models.UUIDField(null=True)
    user_id = models.UUIDField(null=True)
    client_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    event = models.CharField(max_length=60)
    label = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in Kind])
    result = models.CharField(max_length=8, choices=[(r.value, r.value) for r in Result])
    screen = models.CharField(max_length=30)
    purpose = models.CharField(max_length=60, blank=True)
    taken_out = models.CharField(max_length=10, blank=True, choices=[(t.value, t.value) for t in TakenOut])
    body = models.BinaryField()
    leaf_hash = models.BinaryField()

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["office_id", "seq"], name="journal_entry_seq"),
            models.UniqueConstraint(fields=["office_id", "operation", "line"], name="journal_entry_operation_line"),
        )
        indexes = (
            models.Index(fields=["office_id", "at", "seq"], name="journal_entry_at"),
            models.Index(fields=["office_id", "client_id", "seq"], name="journal_entry_client"),
            models.Index(fields=["office_id", "person_id", "seq"], name="journal_entry_person"),
            models.Index(fields=["office_id", "staff_id", "seq"], name="journal_entry_staff"),
            models.Index(
                fields=["office_id", "user_id", "seq"],
                name="journal_entry_user",
                condition=models.Q(user_id__isnull=False),
            ),
            models.Index(
                fields=["office_id", "seq"],
                name="journal_entry_failures",
                condition=models.Q(result=Result.FAILURE.value),
            ),
        )


class EntryText(OfficeModel):
    """Names and free text of an entry with their salt. Erasing the row erases the text; the tree stays valid."""

    salt = models.BinaryField()
    texts = models.JSONField()


class Tile(OfficeModel):
    """Hash of a complete subtree of 256^level leaves, so that a proof reads a few rows only."""

    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hash = models.BinaryField()

    class Meta(OfficeModel.Meta):
        constraints = (models.UniqueConstraint(fields=["office_id", "level", "index"], name="journal_tile_place"),)


class Checkpoint(OfficeModel):
    """A signed head: what others keep as a witness (C2SP tlog-checkpoint)."""

    origin_number = models.PositiveSmallIntegerField(default=1)
    size = models.PositiveBigIntegerField()
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["office_id", "origin_number", "size"], name="journal_checkpoint_head"),
        )
