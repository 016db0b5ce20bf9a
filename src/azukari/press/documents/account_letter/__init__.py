"""ログインのご案内: a letter that hands an account over on paper, one page a person, many in one PDF.

`render` works in memory only; the caller sends the bytes to the browser and forgets them. Nothing here logs, caches or
writes a file.
"""

from azukari.press.documents.account_letter.letter import AccountLetter, LetterKind
from azukari.press.documents.account_letter.page import render

__all__ = ["AccountLetter", "LetterKind", "render"]
