"""Permission of a page of the persons' door: nobody is known here, the number on the slip is the right."""

from __future__ import annotations

from azukari.entrance.access import PUBLIC, page_of
from azukari.entrance.doors import PERSONAL

__all__ = ["PUBLIC", "page"]

page = page_of(PERSONAL)
