"""Who holds the office secret: key pairs of members, grants, recovery, session locks (docs/seal-format.md 6).

The office secret is never stored in the clear. It is sealed to the public key of each member who may handle
numbers and to the recovery code. A member's private key rests under password and server half together.
"""

# ruff: noqa: SLF001 - a MemberKey shows its key to no one; this module is the exception.
from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from azukari.seal.base32 import fingerprint_of
from azukari.seal.context import Context, utf8
from azukari.seal.envelope import (
    HEADER_SIZE,
    KEY_SIZE,
    NONCE_SIZE,
    OVERHEAD,
    Format,
    build_header,
    check_key,
    check_unversioned,
    derive,
    open_box,
    read_header,
    seal_box,
)
from azukari.seal.errors import FormatError, OpeningError, WrongPasswordError
from azukari.seal.recovery import RecoveryCode, new_recovery_code, tidy_group
from azukari.seal.secretbytes import Guarded, Secret

__all__ = [
    "PUBLIC_KEY_SIZE",
    "MemberKey",
    "MemberKeys",
    "PasswordCost",
    "RecoveryCode",
    "grant_office_secret",
    "key_fingerprint",
    "lock_for_session",
    "new_browser_secret",
    "new_member_keys",
    "new_office_secret",
    "new_recovery_code",
    "new_server_half",
    "open_grant",
    "open_member_key",
    "open_recovery",
    "recovery_public_key",
    "reseal_member_key",
    "tidy_group",
    "unlock_for_session",
]

PUBLIC_KEY_SIZE = 1184 + 32
_SEED_SIZE = 64
PRIVATE_KEY_SIZE = _SEED_SIZE + 32
_SALT_SIZE = 16
_COST_SIZE = 6
_MEMBER_KEY_SIZE = OVERHEAD + _COST_SIZE + _SALT_SIZE + PRIVATE_KEY_SIZE
_GRANT_SIZE = HEADER_SIZE + 1120 + KEY_SIZE + 16
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """Cost of Argon2id: memory in KiB, passes, lanes. The default is that of the login password."""

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def __post_init__(self) -> None:
        # G2. The floor keeps guessing dear, the ceiling keeps a forged blob from taking the machine down.
        if not (8 * 1024 <= self.memory <= 1024 * 1024 and 1 <= self.passes <= 16 and 1 <= self.lanes <= 16):
            raise FormatError("パスワードの計算量が許される範囲にありません。")

    def to_bytes(self) -> bytes:
        """Write memory, passes and lanes in six bytes."""
        return self.memory.to_bytes(4) + bytes((self.passes, self.lanes))

    @classmethod
    def from_bytes(cls, data: bytes) -> PasswordCost:
        """Read six bytes.

        Raises: FormatError when the cost is out of range (G2).
        """
        return cls(int.from_bytes(data[:4]), data[4], data[5])


@dataclass(frozen=True, slots=True)
class MemberKeys:
    """What is stored of a member's key pair: public key (1216 bytes) and sealed private key (150 bytes)."""

    public_key: bytes
    sealed_private_key: bytes


class MemberKey(Guarded):
    """A private key in the clear, for as long as it takes to open what is sealed to it."""

    __slots__ = ("_key", "_raw", "public_key")

    def __init__(self, raw: bytes) -> None:
        seed = MLKEM768PrivateKey.from_seed_bytes(raw[:_SEED_SIZE])
        curve = X25519PrivateKey.from_private_bytes(raw[_SEED_SIZE:])
        self._raw = raw
        self._key = MLKEM768X25519PrivateKey(seed, curve)
        # G4: computed from the private key, never taken from the database.
        self.public_key = seed.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()


def member_key_from(material: bytes) -> MemberKey:
    """Make a private key of 96 derived bytes. Internal to this package."""
    return MemberKey(material)


def new_server_half() -> Secret:
    """Make the server half of an office; the root key wraps it before it is stored."""
    return Secret.random(KEY_SIZE)


