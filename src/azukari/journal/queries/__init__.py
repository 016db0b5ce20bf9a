"""Reads of the record, one file per noun: the list, its lines and operations, proofs, the check of the whole."""

from azukari.journal.queries.access import AccessRow, list_own_access
from azukari.journal.queries.lines import EntryRow, entry_body
from azukari.journal.queries.narrowing import Filter
from azukari.journal.queries.operations import OperationPage, OperationRow, list_operations, within_operation
from azukari.journal.queries.pages import (
    COUNT_CAP,
    Page,
    count_entries,
    find_span,
    get_entry_for,
    list_entries,
    list_screens,
    walk_all,
)
from azukari.journal.queries.proofs import (
    Proved,
    SignedHead,
    consistency_proof,
    hashes_between,
    inclusion_proof,
    prove,
    tree_size,
)
from azukari.journal.queries.verification import Verified, verify_record

__all__ = [
    "COUNT_CAP",
    "AccessRow",
    "EntryRow",
    "Filter",
    "OperationPage",
    "OperationRow",
    "Page",
    "Proved",
    "SignedHead",
    "Verified",
    "consistency_proof",
    "count_entries",
    "entry_body",
    "find_span",
    "get_entry_for",
    "hashes_between",
    "inclusion_proof",
    "list_entries",
    "list_operations",
    "list_own_access",
    "list_screens",
    "prove",
    "tree_size",
    "verify_record",
    "walk_all",
    "within_operation",
]
