"""The act of one button: done and said so, or refused and said why."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from azukari.kernel.errors import ConflictError


def attempt[Result](request: HttpRequest, act: Callable[[], Result], done: str | Callable[[Result], str]) -> bool:
    """Do something; tell the person `done`, or what stood in the way. Gives whether it was done.

    `done` is a sentence, or makes one of what the act gave.
    """
    try:
        result = act()
    except ConflictError as error:
        messages.error(request, f"{error.event}{error.short}")
        return False
    messages.success(request, done if isinstance(done, str) else done(result))
    return True
