"""差し戻しの表: rows of a registration sheet (登録シート) that were not registered, as Excel.

It goes back to the client company. Numbers are never in it: the columns are there, empty, to be filled
again. `render` works in memory only.
"""

from azukari.press.documents.rejected_rows.book import render
from azukari.press.documents.rejected_rows.rows import RejectedRow

__all__ = ["RejectedRow", "render"]
