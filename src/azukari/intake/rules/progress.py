"""How far an import is, and what may follow. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    """READING and REGISTERING are work in the background; the others wait for a person or are the end."""

    READING = "READING"
    MAPPING = "MAPPING"
    CHECKED = "CHECKED"
    REGISTERING = "REGISTERING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


STATE_LABELS = {
    State.READING: "読み取り中",
    State.MAPPING: "列の確認待ち",
    State.CHECKED: "確認待ち",
    State.REGISTERING: "登録中",
    State.DONE: "登録済み",
    State.FAILED: "中止（誤り）",
    State.CANCELLED: "取りやめ",
}

WORKING = (State.READING, State.REGISTERING)
WAITING = (State.MAPPING, State.CHECKED)
ENDED = (State.DONE, State.FAILED, State.CANCELLED)

# The longest step (30,000 people into the ledger) takes seconds; after three minutes without a step it is dead.
STALE_AFTER = timedelta(minutes=3)


class Verdict(StrEnum):
    """照合の結果 as the check page sorts it."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    SAME = "SAME"
    WARNING = "WARNING"
    WRONG = "WRONG"


VERDICT_LABELS = {
    Verdict.NEW: "新規",
    Verdict.CHANGED: "変更",
    Verdict.SAME: "同じ",
    Verdict.WARNING: "確認が必要",
    Verdict.WRONG: "誤り",
}
