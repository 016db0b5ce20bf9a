"""Passkeys, against a small authenticator made of software."""

from __future__ import annotations

import contextlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256, RS1, RS256, EdDSA
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.seal import passkeys
from azukari.seal.errors import FormatError, PasskeyRefusedError
from azukari.seal.passkeys import Ceremony, NewPasskey, RelyingParty, StoredPasskey

ORIGIN = "https://azukari.example"
LOCAL = "http://localhost:8000"
PARTY = RelyingParty("azukari.example", "あずかり", frozenset({ORIGIN, "https://app.azukari.example:8443"}))
HANDLE = b"h" * 32
UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def data(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


@dataclass
class Authenticator:
    """A device with one credential. What a test wants wrong, it sets; the rest is as WebAuthn asks."""

    origin: str = ORIGIN
    rp_id: str = PARTY.rp_id
    flags: int = UP | UV
    count: int = 0
    credential_id: bytes = b"credential-of-sato"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    cose: dict[int, Any] | None = None
    attested: bool = True
    extensions: dict[str, Any] | None = None
    client: dict[str, Any] = field(default_factory=dict)

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        cose = self.cose if self.cose is not None else ES256.from_cryptography_key(self.key.public_key())
        made = bytes(16) + len(self.credential_id).to_bytes(2) + self.credential_id + cbor.encode(cose)
        auth_data = self._auth_data(AT, made) if self.attested else self._auth_data(0, b"")
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": auth_data})
        client_data = self._client_data("webauthn.create", options["challenge"])
        response = {"attestationObject": text(attestation), "clientDataJSON": text(client_data)}
        # As browsers send it: with much that nobody needs.
        response |= {"authenticatorData": text(auth_data), "publicKeyAlgorithm": -7, "publicKey": text(b"spki")}
        return self._answer(response | {"transports": ["usb", "internal", "hybrid"]})

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        client_data = self._client_data("webauthn.get", options["challenge"])
        auth_data = self._auth_data(0, b"")
        signature = self.key.sign(auth_data + sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "authenticatorData": text(auth_data),
                "clientDataJSON": text(client_data),
                "signature": text(signature),
                "userHandle": text(HANDLE),
            }
        )

    def _auth_data(self, flags: int, made: bytes) -> bytes:
        extensions = b"" if self.extensions is None else cbor.encode(self.extensions)
        flags |= self.flags | (ED if extensions else 0)
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4) + made + extensions

    def _client_data(self, kind: str, challenge: str) -> bytes:
        fields = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(fields | self.client).encode()

    def _answer(self, response: dict[str, Any]) -> dict[str, Any]:
        name = text(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {"credProps": {"rk": True}},
            "response": response,
        }


def begin(party: RelyingParty = PARTY, existing: tuple[bytes, ...] = ()) -> Ceremony:
    return passkeys.begin_registration(
        party, user_handle=HANDLE, user_name="minato/sato", display_name="佐藤 花", existing=existing
    )


def register(device: Authenticator, party: RelyingParty = PARTY) -> NewPasskey:
    ceremony = begin(party)
    return passkeys.finish_registration(party, ceremony.state, device.create(ceremony.options))


def login(device: Authenticator, stored: StoredPasskey, party: RelyingParty = PARTY) -> int:
    ceremony = passkeys.begin_login(party)
    return passkeys.finish_login(party, ceremony.state, device.get(ceremony.options), stored)


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


@pytest.fixture
def stored(device: Authenticator) -> StoredPasskey:
    made = register(device)
    return StoredPasskey(made.credential_id, made.public_key, made.sign_count)


def test_the_options_for_a_new_passkey_are_plain_json() -> None:
    ceremony = begin(existing=(b"first", b"second"))
    options = ceremony.options
    assert json.loads(json.dumps([options, ceremony.state])) == [options, ceremony.state]
    assert options["rp"] == {"id": "azukari.example", "name": "あずかり"}
    assert options["user"] == {"id": text(HANDLE), "name": "minato/sato", "displayName": "佐藤 花"}
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert options["attestation"] == "none"
    assert [known["id"] for known in options["excludeCredentials"]] == [text(b"first"), text(b"second")]
    assert [offered["alg"] for offered in options["pubKeyCredParams"]] == [-7, -8, -35, -257]
    assert len(data(options["challenge"])) == 32
    assert options["challenge"] != begin().options["challenge"]


