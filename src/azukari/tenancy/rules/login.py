"""Times of a login and of an unlock, limits of tries, the one canonical login name (security.md 4.1). Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

SESSION_LIMIT = timedelta(hours=12)
OPERATOR_IDLE_MINUTES = 15
OPERATOR_LIMIT = timedelta(hours=8)
# From the password to the second factor, and from the code to the end of the set-up.
PENDING_LIMIT = timedelta(minutes=30)
RECORD_MINUTES = 15  # ux.md 3.2, screen 17
CODE_DAYS = 14  # security.md 4.2: a letter
MAIL_CODE_DAYS = 3


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries within a time; the next one is refused until it is over."""

    kind: str
    times: int
    within: timedelta


# A try is counted before it is checked and given back when it was right, so that parallel tries count too.
# After five the account waits five minutes, after ten more within the hour a quarter of one: never for good, and a
# known device is counted apart, so that nobody is locked out by somebody who only knows the name.
ACCOUNT_LIMITS = (
    Limit("account-5m", 5, timedelta(minutes=5)),
    Limit("account-15m", 10, timedelta(minutes=15)),
)
DEVICE_LIMITS = (Limit("device-5m", 5, timedelta(minutes=5)), Limit("device-1h", 20, timedelta(hours=1)))
SOURCE_LIMITS = (Limit("source-5m", 20, timedelta(minutes=5)),)
FACTOR_LIMITS = (
    Limit("factor-5m", 5, timedelta(minutes=5)),
    Limit("factor-1h", 20, timedelta(hours=1)),
    Limit("factor-1d", 50, timedelta(days=1)),
)
CONFIRM_LIMITS = (Limit("confirm-5m", 5, timedelta(minutes=5)), Limit("confirm-1h", 20, timedelta(hours=1)))
# One page of 本人の確認 is good for one act: a second press of its button does nothing twice.
TICKET_LIMIT = Limit("ticket", 1, timedelta(hours=12))
# Never refuses: past it the people concerned are told (50 a day for one account, 1,000 in 5 minutes for all).
NOTICE_LIMIT = Limit("notice-1d", 50, timedelta(days=1))
ALARM_LIMIT = Limit("alarm-5m", 1000, timedelta(minutes=5))

_LOGIN_ID = re.compile(r"[a-z0-9][a-z0-9._-]{1,38}[a-z0-9]")


def tidy_word(typed: str) -> str:
    """Give an office code or login ID as it is stored: half-width, small letters, no space around."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def is_login_id(word: str) -> bool:
    """Tell whether a tidy word can be a login ID: 3 to 40 of a-z, 0-9 and . _ - inside."""
    return _LOGIN_ID.fullmatch(word) is not None


def full_login(office_code: str, login_id: str) -> str:
    """Give the one canonical login name for look-up, limits and record."""
    return f"{tidy_word(office_code)}/{tidy_word(login_id)}"


def unlock_is_over(*, last_used_at: datetime, minutes: int, now: datetime) -> bool:
    """Tell whether an unlock has ended through disuse. A clock that ran backwards ends it too."""
    return not last_used_at - timedelta(minutes=1) <= now < last_used_at + timedelta(minutes=minutes)


def session_is_over(
    *, signed_in_at: datetime, last_seen_at: datetime, now: datetime, idle: timedelta, limit: timedelta = SESSION_LIMIT
) -> bool:
    """Tell whether a login has ended, through disuse or in all (security.md 4.1)."""
    return now >= last_seen_at + idle or now >= signed_in_at + limit
