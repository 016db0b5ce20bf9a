"""記録の控え: the newest signed head of the office's record, to take away; and the proof that it continues an older one."""

from __future__ import annotations

from base64 import b64encode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern

from azukari.entrance.access import shared
from azukari.entrance.requests import door_at
from azukari.journal import queries as journal
from azukari.journal.errors import NoCopyYetError
from azukari.seal import checkpoint, time_stamps
from azukari.tenancy.actions import keys

_PERMISSION = "tenancy:own:manage"


@shared(_PERMISSION)
def show(request: HttpRequest) -> HttpResponse:
    newest, verifier_key = journal.newest_checkpoint(), keys.verifier_key()
    door = door_at(request)
    context = {
        "door": door,
        "layout": door.layout,
        "newest": newest,
        "stamped": (stamped := journal.newest_stamped()),
        "authority": time_stamps.read_token(stamped.token, stamped.note.encode()).authority if stamped else "",
        "root": checkpoint.printable_root(checkpoint.read_unverified(newest.note).root) if newest else "",
        "fingerprint": checkpoint.fingerprint(verifier_key),
        "verifier_key": verifier_key,
    }
    return render(request, "entrance/record_copy.html", context)


@shared(_PERMISSION)
def note(request: HttpRequest) -> HttpResponse:
    """Hand out the newest signed note. Raises: NoCopyYetError."""
    newest = journal.newest_checkpoint()
    if newest is None:
        raise NoCopyYetError
    response = HttpResponse(newest.note, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="azukari-record-{newest.size}.txt"'
    return response


@shared(_PERMISSION)
def proof(request: HttpRequest) -> HttpResponse:
    """Answer a browser that kept a note: the newest one, and the proof that it continues the tree of `from` entries.

    `proof` is null where the record cannot prove it: it is shorter than that, or rows are missing.
    """
    newest, asked = journal.newest_checkpoint(), request.GET.get("from", "0")
    if newest is None:
        return JsonResponse({"note": None})
    old = int(asked) if asked.isdecimal() and asked.isascii() and len(asked) < 19 else 0
    try:
        hashes = journal.consistency_proof(old, newest.size) if old <= newest.size else None
    except IndexError:
        hashes = None
    told = None if hashes is None else [b64encode(item).decode() for item in hashes]
    return JsonResponse({"note": newest.note, "key": keys.verifier_key(), "proof": told})


patterns: list[URLPattern] = [
    path("record-copy/", show, name="record-copy"),
    path("record-copy/note.txt", note, name="record-copy-note"),
    path("record-copy/proof/", proof, name="record-copy-proof"),
]
