"""What a password must be: long, not common, not made of the names around it (security.md 4.1). Pure.

No rules on the kinds of signs, no change by the calendar (NIST SP 800-63B-4, 3.1.1.2).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

FULL_WIDTH = "パスワードに全角の文字が入っています。入力の切り替えを忘れていたときは、もう一度変更してください。"
ALONE = 15  # characters when nothing but the password stands before the account
MOST = 128
_SHORT_WORD = 4


def least_length(*, with_factor: bool, office: int) -> int:
    """Give the least number of characters: the office's wish, and 15 where the password stands alone."""
    return office if with_factor else max(office, ALONE)


def find_fault(password: str, *, least: int, words: Iterable[str] = ()) -> str:
    """Give why a password cannot be taken, in Japanese, or an empty text.

    `words` are names an attacker would try first: login ID, office code, names. Common passwords are looked up by
    the caller. The password is compared exactly as typed.
    """
    if len(password) < least:
        return f"パスワードは{least}文字以上にしてください（今は{len(password)}文字）。"
    if len(password) > MOST:
        return f"パスワードは{MOST}文字までにしてください。"
    if len(set(password)) < _SHORT_WORD:
        return "同じ文字の繰り返しが多いため、使えません。"
    rest = password.lower()
    for word in sorted({word.lower() for word in words if len(word) >= _SHORT_WORD}, key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < least // 2:
        return "事務所コードやログインIDなど、推測しやすい言葉でできているため、使えません。"
    return ""


def is_full_width(password: str) -> bool:
    """Tell whether full-width letters are in it: allowed, but mostly a slip of the input mode."""
    return any(unicodedata.east_asian_width(sign) == "F" for sign in password)
