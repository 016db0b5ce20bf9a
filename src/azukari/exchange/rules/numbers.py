"""Does a text hold My Numbers (個人番号)? A question before something is sent, never an answer with digits in it.

One string of twelve digits in ten has a right check digit, so a single number proves nothing: it takes a telling word
in the same text, or several right numbers among few wrong ones.

Law: 番号法2条5項, 19条, 20条; 平成26年総務省令第85号 第5条.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from azukari.kernel.check_digits import is_valid_my_number
from azukari.kernel.text import HYPHENS, fold_number

# Without a telling word: so many different right numbers, and at least half of all strings of twelve digits. Of a list
# of twelve-digit order or article codes (UPC) one in ten is right.
ENOUGH_WITHOUT_WORDS = 5
_SHARE_WITHOUT_WORDS = 2

_DIGIT = "[0-9０-９]"
_HYPHEN = f"[{re.escape(HYPHENS)}]"
_BLANK = "[ \u3000\u00a0\t]"
# Solid, or 4-4-4 with the same kind of mark twice. Not a piece of something longer: 13 digits (法人番号, JAN), a card
# of four groups, a decimal fraction. After a blank a new number or a date may stand; after a hyphen it is one number.
# The first digit comes before what is looked at behind it: `re` then skips letters at once, four times as fast.
_TWELVE = re.compile(
    rf"{_DIGIT}(?<!{_DIGIT}{_DIGIT})(?<!{_DIGIT}[.．]{_DIGIT})(?<!{_DIGIT}{_HYPHEN}{_DIGIT})"
    rf"(?:{_DIGIT}{{11}}"
    rf"|{_DIGIT}{{3}}{_HYPHEN}{_DIGIT}{{4}}{_HYPHEN}{_DIGIT}{{4}}"
    rf"|(?<!{_DIGIT}{{4}}{_BLANK}{_DIGIT}){_DIGIT}{{3}}{_BLANK}{_DIGIT}{{4}}{_BLANK}{_DIGIT}{{4}}"
    rf"(?!{_BLANK}{_DIGIT}{{4}}(?![0-9０-９/／年.．-])))"
    rf"(?!{_DIGIT})(?![.．]{_DIGIT})(?!{_HYPHEN}{_DIGIT})"
)
# One digit a box, as forms have it: twelve of them, not thirteen.
_GAP = "(?:[ \u3000\u00a0\t\n]|\r\n)"
_SPREAD = re.compile(
    rf"{_DIGIT}(?<!{_DIGIT}{_DIGIT})(?<!{_DIGIT}[ \u3000\u00a0\t\n]{_DIGIT})(?<!{_DIGIT}\r\n{_DIGIT})"
    rf"(?:{_GAP}{_DIGIT}){{11}}(?!{_DIGIT})(?!{_GAP}{_DIGIT}(?!{_DIGIT}))"
)
_WORDS = re.compile(
    r"個[\s\u3000]*人[\s\u3000]*番[\s\u3000]*号|マイ[・\s\u3000]*ナンバ|まい[・\s\u3000]*なんば|ﾏｲ[･\s\u3000]*ﾅﾝﾊﾞ"
    r"|my[\s\u3000_-]*number|ｍｙ[\s\u3000＿－]*ｎｕｍｂｅｒ|individual[\s_-]*number|番号法|特定個人情報"
    r"|特定の個人を識別するための番号|番号通知カード",
    re.IGNORECASE,
)
# 年月日時分 as programs stamp it (202411240930): twelve digits that are a moment, not a person.
_MOMENT = re.compile(r"(?:199|20[0-3])\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d")


@dataclass(frozen=True, slots=True)
class NumberFinding:
    """What was found. `count` is how many different right numbers; `likely` whether they are My Numbers."""

    count: int
    likely: bool


def look_for_numbers(text: str) -> NumberFinding:
    """Look for My Numbers in a text of any length, in linear time. No digit leaves this function.

    Law: 番号法19条 (a My Number goes to nobody without need), 平成26年総務省令第85号 第5条 (the check digit).
    """
    found = {fold_number(match[0]) for pattern in (_TWELVE, _SPREAD) for match in pattern.finditer(text)}
    found = {digits for digits in found if not _MOMENT.fullmatch(digits)}
    count = sum(map(is_valid_my_number, found))
    if not count:
        return NumberFinding(0, likely=False)
    many = count >= ENOUGH_WITHOUT_WORDS and count * _SHARE_WITHOUT_WORDS >= len(found)
    return NumberFinding(count, likely=many or _WORDS.search(text) is not None)
