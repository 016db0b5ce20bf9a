"""Files of a plain form: kept in memory and ended early, since a temporary file would hold numbers in the clear."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest

from azukari.entrance.requests import actor_of
from azukari.exchange import tasks
from azukari.exchange.actions import uploads
from azukari.exchange.errors.files import FileTooLargeError
from azukari.exchange.rules.wishes import Wishes
from azukari.kernel.clock import utc_now
from azukari.kernel.errors import ConflictError, InvalidError
from azukari.kernel.text import readable_size

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


def take_form_files(request: HttpRequest, *, client_id: UUID | None, wishes: Wishes, protected: bool = False) -> int:
    """Take the files of a plain form, where no script runs. Says what was not taken and why; gives how many were."""
    return sum(
        _take(request, file, client_id=client_id, wishes=wishes, protected=protected)
        for file in request.FILES.getlist("files")
    )


def _take(request: HttpRequest, file: Any, *, client_id: UUID | None, wishes: Wishes, protected: bool) -> bool:
    actor = actor_of(request)
    try:
        if file.size >= KEPT_BYTES:
            # The rest was dropped on its way in: this must never pass for the whole file.
            raise FileTooLargeError(limit=readable_size(KEPT_BYTES - 1), size="それ以上")
        done = uploads.take_at_once(
            actor=actor,
            client_id=client_id,
            typed_name=file.name or "",
            data=file.read,
            size=file.size,
            protected=protected,
            wishes=wishes,
            clock=utc_now,
        )
    except (InvalidError, ConflictError) as error:
        messages.error(request, f"「{uploads.shown_name(file.name or '')}」：{error.short}")
        return False
    tasks.examine_soon(actor.office_id, done.id)
    return True
