"""Letters by mail: subject and text of each, plain text. No number, no name of a person of a client. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from azukari.kernel.clock import jst_minute


class NoticeWhen(StrEnum):
    """When a person wants to be told by mail of files and requests."""

    AT_ONCE = "AT_ONCE"
    DAILY = "DAILY"
    NEVER = "NEVER"


NOTICE_LABELS = {
    NoticeWhen.AT_ONCE: "そのつど送る",
    NoticeWhen.DAILY: "1日1回、朝8時にまとめて送る",
    NoticeWhen.NEVER: "送らない",
}


_MOST_NUMBERS = 30


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail before it is addressed."""

    subject: str
    body: str


def _sign(office_name: str) -> str:
    return (
        f"\n\n{office_name}\n"
        "このメールは、あずかりから自動で送っています。返信されても届きません。\n"
        "心当たりがないときは、事務所の責任者に連絡してください。\n"
    )


def invitation(*, name: str, office_name: str, office_code: str, login_id: str, address: str, ends: str) -> Mail:
    """Invite somebody to activate an account; the address carries the code behind `#`."""
    return Mail(
        f"【{office_name}】ログインのご案内",
        f"{name} 様\n\n"
        f"{office_name}の「あずかり」を使うための準備ができました。\n"
        "次のアドレスを開き、パスワードと、第2要素（確認コードのアプリまたはパスキー）を登録してください。\n\n"
        f"{address}\n\n"
        f"事務所コード：{office_code}\nログインID：{login_id}\n有効期限：{ends}\n\n"
        "アドレスは1回だけ使えます。ほかの人に転送しないでください。" + _sign(office_name),
    )


def new_device(*, name: str, office_name: str, device: str, address: str, at: datetime) -> Mail:
    """Tell of a login from a device not seen before."""
    return Mail(
        f"【{office_name}】新しい端末からのログイン",
        f"{name} 様\n\n新しい端末からログインがありました。\n\n"
        f"日時：{jst_minute(at)}\n端末：{device}\n接続元：{address}\n\n"
        "ご自身でなければ、すぐに事務所の責任者に連絡し、アカウントを停止してもらってください。" + _sign(office_name),
    )


def account_changed(*, name: str, office_name: str, what: str, at: datetime) -> Mail:
    """Tell of a change to the ways into an account: second factor, password, reset."""
    return Mail(
        f"【{office_name}】{what}",
        f"{name} 様\n\nアカウントに次の変更がありました。\n\n"
        f"内容：{what}\n日時：{jst_minute(at)}\n\n"
        "ご自身でなければ、すぐに事務所の責任者に連絡してください。" + _sign(office_name),
    )


def exchange_news(*, company: str, office_name: str, news: list[str], address: str) -> Mail:
    """Tell a person what waits in the exchange: one line a thing, no name of a file or a person."""
    lines = "\n".join(f"・{line}" for line in news)
    return Mail(
        f"【{office_name}】ファイルのお知らせ（{len(news)}件）",
        f"{company} 様\n\n{lines}\n\nログインして確認してください。\n{address}" + _sign(office_name),
    )


def take_outs_late(*, name: str, office_name: str, numbers: list[str], escalated: bool) -> Mail:
    """Tell of take-outs past their day: how many and their NO, nothing of whom they concern."""
    shown = "、".join(f"NO {number}" for number in numbers[:_MOST_NUMBERS])
    more = f" ほか{len(numbers) - _MOST_NUMBERS}件" if len(numbers) > _MOST_NUMBERS else ""
    since = "期限を1週間以上過ぎた" if escalated else "期限を過ぎた"
    return Mail(
        f"【{office_name}】持ち出しの記録：期限超過（{len(numbers)}件）",
        f"{name} 様\n\n{since}持ち出しが{len(numbers)}件あります。\n\n{shown}{more}\n\n"
        "現物やファイルを確認し、ログインして［持ち出しの記録］に、提出・返却・消去のどれかを記録してください。"
        + _sign(office_name),
    )


def record_copy(*, office_name: str, size: int, root: str, fingerprint: str, note: str) -> Mail:
    """Hand out the newest signed head of an office's record, to be kept: no name of a person, no number."""
    return Mail(
        f"【{office_name}】取扱いの記録の控え",
        "このメールは、消さずに保管してください。\n\n"
        f"{office_name}の個人番号の取扱いの記録について、今の時点の控えをお送りします。\n"
        "あとで記録が書き換えられると、この控えと合わなくなるため、変更に気づけます。\n\n"
        f"記録の件数：{size:,}件\n記録の照合値：{root}\n鍵の指紋：{fingerprint}\n\n"
        f"控え（この下の行を、そのまま残してください）\n\n{note}" + _sign(office_name),
    )


def office_notice(*, office_name: str, what: str, detail: str, at: datetime) -> Mail:
    """Tell the office's notice addresses of something that concerns the whole office."""
    return Mail(
        f"【{office_name}】{what}",
        f"{office_name} 御中\n\n{what}\n\n日時：{jst_minute(at)}\n{detail}" + _sign(office_name),
    )


def odd_uses(*, name: str, office_name: str, count: int) -> Mail:
    """Tell a 責任者 how many odd uses wait for a look: a count and nothing else."""
    return Mail(
        f"【{office_name}】いつもと違う利用（{count}件）",
        f"{name} 様\n\nまだ確認していない、いつもと違う利用が{count}件あります。\n\n"
        "「あずかり」にログインし、［いつもと違う利用］を開いて確認してください。" + _sign(office_name),
    )
