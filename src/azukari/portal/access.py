"""Permission of a page of the client companies' door."""

from __future__ import annotations

from azukari.entrance.access import page_of
from azukari.entrance.doors import PORTAL

page = page_of(PORTAL)
