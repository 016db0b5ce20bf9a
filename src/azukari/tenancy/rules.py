"""What holds for an office: setting bounds, times of an unlock, login limits, events of the record. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from azukari.journal.rules import Event, Kind

# architecture.md 9: both are office settings with upper bounds.
REVEAL_SECONDS = (10, 60, 120)  # least, default, most
UNLOCK_MINUTES = (1, 5, 15)

# security.md 4.1: failures per account and per source, then a delay; never a permanent lock by name.
ACCOUNT_FAILURES = 5
SOURCE_FAILURES = 20
FAILURE_WINDOW = timedelta(minutes=5)

SESSION_IDLE = timedelta(minutes=30)
SESSION_LIMIT = timedelta(hours=12)


class Events:
    """What tenancy writes into the record."""

    LOGGED_IN = Event("tenancy.staff.logged_in", "ログイン", Kind.ACCESS)
    LOGGED_OUT = Event("tenancy.staff.logged_out", "ログアウト", Kind.ACCESS)
    UNLOCKED = Event("tenancy.vault.unlocked", "従業員利用認証", Kind.ACCESS)
    UNLOCK_ENDED = Event("tenancy.vault.unlock_ended", "利用認証の終了", Kind.ACCESS)
    REFUSED = Event("tenancy.access.refused", "権限のない操作の拒否", Kind.ACCESS)
    OFFICE_OPENED = Event("tenancy.office.opened", "事務所の開設", Kind.REGISTER)
    STAFF_ADDED = Event("tenancy.staff.added", "従業員アカウントの追加", Kind.REGISTER)
    ASSIGNED = Event("tenancy.staff.assigned", "担当する顧問先の追加", Kind.REGISTER)
    CLIENT_ADDED = Event("tenancy.client.added", "顧問先の追加", Kind.REGISTER)
    GRANTED = Event("tenancy.grant.given", "取扱担当者の権限変更", Kind.REGISTER)
    SETTINGS_CHANGED = Event("tenancy.settings.changed", "設定の変更", Kind.REGISTER)
    RECOVERY_ISSUED = Event("tenancy.recovery.issued", "鍵の控えの発行", Kind.OUTPUT)
    RECOVERY_CONFIRMED = Event("tenancy.recovery.confirmed", "鍵の控えの確認", Kind.REGISTER)
    RECOVERED = Event("tenancy.grant.recovered", "鍵の控えによる復旧", Kind.REGISTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSettings:
    """What an office decides for itself. `two_person_disposal` None means: as soon as there are two handlers."""

    reveal_seconds: int = REVEAL_SECONDS[1]
    unlock_minutes: int = UNLOCK_MINUTES[1]
    two_person_disposal: bool | None = None


def needs_two_persons(setting: bool | None, handlers: int) -> bool:
    """Decide whether a disposal needs a second person (architecture.md 9)."""
    return handlers >= 2 if setting is None else setting


def unlock_is_over(*, last_used_at: datetime, minutes: int, now: datetime) -> bool:
    """Tell whether an unlock has ended through disuse. A clock that ran backwards ends it too."""
    return not last_used_at - timedelta(minutes=1) <= now < last_used_at + timedelta(minutes=minutes)


def session_is_over(*, signed_in_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    """Tell whether a login has ended: 30 minutes of disuse or 12 hours in all (security.md 4.1)."""
    return now >= last_seen_at + SESSION_IDLE or now >= signed_in_at + SESSION_LIMIT


def full_login(office_code: str, login_id: str) -> str:
    """Give the one canonical login name for look-up, limits and record."""
    return f"{office_code.strip().lower()}/{login_id.strip().lower()}"
