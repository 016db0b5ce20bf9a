"""Pages of lists whose query already counted and cut: Django's `Page` without a second count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PAGE_SIZE = 50


def page_number(request: HttpRequest, name: str = "page") -> int:
    """Read the wanted page; anything that is no page number is page 1."""
    raw = request.GET.get(name, "1")
    return int(raw) if raw.isdecimal() and len(raw) < 7 and int(raw) > 0 else 1


def counted_page(rows: Sequence[Any], total: int, number: int, size: int = PAGE_SIZE) -> Page[Any]:
    """Make the page of `rows`, cut by the query, of a list of `total`."""
    paginator: Paginator[Any] = Paginator(range(total), size)
    page = paginator.get_page(number)
    page.object_list = list(rows)
    return page
