"""Computes seal.json straight down the page of docs/seal-format.md, without the code under test.

Nothing of `azukari` is imported: HKDF is written with `hmac`, Argon2id comes from argon2-cffi, HPKE and
X-Wing are put together from ML-KEM, X25519, SHA-3 and AES-GCM. Only AES-GCM, ML-KEM, X25519 and Ed25519 are
shared with the code. Run it only when a format gets a new version; it prints the file. ML-KEM encapsulation
is random, so the grant changes with each run; everything else must stay.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from base64 import b64encode
from uuid import UUID

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def mac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


def expand(prk: bytes, info: bytes, length: int) -> bytes:
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = mac(prk, block + info + bytes([counter]))
        out, counter = out + block, counter + 1
    return out[:length]


def hkdf(ikm: bytes, salt: bytes, info: bytes, length: int = 32) -> bytes:
    return expand(mac(salt, ikm), info, length)


def lp(part: bytes) -> bytes:
    return len(part).to_bytes(2, "big") + part


def some(name: str, length: int) -> bytes:
    """Fixed bytes for an input, told by its name."""
    return hashlib.shake_256(b"azukari vector " + name.encode()).digest(length)


def hpke_seal(public: bytes, private: bytes, info: bytes, plain: bytes) -> bytes:
    """RFC 9180 5.1 and 5.2, base mode, with the KEM of draft-ietf-hpke-pq (X-Wing combiner)."""
    lattice = MLKEM768PrivateKey.from_seed_bytes(private[:64]).public_key()
    assert lattice.public_bytes_raw() == public[:1184]
    ss_m, ct_m = lattice.encapsulate()
    ephemeral = X25519PrivateKey.from_private_bytes(some("ephemeral", 32))
    ct_x = ephemeral.public_key().public_bytes_raw()
    ss_x = ephemeral.exchange(X25519PublicKey.from_public_bytes(public[1184:]))
    shared = hashlib.sha3_256(ss_m + ss_x + ct_x + public[1184:] + b"\\.//^\\").digest()
    suite = b"HPKE" + (0x647A).to_bytes(2, "big") + (1).to_bytes(2, "big") + (2).to_bytes(2, "big")

    def labeled_extract(salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return mac(salt or bytes(32), b"HPKE-v1" + suite + label + ikm)

    def labeled_expand(prk: bytes, label: bytes, context: bytes, length: int) -> bytes:
        return expand(prk, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context, length)

    context = b"\x00" + labeled_extract(b"", b"psk_id_hash", b"") + labeled_extract(b"", b"info_hash", info)
    secret = labeled_extract(shared, b"secret", b"")
    key = labeled_expand(secret, b"key", context, 32)
    nonce = labeled_expand(secret, b"base_nonce", context, 12)
    return ct_m + ct_x + AESGCM(key).encrypt(nonce, plain, b"")


def main() -> None:
    office, client, person, record = (UUID(bytes=some(name, 16)) for name in ("office", "client", "person", "record"))
    digits = "123456789018"
    purposes = sha(b"azukari/purposes/1" + lp(b"HEALTH_INSURANCE") + lp("年末調整".encode()))
    full = b"azukari/context\x01" + lp(b"vault.number") + lp(office.bytes) + lp(client.bytes) + lp(person.bytes)
    full += lp(record.bytes) + lp(b"individual_number") + lp(purposes) + (3).to_bytes(8, "big")
    bare = b"azukari/context\x01" + lp(b"x") + lp(office.bytes) + lp(b"") * 5 + (1).to_bytes(8, "big")

    root = {1: some("root 1", 32), 7: some("root 7", 32)}
    lines = ["azukari-root-keys 1"]
    for version, key in root.items():
        mark = sha(b"azukari/root-key/1" + version.to_bytes(2, "big") + key)[:4]
        lines.append(f"{version} {key.hex()} {mark.hex()}")
    office_secret, server_half = some("office secret", 32), some("server half", 32)

    def box(header: bytes, key: bytes, name: str, plain: bytes) -> str:
        nonce = some(name, 12)
        return (header + nonce + AESGCM(key).encrypt(nonce, plain, header + full)).hex()

    def sub(label: bytes) -> bytes:
        info = lp(label) + office.bytes + (5).to_bytes(2, "big")
        return hkdf(office_secret + server_half, b"azukari/vault-key/1", info)

    record_key, parcel_key = some("record key", 32), some("parcel key", 32)
    tag_input = b"azukari/duplicate-tag/1" + office.bytes + client.bytes + digits.encode()

    private = some("member", 96)
    public = MLKEM768PrivateKey.from_seed_bytes(private[:64]).public_key().public_bytes_raw()
    public += X25519PrivateKey.from_private_bytes(private[64:]).public_key().public_bytes_raw()
    password = "ひみつの合言葉 🗝"
    head = b"\x06\x02\x00\x00" + (8192).to_bytes(4, "big") + b"\x02\x01" + some("password salt", 16)
    stretched = hash_secret_raw(password.encode(), head[10:], 2, 8192, 1, 32, Type.ID)
    member_cipher = AESGCM(hkdf(stretched + server_half, b"azukari/member-key/1", b""))
    nonce = some("member nonce", 12)
    member = head + nonce + member_cipher.encrypt(nonce, private, head + full)
    grant_head = b"\x07\x03\x00\x00"
    grant = grant_head + hpke_seal(public, private, b"azukari/grant/1" + grant_head + full, office_secret)

    code = some("recovery code", 32)
    bits = int.from_bytes(code, "big") << 14 | int.from_bytes(sha(b"azukari/recovery-code/1" + code)[:2], "big") >> 2
    text = "".join(CROCKFORD[bits >> 5 * place & 31] for place in range(53, -1, -1))
    power = [1]  # powers of 2 in GF(32): a table here, shifts in the code
    while len(power) < 31:
        power.append(power[-1] << 1 if power[-1] < 16 else power[-1] << 1 ^ 0x25)

    def times(value: int, exponent: int) -> int:
        return power[(power.index(value) + exponent) % 31] if value else 0

    groups = []
    for index in range(18):
        part = [CROCKFORD.index(character) for character in text[3 * index : 3 * index + 3]]
        check = index ^ times(part[0], 1) ^ times(part[1], 2) ^ times(part[2], 3)
        groups.append(text[3 * index : 3 * index + 3] + CROCKFORD[check])
    recovery_private = hkdf(code, b"azukari/recovery/1", full, 96)
    recovery_public = MLKEM768PrivateKey.from_seed_bytes(recovery_private[:64]).public_key().public_bytes_raw()
    recovery_public += X25519PrivateKey.from_private_bytes(recovery_private[64:]).public_key().public_bytes_raw()

    signer = Ed25519PrivateKey.from_private_bytes(some("signer", 32))
    name, typed = "azukari.example/office-7", b"\x01" + signer.public_key().public_bytes_raw()
    key_id = sha(name.encode() + b"\n" + typed)[:4]
    body = f"{name}\n3\n{b64encode(some('root hash', 32)).decode()}\n"
    note = f"{body}\n— {name} {b64encode(key_id + signer.sign(body.encode())).decode()}\n"
    verifier_key = f"{name}+{key_id.hex()}+{b64encode(typed).decode()}"
    mark = int.from_bytes(sha(b"azukari/fingerprint/1" + verifier_key.encode())[:20], "big")
    print_form = "".join(CROCKFORD[mark >> 5 * place & 31] for place in range(31, -1, -1))

    field_salt = mac(some("entry salt", 32), b"azukari/field-salt/1person_name")
    name_value = "𠮷田 花子"
    commitment = sha(b"azukari/commitment/1" + field_salt + lp(b"person_name") + name_value.encode())

    vectors = {
        "about": "Made by make_seal_vectors.py, which follows docs/seal-format.md without the code.",
        "inputs": {
            "office": str(office),
            "client": str(client),
            "person": str(person),
            "record": str(record),
            "digits": digits,
            "office_secret": office_secret.hex(),
            "server_half": server_half.hex(),
            "record_key": record_key.hex(),
            "parcel_data": "パーセル",
            "password": password,
            "browser_secret": some("browser secret", 32).hex(),
            "recovery_code": code.hex(),
            "signer": some("signer", 32).hex(),
            "root_hash": some("root hash", 32).hex(),
            "entry_salt": some("entry salt", 32).hex(),
            "committed": name_value,
        },
        "context": full.hex(),
        "context_bare": bare.hex(),
        "root_file": "\n".join(lines) + "\n",
        "root_wrap": box(b"\x01\x01\x00\x01", root[1], "root nonce", server_half),
        "tag": int.from_bytes(mac(sub(b"duplicate-tag"), tag_input)[:2], "big"),
        "wrapped_record_key": box(b"\x02\x01\x00\x05", sub(b"record-key"), "wrap nonce", record_key),
        "wrapped_parcel_key": box(b"\x03\x01\x00\x05", sub(b"parcel-key"), "parcel wrap nonce", parcel_key),
        "number": box(b"\x04\x01\x00\x00", record_key, "number nonce", digits.encode()),
        "parcel": box(b"\x05\x01\x00\x00", parcel_key, "parcel nonce", "パーセル".encode()),
        "member_public_key": public.hex(),
        "member_private_key": member.hex(),
        "grant": grant.hex(),
        "session_lock": box(
            b"\x08\x04\x00\x00",
            hkdf(some("browser secret", 32), b"azukari/session/1", b""),
            "session nonce",
            office_secret,
        ),
        "recovery_groups": " ".join(groups),
        "recovery_public_key": recovery_public.hex(),
        "verifier_key": verifier_key,
        "checkpoint": note,
        "fingerprint": " ".join(print_form[start : start + 4] for start in range(0, 32, 4)),
        "field_salt": field_salt.hex(),
        "commitment": commitment.hex(),
    }
    sys.stdout.write(json.dumps(vectors, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
