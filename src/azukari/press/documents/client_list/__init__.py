"""Excel of client companies: what is written out, and the blank to fill in. Both have the same columns."""

from azukari.press.documents.client_list.book import render
from azukari.press.documents.client_list.rows import ClientList, ClientListRow

__all__ = ["ClientList", "ClientListRow", "render"]
