"""Passkeys: the relying party of WebAuthn (Level 3) on `fido2`, with user verification and without attestation.

A ceremony has two halves. `begin_…` gives options for the browser and a state the caller keeps in the session and
takes out of it once; `finish_…` takes the state and the browser's `credential.toJSON()`. The answer comes from
outside: whatever is wrong with it, its shape too, is a PasskeyRefusedError.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.cose import ES256, ES384, RS256, CoseKey, EdDSA
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from azukari.seal.errors import FormatError, PasskeyRefusedError

__all__ = [
    "Ceremony",
    "NewPasskey",
    "RelyingParty",
    "StoredPasskey",
    "begin_login",
    "begin_registration",
    "finish_login",
    "finish_registration",
    "named_by",
]

# What security keys, phones and computers sign with; RS256 is for Windows Hello on an older TPM.
_ALGORITHMS = (ES256.ALGORITHM, EdDSA.ALGORITHM, ES384.ALGORITHM, RS256.ALGORITHM)
_TRANSPORTS = frozenset({"ble", "hybrid", "internal", "nfc", "smart-card", "usb"})
_REQUIRED = UserVerificationRequirement.REQUIRED
# An answer without attestation has about 1 KiB. The library reads CBOR in quadratic time.
_FIELD_LIMIT = 16 * 1024
_LONGEST_CREDENTIAL_ID = 1023  # WebAuthn, 7.1
_LONGEST_USER_HANDLE = 64  # WebAuthn, 5.4.3


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This site: the domain passkeys are bound to, its name for people, and the exact origins of its pages."""

    rp_id: str
    name: str
    origins: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ceremony:
    """Options for `parse…OptionsFromJSON` in the browser, and the state for the session; both are plain JSON."""

    options: dict[str, Any]
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What a registration gives: the public key as COSE in CBOR; `backed_up` says that it is synchronised."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    transports: tuple[str, ...]
    backed_up: bool


