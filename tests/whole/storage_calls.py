"""Stands between the folder of the blobs and the system: every call that changes the disk goes through one function."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

_FOLDER = "azukari.store.blobs.folder"
_CALLS = ("open", "write", "fsync", "close", "link", "unlink", "mkdir", "rmdir", "rename")


@contextmanager
def watched(step: Callable[[str, Callable[[], Any]], Any]) -> Iterator[None]:
    """Until the block ends, `step` makes each call of the folder, or does not. It gets the call's name and the call."""
    with ExitStack() as stack:
        for name in _CALLS:
            stack.enter_context(patch.object(os, name, _through(step, name, getattr(os, name))))
        yield


def _through(step: Callable[[str, Callable[[], Any]], Any], name: str, plain: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **options: Any) -> Any:
        if _is_of_folder():
            return step(name, lambda: plain(*arguments, **options))
        return plain(*arguments, **options)

    return call


def _is_of_folder() -> bool:
    """Tell whether the folder made the call, by itself or through a Path."""
    caller = sys._getframe(2)
    if caller.f_globals.get("__name__", "").startswith("pathlib") and caller.f_back is not None:
        caller = caller.f_back
    return caller.f_globals.get("__name__") == _FOLDER