def test_the_options_for_a_login_are_plain_json() -> None:
    ceremony = passkeys.begin_login(PARTY, allowed=[b"first"])
    assert json.loads(json.dumps([ceremony.options, ceremony.state])) == [ceremony.options, ceremony.state]
    assert ceremony.options["rpId"] == "azukari.example"
    assert ceremony.options["userVerification"] == "required"
    assert ceremony.options["allowCredentials"] == [{"type": "public-key", "id": text(b"first")}]
    assert passkeys.begin_login(PARTY).options["allowCredentials"] == []


def test_a_passkey_is_made_and_signs_in(device: Authenticator) -> None:
    made = register(device)
    assert made == NewPasskey(
        credential_id=device.credential_id,
        public_key=cbor.encode(ES256.from_cryptography_key(device.key.public_key())),
        sign_count=0,
        aaguid="00000000-0000-0000-0000-000000000000",
        transports=("hybrid", "internal", "usb"),
        backed_up=False,
    )
    stored = StoredPasskey(made.credential_id, made.public_key, made.sign_count)
    assert login(device, stored) == 0


def test_a_synchronised_passkey_says_so(device: Authenticator) -> None:
    device.flags |= BE | BS
    device.extensions = {"credProtect": 3}
    assert register(device).backed_up


@pytest.mark.parametrize("party", [PARTY, RelyingParty("localhost", "試用", frozenset({LOCAL}))])
def test_every_origin_of_the_list_is_good(party: RelyingParty) -> None:
    for origin in party.origins:
        device = Authenticator(origin=origin, rp_id=party.rp_id)
        made = register(device, party)
        assert login(device, StoredPasskey(made.credential_id, made.public_key, 0), party) == 0


WRONG: dict[str, dict[str, Any]] = {
    "origin of another site": {"origin": "https://azukari.example.evil.example"},
    "subdomain that is not listed": {"origin": "https://www.azukari.example"},
    "another port": {"origin": "https://azukari.example:444"},
    "another scheme": {"origin": "http://azukari.example"},
    "trailing slash": {"origin": ORIGIN + "/"},
    "localhost that is not listed": {"origin": LOCAL},
    "rp id of another site": {"rp_id": "evil.example"},
    "nobody verified": {"flags": UP},
    "nobody present": {"flags": UV},
    "another challenge": {"client": {"challenge": text(b"c" * 32)}},
    "no challenge": {"client": {"challenge": ""}},
    "challenge that is a number": {"client": {"challenge": 10**12}},
    "another ceremony": {"client": {"type": "payment.get"}},
    "frame of another origin": {"client": {"crossOrigin": True}},
    "origin that is a list": {"client": {"origin": [ORIGIN]}},
}
each_wrong = pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())


@each_wrong
def test_a_registration_is_refused(device: Authenticator, wrong: dict[str, Any]) -> None:
    with pytest.raises(PasskeyRefusedError):
        register(replace(device, **wrong))


@each_wrong
def test_a_login_is_refused(device: Authenticator, stored: StoredPasskey, wrong: dict[str, Any]) -> None:
    with pytest.raises(PasskeyRefusedError):
        login(replace(device, **wrong), stored)


def test_an_answer_is_good_for_its_own_challenge_only(device: Authenticator, stored: StoredPasskey) -> None:
    first, second = passkeys.begin_login(PARTY), passkeys.begin_login(PARTY)
    answer = device.get(first.options)
    assert passkeys.finish_login(PARTY, first.state, answer, stored) == 0
    with pytest.raises(PasskeyRefusedError):
        passkeys.finish_login(PARTY, second.state, answer, stored)


def test_a_registration_is_no_login_and_a_login_no_registration(device: Authenticator, stored: StoredPasskey) -> None:
    ceremony = passkeys.begin_login(PARTY)
    as_create = replace(device, client={"type": "webauthn.create"})
    with pytest.raises(PasskeyRefusedError):
        passkeys.finish_login(PARTY, ceremony.state, as_create.get(ceremony.options), stored)
    with pytest.raises(PasskeyRefusedError):
        passkeys.finish_registration(PARTY, ceremony.state, device.get(ceremony.options))
    with pytest.raises(PasskeyRefusedError):
        register(replace(device, client={"type": "webauthn.get"}))


@pytest.mark.parametrize(("before", "now"), [(5, 5), (5, 4), (5, 0), (1, 1), (2**32 - 1, 0)])
def test_a_count_that_does_not_grow_is_refused(
    device: Authenticator, stored: StoredPasskey, before: int, now: int
) -> None:
    with pytest.raises(PasskeyRefusedError):
        login(replace(device, count=now), replace(stored, sign_count=before))


