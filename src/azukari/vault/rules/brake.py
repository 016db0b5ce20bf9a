"""歯止め: when a disposal needs a second look, and what an office may set of it. Pure.

A single click or a mistaken list must not empty a client. Bounds keep the brake from being set away (security.md 4.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# least, default, most
BRAKE_COUNT = (5, 20, 500)
BRAKE_SHARE = (10, 30, 90)
# The share says nothing of a client with a handful of numbers.
SHARE_FROM = 10


class Look(StrEnum):
    """Why a second look is asked for."""

    MANY = "MANY"
    SHARE = "SHARE"
    EARLY = "EARLY"


LOOK_LABELS = {
    Look.MANY: "24時間のうちに廃棄する件数が、事務所の決めた件数を超えます",
    Look.SHARE: "この顧問先の個人番号のうち、事務所の決めた割合を超えて廃棄します",
    Look.EARLY: "保存期間が終わっていない個人番号があります",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """More than `count` numbers of the office, or `share` percent of a client's, within 24 hours."""

    count: int = BRAKE_COUNT[1]
    share: int = BRAKE_SHARE[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What was destroyed within 24 hours, what is asked for now, and what the client still has (asked ones included)."""

    asked: int
    done: int
    done_of_client: int
    held_of_client: int


def looks_for(load: Load, *, early: bool, brake: Brake) -> tuple[Look, ...]:
    """Tell why a disposal needs a second look; nothing when it needs none."""
    found = []
    if load.done + load.asked > brake.count:
        found.append(Look.MANY)
    whole = load.held_of_client + load.done_of_client
    if whole >= SHARE_FROM and (load.done_of_client + load.asked) * 100 > whole * brake.share:
        found.append(Look.SHARE)
    if early:
        found.append(Look.EARLY)
    return tuple(found)
