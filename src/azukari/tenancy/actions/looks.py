"""The one guard of everything that destroys by the clock: two looks, a day apart (docs/adr/0027)."""

from __future__ import annotations

from datetime import datetime
from typing import NewType

from django.db import transaction

from azukari.tenancy.models import ClockLook
from azukari.tenancy.rules import clock

# A moment that two looks have confirmed. Sweeps that destroy ask for one, so that none of them asks the clock itself.
Confirmed = NewType("Confirmed", datetime)


@transaction.atomic
def confirm(*, now: datetime) -> Confirmed | None:
    """Look at the clock for the office in force. Gives the moment up to which what is over may be destroyed.

    None in the first day of an office.
    """
    row = ClockLook.objects.lock().first()
    seen = clock.Looks(row.older_at, row.newer_at) if row else None
    looks = clock.look(seen, now)
    if looks != seen:
        ClockLook.objects.update_or_create(defaults={"older_at": looks.older, "newer_at": looks.newer})
    return None if looks.older is None else Confirmed(looks.older)
