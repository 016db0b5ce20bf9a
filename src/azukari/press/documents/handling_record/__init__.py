"""個人番号関係事務処理一覧 on its way out: paper for the binder, Excel, CSV.

The lines hold names and what was done, never a number.
"""

from azukari.press.documents.handling_record.book import write_book
from azukari.press.documents.handling_record.lines import HEADINGS, RecordHead, RecordLine
from azukari.press.documents.handling_record.page import render
from azukari.press.documents.handling_record.plain import Encoding, write_plain

__all__ = ["HEADINGS", "Encoding", "RecordHead", "RecordLine", "render", "write_book", "write_plain"]
