"""廃棄: for which reasons, by whom, and when a number may be destroyed. Pure.

Law: 番号法20条 (no keeping beyond need), ガイドライン第4-3-(3), 別添1 2E d. Two persons stand behind a disposal as soon as the
office has two; a single person waits 24 hours instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from azukari.vault import errors
from azukari.vault.rules.retention import Period

SCREEN = "廃棄"
WAIT_ALONE = timedelta(hours=24)


class Reason(StrEnum):
    """廃棄の理由."""

    PERIOD_ENDED = "PERIOD_ENDED"
    CONTRACT_ENDED = "CONTRACT_ENDED"
    NUMBER_CHANGED = "NUMBER_CHANGED"
    REGISTERED_BY_MISTAKE = "REGISTERED_BY_MISTAKE"


REASON_LABELS = {
    Reason.PERIOD_ENDED: "保存期間の満了",
    Reason.CONTRACT_ENDED: "顧問契約の終了",
    Reason.NUMBER_CHANGED: "個人番号の変更（変更前の番号）",
    Reason.REGISTERED_BY_MISTAKE: "登録の誤り",
}


class State(StrEnum):
    """How far a disposal is. EXECUTED: the numbers no longer open, keys are being destroyed."""

    REQUESTED = "REQUESTED"
    EXECUTED = "EXECUTED"
    CERTIFIED = "CERTIFIED"
    CANCELLED = "CANCELLED"


STATE_LABELS = {
    State.REQUESTED: "承認待ち",
    State.EXECUTED: "証明書を発行中",
    State.CERTIFIED: "廃棄済み",
    State.CANCELLED: "取り消し",
}


def check_reason(
    reason: Reason, *, periods: Iterable[Period], contract_ended_on: date | None, replaced_only: bool, today: date
) -> None:
    """Refuse a disposal whose reason does not hold.

    Raises: RetentionRunsError, ContractRunsError, ReasonNotAllowedError.
    """
    if reason is Reason.PERIOD_ENDED:
        running = list(periods)
        if not running:
            raise errors.PeriodNotStartedError
        for period in running:
            if today < period.disposable_from:
                raise errors.RetentionRunsError(affair=period.label, last_on=period.last_on)
    if reason is Reason.CONTRACT_ENDED and (contract_ended_on is None or today < contract_ended_on):
        raise errors.ContractRunsError
    if reason is Reason.NUMBER_CHANGED and not replaced_only:
        raise errors.ReasonNotAllowedError


def check_executable(*, two_persons: bool, requested_at: datetime, now: datetime) -> None:
    """Refuse a single person's disposal before 24 hours have passed. Raises: WaitNotOverError."""
    if not two_persons and now < requested_at + WAIT_ALONE:
        raise errors.WaitNotOverError(until=requested_at + WAIT_ALONE)
