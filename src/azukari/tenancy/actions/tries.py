"""Counted tries: a try is taken from the database before the secret is checked, so parallel tries count too.

An atomic compare-and-set for each limit, never a cache (security.md 0.8).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Q, Value, When

from azukari.tenancy import errors
from azukari.tenancy.models import TryCount
from azukari.tenancy.rules.login import Limit


def take(*wanted: tuple[Sequence[Limit], str], now: datetime) -> None:
    """Take one try from each limit of each value, all or none.

    Raises: TooManyAttemptsError with the minutes until the next try.
    """
    with transaction.atomic():
        for limits, value in wanted:
            for limit in limits:
                if not _add(limit, value, now=now, most=limit.times):
                    ends_at = TryCount.objects.values_list("ends_at", flat=True).get(key=_key(limit, value))
                    minutes = max(1, -(-int((ends_at - now).total_seconds()) // 60))
                    raise errors.TooManyAttemptsError(minutes=minutes)


def give_back(limits: Sequence[Limit], value: str) -> None:
    """Give back one try of each limit: the secret was right."""
    TryCount.objects.filter(key__in=[_key(limit, value) for limit in limits], tries__gt=0).update(tries=F("tries") - 1)


def forget(limits: Sequence[Limit], value: str) -> None:
    """Start the counts of a value anew, after a complete login."""
    TryCount.objects.filter(key__in=[_key(limit, value) for limit in limits]).delete()


def count(limit: Limit, value: str, *, now: datetime) -> bool:
    """Count something that is never refused. Gives True at the one time the limit is reached."""
    with transaction.atomic():
        _add(limit, value, now=now, most=None)
        return TryCount.objects.filter(key=_key(limit, value), tries=limit.times).exists()


def is_reached(limit: Limit, value: str, *, now: datetime) -> bool:
    """Tell whether a limit that refuses nothing has been reached and still runs."""
    return TryCount.objects.filter(key=_key(limit, value), tries__gte=limit.times, ends_at__gt=now).exists()


def sweep_old(*, now: datetime) -> int:
    """Delete counts whose time is over."""
    return TryCount.objects.filter(ends_at__lt=now).delete()[0]


def _add(limit: Limit, value: str, *, now: datetime, most: int | None) -> bool:
    key = _key(limit, value)
    TryCount.objects.bulk_create([TryCount(key=key, tries=0, ends_at=now + limit.within)], ignore_conflicts=True)
    over = Q(ends_at__lte=now)
    free = TryCount.objects.filter(key=key)
    if most is not None:
        free = free.filter(over | Q(tries__lt=most))
    return bool(
        free.update(
            tries=Case(When(over, then=Value(1)), default=F("tries") + 1),
            ends_at=Case(When(over, then=Value(now + limit.within)), default=F("ends_at")),
        )
    )


def _key(limit: Limit, value: str) -> str:
    return hashlib.sha256(f"{limit.kind}\n{value}".encode()).hexdigest()
