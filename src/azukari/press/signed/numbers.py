"""No paper that leaves carries a My Number: a free text that looks like one is refused.

Narrower than `kernel.text.mask_long_digits` on purpose: a refusal here stops a paper, and days, periods and
telephone numbers in a note must not. The patterns stand here and nowhere else, because old papers are read by them
too: a rule that grew stricter would make them unreadable.

Law: ガイドライン別添1 2E (a record of handling does not contain the number).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Twelve digits, solid or 4-4-4, of any width.
_LIKE_A_NUMBER = re.compile(r"(?<!\d)\d{4}[\s\-‐‑‒–—―−－ー・]?\d{4}[\s\-‐‑‒–—―−－ー・]?\d{4}(?!\d)")
# File names come masked by `mask_long_digits`, which lets a middle dot pass; so it does here, or a file that was
# taken in would be left without its receipt.
_IN_A_FILE_NAME = re.compile(r"(?<!\d)\d{4}[\s\-‐‑‒–—―−－ー]?\d{4}[\s\-‐‑‒–—―−－ー]?\d{4}(?!\d)")


def check_no_number(texts: Iterable[str], *, file_name: str = "") -> None:
    """Refuse texts of which one could hold a My Number. Raises: ValueError; the message does not repeat it."""
    if any(_LIKE_A_NUMBER.search(text) for text in texts) or _IN_A_FILE_NAME.search(file_name):
        raise ValueError("a paper must not carry what could be a My Number")
