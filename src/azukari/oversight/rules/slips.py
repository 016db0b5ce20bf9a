"""Limits of the page a person opens with the number on the お預かり控え (security.md 4.2). Pure."""

from __future__ import annotations

from datetime import timedelta

from azukari.tenancy.rules.login import Limit

# By address: a number has 120 bits, so this is against load and against a record full of noise, not against guessing.
# A right number gives its try back.
SOURCE_LIMITS = (Limit("slip-source-5m", 20, timedelta(minutes=5)),)
# By slip: each opening stands in the record.
OPEN_LIMITS = (Limit("slip-open-1h", 30, timedelta(hours=1)),)
