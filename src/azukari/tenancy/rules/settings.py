"""What an office decides for itself, with its bounds (architecture.md 9, security.md 4.1). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# least, default, most
REVEAL_SECONDS = (10, 60, 120)
UNLOCK_MINUTES = (1, 5, 15)
SESSION_MINUTES = (5, 30, 60)
PASSWORD_LENGTH = (12, 12, 64)
FILE_DAYS = (1, 7, 90)
PORTAL_DAYS = (30, 30, 400)
KEPT_DAYS = (30, 400, 3660)
FILE_LIMIT_MB = (1, 100, 5120)
# A file on its way out waits this long where the office wants time to think again (peers: 10 minutes).
HOLD_MINUTES = 10


class FactorFor(StrEnum):
    """Of whom a second factor is asked."""

    ALL = "ALL"
    HANDLERS = "HANDLERS"
    NOBODY = "NOBODY"


STAFF_FACTOR_CHOICES = (FactorFor.ALL, FactorFor.HANDLERS)
CLIENT_FACTOR_CHOICES = (FactorFor.ALL, FactorFor.NOBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSettings:
    """What an office decides for itself. `two_person_disposal` None means: as soon as there are two handlers."""

    reveal_seconds: int = REVEAL_SECONDS[1]
    unlock_minutes: int = UNLOCK_MINUTES[1]
    two_person_disposal: bool | None = None
    session_minutes: int = SESSION_MINUTES[1]
    allowed_networks: tuple[str, ...] = ()
    staff_factor: FactorFor = FactorFor.ALL
    client_factor: FactorFor = FactorFor.ALL
    password_length: int = PASSWORD_LENGTH[1]
    notice_addresses: tuple[str, ...] = ()
    default_sees_all: bool = False
    file_days: int = FILE_DAYS[1]
    portal_days: int = PORTAL_DAYS[1]
    kept_days: int = KEPT_DAYS[1]
    file_limit_mb: int = FILE_LIMIT_MB[1]
    holds_outgoing: bool = False
    takes_encrypted: bool = False
    mails_record: bool = True


SETTING_LABELS = {
    "reveal_seconds": "番号を表示する秒数",
    "unlock_minutes": "利用認証が続く分数",
    "two_person_disposal": "2名での廃棄",
    "session_minutes": "ログアウトするまでの分数",
    "allowed_networks": "接続元の制限",
    "staff_factor": "第2要素を求める職員",
    "client_factor": "第2要素を求める顧問先の利用者",
    "password_length": "パスワードの文字数",
    "notice_addresses": "通知先のメールアドレス",
    "default_sees_all": "新しい職員が見る顧問先",
    "file_days": "登録シートの写しの保管日数",
    "portal_days": "顧問先に見せるやりとりの日数",
    "kept_days": "ファイルの保管日数",
    "file_limit_mb": "1ファイルの大きさの上限",
    "holds_outgoing": "送信の前の10分間の待ち時間",
    "takes_encrypted": "パスワード付きファイルの受け取り",
    "mails_record": "記録の控えのメール",
}


def needs_two_persons(setting: bool | None, handlers: int) -> bool:
    """Decide whether a disposal needs a second person (architecture.md 9)."""
    return handlers >= 2 if setting is None else setting


def staff_needs_factor(setting: FactorFor, *, handles: bool, manages: bool) -> bool:
    """Decide whether a staff member needs a second factor: whoever handles numbers or manages always does."""
    return setting is FactorFor.ALL or handles or manages
