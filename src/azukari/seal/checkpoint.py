"""Signed checkpoints and proof files of the journal: C2SP signed-note, tlog-checkpoint and tlog-proof.

Text in, text out; strict: whatever is not exactly as docs/seal-format.md 8 says is refused. The origin and
the verifier key are the verifier's own, never taken from the text (the lesson of CVE-2022-39199).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from azukari.seal.base32 import encode_number, fingerprint_of, groups_of_four
from azukari.seal.chain import HASH_SIZE, MAX_SIZE, verify_inclusion
from azukari.seal.envelope import check_key
from azukari.seal.errors import FormatError, ProofError
from azukari.seal.secretbytes import Guarded

MAX_NOTE = 64 * 1024
MAX_SIGNATURES = 16
PROOF_TITLE = "c2sp.org/tlog-proof@v1"
_ED25519 = b"\x01"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_NAME = re.compile(r"[^\s+]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Head of a tree: origin (which log), size and root hash."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof file taken apart; nothing in it is verified yet."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True)
class _VerifierKey:
    name: str
    key_id: bytes
    public: Ed25519PublicKey


class LogSigner(Guarded):
    """The Ed25519 key that signs checkpoints under a name."""

    __slots__ = ("_key", "name")

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        if not _NAME.fullmatch(name) or _CONTROL.search(name):
            raise FormatError("署名鍵の名前に空白や + は使えません。")
        self.name = name
        self._key = key

    @classmethod
    def generate(cls, name: str) -> LogSigner:
        """Make a new key under a name such as `azukari.example/office-7`.

        Raises: FormatError when the name is empty or has a space or plus in it.
        """
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def from_private_bytes(cls, name: str, private: bytes) -> LogSigner:
        """Load a key from its 32 bytes.

        Raises: FormatError.
        """
        check_key(private)
        return cls(name, Ed25519PrivateKey.from_private_bytes(private))

    def private_bytes(self) -> bytes:
        """Give out the 32 bytes of the private key; the caller wraps them."""
        return self._key.private_bytes_raw()

    def verifier_key(self) -> str:
        """Write the public key as C2SP vkey: name, key id, key."""
        public = _ED25519 + self._key.public_key().public_bytes_raw()
        return f"{self.name}+{_key_id(self.name, public).hex()}+{b64encode(public).decode()}"

    def sign_text(self, text: str) -> str:
        """Sign a text that ends in a newline, into a whole note."""
        public = _ED25519 + self._key.public_key().public_bytes_raw()
        signature = _key_id(self.name, public) + self._key.sign(text.encode())
        return f"{text}\n— {self.name} {b64encode(signature).decode()}\n"


def sign_checkpoint(signer: LogSigner, origin: str, size: int, root: bytes) -> str:
    """Sign a checkpoint. That it extends the last one signed is the caller's to check (verify_consistency).

    Raises: FormatError when origin, size or root cannot stand in a checkpoint.
    """
    if not origin or _CONTROL.search(origin) or "\n" in origin:
        raise FormatError("記録の名前が正しくありません。")
    if not 1 <= size < MAX_SIZE or len(root) != HASH_SIZE:
        raise FormatError("記録の木の大きさかルートハッシュが正しくありません。")
    return signer.sign_text(f"{origin}\n{size}\n{b64encode(root).decode()}\n")


def verify_checkpoint(text: str, verifier_key: str, origin: str | None = None) -> Checkpoint:
    """Verify a checkpoint and give what it says. Steps V1 to V7.

    `origin` is the log the caller means. Without it the origin must be the name of the key, or begin with it
    and "/".

    Raises: ProofError; FormatError when the verifier key is none.
    """
    key = parse_verifier_key(verifier_key)
    body = verify_note(text, key)
    lines = body.split("\n")
    if len(lines) != 4 or not lines[0]:  # V6; the fourth is the empty one after the last newline
        raise ProofError("チェックポイントの行の数が正しくありません。")
    size, root = _parse_number(lines[1]), _parse_hash(lines[2])
    if size == 0:
        raise ProofError("チェックポイントの大きさが 0 です。")
    expected = lines[0] == origin if origin is not None else f"{lines[0]}/".startswith(f"{key.name}/")
    if not expected:  # V7
        raise ProofError("チェックポイントは別の記録のものです。")
    return Checkpoint(lines[0], size, root)


def read_unverified(text: str) -> Checkpoint:
    """Read what a note says without a look at its signature: for a note that is about to be compared or told.

    Raises: ProofError.
    """
    _check_text(text)
    lines = text.partition("\n\n")[0].split("\n")
    if len(lines) != 3 or not lines[0]:
        raise ProofError("チェックポイントの行の数が正しくありません。")
    return Checkpoint(lines[0], _parse_number(lines[1]), _parse_hash(lines[2]))


def build_proof(index: int, hashes: Sequence[bytes], checkpoint: str) -> str:
    """Write a proof file (.tlog-proof): index, inclusion proof, checkpoint."""
    lines = [PROOF_TITLE, f"index {index}", *(b64encode(item).decode() for item in hashes)]
    return "\n".join(lines) + "\n\n" + checkpoint


def parse_proof(text: str) -> Proof:
    """Take a proof file apart; nothing is verified yet. Steps V8, V9.

    Raises: ProofError.
    """
    _check_text(text)  # V8
    head, gap, checkpoint = text.partition("\n\n")
    title, *lines = head.split("\n")
    if not gap or title != PROOF_TITLE or not lines or not lines[0].startswith("index "):  # V9
        raise ProofError("証明ファイルの先頭の行が正しくありません。")
    if len(lines) > 64:
        raise ProofError("証明のハッシュの数が多すぎます。")
    index = _parse_number(lines[0].removeprefix("index "))
    return Proof(index, tuple(map(_parse_hash, lines[1:])), checkpoint)


def verify_proof(text: str, leaf: bytes, verifier_key: str, origin: str | None = None) -> Checkpoint:
    """Verify a whole proof file for a leaf hash: checkpoint, then inclusion. Steps V8 to V10.

    Raises: ProofError; FormatError when the verifier key is none.
    """
    proof = parse_proof(text)
    checkpoint = verify_checkpoint(proof.checkpoint, verifier_key, origin)
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint


def printable_root(root: bytes) -> str:
    """Write a root hash for paper: all 256 bits in 13 groups of 4 characters."""
    return " ".join(groups_of_four(encode_number(int.from_bytes(root) << 4, 52)))


def fingerprint(verifier_key: str) -> str:
    """Write the fingerprint of a verifier key for paper: 8 groups of 4 characters.

    Raises: FormatError when the verifier key is none.
    """
    parse_verifier_key(verifier_key)
    return fingerprint_of(verifier_key)


def parse_verifier_key(text: str) -> _VerifierKey:
    """Read a C2SP vkey.

    Raises: FormatError.
    """
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        public = _decode_base64(encoded)
    except ProofError:
        public = b""
    if not _NAME.fullmatch(name) or _CONTROL.search(name) or len(public) != 33 or public[:1] != _ED25519:
        raise FormatError("検証鍵を読み取れません。")
    if _key_id(name, public).hex() != key_id:
        raise FormatError("検証鍵の名前と鍵が合いません。")
    return _VerifierKey(name, bytes.fromhex(key_id), Ed25519PublicKey.from_public_bytes(public[1:]))


def verify_note(text: str, key: _VerifierKey) -> str:
    """Verify a signed note and give its text, which is to be ignored otherwise. Steps V1 to V5.

    Raises: ProofError.
    """
    _check_text(text)  # V1
    body, gap, signatures = text.rpartition("\n\n")  # V2
    if not gap or not signatures:
        raise ProofError("署名の行がありません。")
    lines = signatures.removesuffix("\n").split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise ProofError("署名の行が多すぎます。")
    found: dict[tuple[str, bytes], bytes] = {}
    for line in lines:
        dash, name, encoded = (*line.split(" "), "", "")[:3]
        if dash != "—" or line.count(" ") != 2 or not _NAME.fullmatch(name):  # V3
            raise ProofError("署名の行の形式が正しくありません。")
        value = _decode_base64(encoded)
        if len(value) < 5:
            raise ProofError("署名の行の形式が正しくありません。")
        if (name, value[:4]) in found:  # V4
            raise ProofError("同じ鍵の署名が二つあります。")
        found[name, value[:4]] = value[4:]
    signature = found.get((key.name, key.key_id))
    if signature is None:  # V5
        raise ProofError("検証鍵による署名がありません。")
    try:
        key.public.verify(signature, f"{body}\n".encode())
    except InvalidSignature:
        raise ProofError("署名が正しくありません。") from None
    return f"{body}\n"


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + public).digest()[:4]


def _check_text(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        size = MAX_NOTE + 1
    if size > MAX_NOTE:
        raise ProofError("文字として扱えないか、大きすぎます。")
    if _CONTROL.search(text) or not text.endswith("\n"):
        raise ProofError("改行または制御文字が正しくありません。")


def _parse_number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) >= MAX_SIZE:
        raise ProofError("数の書き方が正しくありません。")
    return int(text)


def _parse_hash(text: str) -> bytes:
    value = _decode_base64(text)
    if len(value) != HASH_SIZE:
        raise ProofError("ハッシュの長さが正しくありません。")
    return value


def _decode_base64(text: str) -> bytes:
    try:
        value = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        value = b""
    # Canonical: the unused bits of the last character are zero and nothing follows the padding.
    if not value or b64encode(value).decode() != text:
        raise ProofError("base64 の書き方が正しくありません。")
    return value
