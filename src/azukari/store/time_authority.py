"""The time-stamping authority over HTTP: a request's bytes go out, an answer's bytes come back. No tables, no Django.

What the bytes mean, and whether an answer holds, is `seal.time_stamps`. Source: RFC 3161 section 3.4.
"""

from __future__ import annotations

import http.client
from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from azukari.kernel.errors import UnavailableError

_SECONDS = 8.0
_LARGEST_ANSWER = 64 * 1024


class TimeAuthorityAwayError(UnavailableError):
    """The authority gave no answer. What waits for a stamp waits on."""

    code = "store.time_authority_away"
    happened = "時刻の証明を受け取れませんでした。"
    cause = "{why}"
    remedy = "つながりしだい、自動的にもう一度頼みます。"

    def __init__(self, why: str) -> None:
        super().__init__(why=why)


@dataclass(frozen=True, slots=True)
class _Authority:
    """Where the authority answers. `login` is the value of the Authorization header, empty without one."""

    secure: bool
    host: str
    port: int | None
    path: str
    roots: bytes
    login: str = field(default="", repr=False)


_authority: _Authority | None = None


def configure(address: str, roots: bytes = b"") -> None:
    """Say where the authority is (`https://name:password@host/path`, or nothing) and whom to trust (PEM).

    Raises: ValueError on another kind of address, or on one without roots: an unchecked stamp is worth nothing.
    """
    global _authority  # noqa: PLW0603 - set once at start, as a whole
    if not address:
        _authority = None
        return
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not roots:
        raise ValueError("a time-stamping authority has an address (http, https) and root certificates")
    login = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        login = f"Basic {b64encode(pair.encode()).decode()}"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    _authority = _Authority(parts.scheme == "https", parts.hostname, parts.port, path, roots, login)


def is_set_up() -> bool:
    """Tell whether an authority is configured."""
    return _authority is not None


def trusted_roots() -> bytes:
    """Give the root certificates (PEM) an answer must lead to; empty without an authority."""
    return _authority.roots if _authority else b""


def send(request: bytes) -> bytes:
    """Send a request (DER) and give the answer's bytes. Raises: TimeAuthorityAwayError."""
    authority = _authority
    if authority is None:
        raise TimeAuthorityAwayError("時刻認証局が設定されていません。")
    kind = http.client.HTTPSConnection if authority.secure else http.client.HTTPConnection
    connection = kind(authority.host, authority.port, timeout=_SECONDS)
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    if authority.login:
        headers["Authorization"] = authority.login
    try:
        connection.request("POST", authority.path, request, headers)
        response = connection.getresponse()
        answer = response.read(_LARGEST_ANSWER + 1)
    except (OSError, http.client.HTTPException) as error:
        raise TimeAuthorityAwayError("時刻認証局に接続できません。") from error
    finally:
        connection.close()
    if response.status != http.client.OK or len(answer) > _LARGEST_ANSWER:
        raise TimeAuthorityAwayError(f"時刻認証局が、証明を返しませんでした（{response.status}）。")
    return answer
