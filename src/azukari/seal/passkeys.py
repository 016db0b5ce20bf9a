"""Passkeys (stand-in until the real module arrives)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RelyingParty:
    rp_id: str
    name: str
    origins: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ceremony:
    options: dict[str, Any]
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewPasskey:
    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    transports: tuple[str, ...]
    backed_up: bool


@dataclass(frozen=True, slots=True)
class StoredPasskey:
    credential_id: bytes
    public_key: bytes
    sign_count: int


def begin_registration(
    party: RelyingParty, *, user_handle: bytes, user_name: str, display_name: str, existing: Sequence[bytes]
) -> Ceremony:
    raise NotImplementedError


def finish_registration(party: RelyingParty, state: Mapping[str, Any], response: Mapping[str, Any]) -> NewPasskey:
    raise NotImplementedError


def begin_login(party: RelyingParty, *, allowed: Sequence[bytes] = ()) -> Ceremony:
    raise NotImplementedError


def finish_login(
    party: RelyingParty, state: Mapping[str, Any], response: Mapping[str, Any], stored: StoredPasskey
) -> int:
    raise NotImplementedError


def named_by(response: Mapping[str, Any]) -> tuple[bytes, bytes | None]:
    raise NotImplementedError
