"""The relying party of passkeys: this service under its own address (WebAuthn, 5.1.2)."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest

from azukari.entrance.requests import public_address
from azukari.seal.passkeys import RelyingParty


def of(request: HttpRequest) -> RelyingParty:
    """Give the relying party of a request's address. The host is one of ALLOWED_HOSTS, so it cannot be made up."""
    address = public_address(request)
    return RelyingParty(rp_id=urlsplit(address).hostname or "", name="あずかり", origins=frozenset({address}))
