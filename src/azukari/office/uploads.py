"""Uploads of this door stay in memory and end early: a temporary file would hold numbers in the clear."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler

# One byte over the limit is enough for the reader to refuse the file by its size.
KEPT_BYTES = 20 * 1024 * 1024 + 1


class LimitedMemoryUploadHandler(MemoryFileUploadHandler):
    """Keeps the first 20 MiB of a file and drops the rest; the file then counts as too large."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  (Django names it)
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        self.activated = True

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.kept = 0
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        room = KEPT_BYTES - self.kept
        if room > 0:
            self.kept += min(room, len(raw_data))
            super().receive_data_chunk(raw_data[:room], start)
        return None

    def file_complete(self, file_size: int) -> Any:
        return super().file_complete(min(file_size, self.kept))
