"""鍵の控え: the office's half of the keys on one sheet of paper, printed once.

`render` works in memory only; the caller sends the bytes to the browser and forgets them. Nothing here logs,
caches or writes a file.
"""

from azukari.press.documents.recovery_sheet.page import render
from azukari.press.documents.recovery_sheet.sheet import RecoverySheet

__all__ = ["RecoverySheet", "render"]
