"""Uploads that can be gone on with, the same at the office's and the client companies' door (tus 1.0).

Extensions: creation, termination, checksum (sha256). Answers to a program are one sentence of plain text: the page
shows it in place. What is acknowledged (204) is durable. Source: https://tus.io/protocols/resumable-upload 1.0.0.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern

from azukari.entrance.access import shared
from azukari.entrance.refusals import record_refusal
from azukari.entrance.requests import actor_of, door_at, now_of, signed_in_of
from azukari.exchange import queries, tasks
from azukari.exchange.actions import uploads
from azukari.exchange.errors.files import (
    ChecksumMismatchError,
    FileTooLargeError,
    UploadNotFoundError,
)
from azukari.exchange.rules.states import MOST_MEMO
from azukari.exchange.rules.wishes import Wishes
from azukari.kernel.clock import utc_now
from azukari.kernel.errors import AzukariError
from azukari.ui.error_pages import status_of

_VERSION = "1.0.0"
_SEND = "exchange:file:send"
# What the protocol says otherwise than the pages; 460 is tus's own.
_STATUS: tuple[tuple[type[AzukariError], int], ...] = ((ChecksumMismatchError, 460), (FileTooLargeError, 413))


def _in_words(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer an error with its sentence as plain text: nobody but a script reads these answers."""

    @wraps(view)
    def speaking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("Tus-Resumable", _VERSION) != _VERSION:
            return HttpResponse(status=412, headers={"Tus-Version": _VERSION})
        try:
            response = view(request, *args, **kwargs)
        except AzukariError as error:
            record_refusal(request, error)
            status = next((status for kind, status in _STATUS if isinstance(error, kind)), status_of(error))
            response = HttpResponse(error.short, content_type="text/plain; charset=utf-8", status=status)
        response.headers["Tus-Resumable"] = _VERSION
        return response

    return speaking


@shared(_SEND, "POST", "OPTIONS")
@_in_words
def create(request: HttpRequest) -> HttpResponse:
    """Begin an upload, or find the one that was broken off: its place comes with the answer."""
    if request.method == "OPTIONS":
        limit = signed_in_of(request).office.file_limit_mb * 1024 * 1024
        told = {
            "Tus-Version": _VERSION,
            "Tus-Extension": "creation,termination,checksum",
            "Tus-Checksum-Algorithm": "sha256",
            "Tus-Max-Size": str(limit),
        }
        return HttpResponse(status=204, headers=told)
    length = request.headers.get("Upload-Length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        return HttpResponse(status=400)
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    actor, company = actor_of(request), signed_in_of(request).company
    begun = uploads.begin(
        actor=actor,
        client_id=company.id if company else _id(told.get("client", "")),
        typed_name=told.get("filename", ""),
        size=int(length),
        stamp=told.get("stamp", "")[:64],
        protected=company is not None and told.get("protected") == "1",
        wishes=Wishes(
            memo=told.get("memo", "")[:MOST_MEMO],
            reply_to=_id(told.get("reply_to", "")),
            item=_id(told.get("item", "")),
            replaces=_id(told.get("replaces", "")),
            batch=_id(told.get("batch", "")),
        ),
        now=now_of(request),
    )
    response = HttpResponse(status=201)
    response.headers["Location"] = reverse(f"{door_at(request).name}:upload", args=[begun.id])
    response.headers["Upload-Offset"] = str(begun.received)
    return response


@shared(_SEND, "GET", "HEAD", "PATCH", "DELETE")
@_in_words
def upload(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """HEAD: how far it is. PATCH: more of it. DELETE: no more of it. GET: its line, for the page."""
    actor = actor_of(request)
    if request.method == "PATCH":
        return _patch(request, file_id)
    if request.method == "DELETE":
        uploads.cancel(actor=actor, file_id=file_id, now=now_of(request))
        return HttpResponse(status=204)
    if request.method == "GET":
        row = queries.get_own_file(actor, file_id)
        if row is None:
            raise UploadNotFoundError
        return render(request, f"{door_at(request).name}/files/_upload.html", {"row": row})
    found = uploads.get(actor=actor, file_id=file_id)
    place = {"Upload-Offset": str(found.received), "Upload-Length": str(found.size), "Cache-Control": "no-store"}
    return HttpResponse(headers=place)


def _patch(request: HttpRequest, file_id: UUID) -> HttpResponse:
    offset, length = request.headers.get("Upload-Offset", ""), request.headers.get("Content-Length", "")
    if request.content_type != "application/offset+octet-stream":
        return HttpResponse(status=415)
    if not all(number.isascii() and number.isdigit() and len(number) < 16 for number in (offset, length)):
        return HttpResponse(status=400)
    checksum = request.headers.get("Upload-Checksum", "")
    sha256 = _checksum(checksum) if checksum else None
    if checksum and sha256 is None:
        return HttpResponse(status=400)
    actor = actor_of(request)
    done = uploads.receive(
        actor=actor,
        file_id=file_id,
        offset=int(offset),
        length=int(length),
        read=request.read,
        clock=utc_now,
        sha256=sha256,
    )
    if done.whole:
        tasks.examine_soon(actor.office_id, file_id)
    response = HttpResponse(status=204)
    response.headers["Upload-Offset"] = str(done.received)
    return response


def _checksum(header: str) -> bytes | None:
    algorithm, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return digest if algorithm == "sha256" and len(digest) == 32 else None


def _metadata(header: str) -> dict[str, str]:
    """Read `key base64, key base64`. What cannot be read is left out, as if it had not been sent."""
    told: dict[str, str] = {}
    for pair in header.split(",")[:20]:
        key, _, value = pair.strip().partition(" ")
        try:
            told[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            continue
    return told


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


patterns: list[URLPattern] = [
    path("files/uploads/", create, name="uploads"),
    path("files/uploads/<uuid:file_id>/", upload, name="upload"),
]