@pytest.mark.parametrize(("before", "now"), [(0, 0), (0, 1), (5, 6), (5, 900)])
def test_a_count_that_grows_is_given_back(device: Authenticator, stored: StoredPasskey, before: int, now: int) -> None:
    assert login(replace(device, count=now), replace(stored, sign_count=before)) == now


def test_the_signature_of_another_key_is_refused(device: Authenticator, stored: StoredPasskey) -> None:
    other = Authenticator(credential_id=device.credential_id)
    with pytest.raises(PasskeyRefusedError):
        login(other, stored)


def test_another_credential_is_refused(device: Authenticator, stored: StoredPasskey) -> None:
    with pytest.raises(PasskeyRefusedError):
        login(replace(device, credential_id=b"credential-of-ito"), stored)


def test_a_passkey_that_was_not_asked_for_is_refused(device: Authenticator, stored: StoredPasskey) -> None:
    asked = passkeys.begin_login(PARTY, allowed=[stored.credential_id])
    assert passkeys.finish_login(PARTY, asked.state, device.get(asked.options), stored) == 0
    other = passkeys.begin_login(PARTY, allowed=[b"credential-of-ito"])
    with pytest.raises(PasskeyRefusedError):
        passkeys.finish_login(PARTY, other.state, device.get(other.options), stored)


@pytest.mark.parametrize("name", ["authenticatorData", "clientDataJSON", "signature"])
def test_every_changed_bit_of_a_login_is_refused(device: Authenticator, stored: StoredPasskey, name: str) -> None:
    ceremony = passkeys.begin_login(PARTY)
    answer = device.get(ceremony.options)
    good = data(answer["response"][name])
    for bit in range(len(good) * 8):
        changed = bytearray(good)
        changed[bit >> 3] ^= 1 << (bit & 7)
        with pytest.raises(PasskeyRefusedError):
            passkeys.finish_login(
                PARTY,
                ceremony.state,
                answer | {"response": answer["response"] | {name: text(bytes(changed))}},
                stored,
            )


def test_the_other_algorithms_on_offer_register(device: Authenticator) -> None:
    edwards = EdDSA.from_cryptography_key(ed25519.Ed25519PrivateKey.generate().public_key())
    rivest = RS256.from_cryptography_key(rsa.generate_private_key(65537, 2048).public_key())
    for cose in (edwards, rivest):
        assert register(replace(device, cose=cose)).public_key == cbor.encode(cose)


def test_a_key_that_was_not_offered_or_is_none_is_refused(device: Authenticator) -> None:
    good = dict(ES256.from_cryptography_key(device.key.public_key()))
    sha1 = RS1.from_cryptography_key(rsa.generate_private_key(65537, 2048).public_key())
    not_on_curve = good | {-2: b"\x01" * 32}
    bad: list[dict[int, Any]] = [dict(sha1), not_on_curve, good | {3: -9999}, good | {-1: 2}, {1: 2, 3: -7}, {}]
    for cose in bad:
        with pytest.raises(PasskeyRefusedError):
            register(replace(device, cose=cose))


def test_a_registration_without_a_credential_or_with_a_strange_id_is_refused(device: Authenticator) -> None:
    for wrong in ({"attested": False}, {"credential_id": b""}, {"credential_id": b"x" * 1024}):
        with pytest.raises(PasskeyRefusedError):
            register(replace(device, **wrong))


def test_an_attestation_whose_data_is_a_number_allocates_nothing(device: Authenticator) -> None:
    ceremony = begin()
    answer = device.create(ceremony.options)
    forged = cbor.encode({"fmt": "none", "attStmt": {}, "authData": 2**40})
    with pytest.raises(PasskeyRefusedError):
        passkeys.finish_registration(
            PARTY,
            ceremony.state,
            answer | {"response": answer["response"] | {"attestationObject": text(forged)}},
        )


def test_who_the_answer_claims_to_be(device: Authenticator) -> None:
    answer = device.get(passkeys.begin_login(PARTY).options)
    assert passkeys.named_by(answer) == (device.credential_id, HANDLE)
    del answer["response"]["userHandle"]
    assert passkeys.named_by(answer) == (device.credential_id, None)
    answer["response"]["userHandle"] = None
    assert passkeys.named_by(answer) == (device.credential_id, None)


