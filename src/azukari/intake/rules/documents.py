"""Documents that do not, or no longer, prove a number or a person, as data with the day they ended.

Law: 番号法16条, 施行規則1条 and 2条 (numbering of 2026); law.md 3.3. Look at this table whenever the rules change: the
list moved four times since 2015.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DeadDocument:
    """A document and the first day on which it proves nothing; None when it never did.

    `words` are written forms after folding; `except_in` are longer words in which they mean something else.
    """

    name: str
    words: tuple[str, ...]
    ended_on: date | None
    source: str
    except_in: tuple[str, ...] = ()


DEAD_DOCUMENTS = (
    DeadDocument(
        "健康保険証",
        (
            "健康保険証",
            "健康保険被保険者証",
            "健保証",
            "国保証",
            "国民健康保険被保険者証",
            "後期高齢者医療被保険者証",
            "保険証",
        ),
        date(2024, 12, 2),
        "令和5年法律第48号; 施行規則2条3項",
        ("マイナ保険証", "介護保険証"),
    ),
    DeadDocument("年金手帳", ("年金手帳",), date(2022, 4, 1), "令和2年法律第40号; 施行規則2条3項"),
    DeadDocument("特別児童扶養手当証書", ("特別児童扶養手当証書",), date(2024, 7, 1), "施行規則2条3項"),
    DeadDocument("個人番号通知書", ("個人番号通知書", "番号通知書"), None, "令和2年総務省令第47号; 施行規則2条"),
)

# Counts only while name and address on it equal those of the 住民票; somebody must have looked.
# Law: 令和元年法律第16号附則6条 (abolished 2020-05-25).
NOTICE_CARD = "通知カード"


def find_dead_documents(written: str, day: date) -> tuple[str, ...]:
    """Name the documents in a text that proved nothing on the day of the check."""
    if not written:
        return ()
    folded = "".join(unicodedata.normalize("NFKC", written).split())
    return tuple(
        document.name
        for document in DEAD_DOCUMENTS
        if (document.ended_on is None or day >= document.ended_on) and _mentions(folded, document)
    )


def _mentions(folded: str, document: DeadDocument) -> bool:
    for other in document.except_in:
        folded = folded.replace(other, "")
    return any(word in folded for word in document.words)


def mentions_notice_card(written: str) -> bool:
    """Tell whether a text names the 通知カード."""
    return NOTICE_CARD in unicodedata.normalize("NFKC", written)
