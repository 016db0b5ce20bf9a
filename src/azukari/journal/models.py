"""Tables of the journal: the entries with their leaf hashes, the head of the tree, tiles for proofs."""

from __future__ import annotations

from django.db import models

from azukari.journal.rules import Kind, Result, TakenOut
from azukari.journal.rules.takeouts import Outcome
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
            # Each walks one filter of the list in its own order: 日時, then place in the tree.
            models.Index(fields=["office_id", "at", "seq"], name="journal_entry_at"),
            # Those without a client company or person are left out: SQLite would take them for as few as any other's.
            models.Index(
                fields=["office_id", "client_id", "at", "seq"],
                name="journal_entry_by_client",
                condition=models.Q(client_id__isnull=False),
            ),
            models.Index(
                fields=["office_id", "person_id", "at", "seq"],
                name="journal_entry_by_person",
                condition=models.Q(person_id__isnull=False),
            ),
            models.Index(fields=["office_id", "staff_id", "at", "seq"], name="journal_entry_by_staff"),
            models.Index(fields=["office_id", "kind", "at", "seq"], name="journal_entry_by_kind"),
            models.Index(fields=["office_id", "screen", "at", "seq"], name="journal_entry_by_screen"),
            models.Index(
                fields=["office_id", "user_id", "seq"],
                name="journal_entry_user",
                condition=models.Q(user_id__isnull=False),
            ),
            models.Index(
                fields=["office_id", "at", "seq"],
                name="journal_entry_by_failure",
                condition=models.Q(result=Result.FAILURE.value),
            ),
            models.Index(
                fields=["office_id", "at", "seq"],
                name="journal_entry_by_taken_out",
                # The words of `queries.narrowing`, else neither database sees that they are the same.
                condition=models.Q(taken_out__gt="") & ~models.Q(taken_out=TakenOut.SCREEN.value),
            ),
            # What a person did that is about no client company: log-ins, settings.
            models.Index(
                fields=["office_id", "staff_id", "at", "seq"],
                name="journal_entry_by_own",
                condition=models.Q(client_id__isnull=True),
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
    """A signed head: what others keep as a witness (C2SP tlog-checkpoint). `stamp` is an RFC 3161 token of the note."""

    origin_number = models.PositiveSmallIntegerField(default=1)
    size = models.PositiveBigIntegerField()
    note = models.TextField()
    signed_at = models.DateTimeField()
    stamp = models.BinaryField(default=b"")
    stamped_at = models.DateTimeField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["office_id", "origin_number", "size"], name="journal_checkpoint_head"),
        )


class TakeOut(OfficeModel):
    """Something that left, bound to its entry: it has the entry's ID, and its words stand beside the entry.

    Open until an entry of its own closes it. Nothing but the closing columns and the two of the chase ever changes.
    """

    seq = models.PositiveBigIntegerField()
    number = models.CharField(max_length=30)
    at = models.DateTimeField()
    staff_id = models.UUIDField(null=True)
    client_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    record_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=10, choices=[(t.value, t.value) for t in TakenOut])
    due_on = models.DateField()
    outcome = models.CharField(max_length=10, blank=True, choices=[(o.value, o.value) for o in Outcome])
    closed_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_seq = models.PositiveBigIntegerField(null=True)
    reminded_on = models.DateField(null=True)
    escalated_on = models.DateField(null=True)

    class Meta(OfficeModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=["office_id", "seq"], name="journal_takeout_seq"),
            models.CheckConstraint(
                condition=models.Q(outcome="", closed_on=None, closed_at=None, closed_seq=None)
                | ~models.Q(outcome="")
                & models.Q(closed_on__isnull=False, closed_at__isnull=False, closed_seq__isnull=False),
                name="journal_takeout_closed_whole",
            ),
        )
        indexes = (
            models.Index(
                fields=["office_id", "due_on", "seq"], name="journal_takeout_open", condition=models.Q(outcome="")
            ),
            models.Index(
                fields=["office_id", "person_id"], name="journal_takeout_person", condition=models.Q(outcome="")
            ),
            models.Index(
                fields=["office_id", "client_id"], name="journal_takeout_client", condition=models.Q(outcome="")
            ),
        )
