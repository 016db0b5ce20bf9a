"""Files on their way out: as they are, a range of them, or several as one zip. Nothing is kept on the server."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import RawIOBase
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from azukari.entrance.requests import actor_of, now_of
from azukari.exchange.actions import deliveries, receipts
from azukari.exchange.actions.deliveries import Readable
from azukari.kernel.clock import jst
from azukari.kernel.errors import AzukariError

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
NOTHING_TO_GATHER = "まとめてダウンロードできるファイルが選択されていません。保護ファイルは1件ずつ開いてください。"
_POLICY = "sandbox; default-src 'none'"


def send_file(request: HttpRequest, readable: Readable) -> HttpResponseBase:
    """Send a file as a download. One byte range is answered, so a broken-off download goes on (RFC 9110 14)."""
    contents, size = readable.contents, readable.contents.size
    etag = f'"{readable.id}"'  # the contents of a line never change
    wanted = request.headers.get("Range", "") if request.headers.get("If-Range", etag) == etag else ""
    found = _RANGE.fullmatch(wanted) if wanted != "bytes=-" else None
    first, last = 0, size - 1
    if found:
        first = int(found[1]) if found[1] else max(0, size - int(found[2]))
        last = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
        if first > last:
            refused = HttpResponse(status=416)
            refused.headers["Content-Range"] = f"bytes */{size}"
            return refused
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(last - first + 1),
        "Content-Disposition": content_disposition_header(True, readable.name) or "attachment",
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Content-Security-Policy": _POLICY,
    }
    if found:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return StreamingHttpResponse(contents.stream(first, last), status=206 if found else 200, headers=headers)


def send_zip(name: str, files: Sequence[tuple[Readable, datetime]]) -> HttpResponseBase:
    """Send several files as one zip, written while it is sent. Names are UTF-8 (APPNOTE 4.4.4 bit 11), each once."""
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Content-Security-Policy": _POLICY,
    }
    return StreamingHttpResponse(_zip(files), headers=headers)


def gather(request: HttpRequest, *, most: int) -> list[tuple[Readable, datetime]]:
    """Open the ticked lines of a list, for one zip. What cannot come along (保護, gone, not yours) is left out."""
    found = []
    for raw in request.POST.getlist("line")[:most]:
        try:
            opened = deliveries.open_ordinary(actor=actor_of(request), delivery_id=UUID(raw), now=now_of(request))
        except (ValueError, AzukariError):
            continue
        found.append((opened, opened.sent_at))
    return found


def send_receipt(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Send the signed receipt of a line. Raises: DeliveryNotFoundError."""
    number, pdf = receipts.draw(actor=actor_of(request), delivery_id=delivery_id, now=now_of(request))
    name = f"receipt-{number.removeprefix('受-')}.pdf"
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


class _Sink(RawIOBase):
    """What zipfile writes into; the stream takes it out again."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _zip(files: Sequence[tuple[Readable, datetime]]) -> Iterator[bytes]:
    sink, taken = _Sink(), set[str]()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for readable, at in files:
            info = zipfile.ZipInfo(_free_name(readable.name, taken), jst(at).timetuple()[:6])
            info.file_size = readable.contents.size
            with archive.open(info, "w", force_zip64=readable.contents.size >= 2**31) as entry:
                for piece in readable.contents.stream():
                    entry.write(piece)
                    yield sink.take()
            yield sink.take()
    yield sink.take()


def _free_name(name: str, taken: set[str]) -> str:
    """Give a name no other file of the zip has; letters of either case are the same to Windows."""
    stem, dot, extension = name.rpartition(".")
    stem, number, free = stem if dot else name, 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{stem}（{number}）{dot}{extension if dot else ''}"
    taken.add(free.casefold())
    return free


def send_made(name: str, files: Sequence[tuple[str, bytes]], at: datetime) -> HttpResponseBase:
    """Send files made in this request as one zip, written while it is sent."""
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Content-Security-Policy": _POLICY,
    }
    return StreamingHttpResponse(_zip_made(files, at), headers=headers)


def _zip_made(files: Sequence[tuple[str, bytes]], at: datetime) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name, jst(at).timetuple()[:6]), data)
            yield sink.take()
    yield sink.take()
