"""Known answers: published ones for HPKE, and our formats computed a second time without our code."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.bindings._rust import openssl as rust_openssl
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from azukari.seal import chain, checkpoint, commitment, grants
from azukari.seal.context import Context
from azukari.seal.opening import open_number, open_parcel
from azukari.seal.recovery import RecoveryCode
from azukari.seal.root import LocalRootKeys
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import derive_vault_key

VECTORS = Path(__file__).parents[1] / "vectors"
SEAL = json.loads((VECTORS / "seal.json").read_text())
IN = SEAL["inputs"]
LOG = json.loads((VECTORS / "log.json").read_text())
RFC, DRAFT = json.loads((VECTORS / "hpke.json").read_text())["vectors"]


def raw(name: str) -> bytes:
    return bytes.fromhex(SEAL[name])


def given(name: str) -> bytes:
    return bytes.fromhex(IN[name])


FULL = Context(
    "vault.number",
    UUID(IN["office"]),
    UUID(IN["client"]),
    UUID(IN["person"]),
    UUID(IN["record"]),
    "individual_number",
    ("年末調整", "HEALTH_INSURANCE", "年末調整"),
    3,
)
VAULT = derive_vault_key(Secret(given("office_secret")), Secret(given("server_half")), FULL.office, epoch=5)


# --- published vectors -------------------------------------------------------------------------------------


def key_schedule(vector: dict[str, Any], aead_id: int, key_size: int) -> tuple[bytes, bytes]:
    """RFC 9180 5.1, base mode, written down once more; HKDF-SHA256 by hand."""

    def extract(salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")

    def expand(label: bytes, length: int) -> bytes:
        info = length.to_bytes(2) + b"HPKE-v1" + suite + label + context
        return hmac.digest(secret, info + b"\x01", "sha256")[:length]

    suite = b"HPKE" + vector["kem_id"].to_bytes(2) + vector["kdf_id"].to_bytes(2) + aead_id.to_bytes(2)
    info = bytes.fromhex(vector["info"])
    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(bytes.fromhex(vector["shared_secret"]), b"secret", b"")
    return expand(b"key", key_size), expand(b"base_nonce", 12)


def draft_private_key() -> bytes:
    # draft-ietf-hpke-pq: the serialised key is a seed, expanded into ML-KEM seed and X25519 key.
    return hashlib.shake_256(bytes.fromhex(DRAFT["sk"])).digest(96)


@pytest.mark.parametrize("vector", [RFC, DRAFT], ids=lambda vector: str(vector["name"]))
def test_the_librarys_hpke_opens_published_messages(vector: dict[str, Any]) -> None:
    value = {name: bytes.fromhex(vector[name]) for name in ("sk", "enc", "ct", "info", "aad", "pt")}
    private: Any
    if vector is RFC:
        suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
        private = X25519PrivateKey.from_private_bytes(value["sk"])
    else:
        suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
        key = draft_private_key()
        private = MLKEM768X25519PrivateKey(
            MLKEM768PrivateKey.from_seed_bytes(key[:64]), X25519PrivateKey.from_private_bytes(key[64:])
        )
    # The public decrypt() takes no associated data; the vectors have some. Ours have none.
    opened = rust_openssl.hpke._decrypt_with_aad(
        suite, value["enc"] + value["ct"], private, value["info"], value["aad"]
    )
    assert opened == value["pt"]


@pytest.mark.parametrize("vector", [RFC, DRAFT], ids=lambda vector: str(vector["name"]))
def test_the_key_schedule_of_this_test_gives_the_published_keys(vector: dict[str, Any]) -> None:
    key, nonce = key_schedule(vector, vector["aead_id"], len(vector["key"]) // 2)
    assert (key.hex(), nonce.hex()) == (vector["key"], vector["base_nonce"])


def test_our_suite_opens_what_the_published_shared_secret_seals() -> None:
    """The draft has no vector with our AEAD: its encapsulation, then AES-256-GCM by this test."""
    header, secret = b"\x07\x03\x00\x00", b"\x5a" * 32
    info = b"azukari/grant/1" + header + FULL.encode()
    key, nonce = key_schedule({**DRAFT, "info": info.hex()}, 2, 32)
    grant = header + bytes.fromhex(DRAFT["enc"]) + AESGCM(key).encrypt(nonce, secret, b"")
    assert grants.open_grant(grants.MemberKey(draft_private_key()), grant, FULL).reveal() == secret


def test_rfc_6962_roots_and_proof() -> None:
    leaves = [chain.leaf_hash(bytes.fromhex(item)) for item in LOG["tree"]["inputs"]]
    roots = [bytes.fromhex(item) for item in LOG["tree"]["roots"]]
    assert [chain.Frontier().append_many(leaves[:size]).root() for size in range(9)] == roots
    for known in LOG["tree"]["inclusion"]:
        proof = [bytes.fromhex(item) for item in known["proof"]]
        chain.verify_inclusion(leaves[known["index"]], known["index"], known["size"], proof, roots[known["size"]])


def test_a_published_signed_note_verifies() -> None:
    known = LOG["note"]
    key = checkpoint.parse_verifier_key(known["verifier_key"])
    assert checkpoint.verify_note(f"{known['text']}\n{known['signatures']}", key) == known["text"]


# --- our formats, computed a second time without our code --------------------------------------------------


def test_context() -> None:
    assert FULL.encode() == raw("context")
    assert Context("x", FULL.office).encode() == raw("context_bare")


def test_root_keys() -> None:
    keys = LocalRootKeys.parse(SEAL["root_file"])
    assert keys.serialize() == SEAL["root_file"]
    assert keys.versions == (1, 7)
    assert keys.version == 7
    assert keys.unwrap(raw("root_wrap"), FULL) == given("server_half")


def test_tag() -> None:
    assert FULL.client is not None
    assert VAULT.tag(FULL.client, IN["digits"]) == SEAL["tag"]


def test_number() -> None:
    opened = open_number(VAULT, raw("wrapped_record_key"), raw("number"), FULL)
    assert opened.digits() == IN["digits"]


def test_parcel() -> None:
    opened = open_parcel(VAULT, raw("wrapped_parcel_key"), raw("parcel"), FULL)
    assert opened.decode() == IN["parcel_data"]


def test_member_key_and_grant() -> None:
    half = Secret(given("server_half"))
    key = grants.open_member_key(raw("member_private_key"), IN["password"], half, FULL)
    assert key.public_key == raw("member_public_key")
    assert grants.open_grant(key, raw("grant"), FULL).reveal() == given("office_secret")


def test_session_lock() -> None:
    opened = grants.unlock_for_session(raw("session_lock"), given("browser_secret"), FULL)
    assert opened.reveal() == given("office_secret")


def test_recovery_code() -> None:
    code = RecoveryCode(Secret(given("recovery_code")))
    assert " ".join(code.groups()) == SEAL["recovery_groups"]
    assert RecoveryCode.parse(SEAL["recovery_groups"]) == code
    assert grants.recovery_public_key(code, FULL) == raw("recovery_public_key")


def test_checkpoint_and_fingerprint() -> None:
    signer = checkpoint.LogSigner.from_private_bytes("azukari.example/office-7", given("signer"))
    assert signer.verifier_key() == SEAL["verifier_key"]
    assert checkpoint.sign_checkpoint(signer, signer.name, 3, given("root_hash")) == SEAL["checkpoint"]
    assert checkpoint.fingerprint(signer.verifier_key()) == SEAL["fingerprint"]


def test_commitment() -> None:
    assert commitment.field_salt(given("entry_salt"), "person_name") == raw("field_salt")
    assert commitment.commit(given("entry_salt"), "person_name", IN["committed"]) == raw("commitment")
    commitment.verify_commitment(raw("commitment"), raw("field_salt"), "person_name", IN["committed"])