def new_office_secret() -> Secret:
    """Make the office half; it is granted to members and to the recovery code, never stored."""
    return Secret.random(KEY_SIZE)


def new_browser_secret() -> bytes:
    """Make the 32 bytes that live in the browser's cookie for one session."""
    return Secret.random(KEY_SIZE).reveal()


def new_member_keys(
    password: str, server_half: Secret, context: Context, *, cost: PasswordCost = PasswordCost()
) -> MemberKeys:
    """Make a key pair for a member, the private key under password and server half.

    Raises: FormatError when the password is empty.
    """
    member_key = MemberKey(Secret.random(PRIVATE_KEY_SIZE).reveal())
    sealed = _seal_member_key(member_key, password, server_half, context, cost)
    return MemberKeys(member_key.public_key, sealed)


def open_member_key(sealed_private_key: bytes, password: str, server_half: Secret, context: Context) -> MemberKey:
    """Open a member's private key (about 100 ms at the default cost). Steps G1 to G4.

    Raises: FormatError; WrongPasswordError, also for a wrong server half or a changed blob (G3).
    """
    _, version = read_header(sealed_private_key, (Format.MEMBER_KEY,), _MEMBER_KEY_SIZE)  # G1
    check_unversioned(version)
    head = sealed_private_key[: HEADER_SIZE + _COST_SIZE + _SALT_SIZE]
    cost = PasswordCost.from_bytes(head[HEADER_SIZE : HEADER_SIZE + _COST_SIZE])  # G2
    cipher = _password_cipher(password, server_half, head[HEADER_SIZE + _COST_SIZE :], cost)
    nonce = sealed_private_key[len(head) : len(head) + NONCE_SIZE]
    try:
        raw = cipher.decrypt(nonce, sealed_private_key[len(head) + NONCE_SIZE :], head + context.encode())
    except InvalidTag:
        raise WrongPasswordError from None  # G3
    return MemberKey(raw)


def reseal_member_key(
    sealed_private_key: bytes,
    old_password: str,
    new_password: str,
    server_half: Secret,
    context: Context,
    *,
    cost: PasswordCost = PasswordCost(),
) -> bytes:
    """Seal a member's private key under a new password; public key and grants stay.

    Raises: FormatError; WrongPasswordError when the old password is wrong.
    """
    member_key = open_member_key(sealed_private_key, old_password, server_half, context)
    return _seal_member_key(member_key, new_password, server_half, context, cost)


def grant_office_secret(office_secret: Secret, public_key: bytes, context: Context) -> bytes:
    """Seal the office secret to a public key (1172 bytes), by HPKE (RFC 9180) in base mode.

    The caller has shown the fingerprint of the public key to the person who grants: HPKE does not say whose
    it is.

    Raises: FormatError when the public key is none.
    """
    return seal_to(Format.GRANT, office_secret, public_key, context)


def seal_to(kind: Format, secret: Secret, public_key: bytes, context: Context) -> bytes:
    """Seal 32 bytes to a public key: header, encapsulated key, ciphertext. Internal to this package.

    Raises: FormatError when the public key is none.
    """
    check_key(secret.reveal())
    header = build_header(kind)
    info = _grant_info(header, context)
    try:
        return header + _SUITE.encrypt(secret.reveal(), _load_public_key(public_key), info)
    except ValueError:
        # A point of small order: the library refuses the all-zero shared secret (RFC 7748, 6.1).
        raise FormatError("公開鍵として使えません。") from None


def open_grant(member_key: MemberKey, grant: bytes, context: Context) -> Secret:
    """Open a grant to the office secret. Steps G5, G6.

    Raises: FormatError, OpeningError.
    """
    return open_sealed_to(Format.GRANT, member_key, grant, context)


def open_sealed_to(kind: Format, member_key: MemberKey, sealed: bytes, context: Context) -> Secret:
    """Open what `seal_to` sealed. Steps G5, G6. Internal to this package.

    Raises: FormatError, OpeningError.
    """
    _, version = read_header(sealed, (kind,), _GRANT_SIZE)  # G5
    check_unversioned(version)
    try:
        info = _grant_info(sealed[:HEADER_SIZE], context)
        return Secret(_SUITE.decrypt(sealed[HEADER_SIZE:], member_key._key, info))  # G6
    except InvalidTag:
        raise OpeningError from None


