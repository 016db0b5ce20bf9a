"""持ち運び（持ち出し）: what is asked before a number leaves, and how what left comes to its end. Pure.

Law: 特定個人情報ガイドライン（事業者編）別添1 2C b (書類・媒体等の持ち運びの記録), 2E c (持ち運ぶ場合の漏えい等の防止).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from azukari.journal import errors
from azukari.kernel import text
from azukari.kernel.check_digits import is_valid_my_number
from azukari.kernel.errors import InvalidError

_NUMBER_DIGITS = 12


class TakenOut(StrEnum):
    """持ち出しの記録: where a shown number goes."""

    NONE = ""
    SCREEN = "SCREEN"
    DOCUMENT = "DOCUMENT"
    PROGRAM = "PROGRAM"
    MEDIUM = "MEDIUM"
    FILE = "FILE"


TAKEN_OUT_LABELS = {
    TakenOut.NONE: "",
    TakenOut.SCREEN: "画面で見るだけ",
    TakenOut.DOCUMENT: "書類に記入",
    TakenOut.PROGRAM: "ソフトに入力",
    TakenOut.MEDIUM: "媒体に入れて運ぶ",
    TakenOut.FILE: "ファイルに出力",
}
AT_ONCE = "すぐに消去"
# What leaves, and so is chased until its end. Looking on the screen alone takes nothing out.
LEAVING = (TakenOut.DOCUMENT, TakenOut.PROGRAM, TakenOut.MEDIUM, TakenOut.FILE)


class Protection(StrEnum):
    """How what is carried is protected (別添1 2E c, 手法の例示)."""

    SEALED = "SEALED"
    PASSWORD = "PASSWORD"  # noqa: S105  # a word of the form, no secret
    LOCKED = "LOCKED"
    TRACKED = "TRACKED"
    COVERED = "COVERED"


PROTECTION_LABELS = {
    Protection.SEALED: "封緘した封筒",
    Protection.PASSWORD: "暗号化・パスワード",
    Protection.LOCKED: "鍵のかかる鞄・容器",
    Protection.TRACKED: "追跡できる郵便・宅配",
    Protection.COVERED: "目隠しシール",
}


class Outcome(StrEnum):
    """The end of a take-out. MISTAKEN: it never was, and the reason says why the record says so."""

    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    ERASED = "ERASED"
    MISTAKEN = "MISTAKEN"


OUTCOME_LABELS = {
    Outcome.SUBMITTED: "提出済み",
    Outcome.RETURNED: "返却",
    Outcome.ERASED: "消去",
    Outcome.MISTAKEN: "記録の誤り",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOutFacts:
    """What is asked. What leaves and for which purpose the operation itself says.

    `at_once`: erased or given back the same day, with no other day named. `medium` is a word: 「暗号化USBメモリ3号」.
    """

    kind: TakenOut
    at_once: bool = False
    due_on: date | None = None
    medium: str = ""
    submitted_to: str = ""
    protections: tuple[Protection, ...] = ()
    note: str = ""

    def last_day(self, today: date) -> date:
        """Give the day by which it must have come to its end."""
        return self.due_on if self.due_on is not None and not self.at_once else today

    def until(self) -> str:
        """Say until when, in words."""
        if self.at_once or self.due_on is None:
            return AT_ONCE
        return f"{self.due_on:%Y/%m/%d} まで"

    def in_words(self) -> str:
        """Say everything in one sentence without an ending, as the record shows it."""
        protections = "と".join(PROTECTION_LABELS[one] for one in self.protections)
        to = f"提出先 {self.submitted_to}" if self.submitted_to else ""
        return "・".join(part for part in (self.medium, to, self.until(), protections, self.note) if part)


def tidied(facts: TakeOutFacts) -> TakeOutFacts:
    """Give the facts without blanks around and without anything that could be a My Number."""

    def clean(typed: str) -> str:
        return text.mask_long_digits(typed.strip())

    return replace(facts, medium=clean(facts.medium), submitted_to=clean(facts.submitted_to), note=clean(facts.note))


def faults(facts: TakeOutFacts, *, today: date) -> list[InvalidError]:
    """List everything that is not known of a take-out, so that a form can say it all at once."""
    found: list[InvalidError] = []
    if facts.kind not in LEAVING:
        found.append(errors.TakeOutKindError())
    if not facts.at_once and facts.due_on is None:
        found.append(errors.TakeOutUntilMissingError())
    if not facts.at_once and facts.due_on is not None and facts.due_on < today:
        found.append(errors.TakeOutUntilPastError())
    if facts.kind is TakenOut.MEDIUM:
        if not facts.medium.strip():
            found.append(errors.TakeOutMediumMissingError())
        if not facts.submitted_to.strip():
            found.append(errors.TakeOutDestinationMissingError())
        if not facts.protections:
            found.append(errors.TakeOutProtectionMissingError())
        if not facts.note.strip():
            found.append(errors.TakeOutApprovalMissingError())
    return found


def check(facts: TakeOutFacts, *, today: date) -> None:
    """Refuse a take-out of which something is not known.

    Raises: TakeOutKindError, TakeOutUntilMissingError, TakeOutUntilPastError, TakeOutMediumMissingError,
    TakeOutDestinationMissingError, TakeOutProtectionMissingError, TakeOutApprovalMissingError.
    """
    for fault in faults(facts, today=today):
        raise fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a take-out ended: on which day, by what (shredded, handed in at the counter), the 控え number if any."""

    outcome: Outcome
    on: date
    how: str = ""
    receipt: str = ""

    def in_words(self) -> str:
        """Say it in one sentence without an ending."""
        receipt = f"控え {self.receipt}" if self.receipt else ""
        return "・".join(
            part for part in (OUTCOME_LABELS[self.outcome], f"{self.on:%Y/%m/%d}", receipt, self.how) if part
        )


def tidied_ending(ending: Ending) -> Ending:
    """Give the ending without blanks around and without anything that could be a My Number.

    The 控え number stays whole, since a 到達番号 has eighteen digits; `check_ending` refuses one that is a My Number.
    """
    return replace(ending, how=text.mask_long_digits(ending.how.strip()), receipt=ending.receipt.strip())


def _holds_number(receipt: str) -> bool:
    """Tell whether a 控え number is, or has standing alone in it, twelve digits with a right check digit."""
    folded = text.fold_number(receipt)
    runs = [*re.findall(r"[0-9]+", folded), "".join(re.findall(r"[0-9]", folded))]
    return any(len(run) == _NUMBER_DIGITS and is_valid_my_number(run) for run in runs)


def check_ending(ending: Ending, *, taken_on: date, today: date) -> None:
    """Refuse an ending that cannot be, or that leaves out why the record was wrong.

    Raises: EndingReasonMissingError, EndingDayError, ReceiptIsNumberError.
    """
    if _holds_number(ending.receipt):
        raise errors.ReceiptIsNumberError
    if ending.outcome is Outcome.MISTAKEN and not ending.how.strip():
        raise errors.EndingReasonMissingError
    if not taken_on <= ending.on <= today:
        raise errors.EndingDayError(first=taken_on, last=today)