def test_unknown_transports_are_dropped(device: Authenticator) -> None:
    for transports, expected in ((["usb", "smoke"], ("usb",)), ([], ()), (None, ()), ("usb", ())):
        ceremony = begin()
        answer = device.create(ceremony.options)
        answer["response"]["transports"] = transports
        assert passkeys.finish_registration(PARTY, ceremony.state, answer).transports == expected


@pytest.mark.parametrize("handle", [b"", b"x" * 65])
def test_a_user_handle_has_1_to_64_bytes(handle: bytes) -> None:
    with pytest.raises(FormatError):
        passkeys.begin_registration(PARTY, user_handle=handle, user_name="a", display_name="b", existing=[])


DEVICE = Authenticator()
REGISTRATION = begin()
LOGIN = passkeys.begin_login(PARTY)
CREATED = DEVICE.create(REGISTRATION.options)
GOT = DEVICE.get(LOGIN.options)
STORED = StoredPasskey(DEVICE.credential_id, register(DEVICE).public_key, 0)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary().map(text),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(sorted(GOT)), inner),
    max_leaves=12,
)
often = settings(max_examples=150, deadline=None, database=None, derandomize=True)


def all_refuse(answer: object, state: Any = None) -> None:
    """Each of the three doors for answers lets out one kind of error. `named_by` proves nothing, so it may pass."""
    with pytest.raises(PasskeyRefusedError):
        passkeys.finish_registration(PARTY, REGISTRATION.state if state is None else state, answer)
    with pytest.raises(PasskeyRefusedError):
        passkeys.finish_login(PARTY, LOGIN.state if state is None else state, answer, STORED)
    with contextlib.suppress(PasskeyRefusedError):
        passkeys.named_by(answer)


@given(anything)
@often
def test_any_json_is_refused_and_nothing_else(answer: object) -> None:
    all_refuse(answer)


@given(st.sampled_from([CREATED, GOT]), st.data())
@often
def test_any_json_in_the_place_of_a_part_is_refused_or_does_not_matter(good: dict[str, Any], drawn: Any) -> None:
    name = drawn.draw(st.sampled_from(["id", "rawId", "type", "response"]))
    all_refuse(good | {name: drawn.draw(anything)})
    name = drawn.draw(
        st.sampled_from(sorted({"clientDataJSON", "attestationObject", "authenticatorData", "signature"}))
    )
    value = drawn.draw(anything | st.binary(max_size=200).map(text) | st.integers(10**9, 10**15))
    changed = good | {"response": good["response"] | {name: value}}
    for finish in (
        lambda: passkeys.finish_registration(PARTY, REGISTRATION.state, changed),
        lambda: passkeys.finish_login(PARTY, LOGIN.state, changed, STORED),
    ):
        with contextlib.suppress(PasskeyRefusedError):
            finish()


@given(anything)
@often
def test_any_client_data_is_refused(client: object) -> None:
    for good in (CREATED, GOT):
        all_refuse(good | {"response": good["response"] | {"clientDataJSON": text(json.dumps(client).encode())}})


@given(st.binary(max_size=300))
@often
def test_any_bytes_as_attestation_are_refused(attestation: bytes) -> None:
    all_refuse(CREATED | {"response": CREATED["response"] | {"attestationObject": text(attestation)}})


@pytest.mark.parametrize("state", [{}, {"challenge": None}, {"challenge": 7, "allowed": []}, {"allowed": 1}])
def test_a_state_that_is_none_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(PasskeyRefusedError):
        passkeys.finish_registration(PARTY, state, CREATED)
    with pytest.raises(PasskeyRefusedError):
        passkeys.finish_login(PARTY, state, GOT, STORED)


@pytest.mark.parametrize(
    "answer",
    [
        b"\x81" * 12000,  # CBOR lists in lists
        b"\x9a\xff\xff\xff\xff" + bytes(12000),  # four thousand million entries that are not there
        b"\x5b" + b"\xff" * 8,
        b"\xa1\x80\x00",  # a list as a key
    ],
)
def test_cbor_made_to_hurt_is_refused_quickly(answer: bytes) -> None:
    all_refuse(CREATED | {"response": CREATED["response"] | {"attestationObject": text(answer)}})


def test_a_field_that_is_too_long_is_refused() -> None:
    for good in (CREATED, GOT):
        all_refuse(good | {"response": good["response"] | {"clientDataJSON": "A" * 16385}})
        all_refuse(good | {"response": good["response"] | {"clientDataJSON": text(b"[" * 12000)}})
