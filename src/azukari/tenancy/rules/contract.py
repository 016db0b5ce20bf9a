"""保守契約: plan, period and limits that the operator sets and the office reads. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """Terms of a contract. None means without a limit, or without an end."""

    plan: str
    starts_on: date
    ends_on: date | None = None
    staff_limit: int | None = None
    client_limit: int | None = None
    number_limit: int | None = None
    note: str = ""
    operator_note: str = ""


def state_of(*, starts_on: date, ends_on: date | None, stopped: bool, today: date) -> str:
    """Say how a contract stands: 利用停止中, 開始前, 契約期間の終了 or 利用中."""
    if stopped:
        return "利用停止中"
    if today < starts_on:
        return "開始前"
    if ends_on is not None and today > ends_on:
        return "契約期間が終了"
    return "利用中"