@dataclass(frozen=True, slots=True)
class StoredPasskey:
    """What is needed of a NewPasskey to check a login."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def begin_registration(
    party: RelyingParty, *, user_handle: bytes, user_name: str, display_name: str, existing: Sequence[bytes]
) -> Ceremony:
    """Ask for a new passkey, kept on the device with its user so that a login needs no name.

    `user_handle` (1 to 64 bytes) tells whose it is at login and must say nothing about the person; `existing`
    are the person's credential ids, whose devices then decline.

    Raises: FormatError when the user handle is too short or too long.
    """
    if not 1 <= len(user_handle) <= _LONGEST_USER_HANDLE:
        raise FormatError("利用者の識別子の長さが正しくありません。")
    options, state = _server(party).register_begin(
        PublicKeyCredentialUserEntity(id=user_handle, name=user_name, display_name=display_name),
        _descriptors(existing),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=_REQUIRED,
    )
    return Ceremony(_plain(options.public_key), {"challenge": state["challenge"]})


def finish_registration(party: RelyingParty, state: Mapping[str, Any], response: object) -> NewPasskey:
    """Check the browser's answer and read the new passkey out of it. Whether its id is taken is for the caller.

    Raises: PasskeyRefusedError.
    """
    with _refusing():
        answer = _answer_of(response, ("clientDataJSON", "attestationObject"))
        attestation = cbor.decode(websafe_decode(answer["response"]["attestationObject"]))
        # The library would make a billion zero bytes of the number 1000000000.
        if not isinstance(attestation, Mapping) or not isinstance(attestation["authData"], bytes):
            raise PasskeyRefusedError
        data = _server(party).register_complete(_state_for_library(state), answer)
        made = data.credential_data
        if made is None or not 1 <= len(made.credential_id) <= _LONGEST_CREDENTIAL_ID:
            raise PasskeyRefusedError
        _check_key_works(made.public_key)
        return NewPasskey(
            credential_id=made.credential_id,
            public_key=cbor.encode(made.public_key),
            sign_count=data.counter,
            aaguid=str(made.aaguid),
            transports=_transports_of(response),
            backed_up=data.is_backed_up(),
        )


def begin_login(party: RelyingParty, *, allowed: Sequence[bytes] = ()) -> Ceremony:
    """Ask for a passkey: one of `allowed` (credential ids), or any of this site when none is named."""
    options, state = _server(party).authenticate_begin(_descriptors(allowed), user_verification=_REQUIRED)
    kept = {"challenge": state["challenge"], "allowed": [websafe_encode(found) for found in allowed]}
    return Ceremony(_plain(options.public_key), kept)


def named_by(response: object) -> tuple[bytes, bytes | None]:
    """Read which passkey an answer claims to be: credential id and user handle, both unproven.

    The caller looks the row up by the id and refuses a user handle of another person than the row's.

    Raises: PasskeyRefusedError.
    """
    with _refusing():
        answer = _login_answer(response)
        handle = answer["response"].get("userHandle")
        return websafe_decode(answer["rawId"]), None if handle is None else websafe_decode(handle)


def finish_login(party: RelyingParty, state: Mapping[str, Any], response: object, stored: StoredPasskey) -> int:
    """Check the browser's answer against a stored passkey. Gives the new sign count, to be stored.

    Raises: PasskeyRefusedError, also when a sign count does not grow: two devices then hold the same key. Many
    passkeys do not count and always say 0.
    """
    with _refusing():
        answer = _login_answer(response)
        allowed = state["allowed"]
        if allowed and websafe_encode(stored.credential_id) not in allowed:
            raise PasskeyRefusedError
        key = CoseKey.parse(cbor.decode(stored.public_key))  # type: ignore[arg-type]
        credential = AttestedCredentialData.create(Aaguid.NONE, stored.credential_id, key)
        _server(party).authenticate_complete(_state_for_library(state), [credential], answer)
        count = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
        if (count or stored.sign_count) and count <= stored.sign_count:
            raise PasskeyRefusedError
        return count


@contextmanager
def _refusing() -> Iterator[None]:
    # The library tells a wrong answer by ValueError, but stumbles over a misshapen one with whatever comes:
    # KeyError, TypeError, AssertionError, struct.error, RecursionError …
    try:
        yield
    except PasskeyRefusedError:
        raise
    except Exception as error:
        raise PasskeyRefusedError from error


def _server(party: RelyingParty) -> Fido2Server:
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=party.rp_id, name=party.name),
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda origin: origin in party.origins,
    )
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=algorithm)
        for algorithm in _ALGORITHMS
    ]
    return server


def _descriptors(credential_ids: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    kind = PublicKeyCredentialType.PUBLIC_KEY
    return [PublicKeyCredentialDescriptor(type=kind, id=credential_id) for credential_id in credential_ids]


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    # The library's values are subclasses of str and dict that only look like JSON.
    plain: dict[str, Any] = json.loads(json.dumps(dict(options)))
    return plain


def _state_for_library(state: Mapping[str, Any]) -> dict[str, Any]:
    # User verification is a rule of this module, never a matter of what lies in the session.
    return {"challenge": _text(state, "challenge"), "user_verification": _REQUIRED}


def _login_answer(response: object) -> dict[str, Any]:
    return _answer_of(response, ("clientDataJSON", "authenticatorData", "signature"), optional=("userHandle",))


def _answer_of(response: object, names: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    """Take from an answer what is needed, as texts of a bounded length.

    The library turns a number where bytes belong into that many zero bytes, so nothing else gets through to it.
    """
    outer = _mapping(response)
    inner = _mapping(outer["response"])
    found = {name: _text(inner, name) for name in names}
    found |= {name: _text(inner, name) for name in optional if inner.get(name) is not None}
    if outer["type"] != "public-key":
        raise PasskeyRefusedError
    _check_client_data(found["clientDataJSON"])
    return {"id": _text(outer, "id"), "rawId": _text(outer, "rawId"), "type": "public-key", "response": found}


def _check_client_data(encoded: str) -> None:
    # The library does not look at crossOrigin: it is set when the page stands in a frame of another site.
    client = _mapping(json.loads(websafe_decode(encoded)))
    _text(client, "challenge")
    if client.get("crossOrigin", False) is not False:
        raise PasskeyRefusedError


def _check_key_works(key: CoseKey) -> None:
    # The library takes any key at registration and finds out at the first login (WebAuthn, 7.1 step 20: the
    # algorithm is one that was offered). A key that can say that a signature is wrong is one.
    if key[3] not in _ALGORITHMS:
        raise PasskeyRefusedError
    try:
        key.verify(b"", bytes(64))
    except InvalidSignature:
        return
    raise PasskeyRefusedError


def _transports_of(response: object) -> tuple[str, ...]:
    # A hint only, which no browser signs: unknown words are dropped, not refused.
    named = _mapping(_mapping(response)["response"]).get("transports")
    return tuple(sorted(_TRANSPORTS.intersection(named))) if isinstance(named, list) else ()


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PasskeyRefusedError
    return value


def _text(mapping: Mapping[str, Any], name: str) -> str:
    value = mapping[name]
    if not isinstance(value, str) or len(value) > _FIELD_LIMIT:
        raise PasskeyRefusedError
    return value