def recovery_public_key(code: RecoveryCode, context: Context) -> bytes:
    """Derive the public key of a recovery code; the office secret is granted to it with the same context."""
    return _recovery_key(code, context).public_key


def open_recovery(code: RecoveryCode, grant: bytes, context: Context) -> Secret:
    """Open the grant to a recovery code.

    Raises: FormatError; OpeningError when it is the code of another sheet or office.
    """
    return open_grant(_recovery_key(code, context), grant, context)


def lock_for_session(office_secret: Secret, browser_secret: bytes, context: Context) -> bytes:
    """Lock the office secret for one session under the secret in the browser's cookie (64 bytes).

    Raises: FormatError when a secret has not 32 bytes.
    """
    check_key(office_secret.reveal())
    header = build_header(Format.SESSION_LOCK)
    return seal_box(_session_cipher(browser_secret), header, office_secret.reveal(), context.encode())


def unlock_for_session(locked: bytes, browser_secret: bytes, context: Context) -> Secret:
    """Unlock the office secret for one request. Steps B1 to B6.

    Raises: FormatError, OpeningError.
    """
    _, version = read_header(locked, (Format.SESSION_LOCK,), OVERHEAD + KEY_SIZE)
    check_unversioned(version)
    return Secret(open_box(_session_cipher(browser_secret), locked, context.encode()))


def key_fingerprint(public_key: bytes) -> str:
    """Write the fingerprint of a public key for people to compare: 8 groups of 4.

    Raises: FormatError when the public key has not 1216 bytes.
    """
    if len(public_key) != PUBLIC_KEY_SIZE:
        raise FormatError("公開鍵の長さが正しくありません。")
    return fingerprint_of(public_key.hex())


def _seal_member_key(
    member_key: MemberKey, password: str, server_half: Secret, context: Context, cost: PasswordCost
) -> bytes:
    if not password:
        raise FormatError("パスワードが空です。")
    fresh = Secret.random(_SALT_SIZE + NONCE_SIZE).reveal()
    salt, nonce = fresh[:_SALT_SIZE], fresh[_SALT_SIZE:]
    head = build_header(Format.MEMBER_KEY) + cost.to_bytes() + salt
    cipher = _password_cipher(password, server_half, salt, cost)
    return head + nonce + cipher.encrypt(nonce, member_key._raw, head + context.encode())


def _password_cipher(password: str, server_half: Secret, salt: bytes, cost: PasswordCost) -> AESGCM:
    check_key(server_half.reveal())
    stretched = Argon2id(
        salt=salt, length=KEY_SIZE, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory
    ).derive(utf8(password))
    return AESGCM(derive(stretched + server_half.reveal(), b"azukari/member-key/1"))


def _session_cipher(browser_secret: bytes) -> AESGCM:
    check_key(browser_secret)
    return AESGCM(derive(browser_secret, b"azukari/session/1"))


def _recovery_key(code: RecoveryCode, context: Context) -> MemberKey:
    material = code.secret().reveal()
    return MemberKey(derive(material, b"azukari/recovery/1", context.encode(), PRIVATE_KEY_SIZE))


def _grant_info(header: bytes, context: Context) -> bytes:
    return b"azukari/grant/1" + header + context.encode()


def _load_public_key(public_key: bytes) -> MLKEM768X25519PublicKey:
    if type(public_key) is not bytes or len(public_key) != PUBLIC_KEY_SIZE:
        raise FormatError("公開鍵の長さが正しくありません。")
    try:
        lattice = MLKEM768PublicKey.from_public_bytes(public_key[:1184])
        return MLKEM768X25519PublicKey(lattice, X25519PublicKey.from_public_bytes(public_key[1184:]))
    except ValueError:
        raise FormatError("公開鍵として読み取れません。") from None
